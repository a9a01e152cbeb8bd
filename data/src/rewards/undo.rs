//! Taking a decision back, until the charge.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::Month;
use domain::review::{self, Refusal, RewardPosition};
use domain::states::{RewardAction, RewardState};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::change::{Change, Decided, apply, last_records};
use super::context::{ReviewContext, by_ids};
use super::meanwhile;
use crate::act::{Act, Authors, people};
use crate::store::IN_MAX;
use crate::store::entities::{reward_records, rewards};
use crate::store::error::stored;
use crate::{Db, Error, Result, audit, transact};

/// Undoes the decisions of a batch, all or none; what was undone of it before stays so. `batch` may be the id of a single
/// record too. What only followed another reward is undone with that one.
///
/// # Errors
/// `Invalid` names each reward about which something else was decided since, or whose invoice is frozen, by its key.
/// `Conflict` when it has already been undone.
pub async fn undo(db: &Db, act: &Act<'_>, batch: Uuid) -> Result<Decided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let (records, undone) = records_of(tx, company_id, batch).await?;
        let mut rows = by_ids(tx, company_id, records.iter().map(|record| record.reward_id)).await?;
        let originals = by_ids(tx, company_id, rows.values().filter_map(|row| row.reverses)).await?;
        let last = last_records(tx, records.iter().map(|record| record.reward_id)).await?;
        let reasons = earlier_reasons(tx, &records).await?;
        let mut errors = BTreeMap::new();
        let mut decided_since: Vec<(Uuid, String)> = Vec::new();
        let mut changes: Vec<Change> = Vec::with_capacity(records.len());
        // What belongs to a reward of the batch comes after it and goes along.
        let mut reached: HashMap<Uuid, RewardPosition> = HashMap::new();
        let mut undone_before: HashSet<Uuid> = HashSet::new();
        for record in after_their_originals(records, &rows) {
            let row = rows.remove(&record.reward_id).ok_or(Error::NotFound("the reward"))?;
            if undone.contains_key(&record.id) || row.reverses.is_some_and(|id| undone_before.contains(&id)) {
                undone_before.insert(row.id);
                continue;
            }
            let newest = last.get(&row.id) == Some(&record.seq);
            let original = row.reverses.and_then(|id| originals.get(&id));
            match back(&context, &record, &row, newest, original, &reached)? {
                Ok(to) => {
                    let follows = row.reverses.is_some_and(|id| reached.contains_key(&id));
                    reached.insert(row.id, to);
                    changes.push(Change {
                        to,
                        state_reason: reasons.get(&row.id).cloned().flatten(),
                        reason: None,
                        action: RewardAction::Undo,
                        undoes: Some(record.id),
                        follows,
                        row,
                    });
                }
                Err(refusal) => {
                    errors.insert(row.key.clone(), refusal.to_string());
                    if !newest {
                        decided_since.push((row.id, row.key));
                    }
                }
            }
        }
        let later = meanwhile::newest(tx, decided_since.iter().map(|(id, _)| *id)).await?;
        let authors = Authors::load(tx, people(later.values().map(|record| &record.author))).await?;
        for (id, key) in decided_since {
            if let Some(record) = later.get(&id) {
                errors.insert(key, meanwhile::since(record, &authors));
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        if changes.is_empty() {
            let Some(undone) = undone.values().max_by_key(|record| record.at) else { return Err(Error::NotFound("the decision")) };
            return Err(audit::already_undone(tx, &undone.author, undone.at, &context.company.zone()?).await?);
        }
        apply(tx, &context, changes, act.actor).await
    })
}

/// Where one reward stands once its record is undone. `reached` is where the rewards before it stand then.
fn back(
    context: &ReviewContext,
    record: &reward_records::Model,
    row: &rewards::Model,
    newest: bool,
    original: Option<&rewards::Model>,
    reached: &HashMap<Uuid, RewardPosition>,
) -> Result<Result<RewardPosition, Refusal>> {
    let (position, months) = (row.position()?, context.months(&row.currency));
    let before = at(&record.from_state, record.from_month, &position)?;
    let after = at(&record.to_state, record.to_month, &position)?;
    if !newest {
        return Ok(Err(Refusal::ChangedSince));
    }
    let to = match review::undo(&before, &after, &position, months) {
        Ok(to) => to,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(original) = original else { return Ok(Ok(to)) };
    let above = reached.get(&original.id).copied().map_or_else(|| original.position(), Ok)?;
    if !review::may_stand(row.reward_source()?, to.state, &above, months) {
        return Ok(Err(Refusal::Follows(original.key.clone())));
    }
    let later = to.state.payable() && above.state.payable() && above.month > to.month;
    Ok(Ok(if later { RewardPosition { month: above.month, ..to } } else { to }))
}

/// The records of a batch, what belongs to another reward of it behind that one.
fn after_their_originals(records: Vec<reward_records::Model>, rows: &HashMap<Uuid, rewards::Model>) -> Vec<reward_records::Model> {
    let reverses = |id: &Uuid| rows.get(id).and_then(|row| row.reverses);
    let depth = |record: &reward_records::Model| std::iter::successors(reverses(&record.reward_id), reverses).count();
    let mut records = records;
    records.sort_by_cached_key(depth);
    records
}

fn at(state: &str, month: i32, position: &RewardPosition) -> Result<RewardPosition> {
    Ok(RewardPosition { state: stored::<RewardState>(state)?, month: Month(month), ready_at: position.ready_at })
}

type Records = Vec<reward_records::Model>;

/// The records of a batch, and by their ids what has undone them.
async fn records_of<C: ConnectionTrait>(tx: &C, company_id: Uuid, batch: Uuid) -> Result<(Records, HashMap<Uuid, reward_records::Model>)> {
    let records = reward_records::Entity::find()
        .filter(reward_records::Column::CompanyId.eq(company_id))
        .filter(Condition::any().add(reward_records::Column::BatchId.eq(batch)).add(reward_records::Column::Id.eq(batch)))
        .order_by_asc(reward_records::Column::RewardId)
        .all(tx)
        .await?;
    if records.is_empty() {
        return Err(Error::NotFound("the decision"));
    }
    if records.iter().any(|record| record.undoes.is_some()) {
        return Err(Error::conflict("this already undoes a decision; make a new one instead"));
    }
    let mut undone = HashMap::new();
    for chunk in records.chunks(IN_MAX) {
        let found = reward_records::Entity::find()
            .filter(reward_records::Column::Undoes.is_in(chunk.iter().map(|record| record.id)))
            .all(tx)
            .await?;
        undone.extend(found.into_iter().filter_map(|record| Some((record.undoes?, record))));
    }
    Ok((records, undone))
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
