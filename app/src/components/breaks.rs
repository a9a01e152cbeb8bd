//! Long addresses and keys: they break after their signs rather than within a word.

use leptos::prelude::*;

/// Words of up to so many letters stay whole.
const WHOLE_MAX: usize = 16;

/// A text whose long words may break after "@", ".", "-" and "_".
pub fn breakable(text: &str) -> AnyView {
    let mut pieces = pieces(text);
    let last = pieces.pop().unwrap_or_default();
    if pieces.is_empty() {
        return last.into_any();
    }
    let before = pieces.into_iter().map(|piece| view! { {piece}<wbr/> }).collect_view();
    view! { {before}{last} }.into_any()
}

/// The text in pieces, with a place to break between them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![];
    let mut piece = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let long = word.trim_end().chars().count() > WHOLE_MAX;
        let mut letters = word.chars().peekable();
        while let Some(letter) = letters.next() {
            piece.push(letter);
            let sign = matches!(letter, '@' | '.' | '-' | '_');
            if long && sign && letters.peek().is_some_and(|next| next.is_alphanumeric()) {
                pieces.push(std::mem::take(&mut piece));
            }
        }
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn long_words_break_after_their_signs() {
        assert_eq!(pieces("carla_42@wild-studio.example"), ["carla_", "42@", "wild-", "studio.", "example"]);
        assert_eq!(pieces("Ada · ada.lovelace@acme.example · Paris"), ["Ada · ada.", "lovelace@", "acme.", "example · Paris"]);
        // What fits everywhere stays whole.
        assert_eq!(pieces("NORTHWIND-0001"), ["NORTHWIND-0001"]);
        assert_eq!(pieces("Paid on 4 Apr. 2026, by hand"), ["Paid on 4 Apr. 2026, by hand"]);
        assert_eq!(pieces(""), [""]);
    }
}
