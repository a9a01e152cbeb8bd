//! Every offer with what it promises now.

use domain::addresses;
use leptos::prelude::*;
use views::offers::{OfferLine, OfferList, OfferStatus};

use crate::components::{Badge, EmptyState, Icon, Loaded, PageHeader, RowLink, TableFrame, TableHead};
use crate::place::at;
use crate::server_fns::offers::ListOffers;
use crate::ui::load;

#[component]
pub fn Offers() -> impl IntoView {
    let list = load(|place| ListOffers { place });
    view! {
        <Loaded of=list let:list>
            <OffersView list=list/>
        </Loaded>
    }
}

#[component]
fn OffersView(list: OfferList) -> impl IntoView {
    let create = list.may_change.then(|| {
        view! {
            <a class="btn primary" href=at("/offers/new")>
                <Icon name="plus"/>
                <span>"Create an offer"</span>
            </a>
        }
    });
    let body = if list.offers.is_empty() {
        view! {
            <div class="card">
                <EmptyState icon="offers" title="No offers yet" text="An offer says what partners earn, in words they see, and turns purchases into rewards."/>
            </div>
        }
        .into_any()
    } else {
        let rows = list.offers.into_iter().map(|offer| view! { <Row offer=offer/> }).collect_view();
        view! {
            <TableFrame label="Offers">
                <TableHead labels="Offer|Group|Promises|Status|#Earned so far"/>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <PageHeader title="Offers" context="A new version changes the future; what was earned stays">{create}</PageHeader>
        {body}
    }
    .into_any()
}

#[component]
fn Row(offer: OfferLine) -> impl IntoView {
    let href = addresses::offer(&offer.key);
    let mut earned = offer.earned.iter().map(|amount| amount.display());
    let first = earned.next().unwrap_or_else(|| "—".to_owned());
    let rest: Vec<String> = earned.collect();
    let promises = offer.sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">
                <RowLink href=href note=offer.version.clone() title=offer.key.clone()>{offer.key.clone()}</RowLink>
            </th>
            <td class="c-short" data-label="Group" title=offer.group.clone()>{offer.group.clone()}</td>
            <td class="c-wide" data-label="Promises"><ul class="stack tight">{promises}</ul></td>
            <td class="c-status"><OfferBadge of=offer.status/></td>
            <td class="c-amount">
                <span class="num">{first}</span>
                {(!rest.is_empty()).then(|| view! { <small>{rest.join(", ")}</small> })}
            </td>
        </tr>
    }
}

#[component]
pub fn OfferBadge(of: OfferStatus) -> impl IntoView {
    let (status, icon, word) = match of {
        OfferStatus::InForce => ("approved", "check", "In force"),
        OfferStatus::Planned => ("scheduled", "calendar", "Planned"),
        OfferStatus::Retired => ("declined", "decline", "Retired"),
    };
    view! { <Badge status=status icon=icon word=word/> }
}
