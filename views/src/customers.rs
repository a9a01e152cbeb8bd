//! Customers as the company sees them: the list, one customer's page, and what a change of attribution would do.

use serde::{Deserialize, Serialize};

use crate::Choice;
use crate::partners::{RewardLine, TransactionLine};
use crate::receipt::ReceiptView;
use domain::Money;
use domain::page::{Count, Page};
use domain::states::RewardState;

/// The words by which the list of customers is sorted; the first is its own order, descending.
pub const CUSTOMER_SORTS: &[&str] = &["since", "name", "email"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerList {
    pub page: Page<CustomerRow>,
    pub count: Count,
    /// How many transactions the matching customers have; `None` when there are more customers than are counted.
    pub transactions: Option<i64>,
    /// The company has no customer yet.
    pub empty: bool,
    /// The partner that is filtered by: key and name.
    pub partner: Option<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRow {
    pub key: String,
    /// The name, or the address, or the key: whatever is known first.
    pub title: String,
    pub email: String,
    /// Who brings them now: key and name.
    pub partner: Option<Choice>,
    pub test: bool,
    /// "3 Apr 2026"
    pub since: String,
    /// Empty before the first purchase.
    pub first_purchase: String,
    pub transactions: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerDetail {
    pub key: String,
    /// The reader may record sales and refunds.
    pub may_change: bool,
    pub title: String,
    pub name: String,
    pub email: String,
    pub provider_key: String,
    /// What its edit form has seen.
    pub seen: String,
    pub partner: Option<Choice>,
    pub test: bool,
    pub since: String,
    pub first_purchase: String,
    /// "By hand by ada@northwind.example"
    pub recorded: String,
    /// Paid less refunded, one per currency.
    pub revenue: Vec<Money>,
    /// What all partners earned with this customer, declined rewards left out.
    pub rewards_total: Vec<Money>,
    /// Newest first.
    pub attributions: Vec<AttributionLine>,
    /// The receipt of the customer itself, for offers that pay for new customers.
    pub receipt: Option<ReceiptView>,
    pub transactions: Page<CustomerTransaction>,
    pub transaction_count: Count,
    /// How many of them count: voided ones don't.
    pub counting: i64,
    /// The newest hundred.
    pub rewards: Vec<RewardLine>,
}

/// A transaction with every decision that was made about it, the newest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerTransaction {
    pub line: TransactionLine,
    pub receipts: Vec<ReceiptView>,
    /// "Voided on 3 Apr 2026 by ada@northwind.example: typed twice"; empty while it counts.
    pub voided: String,
    /// The void that may be undone, if it is the customer's newest; empty otherwise.
    pub undo: String,
}

/// Who a customer belongs to over a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributionLine {
    /// `None`: to nobody.
    pub partner: Option<Choice>,
    /// "3 Apr 2026, 14:12"; "the beginning" where it has none.
    pub from: String,
    /// Empty: ongoing.
    pub to: String,
    pub source: String,
    pub reason: String,
    pub author: String,
    pub recorded: String,
    /// A later change replaced it.
    pub superseded: bool,
    /// The change that may be undone, if it is the newest one; empty otherwise.
    pub undo: String,
}

/// What the forms around one customer start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerForms {
    pub customer: Choice,
    /// Who brings them now.
    pub partner: Option<Choice>,
    /// The company's currency, those this customer paid in, then all others.
    pub currencies: Vec<String>,
    /// The currency of the newest sale, or the company's.
    pub currency: String,
    /// As a `datetime-local` field holds it.
    pub now: String,
    /// "New York time"
    pub zone: String,
    /// What can still be given back, newest first; at most two hundred.
    pub refundable: Vec<RefundableSale>,
    /// The sale that the form was opened for, where it can still be refunded; empty otherwise.
    pub chosen: String,
    /// Why the sale that the form was opened for cannot be refunded; empty where it can.
    pub refusal: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundableSale {
    pub key: String,
    pub amount: Money,
    /// What of it was not given back yet.
    pub left: Money,
    pub occurred: String,
    pub product: String,
}

/// What a change of attribution does, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePreview {
    /// `None`: to nobody.
    pub to: Option<Choice>,
    /// "3 Apr 2026, 00:00 New York time"
    pub from: String,
    /// Events whose owner changes, in time order.
    pub moves: Vec<MovedEvent>,
    /// The rewards that are written.
    pub entries: Vec<ChangeEntry>,
    /// What they sum to, per partner and invoice.
    pub differences: Vec<Difference>,
    /// All of this, as the form says that it was shown.
    pub seen: String,
}

/// What voiding a transaction does, or undoing that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidPreview {
    pub customer: Choice,
    /// "Sale of $200.00"
    pub title: String,
    pub key: String,
    pub occurred: String,
    /// It is a refund itself.
    pub refund: bool,
    /// How many refunds go with it.
    pub refunds: usize,
    pub does: ChangePreview,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedEvent {
    /// "Sale of $200.00"
    pub title: String,
    pub key: String,
    pub occurred: String,
    /// The partner's name; "unattributed" for none.
    pub from_partner: String,
    pub to_partner: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeEntry {
    /// "Reversed", "Earned"
    pub what: String,
    pub event_key: String,
    pub partner: Choice,
    pub amount: Money,
    pub state: RewardState,
    /// "March 2026"
    pub month: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub partner: Choice,
    pub amount: Money,
    /// "March 2026"
    pub month: String,
    /// "Invoice NW-0003, in review", "Accumulating"
    pub stage: String,
}
