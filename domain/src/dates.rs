//! Dates as the screens write them, in the company's zone, and dates as people type them.

use crate::time::short_date;
use crate::zone::Zone;
use crate::{Instant, Month};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

/// "3 Apr 2026", the local date of an instant.
pub fn day(zone: &Zone, at: Instant) -> String {
    short_date(zone.date(at))
}

/// "3 Apr 2026, 14:12"
pub fn minute(zone: &Zone, at: Instant) -> String {
    let local = zone.local(at);
    format!("{}, {:02}:{:02}", short_date(local.date()), local.hour(), local.minute())
}

/// "3 Apr 2026, 14:12:09", where a few seconds are what is told apart.
pub fn second(zone: &Zone, at: Instant) -> String {
    format!("{}:{:02}", minute(zone, at), zone.local(at).second())
}

/// When a scheduled reward becomes due, and what comes of it: "Due 14 Apr 2026, on the April 2026 invoice".
pub fn due(zone: &Zone, ready_at: Instant, month: Month) -> String {
    format!("Due {}, on the {} invoice", day(zone, ready_at), month.long())
}

/// What a `datetime-local` field holds: "2026-04-03T14:12".
pub fn typed_minute(zone: &Zone, at: Instant) -> String {
    zone.local(at).format("%Y-%m-%dT%H:%M").to_string()
}

/// Reads a `datetime-local` or `date` field in the company's zone, or RFC 3339; a bare date is its first instant.
pub fn typed(zone: &Zone, text: &str) -> Option<Instant> {
    let text = text.trim();
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        // No clock that people read has a leap second.
        .filter(|local| local.nanosecond() < 1_000_000_000);
    if let Some(local) = local {
        let sensible = (1970..2200).contains(&local.year());
        return sensible.then(|| zone.instant(local));
    }
    typed_date(text).map(|date| zone.first_instant(date)).or_else(|| Instant::parse(text).ok())
}

/// Reads a `date` field.
pub fn typed_date(text: &str) -> Option<NaiveDate> {
    let date: NaiveDate = text.trim().parse().ok()?;
    (1970..2200).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dates_are_written_and_read_in_the_companys_zone() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let at = Instant::parse("2026-04-01T03:05:00Z").unwrap();
        assert_eq!(minute(&zone, at), "31 Mar 2026, 23:05");
        assert_eq!(second(&zone, at), "31 Mar 2026, 23:05:00");
        assert_eq!(typed_minute(&zone, at), "2026-03-31T23:05");
        assert_eq!(typed(&zone, "2026-03-31T23:05"), Some(at));
        assert_eq!(typed(&zone, "2026-03-31"), Instant::parse("2026-03-31T04:00:00Z").ok());
        assert_eq!(typed(&zone, "2026-03-31T23:05:00Z"), Instant::parse("2026-03-31T23:05:00Z").ok());
        for bad in ["", "yesterday", "0000-01-01", "2026-02-30", "2026-03-31T25:00", "9999-01-01T00:00"] {
            assert_eq!(typed(&zone, bad), None, "{bad}");
        }
    }
}
