//! The keyboard: / or Ctrl K searches, j and k move in a list, Enter opens, x selects, a, d and h press the buttons that carry
//! their letter, Escape closes, ? shows the keys.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{self, Element, HtmlElement, KeyboardEvent};

use super::Icon;

const KEYS: [(&str, &str); 9] = [
    ("/", "Search everything"),
    ("j", "Next row"),
    ("k", "Previous row"),
    ("Enter", "Open the row"),
    ("x", "Select the row"),
    ("a", "Approve"),
    ("d", "Decline"),
    ("h", "Hold"),
    ("Esc", "Close the drawer"),
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
                <h2 id="keys-title" tabindex="-1" autofocus>"Keys"</h2>
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
    if key == "k" && event.ctrl_key() {
        return focus("#search");
    }
    if event.ctrl_key() || typing(event) {
        return false;
    }
    let in_dialog = find("dialog[open]").is_some();
    match key.as_str() {
        _ if in_dialog => false,
        "/" => focus("#search"),
        "?" => help.get_untracked().is_some_and(|dialog| dialog.show_modal().is_ok()),
        "j" => step(1),
        "k" => step(-1),
        "x" => click(".table tr.at .c-select input"),
        "Enter" => {
            event.target().is_none_or(|target| target.dyn_ref::<web_sys::HtmlBodyElement>().is_some()) && click(".table tr.at .row-link")
        }
        "Escape" => click("aside.drawer [data-close]"),
        "a" | "d" | "h" => {
            let button = format!("[data-key=\"{key}\"]");
            // The drawer's buttons before those of the list beneath it.
            click(&format!("aside.drawer {button}"))
                || (selected_any() && click(&format!(".bulkbar {button}")))
                || click(&format!(".drawer-page {button}"))
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

/// Moves the mark of the keyboard to the next or previous row; with nothing selected the marked row is selected for a decision.
fn step(by: i32) -> bool {
    let Ok(rows) = document().query_selector_all(".main .table tbody tr") else { return false };
    let count = rows.length();
    let row = |index: u32| rows.item(index).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    let at = (0..count).find(|index| row(*index).is_some_and(|row| row.class_list().contains("at")));
    let next = match (at, by) {
        (None, _) => 0,
        (Some(at), 1) => (at + 1).min(count.saturating_sub(1)),
        (Some(at), _) => at.saturating_sub(1),
    };
    if let Some(row) = at.and_then(row) {
        let _ = row.class_list().remove_1("at");
    }
    let Some(row) = row(next) else { return false };
    let _ = row.class_list().add_1("at");
    row.scroll_into_view_with_scroll_into_view_options(&nearest());
    true
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

fn selected_any() -> bool {
    find(".c-select input[name]:checked").is_some() || click(".table tr.at .c-select input")
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
