//! Groups: partners who share offers.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::Result;
use crate::store::entities::groups::{Column, Entity};

/// A company's groups: key to id.
pub async fn ids_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<HashMap<String, Uuid>> {
    let rows = Entity::find().filter(Column::CompanyId.eq(company_id)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.id)).collect())
}
