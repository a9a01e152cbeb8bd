//! What partners see, on a phone first.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::components::ListRoute;
use crate::routing::{nothing, page};

mod commission;
mod commissions;
mod customers;
mod earnings;
mod home;
mod more;
mod payout;
mod payouts;

use commission::Commission;
use commissions::Commissions;
use customers::Customers;
use home::Home;
use more::More;
use payout::Payout;
use payouts::Payouts;

/// Inside the partner's layout, at /p/:partner.
#[component(transparent)]
pub fn PartnerRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("") view=page!(Home)/>
        <ParentRoute path=path!("/commissions") view=page!(behind)>
            <Route path=path!("") view=page!(nothing)/>
            <Route path=path!(":key") view=page!(Commission)/>
        </ParentRoute>
        <Route path=path!("/payouts") view=page!(Payouts)/>
        <Route path=path!("/payouts/:key") view=page!(Payout)/>
        <Route path=path!("/customers") view=page!(Customers)/>
        <Route path=path!("/more") view=page!(More)/>
    }
    .into_any_nested_route()
}

/// The list that lies behind its drawers.
fn behind() -> impl IntoView {
    view! { <ListRoute base="/commissions" list=Commissions/> }
}
