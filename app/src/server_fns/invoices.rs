//! Invoices: the list, one of them, its charge and its payouts.

use domain::Place;
use domain::views::ListQuery;
use domain::views::invoices::{InvoiceDetail, InvoiceList, InvoicePrint};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, server_fns::rewards::WithdrawReward};
#[cfg(feature = "ssr")]
use data::queries::pick;
#[cfg(feature = "ssr")]
use data::rewards::ManualReward;
#[cfg(feature = "ssr")]
use domain::access::Action;
#[cfg(feature = "ssr")]
use domain::{Currency, Month, ids};

/// The address of an invoice.
pub fn invoice_path(number: &str) -> String {
    format!("/invoices/{number}")
}

#[server(prefix = "/rpc", endpoint = "invoices/list", protocol = Reading)]
pub async fn list_invoices(#[server(default)] place: Place, query: ListQuery) -> Result<InvoiceList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(data::queries::invoices::list(&cx.db, &cx.company, &query, cx.now).await?)
}

/// `number` is an invoice's, or "2026-04-USD": a month that accumulates.
#[server(prefix = "/rpc", endpoint = "invoices/detail", protocol = Reading)]
pub async fn get_invoice(#[server(default)] place: Place, number: String, query: ListQuery) -> Result<InvoiceDetail> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    let mut invoice = match accumulating(&number) {
        Some((month, currency)) => data::queries::invoices::preview(&cx.db, &cx.company, month, currency, &query, cx.now).await?,
        None => data::queries::invoices::detail(&cx.db, &cx.company, &number, &query, cx.now).await?,
    };
    let (moves, changes) = (cx.may(Action::MoveMoney), cx.may(Action::ManageInvoices));
    let may = &mut invoice.may;
    for allowed in [&mut may.pause, &mut may.resume, &mut may.retry, &mut may.confirm, &mut may.confirm_payouts] {
        *allowed &= moves;
    }
    may.change_lines &= changes;
    Ok(invoice)
}

#[server(prefix = "/rpc", endpoint = "invoices/print", protocol = Reading)]
pub async fn get_invoice_print(#[server(default)] place: Place, number: String) -> Result<InvoicePrint> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(data::queries::invoices::print(&cx.db, &cx.company, &number, cx.now).await?)
}

#[server(prefix = "/rpc", endpoint = "invoices/pause")]
pub async fn pause_invoice(#[server(default)] place: Place, number: String, #[server(default)] reason: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::invoices::pause(&cx.db, cx.company_id, &number, &reason, cx.author(), cx.now).await?;
    Ok(Done::say(format!("Paused {number}. It is not charged until you resume it.")).undo(ResumeInvoice::PATH, [("number", number)]))
}

#[server(prefix = "/rpc", endpoint = "invoices/resume")]
pub async fn resume_invoice(#[server(default)] place: Place, number: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let reason = data::invoices::resume(&cx.db, cx.company_id, &number, cx.author(), cx.now).await?;
    let reason = if reason.is_empty() { "Paused again".to_owned() } else { reason };
    Ok(Done::say(format!("Resumed {number}.")).undo(PauseInvoice::PATH, [("number", number), ("reason", reason)]))
}

#[server(prefix = "/rpc", endpoint = "invoices/retry-charge")]
pub async fn retry_charge(#[server(default)] place: Place, number: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::charges::retry_now(&cx.db, cx.company_id, &number, cx.author(), cx.now).await?;
    Ok(Done::say(format!("Started the charge of {number} again.")))
}

#[server(prefix = "/rpc", endpoint = "invoices/confirm-charge")]
pub async fn confirm_charge(#[server(default)] place: Place, number: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::charges::confirm(&cx.db, cx.company_id, &number, cx.author(), cx.now).await?;
    Ok(Done::say(format!("Recorded that {number} was charged. Its payouts are released.")))
}

#[server(prefix = "/rpc", endpoint = "invoices/charge-failed")]
pub async fn charge_did_not_work(#[server(default)] place: Place, number: String, #[server(default)] reason: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::charges::confirm_failed(&cx.db, cx.company_id, &number, &reason, cx.author(), cx.now).await?;
    Ok(Done::say(format!("Recorded that the charge of {number} did not work.")))
}

#[server(prefix = "/rpc", endpoint = "invoices/confirm-payout")]
pub async fn confirm_payout(#[server(default)] place: Place, key: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::payouts::confirm(&cx.db, cx.company_id, &[payout_id(&key)?], cx.author(), cx.now).await?;
    Ok(Done::say("Recorded the payout as paid."))
}

#[server(prefix = "/rpc", endpoint = "invoices/confirm-payouts")]
pub async fn confirm_payouts(#[server(default)] place: Place, number: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    let paid = data::payouts::confirm_all(&cx.db, cx.company_id, &number, cx.author(), cx.now).await?;
    Ok(Done::say(match paid {
        0 => "No payout was waiting for it.".to_owned(),
        1 => "Recorded 1 payout as paid.".to_owned(),
        count => format!("Recorded {count} payouts as paid."),
    }))
}

#[server(prefix = "/rpc", endpoint = "invoices/payout-failed")]
pub async fn payout_did_not_work(#[server(default)] place: Place, key: String, #[server(default)] reason: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::payouts::mark_failed(&cx.db, cx.company_id, payout_id(&key)?, &reason, cx.author(), cx.now).await?;
    Ok(Done::say("Recorded that the payout did not arrive. It counts as owed again."))
}

#[server(prefix = "/rpc", endpoint = "invoices/retry-payout")]
pub async fn retry_payout(#[server(default)] place: Place, key: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveMoney).await?;
    data::payouts::retry(&cx.db, cx.company_id, payout_id(&key)?, cx.author(), cx.now).await?;
    Ok(Done::say("The payout is to be paid again."))
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
    let doubts = data::queries::partners::manual::unusual(&cx.db, cx.company_id, &amount, &currency).await?;
    super::ask(doubts.as_slice(), &please_confirm)?;
    let reward = ManualReward { partner_key, amount: amount.trim().to_owned(), currency, description, customer_key, onto_invoice: true };
    let given = data::rewards::create_manual_reward(&cx.db, cx.company_id, &reward, &ctx::submission(), cx.author(), cx.now).await?;
    let partner = crate::list::encode(&reward.partner_key);
    Ok(Done::say(format!("Created the reward on {number}."))
        .to(format!("{}?partner={partner}", invoice_path(&number)))
        .undo(WithdrawReward::PATH, [("key", given.key)]))
}

#[cfg(feature = "ssr")]
fn payout_id(key: &str) -> Result<uuid::Uuid> {
    ids::parse_key("pay", key).ok_or_else(|| AppError::NotFound("This payout".to_owned()))
}

/// "2026-04-USD"
#[cfg(feature = "ssr")]
fn accumulating(number: &str) -> Option<(Month, Currency)> {
    let (month, currency) = number.rsplit_once('-')?;
    Some((month.parse().ok()?, currency.parse().ok()?))
}
