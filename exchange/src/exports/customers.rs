use std::collections::HashSet;

use domain::Instant;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::cells::{Cell, Column, column, more};
use super::{Page, Source, keys};
use data::Result;
use data::store::entities::attributions;
use data::store::entities::customers::{Column as Field, Entity};

pub const COLUMNS: &[Column] = &[
    column("customer_key"),
    column("name"),
    column("email"),
    column("partner_key"),
    column("created_at"),
    more("provider_key"),
    more("test"),
    more("source"),
    more("first_purchase_at"),
    more("transactions"),
];

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let rows = source.rows::<Entity>(Field::CompanyId, Field::CreatedAt, Field::Id).await?;
    let partners = keys::partner_keys(source.conn, rows.iter().filter_map(|row| row.partnership_id)).await?;
    let undated = brought_from_the_beginning(source.conn, rows.iter().map(|row| row.id)).await?;
    let last = rows.last().map(|row| (row.created_at, row.id));
    let cells = rows
        .into_iter()
        .map(|row| {
            let created_at = Instant(row.created_at);
            let implied = row.created_at == row.recorded_at && undated.contains(&row.id);
            vec![
                Cell::text(row.customer_key),
                Cell::text(row.name),
                Cell::text(row.email),
                partners.cell(row.partnership_id),
                if implied { Cell::Implied(created_at) } else { Cell::Time(created_at) },
                Cell::optional(row.provider_key),
                Cell::Object(row.test.into()),
                Cell::text(row.source),
                Cell::time(row.first_purchase_at),
                Cell::Number(row.transactions),
            ]
        })
        .collect();
    Ok(Page::new(cells, last))
}

/// Customers who were added without a date: their partner earns on all they ever bought, and would not if the day on
/// which they were added came back in as their beginning.
async fn brought_from_the_beginning<C: ConnectionTrait>(conn: &C, ids: impl IntoIterator<Item = Uuid>) -> Result<HashSet<Uuid>> {
    let found: Vec<Uuid> = attributions::Entity::find()
        .select_only()
        .column(attributions::Column::CustomerId)
        .filter(attributions::Column::CustomerId.is_in(ids))
        .filter(attributions::Column::ValidFrom.eq(Instant::BEGINNING.0))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}
