use domain::{Instant, Money, ids};
use sea_orm::ConnectionTrait;

use super::cells::{Cell, Column, column};
use super::{Page, Source, keys};
use data::Result;
use data::store::entities::payouts::{Column as Field, Entity};
use data::store::error::stored;

pub const COLUMNS: &[Column] = &[
    column("key"),
    column("partner_key"),
    column("invoice_number"),
    column("amount"),
    column("currency"),
    column("status"),
    column("provider"),
    column("created_at"),
    column("due_at"),
    column("sent_at"),
    column("paid_at"),
    column("error"),
];

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let rows = source.rows::<Entity>(Field::CompanyId, Field::CreatedAt, Field::Id).await?;
    let partners = keys::partner_keys(source.conn, rows.iter().map(|row| row.partnership_id)).await?;
    let invoices = keys::invoice_numbers(source.conn, rows.iter().map(|row| row.invoice_id)).await?;
    let last = rows.last().map(|row| (row.created_at, row.id));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        cells.push(vec![
            Cell::text(ids::key("pay", row.id)),
            partners.cell(row.partnership_id),
            invoices.cell(row.invoice_id),
            Cell::Amount(Money::new(row.amount, stored(&row.currency)?)),
            Cell::text(row.currency),
            Cell::text(row.state),
            Cell::text(row.provider),
            Cell::Time(Instant(row.created_at)),
            Cell::Time(Instant(row.due_at)),
            Cell::time(row.sent_at),
            Cell::time(row.paid_at),
            Cell::optional(row.error),
        ]);
    }
    Ok(Page::new(cells, last))
}
