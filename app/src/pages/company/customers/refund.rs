//! Record a refund.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::customers::CustomerForms;

use super::this_customer;
use crate::components::{Drawer, DrawerForm, EmptyState, Field, Hidden, Loaded, Notice, SelectField};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::customers::{GetCustomerForms, RecordRefund as Record, customer_page, customer_path};
use crate::ui::load;

#[component]
pub fn RecordRefund() -> impl IntoView {
    let key = this_customer();
    let query = use_list();
    let form =
        load(move |place| GetCustomerForms { place, key: key.get(), refund_of: query.with(|query| query.filter("refund_of").to_owned()) });
    view! {
        <Loaded of=form let:form>
            <RefundForm form=form/>
        </Loaded>
    }
}

#[component]
fn RefundForm(form: CustomerForms) -> impl IntoView {
    let key = form.customer.value.clone();
    let path = customer_path(&key);
    let context = format!("Bought by {}", form.customer.label);
    if !form.refusal.is_empty() {
        let other = (!form.refundable.is_empty())
            .then(|| view! { <a class="btn" href=at(customer_page(&key, "refund"))>"Choose another sale"</a> });
        return view! {
            <Drawer title="Refund" context=context close=path>
                <Notice tone="warn" icon="refund" title=form.refusal text="Nothing was recorded."/>
                {other}
            </Drawer>
        }
        .into_any();
    }
    if form.refundable.is_empty() {
        return view! {
            <Drawer title="Refund" context=context close=path>
                <EmptyState icon="refund" title="Nothing to refund" text="Every sale of this customer has been refunded in full, or there is none."/>
            </Drawer>
        }
        .into_any();
    }
    let sales = form
        .refundable
        .iter()
        .map(|sale| Choice {
            value: sale.key.clone(),
            label: format!("{} of {}, {}", sale.left, sale.amount, sale.occurred),
            hint: if sale.product.is_empty() { sale.key.clone() } else { format!("{}, {}", sale.product, sale.key) },
        })
        .collect();
    view! {
        <DrawerForm action=Record::PATH title="Refund" context=context close=path submit="Record the refund">
            <Hidden name="customer_key" value=key/>
            <SelectField name="refund_of" label="Sale" choices=sales value=form.chosen hint="What is left to refund, and the original amount."/>
            <Field name="amount" label="Amount refunded" optional=true inputmode="decimal" autocomplete="off"
                hint="In the sale's currency. Leave it empty to refund all that is left of the sale."/>
            <Field name="occurred_at" label="When" kind="datetime-local" value=form.now hint=form.zone/>
            <Field name="key" label="Refund key" optional=true autocomplete="off"
                hint="Your own number for it, so that it is never recorded twice. Leave empty to have one made."/>
            <Notice tone="plain" icon="info" title="The same share of the reward is reversed"
                text="On the reward's own invoice while that is open, or else on the next one."/>
        </DrawerForm>
    }
    .into_any()
}
