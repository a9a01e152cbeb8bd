//! One offer and its versions.

use domain::access::Action;
use domain::addresses::offer_page;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::offers::{OfferDetail, VersionView};

use super::editor::Editor;
use super::list::OfferBadge;
use crate::components::{Badge, DialogForm, ErrorNotice, Hidden, Icon, Loaded, PageHeader, TooLate};
use crate::error::AppError;
use crate::params::use_key;
use crate::place::at;
use crate::server_fns::offers::{GetOffer, RetireOffer};
use crate::ui::{Loading, load};

fn load_offer() -> Loading<OfferDetail> {
    let key = use_key("key");
    load(move |place| GetOffer { place, key: key.get() })
}

#[component]
pub fn Offer() -> impl IntoView {
    let offer = load_offer();
    view! {
        <Loaded of=offer let:offer>
            <OfferView of=offer/>
        </Loaded>
    }
}

/// The next version of an offer.
#[component]
pub fn EditOffer() -> impl IntoView {
    TooLate::provide();
    let offer = load_offer();
    view! {
        <Loaded of=offer let:offer>
            {if offer.may_change {
                view! { <Editor draft=offer.draft/> }.into_any()
            } else {
                view! { <ErrorNotice error=AppError::Forbidden(Action::ManageOffers.words().to_owned())/> }.into_any()
            }}
        </Loaded>
    }
}

#[component]
fn OfferView(of: OfferDetail) -> impl IntoView {
    let line = of.line;
    let crumbs = vec![("Offers".to_owned(), "/offers".to_owned())];
    let key = line.key.clone();
    let may_retire = of.may_change && of.versions.first().is_some_and(|newest| !newest.retires);
    let actions = of.may_change.then(|| {
        let href = offer_page(&line.key, "version");
        view! {
            <a class="btn primary" href=at(href)>"Publish a new version"</a>
            {may_retire.then(|| view! {
                <DialogForm id="retire" action=RetireOffer::PATH title=format!("Retire {key}") open="Retire" open_class="btn" confirm=format!("Retire {key}") danger=true>
                    <p>"From now on it earns nothing. Existing rewards stay. Publishing a new version reactivates it."</p>
                    <Hidden name="key" value=key/>
                </DialogForm>
            })}
        }
    });
    let versions = of.versions.into_iter().map(|version| view! { <Version of=version/> }).collect_view();
    view! {
        <PageHeader title=line.key context=format!("{} · {}", line.group, line.version) crumbs=crumbs
            badge=view! { <OfferBadge of=line.status/> }.into_any()>{actions}</PageHeader>
        <div class="stack loose">{versions}</div>
    }
    .into_any()
}

#[component]
fn Version(of: VersionView) -> impl IntoView {
    let promises = of
        .sentences
        .into_iter()
        .zip(of.examples)
        .map(|(sentence, example)| view! { <li><Icon name="check"/><span><strong>{sentence}</strong>" "<span>{example}</span></span></li> })
        .collect_view();
    let retires = of.retires.then(|| view! { <p>"Retires the offer: from then on it earns nothing."</p> });
    let badge = of.in_force.then(|| view! { <Badge status="approved" icon="check" word="In force now"/> });
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{format!("Version {}", of.number)}</h2>
                {badge}
            </div>
            <div class="card-body stack">
                <p>{of.description}</p>
                {retires}
                <div class="advice"><ul>{promises}</ul></div>
                <p class="hint">{format!("From {} · {} · {}", of.from, of.applies_to, of.published)}</p>
            </div>
        </section>
    }
}
