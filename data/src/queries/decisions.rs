//! Every decision about some events, as receipts for the company to read.

use std::collections::HashMap;

use domain::ids;
use domain::receipt_words::{self, Reader};
use domain::views::receipt::ReceiptView;
use domain::zone::Zone;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::receipts::{KEY_PREFIX, decision_of};
use crate::Result;
use crate::entities::receipts::{Column, Entity};

/// By event, the first decision first; an attribution change adds another.
pub async fn of_events<C: ConnectionTrait>(
    conn: &C,
    zone: &Zone,
    events: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<ReceiptView>>> {
    let events: Vec<Uuid> = events.into_iter().collect();
    let mut rows = Entity::find().filter(Column::EventId.is_in(events)).all(conn).await?;
    rows.sort_by_key(|row| row.revision);
    let mut views: HashMap<Uuid, Vec<ReceiptView>> = HashMap::new();
    for row in rows {
        let view = receipt_words::receipt(&decision_of(&row)?, &ids::key(KEY_PREFIX, row.id), None, Reader::Company, zone);
        views.entry(row.event_id).or_default().push(view);
    }
    Ok(views)
}
