//! Text as markup, for the few places where the framework takes it as it is.

/// Fit for the inside of an element and for an attribute in quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escaped("</title><b a='1'>\"Fish & Chips\""), "&lt;/title&gt;&lt;b a=&#39;1&#39;&gt;&quot;Fish &amp; Chips&quot;");
    }
}
