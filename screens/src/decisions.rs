//! Every decision about some events, as receipts for the company to read.

use std::collections::HashMap;

use crate::receipt_words::{self, Reader};
use domain::decision::Decision;
use domain::ids;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use views::receipt::ReceiptView;

use super::receipts::{KEY_PREFIX, decision_of, earlier_purchases, name_partners, promises};
use data::Result;
use data::store::entities::companies;
use data::store::entities::receipts::{Column, Entity, Model};

/// By event, the first decision first; an attribution change adds another.
pub async fn of_events<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    events: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<ReceiptView>>> {
    let zone = company.zone()?;
    let events: Vec<Uuid> = events.into_iter().collect();
    let mut rows = Entity::find().filter(Column::EventId.is_in(events)).all(conn).await?;
    rows.sort_by_key(|row| row.revision);
    let decisions: Vec<Decision> = rows.iter().map(decision_of).collect::<Result<_>>()?;
    let promises = promises(conn, company.id, &decisions).await?;
    let earlier = earlier_purchases(conn, &rows).await?;
    let receipt = |(row, decision): (&Model, &Decision)| {
        let earlier = earlier.get(&row.id).copied();
        receipt_words::receipt(decision, &ids::key(KEY_PREFIX, row.id), None, &promises, earlier, Reader::Company, &zone)
    };
    let mut receipts: Vec<ReceiptView> = rows.iter().zip(&decisions).map(receipt).collect();
    name_partners(conn, company.id, &mut receipts).await?;
    let mut by_event: HashMap<Uuid, Vec<ReceiptView>> = HashMap::new();
    for (row, receipt) in rows.iter().zip(receipts) {
        by_event.entry(row.event_id).or_default().push(receipt);
    }
    Ok(by_event)
}
