//! Everything that a filter finds, selected at once: kept as it was, and decided about in pieces, so that no other write waits for long.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::list_query::ListQuery;
use domain::review::Refusal;
use domain::{Currency, Instant, Money};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::change::Decided;
use super::context::{ReviewContext, by_keys};
use super::review::{Decision, check_reason, review_each};
use super::undo::undo;
use crate::act::Act;
use crate::store::entities::selection_rewards as items;
use crate::store::entities::selection_rewards::{ActiveModel as Item, Column as ItemColumn};
use crate::store::entities::selections::{self, ActiveModel, Column, Model};
use crate::store::entities::{companies, reward_records, rewards};
use crate::store::error::stored;
use crate::store::insert_all;
use crate::{Db, Error, Result, lists, transact};

/// More are not selected at once.
pub const SELECTED_MAX: u64 = 10_000;
/// So many are decided about in one transaction.
const PIECE: u64 = 200;
/// How long a selection is kept.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
const DONE: &str = "done";

/// Keeps what the list under this query shows, in any number of pages.
///
/// # Errors
/// `Invalid` names a filter that can't be read, or says that there are none or too many.
pub async fn select(db: &Db, act: &Act<'_>, company: &companies::Model, query: &ListQuery, address: &str) -> Result<Uuid> {
    let now = act.now;
    transact!(db, |tx| {
        let filter = super::list::filter_of(tx, company, query, now).await?;
        // What reverses another reward follows that one, so it comes after it.
        let found: Vec<(String, String, i32, String, i64, Uuid)> = rewards::Entity::find()
            .select_only()
            .columns([rewards::Column::Key, rewards::Column::State, rewards::Column::InvoiceMonth])
            .columns([rewards::Column::Currency, rewards::Column::Amount, rewards::Column::PartnershipId])
            .filter(rewards::Column::CompanyId.eq(company.id))
            .filter(filter)
            .order_by_asc(rewards::Column::Reverses.is_not_null())
            .order_by_asc(rewards::Column::CreatedAt)
            .order_by_asc(rewards::Column::Id)
            .limit(SELECTED_MAX + 1)
            .into_tuple()
            .all(tx)
            .await?;
        if found.is_empty() {
            return Err(Error::invalid("", "No reward matches this filter any more."));
        }
        if found.len() as u64 > SELECTED_MAX {
            return Err(Error::invalid(
                "",
                "More than 10,000 rewards match. Narrow the list, by partner or month for example, and select again.",
            ));
        }
        let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
        for (_, _, _, currency, amount, _) in &found {
            let total = totals.entry(currency).or_default();
            *total = total.saturating_add(*amount);
        }
        let partners: HashSet<Uuid> = found.iter().map(|(.., partner)| *partner).collect();
        forget(tx, company.id, now).await?;
        let id = Uuid::now_v7();
        let row = ActiveModel {
            id: Set(id),
            company_id: Set(company.id),
            author: Set(act.actor.stored()),
            created_at: Set(now.0),
            filter: Set(address.to_owned()),
            rewards: Set(count(found.len())),
            partners: Set(count(partners.len())),
            totals: Set(serde_json::to_string(&totals).map_err(|error| Error::Corrupt(error.to_string()))?),
        };
        row.insert(tx).await?;
        let rows = found.iter().zip(0..).map(|((key, state, month, ..), position)| Item {
            selection_id: Set(id),
            position: Set(position),
            reward_key: Set(key.clone()),
            state: Set(state.clone()),
            invoice_month: Set(*month),
            outcome: Set(None),
            batch_id: Set(None),
        });
        insert_all(tx, rows.collect::<Vec<_>>()).await?;
        Ok(id)
    })
}

/// Old selections of the company, which nobody goes on with.
async fn forget<C: ConnectionTrait>(tx: &C, company_id: Uuid, now: Instant) -> Result<()> {
    let old = || Condition::all().add(Column::CompanyId.eq(company_id)).add(Column::CreatedAt.lt(now.0.saturating_sub(KEPT_MS)));
    let mut ids = Query::select();
    ids.column(Column::Id).from(selections::Entity).cond_where(old());
    items::Entity::delete_many().filter(ItemColumn::SelectionId.in_subquery(ids)).exec(tx).await?;
    selections::Entity::delete_many().filter(old()).exec(tx).await?;
    Ok(())
}

/// A selection of the company's, while it is kept.
pub async fn find<C: ConnectionTrait>(conn: &C, company_id: Uuid, id: Uuid) -> Result<Option<Model>> {
    Ok(selections::Entity::find_by_id(id).filter(Column::CompanyId.eq(company_id)).one(conn).await?)
}

/// What a selection comes to, `first` before the other currencies.
pub fn totals(selection: &Model, first: Currency) -> Result<Vec<Money>> {
    let totals: BTreeMap<String, i64> =
        serde_json::from_str(&selection.totals).map_err(|error| Error::Corrupt(format!("totals {:?}: {error}", selection.totals)))?;
    let mut sums = Vec::with_capacity(totals.len());
    for (currency, minor) in totals {
        sums.push(Money::new(minor, stored(&currency)?));
    }
    sums.sort_by_key(|sum| (sum.currency != first, sum.currency));
    Ok(sums)
}

/// What came of a decision about a selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub changed: u64,
    pub unchanged: u64,
    pub followed: u64,
    /// They follow rewards that were not decided about.
    pub left_out: u64,
    /// Left out, with why: by key.
    pub refused: Vec<(String, String)>,
    /// Not decided about, because it was stopped, or could not go on.
    pub missing: u64,
}

impl Outcome {
    /// Whether a piece of it is stored.
    fn has_begun(&self) -> bool {
        self.changed + self.unchanged + self.followed + self.left_out > 0 || !self.refused.is_empty()
    }
}

/// What is decided about a whole selection.
#[derive(Clone, Copy, Debug)]
pub struct SelectionDecision<'a> {
    pub selection: Uuid,
    pub decision: Decision,
    pub reason: &'a str,
}

/// Decides about what is left of a selection, a few hundred in each transaction. What changed since it was selected is left out and
/// named. `told` learns how many of how many are done, and answers whether to go on. Sent again, it goes on where it ended.
pub async fn decide(db: &Db, act: &Act<'_>, asked: &SelectionDecision<'_>, told: &(dyn Fn(u64, u64) -> bool + Sync)) -> Result<Outcome> {
    let company_id = act.company_id;
    if let Decision::Decide(verb) = asked.decision
        && verb.needs_reason()
        && asked.reason.trim().is_empty()
    {
        return Err(Error::invalid("reason", domain::review::Refusal::ReasonMissing.to_string()));
    }
    check_reason(asked.reason)?;
    let selection = find(db.read(), company_id, asked.selection).await?.ok_or(Error::NotFound("the selection"))?;
    let mut outcome = Outcome::default();
    match decide_pieces(db, act, &selection, asked, told, &mut outcome).await {
        // What is done is said; the rest can be gone on with.
        Err(error) if outcome.has_begun() => tracing::warn!(%error, "a decision about a selection stopped on the way"),
        ended => ended?,
    }
    Ok(outcome)
}

async fn decide_pieces(
    db: &Db,
    act: &Act<'_>,
    selection: &Model,
    asked: &SelectionDecision<'_>,
    told: &(dyn Fn(u64, u64) -> bool + Sync),
    outcome: &mut Outcome,
) -> Result<()> {
    let total = u64::try_from(selection.rewards).unwrap_or(0);
    loop {
        let left = left_of(db.read(), selection.id).await?;
        outcome.missing = left;
        if left == 0 || !told(total.saturating_sub(left), total) {
            return Ok(());
        }
        let piece = match transact!(db, |tx| { decide_piece(tx, act, asked).await }) {
            // What is marked as decided about is stored.
            Err(Error::Uncertain) => match left.saturating_sub(left_of(db.read(), selection.id).await?) {
                0 => return Err(Error::Uncertain),
                changed => Outcome { changed, ..Outcome::default() },
            },
            ended => ended?,
        };
        outcome.changed += piece.changed;
        outcome.unchanged += piece.unchanged;
        outcome.followed += piece.followed;
        outcome.left_out += piece.left_out;
        outcome.refused.extend(piece.refused);
    }
}

async fn left_of<C: ConnectionTrait>(conn: &C, selection: Uuid) -> Result<u64> {
    let mut left = Query::select();
    left.expr(Expr::cust("1"))
        .from(items::Entity)
        .and_where(ItemColumn::SelectionId.eq(selection))
        .and_where(ItemColumn::Outcome.is_null());
    lists::page::counted(conn, left, SELECTED_MAX).await
}

async fn decide_piece<C: ConnectionTrait>(tx: &C, act: &Act<'_>, asked: &SelectionDecision<'_>) -> Result<Outcome> {
    let Act { company_id, now, .. } = *act;
    let rows = items::Entity::find()
        .filter(ItemColumn::SelectionId.eq(asked.selection))
        .filter(ItemColumn::Outcome.is_null())
        .order_by_asc(ItemColumn::Position)
        .limit(PIECE)
        .all(tx)
        .await?;
    let context = ReviewContext::open(tx, company_id, now).await?;
    let keys: Vec<&str> = rows.iter().map(|row| row.reward_key.as_str()).collect();
    let found = by_keys(tx, company_id, &keys).await?;
    let same = |row: &items::Model| {
        found.get(&row.reward_key).is_some_and(|reward| reward.state == row.state && reward.invoice_month == row.invoice_month)
    };
    let (as_selected, changed): (Vec<_>, Vec<_>) = rows.into_iter().partition(same);
    let mut outcome = Outcome::default();
    let followed = of_this_selection(tx, asked.selection, changed.iter().filter_map(|row| found.get(&row.reward_key))).await?;
    for row in changed {
        match found.get(&row.reward_key) {
            // It went along with the reward that it belongs to.
            Some(reward) if followed.contains(&reward.id) => mark(tx, &row, DONE, None).await?,
            Some(reward) => {
                let why = match reward.state == row.state {
                    true => "it was moved to another month meanwhile".to_owned(),
                    false => Refusal::Meanwhile(stored(&reward.state)?).to_string(),
                };
                mark(tx, &row, &why, None).await?;
                outcome.refused.push((row.reward_key, why));
            }
            None => mark(tx, &row, "is gone", None).await?,
        }
    }
    let keys: Vec<&str> = as_selected.iter().map(|row| row.reward_key.as_str()).collect();
    let (decided, mut refused): (Decided, HashMap<String, Option<String>>) =
        review_each(tx, &context, &keys, asked.decision, asked.reason, act.actor).await?;
    outcome.changed = decided.changed;
    outcome.unchanged = decided.unchanged;
    outcome.followed = decided.followed;
    let mut done = Vec::with_capacity(as_selected.len());
    for row in as_selected {
        match refused.remove(&row.reward_key) {
            Some(Some(why)) => {
                mark(tx, &row, &why, None).await?;
                outcome.refused.push((row.reward_key, why));
            }
            Some(None) => {
                mark(tx, &row, "follows another reward", None).await?;
                outcome.left_out += 1;
            }
            None => done.push(row.position),
        }
    }
    if !done.is_empty() {
        items::Entity::update_many()
            .col_expr(ItemColumn::Outcome, Expr::value(DONE))
            .col_expr(ItemColumn::BatchId, Expr::value(decided.batch_id))
            .filter(ItemColumn::SelectionId.eq(asked.selection))
            .filter(ItemColumn::Position.is_in(done))
            .exec(tx)
            .await?;
    }
    Ok(outcome)
}

async fn mark<C: ConnectionTrait>(tx: &C, row: &items::Model, outcome: &str, batch: Option<Uuid>) -> Result<()> {
    items::Entity::update_many()
        .col_expr(ItemColumn::Outcome, Expr::value(outcome))
        .col_expr(ItemColumn::BatchId, Expr::value(batch))
        .filter(ItemColumn::SelectionId.eq(row.selection_id))
        .filter(ItemColumn::Position.eq(row.position))
        .exec(tx)
        .await?;
    Ok(())
}

/// Of these rewards, those about which a batch of this selection decided last.
async fn of_this_selection<'a, C: ConnectionTrait>(
    tx: &C,
    selection: Uuid,
    rows: impl Iterator<Item = &'a rewards::Model>,
) -> Result<HashSet<Uuid>> {
    let ids: Vec<Uuid> = rows.map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let batches: HashSet<Uuid> = batches(tx, selection).await?.into_iter().collect();
    let records = reward_records::Entity::find()
        .filter(reward_records::Column::RewardId.is_in(ids))
        .order_by_asc(reward_records::Column::Seq)
        .all(tx)
        .await?;
    let last: HashMap<Uuid, Option<Uuid>> = records.into_iter().map(|record| (record.reward_id, record.batch_id)).collect();
    Ok(last.into_iter().filter(|(_, batch)| batch.is_some_and(|batch| batches.contains(&batch))).map(|(id, _)| id).collect())
}

async fn batches<C: ConnectionTrait>(conn: &C, selection: Uuid) -> Result<Vec<Uuid>> {
    let rows: Vec<Option<Uuid>> = items::Entity::find()
        .select_only()
        .column(ItemColumn::BatchId)
        .distinct()
        .filter(ItemColumn::SelectionId.eq(selection))
        .filter(ItemColumn::BatchId.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// Undoes what was decided about a selection, piece by piece. What can't be undone any more is named.
pub async fn undo_all(db: &Db, act: &Act<'_>, selection: Uuid, told: &(dyn Fn(u64, u64) -> bool + Sync)) -> Result<Outcome> {
    let company_id = act.company_id;
    find(db.read(), company_id, selection).await?.ok_or(Error::NotFound("the selection"))?;
    let batches = batches(db.read(), selection).await?;
    let total = batches.len() as u64;
    let mut outcome = Outcome::default();
    for (batch, done) in batches.into_iter().zip(0..) {
        if !told(done, total) {
            outcome.missing = total - done;
            return Ok(outcome);
        }
        let mut undone = undo(db, act, batch).await;
        if matches!(undone, Err(Error::Uncertain)) {
            undone = undo(db, act, batch).await;
        }
        match undone {
            Ok(decided) => {
                outcome.changed += decided.changed;
                outcome.followed += decided.followed;
            }
            Err(Error::Invalid(refused)) => outcome.refused.extend(refused),
            // Undone before.
            Err(Error::Conflict(_)) => {}
            Err(error) if done > 0 => {
                tracing::warn!(%error, "undoing a decision about a selection stopped on the way");
                outcome.missing = total - done;
                return Ok(outcome);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
