//! A new customer, and changes to one.

use domain::access::Action;
use domain::list_query::ListQuery;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::customers::CustomerDetail;

use super::this_customer;
use crate::components::viewer::use_viewer;
use crate::components::{CheckField, Combobox, ConfirmField, DrawerFor, DrawerForm, Field, Hidden, Loaded, Skeleton, TooLate, finder};
use crate::list::use_list;
use crate::server_fns::customers::{CreateCustomer, GetCustomer, SaveCustomer, customer_path};
use crate::server_fns::partners::FindPartners;
use crate::ui::load;
use views::Choice;
use views::session::Scope;

#[component]
pub fn NewCustomer() -> impl IntoView {
    let first = load(|place| FindPartners { place, text: String::new() });
    let partner = use_list().with_untracked(|query| query.filter("partner").to_owned());
    view! {
        <Loaded of=first let:first>
            <DrawerFor action=Action::ManageCustomers title="Add a customer" close="/customers" children={
                let partner = partner.clone();
                move || view! { <NewForm partners=first.clone() partner=partner.clone()/> }
            }/>
        </Loaded>
    }
}

#[component]
fn NewForm(partners: Vec<Choice>, partner: String) -> impl IntoView {
    let viewer = use_viewer();
    view! {
        <DrawerForm action=CreateCustomer::PATH title="Add a customer" context="For a customer that tracking missed" close="/customers" submit="Add the customer">
            <Field name="name" label="Name" optional=true autocomplete="off"/>
            <Field name="email" label="Email" kind="email" optional=true autocomplete="off"/>
            <Field name="customer_key" label="Customer key" autocomplete="off" hint="Your own ID for the customer; it never changes."/>
            <Field name="provider_key" label="Provider key" optional=true autocomplete="off" hint="Their ID at your payment provider."/>
            <Combobox name="partner_key" label="Partner" optional=true value=partner initial=partners
                find=finder(|place, text| FindPartners { place, text }) placeholder="Name, email or partner key" hint="Who referred them. That partner's offers pay for sales from then on."/>
            <Field name="created_at" label="Customer since" kind="datetime-local" optional=true
                hint="If empty: from now on. Sales that are earlier count for the partner too."/>
            <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                {match viewer.scope {
                    Scope::Company { zone, .. } => Some(view! { <p class="hint">{format!("Times are {zone}.")}</p> }),
                    Scope::Partner { .. } => None,
                }}
            </Loaded>
            <CheckField name="test" label="A test customer" hint="Test customers never earn a reward."/>
            <ConfirmField name="please_confirm" label="Yes, add the customer"/>
        </DrawerForm>
    }
}

#[component]
pub fn EditCustomer() -> impl IntoView {
    let key = this_customer();
    TooLate::provide();
    let customer = load(move |place| GetCustomer { place, key: key.get(), query: ListQuery::default() });
    view! {
        <Loaded of=customer let:customer>
            <DrawerFor action=Action::ManageCustomers title=format!("Edit {}", customer.title) close=customer_path(&customer.key)
                children=move || view! { <EditForm customer=customer.clone()/> }/>
        </Loaded>
    }
}

#[component]
fn EditForm(customer: CustomerDetail) -> impl IntoView {
    view! {
        <DrawerForm action=SaveCustomer::PATH title=format!("Edit {}", customer.title) context=format!("Customer key {}", customer.key)
            close=customer_path(&customer.key) submit="Save">
            <Hidden name="key" value=customer.key/>
            <Hidden name="seen" value=customer.seen/>
            <Field name="name" label="Name" value=customer.name optional=true autocomplete="off"/>
            <Field name="email" label="Email" kind="email" value=customer.email optional=true autocomplete="off"/>
            <Field name="provider_key" label="Provider key" value=customer.provider_key optional=true autocomplete="off"
                hint="Their ID at your payment provider."/>
        </DrawerForm>
    }
}
