//! What a partner sees: commissions, payouts, customers. Customers are shown as far as the company lets them.

use serde::{Deserialize, Serialize};

use crate::home::{MonthBar, MonthStrip};
use crate::receipt::{PathStep, ReceiptView};
use domain::Money;
use domain::page::{Count, Page};
use domain::states::{PayoutState, RewardStatus};

/// What a partner is owed, one amount per currency in each list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earnings {
    /// Charged to the company and to be paid, or sent: payouts that have not arrived yet.
    pub available: Vec<Money>,
    /// Payouts that did not arrive or came back, until they are paid again.
    pub failed: Vec<Money>,
    /// On an invoice that the company reviews, or that is being charged.
    pub in_review: Vec<Money>,
    pub on_hold: Vec<Money>,
    /// Within an offer's hold days.
    pub scheduled: Vec<Money>,
    /// Of the month that is still gathering.
    pub expected: Vec<Money>,
    /// Payouts that arrived.
    pub paid: Vec<Money>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerHome {
    pub earnings: Earnings,
    /// Payouts whose money did not arrive or came back.
    pub came_back: Vec<PayoutLine>,
    /// The invoices in review that the partner's next money is on; each amount is the partner's own.
    pub next: Vec<MonthStrip>,
    pub recent: Vec<CommissionLine>,
    /// Commissions of twelve months, oldest first, in the currency with most of them; empty before the first.
    pub months: Vec<MonthBar>,
    /// Other currencies in which something was earned in these months.
    pub other_currencies: Vec<String>,
    pub offers: Vec<OfferSeen>,
}

/// An offer in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSeen {
    pub company: String,
    /// Empty where it says what the sentences say.
    pub description: String,
    pub sentences: Vec<String>,
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionLine {
    pub key: String,
    pub company: String,
    pub description: String,
    /// "Sale", "Manual reward", "Refund"
    pub source: String,
    /// As much as the company shows; empty without a customer.
    pub customer: String,
    pub amount: Money,
    pub status: RewardStatus,
    /// Why it is on hold or declined, and of a scheduled one when it becomes due; empty otherwise.
    pub reason: String,
    /// "3 Apr 2026"
    pub occurred: String,
    /// "about 8 Apr 2026", "paid 12 Apr 2026", "once the pause ends"; empty for what is not going to be paid as things
    /// stand.
    pub payment: String,
    /// What stands before it where there is no column over it; empty where it says so itself.
    pub payment_label: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commissions {
    pub earnings: Earnings,
    pub page: Page<CommissionLine>,
    pub count: Count,
    /// One per currency of everything that matches, of declined ones only where they alone were asked for; `None` when it is more than
    /// is added up.
    pub totals: Option<Vec<Money>>,
    /// The partner has no reward yet.
    pub empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionDetail {
    pub line: CommissionLine,
    /// When it is paid, or why not.
    pub lead: String,
    pub receipt: ReceiptView,
    pub path: Vec<PathStep>,
    /// The payout that it was part of: its key; empty before.
    pub payout: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutLine {
    /// Empty for readers who may not open it.
    pub key: String,
    pub company: String,
    /// "March 2026"
    pub month: String,
    pub invoice_number: String,
    pub amount: Money,
    pub state: PayoutState,
    /// "8 Apr 2026": when it was paid or sent, is due, or came back.
    pub date: String,
    /// "Your payment didn't arrive: no account. Ask Northwind to add your account."; empty where nothing is wrong.
    pub trouble: String,
}

/// Something that happened to a payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutStep {
    /// "8 Apr 2026"
    pub date: String,
    /// "Didn't arrive: no account"
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payouts {
    pub page: Page<PayoutLine>,
    pub earnings: Earnings,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutDetail {
    pub line: PayoutLine,
    /// What its lines come to, before what was carried over.
    pub total: Money,
    /// Owed from earlier months, at or below zero.
    pub carried_in: Money,
    /// What happened to it, the oldest first; empty where it went as planned.
    pub history: Vec<PayoutStep>,
    pub page: Page<CommissionLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalCustomer {
    pub name: String,
    pub company: String,
    /// "3 Apr 2026"
    pub since: String,
    pub bought: bool,
    pub sales: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalCustomers {
    pub page: Page<PortalCustomer>,
    pub count: Count,
}
