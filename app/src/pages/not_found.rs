//! An address that leads nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::{Brand, Icon};

/// Says so in the response's status too.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::http::set_status(404);
    view! {
        <Title text="Not found"/>
        <main class="main" id="main" tabindex="-1">
            <Brand/>
            <div class="empty">
                <Icon name="search"/>
                <h1>"This page does not exist"</h1>
                <p>"The address may be mistyped, or what was here has moved. Nothing is lost: search for it, or start at home."</p>
                <div class="actions">
                    <a class="btn primary" href="/">"To the start page"</a>
                </div>
            </div>
        </main>
    }
}
