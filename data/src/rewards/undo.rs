//! Taking a decision back, until the charge.

use std::collections::{BTreeMap, HashMap};

use domain::review::{self, Refusal, Standing};
use domain::states::RewardState;
use domain::{Instant, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::change::{Change, Decided, apply, last_records};
use super::desk::{Desk, by_ids};
use crate::db::IN_MAX;
use crate::entities::reward_records;
use crate::error::stored;
use crate::{Db, Error, Result, transact};

/// Takes back the decisions of a batch, all or none. `batch` may be the id of a single record too.
///
/// # Errors
/// `Invalid` names each reward about which something else was decided since, or whose invoice is frozen, by its key.
/// `Conflict` when it was taken back already.
pub async fn undo(db: &Db, company_id: Uuid, batch: Uuid, by: &str, now: Instant) -> Result<Decided> {
    transact!(db, |tx| {
        let desk = Desk::open(tx, company_id, now).await?;
        let records = records_of(tx, company_id, batch).await?;
        if records.iter().any(|record| record.undoes.is_some()) {
            return Err(Error::conflict("this takes a decision back already; decide anew instead"));
        }
        let mut rows = by_ids(tx, company_id, records.iter().map(|record| record.reward_id)).await?;
        let last = last_records(tx, records.iter().map(|record| record.reward_id)).await?;
        let reasons = earlier_reasons(tx, &records).await?;
        let mut errors = BTreeMap::new();
        let mut changes = Vec::with_capacity(records.len());
        for record in records {
            let row = rows.remove(&record.reward_id).ok_or(Error::NotFound("the reward"))?;
            let standing = row.standing()?;
            let before = at(&record.from_state, record.from_month, &standing)?;
            let after = at(&record.to_state, record.to_month, &standing)?;
            let newest = last.get(&row.id) == Some(&record.seq);
            let back =
                if newest { review::undo(&before, &after, &standing, desk.books(&row.currency)) } else { Err(Refusal::ChangedSince) };
            match back {
                Ok(to) => changes.push(Change {
                    to,
                    state_reason: reasons.get(&row.id).cloned().flatten(),
                    reason: None,
                    action: "undo",
                    undoes: Some(record.id),
                    row,
                }),
                Err(refusal) => {
                    errors.insert(row.key.clone(), refusal.to_string());
                }
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        apply(tx, &desk, changes, 0, by).await
    })
}

fn at(state: &str, month: i32, standing: &Standing) -> Result<Standing> {
    Ok(Standing { state: stored::<RewardState>(state)?, month: Month(month), ready_at: standing.ready_at })
}

async fn records_of<C: ConnectionTrait>(tx: &C, company_id: Uuid, batch: Uuid) -> Result<Vec<reward_records::Model>> {
    let records = reward_records::Entity::find()
        .filter(reward_records::Column::CompanyId.eq(company_id))
        .filter(Condition::any().add(reward_records::Column::BatchId.eq(batch)).add(reward_records::Column::Id.eq(batch)))
        .order_by_asc(reward_records::Column::RewardId)
        .all(tx)
        .await?;
    if records.is_empty() {
        return Err(Error::NotFound("the decision"));
    }
    for chunk in records.chunks(IN_MAX) {
        let undone = reward_records::Entity::find()
            .filter(reward_records::Column::Undoes.is_in(chunk.iter().map(|record| record.id)))
            .one(tx)
            .await?;
        if undone.is_some() {
            return Err(Error::conflict("this was taken back already"));
        }
    }
    Ok(records)
}

/// What each reward said about its state before these records: the reason of the record before.
async fn earlier_reasons<C: ConnectionTrait>(tx: &C, records: &[reward_records::Model]) -> Result<HashMap<Uuid, Option<String>>> {
    let mut out = HashMap::with_capacity(records.len());
    for chunk in records.chunks(IN_MAX) {
        let own: HashMap<Uuid, i64> = chunk.iter().map(|record| (record.reward_id, record.seq)).collect();
        let earlier = reward_records::Entity::find()
            .filter(reward_records::Column::RewardId.is_in(own.keys().copied()))
            .order_by_asc(reward_records::Column::Seq)
            .all(tx)
            .await?;
        for record in earlier.into_iter().filter(|record| own.get(&record.reward_id).is_some_and(|seq| record.seq < *seq)) {
            // Moving between invoices says nothing about the state.
            if record.from_state != record.to_state {
                out.insert(record.reward_id, record.reason);
            }
        }
    }
    Ok(out)
}
