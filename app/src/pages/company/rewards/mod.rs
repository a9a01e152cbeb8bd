//! Rewards & Invoices › Review Rewards.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::components::ListRoute;
use crate::routing::{nothing, page};

mod bulk;
mod list;
mod reward;

pub use reward::History;

#[component(transparent)]
pub fn RewardsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/rewards") view=page!(behind)>
            <Route path=path!("") view=page!(nothing)/>
            <Route path=path!(":key") view=page!(reward::RewardDrawer)/>
        </ParentRoute>
    }
    .into_any_nested_route()
}

/// The list that lies behind its drawers.
fn behind() -> impl IntoView {
    view! { <ListRoute base="/rewards" list=list::ReviewRewards/> }
}
