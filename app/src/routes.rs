//! Every address and its page. Each area brings its routes as one component; it is added here with one line.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::components::layout::{CompanyLayout, PartnerLayout};
use crate::components::{Keyboard, ScrollMemory, Toasts, focus_heading};

use crate::pages::company::{customers::CustomersRoutes, partners::PartnersRoutes};
use crate::pages::company::{
    home::Home, invoices::InvoicesRoutes, offers::OffersRoutes, rewards::RewardsRoutes, search::Search, settings::SettingsRoutes,
};
use crate::pages::not_found::NotFound;
use crate::pages::partner::PartnerRoutes;
use crate::pages::sign_in::{SetPassword, SignIn};
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
                <Route path=path!("/sign-in") view=SignIn/>
                <Route path=path!("/sign-in/link/:token") view=SetPassword/>
                <ParentRoute path=path!("/partner") view=PartnerLayout>
                    <PartnerRoutes/>
                </ParentRoute>
                <ParentRoute path=path!("") view=CompanyLayout>
                    <Route path=path!("/") view=Home/>
                    <Route path=path!("/search") view=Search/>
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

/// Notices steps to another page, so that its heading takes the focus.
#[component]
fn Moves(ui: Ui) -> impl IntoView {
    let here = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = here.get();
        if before.is_some_and(|before| before != now) && ui.moved(&now) {
            focus_heading();
        }
        now
    });
}

fn document_title(page: String) -> String {
    if page.is_empty() { "Tributary".to_owned() } else { format!("{page} · Tributary") }
}
