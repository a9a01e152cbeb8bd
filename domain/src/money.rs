//! Amounts in integer minor units, currencies, rates, and the one place where a reward is rounded.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An ISO 4217 currency, held as its three letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The currencies that exist today with their number of decimals. Source: ISO 4217 list one.
const CURRENCIES: &[(&str, u8)] = &[
    ("AED", 2),
    ("AFN", 2),
    ("ALL", 2),
    ("AMD", 2),
    ("AOA", 2),
    ("ARS", 2),
    ("AUD", 2),
    ("AWG", 2),
    ("AZN", 2),
    ("BAM", 2),
    ("BBD", 2),
    ("BDT", 2),
    ("BGN", 2),
    ("BHD", 3),
    ("BIF", 0),
    ("BMD", 2),
    ("BND", 2),
    ("BOB", 2),
    ("BRL", 2),
    ("BSD", 2),
    ("BTN", 2),
    ("BWP", 2),
    ("BYN", 2),
    ("BZD", 2),
    ("CAD", 2),
    ("CDF", 2),
    ("CHF", 2),
    ("CLP", 0),
    ("CNY", 2),
    ("COP", 2),
    ("CRC", 2),
    ("CUP", 2),
    ("CVE", 2),
    ("CZK", 2),
    ("DJF", 0),
    ("DKK", 2),
    ("DOP", 2),
    ("DZD", 2),
    ("EGP", 2),
    ("ERN", 2),
    ("ETB", 2),
    ("EUR", 2),
    ("FJD", 2),
    ("FKP", 2),
    ("GBP", 2),
    ("GEL", 2),
    ("GHS", 2),
    ("GIP", 2),
    ("GMD", 2),
    ("GNF", 0),
    ("GTQ", 2),
    ("GYD", 2),
    ("HKD", 2),
    ("HNL", 2),
    ("HTG", 2),
    ("HUF", 2),
    ("IDR", 2),
    ("ILS", 2),
    ("INR", 2),
    ("IQD", 3),
    ("IRR", 2),
    ("ISK", 0),
    ("JMD", 2),
    ("JOD", 3),
    ("JPY", 0),
    ("KES", 2),
    ("KGS", 2),
    ("KHR", 2),
    ("KMF", 0),
    ("KPW", 2),
    ("KRW", 0),
    ("KWD", 3),
    ("KYD", 2),
    ("KZT", 2),
    ("LAK", 2),
    ("LBP", 2),
    ("LKR", 2),
    ("LRD", 2),
    ("LSL", 2),
    ("LYD", 3),
    ("MAD", 2),
    ("MDL", 2),
    ("MGA", 2),
    ("MKD", 2),
    ("MMK", 2),
    ("MNT", 2),
    ("MOP", 2),
    ("MRU", 2),
    ("MUR", 2),
    ("MVR", 2),
    ("MWK", 2),
    ("MXN", 2),
    ("MYR", 2),
    ("MZN", 2),
    ("NAD", 2),
    ("NGN", 2),
    ("NIO", 2),
    ("NOK", 2),
    ("NPR", 2),
    ("NZD", 2),
    ("OMR", 3),
    ("PAB", 2),
    ("PEN", 2),
    ("PGK", 2),
    ("PHP", 2),
    ("PKR", 2),
    ("PLN", 2),
    ("PYG", 0),
    ("QAR", 2),
    ("RON", 2),
    ("RSD", 2),
    ("RUB", 2),
    ("RWF", 0),
    ("SAR", 2),
    ("SBD", 2),
    ("SCR", 2),
    ("SDG", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("SHP", 2),
    ("SLE", 2),
    ("SOS", 2),
    ("SRD", 2),
    ("SSP", 2),
    ("STN", 2),
    ("SVC", 2),
    ("SYP", 2),
    ("SZL", 2),
    ("THB", 2),
    ("TJS", 2),
    ("TMT", 2),
    ("TND", 3),
    ("TOP", 2),
    ("TRY", 2),
    ("TTD", 2),
    ("TWD", 2),
    ("TZS", 2),
    ("UAH", 2),
    ("UGX", 0),
    ("USD", 2),
    ("UYU", 2),
    ("UZS", 2),
    ("VED", 2),
    ("VES", 2),
    ("VND", 0),
    ("VUV", 0),
    ("WST", 2),
    ("XAF", 0),
    ("XCD", 2),
    ("XOF", 0),
    ("XPF", 0),
    ("YER", 2),
    ("ZAR", 2),
    ("ZMW", 2),
    ("ZWG", 2),
];

/// No amount may exceed this many minor units in either direction: sums of a billion of them still fit an `i64`.
pub const AMOUNT_MAX: i64 = 5_000_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("“{0}” is not an ISO 4217 currency code")]
    UnknownCurrency(String),
    #[error("“{0}” is not an amount: write digits with a point, like 19.99")]
    NotANumber(String),
    #[error("“{text}” has too many decimals: {currency} has {exponent}")]
    TooManyDecimals { text: String, currency: Currency, exponent: u8 },
    #[error("“{0}” is too large")]
    TooLarge(String),
    #[error("negative zero is not an amount")]
    NegativeZero,
    #[error("“{0}” is not a rate between 0 and 1000 percent with at most four decimals")]
    BadRate(String),
    #[error("amounts in {0} and {1} cannot be combined")]
    CurrencyMismatch(Currency, Currency),
}

impl Currency {
    pub const USD: Currency = Currency(*b"USD");
    pub const EUR: Currency = Currency(*b"EUR");

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many decimals its minor unit has: 0, 2 or 3.
    pub fn exponent(&self) -> u8 {
        CURRENCIES.binary_search_by_key(&self.code(), |entry| entry.0).map_or(2, |found| CURRENCIES[found].1)
    }

    /// Every currency code, in order.
    pub fn all() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().map(|entry| entry.0)
    }

    /// The sign that people write before an amount, where the currency has one of its own.
    pub fn symbol(&self) -> Option<&'static str> {
        Some(match self.code() {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            _ => return None,
        })
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let known = CURRENCIES.binary_search_by_key(&text, |entry| entry.0);
        match (known, text.as_bytes()) {
            (Ok(_), &[a, b, c]) => Ok(Currency([a, b, c])),
            _ => Err(MoneyError::UnknownCurrency(text.chars().take(20).collect())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
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

    /// Reads major units ("19.99", "-5", "1200"). No grouping, no exponent, no currency sign.
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

    /// Major units with the currency's own decimals and no grouping: "-1234.50". What files carry.
    pub fn plain(&self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let sign = if self.minor < 0 { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// What people read: "$1,234.50", "−€5.00", "¥1,200", "KWD 1.250".
    pub fn display(&self) -> String {
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

/// A share in parts per million: 20 % is 200 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rate(pub i64);

impl Rate {
    pub const PPM_MAX: i64 = 10_000_000;

    /// Reads a percentage: "20", "12.5", "0.0001".
    pub fn parse_percent(text: &str) -> Result<Rate, MoneyError> {
        let bad = || MoneyError::BadRate(text.chars().take(20).collect());
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(bad());
        }
        let percent: Decimal = text.parse().map_err(|_| bad())?;
        let ppm = percent.checked_mul(Decimal::from(10_000)).ok_or_else(bad)?.normalize();
        if ppm.scale() > 0 {
            return Err(bad());
        }
        ppm.to_i64().filter(|value| (0..=Self::PPM_MAX).contains(value)).map(Rate).ok_or_else(bad)
    }

    /// The percentage as people write it: "12.5".
    pub fn percent(&self) -> String {
        Decimal::new(self.0, 4).normalize().to_string()
    }

    /// The share of an amount, rounded once, half to even.
    pub fn of(&self, amount: Money) -> Money {
        Money::new(mul_div_half_even(amount.minor, self.0, 1_000_000), amount.currency)
    }
}

/// `value × numerator ÷ denominator`, half to even. `denominator` must be above zero.
pub fn mul_div_half_even(value: i64, numerator: i64, denominator: i64) -> i64 {
    assert!(denominator > 0, "a share has a positive denominator");
    let product = i128::from(value) * i128::from(numerator);
    let divisor = i128::from(denominator);
    let quotient = product.div_euclid(divisor);
    let twice = product.rem_euclid(divisor) * 2;
    let up = twice > divisor || (twice == divisor && quotient % 2 != 0);
    let rounded = if up { quotient + 1 } else { quotient };
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

/// Splits `total` by `weights` so that the parts sum to it exactly (largest remainder; ties go to the earlier part).
pub fn split(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum <= 0 {
        return vec![0; weights.len()];
    }
    let mut parts: Vec<i64> = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let product = i128::from(total) * i128::from(*weight);
        parts.push(i64::try_from(product.div_euclid(sum)).unwrap_or(i64::MAX));
        remainders.push((product.rem_euclid(sum), index));
    }
    let missing = total - parts.iter().sum::<i64>();
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        parts[index] += 1;
    }
    parts
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

    #[test]
    fn the_list_is_sorted() {
        assert!(CURRENCIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
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
        assert!(matches!(Money::parse("1.005", Currency::USD), Err(MoneyError::TooManyDecimals { .. })));
        assert!(matches!(Money::parse("1.5", currency("JPY")), Err(MoneyError::TooManyDecimals { .. })));
        assert!(matches!(Money::parse("99999999999999999999", Currency::USD), Err(MoneyError::TooLarge(_))));
        assert_eq!(Money::parse("-0.00", Currency::USD), Err(MoneyError::NegativeZero));
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
        fn plain_reads_back(minor in -AMOUNT_MAX..=AMOUNT_MAX, index in 0..CURRENCIES.len()) {
            let money = Money::new(minor, currency(CURRENCIES[index].0));
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
