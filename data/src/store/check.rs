//! Complaints about one form or one row, gathered field by field.

use std::fmt::Display;

use domain::Instant;
use domain::fields::{self, FieldError};
use domain::fold::fold;

use crate::store::error::FieldErrors;
use crate::{Error, Result};

/// How far in the future an event may lie: clocks differ, and so do calendars.
pub const FUTURE_MS_MAX: i64 = Instant::DAY_MS;
/// What is said of one that lies further.
pub const IN_THE_FUTURE: &str = "is more than a day after now";

/// What is wrong with a key that nothing has yet.
pub fn new_key_fault(key: &str) -> Option<String> {
    fields::fit_for_new(key).err().map(|error| format!("“{}” {error}", shown(key)))
}

#[derive(Debug, Default)]
pub struct Checks(FieldErrors);

impl Checks {
    pub fn new() -> Self {
        Self::default()
    }

    /// Only the first complaint about a field is kept.
    pub fn complain(&mut self, field: &str, message: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| message.into());
    }

    /// The value, or its default with the complaint noted.
    pub fn take<T: Default, E: Display>(&mut self, field: &str, read: Result<T, E>) -> T {
        read.unwrap_or_else(|error| {
            self.complain(field, error.to_string());
            T::default()
        })
    }

    /// Like `take`, where an empty text is fine and stays empty.
    pub fn take_optional(&mut self, field: &str, given: &str, read: impl FnOnce(&str) -> Result<String, FieldError>) -> String {
        self.take(field, fields::optional(given, read)).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_errors(self) -> FieldErrors {
        self.0
    }

    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// A value as an error message repeats it: its first 60 characters, control characters made visible.
pub fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(60).map(|c| if c.is_control() { '␣' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

/// PostgreSQL's indexes take no longer texts beside their other columns.
const SEARCH_BYTES_MAX: usize = 400;

/// The words of a row, folded, which lists are sorted by.
pub fn search_text(parts: &[&str]) -> String {
    let words: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| fold(part)).collect();
    let mut text = words.join(" ");
    text.truncate(text.floor_char_boundary(SEARCH_BYTES_MAX));
    text
}
