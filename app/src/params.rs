//! What the address of a page says. The router's own maps decode more often than once: a customer "a%40b" would be shown, and sold to,
//! in the place of another "a@b".

use domain::addresses::key_of;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

/// Names and values of the query, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    fn read(search: &str) -> Query {
        let search = search.strip_prefix('?').unwrap_or(search);
        Query(form_urlencoded::parse(search.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The last value with this name, or nothing.
    pub fn get(&self, name: &str) -> String {
        self.0.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

pub fn use_query() -> Memo<Query> {
    let search = use_location().search;
    Memo::new(move |_| search.with(|search| Query::read(search)))
}

/// The key in the address of this page, at the place that its route gives this name.
pub fn use_key(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| key_of(params.get_str(name).unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_query_is_decoded_once() {
        let query = Query::read("?q=a%2540b+c&partner=%2500&partner=x%26y&empty");
        assert_eq!(query.get("q"), "a%40b c");
        assert_eq!(query.get("partner"), "x&y");
        assert_eq!(query.get("empty"), "");
        assert_eq!(query.get("none"), "");
    }
}
