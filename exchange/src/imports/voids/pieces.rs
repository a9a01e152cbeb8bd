//! Writing an accepted void, or its undoing, in pieces.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use uuid::Uuid;

use super::super::faults::RowError;
use super::super::row::{leased_until, name_fault, still};
use data::act::Actor;
use data::sales::voids::{VoidOptions, undo_one, void_part};
use data::store::entities::{customers, imports, transactions, voids};
use data::work::open_imports::{KIND_VOID, STATE_DONE};
use data::{Error, Result, installation};

/// Transactions of one piece.
pub const ROWS_MAX: usize = 500;

/// The parts of a void that are in force.
pub fn parts(void_id: Uuid) -> Select<voids::Entity> {
    let by = Alias::new("by");
    let mut undoing = Query::select();
    undoing.expr(Expr::val(1)).from_as(voids::Entity, by.clone());
    undoing.and_where(Expr::col((by, voids::Column::Undoes)).equals((voids::Entity, voids::Column::Id)));
    voids::Entity::find()
        .filter(voids::Column::ImportVoidId.eq(void_id))
        .filter(voids::Column::Undoes.is_null())
        .filter(Expr::exists(undoing).not())
}

/// Does a piece: about `most` transactions, but those of one customer together. Returns the row as it is afterwards; `None` if it is
/// somebody else's by now.
pub async fn piece<C: ConnectionTrait>(
    tx: &C,
    before: &imports::Model,
    worker: &str,
    lease: Duration,
    most: usize,
) -> Result<Option<imports::Model>> {
    let Some(row) = still(tx, before, worker).await? else { return Ok(None) };
    let of = row.of_import.ok_or_else(|| Error::Corrupt(format!("the void {} is of no import", row.id)))?;
    let (author, reason, mut after) = (row.author.clone(), row.reason.clone().unwrap_or_default(), row.clone());
    // Of its own instant: what others did to a customer before comes before it.
    let options = VoidOptions { actor: Actor::of(&author), now: installation::now_in(tx).await?, import_void: Some(row.id) };
    let ended = match row.kind.as_str() {
        KIND_VOID => void_some(tx, &mut after, of, &reason, &options, most).await?,
        _ => undo_some(tx, &mut after, of, &options, most).await?,
    };
    after.leased_until = leased_until(lease);
    if ended {
        if row.kind == KIND_VOID {
            // Some were voided by hand before.
            after.unchanged = after.total.saturating_sub(after.changed);
        }
        after.done = after.total;
        after.state = STATE_DONE.to_owned();
        after.leased_by = None;
    }
    after.clone().into_active_model().reset_all().update(tx).await?;
    Ok(Some(after))
}

/// Voids what the customers of the next transactions have by the import. True at the end.
async fn void_some<C: ConnectionTrait>(
    tx: &C,
    after: &mut imports::Model,
    import_id: Uuid,
    reason: &str,
    options: &VoidOptions<'_>,
    most: usize,
) -> Result<bool> {
    use transactions::Column;
    let next: Vec<(Uuid, Uuid, Option<i64>)> = transactions::Entity::find()
        .select_only()
        .columns([Column::Id, Column::CustomerId, Column::VoidedAt])
        .filter(Column::ImportId.eq(import_id))
        .filter(Column::Id.gt(after.position.unwrap_or_default()))
        .order_by_asc(Column::Id)
        .limit(most as u64)
        .into_tuple()
        .all(tx)
        .await?;
    let mut seen = HashSet::new();
    for (_, customer_id, _) in next.iter().filter(|(_, customer, voided)| voided.is_none() && seen.insert(*customer)) {
        if let Some(part) = void_part(tx, after.company_id, *customer_id, import_id, reason, options, true).await? {
            after.changed += signed(part.own);
            after.created += signed(part.along);
            after.rewards += signed(part.consequences.entries.len() as u64);
        }
    }
    after.done = std::cmp::min(after.done + signed(next.len() as u64), after.total);
    after.position = next.last().map(|(id, ..)| *id).or(after.position);
    Ok(next.len() < most)
}

/// Undoes the next parts of a void; those that cannot be undone any more are named. True at the end.
async fn undo_some<C: ConnectionTrait>(
    tx: &C,
    after: &mut imports::Model,
    void_id: Uuid,
    options: &VoidOptions<'_>,
    most: usize,
) -> Result<bool> {
    let next = parts(void_id)
        .filter(voids::Column::Id.gt(after.position.unwrap_or_default()))
        .order_by_asc(voids::Column::Id)
        .limit(most as u64)
        .all(tx)
        .await?;
    for part in &next {
        let count = transactions_of(tx, part).await?;
        match undo_one(tx, after.company_id, part.id, options, true).await {
            Ok(done) => {
                after.changed += count;
                after.rewards += signed(done.consequences.entries.len() as u64);
            }
            // It refuses before it writes.
            Err(Error::Conflict(message)) => {
                after.impossible += count;
                let field = customer_key(tx, part.customer_id).await?;
                name_fault(tx, after.id, RowError { row: after.impossible.unsigned_abs(), field, message }).await?;
            }
            Err(error) => return Err(error),
        }
        after.done = std::cmp::min(after.done + count, after.total);
    }
    after.position = next.last().map(|part| part.id).or(after.position);
    Ok(next.len() < most)
}

async fn transactions_of<C: ConnectionTrait>(conn: &C, part: &voids::Model) -> Result<i64> {
    let count = transactions::Entity::find()
        .filter(transactions::Column::CustomerId.eq(part.customer_id))
        .filter(transactions::Column::VoidId.eq(part.id))
        .count(conn)
        .await?;
    Ok(signed(count))
}

pub async fn customer_key<C: ConnectionTrait>(conn: &C, id: Uuid) -> Result<String> {
    Ok(customers::Entity::find_by_id(id).one(conn).await?.map(|row| row.customer_key).unwrap_or_default())
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
