use std::collections::HashMap;

use domain::{Instant, Money, ids};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::cells::{Cell, Column, column};
use super::{PAGE_ROWS, Page, Source, keys};
use data::Result;
use data::store::entities::ledger_entries;
use data::store::entities::ledger_transfers::{Column as Field, Entity};
use data::store::error::stored;

/// One row per entry; the entries of a transfer sum to zero.
pub const COLUMNS: &[Column] = &[
    column("transfer"),
    column("kind"),
    column("at"),
    column("line"),
    column("account"),
    column("partner_key"),
    column("amount"),
    column("currency"),
    column("invoice_number"),
    column("payout_key"),
];

/// Pages follow transfers: one of them brings at most one entry per partner of its invoice.
pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let conn = source.conn;
    let transfers = source.rows::<Entity>(Field::CompanyId, Field::At, Field::Id).await?;
    let next = transfers.last().map(|row| (row.at, row.id)).filter(|_| transfers.len() as u64 >= PAGE_ROWS);
    let entries = ledger_entries::Entity::find()
        .filter(ledger_entries::Column::TransferId.is_in(transfers.iter().map(|row| row.id)))
        .order_by_asc(ledger_entries::Column::TransferId)
        .order_by_asc(ledger_entries::Column::Line)
        .all(conn)
        .await?;
    let partners = keys::partner_keys(conn, entries.iter().filter_map(|row| row.partnership_id)).await?;
    let invoices = keys::invoice_numbers(conn, transfers.iter().filter_map(|row| row.invoice_id)).await?;
    let mut by_transfer: HashMap<Uuid, Vec<ledger_entries::Model>> = HashMap::new();
    for entry in entries {
        by_transfer.entry(entry.transfer_id).or_default().push(entry);
    }
    let mut cells = Vec::new();
    for transfer in transfers {
        for entry in by_transfer.remove(&transfer.id).unwrap_or_default() {
            cells.push(vec![
                Cell::text(ids::key("trf", transfer.id)),
                Cell::text(transfer.kind.clone()),
                Cell::Time(Instant(transfer.at)),
                Cell::Number(entry.line.into()),
                Cell::text(entry.account),
                partners.cell(entry.partnership_id),
                Cell::Amount(Money::new(entry.amount, stored(&entry.currency)?)),
                Cell::text(entry.currency),
                invoices.cell(transfer.invoice_id),
                Cell::optional(transfer.payout_id.map(|id| ids::key("pay", id))),
            ]);
        }
    }
    Ok(Page { rows: cells, next })
}
