//! The keyboard: / or Ctrl K searches, j and k move in a list and, over it, from drawer to drawer, Enter opens, x selects, a, d and h
//! press the buttons that carry their letter, Escape closes, ? shows the keys.
//!
//! A decision is about the rows that are ticked or, where none is, about the row under the cursor. The key ticks that row for its
//! button, and unticks it when nothing comes of it.

use std::cell::RefCell;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{self, Element, HtmlElement, KeyboardEvent};

use super::Icon;

const KEYS: [(&str, &str); 9] = [
    ("/", "Search everything"),
    ("j", "Next row, or the next one in the drawer"),
    ("k", "Previous row"),
    ("Enter", "Open the row"),
    ("x", "Select the row"),
    ("a", "Approve"),
    ("d", "Decline"),
    ("h", "Hold"),
    ("Esc", "Close what is open, or undo a tick made by a key"),
];

/// Listens for the keys of every page, and shows them on "?".
#[component]
pub fn Keyboard() -> impl IntoView {
    let help = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if event.default_prevented() || event.alt_key() || event.meta_key() {
                return;
            }
            if handle(&event, help) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
    let close = move |_| {
        if let Some(dialog) = help.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog class="dialog" id="keys" node_ref=help aria-labelledby="keys-title" closedby="any">
            <header class="drawer-head">
                <h2 id="keys-title" tabindex="-1" autofocus>"Keyboard shortcuts"</h2>
                <div class="actions">
                    <button type="button" class="btn quiet icon-only" aria-label="Close" on:click=close>
                        <Icon name="x"/>
                    </button>
                </div>
            </header>
            <div class="drawer-body">
                <dl class="facts">
                    {KEYS
                        .into_iter()
                        .map(|(key, words)| view! {
                            <div>
                                <dt><kbd>{key}</kbd></dt>
                                <dd>{words}</dd>
                            </div>
                        })
                        .collect_view()}
                </dl>
            </div>
        </dialog>
    }
}

/// The line under a list that says its keys; `review` adds the letters of decisions.
#[component]
pub fn KeyHints(#[prop(optional)] review: bool) -> impl IntoView {
    view! {
        <p class="keys">
            <span><kbd>"j"</kbd>" "<kbd>"k"</kbd>" move"</span>
            <span><kbd>"Enter"</kbd>" open"</span>
            {review.then(|| view! {
                <span><kbd>"x"</kbd>" select"</span>
                <span><kbd>"a"</kbd>" approve"</span>
                <span><kbd>"d"</kbd>" decline"</span>
                <span><kbd>"h"</kbd>" hold"</span>
            })}
            <span><kbd>"?"</kbd>" all keys"</span>
        </p>
    }
}

/// Whether the key meant something here.
fn handle(event: &KeyboardEvent, help: NodeRef<html::Dialog>) -> bool {
    let key = event.key();
    let in_dialog = find("dialog[open]").is_some();
    let moves_on = matches!(key.as_str(), "j" | "k" | "x" | "a" | "d" | "h") && !in_dialog && !typing(event);
    // Escape closes a dialog by itself, whose decision is not made then.
    if key == "Escape" || moves_on {
        untick_keyed();
    }
    if key == "k" && event.ctrl_key() {
        return focus("#search");
    }
    if event.ctrl_key() || typing(event) {
        return false;
    }
    match key.as_str() {
        _ if in_dialog => false,
        "/" => focus("#search"),
        "?" => help.get_untracked().is_some_and(|dialog| dialog.show_modal().is_ok()),
        "j" => next_drawer(1) || step(1),
        "k" => next_drawer(-1) || step(-1),
        "x" => click(".table tr.at .c-select input"),
        "Enter" => {
            event.target().is_none_or(|target| target.dyn_ref::<web_sys::HtmlBodyElement>().is_some()) && click(".table tr.at .row-link")
        }
        // An open menu closes by itself, and nothing else with it.
        "Escape" => find("[popover]:popover-open").is_none() && click(":is(aside.drawer, .drawer-page) [data-close]"),
        "a" | "d" | "h" => {
            let button = format!("[data-key=\"{key}\"]");
            // The drawer's buttons before those of the list beneath it, once it shows what the address names.
            if drawer_is_open(&rows()) {
                let shown = find("aside.drawer").and_then(|drawer| drawer.get_attribute(super::drawer::SHOWS));
                return shown.is_some_and(|shown| shown == page()) && click(&format!("aside.drawer {button}"));
            }
            if chosen() && click(&format!(".bulkbar {button}")) {
                // Without a question it is on its way: what comes next is about other rows.
                if find("dialog[open]").is_none() {
                    keep_ticked();
                }
                return true;
            }
            click(&format!(".drawer-page {button}"))
        }
        _ => false,
    }
}

/// Whether the key goes into a field.
fn typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    let field = matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let check = element.get_attribute("type").is_some_and(|kind| kind == "checkbox" || kind == "radio");
    (field && !check) || element.is_content_editable()
}

/// Where the keyboard is in a list, by the row's key and place: the list is drawn anew after each decision.
#[derive(Clone, Default)]
struct Cursor {
    page: String,
    key: String,
    place: u32,
    /// The row after it, where the cursor goes once the row has been decided about.
    next: Option<String>,
}

thread_local! {
    static CURSOR: RefCell<Option<Cursor>> = const { RefCell::new(None) };
}

const ROWS: &str = ".main .table tbody tr";
/// On a box that a key has ticked.
const KEYED: &str = "data-keyed";

fn rows() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(ROWS) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok()).collect()
}

/// What tells a row from others: the address that it leads to.
fn key_of(row: &HtmlElement) -> String {
    let link = row.query_selector(".row-link").ok().flatten();
    link.and_then(|link| link.get_attribute("href")).map(|href| href.split('?').next().unwrap_or_default().to_owned()).unwrap_or_default()
}

fn page() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Whether a drawer is open over the list, or its address is and it is still to come.
fn drawer_is_open(rows: &[HtmlElement]) -> bool {
    find("aside.drawer").is_some() || rows.iter().any(|row| key_of(row) == page())
}

/// The list's own address, also while a drawer is open over it.
fn list_page(rows: &[HtmlElement]) -> String {
    let page = page();
    match page.rsplit_once('/') {
        Some((list, _)) if drawer_is_open(rows) => list.to_owned(),
        _ => page,
    }
}

/// Marks a row, and remembers it.
fn mark(rows: &[HtmlElement], place: usize) {
    for row in rows {
        // Fails only for names with blanks.
        let _ = row.class_list().remove_1("at");
    }
    let Some(row) = rows.get(place) else { return };
    let _ = row.class_list().add_1("at");
    let cursor = Cursor { page: list_page(rows), key: key_of(row), place: u32::try_from(place).unwrap_or(0), next: None };
    CURSOR.with_borrow_mut(|kept| *kept = Some(cursor));
}

/// Moves the cursor to the next or previous row.
fn step(by: i32) -> bool {
    let rows = rows();
    let at = rows.iter().position(|row| row.class_list().contains("at"));
    let next = match (at, by) {
        // Where it was before its row left the list.
        (None, _) => {
            let kept = CURSOR.with_borrow(Clone::clone).filter(|cursor| cursor.page == list_page(&rows));
            kept.map_or(0, |cursor| (cursor.place as usize).min(rows.len().saturating_sub(1)))
        }
        (Some(at), 1) => (at + 1).min(rows.len().saturating_sub(1)),
        (Some(at), _) => at.saturating_sub(1),
    };
    let Some(row) = rows.get(next) else { return false };
    mark(&rows, next);
    row.scroll_into_view_with_scroll_into_view_options(&nearest());
    true
}

/// After a list has been drawn: the cursor is where it was or, after a decision, on the row after that. The page does not move.
pub fn restore_cursor() {
    let rows = rows();
    let Some(cursor) = CURSOR.with_borrow(Clone::clone).filter(|cursor| cursor.page == list_page(&rows)) else { return };
    let find = |key: &str| rows.iter().position(|row| !key.is_empty() && key_of(row) == key);
    let place = match (cursor.next.as_deref().and_then(find).or_else(|| find(&cursor.key)), &cursor.next) {
        (Some(place), _) => place,
        (None, Some(_)) => (cursor.place as usize).min(rows.len().saturating_sub(1)),
        // Another list.
        (None, None) => return,
    };
    mark(&rows, place);
}

/// Over a list, from one drawer to the next.
fn next_drawer(by: i32) -> bool {
    let here = page();
    let rows = rows();
    if !drawer_is_open(&rows) {
        return false;
    }
    let next = match rows.iter().position(|row| key_of(row) == here) {
        Some(open) if by > 0 => open + 1,
        Some(open) => open.wrapping_sub(1),
        // It has left the list, and the next one has come to its place.
        None => match CURSOR.with_borrow(Clone::clone).filter(|cursor| by > 0 && cursor.key == here) {
            Some(cursor) => cursor.place as usize,
            None => return false,
        },
    };
    let Some(row) = rows.get(next) else { return true };
    mark(&rows, next);
    let link = row.query_selector(".row-link").ok().flatten().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        link.click();
    }
    true
}

/// Once the open drawer's reward has been decided about: the next one opens.
pub fn open_next() {
    next_drawer(1);
}

/// Whether a decision has rows to be about: those that are ticked, everything that was selected, or the row under the cursor.
fn chosen() -> bool {
    let ticked = find(".bulkbar.frozen").is_some() || find(".c-select input[name]:checked").is_some();
    let rows = rows();
    let at = rows.iter().position(|row| row.class_list().contains("at"));
    if let Some(at) = at {
        let stays = |row: &&HtmlElement| row.query_selector(".c-select input:checked").ok().flatten().is_none();
        let after = rows.iter().skip(if ticked { at } else { at + 1 });
        let next = after.chain(rows.iter().take(at).rev()).find(stays).map(key_of);
        CURSOR.with_borrow_mut(|cursor| {
            if let Some(cursor) = cursor {
                cursor.next = Some(next.unwrap_or_default());
            }
        });
    }
    if ticked || at.is_none() {
        return ticked;
    }
    let ticked = click(".table tr.at .c-select input");
    if let Some(input) = find(".table tr.at .c-select input") {
        // Fails only for names that are none.
        let _ = input.set_attribute(KEYED, "");
    }
    ticked
}

/// A decision has been sent: what a key has ticked for it stays as it is.
fn keep_ticked() {
    while let Some(input) = find(&format!("input[{KEYED}]")) {
        let _ = input.remove_attribute(KEYED);
    }
}

/// Unticks what a key has ticked for a decision that was not made.
fn untick_keyed() {
    while let Some(input) = find(&format!("input[{KEYED}]")).and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        let _ = input.remove_attribute(KEYED);
        if input.checked() {
            input.click();
        }
        CURSOR.with_borrow_mut(|cursor| {
            if let Some(cursor) = cursor {
                cursor.next = None;
            }
        });
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn click(selector: &str) -> bool {
    let Some(element) = find(selector).and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return false };
    element.click();
    true
}

fn focus(selector: &str) -> bool {
    let Some(element) = find(selector).and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return false };
    element.focus().is_ok()
}
