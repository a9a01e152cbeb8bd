//! The kinds of file and their columns.

use std::str::FromStr;

use crate::exports::Noun;

/// The six kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Partners,
    Customers,
    Attributions,
    Transactions,
    Rewards,
    Reviews,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Partners, Kind::Customers, Kind::Attributions, Kind::Transactions, Kind::Rewards, Kind::Reviews];

    pub const fn word(self) -> &'static str {
        match self {
            Kind::Partners => "partners",
            Kind::Customers => "customers",
            Kind::Attributions => "attributions",
            Kind::Transactions => "transactions",
            Kind::Rewards => "rewards",
            Kind::Reviews => "reviews",
        }
    }

    /// The file's columns. Their order in the file is free.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Kind::Partners => &["partner_key", "name", "email", "first_name", "last_name", "group"],
            Kind::Customers => &["customer_key", "name", "email", "partner_key", "created_at"],
            Kind::Attributions => &["customer_key", "partner_key", "from"],
            Kind::Transactions => &["key", "customer_key", "amount", "currency", "occurred_at", "product_key", "category_key", "refund_of"],
            Kind::Rewards => &["partner_key", "amount", "currency", "description", "customer_key", "key"],
            Kind::Reviews => &["reward_key", "decision", "reason"],
        }
    }

    /// Columns that say of a row that it is not to be imported.
    pub(super) const fn marks(self) -> &'static [&'static str] {
        match self {
            Kind::Transactions => &["voided_at"],
            _ => &[],
        }
    }

    /// The columns that no file can do without.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Kind::Partners => &["partner_key"],
            Kind::Customers => &["customer_key"],
            Kind::Attributions => &["customer_key", "partner_key", "from"],
            Kind::Transactions => &["key", "customer_key", "amount", "currency", "occurred_at"],
            Kind::Rewards => &["partner_key", "amount", "description"],
            Kind::Reviews => &["reward_key", "decision"],
        }
    }

    /// A file to fill in: the header and an example.
    pub fn template(self) -> String {
        let example = match self {
            Kind::Partners => "ada,Ada's Reviews,ada@example.com,Ada,Lovelace,",
            Kind::Customers => "C-1001,Lark Books,orders@example.com,ada,2026-03-01T09:30:00Z",
            Kind::Attributions => "C-1001,ada,2026-03-01T09:30:00Z",
            Kind::Transactions => "ORD-5001,C-1001,49.00,EUR,2026-03-02T14:05:00Z,,,",
            Kind::Rewards => "ada,25.00,EUR,Bonus for March,,bonus-2026-03-ada",
            Kind::Reviews => "rwd_0000000000000000000000,approve,",
        };
        format!("{}\r\n{example}\r\n", self.columns().join(","))
    }

    /// The columns of our own exports and downloads of the same noun.
    pub(super) fn exported(self) -> impl Iterator<Item = &'static str> {
        let noun = match self {
            Kind::Partners => Some(Noun::Partners),
            Kind::Customers => Some(Noun::Customers),
            Kind::Transactions => Some(Noun::Transactions),
            Kind::Rewards => Some(Noun::Rewards),
            Kind::Attributions | Kind::Reviews => None,
        };
        noun.into_iter().flat_map(Noun::column_names)
    }

    pub(super) const fn amount_column(self) -> Option<&'static str> {
        match self {
            Kind::Transactions | Kind::Rewards => Some("amount"),
            _ => None,
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let known = Kind::ALL.into_iter().find(|kind| kind.word() == text);
        known.ok_or_else(|| format!("“{text}” is not one of {}", Kind::ALL.map(Kind::word).join(", ")))
    }
}
