//! Pages of a sorted list without counting rows: a page begins after (or ends before) a row, named by its sort value and id.
//!
//! A cursor is opaque to whoever carries it. It belongs to one sort and direction; under another it reads as none, and the
//! list begins again.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many rows a page has unless its list says otherwise.
pub const PAGE_ROWS: u32 = 50;
/// How far matches are counted and added up. Beyond it a list says "more than".
pub const COUNT_MAX: u32 = 1_000;

/// What a list is sorted by in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortValue {
    Int(i64),
    Text(String),
}

/// The row next to which a page lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The page lies before the row and not after it.
    pub backward: bool,
    pub value: SortValue,
    pub id: Uuid,
}

impl Cursor {
    /// Letters, digits and dots, so that an address can hold it as it is. `sort` names the sort and its direction.
    pub fn encode(&self, sort: &str) -> String {
        let direction = if self.backward { "b" } else { "f" };
        let value = match &self.value {
            SortValue::Int(value) => format!("i{value}"),
            SortValue::Text(text) => text.bytes().fold(String::from("t"), |mut out, byte| {
                // Writing to a String cannot fail.
                let _ = write!(out, "{byte:02x}");
                out
            }),
        };
        format!("{direction}.{sort}.{value}.{}", self.id.simple())
    }

    /// `None` for what no list with this sort has written.
    pub fn decode(text: &str, sort: &str) -> Option<Cursor> {
        let mut parts = text.split('.');
        let (direction, named, value, id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || named != sort {
            return None;
        }
        let backward = match direction {
            "f" => false,
            "b" => true,
            _ => return None,
        };
        let value = match value.split_at_checked(1)? {
            ("i", digits) => SortValue::Int(digits.parse().ok()?),
            ("t", hex) => SortValue::Text(text_of(hex)?),
            _ => return None,
        };
        Some(Cursor { backward, value, id: Uuid::try_parse(id).ok()? })
    }
}

fn text_of(hex: &str) -> Option<String> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    String::from_utf8(bytes?).ok()
}

/// One page: its rows in the list's order, and the cursors of its neighbours where there are any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub const fn empty() -> Page<T> {
        Page { rows: Vec::new(), previous: None, next: None }
    }

    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(to).collect(), previous: self.previous, next: self.next }
    }
}

/// How many rows match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    Exactly(u32),
    /// More than this; how many is not counted.
    MoreThan(u32),
}

impl Count {
    /// Of a count that stopped at one above [`COUNT_MAX`].
    pub fn capped(counted: i64) -> Count {
        match u32::try_from(counted) {
            Ok(count) if count <= COUNT_MAX => Count::Exactly(count),
            _ => Count::MoreThan(COUNT_MAX),
        }
    }

    pub const fn is_exact(&self) -> bool {
        matches!(self, Count::Exactly(_))
    }

    /// "1 partner", "120 partners", "more than 1,000 partners".
    pub fn of(&self, one: &str, many: &str) -> String {
        match self {
            Count::Exactly(count) => number_of(*count, one, many),
            Count::MoreThan(count) => format!("more than {} {many}", grouped(i64::from(*count))),
        }
    }
}

/// "12,345".
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "A", "A and B", "A, B and C".
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "1 partner", "120 partners".
pub fn number_of(count: impl TryInto<i64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// What so many of something do: "1 of 3 rows is wrong".
pub fn are(count: impl TryInto<i64>) -> &'static str {
    if count.try_into().is_ok_and(|count| count == 1) { "is" } else { "are" }
}

/// The same of a count, whatever holds it.
pub fn counted(count: impl TryInto<i64>) -> String {
    grouped(count.try_into().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cursors_read_back(backward: bool, number: i64, text in ".{0,40}", id: u128) {
            for value in [SortValue::Int(number), SortValue::Text(text.clone())] {
                let cursor = Cursor { backward, value, id: Uuid::from_u128(id) };
                let encoded = cursor.encode("name-asc");
                prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)));
                prop_assert_eq!(Cursor::decode(&encoded, "name-asc"), Some(cursor));
                prop_assert_eq!(Cursor::decode(&encoded, "name-desc"), None);
            }
        }

        #[test]
        fn nonsense_is_no_cursor(text in ".{0,60}") {
            prop_assert_eq!(Cursor::decode(&text, "name-asc"), None);
        }
    }

    #[test]
    fn damaged_cursors_are_none() {
        for text in [
            "f.name.t6.00000000000000000000000000000000",
            "f.name.i1.xyz",
            "x.name.i1.00000000000000000000000000000000",
            "f.name..00000000000000000000000000000000",
            "f.name.tff.00000000000000000000000000000000",
        ] {
            assert_eq!(Cursor::decode(text, "name"), None, "{text}");
        }
    }

    #[test]
    fn counts_read_as_words() {
        assert_eq!(Count::capped(1).of("partner", "partners"), "1 partner");
        assert_eq!(Count::capped(1_000).of("partner", "partners"), "1,000 partners");
        assert_eq!(Count::capped(1_001).of("partner", "partners"), "more than 1,000 partners");
        assert_eq!(
            ["", "A", "A B", "A B C"].map(|items| listed(&items.split_whitespace().collect::<Vec<_>>())),
            ["", "A", "A and B", "A, B and C"]
        );
        assert_eq!([0_u64, 1, 1_200].map(|count| number_of(count, "row", "rows")), ["0 rows", "1 row", "1,200 rows"]);
        assert_eq!([0_usize, 1, 2].map(are), ["are", "is", "are"]);
        assert_eq!(grouped(-1_234_567), "−1,234,567");
    }
}
