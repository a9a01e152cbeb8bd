use domain::{Instant, Money};
use sea_orm::ConnectionTrait;

use super::cells::{Cell, Column, column, more};
use super::{Page, Source, keys};
use data::Result;
use data::store::entities::transactions::{Column as Field, Entity};
use data::store::error::stored;

pub const COLUMNS: &[Column] = &[
    column("key"),
    column("customer_key"),
    column("amount"),
    column("currency"),
    column("occurred_at"),
    column("product_key"),
    column("category_key"),
    column("refund_of"),
    more("partner_key"),
    more("refunded"),
    more("source"),
    more("recorded_at"),
    column("voided_at"),
];

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let rows = source.rows::<Entity>(Field::CompanyId, Field::OccurredAt, Field::Id).await?;
    let conn = source.conn;
    let customers = keys::customer_keys(conn, rows.iter().map(|row| row.customer_id)).await?;
    let partners = keys::partner_keys(conn, rows.iter().filter_map(|row| row.partnership_id)).await?;
    let originals = keys::transaction_keys(conn, rows.iter().filter_map(|row| row.refund_of)).await?;
    let last = rows.last().map(|row| (row.occurred_at, row.id));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = stored(&row.currency)?;
        cells.push(vec![
            Cell::text(row.key),
            customers.cell(row.customer_id),
            Cell::Amount(Money::new(row.amount, currency)),
            Cell::text(row.currency),
            Cell::Time(Instant(row.occurred_at)),
            Cell::optional(row.product_key),
            Cell::optional(row.category_key),
            originals.cell(row.refund_of),
            partners.cell(row.partnership_id),
            Cell::Amount(Money::new(row.refunded, currency)),
            Cell::text(row.source),
            Cell::Time(Instant(row.recorded_at)),
            Cell::time(row.voided_at),
        ]);
    }
    Ok(Page::new(cells, last))
}
