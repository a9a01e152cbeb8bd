//! Amounts in integer minor units, currencies, rates, and the one place where a reward is rounded.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

mod currency;
mod rate;
mod written;

pub use currency::Currency;
pub use rate::{Rate, mul_div_half_even, split, sum_mul_div_half_even};
pub use written::Decimals;

/// No amount may exceed this many minor units in either direction. The sum of 1.8 million of the largest fits an `i64`, in which the
/// databases add: a company's total in one currency goes up to 9.2 · 10¹⁸ minor units, some 92 quadrillion dollars. Beyond it nothing is
/// added wrongly: a sum is shown as more than that, and what would be charged is refused.
pub const AMOUNT_MAX: i64 = 5_000_000_000_000;

/// A sum as an amount. One that is too large becomes the largest there is, which is shown as more than it.
pub(crate) fn narrowed(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("“{0}” is not an ISO 4217 currency code")]
    UnknownCurrency(String),
    #[error("“{0}” is not an amount: write digits with a point, like 19.99")]
    NotANumber(String),
    #[error("“{0}” is not an amount: write digits with a comma, like 19,99")]
    NotANumberWithComma(String),
    #[error("“{text}” has too many decimals: {currency} has {exponent}")]
    TooManyDecimals { text: String, currency: Currency, exponent: u8 },
    #[error("“{text}” has too many decimals: {currency} has {exponent}; write a thousand without a point")]
    Thousand { text: String, currency: Currency, exponent: u8 },
    #[error("“{0}” can be read in two ways: write a thousand as 1000, and one as 1.00")]
    TwoWays(String),
    #[error("“{0}” is not an amount: write digits with a point, like 19.99, or say that the numbers have decimal commas")]
    DecimalComma(String),
    #[error("“{0}” is too large")]
    TooLarge(String),
    #[error("negative zero is not an amount")]
    NegativeZero,
    #[error("“{0}” is not a rate between 0 and 1000 percent with at most four decimals")]
    BadRate(String),
    #[error("amounts in {0} and {1} cannot be combined")]
    CurrencyMismatch(Currency, Currency),
}

/// An amount: `minor` counts the smallest unit of `currency` (cents, yen, fils).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// A sum of amounts, to be shown.
    pub fn sum(minor: i128, currency: Currency) -> Self {
        Money::new(narrowed(minor), currency)
    }

    /// Reads major units ("19.99", "-5", "1200"). No grouping, no exponent, no currency sign. "1.000" is a thousand to many people:
    /// only a currency with three decimals has it.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let trimmed = text.trim();
        let shown = || trimmed.chars().take(40).collect::<String>();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || (digits.contains('.') && fraction.is_empty()) {
            return Err(MoneyError::NotANumber(shown()));
        }
        let exponent = currency.exponent();
        if fraction.len() == 3 && exponent != 3 && whole.len() <= 3 && !whole.starts_with('0') {
            return Err(MoneyError::Thousand { text: shown(), currency, exponent });
        }
        let significant = fraction.trim_end_matches('0');
        if significant.len() > usize::from(exponent) {
            return Err(MoneyError::TooManyDecimals { text: shown(), currency, exponent });
        }
        let mut minor: i64 = 0;
        let padded = significant.bytes().chain(std::iter::repeat(b'0')).take(usize::from(exponent));
        for byte in whole.bytes().chain(padded) {
            minor = minor
                .checked_mul(10)
                .and_then(|shifted| shifted.checked_add(i64::from(byte - b'0')))
                .filter(|value| *value <= AMOUNT_MAX)
                .ok_or_else(|| MoneyError::TooLarge(shown()))?;
        }
        if negative && minor == 0 {
            return Err(MoneyError::NegativeZero);
        }
        Ok(Money::new(if negative { -minor } else { minor }, currency))
    }

    /// The amounts next to a number of major units that the currency may not have: the greatest that is not above it, and the least
    /// that is not below it. "1.50" lies between ¥1 and ¥2.
    ///
    /// # Errors
    /// What is no number, and what can be read in two ways.
    pub fn around(text: &str, currency: Currency) -> Result<(Money, Money), MoneyError> {
        match Money::parse(text, currency) {
            Err(MoneyError::TooManyDecimals { .. } | MoneyError::TooLarge(_)) => {}
            exact => return exact.map(|exact| (exact, exact)),
        }
        let trimmed = text.trim();
        let (negative, digits) = trimmed.strip_prefix('-').map_or((false, trimmed), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let kept: String = fraction.chars().take(usize::from(currency.exponent())).collect();
        let cut = if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") };
        let near = match Money::parse(&cut, currency) {
            // Nothing is as large.
            Err(MoneyError::TooLarge(_)) => AMOUNT_MAX,
            cut => cut?.minor,
        };
        let (below, above) = if negative { (-near - 1, -near) } else { (near, near + 1) };
        Ok((Money::new(below, currency), Money::new(above, currency)))
    }

    /// Major units with the currency's own decimals and no grouping: "-1234.50". What files carry.
    pub fn plain(&self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let sign = if self.minor < 0 { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// What people read: "$1,234.50", "−€5.00", "¥1,200", "KWD 1.250"; of a sum that does not fit, "more than $92,233,…".
    pub fn display(&self) -> String {
        match self.minor {
            i64::MAX | i64::MIN => format!("more than {}", self.grouped()),
            _ => self.grouped(),
        }
    }

    fn grouped(&self) -> String {
        let plain = Money::new(self.minor, self.currency).plain();
        let unsigned = plain.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.minor < 0 { "−" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        match self.currency.symbol() {
            Some(symbol) => format!("{sign}{symbol}{grouped}{point}{fraction}"),
            // One word: it does not break at the end of a line.
            None => format!("{sign}{}\u{a0}{grouped}{point}{fraction}", self.currency),
        }
    }

    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let sum = self.minor.checked_add(other.minor).ok_or_else(|| MoneyError::TooLarge(self.plain()))?;
        Ok(Money::new(sum, self.currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[rstest]
    #[case("19.99", "USD", 1999)]
    #[case("-0.01", "USD", -1)]
    #[case("1200", "JPY", 1200)]
    #[case("1.250", "KWD", 1250)]
    #[case("1.2", "KWD", 1200)]
    #[case("3.00", "JPY", 3)]
    fn reads_major_units(#[case] text: &str, #[case] code: &str, #[case] minor: i64) {
        assert_eq!(Money::parse(text, currency(code)).unwrap().minor, minor);
    }

    #[rstest]
    #[case(i128::from(i64::MAX) + 1, "more than $92,233,720,368,547,758.07")]
    #[case(i128::from(i64::MIN) - 1, "more than −$92,233,720,368,547,758.08")]
    #[case(1_000, "$10.00")]
    fn a_sum_that_does_not_fit_is_shown_as_more(#[case] sum: i128, #[case] shown: &str) {
        assert_eq!(Money::sum(sum, Currency::USD).display(), shown);
    }

    #[rstest]
    #[case("1e400")]
    #[case("1,5")]
    #[case("")]
    #[case(".5")]
    #[case("5.")]
    #[case("+5")]
    #[case("١")]
    #[case("NaN")]
    fn refuses_what_is_not_an_amount(#[case] text: &str) {
        assert!(matches!(Money::parse(text, Currency::USD), Err(MoneyError::NotANumber(_))), "{text}");
    }

    #[test]
    fn refuses_decimals_size_and_negative_zero() {
        assert!(matches!(Money::parse("1.0055", Currency::USD), Err(MoneyError::TooManyDecimals { .. })));
        assert!(matches!(Money::parse("1.5", currency("JPY")), Err(MoneyError::TooManyDecimals { .. })));
        assert!(matches!(Money::parse("99999999999999999999", Currency::USD), Err(MoneyError::TooLarge(_))));
        assert_eq!(Money::parse("-0.00", Currency::USD), Err(MoneyError::NegativeZero));
    }

    #[rstest]
    #[case("1.50", "USD", 150, 150)]
    #[case("1.50", "JPY", 1, 2)]
    #[case("0.5", "JPY", 0, 1)]
    #[case("-0.5", "JPY", -1, 0)]
    #[case("-1.5", "JPY", -2, -1)]
    #[case("1.0055", "USD", 100, 101)]
    #[case("2.00", "JPY", 2, 2)]
    #[case("50000000001", "USD", AMOUNT_MAX, AMOUNT_MAX + 1)]
    #[case("50000000001", "JPY", 50_000_000_001, 50_000_000_001)]
    #[case("-99999999999999999999.5", "JPY", -AMOUNT_MAX - 1, -AMOUNT_MAX)]
    fn a_number_lies_between_two_amounts(#[case] text: &str, #[case] code: &str, #[case] below: i64, #[case] above: i64) {
        let (low, high) = Money::around(text, currency(code)).unwrap();
        assert_eq!((low.minor, high.minor), (below, above), "{text} {code}");
    }

    #[test]
    fn what_is_no_number_lies_nowhere() {
        for text in ["", "abc", "1,5", "$1", "1.000", "-0"] {
            assert!(Money::around(text, Currency::USD).is_err(), "{text}");
        }
    }

    #[rstest]
    #[case("1.000", "USD")]
    #[case("1.005", "USD")]
    #[case("-12.500", "EUR")]
    #[case("999.000", "JPY")]
    fn asks_back_where_a_point_may_stand_for_thousands(#[case] text: &str, #[case] code: &str) {
        assert!(matches!(Money::parse(text, currency(code)), Err(MoneyError::Thousand { .. })), "{text}");
    }

    #[rstest]
    #[case(-123_450, "USD", "−$1,234.50")]
    #[case(1_200, "JPY", "¥1,200")]
    #[case(1_250, "KWD", "KWD\u{a0}1.250")]
    #[case(5, "CHF", "CHF\u{a0}0.05")]
    fn shows_amounts(#[case] minor: i64, #[case] code: &str, #[case] shown: &str) {
        assert_eq!(Money::new(minor, currency(code)).display(), shown);
    }

    #[rstest]
    #[case(5, 1, 2, 2)]
    #[case(7, 1, 2, 4)]
    #[case(-5, 1, 2, -2)]
    #[case(-7, 1, 2, -4)]
    #[case(10, 1, 3, 3)]
    fn rounds_half_to_even(#[case] value: i64, #[case] numerator: i64, #[case] denominator: i64, #[case] expected: i64) {
        assert_eq!(mul_div_half_even(value, numerator, denominator), expected);
    }

    #[test]
    fn reads_rates() {
        assert_eq!(Rate::parse_percent("12.5"), Ok(Rate(125_000)));
        assert_eq!(Rate(125_000).percent(), "12.5");
        assert_eq!(Rate(200_000).percent(), "20");
        for bad in ["-1", "1e2", "1000.1", "0.00001", "", "a"] {
            assert!(Rate::parse_percent(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn plain_reads_back(minor in -AMOUNT_MAX..=AMOUNT_MAX, code in prop::sample::select(Currency::all().collect::<Vec<_>>())) {
            let money = Money::new(minor, currency(code));
            prop_assert_eq!(Money::parse(&money.plain(), money.currency).unwrap(), money);
        }

        #[test]
        fn parts_sum_to_the_whole(total in -1_000_000i64..1_000_000, weights in prop::collection::vec(0i64..1000, 1..20)) {
            prop_assume!(weights.iter().sum::<i64>() > 0);
            prop_assert_eq!(split(total, &weights).iter().sum::<i64>(), total);
        }

        #[test]
        fn rounding_is_within_half(value in -AMOUNT_MAX..=AMOUNT_MAX, ppm in 0i64..=Rate::PPM_MAX) {
            let share = Rate(ppm).of(Money::new(value, Currency::USD)).minor;
            let error = i128::from(share) * 1_000_000 - i128::from(value) * i128::from(ppm);
            prop_assert!(error.abs() * 2 <= 1_000_000);
        }
    }
}
