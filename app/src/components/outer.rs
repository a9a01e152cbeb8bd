//! What the framework brings, as nodes.

use leptos::prelude::*;

/// What the browser calls the page.
#[component]
pub fn Title(#[prop(into)] text: String) -> impl IntoView {
    foreign(view! { <leptos_meta::Title text=text/> })
}

/// Where the page of a child route is shown.
#[component]
pub fn Outlet() -> impl IntoView {
    foreign(view! { <leptos_router::components::Outlet/> })
}
