//! Rewards & Invoices › Invoices.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::path;

use crate::routing::page;

mod actions;
mod detail;
mod list;
mod partners;
mod print;

#[component(transparent)]
pub fn InvoicesRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/invoices") view=page!(list::Invoices)/>
        <Route path=path!("/invoices/:number") view=page!(detail::InvoicePage)/>
        <Route path=path!("/invoices/:number/print") view=page!(print::PrintPage)/>
    }
    .into_any_nested_route()
}
