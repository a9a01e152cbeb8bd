//! The row of an import: what it holds, who is writing it, and how far it is.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::Counts;
use super::faults::RowError;
use data::act::Actor;
use data::store::entities::{import_faults, imports};
use data::work::open_imports::{STATE_ACCEPTED, STATE_DONE, STATE_KEEPING};
use data::work::real_now;
use data::{Error, Result};

/// Rows that became impossible and are named.
const NAMED_MAX: u64 = 100;

/// How far an import is, or what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportStatus {
    pub import_id: Uuid,
    pub kind: String,
    pub file_name: String,
    pub at: domain::Instant,
    /// Rows that it writes, and how many of them it has dealt with.
    pub total: u64,
    pub done: u64,
    pub ended: bool,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// What sales and refunds made.
    pub rewards: u64,
    pub impossible: u64,
    /// Why rows became impossible: the first of them.
    pub late: Vec<RowError>,
}

pub fn leased_until(lease: Duration) -> i64 {
    real_now().0.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
}

/// Adds what a piece did.
pub fn count(row: &mut imports::Model, counts: &Counts) {
    let add = |sum: &mut i64, count: u64| *sum = sum.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
    add(&mut row.created, counts.created);
    add(&mut row.changed, counts.changed);
    add(&mut row.unchanged, counts.unchanged);
    add(&mut row.rewards, counts.rewards);
}

/// An import of which nothing is done.
pub fn begun(id: Uuid, company_id: Uuid, kind: &str, file_name: &str, actor: Actor<'_>, at: i64, total: i64) -> imports::Model {
    imports::Model {
        id,
        company_id,
        kind: kind.to_owned(),
        file_name: file_name.to_owned(),
        author: actor.stored(),
        state: STATE_KEEPING.to_owned(),
        at,
        total,
        done: 0,
        created: 0,
        changed: 0,
        unchanged: 0,
        rewards: 0,
        impossible: 0,
        leased_by: None,
        leased_until: 0,
        of_import: None,
        reason: None,
        position: None,
    }
}

/// The import as it is, unless it is somebody else's by now.
pub(super) async fn still<C: ConnectionTrait>(tx: &C, before: &imports::Model, worker: &str) -> Result<Option<imports::Model>> {
    let row = get(tx, before.id).await?;
    let same = row.leased_by.as_deref() == Some(worker) && row.done == before.done && row.position == before.position;
    Ok(Some(row).filter(|row| same && row.state == STATE_ACCEPTED))
}

pub(super) async fn name_fault<C: ConnectionTrait>(tx: &C, import_id: Uuid, fault: RowError) -> Result<()> {
    let row = import_faults::ActiveModel {
        import_id: Set(import_id),
        row: Set(i64::try_from(fault.row).unwrap_or(i64::MAX)),
        field: Set(fault.field),
        message: Set(fault.message),
    };
    import_faults::Entity::insert(row).on_conflict(data::store::ignore_conflict()).exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn get<C: ConnectionTrait>(conn: &C, import_id: Uuid) -> Result<imports::Model> {
    imports::Entity::find_by_id(import_id).one(conn).await?.ok_or(Error::NotFound("the import"))
}

/// Takes an import over unless it is somebody else's.
pub async fn take<C: ConnectionTrait>(tx: &C, import_id: Uuid, worker: &str, lease: Duration) -> Result<Option<imports::Model>> {
    let row = get(tx, import_id).await?;
    let free = row.leased_until <= real_now().0 || row.leased_by.as_deref() == Some(worker);
    if row.state != STATE_ACCEPTED || !free {
        return Ok(None);
    }
    let mut change = row.into_active_model();
    change.leased_by = Set(Some(worker.to_owned()));
    change.leased_until = Set(leased_until(lease));
    Ok(Some(change.update(tx).await?))
}

pub async fn give_back<C: ConnectionTrait>(tx: &C, import_id: Uuid, worker: &str) -> Result<()> {
    imports::Entity::update_many()
        .col_expr(imports::Column::LeasedUntil, Expr::value(0i64))
        .filter(imports::Column::Id.eq(import_id))
        .filter(imports::Column::LeasedBy.eq(worker))
        .exec(tx)
        .await?;
    Ok(())
}

/// The company's last import, or the one that is being written.
pub async fn latest<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Option<ImportStatus>> {
    let row = imports::Entity::find()
        .filter(imports::Column::CompanyId.eq(company_id))
        .filter(imports::Column::State.is_in([STATE_ACCEPTED, STATE_DONE]))
        .order_by_desc(imports::Column::Id)
        .one(conn)
        .await?;
    match row {
        Some(row) => status(conn, row).await.map(Some),
        None => Ok(None),
    }
}

pub async fn status<C: ConnectionTrait>(conn: &C, row: imports::Model) -> Result<ImportStatus> {
    let late = import_faults::Entity::find()
        .filter(import_faults::Column::ImportId.eq(row.id))
        .order_by_asc(import_faults::Column::Row)
        .limit(NAMED_MAX)
        .all(conn)
        .await?;
    let late = late.into_iter().map(|fault| RowError { row: fault.row.unsigned_abs(), field: fault.field, message: fault.message });
    Ok(ImportStatus {
        import_id: row.id,
        ended: row.state == STATE_DONE,
        kind: row.kind,
        file_name: row.file_name,
        at: domain::Instant(row.at),
        total: row.total.unsigned_abs(),
        done: row.done.unsigned_abs(),
        created: row.created.unsigned_abs(),
        changed: row.changed.unsigned_abs(),
        unchanged: row.unchanged.unsigned_abs(),
        rewards: row.rewards.unsigned_abs(),
        impossible: row.impossible.unsigned_abs(),
        late: late.collect(),
    })
}
