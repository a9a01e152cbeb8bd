//! Whom a form names: by a key, or by a name or an email that was typed in full and not picked from the suggestions.

use domain::fold::fold;
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use crate::store::entities::{customers, partnerships};
use crate::{Error, Result};

/// So many who are called alike are looked at.
const ALIKE_MAX: u64 = 50;
/// So many of them are named.
const NAMED_MAX: usize = 5;

/// The key of the partner that `typed` names. What names nobody comes back as it is.
///
/// # Errors
/// `Invalid` names those that it may mean, where they are several.
pub async fn partner_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, field: &str, typed: &str) -> Result<String> {
    use partnerships::{Column, Entity};
    let typed = typed.trim();
    let ours = Entity::find().filter(Column::CompanyId.eq(company_id));
    if typed.is_empty() || ours.clone().filter(Column::PartnerKey.eq(typed)).one(conn).await?.is_some() {
        return Ok(typed.to_owned());
    }
    let mut found = called(conn, ours, [Column::Search, Column::Email], typed).await?;
    found.retain(|row| is_called(typed, &row.name, &row.email));
    the_one(field, "partners", typed, found.into_iter().map(|row| row.partner_key).collect())
}

/// The key of the customer that `typed` names, among several the one of this partner.
///
/// # Errors
/// As [`partner_key`].
pub async fn customer_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, partner_key: &str, field: &str, typed: &str) -> Result<String> {
    use customers::{Column, Entity};
    let typed = typed.trim();
    let ours = Entity::find().filter(Column::CompanyId.eq(company_id));
    if typed.is_empty() || ours.clone().filter(Column::CustomerKey.eq(typed)).one(conn).await?.is_some() {
        return Ok(typed.to_owned());
    }
    let mut found = called(conn, ours, [Column::Search, Column::Email], typed).await?;
    found.retain(|row| is_called(typed, &row.name, &row.email));
    if found.len() > 1 {
        let partner = partnerships::Entity::find()
            .filter(partnerships::Column::CompanyId.eq(company_id))
            .filter(partnerships::Column::PartnerKey.eq(partner_key))
            .one(conn)
            .await?;
        let theirs = |row: &customers::Model| partner.as_ref().is_some_and(|partner| row.partnership_id == Some(partner.id));
        if found.iter().any(theirs) {
            found.retain(theirs);
        }
    }
    the_one(field, "customers", typed, found.into_iter().map(|row| row.customer_key).collect())
}

/// Those whose name or address may be this. What rows are sorted by begins with their name.
async fn called<C: ConnectionTrait, E: EntityTrait>(
    conn: &C,
    ours: Select<E>,
    [search, email]: [E::Column; 2],
    typed: &str,
) -> Result<Vec<E::Model>> {
    let name = fold(typed);
    let named = search.gte(format!("{name} ")).and(search.lt(format!("{name}!")));
    let either = Condition::any().add(named).add(email.eq(typed.to_lowercase()));
    Ok(ours.filter(either).limit(ALIKE_MAX).all(conn).await?)
}

fn is_called(typed: &str, name: &str, email: &str) -> bool {
    let typed = fold(typed);
    fold(name) == typed || fold(email) == typed
}

fn the_one(field: &str, what: &str, typed: &str, mut keys: Vec<String>) -> Result<String> {
    match keys.as_slice() {
        [] => Ok(typed.to_owned()),
        [key] => Ok(key.clone()),
        _ => Err(several(field, what, typed, &mut keys)),
    }
}

/// Who is meant was left open.
pub(crate) fn several(field: &str, what: &str, typed: &str, keys: &mut [String]) -> Error {
    keys.sort_unstable();
    let named: Vec<&str> = keys.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = if keys.len() > NAMED_MAX { " and others" } else { "" };
    let typed: String = typed.chars().take(60).collect();
    Error::invalid(field, format!("Several {what} match “{typed}”: {}{more}. Write the key of the one you mean.", named.join(", ")))
}
