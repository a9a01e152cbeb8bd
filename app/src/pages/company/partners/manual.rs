//! Manual Rewards: a one-off reward, with the invoice it falls on.

use domain::views::Choice;
use domain::views::partners::{Landing, ManualRewardForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ThisPartner;
use crate::components::{Advice, ChoiceField, Combobox, DrawerForm, Hidden, Loaded, MoneyField, Notice, TextArea, finder};
use crate::server_fns::partners::{CreateManualReward, FindPartnerCustomers, GetManualRewardForm};
use crate::ui::load;

#[component]
pub fn ManualRewards() -> impl IntoView {
    let this = ThisPartner::get();
    let close = this.tab_path();
    let form = load(move || GetManualRewardForm { key: this.key.get() });
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
                find=finder(move |text| FindPartnerCustomers { key: key.clone(), text })
                placeholder="Name, email or key" hint="Only customers of this partner can be connected."/>
            <Advice items=vec![(
                "link",
                "Connect a customer when applicable.",
                "If the reward stands in for a sale that did not show up, the customer makes it easy to reconcile.",
            )]/>
            <Where form=form.clone()/>
            <Advice items=vec![(
                "mail",
                "Tell the partner when to expect their reward.",
                "It is paid with the regular invoice; the partner finds the “Estimated payment date” next to it.",
            )]/>
        </DrawerForm>
    }
}

/// The invoice that it falls on, and the choice to put it onto one in review.
#[component]
fn Where(form: ManualRewardForm) -> impl IntoView {
    let next = &form.next;
    let zone = form.zone.clone();
    if form.in_review.is_empty() {
        return view! {
            <Notice tone="plain" icon="calendar" title=format!("On the {} invoice", next.month)
                text=format!("Charged {}, {zone}. Estimated payment date: {}.", next.charge_date, next.estimated_payment)/>
        }
        .into_any();
    }
    let choices = vec![
        Choice {
            value: "next".to_owned(),
            label: format!("The {} invoice, which is accumulating", next.month),
            hint: format!("Charged {}, {zone}. Estimated payment date: {}.", next.charge_date, next.estimated_payment),
        },
        Choice { value: "review".to_owned(), label: in_review_label(&form.in_review), hint: in_review_hint(&form.in_review, &zone) },
    ];
    view! { <ChoiceField name="onto_invoice" legend="Goes onto" choices=choices/> }.into_any()
}

fn in_review_label(open: &[Landing]) -> String {
    match open {
        [only] => format!("The {} invoice {}, in review now", only.month, only.invoice_number),
        several => format!("The {} invoice in review now", several[0].month),
    }
}

/// All of them in one sentence where their days are the same.
fn in_review_hint(open: &[Landing], zone: &str) -> String {
    let [first, others @ ..] = open else { return String::new() };
    let days =
        |invoice: &Landing| format!("Charged {}, {zone}. Estimated payment date: {}.", invoice.charge_date, invoice.estimated_payment);
    let codes = |all: &[Landing]| all.iter().map(|invoice| invoice.currency.as_str()).collect::<Vec<_>>().join(", ");
    if others.iter().all(|other| days(other) == days(first)) {
        return format!("{} Takes rewards in {}.", days(first), codes(open));
    }
    open.iter().map(|invoice| format!("{}: {}", invoice.currency, days(invoice))).collect::<Vec<_>>().join(" ")
}
