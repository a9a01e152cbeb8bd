//! Company profile, import results and the audit log.

use serde::{Deserialize, Serialize};

use crate::Choice;
use domain::money::{Decimals, Money};
use domain::page::Page;
use domain::states::SubjectKind;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyProfile {
    pub key: String,
    pub name: String,
    pub timezone: String,
    pub currency: String,
    pub address: String,
    pub charge_provider: String,
    pub payout_provider: String,
    /// What can be chosen for both: a production database has no simulated money.
    pub providers: Vec<Choice>,
    /// Charges and payouts wait: the company's money is simulated, and this is no sandbox.
    pub simulated: bool,
    pub fee_percent: String,
    pub customer_visibility: String,
    /// The account that partners are paid from: its holder if not the company by its name, the number in groups of four,
    /// the bank's code. Empty where it is not known; the number's last four characters for those who may not change it.
    pub account_name: String,
    pub iban: String,
    pub bic: String,
    /// Every IANA zone.
    pub zones: Vec<String>,
    pub may_change: bool,
    /// What its form has seen.
    pub seen: String,
}

/// Kinds of subjects that the audit log can be filtered by.
pub const AUDIT_KINDS: [(SubjectKind, &str); 11] = [
    (SubjectKind::Partner, "Partners"),
    (SubjectKind::Customer, "Customers"),
    (SubjectKind::Transaction, "Transactions"),
    (SubjectKind::Reward, "Rewards"),
    (SubjectKind::Invoice, "Invoices"),
    (SubjectKind::Payout, "Payouts"),
    (SubjectKind::Offer, "Offers"),
    (SubjectKind::Group, "Groups"),
    (SubjectKind::Import, "Imports"),
    (SubjectKind::User, "Teammates and sign-ins"),
    (SubjectKind::Company, "Company"),
];

/// The audit log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLog {
    pub page: Page<AuditEntry>,
    /// "New York time"
    pub zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: String,
    /// "3 Apr 2026, 14:12" in the company's zone
    pub at: String,
    pub author: String,
    /// "Customer created"
    pub action: String,
    pub subject_kind: String,
    pub subject: String,
    /// Where the subject can be looked at; empty where it has no page.
    pub href: String,
    /// The facts of the entry as label and value.
    pub detail: Vec<(String, String)>,
}

/// A file that was uploaded and tried, not yet applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportTrial {
    /// What the apply form sends back.
    pub upload: String,
    pub file_name: String,
    pub kind: String,
    pub rows: i64,
    /// What applying would do, as label and count: "new", "changed", "unchanged".
    pub counts: Vec<(String, i64)>,
    /// The first complaints; `problem_count` counts them all.
    pub problems: Vec<ImportProblem>,
    pub problem_count: i64,
    /// How many of them are rewards that came in with another file.
    pub repeated: i64,
    #[serde(default)]
    pub first: FirstRows,
    /// Rows that were voided where they come from, and the first of them.
    #[serde(default)]
    pub voided: i64,
    #[serde(default)]
    pub voided_groups: Vec<AlikeRows>,
    /// Good rows that look wrong, those that are alike together.
    #[serde(default)]
    pub doubt_groups: Vec<AlikeRows>,
    /// How many rewards its sales and refunds would make, where that is known.
    pub rewards: Option<i64>,
    /// How it was read, for when it is applied: delimiter, encoding, decimals.
    pub format: (String, String, Decimals),
    /// What of that is not plain, in words.
    pub read_with: Vec<String>,
    /// Columns of our own downloads that are not used.
    pub ignored: Vec<String>,
}

/// Rows of which the same is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlikeRows {
    /// As it stands behind "3 rows": "dated more than a year ago".
    pub about: String,
    pub count: i64,
    /// The first of them.
    pub rows: Vec<ImportProblem>,
}

/// The first rows of a file as they were understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstRows {
    /// Those of the file's columns that have something in these rows.
    pub columns: Vec<String>,
    /// The line in the file, and a text for each column.
    pub rows: Vec<(i64, Vec<String>)>,
    /// "New York time", where there are times.
    pub zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProblem {
    /// The line in the file; 1 is the header.
    pub line: i64,
    pub field: String,
    pub message: String,
}

/// What the import page offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPage {
    pub kinds: Vec<Choice>,
    pub trial: Option<ImportTrial>,
    /// Rows that the last import left out can be downloaded.
    pub has_rest: bool,
    /// The import that is being written, or one whose rows became impossible.
    pub accepted: Option<AcceptedImport>,
    /// The latest files of sales and refunds.
    pub past: Vec<PastImport>,
}

/// A file of sales and refunds that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastImport {
    pub id: String,
    pub file_name: String,
    /// "3 Apr 2026, 14:12" in the company's zone
    pub at: String,
    pub author: String,
    /// Transactions that it brought in.
    pub rows: i64,
    /// "Voided on 4 Apr 2026 by ada@…: Wrong file"; empty while it counts.
    pub status: String,
    /// Whether it can be voided.
    pub voidable: bool,
    /// The void that can be undone; empty where there is none.
    pub undo: String,
}

/// What voiding an import, or undoing that, would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportVoidPreview {
    /// The import; to undo it, the void.
    pub id: String,
    pub undo: bool,
    pub file_name: String,
    pub at: String,
    pub author: String,
    /// The transactions that would turn, by currency.
    pub turning: Vec<TurningSales>,
    pub customers: i64,
    /// Other refunds that go with them.
    pub along: i64,
    /// Rows of the import that do not count already.
    pub before: i64,
    pub differences: Vec<InvoiceDifference>,
    /// How many rewards are written or, not `planned`, were earned.
    pub rewards: i64,
    pub planned: bool,
    /// What cannot be undone any more, by customer: the first of it, and of how many customers.
    pub impossible: Vec<ImportProblem>,
    pub impossible_count: i64,
    /// What the form says it had shown.
    pub seen: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurningSales {
    pub sales: i64,
    pub sold: Money,
    pub refunds: i64,
    pub refunded: Money,
}

/// How the rewards of one invoice change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDifference {
    pub month: String,
    /// "Invoice NW-0003, in review", "Accumulating"
    pub stage: String,
    pub amount: Money,
}

/// A large file that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedImport {
    /// "void" and "void_undo" bring nothing in.
    pub kind: String,
    pub file_name: String,
    pub done: i64,
    pub total: i64,
    pub ended: bool,
    /// Rows that were good when it was accepted and were not any more when their turn came.
    pub impossible: i64,
    pub problems: Vec<ImportProblem>,
}
