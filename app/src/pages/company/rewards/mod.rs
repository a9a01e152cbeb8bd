//! Rewards & Invoices › Review Rewards.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::components::ListRoute;

mod bulk;
mod list;
mod reward;

pub use reward::History;

#[component(transparent)]
pub fn RewardsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/rewards") view=|| view! { <ListRoute base="/rewards" list=list::ReviewRewards/> }>
            <Route path=path!("") view=|| ()/>
            <Route path=path!(":key") view=reward::RewardDrawer/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
