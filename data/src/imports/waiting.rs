//! What waits for an import that was accepted: month end, charges, exports and other imports of its company.

use std::time::Duration;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use tokio::time::{Instant as Clock, sleep};
use uuid::Uuid;

use crate::entities::{import_faults, imports};
use crate::{Db, Error, Result};

use super::accept::{STATE_ACCEPTED, STATE_DONE};
use super::pieces::{Going, LEASE, go_on};
use super::table::RowError;
use super::voids;

/// So long a command waits for an import that another process is writing.
pub const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);
/// Rows that became impossible and are named.
const NAMED_MAX: u64 = 100;

/// How far an import is, or what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub import_id: Uuid,
    pub kind: String,
    pub file_name: String,
    pub author: String,
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

/// Whether an import of this company was accepted and is not written to its end.
pub(crate) async fn is_open<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<bool> {
    Ok(open_of(conn, company_id).await?.is_some())
}

pub fn is_done(row: &imports::Model) -> bool {
    row.state == STATE_DONE
}

async fn open_of<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Option<imports::Model>> {
    Ok(accepted().filter(imports::Column::CompanyId.eq(company_id)).one(conn).await?)
}

/// # Errors
/// `Conflict`, in words for people, while an import of this company is being written.
pub async fn refuse_while_open<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<()> {
    match open_of(conn, company_id).await? {
        Some(row) => Err(conflict(&row)),
        None => Ok(()),
    }
}

/// What to say about an import that is still being written, of whatever company.
pub async fn under_way<C: ConnectionTrait>(conn: &C) -> Result<Option<Error>> {
    let row = accepted().one(conn).await?;
    Ok(row.as_ref().map(conflict))
}

/// Imports that were accepted and are not written to their end.
pub(crate) fn accepted() -> Select<imports::Entity> {
    imports::Entity::find().filter(imports::Column::State.eq(STATE_ACCEPTED))
}

fn conflict(row: &imports::Model) -> Error {
    let name = if row.file_name.is_empty() { row.kind.as_str() } else { row.file_name.as_str() };
    let what = match row.kind.as_str() {
        voids::KIND_VOID => "the void of the import of",
        voids::KIND_UNDO => "the undoing of the void of",
        _ => "the import of",
    };
    Error::conflict(format!("{what} {name} is under way: {} of {} rows are done; try again when it has ended", row.done, row.total))
}

/// Waits until no import of this company is open: goes on with one that was left, and waits a while for one that another process is
/// writing.
///
/// # Errors
/// `Conflict` names the import that is still being written after `patience`.
pub async fn wait_for_open(db: &Db, company_id: Uuid, patience: Duration) -> Result<()> {
    let begun = Clock::now();
    let worker = Uuid::now_v7().to_string();
    while let Some(row) = open_of(db.read(), company_id).await? {
        match go_on(db, row.id, &worker, LEASE, None, &|_, _| {}).await? {
            Going::Ended | Going::More => {}
            Going::Held if begun.elapsed() < patience => sleep(LOOK).await,
            Going::Held => return Err(conflict(&row)),
        }
    }
    Ok(())
}

/// A patient transaction that may only be done while no import of this company is open: it waits for one, also for one that comes
/// between. What it finds open ends in an error, for a form's claim must not be written without what it asks for.
macro_rules! once_free {
    ($db:expr, $company_id:expr, |$tx:ident| $work:block) => {{
        let (begun, met) = (tokio::time::Instant::now(), std::sync::atomic::AtomicBool::new(false));
        loop {
            let patience = $crate::imports::PATIENCE.saturating_sub(begun.elapsed());
            $crate::imports::wait_for_open($db, $company_id, patience).await?;
            let outcome = $crate::imports::patiently!($db, |$tx| {
                let open = $crate::imports::is_open($tx, $company_id).await?;
                met.store(open, std::sync::atomic::Ordering::Relaxed);
                if open {
                    $crate::imports::refuse_while_open($tx, $company_id).await?;
                }
                $work
            });
            let waits = outcome.is_err() && met.load(std::sync::atomic::Ordering::Relaxed) && begun.elapsed() < $crate::imports::PATIENCE;
            if !waits {
                break outcome;
            }
        }
    }};
}
pub(super) use once_free;

/// The company's last import, or the one that is being written.
pub async fn latest<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Option<Standing>> {
    let row = imports::Entity::find()
        .filter(imports::Column::CompanyId.eq(company_id))
        .filter(imports::Column::State.is_in([STATE_ACCEPTED, STATE_DONE]))
        .order_by_desc(imports::Column::Id)
        .one(conn)
        .await?;
    match row {
        Some(row) => standing(conn, row).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn standing<C: ConnectionTrait>(conn: &C, row: imports::Model) -> Result<Standing> {
    let late = import_faults::Entity::find()
        .filter(import_faults::Column::ImportId.eq(row.id))
        .order_by_asc(import_faults::Column::Row)
        .limit(NAMED_MAX)
        .all(conn)
        .await?;
    let late = late.into_iter().map(|fault| RowError { row: fault.row.unsigned_abs(), field: fault.field, message: fault.message });
    Ok(Standing {
        import_id: row.id,
        ended: row.state == STATE_DONE,
        kind: row.kind,
        file_name: row.file_name,
        author: row.author,
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
