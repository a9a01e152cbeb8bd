//! Writing what was decided: the rewards, what follows them, their records and the audit.

pub(super) mod reinstate;

use std::collections::{BTreeMap, HashMap};

use domain::facts::{Fact, RewardChange};
use domain::review::{RewardPosition, follow};
use domain::states::{RewardAction, RewardSource, RewardState};
use domain::{Instant, Month, ids};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use self::reinstate::reinstate;
use super::context::{ReviewContext, linked_to};
use super::tally::Tally;
use crate::Result;
use crate::act::{Act, Actor};
use crate::store::entities::{audit, reward_records, rewards};
use crate::store::error::stored;
use crate::store::{IN_MAX, insert_all};

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Names the decision, for [`super::undo`]. `None` when nothing changed.
    pub batch_id: Option<Uuid>,
    /// Rewards that were named and changed.
    pub changed: u64,
    /// Rewards that stood there already.
    pub unchanged: u64,
    /// Refunds and corrections that went where the reward went that they belong to.
    pub followed: u64,
    /// Refunds and corrections that were named, and stay with a reward that was not.
    pub left_out: u64,
}

/// One reward on its way from where it stands.
pub(super) struct Change {
    pub row: rewards::Model,
    pub to: RewardPosition,
    /// What the reward says from now on about its state.
    pub state_reason: Option<String>,
    /// What the record says.
    pub reason: Option<String>,
    pub action: RewardAction,
    pub undoes: Option<Uuid>,
    /// It only goes along with the reward that it belongs to.
    pub follows: bool,
}

/// Applies the changes with everything that follows from them, in the transaction given.
pub(super) async fn apply<C: ConnectionTrait>(tx: &C, context: &ReviewContext, changes: Vec<Change>, actor: Actor<'_>) -> Result<Decided> {
    let mut all = changes;
    if all.is_empty() {
        return Ok(Decided { batch_id: None, changed: 0, unchanged: 0, followed: 0, left_out: 0 });
    }
    add_followers(tx, context, &mut all).await?;
    let last = last_records(tx, all.iter().map(|change| change.row.id)).await?;
    let batch_id = batch_id(context.now, &all, &last);
    reinstate(tx, context, &all, batch_id, actor).await?;
    write(tx, context, actor, &all, &last, batch_id).await?;
    let noted =
        all.iter().filter(|change| !change.follows).map(|change| noted(context, change, batch_id, actor)).collect::<Result<Vec<_>>>()?;
    let (changed, followed) = (count(noted.len()), count(all.len() - noted.len()));
    insert_all(tx, noted).await?;
    Ok(Decided { batch_id: Some(batch_id), changed, unchanged: 0, followed, left_out: 0 })
}

fn noted(context: &ReviewContext, change: &Change, batch: Uuid, actor: Actor<'_>) -> Result<audit::ActiveModel> {
    let decided = RewardChange {
        from: stored(&change.row.state)?,
        to: change.to.state,
        from_month: Month(change.row.invoice_month),
        to_month: change.to.month,
        amount: change.row.amount,
        currency: stored(&change.row.currency)?,
        reason: change.reason.clone(),
        batch,
    };
    audit_row(context, actor, &change.row.key, &Fact::RewardDecided(change.action, decided))
}

pub(super) fn audit_row(context: &ReviewContext, actor: Actor<'_>, key: &str, fact: &Fact) -> Result<audit::ActiveModel> {
    Ok(crate::audit::row(&Act { company_id: context.company.id, actor, now: context.now }, key, fact)?.into_active_model().reset_all())
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// A batch is the only one that writes these records.
fn batch_id(now: Instant, changes: &[Change], last: &HashMap<Uuid, i64>) -> Uuid {
    let mut parts: Vec<String> = vec!["batch".to_owned()];
    for change in changes {
        let seq = last.get(&change.row.id).copied().unwrap_or(0);
        parts.push(format!("{}/{seq}", change.row.id));
    }
    ids::derive(now, &parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Refunds, corrections and adjustments go where the reward goes that they belong to.
async fn add_followers<C: ConnectionTrait>(tx: &C, context: &ReviewContext, changes: &mut Vec<Change>) -> Result<()> {
    let mut at: HashMap<Uuid, usize> = changes.iter().enumerate().map(|(index, change)| (change.row.id, index)).collect();
    let linked = linked_to(tx, at.keys().copied().collect()).await?;
    for row in linked {
        let Some(original) = row.reverses.and_then(|id| at.get(&id)).map(|index| &changes[*index]) else { continue };
        if at.contains_key(&row.id) {
            continue;
        }
        let position = row.position()?;
        // An adjustment that was declined for itself stays so.
        let apart = row.reward_source()? == RewardSource::Adjustment
            && position.state == RewardState::Declined
            && original.row.state != RewardState::Declined.word();
        if apart {
            continue;
        }
        let Some(to) = follow(&original.to, &position, context.months(&row.currency)) else { continue };
        let change = Change {
            to,
            state_reason: original.state_reason.clone(),
            reason: original.reason.clone(),
            action: original.action,
            undoes: None,
            follows: true,
            row,
        };
        at.insert(change.row.id, changes.len());
        changes.push(change);
    }
    Ok(())
}

/// Rewards that go to the same place, for the same reason: state, month, reason.
type Place = (String, i32, Option<String>);

async fn write<C: ConnectionTrait>(
    tx: &C,
    context: &ReviewContext,
    actor: Actor<'_>,
    changes: &[Change],
    last: &HashMap<Uuid, i64>,
    batch_id: Uuid,
) -> Result<()> {
    let now = context.now;
    let mut places: BTreeMap<Place, Vec<Uuid>> = BTreeMap::new();
    let mut tally = Tally::default();
    for change in changes {
        tally.change(&change.row, change.to.state.word(), change.to.month.0);
        let place = (change.to.state.word().to_owned(), change.to.month.0, change.state_reason.clone());
        places.entry(place).or_default().push(change.row.id);
    }
    for ((state, month, reason), ids) in places {
        for chunk in ids.chunks(IN_MAX) {
            rewards::Entity::update_many()
                .col_expr(rewards::Column::State, Expr::value(state.clone()))
                .col_expr(rewards::Column::InvoiceMonth, Expr::value(month))
                .col_expr(rewards::Column::StateReason, Expr::value(reason.clone()))
                .filter(rewards::Column::Id.is_in(chunk.iter().copied()))
                .exec(tx)
                .await?;
        }
    }
    tally.write(tx).await?;
    let records = changes.iter().map(|change| {
        let seq = last.get(&change.row.id).copied().unwrap_or(0) + 1;
        reward_records::Model {
            id: ids::derive(now, &["record", &change.row.id.to_string(), &seq.to_string()]),
            company_id: change.row.company_id,
            reward_id: change.row.id,
            action: change.action.word().to_owned(),
            from_state: change.row.state.clone(),
            to_state: change.to.state.word().to_owned(),
            from_month: change.row.invoice_month,
            to_month: change.to.month.0,
            reason: change.reason.clone(),
            author: actor.stored(),
            at: now.0,
            seq,
            batch_id: Some(batch_id),
            undoes: change.undoes,
        }
        .into_active_model()
        .reset_all()
    });
    insert_all(tx, records).await
}

/// The number of each reward's last record; rewards without one are absent.
pub(super) async fn last_records<C: ConnectionTrait>(conn: &C, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, i64>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut out = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IN_MAX) {
        let found: Vec<(Uuid, i64)> = reward_records::Entity::find()
            .select_only()
            .column(reward_records::Column::RewardId)
            .column_as(reward_records::Column::Seq.max(), "last")
            .filter(reward_records::Column::RewardId.is_in(chunk.iter().copied()))
            .group_by(reward_records::Column::RewardId)
            .into_tuple()
            .all(conn)
            .await?;
        out.extend(found);
    }
    Ok(out)
}
