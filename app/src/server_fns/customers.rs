//! Customers: the list, one customer, sales, refunds, and who brings them.

use domain::Place;
pub use domain::addresses::{customer as customer_path, customer_page};
use domain::list_query::ListQuery;
use leptos::prelude::*;
use views::Choice;
use views::customers::{ChangePreview, CustomerDetail, CustomerForms, CustomerList, VoidPreview};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::ctx::CompanyCtx;
#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError};
#[cfg(feature = "ssr")]
use data::lists::pick;
#[cfg(feature = "ssr")]
use data::sales::attributions::{self, Change};
#[cfg(feature = "ssr")]
use data::sales::customers::{CustomerChange, NewCustomer};
#[cfg(feature = "ssr")]
use data::sales::transactions::{Refund, Sale};
#[cfg(feature = "ssr")]
use domain::access::Action;
#[cfg(feature = "ssr")]
use domain::dates;
#[cfg(feature = "ssr")]
use domain::doubts::of_start;
#[cfg(feature = "ssr")]
use domain::page::counted;
#[cfg(feature = "ssr")]
use domain::states::AttributionSource;
#[cfg(feature = "ssr")]
use domain::{Currency, Instant, Money, ids};
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;
#[cfg(feature = "ssr")]
use std::collections::BTreeMap;

#[server(prefix = "/rpc", endpoint = "customers/list", protocol = Reading)]
pub async fn list_customers(#[server(default)] place: Place, query: ListQuery) -> Result<CustomerList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::customers::list(&cx.db, &cx.company, &query).await?)
}

/// For comboboxes.
#[server(prefix = "/rpc", endpoint = "customers/find", protocol = Reading)]
pub async fn find_customers(#[server(default)] place: Place, text: String) -> Result<Vec<Choice>> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::customers::choices(&cx.db, cx.company_id, &text).await?)
}

#[server(prefix = "/rpc", endpoint = "customers/detail", protocol = Reading)]
pub async fn get_customer(#[server(default)] place: Place, key: String, query: ListQuery) -> Result<CustomerDetail> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    let mut customer = screens::customers::detail::detail(&cx.db, &cx.company, &key, &query).await?;
    customer.may_change = cx.may(Action::ManageCustomers);
    Ok(customer)
}

#[server(prefix = "/rpc", endpoint = "customers/forms", protocol = Reading)]
pub async fn get_customer_forms(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] refund_of: String,
) -> Result<CustomerForms> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    Ok(screens::customers::forms::forms(&cx.db, &cx.company, &key, &refund_of, cx.now).await?)
}

/// A start that looks wrong is refused at `please_confirm` until that says the same words.
#[server(prefix = "/rpc", endpoint = "customers/create")]
pub async fn create_customer(
    #[server(default)] place: Place,
    #[server(default)] customer_key: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] provider_key: String,
    #[server(default)] partner_key: String,
    #[server(default)] created_at: String,
    #[server(default)] test: String,
    #[server(default)] please_confirm: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let partner_key = pick::partner_key(cx.db.read(), cx.company_id, "partner_key", &partner_key).await?;
    let created_at = match created_at.trim() {
        "" => None,
        text => Some(time(&cx, "created_at", text)?),
    };
    let input = NewCustomer {
        customer_key: customer_key.trim().to_owned(),
        name: name.trim().to_owned(),
        email: email.trim().to_owned(),
        provider_key: filled(&provider_key),
        partner_key: filled(&partner_key),
        created_at,
        test: test == "true",
    };
    let doubt = created_at.and_then(|at| of_start(at, &cx.zone, cx.now));
    super::ask(doubt.as_slice(), &please_confirm)?;
    let created = data::sales::customers::create(&cx.db, &cx.act(), &input, AttributionSource::Manual).await?;
    let shown = data::store::names::title(&input.name, &input.email, &input.customer_key);
    let rewards = if created.rewards == 0 { String::new() } else { earned(created.rewards) };
    Ok(Done::say(format!("Added {shown}.{rewards}")).to(customer_path(&input.customer_key)))
}

#[server(prefix = "/rpc", endpoint = "customers/save")]
pub async fn save_customer(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] provider_key: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let change = CustomerChange {
        name: Some(name.trim().to_owned()),
        email: Some(email.trim().to_owned()),
        provider_key: Some(provider_key.trim().to_owned()),
    };
    let id = data::sales::customers::find_by_key(cx.db.read(), cx.company_id, &key).await?.id;
    let changed = data::sales::customers::update_seen(&cx.db, &cx.act(), id, &change, &seen).await?;
    Ok(Done::say(if changed { "Saved the customer." } else { "Nothing was different." }).to(customer_path(&key)))
}

/// An empty `key` is made from the form, so that the same form sent twice records one sale. What looks wrong is refused at
/// `please_confirm` until that says the same words.
#[server(prefix = "/rpc", endpoint = "customers/sale")]
pub async fn record_sale(
    #[server(default)] place: Place,
    customer_key: String,
    #[server(default)] amount: String,
    #[server(default)] currency: String,
    #[server(default)] occurred_at: String,
    #[server(default)] key: String,
    #[server(default)] product_key: String,
    #[server(default)] category_key: String,
    #[server(default)] please_confirm: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let (amount, occurred_at) = amount_and_time(&cx, &amount, &currency, &occurred_at)?;
    let sale = Sale {
        key: filled(&key).unwrap_or_else(|| own_key(occurred_at)),
        customer_key: customer_key.clone(),
        amount,
        occurred_at,
        product_key: filled(&product_key),
        category_key: filled(&category_key),
    };
    super::ask(&screens::customers::forms::doubts(&cx.db, &cx.company, &sale, cx.now).await?, &please_confirm)?;
    let done = data::sales::transactions::record(&cx.db, &cx.act(), &sale, AttributionSource::Manual).await?;
    let words = match done.new {
        true => format!("Recorded the sale of {amount}.{}", earned(done.rewards)),
        false => format!("The sale {} was recorded before; nothing was added.", sale.key),
    };
    Ok(Done::say(words).to(customer_path(&customer_key)))
}

/// An empty amount is what is left of the sale; an empty `key` is made from the form.
#[server(prefix = "/rpc", endpoint = "customers/refund")]
pub async fn record_refund(
    #[server(default)] place: Place,
    customer_key: String,
    #[server(default)] refund_of: String,
    #[server(default)] amount: String,
    #[server(default)] occurred_at: String,
    #[server(default)] key: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    if refund_of.trim().is_empty() {
        return Err(refused(&[("refund_of", "Choose the sale that was refunded.")]));
    }
    let original = match data::sales::transactions::find_by_key(cx.db.read(), cx.company_id, refund_of.trim()).await {
        Ok(sale) => sale,
        Err(data::Error::NotFound(_)) => return Err(refused(&[("refund_of", "There is no such sale. Choose one from the list.")])),
        Err(error) => return Err(error.into()),
    };
    // The form is about this customer; a sale of another one was typed by mistake.
    let customer = data::sales::customers::find_by_key(cx.db.read(), cx.company_id, &customer_key).await?;
    if original.customer_id != customer.id {
        return Err(refused(&[("refund_of", "This sale belongs to another customer.")]));
    }
    let left = original.left()?;
    let amount = match amount.trim() {
        "" if left.minor <= 0 => {
            return Err(refused(&[("refund_of", &format!("{} has been refunded in full.", original.key))]));
        }
        "" => left.plain(),
        typed => typed.to_owned(),
    };
    let (amount, occurred_at) = amount_and_time(&cx, &amount, &original.currency, &occurred_at)?;
    if amount.minor == 0 {
        return Err(refused(&[("amount", "Enter what was refunded, like 19.99.")]));
    }
    let refund = Refund { key: filled(&key).unwrap_or_else(|| own_key(occurred_at)), refund_of: original.key, amount, occurred_at };
    let done = data::sales::transactions::refund(&cx.db, &cx.act(), &refund, AttributionSource::Manual).await?;
    let words = match (done.new, done.rewards) {
        (true, 0) => format!("Recorded the refund of {amount}. No reward had to be reversed."),
        (true, _) => format!("Recorded the refund of {amount} and took back its share of the rewards."),
        (false, _) => format!("The refund {} was recorded before; nothing was added.", refund.key),
    };
    Ok(Done::say(words).to(customer_path(&customer_key)))
}

/// What a change of attribution would do: taking the change `undo` back or, without one, giving the customer to `partner` from `from` on.
/// Empty partner: to nobody. Nothing is asked while both `undo` and `from` are empty.
#[server(prefix = "/rpc", endpoint = "customers/preview-attribution", protocol = Reading)]
pub async fn preview_attribution(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] partner: String,
    #[server(default)] from: String,
    #[server(default)] undo: String,
) -> Result<Option<ChangePreview>> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    if !undo.is_empty() {
        return Ok(Some(screens::customers::change::preview_undo(&cx.db, &cx.company, &undo, cx.now).await?));
    }
    if from.is_empty() {
        return Ok(None);
    }
    let from = time(&cx, "from", &from)?;
    let partner = filled(&pick::partner_key(cx.db.read(), cx.company_id, "partner", &partner).await?);
    Ok(Some(screens::customers::change::preview(&cx.db, &cx.company, &key, partner.as_deref(), from, cx.now).await?))
}

#[server(prefix = "/rpc", endpoint = "customers/attribution")]
pub async fn change_attribution(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] partner: String,
    from: String,
    #[server(default)] reason: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let partner = pick::partner_key(cx.db.read(), cx.company_id, "partner", &partner).await?;
    let change = Change { partner_key: filled(&partner), from: time(&cx, "from", &from)?, reason: reason.trim().to_owned() };
    let customer = data::sales::customers::find_by_key(cx.db.read(), cx.company_id, &key).await?;
    let changed = attributions::apply_seen(&cx.db, &cx.act(), customer.id, &change, &seen).await?;
    let path = customer_path(&key);
    let Some(id) = changed.change_id else {
        return Ok(Done::say("The customer already belongs to this partner. Nothing changed.").to(path));
    };
    let done = Done::say(moved(changed.consequences.moves.len())).to(path);
    // The change is done, whether or not it can be undone.
    Ok(match attributions::preview_undo(&cx.db, cx.company_id, id, cx.now).await {
        Ok(undo) => done.undo(UndoAttribution::PATH, [("key", key), ("change", id.to_string()), ("seen", undo.digest())]),
        Err(_) => done,
    })
}

#[server(prefix = "/rpc", endpoint = "customers/undo-attribution")]
pub async fn undo_attribution(
    #[server(default)] place: Place,
    key: String,
    change: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let id = change.parse().map_err(|_| AppError::NotFound("This change of attribution".to_owned()))?;
    attributions::undo_seen(&cx.db, &cx.act(), id, &seen).await?;
    Ok(Done::say("Undid the change of attribution.").to(customer_path(&key)))
}

/// What voiding this customer's transaction `transaction` would do, or undoing the void `undo`. Nothing is asked while both are empty.
#[server(prefix = "/rpc", endpoint = "customers/preview-void", protocol = Reading)]
pub async fn preview_void(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] transaction: String,
    #[server(default)] undo: String,
) -> Result<Option<VoidPreview>> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    data::sales::customers::find_by_key(cx.db.read(), cx.company_id, &key).await?;
    let preview = match (undo.is_empty(), transaction.is_empty()) {
        (false, _) => screens::customers::change::preview_undo_void(&cx.db, &cx.company, &undo, cx.now).await?,
        (true, false) => screens::customers::change::preview_void(&cx.db, &cx.company, &transaction, cx.now).await?,
        (true, true) => return Ok(None),
    };
    if preview.customer.value != key {
        return Err(AppError::NotFound("This customer's sale".to_owned()));
    }
    Ok(Some(preview))
}

#[server(prefix = "/rpc", endpoint = "customers/void")]
pub async fn void_transaction(
    #[server(default)] place: Place,
    customer_key: String,
    transaction: String,
    #[server(default)] reason: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let id = data::sales::voids::void_seen(&cx.db, &cx.act(), &transaction, reason.trim(), &seen).await?.void_id;
    let done = Done::say(format!("Voided {transaction}. The customer's other sales were rated again without it."))
        .to(customer_path(&customer_key));
    // The void is done, whether or not it can be undone.
    Ok(match data::sales::voids::preview_undo(&cx.db, cx.company_id, id, cx.now).await {
        Ok(undo) => done.undo(UndoVoid::PATH, [("customer_key", customer_key), ("void", id.to_string()), ("seen", undo.digest())]),
        Err(_) => done,
    })
}

#[server(prefix = "/rpc", endpoint = "customers/undo-void")]
pub async fn undo_void(
    #[server(default)] place: Place,
    customer_key: String,
    void: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageCustomers).await?;
    let id = void.parse().map_err(|_| AppError::NotFound("This void".to_owned()))?;
    data::sales::voids::undo_seen(&cx.db, &cx.act(), id, &seen).await?;
    Ok(Done::say("Undid the void. It counts again.").to(customer_path(&customer_key)))
}

#[cfg(feature = "ssr")]
fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(feature = "ssr")]
fn earned(rewards: usize) -> String {
    match rewards {
        0 => " It made no reward; its receipt says why.".to_owned(),
        1 => " It made 1 reward.".to_owned(),
        count => format!(" It made {} rewards.", counted(count)),
    }
}

#[cfg(feature = "ssr")]
fn moved(events: usize) -> String {
    match events {
        0 => "Changed the attribution. No event changed hands.".to_owned(),
        1 => "Changed the attribution; 1 event and its rewards moved.".to_owned(),
        count => format!("Changed the attribution; {} events and their rewards moved.", counted(count)),
    }
}

/// The key of a transaction that has none of its own: follows from the form that was sent.
#[cfg(feature = "ssr")]
fn own_key(occurred_at: Instant) -> String {
    ids::key("txn", ids::derive(occurred_at, &["by hand", &ctx::submission()]))
}

/// A time as its field holds it, in the company's zone.
#[cfg(feature = "ssr")]
fn time(cx: &CompanyCtx, field: &str, text: &str) -> Result<Instant> {
    dates::typed(&cx.zone, text).ok_or_else(|| refused(&[(field, "Write a date and time, like 2026-03-31 14:30.")]))
}

/// Both or every complaint about them.
#[cfg(feature = "ssr")]
fn amount_and_time(cx: &CompanyCtx, amount: &str, currency: &str, occurred_at: &str) -> Result<(Money, Instant)> {
    let mut complaints: BTreeMap<String, String> = BTreeMap::new();
    let unit: Currency = currency.parse().unwrap_or(cx.currency);
    if let Err(error) = currency.parse::<Currency>() {
        complaints.insert("currency".to_owned(), error.to_string());
    }
    let money = match amount.trim() {
        "" => Err("Write the amount, like 19.99.".to_owned()),
        text => match Money::parse(text, unit) {
            Ok(money) if money.minor < 0 => Err("Enter it without a minus sign. To record money given back, refund the sale.".to_owned()),
            parsed => parsed.map_err(|error| error.to_string()),
        },
    };
    let at = dates::typed(&cx.zone, occurred_at);
    if at.is_none() {
        complaints.insert("occurred_at".to_owned(), "Write a date and time, like 2026-03-31 14:30.".to_owned());
    }
    match (money, at, complaints.is_empty()) {
        (Ok(money), Some(at), true) => Ok((money, at)),
        (money, ..) => {
            if let Err(message) = money {
                complaints.insert("amount".to_owned(), message);
            }
            let error = AppError::Invalid(complaints);
            crate::http::fail(&error);
            Err(error)
        }
    }
}

#[cfg(feature = "ssr")]
fn refused(complaints: &[(&str, &str)]) -> AppError {
    let error = AppError::Invalid(complaints.iter().map(|(field, message)| ((*field).to_owned(), (*message).to_owned())).collect());
    crate::http::fail(&error);
    error
}
