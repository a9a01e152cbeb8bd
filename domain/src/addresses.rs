//! Addresses of things whose keys people choose, the same in every link to them.

/// A key as one segment of an address: everything but letters, digits and "-_.~" percent-encoded.
pub fn segment(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
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
        assert_eq!(partner("a b/c"), "/partners/a%20b%2Fc");
        assert_eq!(customer("new"), "/customers/new/overview");
        assert_eq!(partner_page("new", "edit"), "/partners/new/edit");
        assert_eq!(offer("news"), "/offers/news");
    }
}
