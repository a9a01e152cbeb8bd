//! Lists: a real table whose sort, filters and page are the URL; rows become cards on a phone.

use std::collections::BTreeMap;

use domain::page::{Page, listed, number_of};
use domain::{Currency, Money};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use views::session::{Scope, Viewer};

use super::viewer::use_viewer;
use super::{Icon, breakable, opens};
use crate::list::{address, keeping_query, paged, sorted, use_list};
use crate::place::{at, use_here};
use crate::ui::Loading;

/// On a ticked box: the row that it was ticked for.
const TICKED: &str = "data-ticked";

/// The frame of a list: `<TableFrame label="Partners"> <TableHead labels="…"/> <tbody>…</tbody> </TableFrame>`.
#[component]
pub fn TableFrame(
    #[prop(into)] label: String,
    #[prop(optional)] compact: bool,
    /// Stays a table on a phone: for small tables of numbers.
    #[prop(optional)]
    keep: bool,
    children: Children,
) -> impl IntoView {
    let class = match (compact, keep) {
        (true, true) => "table compact keep",
        (true, false) => "table compact",
        (false, true) => "table keep",
        (false, false) => "table",
    };
    view! {
        <div class="table-wrap" role="region" tabindex="0" aria-label=label>
            <table class=class>
                <caption class="sr-only">{label.clone()}</caption>
                {children()}
            </table>
        </div>
    }
}

/// A column that sorts: `column` is its word in the URL; numbers and dates sort descending first.
#[component]
pub fn SortTh(
    column: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] numeric: bool,
    #[prop(optional)] descending_first: bool,
    /// The list's own order, while the URL names none: "ascending" or "descending".
    #[prop(optional)]
    default: Option<&'static str>,
) -> impl IntoView {
    let query = use_list();
    let direction = move || {
        query.with(|query| match query.sort.strip_prefix('-') {
            Some(word) if word == column => Some("descending"),
            None if query.sort == column => Some("ascending"),
            None if query.sort.is_empty() => default,
            _ => None,
        })
    };
    let href = move || {
        query.with(|query| {
            let mut present = query.clone();
            if let (true, Some(default)) = (present.sort.is_empty(), default) {
                present.sort = if default == "descending" { format!("-{column}") } else { column.to_owned() };
            }
            address(&sorted(&present, column, descending_first || numeric))
        })
    };
    view! {
        <th scope="col" class:c-num=numeric aria-sort=direction>
            <a class="sort" href=href>{label}</a>
        </th>
    }
}

/// A column without a sort.
#[component]
pub fn Th(#[prop(into)] label: String, #[prop(optional)] numeric: bool, #[prop(optional)] hidden: bool) -> impl IntoView {
    view! {
        <th scope="col" class:c-num=numeric>
            <span class:sr-only=hidden>{label}</span>
        </th>
    }
}

/// The head of a table without sorts: "Partner|Month|#Amount|~Actions", with "#" before a column of numbers and "~" before a label that
/// is only read out.
#[component]
pub fn TableHead(#[prop(into)] labels: String) -> impl IntoView {
    let cells = labels
        .split('|')
        .map(|label| {
            let (numeric, hidden) = (label.starts_with('#'), label.starts_with('~'));
            view! { <Th label=label.trim_start_matches(['#', '~']) numeric=numeric hidden=hidden/> }
        })
        .collect_view();
    view! {
        <thead>
            <tr>{cells}</tr>
        </thead>
    }
}

/// The link that a row follows. Leads to a drawer over this list when `drawer` is set: then the list's state stays in the address.
#[component]
pub fn RowLink(
    #[prop(into)] href: String,
    #[prop(optional)] drawer: bool,
    #[prop(optional, into)] note: String,
    /// What the row has no room for, a line each.
    #[prop(optional, into)]
    title: Option<String>,
    children: Children,
) -> impl IntoView {
    let target = if drawer { keeping_query(&href) } else { Signal::stored(at(href)) };
    view! {
        <a class="row-link" href=target title=title data-noscroll=drawer.then_some("") on:click=opens>{children()}</a>
        {(!note.is_empty()).then(|| view! { <small>{breakable(&note)}</small> })}
    }
}

/// Selects all rows of the page; only helps where the client runs, the rows' own boxes work without it.
#[component]
pub fn SelectAllTh() -> impl IntoView {
    let toggle = move |event: web_sys::Event| {
        let Some(all) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        for_each_box(&all, |row| row.set_checked(all.checked()));
        tell_all();
    };
    view! {
        <th class="c-select" scope="col">
            <label>
                <input type="checkbox" aria-label="Select all on this page" on:change=toggle/>
            </label>
        </th>
    }
}

/// Selects one row: `name` as the server function takes it ("keys[]"), `label` names the row.
#[component]
pub fn SelectTd(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    view! {
        <td class="c-select">
            <label>
                <input type="checkbox" name=name value=value aria-label=format!("Select {label}") disabled=disabled/>
            </label>
        </td>
    }
}

/// What can be done with the selected rows; a child of the form around the table. Appears with the first selected row.
#[component]
pub fn BulkBar(
    #[prop(into)] label: String,
    /// What is selected, in words, for dialogs to repeat.
    about: RwSignal<String>,
    /// What is selected is not what is ticked: it stays as it is.
    #[prop(optional)]
    frozen: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let viewer = use_viewer();
    // Counts on any change in the form around it.
    Effect::new(move |_| {
        let Some(bar) = node.get().filter(|_| !frozen) else { return };
        let Ok(Some(form)) = bar.closest("form") else { return };
        let counted = form.clone();
        let listener = leptos::leptos_dom::helpers::window_event_listener_untyped("change", move |_| {
            note_ticks();
            tell_all();
            // The page may be gone by now.
            let _ = about.try_set(ticked(&counted, home_currency(viewer)));
        });
        on_cleanup(move || listener.remove());
    });
    let words = move || match about.with(String::is_empty) {
        true => "Selected".to_owned(),
        // "3 selected, $74.25, of Second Method"
        false => about.with(|about| about.replacen(" rewards", " selected", 1).replacen(" reward", " selected", 1)),
    };
    view! {
        <div class="bulkbar" class:frozen=frozen role="region" aria-label=label node_ref=node>
            <span class="bulk-count" aria-live="polite">{words}</span>
            {children()}
        </div>
    }
}

/// The boxes of rows that can be ticked.
fn row_boxes() -> Vec<web_sys::HtmlInputElement> {
    let Ok(found) = document().query_selector_all(".c-select input[name]:not(:disabled)") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// Writes on each ticked box which row it was ticked for.
fn note_ticks() {
    for row in row_boxes() {
        // Fail only for names that are none.
        let _ = if row.checked() { row.set_attribute(TICKED, &row.value()) } else { row.remove_attribute(TICKED) };
    }
}

/// The box in the head is ticked with all rows of the page, and half of it with some.
fn tell_all() {
    let head = document().query_selector("thead .c-select input").ok().flatten();
    let Some(all) = head.and_then(|found| found.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
    let Ok(found) = document().query_selector_all("tbody .c-select input[name]") else { return };
    let rows = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<web_sys::HtmlInputElement>().ok());
    // Where everything is selected, so is each row, and none can be taken out.
    let (ticked, others): (Vec<_>, Vec<_>) = rows.filter(|row| row.checked() || !row.disabled()).partition(|row| row.checked());
    all.set_checked(!ticked.is_empty() && others.is_empty());
    all.set_indeterminate(!ticked.is_empty() && !others.is_empty());
}

/// After a list has been drawn: its boxes are those of the list before, which stood for other rows. Rows that were ticked and are still
/// there stay ticked, and no others.
pub fn restore_ticks() {
    let boxes = row_boxes();
    let ticked: Vec<String> = boxes.iter().filter(|row| row.checked()).filter_map(|row| row.get_attribute(TICKED)).collect();
    for row in &boxes {
        // One that came ticked with the page stays as it is.
        if !row.checked() || row.has_attribute(TICKED) {
            row.set_checked(ticked.contains(&row.value()));
        }
    }
    tell_all();
    // What is selected is counted anew. Fails only for names that are none.
    if let Ok(changed) = web_sys::Event::new("change") {
        let _ = window().dispatch_event(&changed);
    }
}

/// The currency of the company that is looked at.
fn home_currency(viewer: Loading<Viewer>) -> Option<Currency> {
    match untrack(|| viewer.get())?.ok()?.scope {
        Scope::Company { currency, .. } => currency.parse().ok(),
        Scope::Partner { .. } => None,
    }
}

/// What the ticked rows come to: "3 rewards, $74.25, of Second Method and 1 more".
fn ticked(form: &web_sys::Element, home: Option<Currency>) -> String {
    let Ok(found) = form.query_selector_all(".c-select input[name]:checked") else { return String::new() };
    // The company's own currency first, as the server writes sums.
    let mut sums: BTreeMap<(bool, Currency), i64> = BTreeMap::new();
    let mut partners: Vec<String> = Vec::new();
    for index in 0..found.length() {
        let Some(row) = found.item(index).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) else { continue };
        let said = |name: &str| row.get_attribute(name).unwrap_or_default();
        if let (Ok(minor), Ok(currency)) = (said("data-minor").parse::<i64>(), said("data-currency").parse::<Currency>()) {
            let sum = sums.entry((Some(currency) != home, currency)).or_default();
            *sum = sum.saturating_add(minor);
        }
        let partner = said("data-partner");
        if !partner.is_empty() && !partners.contains(&partner) {
            partners.push(partner);
        }
    }
    let amounts: Vec<String> = sums.into_iter().map(|((_, currency), minor)| Money::new(minor, currency).display()).collect();
    told(found.length(), &amounts, &partners)
}

fn told(count: u32, amounts: &[String], partners: &[String]) -> String {
    let mut words = match count {
        0 => return String::new(),
        count => number_of(count, "row", "rows"),
    };
    if !amounts.is_empty() {
        words = format!("{}, {}", words.replace("row", "reward"), listed(amounts));
    }
    match partners {
        [] => words,
        [only] => format!("{words}, of {only}"),
        [first, rest @ ..] => format!("{words}, of {first} and {} more", rest.len()),
    }
}

fn for_each_box(all: &web_sys::HtmlInputElement, mut act: impl FnMut(&web_sys::HtmlInputElement)) {
    let Ok(Some(table)) = all.closest("table") else { return };
    let Ok(boxes) = table.query_selector_all("tbody .c-select input:not(:disabled)") else { return };
    for index in 0..boxes.length() {
        if let Some(row) = boxes.item(index).and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            act(&row);
        }
    }
}

/// Where the page lies: "120 partners" and the ways to its neighbours.
#[component]
pub fn Pager<T>(page: Page<T>, #[prop(into)] words: String) -> impl IntoView {
    let (previous, next) = (page.previous, page.next);
    let alone = previous.is_none() && next.is_none();
    view! {
        <nav class="pager" aria-label="Pages">
            <span>{words}</span>
            {(!alone).then(|| view! {
                <span class="btn-group">
                    <PagerLink cursor=previous back=true/>
                    <PagerLink cursor=next back=false/>
                </span>
            })}
        </nav>
    }
}

#[component]
fn PagerLink(cursor: Option<String>, back: bool) -> impl IntoView {
    let query = use_list();
    let words = if back { "Previous" } else { "Next" };
    let disabled = cursor.is_none().then_some("true");
    let href = cursor.map(|cursor| move || query.with(|query| address(&paged(query, &cursor))));
    view! {
        <a class="btn small" href=href aria-disabled=disabled role=disabled.map(|_| "link")>
            {back.then(|| view! { <Icon name="chevron-left"/> })}
            <span>{words}</span>
            {(!back).then(|| view! { <Icon name="chevron-right"/> })}
        </a>
    }
}

/// A text that people make as long as they like: one line of it, which the title of the row's link has whole. On a phone it is whole,
/// and an empty one needs no line.
#[component]
pub fn TextTd(label: &'static str, #[prop(into)] text: String) -> impl IntoView {
    let class = if text.is_empty() { "c-clip c-hide" } else { "c-clip" };
    view! { <td class=class data-label=label><span>{breakable(&text)}</span></td> }
}

/// Whether a row's drawer is open: for `class:open` on its `<tr>`.
pub fn is_open(path: String) -> impl Fn() -> bool + Send + Sync + Clone + 'static {
    let here = use_here();
    move || here.with(|here| *here == path)
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn what_is_ticked_is_told_with_how_much_and_whose() {
        let names = ["Second Method".to_owned(), "Wild Studio".to_owned(), "Lark".to_owned()];
        assert_eq!(told(0, &[], &[]), "");
        assert_eq!(told(1, &["$24.75".to_owned()], &names[..1]), "1 reward, $24.75, of Second Method");
        assert_eq!(told(3, &["$74.25".to_owned(), "€5.00".to_owned()], &names), "3 rewards, $74.25 and €5.00, of Second Method and 2 more");
        assert_eq!(told(1_200, &[], &[]), "1,200 rows");
    }
}
