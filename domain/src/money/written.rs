//! Amounts as people and their spreadsheets write them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Currency, Money, MoneyError};

/// What stands before the decimals of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Decimals {
    /// Nobody said: only what can be read in one way is taken.
    #[default]
    Unsaid,
    /// 1,000.50
    Point,
    /// 1.000,50
    Comma,
}

impl Decimals {
    const fn separators(self) -> (char, char) {
        match self {
            Decimals::Comma => (',', '.'),
            Decimals::Unsaid | Decimals::Point => ('.', ','),
        }
    }
}

impl Money {
    /// Reads major units with or without thousands in groups of three: "19.99", "1,000.50"; with decimal commas "1.000,50".
    ///
    /// # Errors
    /// Among others `TwoWays` and `DecimalComma` where nobody said how the decimals are written and the text leaves it open.
    pub fn parse_written(text: &str, currency: Currency, decimals: Decimals) -> Result<Money, MoneyError> {
        let text = text.trim();
        if decimals == Decimals::Unsaid && !text.contains([',', ' ', '\u{a0}', '\u{202f}', '\'']) {
            return Money::parse(text, currency);
        }
        Money::parse(&plain(text, decimals)?, currency).map_err(|error| as_written(error, text, decimals))
    }
}

/// What is wrong, of the number as it was written.
fn as_written(error: MoneyError, text: &str, decimals: Decimals) -> MoneyError {
    let shown = text.chars().take(40).collect();
    match error {
        // What it means was said.
        MoneyError::Thousand { currency, exponent, .. } | MoneyError::TooManyDecimals { currency, exponent, .. } => {
            MoneyError::TooManyDecimals { text: shown, currency, exponent }
        }
        MoneyError::TooLarge(_) => MoneyError::TooLarge(shown),
        MoneyError::NotANumber(_) if decimals == Decimals::Comma => MoneyError::NotANumberWithComma(shown),
        MoneyError::NotANumber(_) => MoneyError::NotANumber(shown),
        other => other,
    }
}

/// The same number with a point before its decimals and nothing else between its digits.
fn plain(text: &str, decimals: Decimals) -> Result<Cow<'_, str>, MoneyError> {
    let shown = || text.chars().take(40).collect::<String>();
    let (point, group) = decimals.separators();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if decimals == Decimals::Unsaid && fraction.is_some_and(|fraction| fraction.contains(group)) {
        return Err(MoneyError::DecimalComma(shown()));
    }
    let is_group = |letter: char| letter == group || matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '\'');
    let Some(separator) = whole.chars().find(|letter| is_group(*letter)) else {
        return Ok(Cow::Owned(fraction.map_or_else(|| format!("{sign}{whole}"), |fraction| format!("{sign}{whole}.{fraction}"))));
    };
    let groups: Vec<&str> = whole.split(separator).collect();
    let three = |part: &&str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = (1..=3).contains(&groups[0].len()) && !groups[0].starts_with('0') && groups[1..].iter().all(three);
    if decimals == Decimals::Unsaid && separator == group {
        if !grouped {
            return Err(MoneyError::DecimalComma(shown()));
        }
        // "1,000" is a thousand here and one with three decimals elsewhere; "1,000,000" and "1,000.5" are the same everywhere.
        if groups.len() == 2 && fraction.is_none() {
            return Err(MoneyError::TwoWays(shown()));
        }
    }
    if !grouped {
        return Err(as_written(MoneyError::NotANumber(shown()), text, decimals));
    }
    let whole = groups.concat();
    Ok(Cow::Owned(fraction.map_or_else(|| format!("{sign}{whole}"), |fraction| format!("{sign}{whole}.{fraction}"))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("19.99", Decimals::Unsaid, 1_999)]
    #[case("1,000.50", Decimals::Unsaid, 100_050)]
    #[case("-1,234,567", Decimals::Unsaid, -123_456_700)]
    #[case("1,000", Decimals::Point, 100_000)]
    #[case("1 000.5", Decimals::Point, 100_050)]
    #[case("1.234,56", Decimals::Comma, 123_456)]
    #[case("1,00", Decimals::Comma, 100)]
    #[case("1.000", Decimals::Comma, 100_000)]
    #[case("1\u{202f}000,5", Decimals::Comma, 100_050)]
    #[case("25", Decimals::Comma, 2_500)]
    fn reads_what_people_write(#[case] text: &str, #[case] decimals: Decimals, #[case] minor: i64) {
        assert_eq!(Money::parse_written(text, Currency::USD, decimals).unwrap().minor, minor, "{text}");
    }

    #[rstest]
    #[case("1,00", Decimals::Unsaid)]
    #[case("1.234,56", Decimals::Unsaid)]
    #[case("1,000", Decimals::Unsaid)]
    #[case("1.000", Decimals::Unsaid)]
    #[case("1.000", Decimals::Point)]
    #[case("1,000", Decimals::Comma)]
    #[case("1,00", Decimals::Point)]
    #[case("12,34,567.00", Decimals::Point)]
    #[case("1.5", Decimals::Comma)]
    #[case("0,100.00", Decimals::Point)]
    #[case("1,000 000", Decimals::Point)]
    fn asks_back_about_the_rest(#[case] text: &str, #[case] decimals: Decimals) {
        assert!(Money::parse_written(text, Currency::USD, decimals).is_err(), "{text}");
    }

    #[rstest]
    #[case("12.50", Decimals::Comma, "“12.50” is not an amount: write digits with a comma, like 19,99")]
    #[case("much", Decimals::Comma, "“much” is not an amount: write digits with a comma, like 19,99")]
    #[case("5,", Decimals::Comma, "“5,” is not an amount: write digits with a comma, like 19,99")]
    #[case("1,505", Decimals::Comma, "“1,505” has too many decimals: USD has 2")]
    #[case("1.000,5055", Decimals::Comma, "“1.000,5055” has too many decimals: USD has 2")]
    #[case("99.999.999.999.999,50", Decimals::Comma, "“99.999.999.999.999,50” is too large")]
    #[case("12,50", Decimals::Point, "“12,50” is not an amount: write digits with a point, like 19.99")]
    #[case("much", Decimals::Unsaid, "“much” is not an amount: write digits with a point, like 19.99")]
    fn says_how_it_is_to_be_written(#[case] text: &str, #[case] decimals: Decimals, #[case] says: &str) {
        assert_eq!(Money::parse_written(text, Currency::USD, decimals).unwrap_err().to_string(), says);
    }

    #[test]
    fn three_decimals_are_a_currencys_own() {
        let dinar: Currency = "KWD".parse().unwrap();
        assert_eq!(Money::parse_written("1.250", dinar, Decimals::Unsaid).unwrap().minor, 1_250);
        assert_eq!(Money::parse_written("1,250", dinar, Decimals::Comma).unwrap().minor, 1_250);
    }
}
