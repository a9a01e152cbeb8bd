//! The head of a page, and tabs.

use super::Title;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{self, HtmlElement};
use leptos_router::hooks::use_location;

use super::breakable;
use crate::place::{at, use_here};
use crate::ui::Ui;

/// How long a heading that is not in the document yet may still take the focus.
const FRAMES_WAITED: u32 = 30;

/// Title, one line of context, the actions at the right (one primary at most). After a step to another page its heading has the
/// focus. `tabs` and `badge` are views: `badge=view! { <StatusBadge of=state/> }.into_any()`.
#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    #[prop(optional, into)] context: String,
    /// What stands above: label and address.
    #[prop(optional)]
    crumbs: Vec<(String, String)>,
    #[prop(optional)] badge: Option<AnyView>,
    #[prop(optional)] tabs: Option<AnyView>,
    /// Actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let crumbs = (!crumbs.is_empty()).then(|| view! { <Crumbs path=crumbs here=title.clone()/> });
    view! {
        <Title text=title.clone()/>
        <header class="page-head">
            {crumbs}
            <div class="page-title">
                <Heading title=title/>
                {badge}
            </div>
            {(!context.is_empty()).then(|| view! { <p class="context">{breakable(&context)}</p> })}
            {children.map(|actions| view! { <div class="actions">{actions()}</div> })}
            {tabs}
        </header>
    }
}

/// An `h1` that takes the focus when a step led here.
#[component]
pub(super) fn Heading(#[prop(into)] title: String, #[prop(optional, into)] id: Option<String>) -> impl IntoView {
    let node = NodeRef::<html::H1>::new();
    let ui = Ui::get();
    let here = use_location().pathname;
    Effect::new(move |_| {
        if let Some(heading) = node.get()
            && ui.heading_appeared(here.get_untracked())
        {
            focus_once_shown(heading.into(), FRAMES_WAITED);
        }
    });
    view! { <h1 node_ref=node tabindex="-1" id=id>{breakable(&title)}</h1> }
}

/// A loaded page is built before it is placed into the document, where alone it can take the focus.
fn focus_once_shown(heading: HtmlElement, frames: u32) {
    if heading.is_connected() {
        focus(&heading);
    } else if frames > 0 {
        request_animation_frame(move || focus_once_shown(heading, frames - 1));
    }
}

/// Gives the focus to the heading of the drawer, or else of the page.
pub fn focus_heading() {
    let find = |selector: &str| document().query_selector(selector).ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(heading) = find("aside.drawer h1").or_else(|| find("main h1")) {
        focus(&heading);
    }
}

/// Without scrolling to it: where the page stands is the business of whoever led here.
fn focus(heading: &HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    // Fails only for elements that take no focus.
    let _ = heading.focus_with_options(&options);
}

#[component]
fn Crumbs(path: Vec<(String, String)>, here: String) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <ol>
                {path.into_iter().map(|(label, href)| view! { <li><a href=at(href)>{breakable(&label)}</a></li> }).collect_view()}
                <li aria-current="page">{breakable(&here)}</li>
            </ol>
        </nav>
    }
}

/// One tab: its label, its address and, where something waits, how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub count: Option<i64>,
}

impl Tab {
    pub fn new(label: &str, href: impl Into<String>) -> Tab {
        Tab { label: label.to_owned(), href: href.into(), count: None }
    }
}

/// Tabs are addresses; the one that is open is marked. A drawer's address under a tab belongs to it.
#[component]
pub fn Tabs(#[prop(into)] label: String, tabs: Vec<Tab>) -> impl IntoView {
    let here = use_here();
    let all: Vec<String> = tabs.iter().map(|tab| tab.href.clone()).collect();
    let items = tabs
        .into_iter()
        .map(|tab| {
            let (href, all) = (tab.href.clone(), all.clone());
            let current = move || here.with(|here| longest_match(&all, here) == Some(href.as_str())).then_some("page");
            view! {
                <li>
                    <a href=at(tab.href) aria-current=current>
                        <span>{tab.label}</span>
                        {tab.count.map(|count| view! { <span class="count">{count}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="tabs" aria-label=label>
            <ul>{items}</ul>
        </nav>
    }
}

/// The longest of these addresses that `here` is or lies under.
pub(super) fn longest_match<'a>(all: &'a [String], here: &str) -> Option<&'a str> {
    let under = |href: &str| here == href || (href != "/" && here.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')));
    all.iter().map(String::as_str).filter(|href| under(href)).max_by_key(|href| href.len())
}

#[cfg(test)]
mod tests {
    use super::longest_match;

    #[test]
    fn a_drawer_belongs_to_its_list() {
        let all = ["/", "/rewards", "/invoices"].map(str::to_owned);
        assert_eq!(longest_match(&all, "/rewards/rwd_1"), Some("/rewards"));
        assert_eq!(longest_match(&all, "/"), Some("/"));
        assert_eq!(longest_match(&all, "/offers"), None);
    }
}
