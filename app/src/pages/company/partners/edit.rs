//! A new partner, and changes to one.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::partners::{PartnerForm, PartnerHead};

use super::ThisPartner;
use crate::components::{DrawerForm, Field, Hidden, Loaded, SelectField, TooLate};
use crate::server_fns::partners::{CreatePartner, GetPartnerForm, GetPartnerToEdit, SavePartner};
use crate::ui::load;

#[component]
pub fn NewPartner() -> impl IntoView {
    let form = load(|place| GetPartnerForm { place });
    view! {
        <Loaded of=form let:form>
            <NewForm form=form/>
        </Loaded>
    }
}

#[component]
fn NewForm(form: PartnerForm) -> impl IntoView {
    view! {
        <DrawerForm action=CreatePartner::PATH title="Add a partner" context="They earn from their first customer onward" close="/partners" submit="Add the partner">
            <Field name="name" label="Name" optional=true autocomplete="off" hint="The organisation, or the person if it is one. Leave empty to use the partner key."/>
            <Field name="email" label="Owner's email" kind="email" optional=true autocomplete="off"/>
            <Field name="partner_key" label="Partner key" autocomplete="off" hint="Your own key for the partner; it never changes."/>
            <SelectField name="group" label="Group" choices=form.groups hint="Decides which offers apply to them."/>
            <div class="fields">
                <Field name="first_name" label="First name" optional=true autocomplete="off"/>
                <Field name="last_name" label="Last name" optional=true autocomplete="off"/>
            </div>
            <Tags value=String::new() known=form.tags/>
            <Field name="manager" label="Manager" optional=true autocomplete="off" hint="Who looks after them on your side."/>
        </DrawerForm>
    }
}

#[component]
pub fn EditPartner() -> impl IntoView {
    let this = ThisPartner::get();
    let close = this.tab_path();
    TooLate::provide();
    let both = load(move |place| GetPartnerToEdit { place, key: this.key.get() });
    view! {
        <Loaded of=both let:both>
            <EditForm head=both.0 form=both.1 close=close.clone()/>
        </Loaded>
    }
}

#[component]
fn EditForm(head: PartnerHead, form: PartnerForm, close: String) -> impl IntoView {
    let account = match head.by_hand {
        true => "Not an IBAN: paid by hand.",
        false => "An IBAN, for the payment file. Anything else is paid by hand.",
    };
    view! {
        <DrawerForm action=SavePartner::PATH title=format!("Edit {}", head.name) context=format!("Partner key {}", head.key) close=close submit="Save">
            <Hidden name="key" value=head.key/>
            <Hidden name="seen" value=head.seen/>
            <Field name="name" label="Name" value=head.name autocomplete="off"/>
            <Field name="email" label="Owner's email" kind="email" value=head.email optional=true autocomplete="off"/>
            <div class="fields">
                <Field name="first_name" label="First name" value=head.first_name optional=true autocomplete="off"/>
                <Field name="last_name" label="Last name" value=head.last_name optional=true autocomplete="off"/>
            </div>
            <Tags value=head.tags.join(", ") known=form.tags/>
            <Field name="manager" label="Manager" value=head.manager optional=true autocomplete="off" hint="Who looks after them on your side."/>
            <div class="fields">
                <Field name="payout_account" label="Account" value=head.payout_account optional=true autocomplete="off" hint=account/>
                <Field name="settlement_days" label="Settlement days" value=head.settlement_days.to_string() inputmode="numeric"
                    hint="Days from the charge until the money is there; part of the estimated payment date."/>
            </div>
        </DrawerForm>
    }
}

#[component]
fn Tags(value: String, known: Vec<String>) -> impl IntoView {
    let hint = match known.is_empty() {
        true => "Words to filter by, separated by commas.".to_owned(),
        false => format!("Separate with commas. In use: {}.", known.into_iter().take(8).collect::<Vec<_>>().join(", ")),
    };
    view! { <Field name="tags" label="Tags" value=value optional=true autocomplete="off" hint=hint/> }
}
