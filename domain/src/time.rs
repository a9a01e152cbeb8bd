//! Instants and months. `now` is always an argument.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Instant(pub i64);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimeError {
    #[error("“{0}” is not an RFC 3339 time like 2026-03-01T09:30:00Z")]
    NotATime(String),
    #[error("“{0}” lies outside the years 1970 to 2200")]
    OutOfRange(String),
    #[error("“{0}” is not a month like 2026-03")]
    NotAMonth(String),
}

impl Instant {
    pub const DAY_MS: i64 = 86_400_000;
    /// Before everything: the start of a span that has always held.
    pub const BEGINNING: Instant = Instant(-62_135_596_800_000);
    const YEAR_2200: i64 = 7_258_118_400_000;

    /// Reads RFC 3339; what is finer than a millisecond is cut off. A leap second is the last millisecond before it, so that it is in
    /// the month that it ends; a second 60 at any other time is none.
    pub fn parse(text: &str) -> Result<Instant, TimeError> {
        let shown = || text.chars().take(40).collect::<String>();
        let parsed = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| TimeError::NotATime(shown()))?;
        let leaps = parsed.timestamp_subsec_millis() >= 1000;
        if leaps && parsed.timestamp().rem_euclid(86_400) != 86_399 {
            return Err(TimeError::NotATime(shown()));
        }
        let instant = Instant(parsed.timestamp() * 1000 + i64::from(parsed.timestamp_subsec_millis().min(999)));
        if !(0..Self::YEAR_2200).contains(&instant.0) {
            return Err(TimeError::OutOfRange(shown()));
        }
        Ok(instant)
    }

    pub fn utc(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// RFC 3339 in UTC; milliseconds only where there are some.
    pub fn rfc3339(&self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    pub fn plus_ms(self, ms: i64) -> Instant {
        Instant(self.0.saturating_add(ms))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// A calendar month, held as year × 100 + month: 202603. Sorts as time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Month(pub i32);

const MONTH_NAMES: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Month {
    pub fn of(date: NaiveDate) -> Month {
        let month = i32::try_from(date.month()).unwrap_or(1);
        Month(date.year() * 100 + month)
    }

    pub fn year(&self) -> i32 {
        self.0.div_euclid(100)
    }

    /// 1 to 12.
    pub fn number(&self) -> u32 {
        u32::try_from(self.0.rem_euclid(100)).unwrap_or(1).clamp(1, 12)
    }

    pub fn plus(self, months: i32) -> Month {
        let count = self.year() * 12 + i32::try_from(self.number()).unwrap_or(1) - 1 + months;
        Month(count.div_euclid(12) * 100 + count.rem_euclid(12) + 1)
    }

    pub fn next(self) -> Month {
        self.plus(1)
    }

    pub fn previous(self) -> Month {
        self.plus(-1)
    }

    pub fn first_day(&self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.number(), 1).unwrap_or_default()
    }

    /// "March 2026".
    pub fn long(&self) -> String {
        let index = usize::try_from(self.number() - 1).unwrap_or(0);
        format!("{} {}", MONTH_NAMES[index], self.year())
    }

    /// "Mar".
    pub fn short(&self) -> &'static str {
        let index = usize::try_from(self.number() - 1).unwrap_or(0);
        &MONTH_NAMES[index][..3]
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl FromStr for Month {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let bad = || TimeError::NotAMonth(text.chars().take(20).collect());
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let written = |(year, month): &(&str, &str)| digits(year, 4) && digits(month, 2);
        let (year, month) = text.split_once('-').filter(written).ok_or_else(bad)?;
        let year: i32 = year.parse().map_err(|_| bad())?;
        let month: i32 = month.parse().map_err(|_| bad())?;
        if !(1970..2200).contains(&year) || !(1..=12).contains(&month) {
            return Err(bad());
        }
        Ok(Month(year * 100 + month))
    }
}

/// "8 Apr 2026".
pub fn short_date(date: NaiveDate) -> String {
    let month = Month::of(date);
    format!("{} {} {}", date.day(), month.short(), month.year())
}

/// "8 April 2026".
pub fn long_date(date: NaiveDate) -> String {
    format!("{} {}", date.day(), Month::of(date).long())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn months_walk_over_years() {
        let december: Month = "2025-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2026-01");
        assert_eq!(december.plus(-12).to_string(), "2024-12");
        assert_eq!(december.next().previous(), december);
        assert_eq!(december.long(), "December 2025");
        for wrong in ["2025-13", "2025-1", "2025-012", "25-12", "2025-+1"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_leap_second_is_in_the_month_that_it_ends() {
        let before = "2026-06-30T23:59:59.999Z";
        for leap in ["2026-06-30T23:59:60Z", "2026-06-30T23:59:60.5Z", "2026-07-01T01:59:60+02:00", "2026-06-30T18:59:60-05:00"] {
            assert_eq!(Instant::parse(leap).unwrap().rfc3339(), before, "{leap}");
        }
        for none in ["2026-06-30T23:58:60Z", "2026-06-30T12:00:60Z", "2026-06-30T23:59:60+02:00", "2026-06-30T23:59:61Z"] {
            assert!(matches!(Instant::parse(none), Err(TimeError::NotATime(_))), "{none}");
        }
    }

    #[test]
    fn times_are_rfc3339_within_reason() {
        assert_eq!(Instant::parse("1997-01-01T00:00:00Z").unwrap().rfc3339(), "1997-01-01T00:00:00Z");
        assert_eq!(Instant::parse("1997-01-01T01:00:00.250+01:00").unwrap().rfc3339(), "1997-01-01T00:00:00.250Z");
        assert!(matches!(Instant::parse("0000-01-01T00:00:00Z"), Err(TimeError::OutOfRange(_))));
        assert!(matches!(Instant::parse("1997-01-01"), Err(TimeError::NotATime(_))));
    }
}
