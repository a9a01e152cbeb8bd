//! Addresses of things whose keys people choose, the same in every link to them.

/// What a key may hold that addresses do not survive: `%`, which some decode twice; separators; and our own mark of them.
const MARKED: &[u8] = b"%/\\~";

/// A key as one segment of an address, which [`key_of`] reads however often its `%` were decoded before.
pub fn segment(key: &str) -> String {
    let dots = key == "." || key == "..";
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        if MARKED.contains(&byte) || dots {
            out.push_str(&format!("~{byte:02X}"));
        } else {
            push_encoded(&mut out, byte);
        }
    }
    out
}

/// The key that a decoded [`segment`] names.
pub fn key_of(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('~') {
        out.push_str(before);
        let marked =
            after.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|byte| *byte == b'.' || MARKED.contains(byte));
        match (marked, after.get(2..)) {
            (Some(byte), Some(more)) => {
                out.push(char::from(byte));
                rest = more;
            }
            _ => {
                out.push('~');
                rest = after;
            }
        }
    }
    out + rest
}

/// The path as links have it now, where it is of the time when `%` and separators in keys were percent-encoded.
pub fn renewed(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    for (at, letter) in path.char_indices() {
        let code = bytes.get(at + 1..at + 3).map(<[u8]>::to_ascii_uppercase);
        let old = letter == '%' && code.is_some_and(|code| [&b"25"[..], b"2F", b"5C"].contains(&code.as_slice()));
        out.push(if old { '~' } else { letter });
    }
    (out != path).then_some(out)
}

/// A value in a query: everything but letters, digits and "-_.~" percent-encoded.
pub fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.bytes().for_each(|byte| push_encoded(&mut out, byte));
    out
}

fn push_encoded(out: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        out.push(char::from(byte));
    } else {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// A thing's own page. For one whose key is "new" the short address leads to the form for another one: it has a longer one.
fn own(area: &str, key: &str) -> String {
    match key {
        "new" => page(area, key, "overview"),
        _ => format!("/{area}/{}", segment(key)),
    }
}

fn page(area: &str, key: &str, part: &str) -> String {
    format!("/{area}/{}/{part}", segment(key))
}

pub fn partner(key: &str) -> String {
    own("partners", key)
}

/// A tab of a partner or a form over it: "rewards", "edit".
pub fn partner_page(key: &str, part: &str) -> String {
    page("partners", key, part)
}

pub fn customer(key: &str) -> String {
    own("customers", key)
}

/// A form of a customer: "sale", "edit".
pub fn customer_page(key: &str, part: &str) -> String {
    page("customers", key, part)
}

pub fn offer(key: &str) -> String {
    own("offers", key)
}

/// A form of an offer: "version".
pub fn offer_page(key: &str, part: &str) -> String {
    page("offers", key, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_an_address_of_its_own() {
        assert_eq!(partner("a b/c"), "/partners/a%20b~2Fc");
        assert_eq!(customer(".."), "/customers/~2E~2E");
        assert_eq!(customer("new"), "/customers/new/overview");
        assert_eq!(partner_page("new", "edit"), "/partners/new/edit");
        assert_eq!(offer("news"), "/offers/news");
    }

    #[test]
    fn a_segment_is_read_however_often_it_is_decoded() {
        for key in
            ["bob%40x.test", "bob@x.test", "x/y", "a\\b", "~", "~25", "~2", "~~7E%7E", "%2500", "..", ".", "a.b", "ü ~ä", "100%", "~e2~9C"]
        {
            let mut sent = segment(key);
            for _ in 0..3 {
                sent = percent_encoding::percent_decode_str(&sent).decode_utf8_lossy().into_owned();
                assert_eq!(key_of(&sent), key);
            }
        }
    }

    #[test]
    fn old_addresses_are_renewed() {
        assert_eq!(renewed("/c/a/customers/bob%2540x%2fy%5Cz").as_deref(), Some("/c/a/customers/bob~2540x~2fy~5Cz"));
        assert_eq!(key_of("bob~2540x~2fy~5Cz"), "bob%40x/y\\z");
        assert_eq!(renewed("/c/a/customers/bob%40x"), None);
    }
}
