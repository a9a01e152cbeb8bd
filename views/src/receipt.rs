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

impl ReceiptView {
    /// The label of the fact that says whose the event is.
    pub const PARTNER: &str = "Partner";

    /// Puts the partner's name before the key, which is all that a decision knows of them.
    pub fn name_partner(&mut self, name_of: impl Fn(&str) -> Option<String>) {
        let partner = self.facts.iter_mut().find(|fact| fact.label == Self::PARTNER);
        if let Some((fact, name)) = partner.and_then(|fact| name_of(&fact.value).map(|name| (fact, name))) {
            fact.note = std::mem::replace(&mut fact.value, name);
        }
    }
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
    /// "20% of every payment"
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
    /// "Recorded", "Scheduled", "Reviewed", "Invoiced", "Charged", "Paid"
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
