//! Menus: popovers, which open before the client has loaded.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::{Icon, opens};
use crate::place::at;

/// A button with three dots and what it opens. `id` is unique on the page; children are links, buttons and forms.
#[component]
pub fn Menu(#[prop(into)] id: String, #[prop(into)] label: String, #[prop(optional)] small: bool, children: Children) -> impl IntoView {
    let class = if small { "btn quiet icon-only small" } else { "btn icon-only" };
    view! {
        <button type="button" class=class popovertarget=id.clone() aria-label=label.clone()>
            <Icon name="more"/>
        </button>
        <div class="menu" id=id popover="auto" aria-label=label role="group">
            {children()}
        </div>
    }
}

/// A link in a menu; `external` for plain server routes (files).
#[component]
pub fn MenuLink(
    #[prop(into)] href: String,
    icon: &'static str,
    #[prop(optional)] external: bool,
    #[prop(into)] label: String,
) -> impl IntoView {
    view! {
        <a href=at(href) rel=external.then_some("external") on:click=opens>
            <Icon name=icon/>
            <span>{label}</span>
        </a>
    }
}

/// Closes what is open, after a step to another page: the browser does so only for clicks elsewhere.
pub fn close_menus() {
    while let Ok(Some(menu)) = document().query_selector("[popover]:popover-open") {
        let closed = menu.dyn_into::<HtmlElement>().is_ok_and(|menu| menu.hide_popover().is_ok());
        if !closed {
            return;
        }
    }
}
