//! The decision record of one event: what a receipt stores and a screen draws.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::Money;
use crate::reasons::Reason;
use crate::states::{EventKind, RewardState};
use crate::time::Instant;

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
    /// The key of the transaction that a refund takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<String>,
}

/// What one trigger made of the event. For a refund: what one reward of the original made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerOutcome {
    pub offer_key: String,
    pub offer_version: i32,
    pub offer_description: String,
    pub trigger_key: String,
    /// The promise in words.
    pub sentence: String,
    pub matched: bool,
    pub reason: Reason,
    /// The reason in words for the partner.
    pub words: String,
    /// More for the company: the comparison that failed, the end of a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The arithmetic, top to bottom; the last line is the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ReceiptLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward: Option<Money>,
    /// The end of the hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Instant>,
}

/// "Sale" … "$200.00".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    pub label: String,
    pub value: String,
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
    /// The reward that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<Uuid>,
}

impl ReceiptLine {
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> ReceiptLine {
        ReceiptLine { label: label.into(), value: value.into() }
    }
}
