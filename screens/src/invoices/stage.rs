//! Where an invoice is in its life, in words and as a strip of days.

use chrono::{Datelike, NaiveDate, Timelike};
use domain::invoicing::{Retry, schedule};
use domain::payment::estimated_payment_date;
use domain::states::{InvoiceState, RewardState};
use domain::time::{long_date, short_date};
use domain::zone::Zone;
use domain::{Instant, Money, Month};
use views::home::MonthStrip;

use data::Result;
use data::store::entities::{companies, invoices};
use data::store::error::stored;

/// "8 April": a day of this or next month, where the year goes without saying.
pub fn day_and_month(date: NaiveDate) -> String {
    let name = Month::of(date).long();
    format!("{} {}", date.day(), name.split(' ').next().unwrap_or_default())
}

/// Whole days that are left to review, today included; none once the review is over.
pub fn days_left(zone: &Zone, invoice: &invoices::Model, now: Instant) -> i64 {
    (zone.date(Instant(invoice.review_ends_at)) - zone.date(now)).num_days().max(0)
}

/// "March 2026 · in review for 4 more days · will be charged on 8 April, New York time"
pub fn context(zone: &Zone, invoice: &invoices::Model, now: Instant) -> String {
    format!("{} · {}", Month(invoice.month).long(), standing(zone, invoice, now))
}

/// "in review for 4 more days · will be charged on 8 April, New York time"
pub fn standing(zone: &Zone, invoice: &invoices::Model, now: Instant) -> String {
    let charge = day_and_month(zone.date(Instant(invoice.charge_due_at)));
    let place = zone.place();
    if invoice.paused_at.is_some() {
        return "review paused · not charged until you resume it".to_owned();
    }
    match days_left(zone, invoice, now) {
        0 => format!("the review is over · charge due on {charge}, {place}"),
        1 => format!("last day of the review · will be charged on {charge}, {place}"),
        days => format!("in review for {days} more days · will be charged on {charge}, {place}"),
    }
}

/// "April 2026 is accumulating · its invoices will be generated on 1 May, New York time"
pub fn accumulating_context(zone: &Zone, month: Month) -> String {
    let generated = day_and_month(zone.date(zone.month_start(month.next())));
    format!("{} is accumulating · its invoices will be generated on {generated}, {}", month.long(), zone.place())
}

/// "will be charged on 8 May 2026": of a month without an invoice.
pub fn future_charge(zone: &Zone, month: Month) -> String {
    let due = schedule(zone, month, zone.month_start(month.next())).charge_due_at;
    format!("will be charged on {}, {}", long_date(zone.date(due)), zone.place())
}

/// "4 days left to review", "charged 8 Apr 2026"
pub fn note(zone: &Zone, invoice: &invoices::Model, now: Instant) -> Result<String> {
    let day = |at: i64| short_date(zone.date(Instant(at)));
    Ok(match stored::<InvoiceState>(&invoice.state)? {
        InvoiceState::InReview if invoice.paused_at.is_some() => "paused, not charged until resumed".to_owned(),
        InvoiceState::InReview => match days_left(zone, invoice, now) {
            0 => "the review is over".to_owned(),
            1 => format!("last day to review, will be charged on {}", day(invoice.charge_due_at)),
            days => format!("{days} days left to review, will be charged on {}", day(invoice.charge_due_at)),
        },
        InvoiceState::Charging => format!("charge started {}", day(invoice.frozen_at.unwrap_or(invoice.charge_due_at))),
        InvoiceState::ChargeFailed => format!("the charge failed and {}", retry_words(zone, invoice.retry(now))),
        InvoiceState::Charged => format!("charged {}", day(invoice.charged_at.unwrap_or(invoice.charge_due_at))),
        InvoiceState::Paid => format!("partners paid {}", day(invoice.paid_at.unwrap_or(invoice.charge_due_at))),
    })
}

/// "will be retried on 9 Apr 2026": what becomes of a charge that failed.
pub fn retry_words(zone: &Zone, retry: Retry) -> String {
    match retry {
        Retry::At(at) => format!("will be retried on {}", short_date(zone.date(at))),
        Retry::Now => "will be retried shortly".to_owned(),
        Retry::ByHand => "won't be retried automatically".to_owned(),
    }
}

/// The strip of an invoice's first days. `total` is what is or would be charged.
pub fn strip(zone: &Zone, invoice: &invoices::Model, total: Money, now: Instant) -> Result<MonthStrip> {
    let state: InvoiceState = stored(&invoice.state)?;
    let due = zone.local(invoice.charge_dates()?.charge().unwrap_or(Instant(invoice.charge_due_at)));
    let left = days_left(zone, invoice, now);
    let paused = invoice.paused_at.is_some();
    let charge_day = day_and_month(due.date());
    let at = format!("{charge_day}, {:02}:{:02} {}", due.hour(), due.minute(), zone.place());
    let words = match state {
        InvoiceState::InReview if paused => "Paused".to_owned(),
        InvoiceState::InReview => match left {
            0 => "The review is over".to_owned(),
            1 => "Last day to review".to_owned(),
            days => format!("{days} days left to review"),
        },
        InvoiceState::Charging => "Charge pending".to_owned(),
        InvoiceState::ChargeFailed => "The charge failed".to_owned(),
        InvoiceState::Charged => "Charged".to_owned(),
        InvoiceState::Paid => "Charged and paid".to_owned(),
    };
    let charge = match state {
        InvoiceState::InReview if paused => "Will be charged once it is resumed".to_owned(),
        InvoiceState::InReview => format!("To be charged {at}"),
        InvoiceState::Charging => format!("Charge due {at}"),
        InvoiceState::ChargeFailed => match invoice.retry(now) {
            Retry::At(_) => format!("Will be retried on {at}"),
            Retry::Now => "Will be retried shortly".to_owned(),
            Retry::ByHand => "Won't be retried automatically".to_owned(),
        },
        InvoiceState::Charged | InvoiceState::Paid => format!("Charged {at}"),
    };
    let day = if state.open() { i32::try_from((8 - left).clamp(1, 7)).unwrap_or(7) } else { 8 };
    Ok(MonthStrip {
        title: format!("{} · {}", Month(invoice.month).long(), total.display()),
        note: words,
        day,
        paused,
        state,
        charge_day: if paused { "later".to_owned() } else { format!("{} {}", due.day(), Month::of(due.date()).short()) },
        issued: format!("Generated {}", day_and_month(zone.date(Instant(invoice.issued_at)))),
        charge,
        href: format!("/invoices/{}", invoice.number),
    })
}

/// The strip as the partner reads it: how long the company reviews, and when the money comes. `total` is the partner's own.
pub fn partner_strip(
    company: &companies::Model,
    invoice: &invoices::Model,
    total: Money,
    settlement_days: i32,
    now: Instant,
) -> Result<MonthStrip> {
    let zone = company.zone()?;
    let month = Month(invoice.month);
    let charge = invoice.charge_dates()?.charge();
    let paid = charge.and_then(|at| estimated_payment_date(&zone, RewardState::Pending, month, Some(at), settlement_days));
    let last_day = zone.date(Instant(invoice.review_ends_at).plus_ms(-1));
    let strip = strip(&zone, invoice, total, now)?;
    let note = match (strip.paused, days_left(&zone, invoice, now)) {
        (true, _) => "The review is paused".to_owned(),
        (false, 0) => "The review is over".to_owned(),
        (false, _) => format!("In review until {}", day_and_month(last_day)),
    };
    Ok(MonthStrip {
        note,
        issued: charge.map_or_else(
            || format!("{} isn't charged until the review resumes", company.name),
            |at| format!("{} is charged on {}", company.name, day_and_month(zone.date(at))),
        ),
        charge: paid.map_or_else(|| "Paid once the pause ends".to_owned(), |date| format!("Estimated payment date {}", short_date(date))),
        href: "/commissions?status=in_review".to_owned(),
        ..strip
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn invoice() -> invoices::Model {
        let at = |text: &str| Instant::parse(text).unwrap().0;
        invoices::Model {
            id: uuid::Uuid::from_u128(1),
            company_id: uuid::Uuid::from_u128(2),
            seq: 3,
            number: "NORTHWIND-0003".to_owned(),
            month: 202603,
            currency: "USD".to_owned(),
            state: "in_review".to_owned(),
            issued_at: at("2026-04-01T04:00:00Z"),
            review_ends_at: at("2026-04-08T04:00:00Z"),
            charge_due_at: at("2026-04-08T04:00:00Z"),
            paused_at: None,
            paused_by: None,
            pause_reason: None,
            frozen_at: None,
            total: None,
            lines: None,
            charge_amount: None,
            fee: None,
            digest: None,
            attempts: 0,
            retry_at: None,
            charged_at: None,
            paid_at: None,
        }
    }

    #[test]
    fn days_are_counted_in_the_companys_zone() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let at = |text: &str| Instant::parse(text).unwrap();
        let words = |now: &str| context(&zone, &invoice(), at(now));
        assert_eq!(words("2026-04-04T13:00:00Z"), "March 2026 · in review for 4 more days · will be charged on 8 April, New York time");
        // Still the third there.
        assert_eq!(words("2026-04-04T03:59:00Z"), "March 2026 · in review for 5 more days · will be charged on 8 April, New York time");
        assert_eq!(words("2026-04-07T13:00:00Z"), "March 2026 · last day of the review · will be charged on 8 April, New York time");
        let day = |now: &str| strip(&zone, &invoice(), Money::new(841_250, domain::Currency::USD), at(now)).unwrap().day;
        assert_eq!(day("2026-04-01T04:00:00Z"), 1);
        assert_eq!(day("2026-04-04T13:00:00Z"), 4);
        assert_eq!(day("2026-04-08T03:59:00Z"), 7);
    }

    #[test]
    fn a_strip_says_what_comes() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let now = Instant::parse("2026-04-04T13:00:00Z").unwrap();
        let drawn = strip(&zone, &invoice(), Money::new(841_250, domain::Currency::USD), now).unwrap();
        assert_eq!(drawn.title, "March 2026 · $8,412.50");
        assert_eq!(drawn.note, "4 days left to review");
        assert_eq!(drawn.charge, "To be charged 8 April, 00:00 New York time");
        assert_eq!((drawn.charge_day.as_str(), drawn.issued.as_str()), ("8 Apr", "Generated 1 April"));
        let paused = invoices::Model { paused_at: Some(now.0), ..invoice() };
        let drawn = strip(&zone, &paused, Money::new(0, domain::Currency::USD), now).unwrap();
        assert_eq!((drawn.note.as_str(), drawn.charge_day.as_str()), ("Paused", "later"));
    }
}
