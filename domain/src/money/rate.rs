//! Shares of amounts: rates, rounding, splitting.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::{Money, MoneyError};

/// A share in parts per million: 20% is 200 000.
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
    super::narrowed(sum_mul_div_half_even(i128::from(value), numerator, denominator))
}

/// As [`mul_div_half_even`], of a sum: of billions of the largest amounts too.
pub fn sum_mul_div_half_even(sum: i128, numerator: i64, denominator: i64) -> i128 {
    assert!(denominator > 0, "a share has a positive denominator");
    let product = sum * i128::from(numerator);
    let divisor = i128::from(denominator);
    let quotient = product.div_euclid(divisor);
    let twice = product.rem_euclid(divisor) * 2;
    let up = twice > divisor || (twice == divisor && quotient % 2 != 0);
    if up { quotient + 1 } else { quotient }
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
