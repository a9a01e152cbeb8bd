//! What people call the rows that other rows point to.

use std::collections::{HashMap, HashSet};

use domain::Choice;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::store::entities::{customers, groups, partnerships, transactions, users};

/// Keys and names by id.
pub type Names = HashMap<Uuid, Choice>;

/// The first that is known: name, address, key.
pub fn title(name: &str, email: &str, key: &str) -> String {
    [name, email, key].into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

pub fn customer(row: &customers::Model) -> Choice {
    named(&row.customer_key, &row.name, &row.email)
}

pub fn partner(row: &partnerships::Model) -> Choice {
    named(&row.partner_key, &row.name, &row.email)
}

/// A key with the title of who has it, and the address or key as a hint.
pub fn named(key: &str, name: &str, email: &str) -> Choice {
    let hint = if email.is_empty() { key } else { email };
    Choice { value: key.to_owned(), label: title(name, email, key), hint: hint.to_owned() }
}

pub async fn partners<C: ConnectionTrait>(conn: &C, ids: impl IntoIterator<Item = Uuid>) -> Result<Names> {
    use partnerships::Column;
    let rows: Vec<(Uuid, String, String, String)> = partnerships::Entity::find()
        .select_only()
        .columns([Column::Id, Column::PartnerKey, Column::Name, Column::Email])
        .filter(Column::Id.is_in(distinct(ids)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, key, name, email)| (id, named(&key, &name, &email))).collect())
}

pub async fn customers<C: ConnectionTrait>(conn: &C, ids: impl IntoIterator<Item = Uuid>) -> Result<Names> {
    use customers::Column;
    let rows: Vec<(Uuid, String, String, String)> = customers::Entity::find()
        .select_only()
        .columns([Column::Id, Column::CustomerKey, Column::Name, Column::Email])
        .filter(Column::Id.is_in(distinct(ids)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, key, name, email)| (id, named(&key, &name, &email))).collect())
}

/// Transactions' keys.
pub async fn transactions<C: ConnectionTrait>(conn: &C, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    use transactions::Column;
    let rows: Vec<(Uuid, String)> = transactions::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Key])
        .filter(Column::Id.is_in(distinct(ids)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The emails of users.
pub async fn users<C: ConnectionTrait>(conn: &C, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    use users::Column;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = users::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Email])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The company's groups in the order of their names: id, key and name.
pub async fn groups<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Vec<(Uuid, Choice)>> {
    let mut rows = groups::Entity::find().filter(groups::Column::CompanyId.eq(company_id)).all(conn).await?;
    rows.sort_by_cached_key(|row| (domain::fold::fold(&row.name), row.key.clone()));
    Ok(rows.into_iter().map(|row| (row.id, Choice::new(row.key, row.name))).collect())
}

fn distinct(ids: impl IntoIterator<Item = Uuid>) -> HashSet<Uuid> {
    ids.into_iter().collect()
}
