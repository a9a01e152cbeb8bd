//! The one form in which names, keys and questions are compared: a search finds "Zoë Ødegård" by "ZOE ODEGARD", however the letters
//! are composed, and every other character stands for itself.

use unicode_normalization::UnicodeNormalization;

/// Small letters without accents: "Straße" is "strasse", "İstanbul" is "istanbul", "O’Neil" is "o'neil".
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    // Small letters of some capitals are a letter and a mark, so marks are taken off afterwards.
    for letter in text.nfkd().flat_map(char::to_lowercase).nfkd() {
        match plain(letter) {
            Some(letters) => folded.push_str(letters),
            None if is_left_out(letter) => {}
            None => folded.push(letter),
        }
    }
    folded.nfc().collect()
}

/// Letters that no accent can be taken off, and typographic variants of what keyboards have.
const fn plain(letter: char) -> Option<&'static str> {
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
        'ŧ' => "t",
        'ŋ' => "n",
        'ς' => "σ",
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{02bc}' | '`' | '´' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        _ => return None,
    })
}

/// Accents of Latin, Greek and Cyrillic, the points of Hebrew and Arabic, and what joins or parts letters without being seen.
const fn is_left_out(letter: char) -> bool {
    matches!(
        letter,
        '\u{0300}'..='\u{036f}'
            | '\u{0591}'..='\u{05c7}'
            | '\u{064b}'..='\u{065f}'
            | '\u{0670}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{00ad}'
            | '\u{2060}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_are_compared_without_case_and_accents() {
        for (written, folded) in [
            ("Zoë Ødegård", "zoe odegard"),
            ("Zoe\u{308} Ødega\u{30a}rd", "zoe odegard"),
            ("ZOE ODEGARD", "zoe odegard"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("İstanbul", "istanbul"),
            ("IĞDIR", "igdir"),
            ("ığdır", "igdir"),
            ("O’Neil", "o'neil"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("Æsir Œuvre Þór Đorđe", "aesir oeuvre thor dorde"),
            ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("Ёлка Йод", "елка иод"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("ﬁne ＡＢＣ", "fine abc"),
            ("がぎ", "がぎ"),
            ("50% off_C:\\temp", "50% off_c:\\temp"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing_and_composition_makes_no_difference(text in "\\PC{0,40}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
            prop_assert_eq!(fold(&text.nfc().collect::<String>()), folded.clone());
            prop_assert_eq!(fold(&text.nfd().collect::<String>()), folded.clone());
            prop_assert_eq!(fold(&text.to_lowercase()), folded);
        }
    }
}
