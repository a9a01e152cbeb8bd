//! What crosses the wire between server and screens. Sizes are fixed (no `usize`): the client is a 32-bit machine.
//! Dates stand as words where the company's zone matters, because the client has no zone database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub mod customers;
pub mod home;
pub mod invoices;
pub mod offers;
pub mod partners;
pub mod portal;
pub mod receipt;
pub mod rewards;
pub mod search;
pub mod session;
pub mod settings;

/// What a list's URL asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListQuery {
    /// What was typed into the search box.
    pub search: String,
    /// A column's word, with "-" before it for descending; empty: the list's own order.
    pub sort: String,
    /// Where the page lies: a cursor of [`crate::page::Page`]; empty: at the beginning.
    pub page: String,
    /// Every other parameter that is not empty.
    pub filters: BTreeMap<String, String>,
}

impl ListQuery {
    /// The value of a filter; empty where it is not set.
    pub fn filter(&self, name: &str) -> &str {
        self.filters.get(name).map_or("", String::as_str)
    }

    /// The column to sort by and whether descending; `known` lists the columns, its first is the default.
    pub fn order<'a>(&self, known: &[&'a str], descending_by_default: bool) -> (&'a str, bool) {
        let (word, descending) = match self.sort.strip_prefix('-') {
            Some(word) => (word, true),
            None => (self.sort.as_str(), false),
        };
        match known.iter().find(|column| **column == word) {
            Some(column) => (column, descending),
            None => (known.first().copied().unwrap_or_default(), descending_by_default),
        }
    }
}

/// One choice of a select: its value and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// What tells it from others of the same name: a key, an email.
    pub hint: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into(), hint: String::new() }
    }
}
