//! Icons and letter tiles.

use leptos::prelude::*;
use views::session::{initial, initials};

use crate::place::at;

/// An icon of `public/icons.svg`, hidden from assistive technology: the words beside it say the same.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] small: bool) -> impl IntoView {
    let class = if small { "icon small" } else { "icon" };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}

/// The first letter of a name in a square, for organisations; round with two letters for people.
#[component]
pub fn Tile(#[prop(into)] name: String, #[prop(optional)] person: bool, #[prop(optional)] large: bool) -> impl IntoView {
    let letters = if person { initials(&name) } else { initial(&name) };
    let class = match (person, large) {
        (true, true) => "tile person large",
        (true, false) => "tile person",
        (false, true) => "tile large",
        (false, false) => "tile",
    };
    view! { <span class=class aria-hidden="true">{letters}</span> }
}

/// The brand: logo and name, leading home.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=at("/")>
            <svg class="mark" aria-hidden="true">
                <use href="/icons.svg#mark"></use>
            </svg>
            <span>"Tributary"</span>
        </a>
    }
}
