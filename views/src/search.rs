//! What the search over everything finds.

use serde::{Deserialize, Serialize};

/// A single letter or digit begins too many words to look for in everything.
pub fn too_short(text: &str) -> bool {
    let text = text.trim().as_bytes();
    text.len() < 2 && text.iter().all(u8::is_ascii_alphanumeric)
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResults {
    pub groups: Vec<HitGroup>,
}

/// Hits of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitGroup {
    pub kind: HitKind,
    pub hits: Vec<Hit>,
    /// Where the whole list with this search is; empty where there is none.
    pub more: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HitKind {
    Partner,
    Customer,
    Transaction,
    Reward,
    Invoice,
}

impl HitKind {
    pub const fn words(self) -> &'static str {
        match self {
            HitKind::Partner => "Partners",
            HitKind::Customer => "Customers",
            HitKind::Transaction => "Transactions",
            HitKind::Reward => "Rewards",
            HitKind::Invoice => "Invoices",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub href: String,
    pub title: String,
    /// Its key or email.
    pub detail: String,
    /// An amount or a date, already in words; empty where there is none.
    pub end: String,
}
