//! Applying a programme file: what differs is changed and said, what it does not name stays.

use std::collections::HashMap;

use domain::facts::Fact;
use domain::{Instant, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::format as file;
use super::format::{File, Group};
use super::offers;
use crate::act::{Act, Actor};
use crate::programme::companies as company_operations;
use crate::store::entities::{companies, groups};
use crate::{Db, Result, audit, transact};

/// What applying a file did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub company_key: String,
    /// One line per thing created ("+") or changed ("~"); empty when nothing differs.
    pub differences: Vec<String>,
}

/// Applies a programme file. A dry run does everything and takes it back.
pub async fn apply(db: &Db, text: &str, dry_run: bool, actor: Actor<'_>, now: Instant) -> Result<Applied> {
    if dry_run {
        let tx = db.begin().await?;
        let outcome = apply_in(&tx, text, actor, now).await;
        tx.rollback().await?;
        return outcome;
    }
    transact!(db, |tx| { apply_in(tx, text, actor, now).await })
}

async fn apply_in<C: ConnectionTrait>(tx: &C, text: &str, actor: Actor<'_>, now: Instant) -> Result<Applied> {
    // The key first: what currency a trigger is in may follow from the company there is.
    let first = file::read(text, None)?;
    let present = companies::Entity::find().filter(companies::Column::Key.eq(&first.company_key)).one(tx).await?;
    let file = match &present {
        Some(company) => file::read(text, Some(company.money_currency()?))?,
        None => first,
    };
    let mut differences = Vec::new();
    let company_id = apply_company(tx, present, &file, actor, now, &mut differences).await?;
    let act = &Act { company_id, actor, now };
    apply_groups(tx, act, &file.groups, &mut differences).await?;
    offers::apply(tx, act, &file.offers, &mut differences).await?;
    Ok(Applied { company_key: file.company_key, differences })
}

async fn apply_company<C: ConnectionTrait>(
    tx: &C,
    present: Option<companies::Model>,
    file: &File,
    actor: Actor<'_>,
    now: Instant,
    differences: &mut Vec<String>,
) -> Result<Uuid> {
    match present {
        Some(company) => {
            for (field, before, after) in
                company_operations::update_in(tx, &Act { company_id: company.id, actor, now }, &file.profile).await?
            {
                differences.push(format!("~ company {}: {field} “{before}” → “{after}”", company.key));
            }
            Ok(company.id)
        }
        None => {
            let id = company_operations::create_in(tx, &file.company_key, &file.profile, actor, now).await?;
            let zone = file.profile.timezone.as_deref().unwrap_or_default();
            let currency = file.profile.currency.as_deref().unwrap_or_default();
            differences.push(format!("+ company {} ({zone}, {currency})", file.company_key));
            Ok(id)
        }
    }
}

async fn apply_groups<C: ConnectionTrait>(tx: &C, act: &Act<'_>, wanted: &[Group], differences: &mut Vec<String>) -> Result<()> {
    let company_id = act.company_id;
    let rows = groups::Entity::find().filter(groups::Column::CompanyId.eq(company_id)).all(tx).await?;
    let mut present: HashMap<String, groups::Model> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
    for group in wanted {
        match present.remove(&group.key) {
            Some(row) if row.name == group.name => continue,
            Some(row) => {
                differences.push(format!("~ group {}: name “{}” → “{}”", group.key, row.name, group.name));
                let change = groups::ActiveModel { id: Set(row.id), name: Set(group.name.clone()), ..Default::default() };
                change.update(tx).await?;
                let fact = Fact::GroupChanged { name: (row.name, group.name.clone()) };
                audit::record(tx, act, &group.key, fact).await?;
            }
            None => {
                differences.push(format!("+ group {} “{}”", group.key, group.name));
                create_group(tx, act, &group.key, &group.name).await?;
            }
        }
    }
    Ok(())
}

async fn create_group<C: ConnectionTrait>(tx: &C, act: &Act<'_>, key: &str, name: &str) -> Result<()> {
    let Act { company_id, now, .. } = *act;
    let row = groups::ActiveModel {
        id: Set(ids::derive(now, &["group", &company_id.to_string(), key])),
        company_id: Set(company_id),
        key: Set(key.to_owned()),
        name: Set(name.to_owned()),
        created_at: Set(now.0),
    };
    row.insert(tx).await?;
    audit::record(tx, act, key, Fact::GroupCreated { name: name.to_owned() }).await
}
