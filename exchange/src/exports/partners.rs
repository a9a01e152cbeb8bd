use std::collections::HashMap;

use domain::{Instant, Money};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::cells::{Cell, Column, column, more};
use super::{Page, Source, keys};
use data::Result;
use data::store::entities::partnerships::{Column as Field, Entity};
use data::store::entities::status_spans;
use data::store::error::stored;

pub const COLUMNS: &[Column] = &[
    column("partner_key"),
    column("name"),
    column("email"),
    column("first_name"),
    column("last_name"),
    column("group"),
    more("status"),
    more("tags"),
    more("manager"),
    more("payout_method"),
    more("settlement_days"),
    more("signups"),
    more("paid_customers"),
    more("revenue"),
    more("currency"),
    more("last_active_at"),
    more("joined_at"),
    more("status_since"),
];

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let rows = source.rows::<Entity>(Field::CompanyId, Field::JoinedAt, Field::Id).await?;
    let groups = keys::group_keys(source.conn, rows.iter().map(|row| row.group_id)).await?;
    let since = status_since(source.conn, rows.iter().map(|row| row.id)).await?;
    let last = rows.last().map(|row| (row.joined_at, row.id));
    let currency = stored(&source.company.currency)?;
    let cells = rows
        .into_iter()
        .map(|row| {
            let group = groups.cell(row.group_id);
            let since = since.get(&row.id).copied();
            vec![
                Cell::text(row.partner_key),
                Cell::text(row.name),
                Cell::text(row.email),
                Cell::text(row.first_name),
                Cell::text(row.last_name),
                group,
                Cell::text(row.status),
                Cell::text(row.tags),
                Cell::optional(row.manager),
                Cell::text(row.payout_method),
                Cell::Number(row.settlement_days.into()),
                Cell::Number(row.signups),
                Cell::Number(row.paid_customers),
                Cell::Amount(Money::new(row.revenue, currency)),
                Cell::text(source.company.currency.clone()),
                Cell::Time(Instant(row.last_active_at)),
                Cell::Time(Instant(row.joined_at)),
                Cell::time(since),
            ]
        })
        .collect();
    Ok(Page::new(cells, last))
}

/// Since when these partnerships have the status they have; those that have always had it are absent.
async fn status_since<C: ConnectionTrait>(conn: &C, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, i64>> {
    use status_spans::Column;
    let rows: Vec<(Uuid, i64)> = status_spans::Entity::find()
        .select_only()
        .column(Column::PartnershipId)
        .column_as(Column::ValidFrom.max(), "since")
        .filter(Column::PartnershipId.is_in(ids))
        .filter(Column::ValidFrom.gt(Instant::BEGINNING.0))
        .group_by(Column::PartnershipId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
