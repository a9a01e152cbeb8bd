use domain::Instant;
use domain::states::EventKind;
use sea_orm::ConnectionTrait;

use super::cells::{Cell, Column, column, more};
use super::{Page, Source, keys};
use data::store::entities::receipts::{Column as Field, Entity};
use data::store::error::stored;
use data::{Error, Result};

pub const COLUMNS: &[Column] = &[
    column("event"),
    column("transaction_key"),
    column("customer_key"),
    column("partner_key"),
    column("revision"),
    column("reason"),
    column("rewards"),
    column("occurred_at"),
    column("rated_at"),
    more("decision"),
];

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let rows = source.rows::<Entity>(Field::CompanyId, Field::RatedAt, Field::Id).await?;
    let conn = source.conn;
    let sales = rows.iter().filter(|row| row.event_kind == EventKind::Transaction.word()).map(|row| row.event_id);
    let transactions = keys::transaction_keys(conn, sales).await?;
    let customers = keys::customer_keys(conn, rows.iter().map(|row| row.customer_id)).await?;
    let partners = keys::partner_keys(conn, rows.iter().filter_map(|row| row.partnership_id)).await?;
    let last = rows.last().map(|row| (row.rated_at, row.id));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let kind: EventKind = stored(&row.event_kind)?;
        let decision = serde_json::from_str(&row.decision).map_err(|error| Error::Corrupt(error.to_string()))?;
        cells.push(vec![
            Cell::text(kind.word()),
            transactions.cell(row.event_id),
            customers.cell(row.customer_id),
            partners.cell(row.partnership_id),
            Cell::Number(row.revision.into()),
            Cell::text(row.reason),
            Cell::Number(row.rewards.into()),
            Cell::Time(Instant(row.occurred_at)),
            Cell::Time(Instant(row.rated_at)),
            Cell::Object(decision),
        ]);
    }
    Ok(Page::new(cells, last))
}
