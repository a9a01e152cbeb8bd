//! Partners as the company sees them: the list, and one partner's details tab by tab.

use serde::{Deserialize, Serialize};

use crate::Choice;
use crate::home::MonthBar;
use domain::page::{Count, Page};
use domain::states::{PartnershipStatus, RewardSource, RewardState, RewardStatus};
use domain::{Instant, Money};

/// The words by which the list of partners is sorted; the first is its own order, descending.
pub const PARTNER_SORTS: &[&str] = &["revenue", "name", "owner", "group", "signups", "paid", "active", "joined"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerList {
    pub page: Page<PartnerRow>,
    pub count: Count,
    /// Of everything that matches; `None` when it is more than is added up.
    pub totals: Option<PartnerTotals>,
    /// The company has no partner yet.
    pub empty: bool,
    pub groups: Vec<Choice>,
    pub tags: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerTotals {
    pub signups: i64,
    pub paid_customers: i64,
    pub revenue: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerRow {
    pub key: String,
    pub name: String,
    /// The owner's address; empty where unknown.
    pub email: String,
    pub group: String,
    pub status: PartnershipStatus,
    pub signups: i64,
    pub paid_customers: i64,
    /// In the company's currency.
    pub revenue: Money,
    /// "3 Apr 2026"
    pub last_active: String,
}

/// What stands over every tab of Partner Details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerHead {
    pub key: String,
    pub name: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// The group's key and name.
    pub group: Choice,
    pub status: PartnershipStatus,
    pub tags: Vec<String>,
    pub manager: String,
    pub joined: String,
    pub last_active: String,
    pub payout_method: String,
    /// In full for those who may change it, its last four characters for others; empty where there is none.
    pub payout_account: String,
    /// There is an account, and it is not an IBAN that a payment file could name.
    pub by_hand: bool,
    pub settlement_days: i32,
    pub members: Vec<Member>,
    /// Every group of the company.
    pub groups: Vec<Choice>,
    /// Whether the reader may change the partner, and give it rewards.
    pub may_manage: bool,
    pub may_reward: bool,
    /// What its edit form has seen.
    pub seen: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    pub email: String,
    pub role: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerOverview {
    pub signups: i64,
    pub paid_customers: i64,
    pub revenue: Money,
    /// One per currency in which something was earned, the company's first.
    pub earnings: Vec<Earnings>,
    /// What will be paid and when, soonest first.
    pub upcoming: Vec<Upcoming>,
    /// Twelve months in one currency, oldest first; empty when there is nothing in them.
    pub months: Vec<MonthBar>,
    /// Other currencies in which something was earned in these months.
    pub other_currencies: Vec<String>,
    /// What the partner is promised now, in the partner's words.
    pub offers: Vec<Choice>,
    /// Group and since when ("Since 3 Apr 2026", "From the beginning"), newest first.
    pub group_history: Vec<(String, String)>,
}

/// What a partner earned in one currency, by what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earnings {
    pub paid: Money,
    /// Charged to the company, not yet with the partner.
    pub invoiced: Money,
    /// New and approved.
    pub coming: Money,
    pub held: Money,
    pub scheduled: Money,
    pub declined: Money,
}

impl Earnings {
    /// Everything but what was declined.
    pub fn earned(&self) -> Money {
        let parts = [self.paid, self.invoiced, self.coming, self.held, self.scheduled];
        Money::new(parts.iter().fold(0, |sum, part| sum.saturating_add(part.minor)), self.paid.currency)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upcoming {
    pub amount: Money,
    /// "March 2026"
    pub month: String,
    /// "In review", "Accumulating", "Charged"
    pub stage: String,
    /// The estimated payment date: "8 Apr 2026".
    pub date: String,
    /// Empty before the invoice is generated.
    pub invoice_number: String,
}

/// A reward as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardLine {
    pub key: String,
    pub description: String,
    pub source: RewardSource,
    pub partner_key: String,
    pub partner_name: String,
    /// The customer's key and name.
    pub customer: Option<Choice>,
    pub amount: Money,
    pub status: RewardStatus,
    /// What was last decided about it.
    pub state: RewardState,
    /// Why it is on hold or declined, and of a scheduled one when it becomes due; empty otherwise.
    pub reason: String,
    /// "3 Apr 2026"
    pub occurred: String,
    pub created: String,
    /// "March 2026"; of a scheduled one, the month in which it becomes due
    pub month: String,
    /// Empty before the invoice is generated, and for what is on none.
    pub invoice_number: String,
    /// "8 Apr 2026", "paid 12 Apr 2026", "once the pause ends"; `None` for what is not going to be paid as things stand.
    pub estimated_payment: Option<String>,
}

impl RewardLine {
    /// What stands before the payment: only a day that is to come is an estimate.
    pub fn payment_label(&self) -> &'static str {
        let estimated = self.estimated_payment.as_ref().is_none_or(|words| words.starts_with(|letter: char| letter.is_ascii_digit()));
        if estimated { "Estimated payment date" } else { "Payment" }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardLines {
    pub page: Page<RewardLine>,
    pub count: Count,
    /// One per currency of everything that matches, of declined rewards only where they alone were asked for; `None` when it is more
    /// than is added up.
    pub totals: Option<Vec<Money>>,
}

/// A sale or refund as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionLine {
    pub key: String,
    pub amount: Money,
    /// "3 Apr 2026, 14:12"
    pub occurred: String,
    pub product: String,
    pub category: String,
    /// The key of the sale that this refunds; empty for sales.
    pub refund_of: String,
    /// How much of this sale was refunded.
    pub refunded: Money,
    /// The customer's key and name.
    pub customer: Choice,
    /// The key and name of whom it belongs to.
    pub partner: Option<Choice>,
    /// What it earned, one per currency; refunds' rewards are below zero.
    pub rewards: Vec<Money>,
    /// Why it did or did not earn, in words for the company.
    pub why: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionLines {
    pub page: Page<TransactionLine>,
    pub count: Count,
    /// One per currency of everything that matches; `None` when it is more than is added up.
    pub totals: Option<Vec<Money>>,
}

/// What happened around a partner, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub entries: Vec<ActivityEntry>,
    /// The cursor of what is older.
    pub older: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityEntry {
    pub kind: ActivityKind,
    pub at: Instant,
    /// "3 Apr 2026, 14:12"
    pub when: String,
    /// "Sale of $200.00"
    pub title: String,
    /// Who or what: a customer, a change.
    pub detail: String,
    /// Who did it; empty for what happened by itself.
    pub author: String,
    /// Where to look at it; empty where there is nothing more.
    pub href: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActivityKind {
    Change,
    Customer,
    Sale,
    Refund,
    Reward,
}

/// What the forms for a new or changed partner offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerForm {
    pub groups: Vec<Choice>,
    pub tags: Vec<String>,
}

/// What the Manual Rewards drawer shows before anything is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualRewardForm {
    pub partner_key: String,
    pub partner_name: String,
    /// The company's currency, those in use, then all others.
    pub currencies: Vec<String>,
    /// The partner's newest customers, for before the client has loaded.
    pub customers: Vec<Choice>,
    /// Where the reward may go: onto the invoice that accumulates and, where one is in review, onto that. Values as
    /// `onto_invoice` has them, hints with the dates.
    pub onto: Vec<Choice>,
}
