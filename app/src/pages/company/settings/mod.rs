//! Company profile, import, audit log.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::path;

use crate::components::{Tab, Tabs};
use crate::routes::page;

mod audit;
mod import;
mod profile;

#[component(transparent)]
pub fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/settings") view=page!(profile::ProfilePage)/>
        <Route path=path!("/settings/import") view=page!(import::ImportPage)/>
        <Route path=path!("/settings/audit") view=page!(audit::AuditPage)/>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component]
fn SettingsTabs() -> impl IntoView {
    let tabs =
        vec![Tab::new("Company profile", "/settings"), Tab::new("Import", "/settings/import"), Tab::new("Audit log", "/settings/audit")];
    view! { <Tabs label="Settings" tabs=tabs/> }
}
