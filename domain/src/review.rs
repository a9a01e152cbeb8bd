//! What may be decided about a reward, and where that leaves it.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::states::{ReviewDecision, RewardSource, RewardState};
use crate::time::{Instant, Month};

/// What a person does with a reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Approve,
    Decline,
    Hold,
    Release,
    MarkPaidElsewhere,
}

impl Verb {
    pub const ALL: [Verb; 5] = [Verb::Approve, Verb::Decline, Verb::Hold, Verb::Release, Verb::MarkPaidElsewhere];

    /// The word in reward records and the audit.
    pub const fn word(self) -> &'static str {
        match self {
            Verb::Approve => "approve",
            Verb::Decline => "decline",
            Verb::Hold => "hold",
            Verb::Release => "release",
            Verb::MarkPaidElsewhere => "mark_paid_elsewhere",
        }
    }

    /// As part of a sentence: "cannot be approved".
    pub const fn done(self) -> &'static str {
        match self {
            Verb::Approve => "approved",
            Verb::Decline => "declined",
            Verb::Hold => "put on hold",
            Verb::Release => "released",
            Verb::MarkPaidElsewhere => "marked as paid elsewhere",
        }
    }

    pub const fn needs_reason(self) -> bool {
        matches!(self, Verb::Decline | Verb::Hold)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl From<ReviewDecision> for Verb {
    fn from(decision: ReviewDecision) -> Verb {
        match decision {
            ReviewDecision::Approve => Verb::Approve,
            ReviewDecision::Decline => Verb::Decline,
            ReviewDecision::Hold => Verb::Hold,
            ReviewDecision::Release => Verb::Release,
        }
    }
}

/// Where a reward stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardPosition {
    pub state: RewardState,
    pub month: Month,
    /// The end of the offer's hold days, where it has some.
    pub ready_at: Option<Instant>,
}

/// The company's months as the rewards of one currency meet them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceMonths {
    /// The earliest month whose invoices have not been generated.
    pub open: Month,
    /// The month that gathers new rewards: `open`, or a later one while month-end work is late.
    pub accumulating: Month,
    /// Months whose invoice in this currency is in review.
    pub in_review: Vec<Month>,
    /// Months whose invoice in this currency is frozen.
    pub frozen: Vec<Month>,
}

impl InvoiceMonths {
    /// Whether rewards may still come into this month or leave it.
    pub fn takes(&self, month: Month) -> bool {
        !self.frozen.contains(&month) && (month >= self.open || self.in_review.contains(&month))
    }

    /// The month in which a reward becomes payable: its own while that one still takes rewards.
    pub fn payable_in(&self, own: Month) -> Month {
        if self.takes(own) { own } else { self.accumulating }
    }

    /// Whether a reward is a line of a frozen invoice.
    pub fn is_frozen(&self, position: &RewardPosition) -> bool {
        position.state.payable() && self.frozen.contains(&position.month)
    }

    /// The month whose invoice is in review: the latest, should there be several.
    pub fn under_review(&self) -> Option<Month> {
        self.in_review.iter().copied().max()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("a reason is required")]
    ReasonMissing,
    #[error("it is on the invoice of {0}, which is charged or about to be and cannot change")]
    Frozen(String),
    #[error("a reward that is {} cannot be {}", state_words(*.state), .verb.done())]
    Impossible { verb: Verb, state: RewardState },
    #[error("it reverses {0} and follows what is decided about that one")]
    Follows(String),
    #[error("only new and approved rewards stand on an invoice")]
    NotPayable,
    #[error("no invoice in this currency is in review")]
    NothingInReview,
    #[error("it is on the invoice of {0} already")]
    AlreadyThere(String),
    #[error("it reverses {0}, which is on a later invoice, and can't come before it")]
    BeforeOriginal(String),
    #[error("something else was decided about it since")]
    ChangedSince,
    #[error("it {} meanwhile", meanwhile_words(*.0))]
    Meanwhile(RewardState),
}

impl Refusal {
    /// Whether it only says that another reward decides where this one goes: among many, it is left out and refuses nothing.
    pub const fn follows(&self) -> bool {
        matches!(self, Refusal::Follows(_) | Refusal::BeforeOriginal(_))
    }
}

const fn state_words(state: RewardState) -> &'static str {
    match state {
        RewardState::Pending => "new",
        RewardState::Approved => "approved",
        RewardState::Hold => "on hold",
        RewardState::Declined => "declined",
        RewardState::Scheduled => "scheduled",
        RewardState::Paid => "paid elsewhere",
    }
}

/// What was decided about a reward that a list showed in another state.
const fn meanwhile_words(state: RewardState) -> &'static str {
    match state {
        RewardState::Pending => "became new",
        RewardState::Approved => "was approved",
        RewardState::Hold => "was put on hold",
        RewardState::Declined => "was declined",
        RewardState::Scheduled => "was scheduled",
        RewardState::Paid => "was marked as paid elsewhere",
    }
}

/// Where a decision leaves a reward. `None`: it stands there already.
pub fn decide(
    verb: Verb,
    reason: &str,
    position: &RewardPosition,
    months: &InvoiceMonths,
    now: Instant,
) -> Result<Option<RewardPosition>, Refusal> {
    use RewardState::{Approved, Declined, Hold, Paid, Pending, Scheduled};
    if verb.needs_reason() && reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    let waits = position.ready_at.is_some_and(|at| at > now);
    let state = match (verb, position.state) {
        (Verb::Approve, Approved)
        | (Verb::Decline, Declined)
        | (Verb::Hold, Hold)
        | (Verb::Release, Pending | Approved)
        | (Verb::MarkPaidElsewhere, Paid) => return Ok(None),
        // Back from a decline, the offer's hold days still count.
        (Verb::Approve, Declined) if waits => Scheduled,
        (Verb::Approve, Pending | Declined | Hold) => Approved,
        (Verb::Decline, Pending | Approved | Hold | Scheduled) => Declined,
        (Verb::Hold, Pending | Approved | Scheduled) => Hold,
        (Verb::Release, Hold) if waits => Scheduled,
        (Verb::Release, Hold | Scheduled) => Pending,
        (Verb::MarkPaidElsewhere, Pending | Approved | Hold | Scheduled) => Paid,
        (verb, state) => return Err(Refusal::Impossible { verb, state }),
    };
    if months.is_frozen(position) {
        return Err(Refusal::Frozen(position.month.long()));
    }
    let from_hold = matches!(position.state, Hold | Scheduled);
    let month = match (state.payable(), from_hold) {
        (true, true) => months.accumulating,
        (true, false) => months.payable_in(position.month),
        (false, _) => position.month,
    };
    Ok(Some(RewardPosition { state, month, ready_at: position.ready_at }))
}

/// Whether a reward goes where the reward goes that it reverses: a refund's does until that one is a line of a frozen invoice.
/// Corrections of an attribution or a void always do: half of a change cannot be declined.
pub fn must_follow(source: RewardSource, original: &RewardPosition, months: &InvoiceMonths) -> bool {
    match source {
        RewardSource::Refund => !months.is_frozen(original),
        RewardSource::Attribution | RewardSource::Void => true,
        _ => false,
    }
}

/// Whether a reward may stand so while the reward it reverses stands at `original`: on an invoice both or neither.
pub fn may_stand(source: RewardSource, state: RewardState, original: &RewardPosition, months: &InvoiceMonths) -> bool {
    !must_follow(source, original, months) || state == original.state || (state.payable() && original.state.payable())
}

/// Where a reward stands once the reward it reverses stands at `original`: `None` when it need not move.
/// One that is a line of a frozen invoice stays.
pub fn follow(original: &RewardPosition, position: &RewardPosition, months: &InvoiceMonths) -> Option<RewardPosition> {
    if months.is_frozen(position) {
        return None;
    }
    let month = if original.state.payable() { months.payable_in(position.month).max(original.month) } else { position.month };
    let moved = RewardPosition { state: original.state, month, ready_at: original.ready_at };
    (moved.state != position.state || moved.month != position.month).then_some(moved)
}

/// Takes a decision back: from where it left the reward to where the reward stood before.
pub fn undo(
    before: &RewardPosition,
    after: &RewardPosition,
    position: &RewardPosition,
    months: &InvoiceMonths,
) -> Result<RewardPosition, Refusal> {
    if position.state != after.state || position.month != after.month {
        return Err(Refusal::ChangedSince);
    }
    if months.is_frozen(position) {
        return Err(Refusal::Frozen(position.month.long()));
    }
    let month = if before.state.payable() { months.payable_in(before.month) } else { before.month };
    Ok(RewardPosition { state: before.state, month, ready_at: position.ready_at })
}

/// Puts a reward onto the invoice in review. `original` is the key and the month of the reward it reverses, if it does.
pub fn move_to_current_invoice(
    position: &RewardPosition,
    original: Option<(&str, Month)>,
    months: &InvoiceMonths,
) -> Result<RewardPosition, Refusal> {
    if !position.state.payable() {
        return Err(Refusal::NotPayable);
    }
    if months.is_frozen(position) {
        return Err(Refusal::Frozen(position.month.long()));
    }
    let month = months.under_review().ok_or(Refusal::NothingInReview)?;
    if position.month == month {
        return Err(Refusal::AlreadyThere(month.long()));
    }
    match original {
        Some((key, later)) if later > month => Err(Refusal::BeforeOriginal(key.to_owned())),
        _ => Ok(RewardPosition { month, ..*position }),
    }
}

/// Takes a reward off its invoice and puts it into the next month that takes rewards.
pub fn remove_from_invoice(position: &RewardPosition, months: &InvoiceMonths) -> Result<RewardPosition, Refusal> {
    if !position.state.payable() {
        return Err(Refusal::NotPayable);
    }
    if months.is_frozen(position) {
        return Err(Refusal::Frozen(position.month.long()));
    }
    let next = position.month.next();
    let month = if months.takes(next) { next } else { months.accumulating.max(next) };
    Ok(RewardPosition { month, ..*position })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use RewardState::{Approved, Declined, Hold, Paid, Pending, Scheduled};
    use rstest::rstest;

    use super::*;

    const NOW: Instant = Instant(1_000);

    /// January is charged, February in review, March gathers.
    fn invoice_months() -> InvoiceMonths {
        InvoiceMonths { open: Month(202603), accumulating: Month(202603), in_review: vec![Month(202602)], frozen: vec![Month(202601)] }
    }

    fn position(state: RewardState, month: i32) -> RewardPosition {
        RewardPosition { state, month: Month(month), ready_at: None }
    }

    /// Every verb from every state: the new state, "same", or "no".
    #[test]
    fn the_whole_table() {
        let expected = [
            (Verb::Approve, ["approved", "same", "approved", "approved", "no", "no"]),
            (Verb::Decline, ["declined", "declined", "declined", "same", "declined", "no"]),
            (Verb::Hold, ["hold", "hold", "same", "no", "hold", "no"]),
            (Verb::Release, ["same", "same", "pending", "no", "pending", "no"]),
            (Verb::MarkPaidElsewhere, ["paid", "paid", "paid", "no", "paid", "same"]),
        ];
        for (verb, row) in expected {
            for (state, outcome) in [Pending, Approved, Hold, Declined, Scheduled, Paid].into_iter().zip(row) {
                let found = match decide(verb, "because", &position(state, 202602), &invoice_months(), NOW) {
                    Ok(Some(after)) => after.state.word(),
                    Ok(None) => "same",
                    Err(Refusal::Impossible { .. }) => "no",
                    Err(other) => panic!("{verb} {state}: {other}"),
                };
                assert_eq!(found, outcome, "{verb} {state}");
            }
        }
    }

    /// The month after a decision, for a reward of the frozen, the reviewed and the open month.
    #[rstest]
    #[case(Verb::Approve, Declined, 202601, 202603)]
    #[case(Verb::Approve, Declined, 202602, 202602)]
    #[case(Verb::Approve, Declined, 202604, 202604)]
    #[case(Verb::Approve, Declined, 202512, 202603)]
    #[case(Verb::Approve, Hold, 202602, 202603)]
    #[case(Verb::Release, Hold, 202601, 202603)]
    #[case(Verb::Release, Hold, 202602, 202603)]
    #[case(Verb::Release, Scheduled, 202602, 202603)]
    #[case(Verb::Hold, Pending, 202602, 202602)]
    #[case(Verb::Decline, Hold, 202601, 202601)]
    fn months(#[case] verb: Verb, #[case] state: RewardState, #[case] month: i32, #[case] expected: i32) {
        let after = decide(verb, "because", &position(state, month), &invoice_months(), NOW).unwrap().unwrap();
        assert_eq!(after.month, Month(expected));
    }

    #[test]
    fn nothing_changes_a_frozen_line() {
        for state in [Pending, Approved] {
            let line = position(state, 202601);
            for verb in Verb::ALL {
                let outcome = decide(verb, "because", &line, &invoice_months(), NOW);
                assert!(matches!(outcome, Ok(None) | Err(Refusal::Frozen(_))), "{verb} {state}: {outcome:?}");
            }
            assert!(matches!(move_to_current_invoice(&line, None, &invoice_months()), Err(Refusal::Frozen(_))));
            assert!(matches!(remove_from_invoice(&line, &invoice_months()), Err(Refusal::Frozen(_))));
            assert!(matches!(undo(&position(Hold, 202512), &line, &line, &invoice_months()), Err(Refusal::Frozen(_))));
            assert_eq!(follow(&position(Declined, 202603), &line, &invoice_months()), None);
        }
    }

    /// No decision puts a reward into a month that takes none.
    #[test]
    fn nothing_comes_into_a_closed_month() {
        for state in RewardState::ALL {
            for month in [202512, 202601, 202602, 202603, 202605] {
                let before = position(*state, month);
                let mut after: Vec<RewardPosition> =
                    Verb::ALL.iter().filter_map(|verb| decide(*verb, "x", &before, &invoice_months(), NOW).ok()?).collect();
                after.extend(remove_from_invoice(&before, &invoice_months()));
                after.extend(move_to_current_invoice(&before, None, &invoice_months()));
                for reached in after {
                    assert!(!reached.state.payable() || invoice_months().takes(reached.month), "{before:?} {reached:?}");
                    let back = undo(&before, &reached, &reached, &invoice_months()).unwrap();
                    assert_eq!(back.state, *state);
                    assert!(!back.state.payable() || invoice_months().takes(back.month));
                }
            }
        }
    }

    #[test]
    fn reasons_are_required() {
        for verb in Verb::ALL {
            let refused = decide(verb, "  ", &position(Pending, 202603), &invoice_months(), NOW) == Err(Refusal::ReasonMissing);
            assert_eq!(refused, verb.needs_reason());
        }
    }

    #[test]
    fn hold_days_outlast_a_decline_and_a_hold() {
        for (verb, state) in [(Verb::Approve, Declined), (Verb::Release, Hold)] {
            let waiting = RewardPosition { ready_at: Some(Instant(2_000)), ..position(state, 202603) };
            assert_eq!(decide(verb, "", &waiting, &invoice_months(), NOW).unwrap().unwrap().state, Scheduled);
        }
    }

    #[test]
    fn reversals_are_never_invoiced_before_their_original() {
        let original = position(Pending, 202603);
        let follower = follow(&original, &position(Hold, 202602), &invoice_months()).unwrap();
        assert_eq!((follower.state, follower.month), (Pending, Month(202603)));
        assert_eq!(follow(&original, &follower, &invoice_months()), None);
        let refused = move_to_current_invoice(&follower, Some(("rwd_1", Month(202603))), &invoice_months());
        assert_eq!(refused, Err(Refusal::BeforeOriginal("rwd_1".to_owned())));
    }

    #[test]
    fn lines_move_between_invoices() {
        let moved = move_to_current_invoice(&position(Pending, 202603), None, &invoice_months()).unwrap();
        assert_eq!(moved.month, Month(202602));
        assert_eq!(remove_from_invoice(&moved, &invoice_months()).unwrap().month, Month(202603));
        assert_eq!(move_to_current_invoice(&moved, None, &invoice_months()), Err(Refusal::AlreadyThere("February 2026".to_owned())));
        assert_eq!(move_to_current_invoice(&position(Hold, 202603), None, &invoice_months()), Err(Refusal::NotPayable));
        let none = InvoiceMonths { in_review: Vec::new(), ..invoice_months() };
        assert_eq!(move_to_current_invoice(&position(Pending, 202603), None, &none), Err(Refusal::NothingInReview));
        // A paused invoice whose next month is charged already: off it, on to the month that gathers.
        let paused =
            InvoiceMonths { open: Month(202603), accumulating: Month(202603), in_review: vec![Month(202601)], frozen: vec![Month(202602)] };
        assert_eq!(remove_from_invoice(&position(Pending, 202601), &paused).unwrap().month, Month(202603));
    }

    #[test]
    fn refunds_stand_where_their_reward_stands_until_that_one_is_frozen() {
        let (open, frozen) = (position(Pending, 202602), position(Approved, 202601));
        for state in RewardState::ALL {
            let fits = state.payable();
            assert_eq!(may_stand(RewardSource::Refund, *state, &open, &invoice_months()), fits, "{state}");
            assert!(may_stand(RewardSource::Refund, *state, &frozen, &invoice_months()), "{state}");
            assert!(may_stand(RewardSource::Adjustment, *state, &open, &invoice_months()), "{state}");
            // Half of an attribution's change cannot be declined, whatever is frozen.
            assert_eq!(may_stand(RewardSource::Attribution, *state, &frozen, &invoice_months()), fits, "{state}");
            assert_eq!(may_stand(RewardSource::Refund, *state, &position(Hold, 202602), &invoice_months()), *state == Hold, "{state}");
        }
    }

    #[test]
    fn undo_refuses_what_changed_since() {
        let (before, after) = (position(Pending, 202602), position(Hold, 202602));
        assert_eq!(undo(&before, &after, &after, &invoice_months()).unwrap(), before);
        assert_eq!(undo(&before, &after, &position(Declined, 202602), &invoice_months()), Err(Refusal::ChangedSince));
    }
}
