//! Text as every bank takes it: the letters of the SEPA schemes, near ones for the rest.
//!
//! A bank refuses a payment file as a whole for one letter that it doesn't know. The European Payments Council's best practices
//! for an extended character set (EPC217-08) say what is near: letters lose their accents, Greek and Cyrillic are written in
//! Latin letters, `&` becomes `+`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest name of a payer or payee.
pub const NAME_MAX: usize = 70;
/// The longest remittance text.
pub const REMITTANCE_MAX: usize = 140;

/// At most `max` characters of a text in the letters that banks take; `None` where no letter or digit is left of it.
pub fn text(given: &str, max: usize) -> Option<String> {
    let composed: Vec<char> = given.nfc().collect();
    let mut out = String::with_capacity(given.len());
    for (place, letter) in composed.iter().enumerate() {
        for near in near(*letter, shouted(&composed, place)).chars() {
            // No two blanks or slashes in a row.
            let doubled = matches!(near, ' ' | '/') && out.ends_with(near);
            if !doubled {
                out.push(near);
            }
        }
    }
    let ends = |letter: char| matches!(letter, ' ' | '/');
    let cut: String = out.trim_matches(ends).chars().take(max).collect();
    let cut = cut.trim_end_matches(ends);
    cut.contains(|letter: char| letter.is_ascii_alphanumeric()).then(|| cut.to_owned())
}

/// Whether a letter stands among capitals, so that what it becomes does too: "ЮРИЙ" is "YURIY", "Юрий" is "Yuriy".
fn shouted(letters: &[char], place: usize) -> bool {
    match letters.get(place + 1).filter(|letter| letter.is_alphabetic()) {
        Some(next) => next.is_uppercase(),
        None => place > 0 && letters[place - 1].is_uppercase(),
    }
}

/// What stands for a letter; a blank where nothing is near.
fn near(letter: char, shouted: bool) -> String {
    if allowed(letter) {
        return letter.to_string();
    }
    if let Some(near) = symbol(letter) {
        return near.to_owned();
    }
    let small = letter.to_lowercase().next().unwrap_or(letter);
    if let Some(near) = spelled(small) {
        return cased(near, letter.is_uppercase(), shouted);
    }
    let parts: Vec<char> = letter.nfkd().filter(|part| !is_combining_mark(*part)).collect();
    if parts.as_slice() == [letter] {
        return if invisible(letter) { String::new() } else { " ".to_owned() };
    }
    // Apart, its letters may be known: Ż is a Z, ﬁ is "fi", έ is an ε.
    let known: String = parts.into_iter().map(|part| near(part, shouted)).collect();
    if known.is_empty() && !is_combining_mark(letter) { " ".to_owned() } else { known }
}

fn allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter)
}

/// Accents on their own, and what only steers how letters join.
fn invisible(letter: char) -> bool {
    is_combining_mark(letter) || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn cased(near: &str, upper: bool, shouted: bool) -> String {
    match (upper, shouted) {
        (false, _) => near.to_owned(),
        (true, true) => near.to_uppercase(),
        (true, false) => {
            let mut letters = near.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
        }
    }
}

fn symbol(letter: char) -> Option<&'static str> {
    Some(match letter {
        '&' => "+",
        '€' => "E",
        '@' => "(at)",
        '_' | '~' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '`' | '´' | '‘' | '’' | '‚' | '′' | 'ʼ' | 'ʻ' | '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›' => "'",
        '<' | '[' | '{' => "(",
        '>' | ']' | '}' => ")",
        '\\' | '|' | '⁄' => "/",
        ';' => ",",
        '!' | '·' | '•' => ".",
        '¿' => "?",
        _ => return None,
    })
}

/// Letters that are none with an accent, in small.
fn spelled(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ĸ' => "k",
        'ŋ' => "n",
        'ŧ' => "t",
        'ə' => "e",
        'ƒ' => "f",
        // Greek
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        // Cyrillic
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' | 'ѓ' => "g",
        'д' => "d",
        'е' | 'э' | 'ё' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' => "i",
        'й' | 'ы' => "y",
        'к' | 'ќ' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sht",
        'ъ' => "a",
        'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        'є' => "ye",
        'ї' => "yi",
        'ђ' => "dj",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'џ' => "dzh",
        'ѕ' => "dz",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> String {
        super::text(text, NAME_MAX).unwrap_or_default()
    }

    #[test]
    fn letters_become_near_ones() {
        for (given, near) in [
            ("Würth & Söhne <GmbH>", "Wurth + Sohne (GmbH)"),
            ("Łukasz Żółć", "Lukasz Zolc"),
            ("ЮРИЙ", "YURIY"),
            ("Юлия Жукова", "Yuliya Zhukova"),
            ("Zoë_Ltd", "Zoe-Ltd"),
            ("Zoe\u{308}", "Zoe"),
            ("O'Neil/—“X”", "O'Neil/-'X'"),
            ("Café Ñandú €", "Cafe Nandu E"),
            ("Straße 5½", "Strasse 51/2"),
            ("Ødegård Ægir Þór", "Odegard Aegir Thor"),
            ("ΧΡΉΣΤΟΣ Χρήστος", "CHRISTOS Christos"),
            ("ﬁn™ Ｃｏ", "finTM Co"),
            ("=HYPERLINK(\"x\")", "HYPERLINK('x')"),
            ("/a//b/", "a/b"),
            ("a\u{200d}b\u{7}c", "ab c"),
        ] {
            assert_eq!(name(given), near, "{given}");
        }
    }

    #[test]
    fn nothing_may_be_left() {
        for given in ["", "   ", "🎉🎉", "株式会社", "—“”!", "//", "ь"] {
            assert_eq!(text(given, NAME_MAX), None, "{given}");
        }
        assert_eq!(text("株式会社 7", NAME_MAX).as_deref(), Some("7"));
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(name(&"ab ".repeat(40)).len(), NAME_MAX);
        assert_eq!(text("ü & ß", 3).as_deref(), Some("u +"));
        // A cut leaves neither blank nor slash at the end.
        assert_eq!(text("abc / def", 5).as_deref(), Some("abc"));
    }

    proptest! {
        #[test]
        fn only_letters_that_banks_take_come_out(given in "\\PC{0,200}", max in 1usize..160) {
            if let Some(out) = text(&given, max) {
                prop_assert!(out.len() <= max && !out.is_empty());
                prop_assert!(out.chars().all(allowed), "{out}");
                prop_assert!(!out.starts_with(['/', ' ']) && !out.ends_with(['/', ' ']) && !out.contains("//"), "{out}");
                prop_assert_eq!(text(&out, max), Some(out));
            }
        }
    }
}
