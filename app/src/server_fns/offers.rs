//! Offers: list, versions, publish, retire.

use domain::Place;
use domain::offers::TriggerText;
use leptos::prelude::*;
use views::offers::{OfferDetail, OfferDraft, OfferList, TriggerWords};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use {
    crate::{ctx, error::AppError, error::FieldErrors},
    data::programme::offers::{Published, Terms},
    domain::access::Action,
    domain::offers::{AppliesTo, pays_more_than_the_sale},
};

#[server(prefix = "/rpc", endpoint = "offers/list", protocol = Reading)]
pub async fn list_offers(#[server(default)] place: Place) -> Result<OfferList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::offers::list(&cx.db, &cx.company, cx.may(Action::ManageOffers), cx.now).await?)
}

#[server(prefix = "/rpc", endpoint = "offers/detail", protocol = Reading)]
pub async fn get_offer(#[server(default)] place: Place, key: String) -> Result<OfferDetail> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::offers::detail(&cx.db, &cx.company, &key, cx.may(Action::ManageOffers), cx.now).await?)
}

#[server(prefix = "/rpc", endpoint = "offers/blank", protocol = Reading)]
pub async fn get_blank_offer(#[server(default)] place: Place) -> Result<OfferDraft> {
    let cx = ctx::company(&place, Action::ManageOffers).await?;
    Ok(screens::offers::blank(&cx.db, &cx.company).await?)
}

/// What a trigger that is being typed would say and pay.
#[server(prefix = "/rpc", endpoint = "offers/describe", protocol = Reading)]
pub async fn describe_trigger(#[server(default)] place: Place, trigger: TriggerText) -> Result<TriggerWords> {
    let cx = ctx::company(&place, Action::ManageOffers).await?;
    Ok(TriggerWords::of(&trigger, cx.currency))
}

/// Creates an offer, or publishes another version of it; `seen` is the newest that the form knew. Triggers without any value are left out.
#[server(prefix = "/rpc", endpoint = "offers/publish")]
pub async fn publish_offer(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] group: String,
    description: String,
    #[server(default)] from: String,
    #[server(default)] applies_to: String,
    #[server(default)] triggers: Vec<TriggerText>,
    #[server(default)] seen: i32,
    #[server(default)] please_confirm: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageOffers).await?;
    let mut errors = FieldErrors::new();
    let effective_from = match from.trim() {
        "" => None,
        text => {
            let typed = domain::dates::typed(&cx.zone, text);
            if typed.is_none() {
                errors.insert("from".to_owned(), "Write a date and time.".to_owned());
            }
            typed
        }
    };
    let mut read = Vec::new();
    for (place, trigger) in triggers.iter().enumerate().filter(|(_, trigger)| !is_blank(trigger)) {
        match trigger.read(cx.currency) {
            Ok(trigger) => read.push(trigger),
            Err(found) => errors.extend(found.into_iter().map(|(field, message)| (format!("triggers[{place}][{field}]"), message))),
        }
    }
    if read.is_empty() && errors.is_empty() {
        errors.insert("triggers[0][percent]".to_owned(), "An offer needs a trigger that pays something.".to_owned());
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors)).inspect_err(crate::http::fail);
    }
    let in_force = screens::offers::in_force(&cx.db, cx.company_id, key.trim(), cx.now).await?;
    if let Some((sale, pays)) = pays_more_than_the_sale(&read, &in_force) {
        let question = format!("A sale of {sale} would pay {pays}. This pays more than the sale. Publish anyway?");
        super::ask(&[question], &please_confirm)?;
    }
    let applies_to = if applies_to == AppliesTo::NewCustomers.word() { AppliesTo::NewCustomers } else { AppliesTo::Everyone };
    let terms = Terms { description, applies_to, triggers: read };
    let group = Some(group.trim()).filter(|group| !group.is_empty());
    let published = data::programme::offers::publish_seen(&cx.db, &cx.act(), key.trim(), group, &terms, effective_from, seen).await?;
    let words = match published {
        Published::Unchanged => "Nothing was different, so no version was published.".to_owned(),
        Published::Created { .. } => format!("Created the offer {}.", key.trim()),
        Published::Version { number, .. } => format!("Published version {number}."),
    };
    Ok(Done::say(words).to(domain::addresses::offer(key.trim())))
}

#[cfg(feature = "ssr")]
fn is_blank(trigger: &TriggerText) -> bool {
    [&trigger.key, &trigger.percent, &trigger.flat].iter().all(|text| text.trim().is_empty())
}

/// Ends an offer from now on; what was earned stays.
#[server(prefix = "/rpc", endpoint = "offers/retire")]
pub async fn retire_offer(#[server(default)] place: Place, key: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageOffers).await?;
    data::programme::offers::retire(&cx.db, &cx.act(), &key, None).await?;
    Ok(Done::say("Retired the offer. What it earned until now stays.").to("/offers"))
}
