//! Review Rewards, and one reward with its receipt, history and what happens next.

use serde::{Deserialize, Serialize};

use crate::Choice;
use crate::partners::RewardLine;
use crate::receipt::{PathStep, ReceiptView};
use domain::Money;
use domain::page::{Count, Page};
use domain::review::Verb;
use domain::states::RewardState;

/// The words by which Review Rewards is sorted; the first is its own order, newest first.
pub const REWARD_SORTS: &[&str] = &["recorded", "amount"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewList {
    /// "March 2026 · in review for 4 more days · will be charged on 8 April, New York time"
    pub context: String,
    pub page: Page<RewardLine>,
    pub count: Count,
    /// One per currency of everything that matches, of declined rewards only where they alone were asked for; `None` when it is more
    /// than is added up without being asked.
    pub totals: Option<Vec<Money>>,
    /// The rows were asked to be added up however many there are.
    pub summed: bool,
    /// All states together first; a count of `None` is not known.
    pub tabs: Vec<StateTab>,
    pub groups: Vec<Choice>,
    pub currencies: Vec<Choice>,
    /// Months that can be looked at, newest first: "2026-03" and "March 2026, in review".
    pub months: Vec<Choice>,
    pub partner: Option<Choice>,
    pub customer: Option<Choice>,
    /// "March 2026": the month whose invoices are in review, where there is one to move rewards onto; empty otherwise.
    pub in_review: String,
    /// Everything that a filter found, selected at once.
    pub selection: Option<Selection>,
    /// The company has no reward yet.
    pub empty: bool,
    /// The reader may decide about them.
    pub may_review: bool,
}

/// Rewards that were selected at once, as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub id: String,
    pub rewards: i64,
    pub partners: i64,
    /// One per currency.
    pub totals: Vec<Money>,
}

/// A state as a tab over the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateTab {
    /// The state's word; empty for all.
    pub value: String,
    pub label: String,
    pub count: Option<Count>,
}

impl StateTab {
    /// The states that have a tab, in the order of a reward's life, with their words.
    pub const STATES: [(RewardState, &'static str); 6] = [
        (RewardState::Pending, "New"),
        (RewardState::Approved, "Approved"),
        (RewardState::Hold, "On hold"),
        (RewardState::Scheduled, "Scheduled"),
        (RewardState::Declined, "Declined"),
        (RewardState::Paid, "Paid elsewhere"),
    ];
}

/// One reward, with everything a drawer shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardDetail {
    pub line: RewardLine,
    /// "On the March 2026 invoice, which will be charged on 8 April 2026, New York time"
    pub lead: String,
    /// How many decisions had been recorded: a form sends it along, so that a decision on what has changed meanwhile is noticed.
    pub seen: i64,
    pub receipt: ReceiptView,
    pub path: Vec<PathStep>,
    /// Newest first; the last one is its creation.
    pub history: Vec<HistoryEntry>,
    /// What it reverses or corrects, and what reverses or corrects it.
    pub related: Vec<RelatedReward>,
    /// What may be decided about it now.
    pub verbs: Vec<Verb>,
    /// The month whose invoice it can be moved onto: "March 2026"; empty: none.
    pub move_to: String,
    /// The month it goes to when it is taken off its invoice: "April 2026"; empty: it cannot be.
    pub remove_to: String,
    /// It goes where the reward goes that it reverses, and only that one can be held, released or declined.
    pub follows: bool,
    /// A line of a frozen invoice: only an adjustment can correct it.
    pub frozen: bool,
    /// The month a new adjustment falls into: "April 2026"; empty: it cannot be adjusted.
    pub adjust_month: String,
    /// What refunds before it take of a new adjustment; empty: nothing.
    pub adjust_note: String,
    /// The address of its customer; empty without one.
    pub customer_href: String,
    /// The key of its transaction; empty without one.
    pub transaction_key: String,
    /// The newest decision, where it may be undone; empty otherwise.
    pub undo: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// An icon's name.
    pub icon: String,
    /// "approved it", "put it on hold"
    pub what: String,
    pub author: String,
    /// "3 Apr 2026, 14:12"
    pub when: String,
    /// Why, and where it went; empty where nothing was said.
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedReward {
    pub key: String,
    /// "Reverses", "Reversed by", "Adjusts", "Adjusted by"
    pub relation: String,
    pub description: String,
    pub amount: Money,
    pub when: String,
}
