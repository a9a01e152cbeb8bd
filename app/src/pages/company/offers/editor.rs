//! The editor of an offer: words for partners, triggers, from when and for whom.

use domain::offers::{AppliesTo, TriggerText};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::offers::{EDITOR_TRIGGERS_MAX, OfferDraft};

use super::preview::Preview;
use crate::components::{
    CheckField, ChoiceField, ConfirmField, Field, Form, FormEnd, Hidden, Loaded, PageHeader, SelectField, SubmitButton, TextArea,
    currencies_from,
};
use crate::place::at;
use crate::server_fns::offers::{GetBlankOffer, PublishOffer};
use crate::ui::load;

#[component]
pub fn NewOffer() -> impl IntoView {
    let draft = load(|place| GetBlankOffer { place });
    view! {
        <Loaded of=draft let:draft>
            <Editor draft=draft/>
        </Loaded>
    }
}

#[component]
pub fn Editor(draft: OfferDraft) -> impl IntoView {
    let new = draft.key.is_empty();
    let title = if new { "Create an offer".to_owned() } else { format!("New version of {}", draft.key) };
    let crumbs = vec![("Offers".to_owned(), "/offers".to_owned())];
    let audience = AppliesTo::ALL.map(|one| Choice::new(one.word(), one.label())).to_vec();
    let from = if new { "from the beginning, so that earlier sales that are still recorded earn too" } else { "from now" };
    let from = format!("{}. Empty: {from}.", draft.zone);
    let description = draft.description.clone();
    view! {
        <PageHeader title=title context="Publishing changes the future only. Partners see the description and the sentence of each trigger." crumbs=crumbs/>
        <Form action=PublishOffer::PATH class="form measure">
            <Hidden name="seen" value=draft.seen.to_string()/>
            <Identity draft=draft.clone()/>
            <TextArea name="description" label="Description for partners" value=description
                placeholder="20% of every payment in a customer's first 12 months"/>
            <Triggers draft=draft/>
            <div class="fields">
                <Field name="from" label="In force from" kind="datetime-local" optional=true hint=from/>
            </div>
            <ChoiceField name="applies_to" legend="For which customers" choices=audience/>
            <ConfirmField name="please_confirm" label="Publish it anyway"/>
            <FormEnd>
                <SubmitButton>{if new { "Create the offer" } else { "Publish this version" }}</SubmitButton>
                <a class="btn quiet" href=at("/offers")>"Cancel"</a>
            </FormEnd>
        </Form>
    }
    .into_any()
}

/// Key and group: chosen once, for a new offer.
#[component]
fn Identity(draft: OfferDraft) -> impl IntoView {
    if draft.key.is_empty() {
        view! {
            <div class="fields">
                <Field name="key" label="Key" hint="Letters, digits and hyphens, like affiliates-2026. It never changes."/>
                <SelectField name="group" label="For the partners of" empty="All groups" choices=draft.groups optional=true/>
            </div>
        }
        .into_any()
    } else {
        view! {
            <Hidden name="key" value=draft.key/>
            <Hidden name="group" value=draft.group/>
        }
        .into_any()
    }
}

/// One more than there are, so that there is room to add; what stays empty is left out.
#[component]
fn Triggers(draft: OfferDraft) -> impl IntoView {
    let filled = draft.triggers.len();
    TRIGGERS
        .iter()
        .take((filled + 1).clamp(2, EDITOR_TRIGGERS_MAX))
        .enumerate()
        .map(|(place, names)| {
            let given = draft.triggers.get(place).cloned();
            view! { <TriggerFields place=place names=names given=given currency=draft.currency.clone() first=place == 0 && filled == 0/> }
        })
        .collect_view()
}

/// The names of one trigger's fields, as the server function reads them.
pub struct Names {
    key: &'static str,
    event: &'static str,
    percent: &'static str,
    flat: &'static str,
    currency: &'static str,
    limit: &'static str,
    min_amount: &'static str,
    cap_per_month: &'static str,
    when: &'static str,
    hold_days: &'static str,
    stop: &'static str,
}

macro_rules! names {
    ($place:literal) => {
        Names {
            key: concat!("triggers[", $place, "][key]"),
            event: concat!("triggers[", $place, "][event]"),
            percent: concat!("triggers[", $place, "][percent]"),
            flat: concat!("triggers[", $place, "][flat]"),
            currency: concat!("triggers[", $place, "][currency]"),
            limit: concat!("triggers[", $place, "][limit]"),
            min_amount: concat!("triggers[", $place, "][min_amount]"),
            cap_per_month: concat!("triggers[", $place, "][cap_per_month]"),
            when: concat!("triggers[", $place, "][when]"),
            hold_days: concat!("triggers[", $place, "][hold_days]"),
            stop: concat!("triggers[", $place, "][stop]"),
        }
    };
}

static TRIGGERS: [Names; EDITOR_TRIGGERS_MAX] = [names!("0"), names!("1"), names!("2"), names!("3"), names!("4"), names!("5")];

#[component]
fn TriggerFields(place: usize, names: &'static Names, given: Option<TriggerText>, currency: String, first: bool) -> impl IntoView {
    let added = given.is_none();
    let text = given.unwrap_or_else(|| TriggerText {
        key: if first { "sale".to_owned() } else { String::new() },
        event: "transaction".to_owned(),
        percent: if first { "20".to_owned() } else { String::new() },
        limit: if first { "12 months".to_owned() } else { String::new() },
        currency: currency.clone(),
        ..TriggerText::default()
    });
    let legend = if added && !first { format!("Trigger {} (leave empty for none)", place + 1) } else { format!("Trigger {}", place + 1) };
    let events = vec![Choice::new("transaction", "a sale"), Choice::new("customer", "a new customer")];
    let currencies: Vec<Choice> = currencies_from(&[currency.as_str()]).into_iter().map(|code| Choice::new(code.clone(), code)).collect();
    view! {
        <fieldset class="card" data-trigger=place>
            <legend class="sr-only">{legend.clone()}</legend>
            <div class="card-head">
                <h2>{legend}</h2>
            </div>
            <div class="card-body stack">
                <div class="fields">
                    <Field name=names.key label="Key" value=text.key optional=!first hint="Names it in files and receipts"/>
                    <SelectField name=names.event label="Pays for" choices=events value=text.event/>
                </div>
                <div class="fields">
                    <Field name=names.percent label="Percent of the sale" value=text.percent optional=true inputmode="decimal" hint="Like 20 or 12.5"/>
                    <Field name=names.flat label="Or a flat amount" value=text.flat optional=true inputmode="decimal" hint="Like 50.00"/>
                    <SelectField name=names.currency label="Currency of amounts" choices=currencies value=text.currency/>
                </div>
                <div class="fields">
                    <Field name=names.limit label="For how long" value=text.limit optional=true list="limits"
                        hint="first purchase, 12 months, 3 rewards, or unlimited"/>
                    <Field name=names.hold_days label="Hold days" value=text.hold_days optional=true inputmode="numeric" hint="Rewards become due this much later"/>
                </div>
                <div class="fields">
                    <Field name=names.min_amount label="Only from" value=text.min_amount optional=true inputmode="decimal" hint="Smallest sale that counts"/>
                    <Field name=names.cap_per_month label="At most per month" value=text.cap_per_month optional=true inputmode="decimal" hint="For one partner"/>
                </div>
                <Field name=names.when label="Only when" value=text.when optional=true
                    hint="Like transaction.product_key = 'pro' and (partner.tag = 'gold' or transaction.amount >= 50)"/>
                <CheckField name=names.stop label="If this trigger matches, skip the ones below" checked=text.stop/>
                <Preview place=place/>
            </div>
        </fieldset>
        <datalist id=if place == 0 { "limits".to_owned() } else { format!("limits-{place}") }>
            <option value="first purchase"></option>
            <option value="12 months"></option>
            <option value="3 rewards"></option>
            <option value="unlimited"></option>
        </datalist>
    }
}
