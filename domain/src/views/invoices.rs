//! Invoices: the list, one of them with its partners and payouts, and the printed page.

use serde::{Deserialize, Serialize};

use super::home::MonthStrip;
use super::partners::RewardLine;
use super::rewards::HistoryEntry;
use crate::Money;
use crate::page::{Count, Page};
use crate::states::{InvoiceState, PayoutState};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceList {
    /// "April 2026 is accumulating · its invoices are generated 1 May 2026, New York time"
    pub context: String,
    /// What the month that accumulates would come to so far, one per currency.
    pub accumulating: Vec<InvoiceRow>,
    /// In review, with their countdown.
    pub strips: Vec<MonthStrip>,
    pub page: Page<InvoiceRow>,
    /// Nothing has been invoiced yet.
    pub empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRow {
    /// Empty for the month that accumulates.
    pub number: String,
    /// "March 2026"
    pub month: String,
    /// `None`: accumulating.
    pub state: Option<InvoiceState>,
    pub paused: bool,
    /// Rewards on it.
    pub lines: i64,
    /// What is or would be charged.
    pub amount: Money,
    /// "4 days left to review", "charged 8 Apr 2026"
    pub note: String,
    pub href: String,
}

/// What is shown of the partners of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDetail {
    /// Empty while it accumulates.
    pub number: String,
    /// "March 2026, USD"; "April 2026 so far, USD"
    pub title: String,
    pub month: String,
    /// "2026-03"
    pub month_word: String,
    pub currency: String,
    /// "March 2026 · in review for 4 more days · charged 8 April, New York time"
    pub context: String,
    /// `None`: accumulating.
    pub state: Option<InvoiceState>,
    pub strip: Option<MonthStrip>,
    /// "by ada@northwind.example on 3 Apr 2026, 14:12: waiting for the books"; empty: not paused.
    pub paused: String,
    pub totals: InvoiceTotals,
    /// A page of its partners, the largest total first.
    pub partners: Page<InvoicePartner>,
    pub partner_count: Count,
    /// How many partners' payouts stand in each state; empty before the charge.
    pub payout_states: Vec<PayoutTab>,
    /// The partner that is opened, with a page of their rewards on it.
    pub opened: Option<OpenedPartner>,
    /// Charges that were tried, newest first.
    pub attempts: Vec<Attempt>,
    /// What people and the month's end did to it, newest first.
    pub history: Vec<HistoryEntry>,
    /// "8 Apr 2026, 00:00"; empty before the freeze.
    pub frozen: String,
    /// The seal of what is on it; empty before the freeze.
    pub digest: String,
    pub may: InvoiceActions,
    /// The month a line goes to when it is taken off: "April 2026".
    pub next_month: String,
    /// The month from which rewards could be moved onto it: "2026-04"; empty when none can.
    pub source_month: String,
    /// Amounts to pay by hand that have not been confirmed.
    pub unconfirmed: Vec<Money>,
    /// What the bank's payment file would hold; `None` when no payout is still to be made.
    pub payment_file: Option<PaymentFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFile {
    /// Payouts in it.
    pub payouts: i64,
    /// "2 payouts are not in it: Bo (no account), Ada (the account is not an IBAN)"; empty when it holds all.
    pub left_out: String,
    /// The company has no account to pay from, and so no file.
    pub no_account: bool,
}

/// `rewards + carried_in = payouts + carried_out`; `charge = payouts + fee`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceTotals {
    pub rewards: Money,
    pub lines: i64,
    /// Debts from earlier invoices that were taken off: at or below zero.
    pub carried_in: Money,
    /// What partners still owe after it: at or below zero.
    pub carried_out: Money,
    pub payouts: Money,
    pub fee: Money,
    /// "2.5"
    pub fee_percent: String,
    pub charge: Money,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceActions {
    pub pause: bool,
    pub resume: bool,
    pub retry: bool,
    /// A charge by hand waits for its confirmation.
    pub confirm: bool,
    /// Lines may come onto it or leave it.
    pub change_lines: bool,
    /// Payouts by hand wait for their confirmation.
    pub confirm_payouts: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePartner {
    pub key: String,
    pub name: String,
    pub group: String,
    pub lines: i64,
    pub total: Money,
    /// At or below zero.
    pub carried_in: Money,
    pub carried_out: Money,
    pub payout: Money,
    /// "18 Apr 2026", "once the pause ends"; "—" for what is paid already.
    pub estimated_payment: String,
    pub paid: Option<InvoicePayout>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePayout {
    pub key: String,
    pub state: PayoutState,
    /// "sent 8 Apr 2026", "paid 12 Apr 2026", what went wrong.
    pub note: String,
    /// It is paid by hand and waits for its confirmation.
    pub confirm: bool,
    /// It failed and may be sent again.
    pub retry: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutTab {
    /// The state's word; empty for all.
    pub value: String,
    pub label: String,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPartner {
    pub key: String,
    pub name: String,
    pub lines: i64,
    pub total: Money,
    pub rewards: Page<RewardLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: i32,
    pub amount: Money,
    /// "In flight", "Succeeded", "Failed"
    pub state: String,
    pub failed: bool,
    pub started: String,
    /// Empty while it is in flight.
    pub finished: String,
    /// The provider's reference, or why it failed.
    pub note: String,
}

/// Everything a bookkeeper needs on paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePrint {
    pub number: String,
    pub month: String,
    pub currency: String,
    pub company: String,
    /// Line by line.
    pub address: Vec<String>,
    /// The company has been charged for it.
    pub charged: bool,
    /// "charged 8 April 2026", "in review until 7 April 2026"
    pub status: String,
    /// What stands beside the address: label and value.
    pub facts: Vec<(String, String)>,
    pub totals: InvoiceTotals,
    /// Every partner, by name.
    pub partners: Vec<InvoicePartner>,
    /// The rewards of every partner in the same order; empty when there are more than fit on paper.
    pub lines: Vec<PrintedLine>,
    pub lines_left_out: i64,
    /// "Lines frozen on 8 April 2026, 00:00 New York time. Seal 9f2c…"
    pub foot: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedLine {
    pub partner: String,
    pub date: String,
    pub description: String,
    pub customer: String,
    pub reference: String,
    pub amount: Money,
}
