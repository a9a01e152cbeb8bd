//! A reward's way from the event to the partner's account: what has happened, and what will when.

use chrono::{Duration, NaiveDate};

use crate::invoicing::schedule;
use crate::states::{InvoiceState, PayoutState, RewardState, RewardStatus};
use crate::time::{Instant, Month, long_date};
use crate::views::timeline::{Stage, Step};
use crate::zone::Zone;

/// What is known of a reward's way.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    pub created_at: Instant,
    pub state: RewardState,
    pub state_reason: Option<&'a str>,
    pub ready_at: Option<Instant>,
    pub month: Month,
    /// The invoice of its month and currency, once there is one.
    pub invoice: Option<InvoiceOnWay<'a>>,
    /// The partner's payout of that invoice, once there is one.
    pub payout: Option<PayoutOnWay>,
    pub settlement_days: i32,
}

#[derive(Clone, Copy, Debug)]
pub struct InvoiceOnWay<'a> {
    pub number: &'a str,
    pub state: InvoiceState,
    pub issued_at: Instant,
    pub charge_due_at: Instant,
    pub charged_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
pub struct PayoutOnWay {
    pub state: PayoutState,
    pub sent_at: Option<Instant>,
    pub paid_at: Option<Instant>,
}

/// What a person sees of a reward in this state, given how far its month's invoice and the partner's payout are.
pub fn status(state: RewardState, invoice: Option<InvoiceState>, payout: Option<PayoutState>) -> RewardStatus {
    let charged = matches!(invoice, Some(InvoiceState::Charged | InvoiceState::Paid));
    match state {
        RewardState::Hold => RewardStatus::OnHold,
        RewardState::Declined => RewardStatus::Declined,
        RewardState::Scheduled => RewardStatus::Scheduled,
        RewardState::Paid => RewardStatus::PaidElsewhere,
        RewardState::Pending | RewardState::Approved if charged && payout == Some(PayoutState::Paid) => RewardStatus::Paid,
        RewardState::Pending | RewardState::Approved if charged => RewardStatus::Invoiced,
        RewardState::Pending => RewardStatus::New,
        RewardState::Approved => RewardStatus::Approved,
    }
}

/// The day on which the partner can expect the money: the charge's day and the partner's settlement days.
/// `charge` is the real (or planned) charge of the month's invoice, where there is one already.
pub fn estimated_payment_date(zone: &Zone, state: RewardState, month: Month, charge: Option<Instant>, settlement_days: i32) -> Option<NaiveDate> {
    state.payable().then(|| {
        let charge = charge.unwrap_or_else(|| schedule(zone, month, zone.month_start(month.next())).charge_due_at);
        zone.date(charge) + Duration::days(i64::from(settlement_days))
    })
}

/// The steps in order. Where the reward will not be paid, the steps end with the reason.
pub fn timeline(way: &Way<'_>, zone: &Zone) -> Vec<Step> {
    let day = |at: Instant| long_date(zone.date(at));
    let mut steps = vec![Step::done(Stage::Recorded, "Recorded", day(way.created_at))];
    if let Some(ready_at) = way.ready_at {
        let label = "Hold days of the offer";
        match way.state {
            RewardState::Scheduled => steps.push(Step::expected(Stage::Held, label, format!("until {}", day(ready_at)))),
            _ => steps.push(Step::done(Stage::Held, label, format!("until {}", day(ready_at)))),
        }
    }
    let because = way.state_reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    match way.state {
        RewardState::Hold => steps.push(Step::stopped(Stage::Held, format!("On hold{because}"))),
        RewardState::Declined => steps.push(Step::stopped(Stage::Reviewed, format!("Declined{because}"))),
        RewardState::Paid => steps.push(Step::stopped(Stage::Paid, format!("Paid outside of Tributary{because}"))),
        RewardState::Scheduled => {}
        RewardState::Pending | RewardState::Approved => steps.extend(to_the_account(way, zone)),
    }
    steps
}

fn to_the_account(way: &Way<'_>, zone: &Zone) -> Vec<Step> {
    let day = |at: Instant| long_date(zone.date(at));
    let review = match (way.state, way.invoice) {
        (RewardState::Approved, _) => Step::done(Stage::Reviewed, "Approved", String::new()),
        (_, Some(invoice)) if !invoice.state.open() => Step::done(Stage::Reviewed, "Review ended", day(invoice.charge_due_at)),
        (_, Some(invoice)) => Step::expected(Stage::Reviewed, "In review", format!("until {}", day(invoice.charge_due_at.plus_ms(-1)))),
        (_, None) => Step::expected(Stage::Reviewed, "Review", format!("from {}", day(zone.month_start(way.month.next())))),
    };
    let invoiced = match way.invoice {
        Some(invoice) => Step::done(Stage::Invoiced, format!("Invoice {} of {}", invoice.number, way.month.long()), day(invoice.issued_at)),
        None => Step::expected(Stage::Invoiced, format!("Invoice of {}", way.month.long()), day(zone.month_start(way.month.next()))),
    };
    let charge = way.invoice.map(|invoice| invoice.charged_at.unwrap_or(invoice.charge_due_at));
    let charged = match way.invoice {
        Some(invoice) => match (invoice.charged_at, invoice.state) {
            (Some(at), _) => Step::done(Stage::Charged, "Company charged", day(at)),
            (None, InvoiceState::ChargeFailed) => Step::stopped(Stage::Charged, "The charge failed and will be tried again".to_owned()),
            (None, _) => Step::expected(Stage::Charged, "Company is charged", day(invoice.charge_due_at)),
        },
        None => {
            let due = schedule(zone, way.month, zone.month_start(way.month.next())).charge_due_at;
            Step::expected(Stage::Charged, "Company is charged", day(due))
        }
    };
    let estimated = estimated_payment_date(zone, way.state, way.month, charge, way.settlement_days).map(long_date).unwrap_or_default();
    let paid = match way.payout {
        Some(PayoutOnWay { paid_at: Some(at), .. }) => Step::done(Stage::Paid, "Paid", day(at)),
        Some(PayoutOnWay { state: PayoutState::Failed, .. }) => Step::stopped(Stage::Paid, "The payout failed".to_owned()),
        Some(PayoutOnWay { sent_at: Some(at), .. }) => Step::expected(Stage::Paid, "Payout sent", day(at)),
        _ => Step::expected(Stage::Paid, "Estimated payment date", estimated),
    };
    vec![invoiced, review, charged, paid]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn way() -> Way<'static> {
        Way {
            created_at: at("2026-03-15T12:00:00Z"),
            state: RewardState::Pending,
            state_reason: None,
            ready_at: None,
            month: Month(202603),
            invoice: None,
            payout: None,
            settlement_days: 3,
        }
    }

    fn words(way: &Way<'_>) -> Vec<String> {
        let zone: Zone = "America/New_York".parse().unwrap();
        timeline(way, &zone).into_iter().map(|step| format!("{:?} {} {}", step.standing, step.label, step.when)).collect()
    }

    #[test]
    fn a_new_reward_says_what_comes() {
        assert_eq!(
            words(&way()),
            [
                "Done Recorded 15 March 2026",
                "Expected Invoice of March 2026 1 April 2026",
                "Expected Review from 1 April 2026",
                "Expected Company is charged 8 April 2026",
                "Expected Estimated payment date 11 April 2026",
            ]
        );
    }

    #[test]
    fn a_paid_reward_says_what_was() {
        let mut way = way();
        way.invoice = Some(InvoiceOnWay {
            number: "NORTHWIND-0003",
            state: InvoiceState::Paid,
            issued_at: at("2026-04-01T04:00:00Z"),
            charge_due_at: at("2026-04-08T04:00:00Z"),
            charged_at: Some(at("2026-04-09T04:00:00Z")),
        });
        way.payout = Some(PayoutOnWay {
            state: PayoutState::Paid,
            sent_at: Some(at("2026-04-09T05:00:00Z")),
            paid_at: Some(at("2026-04-12T05:00:00Z")),
        });
        assert_eq!(
            words(&way),
            [
                "Done Recorded 15 March 2026",
                "Done Invoice NORTHWIND-0003 of March 2026 1 April 2026",
                "Done Review ended 8 April 2026",
                "Done Company charged 9 April 2026",
                "Done Paid 12 April 2026",
            ]
        );
        assert_eq!(status(way.state, Some(InvoiceState::Paid), Some(PayoutState::Paid)), RewardStatus::Paid);
        assert_eq!(status(way.state, Some(InvoiceState::Charged), None), RewardStatus::Invoiced);
    }

    #[test]
    fn what_stands_still_says_why() {
        let held = Way { state: RewardState::Hold, state_reason: Some("checking the order"), ..way() };
        assert_eq!(words(&held), ["Done Recorded 15 March 2026", "Stopped On hold: checking the order "]);
        let scheduled = Way { state: RewardState::Scheduled, ready_at: Some(at("2026-04-14T12:00:00Z")), ..way() };
        assert_eq!(words(&scheduled), ["Done Recorded 15 March 2026", "Expected Hold days of the offer until 14 April 2026"]);
        for state in [RewardState::Hold, RewardState::Declined, RewardState::Scheduled, RewardState::Paid] {
            assert_eq!(estimated_payment_date(&Zone::UTC, state, Month(202603), None, 3), None);
        }
    }
}
