//! Manual Rewards: a one-off reward, with the invoice it falls on.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::partners::ManualRewardForm;

use super::ThisPartner;
use crate::components::{Advice, ChoiceField, Combobox, ConfirmField, DrawerForm, Hidden, Loaded, MoneyField, Notice, TextArea, finder};
use crate::server_fns::partners::{CreateManualReward, FindPartnerCustomers, GetManualRewardForm};
use crate::ui::load;

#[component]
pub fn ManualRewards() -> impl IntoView {
    let this = ThisPartner::get();
    let close = this.tab_path();
    let form = load(move |place| GetManualRewardForm { place, key: this.key.get() });
    view! {
        <Loaded of=form let:form>
            <RewardForm form=form close=close.clone()/>
        </Loaded>
    }
}

#[component]
fn RewardForm(form: ManualRewardForm, close: String) -> impl IntoView {
    let key = form.partner_key.clone();
    let currency = form.currencies.first().cloned().unwrap_or_default();
    view! {
        <DrawerForm action=CreateManualReward::PATH title="Manual Rewards" context=format!("A one-off reward for {}", form.partner_name)
            close=close submit="Create Reward">
            <Hidden name="partner_key" value=form.partner_key.clone()/>
            <TextArea name="description" label="Description" hint="The partner reads it too."/>
            <Advice items=vec![(
                "edit",
                "Enter a detailed reward description.",
                "It tells you and the partner what the reward is for and spares both of you questions later.",
            )]/>
            <MoneyField name="amount" label="Amount" currencies=form.currencies.clone() currency=currency/>
            <Combobox name="customer_key" label="Customer" optional=true initial=form.customers.clone()
                find=finder(move |place, text| FindPartnerCustomers { place, key: key.clone(), text })
                placeholder="Name, email or key" hint="Only customers of this partner can be connected."/>
            <Advice items=vec![(
                "link",
                "Connect a customer when applicable.",
                "If the reward stands in for a sale that did not show up, the customer makes it easy to reconcile.",
            )]/>
            <Where onto=form.onto/>
            <Advice items=vec![(
                "mail",
                "Tell the partner when to expect their reward.",
                "It is paid with the regular invoice; the partner finds the “Estimated payment date” next to it.",
            )]/>
            <ConfirmField name="please_confirm" label="Yes, create it"/>
        </DrawerForm>
    }
}

/// The invoice that it falls on, or the choice between that and one in review.
#[component]
fn Where(onto: Vec<Choice>) -> impl IntoView {
    match onto.as_slice() {
        [only] => view! { <Notice tone="plain" icon="calendar" title=only.label.clone() text=only.hint.clone()/> }.into_any(),
        _ => view! { <ChoiceField name="onto_invoice" legend="Goes onto" choices=onto/> }.into_any(),
    }
}
