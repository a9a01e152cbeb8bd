//! Every address and its page. Each area brings its routes as one component; it is added here with one line.

use domain::Place;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::components::layout::{CompanyLayout, PartnerLayout};
use crate::components::{Keyboard, ScrollMemory, Toasts, close_menus, focus_heading};

use crate::markup::escaped;
use crate::pages::company::{customers::CustomersRoutes, partners::PartnersRoutes};
use crate::pages::company::{
    home::Home, invoices::InvoicesRoutes, offers::OffersRoutes, rewards::RewardsRoutes, search::Search, settings::SettingsRoutes,
};
use crate::pages::not_found::NotFound;
use crate::pages::partner::PartnerRoutes;
use crate::pages::places::Places;
use crate::pages::sign_in::{SetPassword, SignIn};
use crate::routing::page;
use crate::ui::Ui;

/// The application, on both sides of the wire.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let ui = Ui::provide();
    view! {
        <leptos_meta::Title formatter=document_title/>
        <Router>
            <Moves ui=ui/>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=page!(SignIn)/>
                <Route path=path!("/sign-in/link/:token") view=page!(SetPassword)/>
                <Route path=path!("/places") view=page!(Places)/>
                <ParentRoute path=path!("/p/:partner") view=page!(PartnerLayout)>
                    <PartnerRoutes/>
                </ParentRoute>
                <ParentRoute path=path!("/c/:company") view=page!(CompanyLayout)>
                    <Route path=path!("") view=page!(Home)/>
                    <Route path=path!("/search") view=page!(Search)/>
                    <RewardsRoutes/>
                    <InvoicesRoutes/>
                    <PartnersRoutes/>
                    <CustomersRoutes/>
                    <OffersRoutes/>
                    <SettingsRoutes/>
                </ParentRoute>
            </Routes>
            <Toasts/>
            <Keyboard/>
            <ScrollMemory/>
        </Router>
    }
}

/// Notices steps to another page, so that menus close and its heading takes the focus. A step to another place loads the page anew.
#[component]
fn Moves(ui: Ui) -> impl IntoView {
    let here = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = here.get();
        if Place::of_path(&now) != ui.place() && before.is_some() {
            // Fails only where the browser forbids it.
            let _ = window().location().reload();
            return now;
        }
        if before.is_some_and(|before| before != now) {
            close_menus();
            if ui.moved(&now) {
                focus_heading();
            }
        }
        now
    });
}

fn document_title(page: String) -> String {
    let title = if page.is_empty() { "Tributary".to_owned() } else { format!("{page} · Tributary") };
    // The server's side of the framework writes it into the page as markup; the browser sets it as text.
    if cfg!(feature = "ssr") { escaped(&title) } else { title }
}
