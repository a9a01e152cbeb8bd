//! Above a list: segments, search, selects, what is filtered by, totals.

use domain::Money;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use views::Choice;

use super::{Icon, Options};
use crate::list::{address, filtered, use_list};
use crate::place::at;

/// A filter by a few choices; `all` are the words of no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterSelect {
    pub name: &'static str,
    pub label: &'static str,
    pub all: &'static str,
    pub choices: Vec<Choice>,
}

/// With more filters than this, a narrow screen folds them away.
const SHOWN_NARROW: usize = 2;

/// Search, filters and export of a list. A plain GET form; with the client it follows each choice at once. Filters of the URL that
/// it does not show (a segment) stay as they are. On a narrow screen many filters lie behind one button, and are sent together.
#[component]
pub fn FilterBar(
    #[prop(into)] placeholder: String,
    #[prop(optional)] selects: Vec<FilterSelect>,
    /// The CSV export's address without query; the list's filters are added.
    #[prop(optional, into)]
    csv: Option<String>,
    /// The names of the controls among the children.
    #[prop(optional)]
    fields: Vec<&'static str>,
    /// What those controls are set to, in words, by their names: "from 10".
    #[prop(optional)]
    named: Vec<(&'static str, String)>,
    /// Further controls: inputs with `name` and the value of `use_list()`.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let query = use_list();
    let navigate = use_navigate();
    let here = use_location().pathname;
    let present = query.get_untracked();
    let shown: Vec<&'static str> = selects.iter().map(|select| select.name).chain(fields).collect();
    let set = {
        let shown = shown.clone();
        move || match query.with(|query| shown.iter().filter(|name| !query.filter(name).is_empty()).count()) {
            0 => "Filters".to_owned(),
            count => format!("Filters, {count} set"),
        }
    };
    let folds = shown.len() > SHOWN_NARROW;
    let kept = {
        let shown = shown.clone();
        move || {
            query.with(|query| {
                // What was selected belongs to the list as it was.
                let others = query.filters.iter().filter(|(name, _)| !shown.contains(&name.as_str()) && name.as_str() != "selection");
                let sort = (!query.sort.is_empty()).then(|| ("sort".to_owned(), query.sort.clone()));
                others
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .chain(sort)
                    .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
                    .collect_view()
            })
        }
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(form) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok()) else { return };
        navigate(&format!("{}{}", here.get_untracked(), query_of(&form)), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let follow = move |event: web_sys::Event| {
        let select = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(form) = select.filter(|select| !is_unfolded(select)).and_then(|select| select.form()) {
            // Fails only when the form has gone meanwhile.
            let _ = form.request_submit();
        }
    };
    let controls = selects
        .iter()
        .cloned()
        .map(|select| {
            let chosen = present.filter(select.name).to_owned();
            let id = format!("filter-{}", select.name);
            view! {
                <div class="filter">
                    <label for=id.clone()>{select.label}</label>
                    <select class="select" id=id name=select.name>
                        <option value="">{select.all}</option>
                        <Options choices=select.choices chosen=chosen/>
                    </select>
                </div>
            }
        })
        .collect_view();
    let csv = csv.map(|path| view! { <div class="end"><CsvLink path=path/></div> });
    let controls = view! {
        {controls}
        {children.map(|children| children())}
        <button class="btn" type="submit">"Filter"</button>
    };
    let controls = match folds {
        true => view! {
            <details class="fold">
                <summary class="btn">
                    <Icon name="filter"/>
                    <span>{set}</span>
                </summary>
                <div class="fold-body">{controls}</div>
            </details>
        }
        .into_any(),
        false => controls.into_any(),
    };
    view! {
        <form class="filters" method="get" role="search" aria-label="This list" on:submit=submit on:change=follow>
            {kept}
            <div class="search">
                <Icon name="search"/>
                <input class="input" type="search" name="q" value=present.search.clone() placeholder=placeholder.clone()
                    aria-label=placeholder autocomplete="off"/>
            </div>
            {controls}
            {csv}
        </form>
        <Chips selects=selects named=named/>
    }
}

/// The list as a file, with the filters of the URL.
#[component]
pub fn CsvLink(
    /// The export's address without query.
    #[prop(into)]
    path: String,
    /// A filter that the URL does not hold: name and value.
    #[prop(optional)]
    with: Option<(&'static str, String)>,
) -> impl IntoView {
    let query = use_list();
    let path = at(path);
    let href = move || {
        let mut query = query.get();
        query.filters.extend(with.clone().map(|(name, value)| (name.to_owned(), value)));
        format!("{path}{}", address(&query))
    };
    view! {
        <a class="btn quiet" href=href rel="external">
            <Icon name="download"/>
            <span>"CSV"</span>
        </a>
    }
}

/// The filters in force; each takes itself away.
#[component]
fn Chips(selects: Vec<FilterSelect>, named: Vec<(&'static str, String)>) -> impl IntoView {
    let query = use_list();
    move || {
        query.with(|query| {
            let mut chips: Vec<(String, String)> = selects
                .iter()
                .filter(|select| !query.filter(select.name).is_empty())
                .map(|select| {
                    let value = query.filter(select.name);
                    let label = select.choices.iter().find(|choice| choice.value == value).map_or(value, |choice| &choice.label);
                    (format!("{}: {label}", select.label), address(&filtered(query, select.name, "")))
                })
                .collect();
            let others = named.iter().filter(|(name, _)| !query.filter(name).is_empty());
            chips.extend(others.map(|(name, words)| (words.clone(), address(&filtered(query, name, "")))));
            if !query.search.is_empty() {
                let mut without = query.clone();
                without.search = String::new();
                without.page = String::new();
                chips.insert(0, (format!("“{}”", query.search), address(&without)));
            }
            (!chips.is_empty()).then(|| {
                view! {
                    <p class="chips">
                        <span>"Filtered by"</span>
                        {chips
                            .into_iter()
                            .map(|(label, href)| view! {
                                <a class="chip" href=href aria-label=format!("Remove filter {label}")>
                                    <span>{label.clone()}</span>
                                    <Icon name="x"/>
                                </a>
                            })
                            .collect_view()}
                        <a class="link" href="?">"Clear all"</a>
                    </p>
                }
            })
        })
    }
}

/// One of the segments over a list: value of the filter (empty: all), label, how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub value: String,
    pub label: String,
    pub count: Option<String>,
}

/// One choice of a few, as links; `default` is the value that stands for no filter in the URL.
#[component]
pub fn Segments(
    name: &'static str,
    #[prop(into)] label: String,
    items: Vec<Segment>,
    #[prop(optional, into)] default: String,
) -> impl IntoView {
    let query = use_list();
    let links = items
        .into_iter()
        .map(|item| {
            let (value, chosen, fallback) = (item.value.clone(), item.value, default.clone());
            let target = if value == default { String::new() } else { value };
            let href = move || query.with(|query| address(&filtered(query, name, &target)));
            let current = move || {
                query.with(|query| {
                    let present = query.filter(name);
                    let present = if present.is_empty() { fallback.as_str() } else { present };
                    (present == chosen).then_some("page")
                })
            };
            view! {
                <a href=href aria-current=current>
                    <span>{item.label}</span>
                    {item.count.map(|count| view! { <span class="count">{count}</span> })}
                </a>
            }
        })
        .collect_view();
    view! { <nav class="segments" aria-label=label>{links}</nav> }
}

/// How many rows the filter leaves and what they add up to, per currency. `words` like "214 rewards".
#[component]
pub fn Totals(
    #[prop(into)] words: String,
    #[prop(optional)] amounts: Vec<Money>,
    /// Of rewards: declined ones are counted, and only added up where they alone are listed.
    #[prop(optional)]
    earned: bool,
) -> impl IntoView {
    let query = use_list();
    let of_all = move || earned && query.with(|query| query.filter("status").is_empty());
    view! {
        <p class="totals" aria-live="polite">
            <span><strong>{words}</strong></span>
            {amounts
                .into_iter()
                .map(|amount| view! {
                    <span>
                        <strong>{amount.display()}</strong>
                        {amount.currency.symbol().map(|_| format!(" {}", amount.currency))}
                    </span>
                })
                .collect_view()}
            {move || of_all().then(|| view! { <span class="muted">"earned, not counting declined ones"</span> })}
        </p>
    }
}

/// Whether the filters were unfolded to set several of them.
pub(super) fn is_unfolded(control: &web_sys::HtmlElement) -> bool {
    control.closest("details[open]").is_ok_and(|fold| fold.is_some())
}

/// A form's values as a query string, without those that are empty.
fn query_of(form: &web_sys::HtmlFormElement) -> String {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return String::new() };
    let Ok(params) = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) else { return String::new() };
    let all = String::from(params.to_string());
    let filled: Vec<&str> = all.split('&').filter(|pair| !pair.is_empty() && !pair.ends_with('=')).collect();
    if filled.is_empty() { String::new() } else { format!("?{}", filled.join("&")) }
}
