//! Partners of a company: who they are, their group over time, their status.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

mod change;
mod creation;
mod keys;
mod spans;

pub use change::{PartnerChange, SETTLEMENT_DAYS_MAX, changed, edited, update, update_row, update_seen};
pub use creation::{NewPartner, create, insert_new, read};
pub use keys::{NO_PARTNER, rename_key};
pub use spans::{move_row_to_group, move_to_group, set_status};

use crate::store::IN_MAX;
use crate::store::entities::partnerships;
use crate::{Error, Result};

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
