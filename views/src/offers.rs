//! Offers as the company sees them: what is promised now, and every version there was.

use serde::{Deserialize, Serialize};

use crate::Choice;
use domain::offers::TriggerText;
use domain::{Currency, Money};

/// How many triggers the editor shows at most; programme files may have more.
pub const EDITOR_TRIGGERS_MAX: usize = 6;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferList {
    pub offers: Vec<OfferLine>,
    pub may_change: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferLine {
    pub key: String,
    pub description: String,
    /// A group's name, or "Every group".
    pub group: String,
    /// In words for the company, one per trigger in force.
    pub sentences: Vec<String>,
    /// "version 2, since 1 Jan 2026"
    pub version: String,
    /// What it earned partners so far, one per currency; declined rewards are left out.
    pub earned: Vec<Money>,
    pub status: OfferStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OfferStatus {
    InForce,
    /// Its first version begins later.
    Planned,
    Retired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDetail {
    pub line: OfferLine,
    /// Newest first.
    pub versions: Vec<VersionView>,
    pub may_change: bool,
    /// What the editor begins with: the newest version that promises something.
    pub draft: OfferDraft,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    pub number: i32,
    /// "1 Jan 2026, 00:00", "the beginning"
    pub from: String,
    pub applies_to: String,
    pub description: String,
    /// What partners read, and a worked example of each.
    pub sentences: Vec<String>,
    pub examples: Vec<String>,
    /// "published 12 Dec 2025 by mia@…"
    pub published: String,
    pub retires: bool,
    /// The one that rates a new customer's events now.
    pub in_force: bool,
}

/// What the editor shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDraft {
    /// Empty for a new offer.
    pub key: String,
    /// Empty: every group.
    pub group: String,
    pub groups: Vec<Choice>,
    pub description: String,
    pub triggers: Vec<TriggerText>,
    pub currency: String,
    /// "New York time"
    pub zone: String,
    /// The number of the newest version; 0 for a new offer.
    pub seen: i32,
}

/// What a trigger says and pays, or what it lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerWords {
    /// What partners will see.
    pub sentence: String,
    /// "A sale of $200.00 pays $40.00."
    pub example: String,
    /// Empty where the trigger is complete.
    pub problem: String,
}

impl TriggerWords {
    pub fn of(text: &TriggerText, company_currency: Currency) -> TriggerWords {
        match text.read(company_currency) {
            Ok(trigger) => TriggerWords { sentence: trigger.sentence(), example: trigger.example(), problem: String::new() },
            Err(errors) => TriggerWords { problem: errors.into_values().next().unwrap_or_default(), ..TriggerWords::default() },
        }
    }
}
