//! The words by which partners and customers are found, and the pieces of a question that must begin them.
//!
//! A row leaves the words of its name, its email address whole and in parts, its keys whole and in parts, and a partner's tags as "#tag",
//! all but the tags as [`crate::fold`] writes them. A question is split at blanks; each piece must begin one of the row's words.

use std::collections::BTreeSet;

use crate::fold::fold;

/// Longer words are cut off here, in rows and in questions.
const TERM_BYTES_MAX: usize = 64;
/// More pieces than these in one question are left out.
const PIECES_MAX: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Partner,
    Customer,
}

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Partner => "partner",
            Kind::Customer => "customer",
        }
    }
}

/// A row's words, each cut off at its longest.
pub type Terms = BTreeSet<Vec<u8>>;

/// The pieces of a question, in the form in which words are kept. Only an empty question has none.
pub fn pieces(question: &str) -> impl Iterator<Item = String> {
    let folded = folded(question);
    let mut seen = BTreeSet::new();
    let pieces = folded.split_whitespace().map(|piece| bare(piece).to_owned()).filter(|piece| seen.insert(piece.clone()));
    let pieces: Vec<String> = pieces.take(PIECES_MAX).collect();
    pieces.into_iter()
}

/// Whether nothing is asked that a word could begin with.
pub fn asks_nothing(question: &str) -> bool {
    pieces(question).next().is_none()
}

/// The words by which a partner is found.
pub fn of_partner(names: [&str; 3], address: &str, key: &str, tags: &[String]) -> Terms {
    let mut terms = Terms::new();
    for name in names {
        add_words(&mut terms, name);
    }
    email(&mut terms, address);
    add_words(&mut terms, key);
    terms.extend(tags.iter().map(|tag| tag_term(tag)));
    terms
}

/// The words by which a customer is found.
pub fn of_customer(name: &str, address: &str, key: &str, provider_key: &str) -> Terms {
    let mut terms = Terms::new();
    add_words(&mut terms, name);
    email(&mut terms, address);
    add_words(&mut terms, key);
    add_words(&mut terms, provider_key);
    terms
}

/// Each word, and each part of a word that is joined from several: "o'neil" is found by "neil" too.
pub fn add_words(terms: &mut Terms, text: &str) {
    for word in folded(text).split_whitespace() {
        let word = bare(word);
        terms.insert(cut(word));
        parts(terms, word);
        from_signs(terms, word);
    }
}

/// The address, its parts before the "@", its domain, and the domain's names but for the last ("com" finds nothing).
fn email(terms: &mut Terms, address: &str) {
    let address = folded(address);
    let Some((local, domain)) = address.split_once('@') else { return };
    terms.insert(cut(&address));
    parts(terms, local);
    terms.insert(cut(domain));
    let names = domain.rsplit_once('.').map_or(domain, |(names, _)| names);
    parts(terms, names);
    from_signs(terms, &address);
}

fn parts(terms: &mut Terms, word: &str) {
    terms.extend(word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(cut));
}

/// What begins with each sign in a word: "50%" is found by "%" too.
fn from_signs(terms: &mut Terms, word: &str) {
    let signs = word.char_indices().filter(|(_, letter)| !letter.is_alphanumeric() && !joins(*letter));
    terms.extend(signs.map(|(at, _)| cut(&word[at..])));
}

/// Punctuation that is in almost every key and address. Nobody searches for it alone, so it is not kept as a word of its own.
fn joins(letter: char) -> bool {
    matches!(letter, '.' | ',' | '-' | '@')
}

/// Without these around it, unless that is all.
fn bare(word: &str) -> &str {
    match word.trim_matches(joins) {
        "" => word,
        bare => bare,
    }
}

/// "#" begins tags only.
fn folded(text: &str) -> String {
    fold(text).replace('#', "\u{1}")
}

/// A tag among the words.
pub fn tag_term(tag: &str) -> Vec<u8> {
    cut(&format!("#{}", tag.trim().to_lowercase()))
}

/// As much of a word as is kept.
pub fn cut(word: &str) -> Vec<u8> {
    word.bytes().take(TERM_BYTES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(question: &str, name: &str) -> bool {
        let terms = of_customer(name, "ann_lee@mail.acme.example", "CUS-15817", "");
        pieces(question).all(|piece| terms.iter().any(|term| term.starts_with(&cut(&piece))))
    }

    #[test]
    fn every_character_stands_for_itself() {
        assert!(finds("%", "50% off GmbH") && finds("50%", "50% off GmbH") && !finds("%", "50 off GmbH"));
        assert!(finds("\\", r"C:\temp") && finds(r"\temp", r"C:\temp") && !finds("\\", "C:/temp"));
        assert!(finds("_", "Acme") && finds("ann_", "Acme") && !finds("a_n", "Acme"));
        assert!(finds("C#", "C# Consulting") && finds("#", "C# Consulting") && !finds("#", "C Consulting"));
        assert!(finds("o’neil", "Sean O'Neil") && finds("neil", "Sean O’Neil"));
        assert!(finds("...", "Acme ...") && !finds("...", "Acme"));
        assert!(finds("@acme", "Bo") && finds("cus-158", "Bo") && finds("15817", "Bo") && finds("(bo", "(Bo)"));
        assert!(finds("ZOE ODEGARD", "Zoë Ødegård") && finds("zoë", "Zoe\u{308}") && finds("strasse", "Straße 5"));
        assert!(pieces("  ").next().is_none() && pieces("%").next().is_some());
    }

    #[test]
    fn a_name_is_no_tag() {
        let terms = of_partner(["C# #1", "", ""], "", "c#", &["Vip".to_owned()]);
        let tags: Vec<&Vec<u8>> = terms.iter().filter(|term| term.starts_with(b"#")).collect();
        assert_eq!(tags, [b"#vip"]);
    }
}
