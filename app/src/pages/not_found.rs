//! An address that leads nowhere.

use domain::Place;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::frame::{company_frame, partner_frame};
use crate::components::{Brand, Icon};
use crate::place::at;
use crate::ui::Ui;

/// Says so among the pages of whoever looks, and in the response's status too.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::http::set_status(404);
    let place = Ui::get().place();
    let page = view! {
        <Title text="Not found"/>
        <div class="empty">
            <Icon name="search"/>
            <h1>"This page doesn't exist"</h1>
            <p>"The address may be mistyped, or the page has moved."</p>
            <div class="actions">
                <a class="btn primary" rel="external" href=at("/")>"Go to Home"</a>
            </div>
        </div>
    }
    .into_any();
    match place {
        Place::Nowhere => view! {
            <main class="main" id="main" tabindex="-1">
                <Brand/>
                {page}
            </main>
        }
        .into_any(),
        Place::Partner(_) => partner_frame(page),
        Place::Company(_) => company_frame(page),
    }
}
