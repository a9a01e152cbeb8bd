//! An address that leads nowhere.

use crate::components::Title;
use domain::Place;
use leptos::prelude::*;

use crate::components::frame::{company_frame, partner_frame};
use crate::components::{Brand, Icon};
use crate::place::at;
use crate::ui::Ui;

/// Says so among the company's pages; where the place itself isn't the reader's, alone.
#[component]
pub fn CompanyNotFound() -> impl IntoView {
    among(company_frame)
}

#[component]
pub fn PartnerNotFound() -> impl IntoView {
    among(partner_frame)
}

fn among(frame: fn(AnyView) -> AnyView) -> AnyView {
    match Ui::get().place() {
        Place::Nowhere => view! { <NotFound/> }.into_any(),
        _ => frame(page()),
    }
}

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <main class="main" id="main" tabindex="-1">
            <Brand/>
            {page()}
        </main>
    }
}

/// In the response's status too.
fn page() -> AnyView {
    #[cfg(feature = "ssr")]
    crate::http::set_status(404);
    view! {
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
    .into_any()
}
