//! What people and files may write into keys, names and addresses. Each check notes its complaint at the field.

use crate::error::FieldErrors;
use crate::{Error, Result};

pub const KEY_CHARS_MAX: usize = 200;
pub const SLUG_CHARS_MAX: usize = 60;
pub const NAME_CHARS_MAX: usize = 200;
pub const EMAIL_CHARS_MAX: usize = 254;
pub const TEXT_CHARS_MAX: usize = 2000;

/// Complaints about one form or row.
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

    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }

    /// Notes a failed parse and goes on.
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.complain(field, error.to_string());
                None
            }
        }
    }

    /// A key that another system made up: any characters but control characters, no blanks at its ends.
    pub fn key(&mut self, field: &str, text: &str) {
        if let Some(wrong) = key_fault(text) {
            self.complain(field, wrong);
        }
    }

    /// A key of ours: lower-case letters, digits, "-" and "_".
    pub fn slug(&mut self, field: &str, text: &str) {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if text.is_empty() {
            self.complain(field, "is missing");
        } else if !text.starts_with(letter) || !text.chars().all(|c| letter(c) || c == '-' || c == '_') {
            self.complain(field, format!("“{}” may only have lower-case letters, digits, “-” and “_”, and begins with a letter or digit", shown(text)));
        } else if text.len() > SLUG_CHARS_MAX {
            self.complain(field, format!("is longer than {SLUG_CHARS_MAX} characters"));
        }
    }

    pub fn name(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.complain(field, "is missing");
        }
        self.line(field, text, NAME_CHARS_MAX);
    }

    /// One line of text, possibly empty.
    pub fn line(&mut self, field: &str, text: &str, chars_max: usize) {
        if text.chars().any(char::is_control) {
            self.complain(field, "has line breaks or control characters");
        }
        self.length(field, text, chars_max);
    }

    /// Text with line breaks, possibly empty.
    pub fn text(&mut self, field: &str, text: &str) {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.complain(field, "has control characters");
        }
        self.length(field, text, TEXT_CHARS_MAX);
    }

    /// An e-mail address, or nothing.
    pub fn email(&mut self, field: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let plausible = text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
        });
        if !plausible || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            self.complain(field, format!("“{}” is not an e-mail address", shown(text)));
        }
        self.length(field, text, EMAIL_CHARS_MAX);
    }

    fn length(&mut self, field: &str, text: &str, chars_max: usize) {
        if text.len() > chars_max && text.chars().count() > chars_max {
            self.complain(field, format!("is longer than {chars_max} characters"));
        }
    }
}

/// What is wrong with a key of another system.
pub fn key_fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is missing".to_owned());
    }
    if text.len() > KEY_CHARS_MAX && text.chars().count() > KEY_CHARS_MAX {
        return Some(format!("is longer than {KEY_CHARS_MAX} characters"));
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Some(format!("“{}” begins or ends with a blank", shown(text)));
    }
    if text.chars().any(char::is_control) {
        return Some(format!("“{}” has control characters", shown(text)));
    }
    None
}

/// A value as an error message repeats it: its first 60 characters, control characters made visible.
pub fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(60).map(|c| if c.is_control() { '␣' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

/// The words of a row in lower case, for search.
pub fn search_text(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(|part| part.to_lowercase()).collect::<Vec<_>>().join(" ")
}
