//! Company profile and audit log.

use domain::Place;
use domain::list_query::ListQuery;
use leptos::prelude::*;
use views::settings::{AuditLog, CompanyProfile};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, error::FieldErrors};
#[cfg(feature = "ssr")]
use data::programme::companies::Profile;
#[cfg(feature = "ssr")]
use domain::{Rate, access::Action};

#[server(prefix = "/rpc", endpoint = "settings/profile", protocol = Reading)]
pub async fn get_profile(#[server(default)] place: Place) -> Result<CompanyProfile> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::settings::profile(cx.db.read(), &cx.company, cx.may(Action::ManageSettings)).await?)
}

#[server(prefix = "/rpc", endpoint = "settings/save-profile")]
pub async fn save_profile(
    #[server(default)] place: Place,
    name: String,
    timezone: String,
    currency: String,
    #[server(default)] address: String,
    charge_provider: String,
    payout_provider: String,
    #[server(default)] fee_percent: String,
    customer_visibility: String,
    #[server(default)] account_name: String,
    #[server(default)] iban: String,
    #[server(default)] bic: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageSettings).await?;
    let mut errors = FieldErrors::new();
    let profile = Profile {
        name: Some(name),
        timezone: Some(timezone),
        currency: Some(currency),
        address: Some(address),
        charge_provider: taken(&mut errors, "charge_provider", charge_provider.parse()),
        payout_provider: taken(&mut errors, "payout_provider", payout_provider.parse()),
        fee: taken(&mut errors, "fee_percent", Rate::parse_percent(if fee_percent.is_empty() { "0" } else { fee_percent.trim() })),
        customer_visibility: taken(&mut errors, "customer_visibility", customer_visibility.parse()),
        account_name: Some(account_name),
        iban: Some(iban),
        bic: Some(bic),
    };
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors)).inspect_err(crate::http::fail);
    }
    let changes = data::programme::companies::update_seen(&cx.db, &cx.act(), &profile, &seen).await?;
    Ok(Done::say(match changes.len() {
        0 => "Nothing was different.".to_owned(),
        1 => "Saved 1 change.".to_owned(),
        count => format!("Saved {count} changes."),
    }))
}

/// The value, or a complaint at its field.
#[cfg(feature = "ssr")]
fn taken<T, E: std::fmt::Display>(errors: &mut FieldErrors, field: &str, parsed: Result<T, E>) -> Option<T> {
    parsed.map_err(|error| errors.insert(field.to_owned(), error.to_string())).ok()
}

#[server(prefix = "/rpc", endpoint = "settings/audit", protocol = Reading)]
pub async fn list_audit(#[server(default)] place: Place, query: ListQuery) -> Result<AuditLog> {
    let cx = ctx::company(&place, Action::ViewAudit).await?;
    Ok(screens::settings::audit_log(&cx.db, &cx.company, &query).await?)
}
