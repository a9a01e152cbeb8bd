//! What can be done with an invoice: one primary action, the rest in its menu.

use domain::views::invoices::InvoiceDetail;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::components::{
    ButtonForm, Combobox, ConfirmField, DialogForm, Field, Hidden, Icon, Menu, MenuLink, MoneyField, TextArea, finder,
};
use crate::place::at;
use crate::server_fns::customers::FindCustomers;
use crate::server_fns::invoices::{
    ChargeDidNotWork, ConfirmCharge, ConfirmPayouts, CreateRewardOnInvoice, PauseInvoice, ResumeInvoice, RetryCharge, invoice_path,
};
use crate::server_fns::partners::FindPartners;

/// The one thing that waits for the reader.
#[component]
pub fn PrimaryAction(of: InvoiceDetail) -> impl IntoView {
    let number = of.number.clone();
    let charge = of.totals.charge.display();
    if of.may.resume {
        return view! {
            <ButtonForm action=ResumeInvoice::PATH fields=vec![("number", number)] class="btn primary">
                <Icon name="play"/>
                <span>"Resume"</span>
            </ButtonForm>
        }
        .into_any();
    }
    if of.may.confirm {
        return view! {
            <DialogForm id="confirm-charge" action=ConfirmCharge::PATH title=format!("Confirm that {charge} was paid") open=format!("Confirm {charge}")
                open_class="btn primary" confirm=format!("Yes, {charge} was paid")
                text="Payouts to your partners are released with it. This cannot be taken back.">
                <Hidden name="number" value=number/>
            </DialogForm>
        }
        .into_any();
    }
    if of.may.retry {
        return view! {
            <DialogForm id="retry-charge" action=RetryCharge::PATH title=format!("Charge {charge} again") open="Charge again" open_class="btn primary"
                confirm=format!("Charge {charge}") text="The charge is tried once more, now.">
                <Hidden name="number" value=number/>
            </DialogForm>
        }
        .into_any();
    }
    if of.may.confirm_payouts {
        let open = of.unconfirmed.iter().map(domain::Money::display).collect::<Vec<_>>().join(" and ");
        return view! {
            <DialogForm id="confirm-payouts" action=ConfirmPayouts::PATH title=format!("Confirm that {open} was paid to partners")
                open="Confirm all payouts" open_class="btn primary" confirm=format!("Yes, {open} was paid")
                text="Every payout of this invoice that is still to be paid by hand is recorded as paid.">
                <Hidden name="number" value=number/>
            </DialogForm>
        }
        .into_any();
    }
    if of.may.change_lines {
        return view! { <ManualReward of=of/> }.into_any();
    }
    ().into_any()
}

/// A manual reward straight onto this invoice.
#[component]
fn ManualReward(of: InvoiceDetail) -> impl IntoView {
    let text = format!("It goes onto the {} invoice at once and is paid with it.", of.month);
    view! {
        <DialogForm id="manual-reward" action=CreateRewardOnInvoice::PATH title="Manual Rewards" open="Create manual reward" open_class="btn primary"
            confirm="Create Reward" text=text>
            <Hidden name="number" value=of.number/>
            <Combobox name="partner_key" label="Partner" initial=Vec::new() find=finder(|place, text| FindPartners { place, text }) hint="Name, email or partner key"/>
            <MoneyField name="amount" label="Amount" currencies=vec![of.currency]/>
            <TextArea name="description" label="Description" hint="Say in detail what it is for: you and the partner both read it."/>
            <Combobox name="customer_key" label="Customer" optional=true initial=Vec::new() find=finder(|place, text| FindCustomers { place, text })
                hint="One of this partner's customers, if it is about one."/>
            <ConfirmField name="please_confirm" label="Yes, create it"/>
        </DialogForm>
    }
}

/// Files, print, and what is rarely needed.
#[component]
pub fn InvoiceMenu(of: InvoiceDetail) -> impl IntoView {
    if of.number.is_empty() {
        let href = format!("/export/rewards.csv?month={}&currency={}", of.month_word, of.currency);
        return view! {
            <a class="btn" href=at(href) rel="external" download>
                <Icon name="download"/>
                <span>"CSV"</span>
            </a>
        }
        .into_any();
    }
    let number = of.number.clone();
    let charge = of.totals.charge.display();
    let lines = format!("/export/rewards.csv?invoice={number}");
    let print = format!("{}/print", invoice_path(&number));
    let order = of.payment_file.as_ref().map(|file| match (file.no_account, file.payouts) {
        (true, _) => view! { <MenuLink href="/settings" icon="card" label="Payment file for the bank: add your IBAN first"/> }.into_any(),
        (false, 0) => ().into_any(),
        (false, _) => view! {
            <MenuLink href=format!("/payouts/{number}.xml") icon="card" external=true label="Payment file for the bank (pain.001)"/>
        }
        .into_any(),
    });
    let payouts = (!of.payout_states.is_empty()).then(|| {
        view! {
            <MenuLink href=format!("/payouts/{number}.csv") icon="wallet" external=true label="Payouts as CSV"/>
            {order}
        }
    });
    let move_onto = (!of.source_month.is_empty() && of.may.change_lines).then(|| {
        let href = format!("/rewards?month={}&currency={}", of.source_month, of.currency);
        view! { <MenuLink href=href icon="invoice" label="Move rewards onto it"/> }
    });
    let pause = of.may.pause.then(|| {
        let number = number.clone();
        view! {
            <hr/>
            <DialogForm id="pause" action=PauseInvoice::PATH title=format!("Pause {number}") open="Pause the charge" open_icon="pause" open_class=""
                confirm="Pause the invoice" text=format!("{charge} is not charged until you resume it. Partners are paid later.")>
                <Hidden name="number" value=number.clone()/>
                <Field name="reason" label="Reason" hint="For your colleagues and the audit log."/>
            </DialogForm>
        }
    });
    let failed = of.may.confirm.then(|| {
        let number = number.clone();
        view! {
            <hr/>
            <DialogForm id="charge-failed" action=ChargeDidNotWork::PATH title=format!("The charge of {number} did not work") open="It did not work"
                open_icon="alert" open_class="danger" confirm="Record that it failed" danger=true
                text="It is due again on the next days, and you are reminded.">
                <Hidden name="number" value=number.clone()/>
                <Field name="reason" label="What went wrong"/>
            </DialogForm>
        }
    });
    view! {
        <Menu id="invoice-menu" label="More actions">
            <MenuLink href=lines icon="download" external=true label="Download lines as CSV"/>
            <MenuLink href=print icon="print" label="Print view"/>
            {payouts}
            {move_onto}
            {pause}
            {failed}
        </Menu>
    }
    .into_any()
}
