//! What a list's address asks for: search, sort, page, filters.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Month;

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
    pub fn order<'a>(&self, known: &[&'a str], descending_by_default: bool) -> Result<(&'a str, bool), Unreadable> {
        if self.sort.is_empty() {
            return Ok((known.first().copied().unwrap_or_default(), descending_by_default));
        }
        let (word, descending) = match self.sort.strip_prefix('-') {
            Some(word) => (word, true),
            None => (self.sort.as_str(), false),
        };
        match known.iter().find(|column| **column == word) {
            Some(column) => Ok((column, descending)),
            None => Err(Unreadable::new("sort", format!("This list can't be sorted by “{}”.", shown(word)))),
        }
    }

    /// What a filter is set to, as one of the words that it knows.
    pub fn word<T: FromStr>(&self, name: &str) -> Result<Option<T>, Unreadable> {
        self.read(name, |value| value.parse().ok(), |value| format!("This list has no {name} “{value}”."))
    }

    /// The same, of a filter with a few words of its own.
    pub fn one_of<'a>(&self, name: &str, known: &[&'a str]) -> Result<Option<&'a str>, Unreadable> {
        let find = |value: &str| known.iter().copied().find(|word| *word == value);
        self.read(name, find, |value| format!("This list has no {name} “{value}”."))
    }

    /// A month like "2026-03".
    pub fn month(&self, name: &str) -> Result<Option<Month>, Unreadable> {
        self.read(name, |value| value.parse().ok(), |value| format!("“{value}” isn't a month. Write it like 2026-03."))
    }

    /// What a filter is set to, as `parse` reads it; `why` says what is wrong with what it doesn't read. None where it is not set.
    pub fn read<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        why: impl FnOnce(&str) -> String,
    ) -> Result<Option<T>, Unreadable> {
        match self.filter(name) {
            "" => Ok(None),
            value => parse(value).map(Some).ok_or_else(|| Unreadable::new(name, why(&shown(value)))),
        }
    }
}

/// As much of what was typed as an answer repeats.
fn shown(value: &str) -> String {
    value.chars().take(40).collect()
}

/// A filter or sort that can't be read. Nothing is listed under it: a list that left it out would show what nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    pub name: String,
    pub message: String,
}

impl Unreadable {
    pub fn new(name: &str, message: String) -> Unreadable {
        Unreadable { name: name.to_owned(), message }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::states::RewardState;

    fn query(sort: &str, filters: &[(&str, &str)]) -> ListQuery {
        let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ListQuery { sort: sort.to_owned(), filters, ..ListQuery::default() }
    }

    #[test]
    fn what_is_not_set_is_none_and_what_is_not_known_is_refused() {
        let set = query("-amount", &[("status", "hold"), ("month", "2026-03"), ("bought", "yes")]);
        assert_eq!(set.order(&["recorded", "amount"], true), Ok(("amount", true)));
        assert_eq!(set.word("status"), Ok(Some(RewardState::Hold)));
        assert_eq!(set.month("month"), Ok(Some(Month(202_603))));
        assert_eq!(set.one_of("bought", &["yes", "no"]), Ok(Some("yes")));
        let unset = query("", &[]);
        assert_eq!(unset.order(&["recorded", "amount"], true), Ok(("recorded", true)));
        assert_eq!(unset.word::<RewardState>("status"), Ok(None));
        let wrong = query("size", &[("status", "held"), ("month", "March"), ("bought", "maybe")]);
        assert_eq!(wrong.order(&["recorded", "amount"], true).unwrap_err().message, "This list can't be sorted by “size”.");
        assert_eq!(wrong.word::<RewardState>("status").unwrap_err().message, "This list has no status “held”.");
        assert_eq!(wrong.month("month").unwrap_err().message, "“March” isn't a month. Write it like 2026-03.");
        assert_eq!(wrong.one_of("bought", &["yes", "no"]).unwrap_err().name, "bought");
    }
}
