//! Invoices: the list, one of them with its partners and payouts, and the printed page.

use serde::{Deserialize, Serialize};

use crate::home::MonthStrip;
use crate::partners::RewardLine;
use crate::rewards::HistoryEntry;
use domain::Money;
use domain::page::{Count, Page};
use domain::states::{InvoiceState, PayoutState};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceList {
    /// "April 2026 is accumulating · its invoices will be generated on 1 May 2026, New York time"
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
    /// "In review for 4 more days · will be charged on 8 April, New York time"
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
    /// New rewards on it, which nobody has decided about.
    pub to_review: i64,
    /// The month a line goes to when it is taken off: "April 2026".
    pub next_month: String,
    /// The month from which rewards could be moved onto it: "2026-04"; empty when none can.
    pub source_month: String,
    /// The company's local day, "2026-06-12".
    pub today: String,
    /// Payouts to pay by hand that have not been confirmed: those in a payment file, and those in none.
    pub in_file: Option<PayoutGroup>,
    pub in_no_file: Option<PayoutGroup>,
    /// Payouts that failed or that the bank sent back: they are owed still.
    pub came_back: Option<PayoutGroup>,
    /// Payment files for the bank; `None` where there is neither one nor anything to make one of.
    pub payment_files: Option<PaymentFiles>,
}

/// Payouts that are confirmed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutGroup {
    /// What the confirmation sends back: each attempt, with blanks between them.
    pub attempts: String,
    pub count: i64,
    pub total: Money,
    /// "Ada ($10.00), Bo ($5.00, no account), and 3 more"
    pub named: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFiles {
    /// The company has no account to pay from, and so makes none.
    pub no_account: bool,
    /// What a new file would hold that is in none yet.
    pub fresh: FileOffer,
    /// What is in a file already and still to be paid.
    pub again: FileOffer,
    /// "2 payouts are in no payment file: Bo (no account), Ada (the account is not an IBAN)"; empty when none is left out.
    pub left_out: String,
    /// "株式会社 as k-7": partners whose names have no letter that banks take; empty when all have.
    pub renamed: String,
    /// Newest first.
    pub made: Vec<MadeFile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOffer {
    pub payouts: i64,
    pub total: Money,
}

/// A payment file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFile {
    pub key: String,
    /// "8 Jun 2026, 10:12"
    pub made: String,
    pub by: String,
    /// What the bank knows it by.
    pub message_id: String,
    pub payouts: i64,
    pub total: Money,
    /// "Ada, Bo and 3 more"
    pub named: String,
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
    /// A charge by hand waits for its confirmation: its number.
    pub confirm: Option<i32>,
    /// Lines may come onto it or leave it.
    pub change_lines: bool,
    /// Payouts by hand wait for their confirmation.
    pub confirm_payouts: bool,
    /// See where payouts go, make payment files and download them.
    pub move_money: bool,
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
    /// What forms about it send back: "pay_….2".
    pub attempt: String,
    pub state: PayoutState,
    /// "sent 8 Apr 2026", "paid 12 Apr 2026", what went wrong.
    pub note: String,
    /// "in the file of 8 Jun 2026, 10:12"; empty where it is in none.
    pub file: String,
    /// It is paid by hand and waits for its confirmation.
    pub confirm: bool,
    /// It may turn out not to have arrived.
    pub fail: bool,
    /// It counts as paid, and the bank may send it back.
    pub give_back: bool,
    /// The money came back and may be sent again.
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
