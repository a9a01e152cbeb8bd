//! Company profile, import results and the audit log.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::page::Page;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyProfile {
    pub key: String,
    pub name: String,
    pub timezone: String,
    pub currency: String,
    pub address: String,
    pub charge_provider: String,
    pub payout_provider: String,
    pub fee_percent: String,
    pub customer_visibility: String,
    /// The account that partners are paid from: its holder if not the company by its name, the number in groups of four,
    /// the bank's code. Empty where it is not known.
    pub account_name: String,
    pub iban: String,
    pub bic: String,
    /// Every IANA zone.
    pub zones: Vec<String>,
    pub may_change: bool,
    /// What its form has seen.
    pub seen: String,
}

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
}
