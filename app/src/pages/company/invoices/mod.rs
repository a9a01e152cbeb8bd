//! Rewards & Invoices › Invoices.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::path;

mod actions;
mod detail;
mod list;
mod partners;
mod print;

#[component(transparent)]
pub fn InvoicesRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/invoices") view=list::Invoices/>
        <Route path=path!("/invoices/:number") view=detail::InvoicePage/>
        <Route path=path!("/invoices/:number/print") view=print::PrintPage/>
    }
    .into_inner()
    .into_any_nested_route()
}
