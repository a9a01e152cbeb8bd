//! Applying a programme file: what differs is changed and said, what it does not name stays.

use std::collections::HashMap;

use domain::offers::{OfferVersion, Trigger, TriggerText};
use domain::{Instant, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::entities::{companies, groups, offers};
use crate::offers::{Published, publish_in, versions};
use crate::programme::file::{self, File, Group, Offer};
use crate::{Db, Error, Result, audit, companies as company_operations, transact};

/// What applying a file did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub company_key: String,
    /// One line per thing created ("+") or changed ("~"); empty when nothing differs.
    pub differences: Vec<String>,
}

/// Applies a programme file. A dry run does everything and takes it back.
pub async fn apply(db: &Db, text: &str, dry_run: bool, by: &str, now: Instant) -> Result<Applied> {
    if dry_run {
        let tx = db.begin().await?;
        let outcome = apply_in(&tx, text, by, now).await;
        tx.rollback().await?;
        return outcome;
    }
    transact!(db, |tx| { apply_in(tx, text, by, now).await })
}

async fn apply_in<C: ConnectionTrait>(tx: &C, text: &str, by: &str, now: Instant) -> Result<Applied> {
    // The key first: what currency a trigger is in may follow from the company there is.
    let first = file::read(text, None)?;
    let present = companies::Entity::find().filter(companies::Column::Key.eq(&first.company_key)).one(tx).await?;
    let file = match &present {
        Some(company) => file::read(text, Some(company.money_currency()?))?,
        None => first,
    };
    let mut differences = Vec::new();
    let company_id = apply_company(tx, present, &file, by, now, &mut differences).await?;
    apply_groups(tx, company_id, &file.groups, by, now, &mut differences).await?;
    for offer in &file.offers {
        apply_offer(tx, company_id, offer, by, now, &mut differences).await?;
    }
    apply_order(tx, company_id, &file.offers, &mut differences).await?;
    Ok(Applied { company_key: file.company_key, differences })
}

async fn apply_company<C: ConnectionTrait>(
    tx: &C,
    present: Option<companies::Model>,
    file: &File,
    by: &str,
    now: Instant,
    differences: &mut Vec<String>,
) -> Result<Uuid> {
    match present {
        Some(company) => {
            for (field, before, after) in company_operations::update_in(tx, company.id, &file.profile, by, now).await? {
                differences.push(format!("~ company {}: {field} “{before}” → “{after}”", company.key));
            }
            Ok(company.id)
        }
        None => {
            let id = company_operations::create_in(tx, &file.company_key, &file.profile, by, now).await?;
            let zone = file.profile.timezone.as_deref().unwrap_or_default();
            let currency = file.profile.currency.as_deref().unwrap_or_default();
            differences.push(format!("+ company {} ({zone}, {currency})", file.company_key));
            Ok(id)
        }
    }
}

async fn apply_groups<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    wanted: &[Group],
    by: &str,
    now: Instant,
    differences: &mut Vec<String>,
) -> Result<()> {
    let rows = groups::Entity::find().filter(groups::Column::CompanyId.eq(company_id)).all(tx).await?;
    let mut present: HashMap<String, groups::Model> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
    for group in wanted {
        match present.remove(&group.key) {
            Some(row) if row.name == group.name => continue,
            Some(row) => {
                differences.push(format!("~ group {}: name “{}” → “{}”", group.key, row.name, group.name));
                let change = groups::ActiveModel { id: Set(row.id), name: Set(group.name.clone()), ..Default::default() };
                change.update(tx).await?;
                let detail = json!({ "name": [row.name, group.name] });
                audit::record(tx, company_id, now, by, "group_changed", "group", &group.key, detail).await?;
            }
            None => {
                differences.push(format!("+ group {} “{}”", group.key, group.name));
                create_group(tx, company_id, &group.key, &group.name, by, now).await?;
            }
        }
    }
    Ok(())
}

async fn create_group<C: ConnectionTrait>(tx: &C, company_id: Uuid, key: &str, name: &str, by: &str, now: Instant) -> Result<()> {
    let row = groups::ActiveModel {
        id: Set(ids::derive(now, &["group", &company_id.to_string(), key])),
        company_id: Set(company_id),
        key: Set(key.to_owned()),
        name: Set(name.to_owned()),
        created_at: Set(now.0),
    };
    row.insert(tx).await?;
    audit::record(tx, company_id, now, by, "group_created", "group", key, json!({ "name": name })).await
}

async fn apply_offer<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    offer: &Offer,
    by: &str,
    now: Instant,
    differences: &mut Vec<String>,
) -> Result<()> {
    let before = match crate::offers::find(tx, company_id, &offer.key).await? {
        Some(row) => versions(tx, company_id, row.id).await?.pop(),
        None => None,
    };
    let published = publish_in(tx, company_id, &offer.key, offer.group.as_deref(), &offer.terms, offer.effective_from, by, now).await;
    let at_line = |error: Error| match error {
        Error::Invalid(errors) => {
            let messages: Vec<String> =
                errors.into_iter().map(|(field, message)| format!("line {}: {field} {message}", offer.line)).collect();
            Error::invalid("", messages.join("\n"))
        }
        other => other,
    };
    match published.map_err(at_line)? {
        Published::Unchanged => {}
        Published::Created { effective_from } => {
            differences.push(format!("+ offer {} from {}", offer.key, from_words(effective_from)));
            for trigger in &offer.terms.triggers {
                differences.push(format!("    + trigger {}: {}", trigger.key, trigger.company_sentence()));
            }
        }
        Published::Version { number, effective_from } => {
            differences.push(format!("~ offer {}: version {number} from {}", offer.key, from_words(effective_from)));
            if let Some(before) = before {
                terms_differences(&before, offer, differences);
            }
        }
    }
    Ok(())
}

fn from_words(at: Instant) -> String {
    if at == Instant::BEGINNING { "the beginning".to_owned() } else { at.rfc3339() }
}

fn terms_differences(before: &OfferVersion, offer: &Offer, differences: &mut Vec<String>) {
    let after = &offer.terms;
    if before.description != after.description {
        differences.push(format!("    description “{}” → “{}”", before.description, after.description));
    }
    if before.applies_to != after.applies_to {
        differences.push(format!("    applies_to {} → {}", before.applies_to, after.applies_to));
    }
    for trigger in &after.triggers {
        match before.triggers.iter().find(|known| known.key == trigger.key) {
            None => differences.push(format!("    + trigger {}: {}", trigger.key, trigger.company_sentence())),
            Some(known) => {
                differences.extend(trigger_differences(known, trigger).map(|line| format!("    ~ trigger {}: {line}", trigger.key)))
            }
        }
    }
    for trigger in &before.triggers {
        if after.triggers.iter().all(|known| known.key != trigger.key) {
            differences.push(format!("    - trigger {}", trigger.key));
        }
    }
    let order = |triggers: &[Trigger]| triggers.iter().map(|trigger| trigger.key.clone()).collect::<Vec<_>>();
    let (was, is) = (order(&before.triggers), order(&after.triggers));
    if was != is && was.len() == is.len() && was.iter().all(|key| is.contains(key)) {
        differences.push(format!("    order {} → {}", was.join(", "), is.join(", ")));
    }
}

fn trigger_differences(before: &Trigger, after: &Trigger) -> impl Iterator<Item = String> {
    let (a, b) = (TriggerText::from(before), TriggerText::from(after));
    let shown = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    [
        ("event", a.event, b.event),
        ("percent", a.percent, b.percent),
        ("flat", a.flat, b.flat),
        ("currency", a.currency, b.currency),
        ("limit", a.limit, b.limit),
        ("min_amount", a.min_amount, b.min_amount),
        ("cap_per_month", a.cap_per_month, b.cap_per_month),
        ("when", a.when, b.when),
        ("hold_days", a.hold_days, b.hold_days),
        ("stop", a.stop.to_string(), b.stop.to_string()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(move |(field, before, after)| format!("{field} {} → {}", shown(before), shown(after)))
}

/// Offers are rated in the order of the file; those that it does not name come after.
async fn apply_order<C: ConnectionTrait>(tx: &C, company_id: Uuid, wanted: &[Offer], differences: &mut Vec<String>) -> Result<()> {
    let mut rows = offers::Entity::find()
        .filter(offers::Column::CompanyId.eq(company_id))
        .order_by_asc(offers::Column::Position)
        .order_by_asc(offers::Column::Key)
        .all(tx)
        .await?;
    let place = |key: &str| wanted.iter().position(|offer| offer.key == key);
    let named: Vec<usize> = rows.iter().filter_map(|row| place(&row.key)).collect();
    if named.is_sorted() {
        return Ok(());
    }
    rows.sort_by_key(|row| place(&row.key).unwrap_or(usize::MAX));
    for (position, row) in (0..).zip(&rows) {
        let change = offers::ActiveModel { id: Set(row.id), position: Set(position), ..Default::default() };
        change.update(tx).await?;
    }
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    differences.push(format!("~ order of offers: {}", keys.join(", ")));
    Ok(())
}
