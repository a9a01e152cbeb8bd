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
use crate::pages::not_found::{CompanyNotFound, NotFound, PartnerNotFound};
use crate::pages::partner::PartnerRoutes;
use crate::pages::places::Places;
use crate::pages::sign_in::{SetPassword, SignIn};
use crate::routing::page;
use crate::ui::Ui;

/// Which of the three parts of the product a page belongs to. A browser loads the client of its own part only; public pages have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Company,
    Partner,
    Public,
}

impl Part {
    /// By the path of an address.
    pub fn of_path(path: &str) -> Part {
        match path.split('/').nth(1) {
            Some("c") => Part::Company,
            Some("p") => Part::Partner,
            _ => Part::Public,
        }
    }
}

/// The company's console, on both sides of the wire.
#[component]
pub fn CompanyApp() -> impl IntoView {
    client(|| {
        foreign(view! {
            <Routes fallback=CompanyNotFound>
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
        })
    })
}

/// The partner's portal.
#[component]
pub fn PartnerApp() -> impl IntoView {
    client(|| {
        foreign(view! {
            <Routes fallback=PartnerNotFound>
                <ParentRoute path=path!("/p/:partner") view=page!(PartnerLayout)>
                    <PartnerRoutes/>
                </ParentRoute>
            </Routes>
        })
    })
}

/// What both have around their pages. It names neither's: what one client doesn't name is left out of it.
fn client(routes: fn() -> AnyView) -> impl IntoView {
    let ui = provide();
    let content = view! {
        <Router>
            <Moves ui=ui/>
            {routes()}
            <Toasts/>
            <Keyboard/>
            <ScrollMemory/>
        </Router>
    };
    view! {
        {named_pages()}
        {foreign(content)}
    }
}

/// Each page's title, with the product's name.
fn named_pages() -> AnyView {
    foreign(view! { <leptos_meta::Title formatter=document_title/> })
}

/// What everybody sees, rendered by the server alone.
#[component]
pub fn PublicApp() -> impl IntoView {
    provide();
    let content = view! {
        <Router>
            {foreign(view! {
                <Routes fallback=NotFound>
                    <Route path=path!("/sign-in") view=page!(SignIn)/>
                    <Route path=path!("/sign-in/link/:token") view=page!(SetPassword)/>
                    <Route path=path!("/places") view=page!(Places)/>
                </Routes>
            })}
            <Toasts/>
        </Router>
    };
    view! {
        {named_pages()}
        {foreign(content)}
    }
}

fn provide() -> Ui {
    provide_meta_context();
    Ui::provide()
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
