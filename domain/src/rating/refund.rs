//! Taking back what a refunded sale earned.

use thiserror::Error;
use uuid::Uuid;

use crate::decision::{Decision, EventSummary, Line, RewardDraft, TriggerOutcome};
use crate::money::{Currency, Money, mul_div_half_even};
use crate::reasons::Reason;
use crate::states::{EventKind, RewardState};
use crate::time::Instant;

/// The sale that is refunded.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    pub key: &'a str,
    pub occurred_at: Instant,
    pub amount: Money,
    /// What earlier refunds took back of it, zero or more.
    pub refunded: i64,
}

/// A live positive reward of the original.
#[derive(Clone, Copy, Debug)]
pub struct OriginalReward<'a> {
    pub id: Uuid,
    pub partnership_id: Uuid,
    pub offer_id: Option<Uuid>,
    pub offer_version_id: Option<Uuid>,
    pub offer_key: &'a str,
    pub offer_version: i32,
    pub trigger_key: Option<&'a str>,
    pub description: &'a str,
    pub amount: Money,
    /// What earlier refunds took back of it, zero or more.
    pub reversed: i64,
    pub state: RewardState,
    pub state_reason: Option<&'a str>,
    pub ready_at: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefundError {
    #[error("a refund's amount is below zero")]
    NotNegative,
    #[error("only a sale above zero can be refunded")]
    NotASale,
    #[error("the sale was in {expected}, not in {found}")]
    Currency { expected: Currency, found: Currency },
    #[error("“{0}” has been refunded in full")]
    NothingLeft(String),
    #[error("{amount} is more than what is left to refund of the sale: {left}")]
    MoreThanLeft { amount: Money, left: Money },
    #[error("a refund cannot be earlier than its sale")]
    BeforeSale(Instant),
}

impl RefundError {
    /// The field of the file or form that is wrong.
    pub const fn field(&self) -> &'static str {
        match self {
            RefundError::NotNegative | RefundError::MoreThanLeft { .. } => "amount",
            RefundError::NotASale | RefundError::NothingLeft(_) => "refund_of",
            RefundError::Currency { .. } => "currency",
            RefundError::BeforeSale(_) => "occurred_at",
        }
    }
}

/// Whether `amount` (below zero) may be refunded of the original at this time.
pub fn check_refund(amount: Money, occurred_at: Instant, original: &Original<'_>) -> Result<(), RefundError> {
    if amount.minor >= 0 {
        return Err(RefundError::NotNegative);
    }
    if original.amount.minor <= 0 {
        return Err(RefundError::NotASale);
    }
    if amount.currency != original.amount.currency {
        return Err(RefundError::Currency { expected: original.amount.currency, found: amount.currency });
    }
    if occurred_at < original.occurred_at {
        return Err(RefundError::BeforeSale(original.occurred_at));
    }
    let left = original.amount.minor - original.refunded;
    if left <= 0 {
        return Err(RefundError::NothingLeft(original.key.to_owned()));
    }
    if amount.minor < -left {
        let positive = Money::new(amount.minor.saturating_neg(), amount.currency);
        return Err(RefundError::MoreThanLeft { amount: positive, left: Money::new(left, amount.currency) });
    }
    Ok(())
}

/// Decides what a refund reverses. `amount` is below zero and has passed [`check_refund`].
///
/// Once `c` of the sale's `a` has been refunded, a reward `R` is reversed by `round(R × c ÷ a)` in all; this refund's part is
/// the difference to what was reversed before, so refunds of 100 % net to nothing, however they were split.
pub fn reverse(
    key: &str,
    amount: Money,
    occurred_at: Instant,
    partner_key: Option<&str>,
    original: &Original<'_>,
    rewards: &[OriginalReward<'_>],
) -> Result<Decision, RefundError> {
    check_refund(amount, occurred_at, original)?;
    let refunded = Money::new(original.refunded - amount.minor, amount.currency);
    let mut decision = Decision {
        event: EventSummary {
            kind: EventKind::Transaction,
            key: key.to_owned(),
            occurred_at,
            amount: Some(amount),
            refund_of: Some(original.key.to_owned()),
        },
        reason: Reason::OriginalNotRewarded,
        partner_key: partner_key.map(str::to_owned),
        triggers: Vec::with_capacity(rewards.len()),
        rewards: Vec::new(),
    };
    for reward in rewards {
        let outcome = reverse_share(reward, refunded, original, &mut decision.rewards);
        decision.triggers.push(outcome);
    }
    let ranked =
        |reason: &Reason| [Reason::OriginalDeclined, Reason::RoundsToZero, Reason::RefundReversed].iter().position(|known| known == reason);
    if let Some(reason) = decision.triggers.iter().map(|outcome| outcome.reason).max_by_key(ranked) {
        decision.reason = reason;
    }
    Ok(decision)
}

fn reverse_share(reward: &OriginalReward<'_>, refunded: Money, original: &Original<'_>, drafts: &mut Vec<RewardDraft>) -> TriggerOutcome {
    let money = |minor: i64| Money::new(minor, reward.amount.currency);
    let in_all = mul_div_half_even(reward.amount.minor, refunded.minor, original.amount.minor);
    let now = in_all - reward.reversed;
    let mut lines = Vec::new();
    let reason = if reward.state == RewardState::Declined {
        Reason::OriginalDeclined
    } else {
        lines.push(Line::Original(reward.amount));
        lines.push(Line::Refunded { refunded, of: original.amount, amount: money(-in_all) });
        if reward.reversed != 0 {
            lines.push(Line::ReversedBefore(money(reward.reversed)));
        }
        if now == 0 { Reason::RoundsToZero } else { Reason::RefundReversed }
    };
    let taken = (reason == Reason::RefundReversed).then(|| money(-now));
    if let Some(amount) = taken {
        lines.push(Line::ReversedNow(amount));
        drafts.push(RewardDraft {
            partnership_id: reward.partnership_id,
            offer_id: reward.offer_id,
            offer_version_id: reward.offer_version_id,
            trigger_key: reward.trigger_key.map(str::to_owned),
            amount,
            description: format!("Refund: {}", reward.description),
            state: reward.state,
            state_reason: reward.state_reason.map(str::to_owned),
            ready_at: reward.ready_at,
            reverses: Some(reward.id),
        });
    }
    TriggerOutcome {
        offer_key: reward.offer_key.to_owned(),
        offer_version: reward.offer_version,
        offer_description: reward.description.to_owned(),
        trigger_key: reward.trigger_key.unwrap_or_default().to_owned(),
        matched: taken.is_some(),
        reason,
        place: None,
        detail: None,
        lines,
        reward: taken,
        held_until: reward.ready_at.filter(|_| taken.is_some()),
        sentence: String::new(),
        words: String::new(),
    }
}
