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
    #[error("contains an invisible character")]
    Invisible,
    #[error("has a blank other than single spaces between its words")]
    Blank,
    #[error("must be written “{0}” in Unicode's ordinary characters, so that no two keys look alike")]
    LookAlike(String),
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

/// Invisible letters that some scripts are spelled with, and emoji are made of: U+200C and U+200D.
const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// Characters that no name or key needs: control, invisible letters and direction marks, tags, private use, what is no character.
fn printable(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{10ffff}')
        && u32::from(letter) & 0xfffe != 0xfffe
}

/// Signs that end a syllable without its vowel; an old spelling has a joiner behind them, also at a word's end.
fn is_virama(letter: char) -> bool {
    matches!(
        letter,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
            | '\u{1039}'
            | '\u{103a}'
            | '\u{17d2}'
    )
}

/// Whether a joiner may be here: between letters or emoji of other scripts than ours, where it shows.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let shows = |letter: char| !letter.is_ascii() && !letter.is_whitespace() && printable(letter);
    before.is_some_and(|before| shows(before) && (is_virama(before) || after.is_some_and(shows)))
}

fn trimmed(given: &str, max: usize) -> Result<&str, FieldError> {
    let trimmed = given.trim();
    // U+2800 is a Braille cell without a dot.
    if trimmed.chars().all(|letter| letter.is_whitespace() || letter == '\u{2800}') {
        return Err(FieldError::Missing);
    }
    let found = trimmed.chars().count();
    if found > max { Err(FieldError::TooLong { found, max }) } else { Ok(trimmed) }
}

fn unfit(letter: char) -> FieldError {
    if matches!(letter, '\n' | '\r') { FieldError::LineBreak } else { FieldError::NotPrintable }
}

/// Text without invisible characters: two that look alike are alike.
fn plain_text(given: &str, max: usize) -> Result<String, FieldError> {
    let text = trimmed(given, max)?;
    match text.chars().find(|letter| !printable(*letter)) {
        None => Ok(text.to_owned()),
        Some(letter) => Err(unfit(letter)),
    }
}

/// Text as people write it, in any script.
fn text(given: &str, max: usize, also: &[char]) -> Result<String, FieldError> {
    let text = trimmed(given, max)?;
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let fits = match letter {
            JOINER | NON_JOINER => joins(before, letters.peek().copied()),
            _ => printable(letter) || also.contains(&letter),
        };
        if !fits {
            return Err(unfit(letter));
        }
        before = Some(letter);
    }
    Ok(text.to_owned())
}

/// A key that somebody else's system made: 1 to 255 printable characters, trimmed.
pub fn key(given: &str) -> Result<String, FieldError> {
    plain_text(given, KEY_MAX)
}

/// Whether a key that was read may be given to something new: two keys that look alike must not both be new. Those that are there are
/// found and used as they are.
///
/// # Errors
/// `Invisible`, `Blank`, and `LookAlike` with the spelling that is taken.
#[cfg(feature = "server")]
pub fn fit_for_new(key: &str) -> Result<(), FieldError> {
    use unicode_normalization::UnicodeNormalization;

    let blank = |letter: char| letter == '\u{2800}' || (letter.is_whitespace() && letter != ' ');
    if key.contains("  ") || key.chars().any(blank) {
        return Err(FieldError::Blank);
    }
    if key.is_ascii() {
        return Ok(());
    }
    if key.chars().any(is_variation) {
        return Err(FieldError::Invisible);
    }
    let mut plain = String::with_capacity(key.len());
    for letter in key.chars() {
        match letter {
            // Full-width and half-width letters look different, and keys of Japanese systems have them.
            '\u{ff00}'..='\u{ffef}' => plain.push(letter),
            _ => plain.extend(std::iter::once(letter).nfkd()),
        }
    }
    let plain: String = plain.nfc().collect();
    if plain == key { Ok(()) } else { Err(FieldError::LookAlike(plain.chars().take(60).collect())) }
}

/// Characters that only choose how the one before them is drawn.
#[cfg(feature = "server")]
fn is_variation(letter: char) -> bool {
    matches!(letter, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A key as addresses and programme files carry: small letters, digits, "-" and "_".
pub fn slug(given: &str) -> Result<String, FieldError> {
    let key = plain_text(given, 80)?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if key.bytes().all(fits) { Ok(key) } else { Err(FieldError::NotASlug(key)) }
}

/// A name of a person or an organisation. Several blanks are one, as every page shows them: who types the name as they read it finds it.
pub fn name(given: &str) -> Result<String, FieldError> {
    let name = text(given, NAME_MAX, &[])?;
    Ok(name.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

/// A description or a reason; line breaks are fine.
pub fn description(given: &str) -> Result<String, FieldError> {
    text(given, DESCRIPTION_MAX, &['\n', '\r', '\t'])
}

/// An email address, in lower case. Checks the shape only: whether it exists, a mail will tell.
pub fn email(given: &str) -> Result<String, FieldError> {
    let address = plain_text(given, EMAIL_MAX)?.to_lowercase();
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

    #[rstest]
    #[case::persian("می\u{200c}خواهم")]
    #[case::sinhala("ශ්\u{200d}රී ලංකා")]
    #[case::malayalam_at_a_words_end("അവന്\u{200d} കേരളം")]
    #[case::family("👨\u{200d}👩\u{200d}👧")]
    #[case::astronaut("👩\u{200d}🚀 Travels")]
    #[case::rainbow("🏳\u{fe0f}\u{200d}🌈")]
    #[case::keycap("1\u{fe0f}\u{20e3} Shop")]
    #[case::japanese_variant("葛\u{e0100}城")]
    #[case::arabic("مرحبا")]
    fn names_in_every_script(#[case] given: &str) {
        assert_eq!(name(given).as_deref(), Ok(given));
        assert_eq!(description(given).as_deref(), Ok(given));
    }

    #[rstest]
    #[case::nul("a\u{0}b")]
    #[case::joiner_in_latin("Nor\u{200d}th")]
    #[case::joiner_at_the_start("\u{200d}می")]
    #[case::joiner_at_the_end("می\u{200c}")]
    #[case::two_joiners("👨\u{200d}\u{200d}👩")]
    #[case::joiner_at_a_space("می\u{200c} خواهم")]
    #[case::hangul_filler("a\u{3164}b")]
    #[case::hangul_jamo_filler("a\u{115f}b")]
    #[case::half_width_filler("a\u{ffa0}b")]
    #[case::tag("a\u{e0041}b")]
    #[case::language_tag("a\u{e0001}b")]
    #[case::arabic_mark("a\u{61c}b")]
    #[case::soft_hyphen("a\u{ad}b")]
    #[case::private("a\u{e000}b")]
    #[case::private_plane("a\u{f0000}b")]
    #[case::last_private("a\u{10fffd}b")]
    #[case::no_character("a\u{ffff}b")]
    #[case::no_character_of_another_plane("a\u{1fffe}b")]
    #[case::override_right_to_left("a\u{202e}b")]
    #[case::isolate("a\u{2066}b")]
    #[case::zero_width_space("a\u{200b}b")]
    #[case::byte_order_mark("a\u{feff}b")]
    #[case::line_separator("a\u{2028}b")]
    fn what_cannot_be_seen_is_in_no_name(#[case] given: &str) {
        assert_eq!(name(given), Err(FieldError::NotPrintable));
        assert_eq!(key(given), Err(FieldError::NotPrintable));
        assert_eq!(description(given), Err(FieldError::NotPrintable));
    }

    #[test]
    fn blanks_in_a_name_are_one() {
        assert_eq!(name(" two   blanks  here ").as_deref(), Ok("two blanks here"));
        // A blank of another width shows, and stays.
        assert_eq!(name("株式\u{3000}会社").as_deref(), Ok("株式\u{3000}会社"));
    }

    #[test]
    fn a_name_can_be_seen() {
        assert_eq!(name("\u{2800}\u{2800}"), Err(FieldError::Missing));
        assert_eq!(name(" \u{3000} "), Err(FieldError::Missing));
    }

    #[cfg(feature = "server")]
    #[rstest]
    #[case::ascii("ORD-1 a/b")]
    #[case::accents("Ünï 1/2")]
    #[case::japanese("株式会社・ガ")]
    #[case::full_width("Ａ－１")]
    #[case::half_width("ｶﾞ")]
    #[case::emoji("🎉")]
    #[case::hindi("हिन्दी")]
    fn new_keys_in_every_script(#[case] given: &str) {
        assert_eq!(fit_for_new(&key(given).unwrap()), Ok(()));
    }

    #[cfg(feature = "server")]
    #[rstest]
    #[case::in_pieces("cafe\u{301}", "café")]
    #[case::kelvin("\u{212a}1", "K1")]
    #[case::ligature("\u{fb01}ne", "fine")]
    #[case::mathematical("\u{1d400}1", "A1")]
    #[case::roman_number("\u{2163}", "IV")]
    fn new_keys_have_one_spelling(#[case] given: &str, #[case] plain: &str) {
        // As a key that is there, it is read as it is.
        assert_eq!(key(given).as_deref(), Ok(given));
        assert_eq!(fit_for_new(given), Err(FieldError::LookAlike(plain.to_owned())));
        assert_eq!(fit_for_new(plain), Ok(()));
    }

    #[cfg(feature = "server")]
    #[test]
    fn new_keys_hide_nothing() {
        for hidden in ["❤\u{fe0f}", "葛\u{e0100}", "\u{1820}\u{180b}"] {
            assert_eq!(fit_for_new(hidden), Err(FieldError::Invisible), "{hidden:?}");
        }
        for blank in ["a\u{a0}b", "a\u{3000}b", "a\u{2009}b", "a\u{2800}b", "a  b"] {
            assert_eq!(fit_for_new(blank), Err(FieldError::Blank), "{blank:?}");
        }
    }

    #[test]
    fn keys_are_without_joiners() {
        assert_eq!(key("می\u{200c}خواهم"), Err(FieldError::NotPrintable));
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
