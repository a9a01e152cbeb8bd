//! A reward's receipt and path as the screens draw them; words and amounts are ready to read.

use serde::{Deserialize, Serialize};

/// Drawn like a till receipt: what happened, which triggers were looked at, the arithmetic, the sum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptView {
    /// "Why this amount", or "Why no reward"
    pub title: String,
    /// "rct_01h… · 3 Mar 2026, 14:12"
    pub number: String,
    pub facts: Vec<ReceiptFact>,
    pub triggers: Vec<ReceiptTrigger>,
    pub lines: Vec<ReceiptLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFact {
    /// "Event", "Customer", "Offer"
    pub label: String,
    pub value: String,
    /// A smaller line beneath; empty: none.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptTrigger {
    pub hit: bool,
    /// "20 % of every payment"
    pub text: String,
    /// "Month 4 of 12 since the first purchase"
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    pub label: String,
    pub amount: String,
    /// The sum under the rule.
    pub total: bool,
}

/// One station on the way from recorded to paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    pub state: StepState,
    /// "Recorded", "Held", "Reviewed", "Invoiced", "Charged", "Paid"
    pub title: String,
    /// "3 Mar 2026", "about 18 Apr 2026"; empty: not known.
    pub date: String,
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepState {
    Done,
    Now,
    Todo,
    /// Waits for somebody: on hold.
    Warn,
    /// Ended: declined, failed.
    Bad,
}
