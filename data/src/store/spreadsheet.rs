//! Text in files that people open in a spreadsheet.

/// Spreadsheets run cells that begin like this as formulas; the full-width ones too.
const FORMULAS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// What begins another cell, or row, in a program that takes it for the end of one: semicolons stand between columns where people write
/// decimal commas, and quotation marks hold a text together only where the columns are found.
const BREAKS: [char; 4] = [';', '\t', '\n', '\r'];

/// The same text, and no spreadsheet takes any of it for a formula.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for (place, part) in text.split_inclusive(BREAKS).enumerate() {
        // A spreadsheet may leave out blanks and quotation marks at the beginning of a cell.
        let begins = part.trim_end_matches(BREAKS).trim_start_matches([' ', '"', '\u{a0}']);
        if (place == 0 && part.starts_with(FORMULAS)) || (place > 0 && begins.starts_with(FORMULAS)) {
            out.push('\'');
        }
        out.push_str(part);
    }
    out
}

/// Whether a text from a file is the stored one, as it is or as a download for spreadsheets has it.
pub fn is_same(given: &str, stored: &str) -> bool {
    given == stored || given == harmless(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_spreadsheet_is_a_formula() {
        for text in ["=1", "+1", "-1", "@A", "\tx", "\rx", "＝1+1", "＋1", "－1", "＠A"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("x;=1+1;y"), "x;'=1+1;y");
        assert_eq!(harmless("x; \"＝1+1"), "x;' \"＝1+1");
        assert_eq!(harmless("a; b - c"), "a; b - c");
        assert_eq!(harmless("Plain - text"), "Plain - text");
        assert_eq!(harmless("x\n=1+1\ny"), "x\n'=1+1\ny");
        assert_eq!(harmless("x\r\n\r\n @A\r-1"), "x\r\n\r\n' @A\r'-1");
        assert_eq!(harmless("x\t=1\t\"+1"), "x\t'=1\t'\"+1");
        assert_eq!(harmless("one\n\n\ttwo;\n"), "one\n\n\ttwo;\n");
    }

    #[test]
    fn what_was_made_harmless_is_known_again() {
        assert!(is_same("=1", "=1") && is_same("'=1", "=1") && is_same("x\n'=1", "x\n=1"));
        assert!(!is_same("=1", "'=1") && !is_same("''=1", "=1"));
    }
}
