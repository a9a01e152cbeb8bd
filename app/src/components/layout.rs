//! The frame of a place around its pages.

use domain::Place;
use leptos::prelude::*;

use super::Outlet;
use super::frame::{company_frame, partner_frame};
use crate::pages::not_found::NotFound;
use crate::ui::Ui;

#[component]
pub fn CompanyLayout() -> impl IntoView {
    layout(company_frame)
}

#[component]
pub fn PartnerLayout() -> impl IntoView {
    layout(partner_frame)
}

/// A place that the person does not belong to is like one that is not there.
fn layout(frame: fn(AnyView) -> AnyView) -> AnyView {
    match Ui::get().place() {
        Place::Nowhere => view! { <NotFound/> }.into_any(),
        _ => frame(view! { <Outlet/> }.into_any()),
    }
}
