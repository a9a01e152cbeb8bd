//! A reward's way from the event to the partner's account: what has happened, and what will when.

use domain::invoicing::{ChargeDates, schedule};
use domain::payment::estimated_payment_date;
use domain::payouts::within;
use domain::states::{InvoiceState, PayoutState, RewardState};
use domain::time::{Instant, Month, short_date};
use domain::zone::Zone;
use views::receipt::{PathStep, StepState};

/// What is known of a reward's way.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    pub created_at: Instant,
    pub state: RewardState,
    pub state_reason: Option<&'a str>,
    pub ready_at: Option<Instant>,
    /// Of a scheduled reward, the one in which it becomes due.
    pub month: Month,
    /// The invoice of its month and currency, once there is one.
    pub invoice: Option<InvoiceOnWay<'a>>,
    /// The partner's payout of that invoice, once there is one.
    pub payout: Option<PayoutOnWay<'a>>,
    pub settlement_days: i32,
}

#[derive(Clone, Copy, Debug)]
pub struct InvoiceOnWay<'a> {
    pub number: &'a str,
    pub state: InvoiceState,
    pub issued_at: Instant,
    pub charge_due_at: Instant,
    /// Neither charged nor paid until it is resumed.
    pub paused: bool,
    pub frozen_at: Option<Instant>,
    /// When its failed charge will be retried.
    pub retry_at: Option<Instant>,
    pub charged_at: Option<Instant>,
}

impl InvoiceOnWay<'_> {
    fn charge(&self) -> Option<Instant> {
        let InvoiceOnWay { state, paused, charge_due_at, retry_at, charged_at, .. } = *self;
        ChargeDates { state, paused, charge_due_at, retry_at, charged_at }.charge()
    }
}

#[derive(Clone, Copy, Debug)]
pub struct PayoutOnWay<'a> {
    pub state: PayoutState,
    pub sent_at: Option<Instant>,
    pub paid_at: Option<Instant>,
    /// Why it did not arrive, or came back.
    pub error: Option<&'a str>,
}

/// The stations in order. Where the reward will not be paid by itself, they end with the reason.
pub fn path(way: &Way<'_>, zone: &Zone) -> Vec<PathStep> {
    let day = |at: Instant| short_date(zone.date(at));
    let because = way.state_reason.unwrap_or_default();
    let mut steps = vec![step(StepState::Done, "Recorded", day(way.created_at), "")];
    if let Some(ready_at) = way.ready_at {
        let state = if way.state == RewardState::Scheduled { StepState::Now } else { StepState::Done };
        steps.push(step(state, "Scheduled", format!("until {}", day(ready_at)), "hold days of the offer"));
    }
    match way.state {
        RewardState::Hold => steps.push(step(StepState::Warn, "On hold", String::new(), because)),
        RewardState::Declined => steps.push(step(StepState::Bad, "Declined", String::new(), because)),
        RewardState::Paid => steps.push(step(StepState::Done, "Paid elsewhere", String::new(), because)),
        RewardState::Scheduled => {
            let issued = day(zone.month_start(way.month.next()));
            steps.push(step(StepState::Todo, "Invoiced", issued, format!("invoice of {}", way.month.long())));
        }
        RewardState::Pending | RewardState::Approved => steps.extend(to_the_account(way, zone)),
    }
    steps
}

fn step(state: StepState, title: &str, date: String, note: impl Into<String>) -> PathStep {
    PathStep { state, title: title.to_owned(), date, note: note.into() }
}

/// Invoiced, reviewed, charged, paid; approved ahead of the invoice, the review comes first.
fn to_the_account(way: &Way<'_>, zone: &Zone) -> Vec<PathStep> {
    let day = |at: Instant| short_date(zone.date(at));
    let issued = zone.month_start(way.month.next());
    let invoice_name = way.invoice.map_or_else(|| format!("invoice of {}", way.month.long()), |invoice| invoice.number.to_owned());
    let due = way.invoice.map_or_else(|| schedule(zone, way.month, issued).charge_due_at, |invoice| invoice.charge_due_at);
    let invoiced = match way.invoice {
        Some(invoice) => step(StepState::Done, "Invoiced", day(invoice.issued_at), invoice_name),
        None => step(StepState::Todo, "Invoiced", day(issued), invoice_name),
    };
    let reviewed = match (way.state, way.invoice) {
        (RewardState::Approved, _) => step(StepState::Done, "Reviewed", String::new(), "approved"),
        (_, Some(InvoiceOnWay { paused: true, .. })) => step(StepState::Now, "Reviewed", String::new(), "the invoice is paused"),
        (_, Some(invoice)) if invoice.state.open() => step(StepState::Now, "Reviewed", format!("until {}", day(due.plus_ms(-1))), ""),
        (_, Some(invoice)) => step(StepState::Done, "Reviewed", day(invoice.frozen_at.unwrap_or(due)), ""),
        (_, None) => step(StepState::Todo, "Reviewed", format!("{} to {}", day(issued), day(due.plus_ms(-1))), ""),
    };
    let charged = match way.invoice {
        Some(InvoiceOnWay { paused: true, .. }) => step(StepState::Todo, "Charged", String::new(), "once the invoice is resumed"),
        Some(InvoiceOnWay { charged_at: Some(at), .. }) => step(StepState::Done, "Charged", day(at), ""),
        Some(InvoiceOnWay { state: InvoiceState::ChargeFailed, retry_at: Some(at), .. }) => {
            step(StepState::Warn, "Charged", day(at), "the charge failed and will be retried")
        }
        Some(InvoiceOnWay { state: InvoiceState::ChargeFailed, .. }) => {
            step(StepState::Warn, "Charged", String::new(), "the charge failed and won't be retried automatically")
        }
        Some(InvoiceOnWay { state: InvoiceState::Charging, .. }) => step(StepState::Now, "Charged", day(due), ""),
        _ => step(StepState::Todo, "Charged", day(due), ""),
    };
    let charge = way.invoice.map_or(Some(due), |invoice| invoice.charge());
    let expected = charge.and_then(|charge| estimated_payment_date(zone, way.state, way.month, Some(charge), way.settlement_days));
    let about = expected.map(|date| format!("about {}", short_date(date))).unwrap_or_default();
    let paid = match way.payout {
        Some(PayoutOnWay { paid_at: Some(at), .. }) => step(StepState::Done, "Paid", day(at), ""),
        Some(PayoutOnWay { state, error, .. }) if state.came_back() => {
            let what = if state == PayoutState::Returned { "the bank returned the payout" } else { "the payout failed" };
            let why = error.filter(|error| !error.is_empty()).map(|error| format!(": {}", within(error))).unwrap_or_default();
            step(StepState::Bad, "Paid", String::new(), format!("{what}{why}"))
        }
        Some(PayoutOnWay { sent_at: Some(at), .. }) => step(StepState::Now, "Paid", about, format!("sent {}", day(at))),
        _ => step(StepState::Todo, "Paid", about, ""),
    };
    if way.state == RewardState::Approved && way.invoice.is_none() {
        return vec![reviewed, invoiced, charged, paid];
    }
    vec![invoiced, reviewed, charged, paid]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::payment::status;
    use domain::states::RewardStatus;

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
        path(way, &zone)
            .into_iter()
            .map(|step| format!("{:?} {} {} {}", step.state, step.title, step.date, step.note).trim_end().to_owned())
            .collect()
    }

    #[test]
    fn a_new_reward_says_what_comes() {
        assert_eq!(
            words(&way()),
            [
                "Done Recorded 15 Mar 2026",
                "Todo Invoiced 1 Apr 2026 invoice of March 2026",
                "Todo Reviewed 1 Apr 2026 to 7 Apr 2026",
                "Todo Charged 8 Apr 2026",
                "Todo Paid about 11 Apr 2026",
            ]
        );
        let approved = Way { state: RewardState::Approved, ..way() };
        assert_eq!(words(&approved)[1], "Done Reviewed  approved");
    }

    #[test]
    fn a_paid_reward_says_what_was() {
        let mut way = way();
        way.invoice = Some(InvoiceOnWay {
            number: "NORTHWIND-0003",
            state: InvoiceState::Paid,
            issued_at: at("2026-04-01T04:00:00Z"),
            charge_due_at: at("2026-04-08T04:00:00Z"),
            paused: false,
            frozen_at: Some(at("2026-04-08T04:00:00Z")),
            retry_at: None,
            charged_at: Some(at("2026-04-09T04:00:00Z")),
        });
        way.payout = Some(PayoutOnWay {
            state: PayoutState::Paid,
            sent_at: Some(at("2026-04-09T05:00:00Z")),
            paid_at: Some(at("2026-04-12T05:00:00Z")),
            error: None,
        });
        assert_eq!(
            words(&way),
            [
                "Done Recorded 15 Mar 2026",
                "Done Invoiced 1 Apr 2026 NORTHWIND-0003",
                "Done Reviewed 8 Apr 2026",
                "Done Charged 9 Apr 2026",
                "Done Paid 12 Apr 2026",
            ]
        );
        assert_eq!(status(way.state, Some(InvoiceState::Paid), Some(PayoutState::Paid)), RewardStatus::Paid);
        assert_eq!(status(way.state, Some(InvoiceState::Charged), None), RewardStatus::Invoiced);
    }

    #[test]
    fn money_that_did_not_arrive_says_why_and_promises_no_date() {
        let mut way = way();
        way.invoice = Some(InvoiceOnWay {
            number: "NORTHWIND-0003",
            state: InvoiceState::Charged,
            issued_at: at("2026-04-01T04:00:00Z"),
            charge_due_at: at("2026-04-08T04:00:00Z"),
            retry_at: None,
            paused: false,
            frozen_at: Some(at("2026-04-08T04:00:00Z")),
            charged_at: Some(at("2026-04-09T04:00:00Z")),
        });
        let came_back = |state| PayoutOnWay { state, sent_at: Some(at("2026-04-09T05:00:00Z")), paid_at: None, error: Some("no account") };
        way.payout = Some(came_back(PayoutState::Failed));
        assert_eq!(words(&way).pop().as_deref(), Some("Bad Paid  the payout failed: no account"));
        way.payout = Some(came_back(PayoutState::Returned));
        assert_eq!(words(&way).pop().as_deref(), Some("Bad Paid  the bank returned the payout: no account"));
        assert_eq!(status(way.state, Some(InvoiceState::Charged), Some(PayoutState::Returned)), RewardStatus::Invoiced);
    }

    #[test]
    fn a_paused_invoice_promises_no_date() {
        let invoice = InvoiceOnWay {
            number: "NORTHWIND-0003",
            state: InvoiceState::InReview,
            issued_at: at("2026-04-01T04:00:00Z"),
            charge_due_at: at("2026-04-08T04:00:00Z"),
            paused: true,
            frozen_at: None,
            retry_at: None,
            charged_at: None,
        };
        assert_eq!(
            words(&Way { invoice: Some(invoice), ..way() })[1..],
            [
                "Done Invoiced 1 Apr 2026 NORTHWIND-0003",
                "Now Reviewed  the invoice is paused",
                "Todo Charged  once the invoice is resumed",
                "Todo Paid",
            ]
        );
    }

    #[test]
    fn what_stands_still_says_why() {
        let held = Way { state: RewardState::Hold, state_reason: Some("checking the order"), ..way() };
        assert_eq!(words(&held), ["Done Recorded 15 Mar 2026", "Warn On hold  checking the order"]);
        let scheduled = Way { state: RewardState::Scheduled, ready_at: Some(at("2026-04-14T12:00:00Z")), month: Month(202604), ..way() };
        assert_eq!(
            words(&scheduled),
            [
                "Done Recorded 15 Mar 2026",
                "Now Scheduled until 14 Apr 2026 hold days of the offer",
                "Todo Invoiced 1 May 2026 invoice of April 2026",
            ]
        );
        for state in [RewardState::Hold, RewardState::Declined, RewardState::Scheduled, RewardState::Paid] {
            assert_eq!(estimated_payment_date(&Zone::UTC, state, Month(202603), None, 3), None);
        }
    }
}
