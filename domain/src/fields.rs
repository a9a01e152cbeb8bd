//! Values that people and files give: read once, at the edge, into something known to be good.

use std::collections::BTreeMap;

use thiserror::Error;

/// What is wrong, by field. The empty name stands for the whole form.
pub type FieldErrors = BTreeMap<String, String>;

pub const KEY_MAX: usize = 255;
pub const NAME_MAX: usize = 200;
pub const EMAIL_MAX: usize = 254;
pub const DESCRIPTION_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    #[error("is missing")]
    Missing,
    #[error("has {found} characters; at most {max} are possible")]
    TooLong { found: usize, max: usize },
    #[error("contains a character that cannot be shown")]
    NotPrintable,
    #[error("contains a line break")]
    LineBreak,
    #[error("“{0}” is not an email address like ada@example.com")]
    NotAnEmail(String),
    #[error("“{0}” may hold small letters, digits, “-” and “_” only")]
    NotASlug(String),
}

/// Characters that no name or key needs: control, invisible direction marks, joiners at odd places, private use.
fn printable(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}')
}

fn text(given: &str, max: usize, also: &[char]) -> Result<String, FieldError> {
    let trimmed = given.trim();
    if trimmed.is_empty() {
        return Err(FieldError::Missing);
    }
    let found = trimmed.chars().count();
    if found > max {
        return Err(FieldError::TooLong { found, max });
    }
    let unfit = trimmed.chars().find(|letter| !printable(*letter) && !also.contains(letter));
    if let Some('\n' | '\r') = unfit {
        return Err(FieldError::LineBreak);
    }
    if unfit.is_some() {
        return Err(FieldError::NotPrintable);
    }
    Ok(trimmed.to_owned())
}

/// A key that somebody else's system made: 1 to 255 printable characters, trimmed.
pub fn key(given: &str) -> Result<String, FieldError> {
    text(given, KEY_MAX, &[])
}

/// A key as addresses and programme files carry: small letters, digits, "-" and "_".
pub fn slug(given: &str) -> Result<String, FieldError> {
    let key = text(given, 80, &[])?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if key.bytes().all(fits) { Ok(key) } else { Err(FieldError::NotASlug(key)) }
}

/// A name of a person or an organisation.
pub fn name(given: &str) -> Result<String, FieldError> {
    text(given, NAME_MAX, &[])
}

/// A description or a reason; line breaks are fine.
pub fn description(given: &str) -> Result<String, FieldError> {
    text(given, DESCRIPTION_MAX, &['\n', '\r', '\t'])
}

/// An email address, in lower case. Checks the shape only: whether it exists, a mail will tell.
pub fn email(given: &str) -> Result<String, FieldError> {
    let address = text(given, EMAIL_MAX, &[])?.to_lowercase();
    let bad = || FieldError::NotAnEmail(address.chars().take(60).collect());
    let (local, host) = address.rsplit_once('@').ok_or_else(bad)?;
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && local.split('.').all(|part| !part.is_empty())
        && local.chars().all(|letter| {
            !letter.is_whitespace() && !matches!(letter, '@' | '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '[' | ']' | '\\')
        });
    let label_fits = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    let host_fits = host.contains('.') && host.split('.').all(label_fits);
    if local_fits && host_fits { Ok(address) } else { Err(bad()) }
}

/// Nothing, or the value read by `read`.
pub fn optional<T, E>(given: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    if given.trim().is_empty() { Ok(None) } else { read(given).map(Some) }
}

/// Takes a value out of its result, or notes the error at its field: so that a form shows all its errors at once.
pub fn noted<T, E: std::fmt::Display>(errors: &mut FieldErrors, field: &str, result: Result<T, E>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            errors.insert(field.to_owned(), error.to_string());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("  Ada@Example.COM ", Ok("ada@example.com"))]
    #[case("a.b+c@mail.example.co.uk", Ok("a.b+c@mail.example.co.uk"))]
    #[case("jürgen@müller.example", Ok("jürgen@müller.example"))]
    #[case("ada", Err(()))]
    #[case("ada@", Err(()))]
    #[case("@example.com", Err(()))]
    #[case("ada@example", Err(()))]
    #[case("a b@example.com", Err(()))]
    #[case("a..b@example.com", Err(()))]
    #[case("ada@-example.com", Err(()))]
    #[case("ada@example.com\nBcc: eve@example.com", Err(()))]
    fn emails(#[case] given: &str, #[case] expected: Result<&str, ()>) {
        assert_eq!(email(given).map_err(|_| ()), expected.map(str::to_owned), "{given}");
    }

    #[test]
    fn keys_are_trimmed_and_bounded() {
        assert_eq!(key(" Ünï 1/2 ").unwrap(), "Ünï 1/2");
        assert_eq!(key("   "), Err(FieldError::Missing));
        assert_eq!(key(&"x".repeat(255)).unwrap().len(), 255);
        assert_eq!(key(&"x".repeat(256)), Err(FieldError::TooLong { found: 256, max: 255 }));
        assert_eq!(key("a\u{0}b"), Err(FieldError::NotPrintable));
        assert_eq!(key("a\u{202e}b"), Err(FieldError::NotPrintable));
        assert_eq!(key("a\r\nb"), Err(FieldError::LineBreak));
        assert_eq!(slug("Ada"), Err(FieldError::NotASlug("Ada".to_owned())));
        assert_eq!(description("one\ntwo").unwrap(), "one\ntwo");
        assert_eq!(optional("  ", key), Ok(None));
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(given in "\\PC{0,40}") {
            if let Ok(once) = key(&given) {
                prop_assert_eq!(key(&once), Ok(once.clone()));
            }
            if let Ok(once) = email(&given) {
                prop_assert_eq!(email(&once), Ok(once.clone()));
            }
        }
    }
}
