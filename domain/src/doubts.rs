//! What looks like a slip of the hand: taken after a question, never refused.

use crate::money::Money;
use crate::time::{Instant, long_date};
use crate::zone::Zone;

/// From this many major units on an amount is asked about.
const LARGE_MAJOR: i64 = 1_000_000;
/// How many times the largest sale before is still usual.
const USUAL_TIMES: i64 = 10;
/// A sale, or a customer's start, of so many days ago is asked about.
const LONG_AGO_DAYS: i64 = 366;

/// What looks wrong about one sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// What several of a file have in common: "dated more than a year ago".
    pub about: &'static str,
    /// As a sentence for whoever records it.
    pub words: String,
}

/// A sale, and what is known of whom it is about.
#[derive(Clone, Copy, Debug)]
pub struct NewSale {
    pub amount: Money,
    pub occurred_at: Instant,
    /// Since when they are a customer.
    pub customer_since: Instant,
    /// Since when whom it belongs to is a partner.
    pub partner_since: Option<Instant>,
    /// The customer's largest sale before, in the same currency, in minor units.
    pub largest_before: Option<i64>,
}

/// What looks wrong about a sale's date.
pub fn of_date(sale: &NewSale, zone: &Zone, now: Instant) -> Option<Doubt> {
    let on = zone.date(sale.occurred_at);
    let before = |since: Instant| on < zone.date(since);
    let dated = |about, what: String| Some(Doubt { about, words: format!("It is dated {}, {what}.", long_date(on)) });
    if is_long_ago(sale.occurred_at, zone, now) {
        return dated("dated more than a year ago", "more than a year ago".to_owned());
    }
    if before(sale.customer_since) {
        let since = long_date(zone.date(sale.customer_since));
        return dated("dated before the customer's start", format!("before the customer's start on {since}"));
    }
    let since = sale.partner_since.filter(|since| before(*since))?;
    let since = long_date(zone.date(since));
    dated("dated before the partner's start", format!("before the partner's start on {since}"))
}

/// What looks wrong about the start of a customer who is added by hand. Files bring whole histories: there it is usual.
pub fn of_start(since: Instant, zone: &Zone, now: Instant) -> Option<String> {
    is_long_ago(since, zone, now).then(|| format!("The customer's start is {}, more than a year ago.", long_date(zone.date(since))))
}

fn is_long_ago(at: Instant, zone: &Zone, now: Instant) -> bool {
    (zone.date(now) - zone.date(at)).num_days() > LONG_AGO_DAYS
}

/// What looks wrong about its amount.
pub fn of_amount(sale: &NewSale) -> Option<Doubt> {
    let usual = sale.largest_before.map(|largest| largest.saturating_mul(USUAL_TIMES)).filter(|usual| *usual > 0);
    if let Some(usual) = usual.filter(|usual| sale.amount.minor > *usual) {
        let largest = Money::new(usual / USUAL_TIMES, sale.amount.currency);
        let words = format!("{} is more than ten times the customer's largest sale so far, {largest}.", sale.amount);
        return Some(Doubt { about: "of more than ten times the customer's largest sale", words });
    }
    is_large(sale.amount).then(|| Doubt { about: "of an unusually high amount", words: format!("{} is unusually high.", sale.amount) })
}

/// A reward so many times the largest there was is asked about.
const UNUSUAL_TIMES: i64 = 10;
/// Below so many major units none is.
const UNUSUAL_MAJOR: i64 = 1_000;

/// What looks wrong about a reward that somebody gives: it is far above the usual. `largest` is the largest so far in its currency.
pub fn of_reward(amount: Money, largest: Option<i64>) -> Option<String> {
    let currency = amount.currency;
    let largest = largest.filter(|largest| *largest > 0);
    let unit = 10_i64.saturating_pow(u32::from(currency.exponent()));
    let usual = largest.unwrap_or(0).saturating_mul(UNUSUAL_TIMES).max(UNUSUAL_MAJOR.saturating_mul(unit));
    if amount.minor <= usual {
        return None;
    }
    let compared = match largest {
        Some(largest) => format!("The largest reward so far is {}.", Money::new(largest, currency)),
        None => format!("There is no reward in {currency} yet."),
    };
    Some(format!("This gives the partner {amount}. {compared}"))
}

/// Whether an amount is so large that it is asked about, whatever it is for.
fn is_large(amount: Money) -> bool {
    let units = 10_i64.saturating_pow(u32::from(amount.currency.exponent()));
    amount.minor.saturating_abs() >= LARGE_MAJOR.saturating_mul(units)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Currency;
    use rstest::rstest;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn of_sale(sale: &NewSale, now: &str) -> Vec<String> {
        let doubts = of_date(sale, &"UTC".parse().unwrap(), at(now)).into_iter().chain(of_amount(sale));
        doubts.map(|doubt| doubt.words).collect()
    }

    #[rstest]
    #[case("2026-11-04T09:00:00Z", "20.00", None, &[])]
    // The day it began counts.
    #[case("2026-03-01T00:00:00Z", "20.00", None, &[])]
    #[case("2026-02-28T23:59:59Z", "20.00", None, &["It is dated 28 February 2026, before the customer's start on 1 March 2026."])]
    #[case("2020-01-01T12:00:00Z", "20.00", None, &["It is dated 1 January 2020, more than a year ago."])]
    #[case("2026-11-04T09:00:00Z", "200.00", Some(2_000), &[])]
    #[case("2026-11-04T09:00:00Z", "200.01", Some(2_000), &["$200.01 is more than ten times the customer's largest sale so far, $20.00."])]
    #[case("2026-11-04T09:00:00Z", "999999.99", None, &[])]
    #[case("2026-11-04T09:00:00Z", "1000000.00", None, &["$1,000,000.00 is unusually high."])]
    fn slips_are_asked_about(#[case] when: &str, #[case] amount: &str, #[case] largest_before: Option<i64>, #[case] expected: &[&str]) {
        let sale = NewSale {
            amount: Money::parse(amount, Currency::USD).unwrap(),
            occurred_at: at(when),
            customer_since: at("2026-03-01T12:00:00Z"),
            partner_since: Some(at("2024-11-01T00:00:00Z")),
            largest_before,
        };
        assert_eq!(of_sale(&sale, "2026-11-04T12:00:00Z"), expected);
    }

    #[test]
    fn a_start_long_ago_is_asked_about() {
        let doubt = |since: &str| of_start(at(since), &"UTC".parse().unwrap(), at("2026-11-04T12:00:00Z"));
        assert_eq!(doubt("1999-01-01T12:00:00Z").as_deref(), Some("The customer's start is 1 January 1999, more than a year ago."));
        assert_eq!(doubt("2025-11-04T12:00:00Z"), None);
        assert_eq!(doubt("2026-11-04T12:00:00Z"), None);
    }

    #[test]
    fn a_sale_before_the_partners_start_is_asked_about() {
        let sale = NewSale {
            amount: Money::new(2_000, Currency::USD),
            occurred_at: at("2026-04-01T00:00:00Z"),
            customer_since: at("2026-03-01T12:00:00Z"),
            partner_since: Some(at("2026-05-01T00:00:00Z")),
            largest_before: None,
        };
        let doubts = of_sale(&sale, "2026-11-04T12:00:00Z");
        assert_eq!(doubts, ["It is dated 1 April 2026, before the partner's start on 1 May 2026."]);
    }
}
