//! Partners of a company: who they are, their group over time, their status.

use std::collections::HashMap;

use domain::states::PartnershipStatus;
use domain::{Instant, bank, fields, ids};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use crate::check::{Checks, new_key_fault, search_text, shown};
use crate::db::{IN_MAX, insert_all};
use crate::entities::{companies, group_spans, groups, partners, partnerships, status_spans};
use crate::seen::{self, refuse_stale};
use crate::{Db, Error, Result, audit, installation, search, transact};

/// What files of attributions write for no partner: no partner has such a key.
pub const NO_PARTNER: [&str; 2] = ["none", "-"];
/// The longest that a payout method may take to settle.
pub const SETTLEMENT_DAYS_MAX: i32 = 60;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPartner {
    pub partner_key: String,
    /// Empty: first and last name, or the key.
    pub name: String,
    /// Empty where unknown.
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// A group's key. Empty: the company's only group.
    pub group: String,
    pub tags: Vec<String>,
    pub manager: Option<String>,
}

/// What is `None` keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub tags: Option<Vec<String>>,
    /// An empty name stands for nobody.
    pub manager: Option<String>,
    pub payout_method: Option<String>,
    /// IBAN or the like; empty for none.
    pub payout_account: Option<String>,
    pub settlement_days: Option<i32>,
}

/// Creates an approved partnership in its group from the beginning. Returns the partnership's id.
pub async fn create(db: &Db, company_id: Uuid, input: &NewPartner, by: &str, now: Instant) -> Result<Uuid> {
    transact!(db, |tx| {
        let groups = groups_by_key(tx, company_id).await?;
        let (input, group) = read(input, &groups)?;
        if find_in(tx, company_id, &input.partner_key).await?.is_some() {
            return Err(Error::invalid("partner_key", format!("“{}” is taken", shown(&input.partner_key))));
        }
        if let Some(fault) = new_key_fault(&input.partner_key) {
            return Err(Error::invalid("partner_key", fault));
        }
        let id = insert_new(tx, company_id, &[(&input, group)], now).await?[0];
        let detail = json!({ "group": input.group, "name": input.name });
        audit::record(tx, company_id, now, by, "partner_created", "partner", &input.partner_key, detail).await?;
        Ok(id)
    })
}

/// A new partner as it will be stored, and its group.
pub fn read(input: &NewPartner, groups: &HashMap<String, Uuid>) -> Result<(NewPartner, Uuid)> {
    let mut checks = Checks::new();
    let mut partner = NewPartner {
        partner_key: checks.take("partner_key", fields::key(&input.partner_key)),
        name: checks.take_optional("name", &input.name, fields::name),
        email: checks.take_optional("email", &input.email, fields::email),
        first_name: checks.take_optional("first_name", &input.first_name, fields::name),
        last_name: checks.take_optional("last_name", &input.last_name, fields::name),
        group: input.group.trim().to_owned(),
        tags: input.tags.iter().map(|tag| checks.take("tags", fields::name(tag))).collect(),
        manager: input.manager.as_ref().map(|name| checks.take_optional("manager", name, fields::name)),
    };
    if NO_PARTNER.contains(&partner.partner_key.as_str()) {
        checks.complain("partner_key", format!("“{}” means no partner in files: choose another key", partner.partner_key));
    }
    partner.name = display_name(&partner);
    let only = groups.values().next().filter(|_| partner.group.is_empty() && groups.len() == 1);
    let group = only.or_else(|| groups.get(&partner.group)).copied();
    if group.is_none() && partner.group.is_empty() {
        checks.complain("group", "is missing");
    } else if group.is_none() {
        checks.complain("group", format!("there is no group “{}”", shown(&partner.group)));
    }
    checks.finish()?;
    Ok((partner, group.ok_or(Error::NotFound("the group"))?))
}

/// The name a partner is shown by: its own, its person's, or its key.
fn display_name(partner: &NewPartner) -> String {
    let person = format!("{} {}", partner.first_name, partner.last_name);
    [partner.name.as_str(), person.trim(), &partner.partner_key].into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

/// Inserts checked partners whose keys are free. Returns the partnerships' ids in order.
pub async fn insert_new<C: ConnectionTrait>(tx: &C, company_id: Uuid, rows: &[(&NewPartner, Uuid)], now: Instant) -> Result<Vec<Uuid>> {
    let company = company_id.to_string();
    let mut ids = Vec::with_capacity(rows.len());
    let (mut organisations, mut contracts, mut spans, mut statuses) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (input, group_id) in rows {
        let id = ids::derive(now, &["partnership", &company, &input.partner_key]);
        let partner_id = ids::derive(now, &["partner", &company, &input.partner_key]);
        ids.push(id);
        organisations.push(partners::ActiveModel {
            id: Set(partner_id),
            key: Set(ids::short_key(partner_id)),
            name: Set(input.name.clone()),
            email: Set(input.email.clone()),
            created_at: Set(now.0),
        });
        spans.push(group_spans::ActiveModel {
            id: Set(ids::derive(now, &["group_span", &company, &input.partner_key, "0"])),
            company_id: Set(company_id),
            partnership_id: Set(id),
            group_id: Set(*group_id),
            valid_from: Set(Instant::BEGINNING.0),
            recorded_at: Set(now.0),
        });
        statuses.push(status_span(company_id, id, PartnershipStatus::Approved, Instant::BEGINNING, now));
        contracts.push(partnerships::ActiveModel {
            id: Set(id),
            company_id: Set(company_id),
            partner_id: Set(partner_id),
            partner_key: Set(input.partner_key.clone()),
            search: Set(search_text(&[&input.name, &input.email, &input.partner_key])),
            name: Set(input.name.clone()),
            email: Set(input.email.clone()),
            first_name: Set(input.first_name.clone()),
            last_name: Set(input.last_name.clone()),
            group_id: Set(*group_id),
            status: Set(PartnershipStatus::Approved.word().to_owned()),
            tags: Set(json!(input.tags).to_string()),
            manager: Set(input.manager.clone().filter(|name| !name.is_empty())),
            payout_method: Set("bank".to_owned()),
            settlement_days: Set(0),
            payout_account: Set(None),
            signups: Set(0),
            paid_customers: Set(0),
            revenue: Set(0),
            last_active_at: Set(now.0),
            joined_at: Set(now.0),
            held: Set(0),
            tagged: Set(tagged(&input.tags)),
        });
    }
    insert_all(tx, organisations).await?;
    search::add_partners(tx, &contracts).await?;
    insert_all(tx, contracts.iter().cloned()).await?;
    insert_all(tx, spans).await?;
    insert_all(tx, statuses).await?;
    Ok(ids)
}

fn status_span(
    company_id: Uuid,
    partnership_id: Uuid,
    status: PartnershipStatus,
    from: Instant,
    now: Instant,
) -> status_spans::ActiveModel {
    status_spans::ActiveModel {
        id: Set(ids::derive(now, &["status_span", &partnership_id.to_string(), &from.0.to_string(), status.word()])),
        company_id: Set(company_id),
        partnership_id: Set(partnership_id),
        status: Set(status.word().to_owned()),
        valid_from: Set(from.0),
        recorded_at: Set(now.0),
    }
}

/// Changes what `change` names. Returns whether anything was different.
pub async fn update(db: &Db, company_id: Uuid, partnership_id: Uuid, change: &PartnerChange, by: &str, now: Instant) -> Result<bool> {
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        update_row(tx, row, change, by, now).await
    })
}

/// As [`update`], for a form that shows every value: refused where they are not those that it had seen.
pub async fn update_seen(
    db: &Db,
    company_id: Uuid,
    partnership_id: Uuid,
    change: &PartnerChange,
    seen: &str,
    by: &str,
    now: Instant,
) -> Result<bool> {
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        refuse_stale("partner", seen, &edited(&row)?, &edited(&changed(&row, change)?)?)?;
        update_row(tx, row, change, by, now).await
    })
}

/// What the form shows of a partner.
pub fn edited(row: &partnerships::Model) -> Result<seen::Values> {
    Ok(vec![
        ("name", "Name", row.name.clone()),
        ("email", "Email", row.email.clone()),
        ("first_name", "First name", row.first_name.clone()),
        ("last_name", "Last name", row.last_name.clone()),
        ("tags", "Tags", search::tags_of(&row.tags)?.join(", ")),
        ("manager", "Manager", row.manager.clone().unwrap_or_default()),
        ("payout_account", "Account", row.payout_account.clone().unwrap_or_default()),
        ("settlement_days", "Settlement days", row.settlement_days.to_string()),
    ])
}

pub async fn update_row<C: ConnectionTrait>(
    tx: &C,
    before: partnerships::Model,
    change: &PartnerChange,
    by: &str,
    now: Instant,
) -> Result<bool> {
    let after = changed(&before, change)?;
    if after == before {
        return Ok(false);
    }
    let detail = json!({
        "before": { "name": before.name, "email": before.email, "tags": before.tags, "manager": before.manager,
            "payout_method": before.payout_method, "settlement_days": before.settlement_days, "payout_account": before.payout_account },
        "after": { "name": after.name, "email": after.email, "tags": after.tags, "manager": after.manager,
            "payout_method": after.payout_method, "settlement_days": after.settlement_days, "payout_account": after.payout_account },
    });
    let key = after.partner_key.clone();
    let organisation = partners::ActiveModel {
        id: Set(after.partner_id),
        name: Set(after.name.clone()),
        email: Set(after.email.clone()),
        ..Default::default()
    };
    organisation.update(tx).await?;
    let company_id = after.company_id;
    search::replace_partner(tx, &after).await?;
    after.clone().into_active_model().reset_all().update(tx).await?;
    audit::record(tx, company_id, now, by, "partner_changed", "partner", &key, detail).await?;
    Ok(true)
}

/// The row as `change` would leave it.
pub fn changed(row: &partnerships::Model, change: &PartnerChange) -> Result<partnerships::Model> {
    let mut checks = Checks::new();
    let mut after = row.clone();
    for (field, value, slot) in [
        ("first_name", &change.first_name, &mut after.first_name),
        ("last_name", &change.last_name, &mut after.last_name),
        ("payout_method", &change.payout_method, &mut after.payout_method),
    ] {
        if let Some(value) = value {
            *slot = checks.take_optional(field, value, fields::name);
        }
    }
    if let Some(name) = &change.name {
        after.name = checks.take("name", fields::name(name));
    }
    if let Some(email) = &change.email {
        after.email = checks.take_optional("email", email, fields::email);
    }
    if let Some(tags) = &change.tags {
        let tags: Vec<String> = tags.iter().map(|tag| checks.take("tags", fields::name(tag))).collect();
        after.tagged = tagged(&tags);
        after.tags = json!(tags).to_string();
    }
    if let Some(manager) = &change.manager {
        after.manager = checks.take("manager", fields::optional(manager, fields::name));
    }
    if let Some(account) = &change.payout_account {
        checks.take("payout_account", fields::optional(account, fields::name));
        after.payout_account = checks.take("payout_account", bank::account(account)).map(|account| account.stored().to_owned());
        // In the same form as before, it is the one that is there.
        if bank::stored_account(row.payout_account.as_deref().unwrap_or_default()).map(|account| account.stored().to_owned())
            == after.payout_account
        {
            after.payout_account.clone_from(&row.payout_account);
        }
    }
    if let Some(days) = change.settlement_days {
        if !(0..=SETTLEMENT_DAYS_MAX).contains(&days) {
            checks.complain("settlement_days", format!("{days} is not between 0 and {SETTLEMENT_DAYS_MAX}"));
        }
        after.settlement_days = days;
    }
    after.search = search_text(&[&after.name, &after.email, &after.partner_key]);
    checks.finish()?;
    Ok(after)
}

/// Those with any tag have an index of their own.
fn tagged(tags: &[String]) -> i64 {
    i64::from(!tags.is_empty())
}

/// Gives a partner another key. Works on an earlier schema too: a key that files give a meaning of its own stops its way up.
///
/// # Errors
/// `NotFound`, and `Invalid` (field `partner_key`) where the new key is taken or reserved.
pub async fn rename_key(db: &Db, company: &str, old: &str, new: &str, by: &str) -> Result<()> {
    let key = fields::key(new).map_err(|error| Error::invalid("partner_key", error.to_string()))?;
    refuse_reserved(&key)?;
    transact!(db, |tx| {
        let companies = companies::Entity::find().select_only().column(companies::Column::Id);
        let company_id: Option<Uuid> = companies.filter(companies::Column::Key.eq(company)).into_tuple().one(tx).await?;
        let company_id = company_id.ok_or(Error::NotFound("the company"))?;
        let known = partnerships::Entity::find()
            .select_only()
            .columns([partnerships::Column::Id, partnerships::Column::PartnerKey, partnerships::Column::Name, partnerships::Column::Email])
            .filter(partnerships::Column::CompanyId.eq(company_id))
            .filter(partnerships::Column::PartnerKey.is_in([old, &key]));
        let known: Vec<(Uuid, String, String, String)> = known.into_tuple().all(tx).await?;
        let (id, _, name, email) = known.iter().find(|(_, known, ..)| known == old).ok_or(Error::NotFound("the partner"))?;
        if old == key {
            return Ok(());
        }
        if known.iter().any(|(_, known, ..)| *known == key) {
            return Err(Error::invalid("partner_key", format!("“{}” is taken", shown(&key))));
        }
        if let Some(fault) = new_key_fault(&key) {
            return Err(Error::invalid("partner_key", fault));
        }
        partnerships::Entity::update_many()
            .col_expr(partnerships::Column::PartnerKey, Expr::value(key.as_str()))
            .col_expr(partnerships::Column::Search, Expr::value(search_text(&[name, email, &key])))
            .filter(partnerships::Column::Id.eq(*id))
            .exec(tx)
            .await?;
        search::add_partner_key(tx, company_id, *id, &key).await?;
        let now = installation::now_in(tx).await?;
        // Under both names, so that whoever reads the log finds the partner from either.
        let detail = json!({ "from": old, "to": key });
        audit::record(tx, company_id, now, by, "partner_key_given_up", "partner", old, detail.clone()).await?;
        audit::record(tx, company_id, now, by, "partner_key_changed", "partner", &key, detail).await
    })
}

fn refuse_reserved(key: &str) -> Result<()> {
    if NO_PARTNER.contains(&key) {
        return Err(Error::invalid("partner_key", format!("“{key}” means no partner in files: choose another key")));
    }
    Ok(())
}

/// Moves a partnership to another group from now on; events before now keep the group they happened in.
pub async fn move_to_group(db: &Db, company_id: Uuid, partnership_id: Uuid, group_key: &str, by: &str, now: Instant) -> Result<bool> {
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        let groups = groups_by_key(tx, company_id).await?;
        let group_id =
            *groups.get(group_key).ok_or_else(|| Error::invalid("group", format!("there is no group “{}”", shown(group_key))))?;
        move_row_to_group(tx, &row, group_id, by, now).await
    })
}

pub async fn move_row_to_group<C: ConnectionTrait>(
    tx: &C,
    row: &partnerships::Model,
    group_id: Uuid,
    by: &str,
    now: Instant,
) -> Result<bool> {
    if row.group_id == group_id {
        return Ok(false);
    }
    // A second move within the same millisecond replaces the first.
    group_spans::Entity::delete_many()
        .filter(group_spans::Column::PartnershipId.eq(row.id))
        .filter(group_spans::Column::ValidFrom.eq(now.0))
        .exec(tx)
        .await?;
    let span = group_spans::ActiveModel {
        id: Set(ids::derive(now, &["group_span", &row.id.to_string(), &now.0.to_string(), &group_id.to_string()])),
        company_id: Set(row.company_id),
        partnership_id: Set(row.id),
        group_id: Set(group_id),
        valid_from: Set(now.0),
        recorded_at: Set(now.0),
    };
    span.insert(tx).await?;
    let change = partnerships::ActiveModel { id: Set(row.id), group_id: Set(group_id), ..Default::default() };
    change.update(tx).await?;
    let names: HashMap<Uuid, String> = groups::Entity::find()
        .filter(groups::Column::Id.is_in([row.group_id, group_id]))
        .all(tx)
        .await?
        .into_iter()
        .map(|group| (group.id, group.name))
        .collect();
    let detail = json!({ "from": names.get(&row.group_id), "to": names.get(&group_id) });
    audit::record(tx, row.company_id, now, by, "partner_moved_to_group", "partner", &row.partner_key, detail).await?;
    Ok(true)
}

/// Changes a partnership's status from now on; events before now keep the status they happened in.
pub async fn set_status(
    db: &Db,
    company_id: Uuid,
    partnership_id: Uuid,
    status: PartnershipStatus,
    by: &str,
    now: Instant,
) -> Result<bool> {
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        if row.status == status.word() {
            return Ok(false);
        }
        // A second change within the same millisecond replaces the first.
        status_spans::Entity::delete_many()
            .filter(status_spans::Column::PartnershipId.eq(row.id))
            .filter(status_spans::Column::ValidFrom.eq(now.0))
            .exec(tx)
            .await?;
        status_span(company_id, row.id, status, now, now).insert(tx).await?;
        let change = partnerships::ActiveModel { id: Set(row.id), status: Set(status.word().to_owned()), ..Default::default() };
        change.update(tx).await?;
        let detail = json!({ "from": row.status, "to": status });
        audit::record(tx, company_id, now, by, "partner_status_changed", "partner", &row.partner_key, detail).await?;
        Ok(true)
    })
}

pub async fn get<C: ConnectionTrait>(conn: &C, company_id: Uuid, partnership_id: Uuid) -> Result<partnerships::Model> {
    partnerships::Entity::find_by_id(partnership_id)
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the partner"))
}

pub async fn find_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, partner_key: &str) -> Result<partnerships::Model> {
    find_in(conn, company_id, partner_key).await?.ok_or(Error::NotFound("the partner"))
}

async fn find_in<C: ConnectionTrait>(conn: &C, company_id: Uuid, partner_key: &str) -> Result<Option<partnerships::Model>> {
    Ok(partnerships::Entity::find()
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.eq(partner_key))
        .one(conn)
        .await?)
}

/// The ids of the partnerships with these keys, by key.
pub async fn ids_by_key<C: ConnectionTrait, S: AsRef<str>>(conn: &C, company_id: Uuid, keys: &[S]) -> Result<HashMap<String, Uuid>> {
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IN_MAX) {
        let rows: Vec<(String, Uuid)> = partnerships::Entity::find()
            .select_only()
            .columns([partnerships::Column::PartnerKey, partnerships::Column::Id])
            .filter(partnerships::Column::CompanyId.eq(company_id))
            .filter(partnerships::Column::PartnerKey.is_in(chunk.iter().map(AsRef::as_ref)))
            .into_tuple()
            .all(conn)
            .await?;
        out.extend(rows);
    }
    Ok(out)
}

/// The company's groups: key to id.
pub async fn groups_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<HashMap<String, Uuid>> {
    let rows = groups::Entity::find().filter(groups::Column::CompanyId.eq(company_id)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.id)).collect())
}
