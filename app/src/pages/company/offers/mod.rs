//! Offers: what partners are promised.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::path;

use crate::routing::page;

mod editor;
mod list;
mod offer;
mod preview;

use editor::NewOffer;
use list::Offers;
use offer::{EditOffer, Offer};

#[component(transparent)]
pub fn OffersRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/offers") view=page!(Offers)/>
        <Route path=path!("/offers/new") view=page!(NewOffer)/>
        <Route path=path!("/offers/:key") view=page!(Offer)/>
        <Route path=path!("/offers/:key/overview") view=page!(Offer)/>
        <Route path=path!("/offers/:key/version") view=page!(EditOffer)/>
    }
    .into_any_nested_route()
}
