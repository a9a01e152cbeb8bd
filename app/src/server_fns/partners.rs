//! Partner Management.

use domain::Place;
pub use domain::addresses::{partner as partner_path, partner_page};
use domain::list_query::ListQuery;
use leptos::prelude::*;
use views::Choice;
use views::customers::CustomerList;
use views::partners::{Activity, ManualRewardForm, PartnerForm, PartnerHead, PartnerList, PartnerOverview, RewardLines, TransactionLines};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, server_fns::rewards::WithdrawReward};
#[cfg(feature = "ssr")]
use data::lists::pick;
#[cfg(feature = "ssr")]
use data::network::partners::{NewPartner, PartnerChange};
#[cfg(feature = "ssr")]
use data::rewards::ManualReward;
#[cfg(feature = "ssr")]
use domain::{access::Action, bank::Account, states::PartnershipStatus};
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;

#[server(prefix = "/rpc", endpoint = "partners/list", protocol = Reading)]
pub async fn list_partners(#[server(default)] place: Place, query: ListQuery) -> Result<PartnerList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::list(&cx.db, &cx.company, &query).await?)
}

/// For comboboxes.
#[server(prefix = "/rpc", endpoint = "partners/find", protocol = Reading)]
pub async fn find_partners(#[server(default)] place: Place, text: String) -> Result<Vec<Choice>> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::choices(&cx.db, cx.company_id, &text).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/head", protocol = Reading)]
pub async fn get_partner(#[server(default)] place: Place, key: String) -> Result<PartnerHead> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::detail::head(&cx.db, &cx.company, cx.role, &key).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/overview", protocol = Reading)]
pub async fn get_partner_overview(#[server(default)] place: Place, key: String) -> Result<PartnerOverview> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::detail::overview(&cx.db, &cx.company, &key, cx.now).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/rewards", protocol = Reading)]
pub async fn list_partner_rewards(#[server(default)] place: Place, key: String, query: ListQuery) -> Result<RewardLines> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::detail::rewards(&cx.db, &cx.company, &key, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/customers", protocol = Reading)]
pub async fn list_partner_customers(#[server(default)] place: Place, key: String, query: ListQuery) -> Result<CustomerList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::customers::of_partner(&cx.db, &cx.company, &key, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/transactions", protocol = Reading)]
pub async fn list_partner_transactions(#[server(default)] place: Place, key: String, query: ListQuery) -> Result<TransactionLines> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::detail::transactions(&cx.db, &cx.company, &key, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/activity", protocol = Reading)]
pub async fn get_partner_activity(#[server(default)] place: Place, key: String, #[server(default)] older: String) -> Result<Activity> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::activity::activity(&cx.db, &cx.company, &key, &older).await?)
}

#[server(prefix = "/rpc", endpoint = "partners/form", protocol = Reading)]
pub async fn get_partner_form(#[server(default)] place: Place) -> Result<PartnerForm> {
    let cx = ctx::company(&place, Action::ManagePartners).await?;
    Ok(screens::partners::form(&cx.db, &cx.company).await?)
}

/// A partner and what its form offers.
#[server(prefix = "/rpc", endpoint = "partners/edit", protocol = Reading)]
pub async fn get_partner_to_edit(#[server(default)] place: Place, key: String) -> Result<(PartnerHead, PartnerForm)> {
    let cx = ctx::company(&place, Action::ManagePartners).await?;
    let head = screens::partners::detail::head(&cx.db, &cx.company, cx.role, &key).await?;
    Ok((head, screens::partners::form(&cx.db, &cx.company).await?))
}

#[server(prefix = "/rpc", endpoint = "partners/create")]
pub async fn create_partner(
    #[server(default)] place: Place,
    partner_key: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] first_name: String,
    #[server(default)] last_name: String,
    #[server(default)] group: String,
    #[server(default)] tags: String,
    #[server(default)] manager: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManagePartners).await?;
    let input = NewPartner {
        partner_key: partner_key.trim().to_owned(),
        name,
        email: email.trim().to_owned(),
        first_name,
        last_name,
        group,
        tags: tags_typed(&tags),
        manager: Some(manager),
    };
    let id = data::network::partners::create(&cx.db, &cx.act(), &input).await?;
    let row = data::network::partners::get(cx.db.read(), cx.company_id, id).await?;
    Ok(Done::say(format!("Added {}.", row.name)).to(partner_path(&row.partner_key)))
}

#[server(prefix = "/rpc", endpoint = "partners/save")]
pub async fn save_partner(
    #[server(default)] place: Place,
    key: String,
    name: String,
    #[server(default)] email: String,
    #[server(default)] first_name: String,
    #[server(default)] last_name: String,
    #[server(default)] tags: String,
    #[server(default)] manager: String,
    #[server(default)] payout_account: String,
    #[server(default)] settlement_days: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManagePartners).await?;
    let days = match settlement_days.trim() {
        "" => 0,
        text => text.parse().map_err(|_| refused("settlement_days", "Write a number of days, like 3."))?,
    };
    let change = PartnerChange {
        name: Some(name),
        email: Some(email.trim().to_owned()),
        first_name: Some(first_name),
        last_name: Some(last_name),
        tags: Some(tags_typed(&tags)),
        manager: Some(manager),
        payout_method: None,
        payout_account: Some(payout_account.trim().to_owned()),
        settlement_days: Some(days),
    };
    let id = data::network::partners::find_by_key(cx.db.read(), cx.company_id, &key).await?.id;
    let changed = data::network::partners::update_seen(&cx.db, &cx.act(), id, &change, &seen).await?;
    let by_hand = matches!(domain::bank::stored_account(change.payout_account.as_deref().unwrap_or_default()), Some(Account::Other(_)));
    let words = match (changed, by_hand) {
        (true, true) => "Saved the partner. The account isn't an IBAN, so it's paid by hand.",
        (true, false) => "Saved the partner.",
        (false, _) => "Nothing was different.",
    };
    Ok(Done::say(words).to(partner_path(&key)))
}

/// From now on; what happened before keeps the group it happened in.
#[server(prefix = "/rpc", endpoint = "partners/move")]
pub async fn move_partner(#[server(default)] place: Place, key: String, group: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManagePartners).await?;
    let row = data::network::partners::find_by_key(cx.db.read(), cx.company_id, &key).await?;
    let groups = data::programme::groups::ids_by_key(cx.db.read(), cx.company_id).await?;
    let before = groups.into_iter().find(|(_, id)| *id == row.group_id).map(|(key, _)| key).unwrap_or_default();
    let moved = data::network::partners::move_to_group(&cx.db, &cx.act(), row.id, &group).await?;
    if !moved {
        return Ok(Done::say(format!("{} is in this group already.", row.name)));
    }
    Ok(Done::say(format!("Moved {} to another group from now on.", row.name)).undo(MovePartner::PATH, [("key", key), ("group", before)]))
}

#[server(prefix = "/rpc", endpoint = "partners/archive")]
pub async fn archive_partner(#[server(default)] place: Place, key: String) -> Result<Done> {
    let (name, changed) = set_status(&place, &key, PartnershipStatus::Archived).await?;
    let words = if changed { format!("Archived {name}. Sales from now on earn nothing.") } else { format!("{name} is archived already.") };
    Ok(Done::say(words).undo(RestorePartner::PATH, [("key", key)]))
}

#[server(prefix = "/rpc", endpoint = "partners/restore")]
pub async fn restore_partner(#[server(default)] place: Place, key: String) -> Result<Done> {
    let (name, changed) = set_status(&place, &key, PartnershipStatus::Approved).await?;
    Ok(Done::say(if changed { format!("{name} is active again.") } else { format!("{name} is active already.") }))
}

#[server(prefix = "/rpc", endpoint = "partners/manual-reward-form", protocol = Reading)]
pub async fn get_manual_reward_form(#[server(default)] place: Place, key: String) -> Result<ManualRewardForm> {
    let cx = ctx::company(&place, Action::ManageInvoices).await?;
    Ok(screens::partners::manual::form(&cx.db, &cx.company, &key, cx.now).await?)
}

/// This partner's customers, for the combobox.
#[server(prefix = "/rpc", endpoint = "partners/find-customers", protocol = Reading)]
pub async fn find_partner_customers(#[server(default)] place: Place, key: String, text: String) -> Result<Vec<Choice>> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::partners::manual::customers_of(&cx.db, cx.company_id, &key, &text).await?)
}

/// `onto_invoice` is "review" to put it straight onto the invoice in review of its currency.
#[server(prefix = "/rpc", endpoint = "partners/manual-reward")]
pub async fn create_manual_reward(
    #[server(default)] place: Place,
    partner_key: String,
    #[server(default)] description: String,
    #[server(default)] amount: String,
    #[server(default)] currency: String,
    #[server(default)] customer_key: String,
    #[server(default)] onto_invoice: String,
    #[server(default)] please_confirm: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageInvoices).await?;
    let customer_key = pick::customer_key(cx.db.read(), cx.company_id, &partner_key, "customer_key", &customer_key).await?;
    let doubts = screens::partners::manual::unusual(&cx.db, cx.company_id, &amount, &currency).await?;
    super::ask(doubts.as_slice(), &please_confirm)?;
    let reward = ManualReward {
        partner_key: partner_key.clone(),
        amount: amount.trim().to_owned(),
        currency,
        description: description.trim().to_owned(),
        customer_key,
        onto_invoice: onto_invoice == "review",
        invoice_month: None,
    };
    let given = data::rewards::create_manual_reward(&cx.db, &cx.act(), &reward, &ctx::submission()).await?;
    Ok(Done::say(screens::partners::manual::created(&cx.db, &cx.company, &given.key).await?)
        .to(partner_page(&partner_key, "rewards"))
        .undo(WithdrawReward::PATH, [("key", given.key)]))
}

/// "vip, press" → its words.
#[cfg(feature = "ssr")]
fn tags_typed(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

#[cfg(feature = "ssr")]
async fn set_status(place: &Place, key: &str, status: PartnershipStatus) -> Result<(String, bool)> {
    let cx = ctx::company(place, Action::ManagePartners).await?;
    let row = data::network::partners::find_by_key(cx.db.read(), cx.company_id, key).await?;
    let changed = data::network::partners::set_status(&cx.db, &cx.act(), row.id, status).await?;
    Ok((row.name, changed))
}

#[cfg(feature = "ssr")]
fn refused(field: &str, message: &str) -> AppError {
    let error = AppError::invalid(field, message);
    crate::http::fail(&error);
    error
}
