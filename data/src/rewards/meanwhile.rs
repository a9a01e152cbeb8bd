//! What others have decided about a reward since somebody looked at it, in words.

use std::collections::HashMap;

use domain::states::RewardAction;
use domain::zone::Zone;
use domain::{Instant, dates};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::Result;
use crate::act::{Authors, is_system};
use crate::store::IN_MAX;
use crate::store::entities::reward_records::{Column, Entity, Model};

/// A reward's records, newest first.
pub async fn records<C: ConnectionTrait>(conn: &C, reward_id: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::RewardId.eq(reward_id)).order_by_desc(Column::Seq).all(conn).await?)
}

/// The newest record of each of these rewards.
pub async fn newest<C: ConnectionTrait>(conn: &C, rewards: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Model>> {
    let ids: Vec<Uuid> = rewards.collect();
    let mut newest = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IN_MAX) {
        let found = Entity::find().filter(Column::RewardId.is_in(chunk.iter().copied())).order_by_asc(Column::Seq).all(conn).await?;
        newest.extend(found.into_iter().map(|record| (record.reward_id, record)));
    }
    Ok(newest)
}

/// "approved by ada@example.com on 3 Apr 2026, 14:12"
pub fn done(record: &Model, authors: &Authors, zone: &Zone) -> String {
    format!("{} on {}", done_by(record, authors), dates::minute(zone, Instant(record.at)))
}

/// "it has since been approved by ada@example.com"
pub fn since(record: &Model, authors: &Authors) -> String {
    format!("it has since been {}", done_by(record, authors))
}

fn done_by(record: &Model, authors: &Authors) -> String {
    let done = record.action.parse::<RewardAction>().map_or("changed", |action| action.label());
    if is_system(&record.author) { done.to_owned() } else { format!("{done} by {}", authors.name(&record.author)) }
}
