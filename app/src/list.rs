//! A list's state is its URL: search, filters, sort and page can be linked, reloaded and walked with Back.

/// Percent-encodes for a query string.
pub use domain::addresses::value as encode;
use domain::list_query::ListQuery;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::params::use_query;
use crate::place::at;

const SEARCH: &str = "q";
const SORT: &str = "sort";
const PAGE: &str = "page";

/// What the URL asks of this page's list.
pub fn use_list() -> Memo<ListQuery> {
    let params = use_query();
    Memo::new(move |_| {
        let mut query = ListQuery::default();
        for (name, value) in params.get().iter() {
            let value = value.trim().to_owned();
            match name {
                _ if value.is_empty() => {}
                SEARCH => query.search = value,
                SORT => query.sort = value,
                PAGE => query.page = value,
                other => {
                    query.filters.insert(other.to_owned(), value);
                }
            }
        }
        query
    })
}

/// The address of a list in this state, relative to the page: "?q=ada&sort=-revenue".
pub fn address(query: &ListQuery) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut push = |name: &str, value: &str| {
        if !value.is_empty() {
            parts.push(format!("{}={}", encode(name), encode(value)));
        }
    };
    push(SEARCH, &query.search);
    for (name, value) in &query.filters {
        push(name, value);
    }
    push(SORT, &query.sort);
    push(PAGE, &query.page);
    format!("?{}", parts.join("&"))
}

/// The same list with another sort, from its beginning. A second click turns the direction.
pub fn sorted(query: &ListQuery, column: &str, descending_first: bool) -> ListQuery {
    let (ascending, descending) = (column.to_owned(), format!("-{column}"));
    let sort = match (query.sort == ascending, query.sort == descending) {
        (true, _) => descending,
        (_, true) => ascending,
        _ if descending_first => descending,
        _ => ascending,
    };
    ListQuery { sort, page: String::new(), ..query.clone() }
}

/// The same list with a filter set, or cleared by an empty value; from its beginning.
pub fn filtered(query: &ListQuery, name: &str, value: &str) -> ListQuery {
    let mut changed = ListQuery { page: String::new(), ..query.clone() };
    // What was selected belongs to the list as it was.
    changed.filters.remove("selection");
    if value.is_empty() {
        changed.filters.remove(name);
    } else {
        changed.filters.insert(name.to_owned(), value.to_owned());
    }
    changed
}

pub fn paged(query: &ListQuery, cursor: &str) -> ListQuery {
    ListQuery { page: cursor.to_owned(), ..query.clone() }
}

/// The address of `path` with this page's query string, so that a drawer's address keeps the state of the list beneath it.
pub fn keeping_query(path: &str) -> Signal<String> {
    let path = at(path);
    let search = use_location().search;
    Signal::derive(move || match search.get() {
        search if search.is_empty() => path.clone(),
        search => format!("{path}?{}", search.trim_start_matches('?')),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_the_whole_state() {
        let mut query = ListQuery { search: "ada & co".into(), ..ListQuery::default() };
        query.filters.insert("group".into(), "affiliates".into());
        assert_eq!(address(&query), "?q=ada%20%26%20co&group=affiliates");
        let by_revenue = sorted(&query, "revenue", true);
        assert_eq!(by_revenue.sort, "-revenue");
        assert_eq!(sorted(&by_revenue, "revenue", true).sort, "revenue");
        assert_eq!(filtered(&paged(&query, "f.x"), "group", ""), ListQuery { search: "ada & co".into(), ..ListQuery::default() });
    }
}
