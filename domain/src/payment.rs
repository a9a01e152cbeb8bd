//! How far a reward's money is: what its invoice and the partner's payout make of its state, and when it can be expected.

use chrono::{Duration, NaiveDate};

use crate::invoicing::schedule;
use crate::states::{InvoiceState, PayoutState, RewardState, RewardStatus};
use crate::time::{Instant, Month};
use crate::zone::Zone;

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
pub fn estimated_payment_date(
    zone: &Zone,
    state: RewardState,
    month: Month,
    charge: Option<Instant>,
    settlement_days: i32,
) -> Option<NaiveDate> {
    state.payable().then(|| {
        let charge = charge.unwrap_or_else(|| schedule(zone, month, zone.month_start(month.next())).charge_due_at);
        zone.date(charge) + Duration::days(i64::from(settlement_days))
    })
}
