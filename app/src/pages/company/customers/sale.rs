//! Record a sale.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::customers::CustomerForms;

use super::this_customer;
use crate::components::{ConfirmField, DrawerForm, Field, Hidden, Loaded, MoneyField, Notice};
use crate::server_fns::customers::{GetCustomerForms, RecordSale as Record, customer_path};
use crate::ui::load;

#[component]
pub fn RecordSale() -> impl IntoView {
    let key = this_customer();
    let form = load(move |place| GetCustomerForms { place, key: key.get(), refund_of: String::new() });
    view! {
        <Loaded of=form let:form>
            <SaleForm form=form/>
        </Loaded>
    }
}

#[component]
fn SaleForm(form: CustomerForms) -> impl IntoView {
    let key = form.customer.value.clone();
    let earns = match &form.partner {
        Some(partner) => view! {
            <Notice tone="plain" icon="info" title="Offers apply to it"
                text=format!("If an offer for {} matches, it makes a reward at once. For a one-off reward without a sale, give a manual reward.", partner.label)/>
        }
        .into_any(),
        None => view! {
            <Notice tone="warn" icon="alert" title="This customer is unattributed" text="The sale is recorded but earns no reward."/>
        }
        .into_any(),
    };
    view! {
        <DrawerForm action=Record::PATH title="Record a sale" context=format!("Bought by {}", form.customer.label) close=customer_path(&key) submit="Record the sale">
            <Hidden name="customer_key" value=key/>
            <MoneyField name="amount" label="Amount" currencies=form.currencies currency=form.currency/>
            <Field name="occurred_at" label="When" kind="datetime-local" value=form.now hint=format!("{}. The offers in force at that time apply.", form.zone)/>
            <div class="fields">
                <Field name="product_key" label="Product" optional=true autocomplete="off"/>
                <Field name="category_key" label="Category" optional=true autocomplete="off"/>
            </div>
            <Field name="key" label="Transaction key" optional=true autocomplete="off"
                hint="Your own number for it, so that it is never recorded twice. Leave empty to have one made."/>
            {earns}
            <ConfirmField name="please_confirm" label="Yes, record it"/>
        </DrawerForm>
    }
}
