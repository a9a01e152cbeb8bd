//! A programme written back as the file that would make it.

use std::collections::HashMap;
use std::fmt::Write;

use domain::offers::{AppliesTo, Limit, OfferVersion, TriggerText};
use domain::{Currency, Instant, Rate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::programme::companies as company_operations;
use crate::programme::offers::versions;
use crate::store::entities::{companies, groups, offers};
use crate::{Db, Result};

/// The programme file of a company, with the history of its offers. Applied to the company it changes nothing; applied to an
/// empty database it makes a programme that rates every event, late ones too, alike.
pub async fn export(db: &Db, company_id: Uuid) -> Result<String> {
    let tx = db.snapshot().await?;
    let company = company_operations::get(&tx, company_id).await?;
    let mut out = String::new();
    write_company(&mut out, &company);
    let groups = groups::Entity::find()
        .filter(groups::Column::CompanyId.eq(company_id))
        .order_by_asc(groups::Column::CreatedAt)
        .order_by_asc(groups::Column::Key)
        .all(&tx)
        .await?;
    for group in &groups {
        out.push_str("\n[[groups]]\n");
        line(&mut out, "key", &group.key);
        line(&mut out, "name", &group.name);
    }
    let keys: HashMap<Uuid, &str> = groups.iter().map(|group| (group.id, group.key.as_str())).collect();
    let rows = offers::Entity::find()
        .filter(offers::Column::CompanyId.eq(company_id))
        .order_by_asc(offers::Column::Position)
        .order_by_asc(offers::Column::Key)
        .all(&tx)
        .await?;
    let currency = company.money_currency()?;
    for offer in rows {
        let group = offer.group_id.and_then(|id| keys.get(&id)).copied();
        for version in effective(versions(&tx, company_id, offer.id).await?) {
            write_version(&mut out, &offer.key, group, &version, currency);
        }
    }
    tx.rollback().await?;
    Ok(out)
}

fn write_company(out: &mut String, company: &companies::Model) {
    out.push_str("[company]\n");
    line(out, "key", &company.key);
    line(out, "name", &company.name);
    line(out, "timezone", &company.timezone);
    line(out, "currency", &company.currency);
    if let Some(address) = &company.address {
        line(out, "address", address);
    }
    line(out, "charge_provider", &company.charge_provider);
    line(out, "payout_provider", &company.payout_provider);
    if company.fee_ppm != 0 {
        line(out, "fee_percent", &Rate(company.fee_ppm).percent());
    }
    line(out, "customer_visibility", &company.customer_visibility);
    for (name, value) in [("account_name", &company.account_name), ("iban", &company.iban), ("bic", &company.bic)] {
        if let Some(value) = value {
            line(out, name, value);
        }
    }
}

/// The versions that can rate an event, in the order of their numbers. One that another replaced from its first moment on, for
/// everybody it was for, has never been in force.
fn effective(versions: Vec<OfferVersion>) -> Vec<OfferVersion> {
    let replaced = |version: &OfferVersion| {
        versions.iter().any(|later| {
            later.number > version.number
                && later.effective_from == version.effective_from
                && (later.applies_to == AppliesTo::Everyone || version.applies_to == AppliesTo::NewCustomers)
        })
    };
    versions.iter().filter(|version| !replaced(version)).cloned().collect()
}

fn write_version(out: &mut String, key: &str, group: Option<&str>, version: &OfferVersion, currency: Currency) {
    out.push_str("\n[[offers]]\n");
    line(out, "key", key);
    if let Some(group) = group {
        line(out, "group", group);
    }
    line(out, "description", &version.description);
    if version.effective_from != Instant::BEGINNING {
        let _ = writeln!(out, "effective_from = {}", version.effective_from);
    }
    if version.applies_to == AppliesTo::NewCustomers {
        line(out, "applies_to", "new customers");
    }
    for trigger in &version.triggers {
        write_trigger(out, &TriggerText::from(trigger), currency, trigger.limit);
    }
}

fn write_trigger(out: &mut String, trigger: &TriggerText, company_currency: Currency, limit: Limit) {
    out.push_str("\n[[offers.triggers]]\n");
    line(out, "key", &trigger.key);
    line(out, "event", &trigger.event);
    for (name, value) in [("percent", &trigger.percent), ("flat", &trigger.flat)] {
        if !value.is_empty() {
            line(out, name, value);
        }
    }
    if !trigger.flat.is_empty() || trigger.currency != company_currency.code() {
        line(out, "currency", &trigger.currency);
    }
    if limit != Limit::Unlimited {
        line(out, "limit", &trigger.limit);
    }
    for (name, value) in [("min_amount", &trigger.min_amount), ("cap_per_month", &trigger.cap_per_month), ("when", &trigger.when)] {
        if !value.is_empty() {
            line(out, name, value);
        }
    }
    if trigger.hold_days != "0" {
        let _ = writeln!(out, "hold_days = {}", trigger.hold_days);
    }
    if trigger.stop {
        out.push_str("stop = true\n");
    }
}

/// `name = "value"`, the value quoted as TOML wants it.
fn line(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{name} = {}", toml::Value::String(value.to_owned()));
}
