//! What can be done with an invoice: one primary action, the rest in its menu.

use domain::page::number_of;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::invoices::{FileOffer, InvoiceDetail, PaymentFiles};

use crate::components::{
    ButtonForm, ChoiceField, Combobox, ConfirmField, DialogForm, Field, Hidden, Icon, Menu, MenuLink, MoneyField, TextArea, finder,
};
use crate::place::at;
use crate::server_fns::customers::FindCustomers;
use crate::server_fns::invoices::{
    ALSO_IN_FILES, ChargeDidNotWork, ConfirmCharge, ConfirmPayouts, CreateRewardOnInvoice, MakePaymentFile, PauseInvoice, ResumeInvoice,
    RetryCharge, invoice_path,
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
    if let Some(attempt) = of.may.confirm {
        return view! {
            <DialogForm id="confirm-charge" action=ConfirmCharge::PATH title=format!("Confirm that {charge} was paid") open=format!("Confirm {charge}")
                open_class="btn primary" confirm=format!("Yes, {charge} was paid")
                text="This releases the payouts to your partners and can't be undone.">
                <Hidden name="number" value=number/>
                <Hidden name="attempt" value=attempt.to_string()/>
            </DialogForm>
        }
        .into_any();
    }
    if of.may.retry {
        return view! {
            <DialogForm id="retry-charge" action=RetryCharge::PATH title=format!("Charge {charge} again") open="Charge again" open_class="btn primary"
                confirm=format!("Charge {charge}") text="The charge is tried once more right away.">
                <Hidden name="number" value=number/>
            </DialogForm>
        }
        .into_any();
    }
    if of.may.confirm_payouts {
        return match PayoutStep::of(&of) {
            PayoutStep::ConfirmFile => view! { <ConfirmInFile of=of/> }.into_any(),
            PayoutStep::MakeFile => view! { <MakeFile of=of primary=true/> }.into_any(),
            PayoutStep::ConfirmOthers => view! { <ConfirmInNoFile of=of primary=true/> }.into_any(),
        };
    }
    if of.may.change_lines && of.to_review > 0 {
        let href = format!("/rewards?status=pending&month={}&currency={}", of.month_word, of.currency);
        return view! {
            <a class="btn primary" href=at(href)>{format!("Review {}", number_of(of.to_review, "new reward", "new rewards"))}</a>
            <ManualReward of=of/>
        }
        .into_any();
    }
    if of.may.change_lines {
        return view! { <ManualReward of=of primary=true/> }.into_any();
    }
    ().into_any()
}

/// What comes next of payouts that are made by hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PayoutStep {
    ConfirmFile,
    MakeFile,
    ConfirmOthers,
}

impl PayoutStep {
    fn of(invoice: &InvoiceDetail) -> PayoutStep {
        let fresh = can_make(invoice).is_some_and(|files| files.fresh.payouts > 0);
        match (&invoice.in_file, fresh) {
            (Some(_), _) => PayoutStep::ConfirmFile,
            (None, true) => PayoutStep::MakeFile,
            (None, false) => PayoutStep::ConfirmOthers,
        }
    }
}

/// The payment files, where another one can be made.
fn can_make(invoice: &InvoiceDetail) -> Option<&PaymentFiles> {
    invoice.payment_files.as_ref().filter(|files| !files.no_account && files.fresh.payouts + files.again.payouts > 0)
}

/// "1 payout", "12 payouts"
fn payouts(count: i64) -> String {
    number_of(count, "payout", "payouts")
}

/// Those in a payment file, and no other.
#[component]
fn ConfirmInFile(of: InvoiceDetail) -> impl IntoView {
    let others = of.in_no_file.map(|group| format!(" Not among them, because they are in no payment file: {}.", group.named));
    of.in_file.map(|group| {
        let (what, total) = (format!("the {} in the file", payouts(group.count)), group.total.display());
        let text = format!("{}.{}", group.named, others.unwrap_or_default());
        view! {
            <DialogForm id="confirm-payouts" action=ConfirmPayouts::PATH title=format!("Confirm {what} ({total})")
                open=format!("Confirm {what} ({total})") open_class="btn primary" confirm=format!("Yes, {total} was paid") text=text>
                <Hidden name="attempts" value=group.attempts/>
                <Hidden name="total" value=group.total.minor.to_string()/>
            </DialogForm>
        }
    })
}

/// Those in no payment file, each by name.
#[component]
fn ConfirmInNoFile(of: InvoiceDetail, #[prop(optional)] primary: bool) -> impl IntoView {
    let files = of.in_file.is_some() || of.payment_files.is_some_and(|files| !files.made.is_empty());
    of.in_no_file.map(|group| {
        let total = group.total.display();
        let what = match (files, group.count) {
            (false, count) => format!("the {}", payouts(count)),
            (true, 1) => "the payout that is in no file".to_owned(),
            (true, count) => format!("the {} that are in no file", payouts(count)),
        };
        let class = if primary { "btn primary" } else { "" };
        view! {
            <DialogForm id="confirm-others" action=ConfirmPayouts::PATH title=format!("Confirm {what} ({total})")
                open=format!("Confirm {what} ({total})") open_icon="check" open_class=class confirm=format!("Yes, {total} was paid")
                text=format!("Paid by hand: {}.", group.named)>
                <Hidden name="attempts" value=group.attempts/>
                <Hidden name="total" value=group.total.minor.to_string()/>
            </DialogForm>
        }
    })
}

/// A payment file of what is in none yet, or also of what is.
#[component]
fn MakeFile(of: InvoiceDetail, #[prop(optional)] primary: bool) -> impl IntoView {
    let files = can_make(&of).cloned();
    let number = of.number;
    files.map(|files| {
        let offer = |offer: FileOffer| format!("{} ({})", payouts(offer.payouts), offer.total.display());
        let twice = match files.again.payouts {
            1 => "Only if the bank hasn't taken the earlier file: otherwise it is paid twice.",
            _ => "Only if the bank hasn't taken the earlier file: otherwise they are paid twice.",
        };
        let mut text = match (files.fresh.payouts, files.again.payouts) {
            (0, 1) => format!("The payout still to be paid ({}) is in a file already. {twice}", files.again.total.display()),
            (0, _) => format!("The {} still to be paid are in a file already. {twice}", offer(files.again)),
            (_, 0) => format!("It orders {} from your bank.", offer(files.fresh)),
            _ => String::new(),
        };
        if !files.left_out.is_empty() {
            text = format!("{text} {}.", files.left_out).trim_start().to_owned();
        }
        if !files.renamed.is_empty() {
            text =
                format!("{text} Banks take none of the letters of some names, so the file says {}.", files.renamed).trim_start().to_owned();
        }
        let which = match (files.fresh.payouts, files.again.payouts) {
            (0, _) => view! { <Hidden name="which" value=ALSO_IN_FILES/> }.into_any(),
            (_, 0) => ().into_any(),
            _ => {
                let choices = vec![
                    Choice::new("new", format!("{} in no file yet", offer(files.fresh))),
                    Choice {
                        hint: twice.to_owned(),
                        ..Choice::new(ALSO_IN_FILES, format!("Also {} in a file already", offer(files.again)))
                    },
                ];
                view! { <ChoiceField name="which" legend="Which payouts" choices=choices/> }.into_any()
            }
        };
        let class = if primary { "btn primary" } else { "" };
        view! {
            <DialogForm id="payment-file" action=MakePaymentFile::PATH title="Make a payment file for the bank" open="Make a payment file"
                open_icon="card" open_class=class confirm="Make the file" text=text>
                <Hidden name="number" value=number/>
                {which}
            </DialogForm>
        }
    })
}

/// A manual reward straight onto this invoice.
#[component]
fn ManualReward(of: InvoiceDetail, #[prop(optional)] primary: bool) -> impl IntoView {
    let class = if primary { "btn primary" } else { "btn" };
    let text = format!("It goes onto the {} invoice at once and is paid with it.", of.month);
    view! {
        <DialogForm id="manual-reward" action=CreateRewardOnInvoice::PATH title="Give a manual reward" open="Give a manual reward" open_class=class
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
            <a class="btn" href=at(href) rel="external">
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
    let account = of.payment_files.as_ref().filter(|files| files.no_account && of.may.confirm_payouts).map(|_| {
        view! { <MenuLink href="/settings" icon="card" label="Payment file for the bank: add your IBAN first"/> }
    });
    let step = of.may.confirm_payouts.then(|| PayoutStep::of(&of));
    let make =
        (step.is_some_and(|step| step != PayoutStep::MakeFile) && can_make(&of).is_some()).then(|| view! { <MakeFile of=of.clone()/> });
    let others = (step.is_some_and(|step| step != PayoutStep::ConfirmOthers) && of.in_no_file.is_some())
        .then(|| view! { <ConfirmInNoFile of=of.clone()/> });
    let payouts = (!of.payout_states.is_empty() && of.may.move_money).then(|| {
        view! {
            <MenuLink href=format!("/payouts/{number}.csv") icon="wallet" external=true label="Payouts as CSV"/>
            {account}
            {make}
            {others}
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
    let failed = of.may.confirm.map(|attempt| {
        let number = number.clone();
        view! {
            <hr/>
            <DialogForm id="charge-failed" action=ChargeDidNotWork::PATH title=format!("The charge of {number} did not work") open="It did not work"
                open_icon="alert" open_class="danger" confirm="Record that it failed" danger=true
                text="It falls due again over the next days, and you will be reminded.">
                <Hidden name="number" value=number.clone()/>
                <Hidden name="attempt" value=attempt.to_string()/>
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
