//! Invoices: the list, one of them, its charge and its payouts.

use domain::Place;
use domain::list_query::ListQuery;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;
use views::invoices::{InvoiceDetail, InvoiceList, InvoicePrint};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use {
    crate::{ctx, error::AppError, server_fns::rewards::WithdrawReward},
    data::{billing::payouts::Shown, lists::pick, rewards::ManualReward},
    domain::{Currency, Month, access::Action, payouts::Attempt},
    exchange::payment_files::Which,
};

/// What [`make_payment_file`] is sent for payouts that are in a file already.
pub const ALSO_IN_FILES: &str = "all";
/// So many are named that a confirmation left out.
#[cfg(feature = "ssr")]
const CHANGED_NAMED: usize = 5;

/// The address of a payment file that was made.
pub fn payment_file_path(key: &str) -> String {
    format!("/payment-files/{key}.xml")
}

/// The address of an invoice.
pub fn invoice_path(number: &str) -> String {
    format!("/invoices/{number}")
}

#[server(prefix = "/rpc", endpoint = "invoices/list", protocol = Reading)]
pub async fn list_invoices(#[server(default)] place: Place, query: ListQuery) -> Result<InvoiceList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::invoices::list(&cx.db, &cx.company, &query, cx.now).await?)
}

/// `number` is an invoice's, or "2026-04-USD": a month that accumulates.
#[server(prefix = "/rpc", endpoint = "invoices/detail", protocol = Reading)]
pub async fn get_invoice(#[server(default)] place: Place, number: String, query: ListQuery) -> Result<InvoiceDetail> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    let mut invoice = match accumulating(&number) {
        Some((month, currency)) => screens::invoices::preview(&cx.db, &cx.company, month, currency, &query, cx.now).await?,
        None => screens::invoices::detail(&cx.db, &cx.company, &number, &query, cx.now).await?,
    };
    let (moves, changes) = (cx.may(Action::MoveMoney), cx.may(Action::ManageInvoices));
    let may = &mut invoice.may;
    may.confirm = may.confirm.filter(|_| moves);
    for allowed in [&mut may.pause, &mut may.resume, &mut may.retry, &mut may.confirm_payouts, &mut may.move_money] {
        *allowed &= moves;
    }
    may.change_lines &= changes;
    for payout in invoice.partners.rows.iter_mut().filter_map(|partner| partner.paid.as_mut()) {
        for allowed in [&mut payout.confirm, &mut payout.fail, &mut payout.give_back, &mut payout.retry] {
            *allowed &= moves;
        }
    }
    Ok(invoice)
}

#[server(prefix = "/rpc", endpoint = "invoices/print", protocol = Reading)]
pub async fn get_invoice_print(#[server(default)] place: Place, number: String) -> Result<InvoicePrint> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::invoices::print(&cx.db, &cx.company, &number, cx.now).await?)
}

#[server(prefix = "/rpc", endpoint = "invoices/pause")]
pub async fn pause_invoice(#[server(default)] place: Place, number: String, #[server(default)] reason: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::billing::invoices::pause(&cx.db, &cx.act(), &number, &reason).await?;
    Ok(Done::say(format!("Paused {number}. It is not charged until you resume it.")).undo(ResumeInvoice::PATH, [("number", number)]))
}

#[server(prefix = "/rpc", endpoint = "invoices/resume")]
pub async fn resume_invoice(#[server(default)] place: Place, number: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let reason = data::billing::invoices::resume(&cx.db, &cx.act(), &number).await?;
    let reason = if reason.is_empty() { "Paused again".to_owned() } else { reason };
    Ok(Done::say(format!("Resumed {number}.")).undo(PauseInvoice::PATH, [("number", number), ("reason", reason)]))
}

#[server(prefix = "/rpc", endpoint = "invoices/retry-charge")]
pub async fn retry_charge(#[server(default)] place: Place, number: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::billing::charges::retry_now(&cx.db, &cx.act(), &number).await?;
    Ok(Done::say(format!("Started the charge of {number} again.")))
}

/// `attempt` is the number of the charge that the page showed.
#[server(prefix = "/rpc", endpoint = "invoices/confirm-charge")]
pub async fn confirm_charge(#[server(default)] place: Place, number: String, #[server(default)] attempt: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::billing::charges::confirm(&cx.db, &cx.act(), &number, attempt.parse().ok()).await?;
    Ok(Done::say(format!("Recorded that {number} was charged. Its payouts are released.")))
}

#[server(prefix = "/rpc", endpoint = "invoices/charge-failed")]
pub async fn charge_did_not_work(
    #[server(default)] place: Place,
    number: String,
    #[server(default)] attempt: String,
    #[server(default)] reason: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::billing::charges::confirm_failed(&cx.db, &cx.act(), &number, attempt.parse().ok(), &reason).await?;
    Ok(Done::say(format!("Recorded that the charge of {number} did not work.")))
}

/// `key` is the attempt that the page showed, "pay_….1".
#[server(prefix = "/rpc", endpoint = "invoices/confirm-payout")]
pub async fn confirm_payout(#[server(default)] place: Place, key: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let shown = Shown { attempts: vec![attempt(&key)?], total: None };
    data::billing::payouts::confirm(&cx.db, &cx.act(), &shown).await?;
    Ok(Done::say("Recorded the payout as paid."))
}

/// Exactly the payouts that the page showed: `attempts` with blanks between them, and what they came to in minor units.
#[server(prefix = "/rpc", endpoint = "invoices/confirm-payouts")]
pub async fn confirm_payouts(
    #[server(default)] place: Place,
    #[server(default)] attempts: String,
    #[server(default)] total: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let incomplete = || {
        let error = AppError::Conflict("The form came without the payouts that it showed. Load the page again.".to_owned());
        crate::http::fail(&error);
        error
    };
    let total = total.trim().parse().map_err(|_| incomplete())?;
    let attempts = attempts.split_whitespace().map(attempt).collect::<Result<Vec<_>>>()?;
    if attempts.is_empty() {
        return Err(incomplete());
    }
    let shown = Shown { attempts, total: Some(total) };
    let confirmed = data::billing::payouts::confirm(&cx.db, &cx.act(), &shown).await?;
    let recorded = format!("Recorded {} as paid, {} in all.", payouts(confirmed.count), confirmed.total.display());
    Ok(Done::say(match confirmed.changed.as_slice() {
        [] => recorded,
        changed => {
            let named: Vec<String> = changed.iter().take(CHANGED_NAMED).map(|(name, how)| format!("{name} ({how})")).collect();
            let more = changed.len().saturating_sub(named.len());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("{recorded} Not confirmed, because they changed meanwhile: {}{more}.", named.join(", "))
        }
    }))
}

#[server(prefix = "/rpc", endpoint = "invoices/payout-failed")]
pub async fn payout_did_not_work(#[server(default)] place: Place, key: String, #[server(default)] reason: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::billing::payouts::mark_failed(&cx.db, &cx.act(), attempt(&key)?, &reason).await?;
    Ok(Done::say("Recorded that the payout did not arrive. It counts as owed again."))
}

/// It counted as paid, and the bank sent it back. `on` is a local day.
#[server(prefix = "/rpc", endpoint = "invoices/payout-returned")]
pub async fn payout_came_back(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] on: String,
    #[server(default)] reason: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let Some(on) = domain::dates::typed_date(&on) else {
        let error = AppError::invalid("on", "Write the day on which it came back.");
        crate::http::fail(&error);
        return Err(error);
    };
    data::billing::payouts::mark_returned(&cx.db, &cx.act(), attempt(&key)?, on, &reason).await?;
    Ok(Done::say("Recorded that the bank returned the payout. It counts as owed again."))
}

#[server(prefix = "/rpc", endpoint = "invoices/retry-payout")]
pub async fn retry_payout(#[server(default)] place: Place, key: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::billing::payouts::retry(&cx.db, &cx.act(), attempt(&key)?).await?;
    Ok(Done::say("The payout will be sent again."))
}

/// Makes a payment file and keeps it. `which` is "all" for also those that are in a file already.
#[server(prefix = "/rpc", endpoint = "invoices/payment-file")]
pub async fn make_payment_file(#[server(default)] place: Place, number: String, #[server(default)] which: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let which = if which == ALSO_IN_FILES { Which::All } else { Which::New };
    let made = exchange::payment_files::make(&cx.db, &cx.act(), &number, which).await?;
    let words = format!("Made a payment file of {}, {} in all. Download it below.", payouts(made.payouts), made.total.display());
    Ok(Done::say(words).to(invoice_path(&number)))
}

/// A manual reward straight onto an invoice in review.
#[server(prefix = "/rpc", endpoint = "invoices/manual-reward")]
pub async fn create_reward_on_invoice(
    #[server(default)] place: Place,
    number: String,
    #[server(default)] partner_key: String,
    #[server(default)] amount: String,
    #[server(default)] currency: String,
    #[server(default)] description: String,
    #[server(default)] customer_key: String,
    #[server(default)] please_confirm: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageInvoices).await?;
    let partner_key = pick::partner_key(cx.db.read(), cx.company_id, "partner_key", &partner_key).await?;
    let customer_key = pick::customer_key(cx.db.read(), cx.company_id, &partner_key, "customer_key", &customer_key).await?;
    let invoice = data::billing::invoices::find(cx.db.read(), cx.company_id, &number).await?;
    if !currency.is_empty() && currency != invoice.currency {
        let error = AppError::invalid("currency", format!("{number} is in {}.", invoice.currency));
        crate::http::fail(&error);
        return Err(error);
    }
    let doubts = screens::partners::manual::unusual(&cx.db, cx.company_id, &amount, &invoice.currency).await?;
    super::ask(doubts.as_slice(), &please_confirm)?;
    let reward = ManualReward {
        partner_key,
        amount: amount.trim().to_owned(),
        currency: invoice.currency,
        description,
        customer_key,
        onto_invoice: true,
        invoice_month: Some(Month(invoice.month)),
    };
    let given = data::rewards::create_manual_reward(&cx.db, &cx.act(), &reward, &ctx::submission()).await?;
    let partner = crate::list::encode(&reward.partner_key);
    Ok(Done::say(format!("Created the reward on {number}."))
        .to(format!("{}?partner={partner}", invoice_path(&number)))
        .undo(WithdrawReward::PATH, [("key", given.key)]))
}

/// The attempt that a form showed.
#[cfg(feature = "ssr")]
fn attempt(key: &str) -> Result<Attempt> {
    key.parse().map_err(|_| {
        let error = AppError::NotFound("This payout".to_owned());
        crate::http::fail(&error);
        error
    })
}

/// "1 payout", "12 payouts"
#[cfg(feature = "ssr")]
fn payouts(count: usize) -> String {
    domain::page::number_of(count, "payout", "payouts")
}

/// "2026-04-USD"
#[cfg(feature = "ssr")]
fn accumulating(number: &str) -> Option<(Month, Currency)> {
    let (month, currency) = number.rsplit_once('-')?;
    Some((month.parse().ok()?, currency.parse().ok()?))
}
