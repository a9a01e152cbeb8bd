//! A company's calendar: local dates and the instants at which they begin.

use std::fmt;
use std::str::FromStr;

use chrono::{Duration, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use crate::time::{Instant, Month};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("“{0}” is not an IANA time zone like Europe/Berlin")]
pub struct UnknownZone(String);

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        text.parse::<Tz>().map(Zone).map_err(|_| UnknownZone(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Zone {
    pub const UTC: Zone = Zone(Tz::UTC);

    /// Every zone's name, in order.
    pub fn all() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// "New York time".
    pub fn place(&self) -> String {
        let name = self.0.name();
        let last = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        if last == "UTC" { last } else { format!("{last} time") }
    }

    pub fn local(&self, at: Instant) -> NaiveDateTime {
        at.utc().with_timezone(&self.0).naive_local()
    }

    pub fn date(&self, at: Instant) -> NaiveDate {
        self.local(at).date()
    }

    pub fn month(&self, at: Instant) -> Month {
        Month::of(self.date(at))
    }

    /// The instant of a local clock reading: the earlier of two, or the first one after a gap.
    pub fn instant(&self, local: NaiveDateTime) -> Instant {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(at) => Instant(at.timestamp_millis()),
            LocalResult::Ambiguous(first, second) => Instant(first.timestamp_millis().min(second.timestamp_millis())),
            LocalResult::None => self.after_gap(local),
        }
    }

    /// The first instant of a local date. Where midnight does not exist it is the end of the gap.
    /// A date that the zone skipped whole begins where the next one does.
    pub fn first_instant(&self, date: NaiveDate) -> Instant {
        self.instant(date.and_time(NaiveTime::MIN))
    }

    /// The first instant of a month.
    pub fn month_start(&self, month: Month) -> Instant {
        self.first_instant(month.first_day())
    }

    /// The same local clock reading `days` calendar days later.
    pub fn plus_days(&self, at: Instant, days: i64) -> Instant {
        self.instant(self.local(at) + Duration::days(days))
    }

    /// The same local clock reading `months` later, its day clamped to the month's end.
    pub fn plus_months(&self, at: Instant, months: u32) -> Instant {
        let local = self.local(at);
        self.instant(local.checked_add_months(Months::new(months)).unwrap_or(NaiveDateTime::MAX))
    }

    /// The transition that swallowed `local`, found by halving: zones change offset at most once within these two days.
    fn after_gap(&self, local: NaiveDateTime) -> Instant {
        let middle = Utc.from_utc_datetime(&local).timestamp_millis();
        let offset = |ms: i64| {
            let utc = Instant(ms).utc();
            self.0.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc()
        };
        let (mut before, mut after) = (middle - Instant::DAY_MS - 50_400_000, middle + Instant::DAY_MS + 50_400_000);
        let old = offset(before);
        // Halve towards the first instant whose local reading lies at or past `local`.
        let past = |ms: i64| offset(ms) != old && self.local(Instant(ms)) >= local;
        while after - before > 1 {
            let half = before + (after - before) / 2;
            if past(half) { after = half } else { before = half }
        }
        Instant(after)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("UTC", "2026-03-01", "2026-03-01T00:00:00Z")]
    #[case("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z")]
    // Midnight does not exist: the clock jumps from 23:59:59 to 01:00.
    #[case("America/Santiago", "2025-09-07", "2025-09-07T04:00:00Z")]
    #[case("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z")]
    // Midnight occurs twice: the first counts.
    #[case("America/Havana", "2025-11-02", "2025-11-02T04:00:00Z")]
    // Samoa skipped 30 December 2011 whole.
    #[case("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z")]
    #[case("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z")]
    fn dates_begin(#[case] zone: &str, #[case] day: &str, #[case] instant: &str) {
        let zone: Zone = zone.parse().unwrap();
        assert_eq!(zone.first_instant(date(day)).rfc3339(), instant);
    }

    #[test]
    fn months_are_clamped() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let at = Instant::parse("2026-01-31T12:00:00Z").unwrap();
        assert_eq!(zone.plus_months(at, 1).rfc3339(), "2026-02-28T12:00:00Z");
        assert_eq!(zone.plus_months(at, 6).rfc3339(), "2026-07-31T11:00:00Z");
    }

    /// Every month's start in every zone lies on that local date, and the millisecond before does not.
    #[test]
    fn month_starts_hold_in_every_zone() {
        for name in Zone::all() {
            let zone: Zone = name.parse().unwrap();
            for year in 1997..2038 {
                for number in 1..=12 {
                    let month = Month(year * 100 + number);
                    let start = zone.month_start(month);
                    assert!(zone.date(start) >= month.first_day(), "{name} {month}");
                    assert!(zone.date(start.plus_ms(-1)) < month.first_day(), "{name} {month}");
                }
            }
        }
    }
}
