//! The decision record of one event: what a receipt stores and a screen draws.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::conditions::FailedComparison;
use crate::money::{Currency, Money, Rate};
use crate::reasons::Reason;
use crate::states::{EventKind, RewardState};
use crate::time::{Instant, Month};

/// What was decided about one event, and why. Stored as JSON in `receipts.decision`; plain data, fit for the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub event: EventSummary,
    /// Why there is a reward, or the reason that came closest to one.
    pub reason: Reason,
    /// The partner key of whom the event belongs to, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_key: Option<String>,
    /// Every trigger that was looked at, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<TriggerOutcome>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<RewardDraft>,
}

/// What happened, as the receipt's head shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSummary {
    pub kind: EventKind,
    /// The transaction's key, or the customer's.
    pub key: String,
    pub occurred_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The key of the transaction that a refund refunds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<String>,
}

/// What one trigger made of the event. For a refund: what one reward of the original made of it. What it says is numbers and words of
/// ours: sentences are made by whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerOutcome {
    pub offer_key: String,
    pub offer_version: i32,
    pub offer_description: String,
    pub trigger_key: String,
    pub matched: bool,
    pub reason: Reason,
    /// Which reward of its trigger's limit this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<LimitPlace>,
    /// More for the company: the comparison that failed, the end of a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// The arithmetic, top to bottom; the last line is the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward: Option<Money>,
    /// The end of the hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Instant>,
    /// Receipts of the first versions have the trigger's promise and the reason for the partner in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sentence: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// Which of the rewards that a trigger's limit allows this one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitPlace {
    FirstPurchase,
    Payment { number: u64, of: u32 },
    Month { number: u32, of: u32 },
}

/// Why a trigger made nothing, in its own numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    Currency {
        is: Currency,
        wanted: Currency,
    },
    Condition(Vec<FailedComparison>),
    BelowMinimum {
        amount: Money,
        minimum: Money,
    },
    RewardsMade {
        made: u64,
        of: u32,
    },
    MonthsOver {
        months: u32,
        first_purchase_at: Instant,
    },
    CapUsed {
        used: Money,
        cap: Money,
        month: Month,
    },
    /// As receipts of the first versions have it.
    #[serde(untagged)]
    Written(String),
}

/// One line of the arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Sale(Money),
    Share {
        rate: Rate,
        amount: Money,
    },
    Flat(Money),
    /// What a monthly cap takes off.
    Cap {
        used: Money,
        cap: Money,
        month: Month,
        amount: Money,
    },
    Reward(Money),
    Original(Money),
    Refunded {
        refunded: Money,
        of: Money,
        amount: Money,
    },
    ReversedBefore(Money),
    ReversedNow(Money),
    /// As receipts of the first versions have it.
    #[serde(untagged)]
    Written {
        label: String,
        value: String,
    },
}

/// A reward to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardDraft {
    pub partnership_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_version_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_key: Option<String>,
    /// Never zero.
    pub amount: Money,
    pub description: String,
    pub state: RewardState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Instant>,
    /// The reward that this one reverses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<Uuid>,
}
