//! Where somebody belongs, for people with several places: one is chosen, and the rest of the address is kept.

use crate::components::Title;
use leptos::prelude::*;
use views::session::PlaceLink;

use super::sign_in::Frame;
use crate::components::{Icon, Loaded, Notice, Skeleton, Tile};
use crate::params::use_query;
use crate::server_fns::session::ListPlaces;
use crate::ui::{Ui, load};

#[component]
pub fn Places() -> impl IntoView {
    let params = use_query();
    let places = load(move |_| ListPlaces { next: params.with(|params| params.get("next")) });
    let waits = Ui::get().stranded;
    view! {
        <Title text="Choose a company"/>
        <Frame title="Choose a company" context="You belong to more than one. You can switch at the top of every page.">
            {waits.then(|| view! {
                <Notice tone="warn" icon="alert" title="Your form was not sent"
                    text="It doesn't say which company it is for, so nothing was done. What you typed is kept: choose the company, look at it and send it again."/>
            })}
            <Loaded of=places skeleton=Skeleton::Lines let:places>
                <Choices places=places/>
            </Loaded>
            <form method="post" action="/sign-out">
                <button type="submit" class="btn quiet wide">
                    <Icon name="sign-out"/>
                    <span>"Sign out"</span>
                </button>
            </form>
        </Frame>
    }
}

#[component]
fn Choices(places: Vec<PlaceLink>) -> impl IntoView {
    if places.is_empty() {
        let text = "Your account belongs to no company or partner any more. Ask whoever invited you.";
        return view! { <Notice tone="warn" icon="lock" title="There is nothing to choose" text=text/> }.into_any();
    }
    let choices = places.into_iter().map(|to| view! { <Choice to=to/> }).collect_view();
    view! { <nav class="sign-in-choices" aria-label="Where you belong">{choices}</nav> }.into_any()
}

/// Always a full page load: what a page holds belongs to one place.
#[component]
fn Choice(to: PlaceLink) -> impl IntoView {
    let role = match (to.company, to.partner_of.is_empty()) {
        (true, _) => to.role,
        (false, true) => format!("{}, as partner", to.role),
        (false, false) => format!("{}, as partner of {}", to.role, to.partner_of),
    };
    view! {
        <a href=to.href rel="external">
            <Tile name=to.name.clone()/>
            <strong>{to.name}</strong>
            <small>{role}</small>
            <Icon name="arrow-right"/>
        </a>
    }
}
