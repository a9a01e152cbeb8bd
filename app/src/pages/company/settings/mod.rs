//! Company profile, import, audit log.

use domain::access::Action;
use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::path;

use crate::components::viewer::use_viewer;
use crate::components::{Loaded, Skeleton, Tab, Tabs};
use crate::routing::page;

mod audit;
mod import;
mod import_void;
mod profile;

#[component(transparent)]
pub fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/settings") view=page!(profile::ProfilePage)/>
        <Route path=path!("/settings/import") view=page!(import::ImportPage)/>
        <Route path=path!("/settings/import/void") view=page!(import_void::VoidImport)/>
        <Route path=path!("/settings/audit") view=page!(audit::AuditPage)/>
    }
    .into_any_nested_route()
}

/// The parts of the settings that the reader's role may open.
#[component]
fn SettingsTabs() -> impl IntoView {
    let viewer = use_viewer();
    view! {
        <Loaded of=viewer skeleton=Skeleton::None let:viewer>
            {
                let mut tabs = vec![Tab::new("Company profile", "/settings")];
                if viewer.may(Action::Import) {
                    tabs.push(Tab::new("Import", "/settings/import"));
                }
                if viewer.may(Action::ViewAudit) {
                    tabs.push(Tab::new("Audit log", "/settings/audit"));
                }
                view! { <Tabs label="Settings" tabs=tabs/> }
            }
        </Loaded>
    }
}
