//! Checking a large file, keeping its rows in the database, and accepting it; and small files, written at once.

use std::convert::Infallible;
use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use tokio::time::Instant as Clock;
use uuid::Uuid;

use data::programme::companies;
use data::sales::recording::check_batch;
use data::store::entities::{import_chunks, imports};
use data::work::batch::{Mode, Scope};
use data::work::open_imports::{STATE_ACCEPTED, STATE_DONE, STATE_KEEPING};
use data::{Db, Error, Result};

use super::faults::Faults;
use super::pieces::Turns;
use super::reviews;
use super::row::{begun, count, leased_until};
use super::rows::{Kept, Rows};
use super::waiting::once_free;
use super::{Context, Counts, Done, Kind, Sheet, note, patiently};

/// Rows that are held against what is recorded together.
pub const CHECK_ROWS: usize = 5_000;
/// Bytes of rows that are kept together, and read back together.
const CHUNK_BYTES: usize = 128 << 10;
/// While rows are being kept, whoever does so says at least this often that they are still there.
pub const KEEPING: Duration = Duration::from_secs(60);

/// Writes few rows in one transaction, all or, where `mode` says so, the good ones.
pub async fn write_whole(db: &Db, kind: Kind, file_name: &str, rows: &Rows, scope: &Scope<'_>, mode: Mode) -> Result<Done> {
    once_free!(db, scope.act.company_id, |tx| {
        let done = rows.write(tx, scope, mode, None).await?;
        let Counts { created, changed, .. } = done.counts;
        if mode.writes(!done.faults.is_empty()) && created + changed > 0 {
            note(tx, kind, scope, &done.counts).await?;
            let mut row = row_of(kind, file_name, rows.len() as u64, scope);
            row.state = STATE_DONE.to_owned();
            row.done = row.total;
            row.leased_until = 0;
            count(&mut row, &done.counts);
            row.into_active_model().reset_all().insert(tx).await?;
        }
        Ok(done)
    })
}

/// What is wrong with the rows of a large file, as things are now, and what the others would do. Nobody waits for it. Also the rows
/// that repeat others, by their numbers.
pub async fn check(db: &Db, sheet: &Sheet, scope: &Scope<'_>) -> Result<(Done, Vec<u32>)> {
    let pending = match sheet {
        Sheet::Rows(rows) => {
            let snapshot = db.snapshot().await?;
            let done = rows.write(&snapshot, scope, Mode::Check, None).await;
            snapshot.rollback().await?;
            return Ok((done?, Vec::new()));
        }
        Sheet::Transactions(pending) => pending,
    };
    let mut faults = Faults::new();
    let twins = pending.twins(&mut faults)?;
    let mut counts = Counts { unchanged: twins.alike, ..Counts::default() };
    let (mut by_sale, mut checked) = (pending.by_sale()?, 0);
    loop {
        let batch = by_sale.take(CHECK_ROWS, &twins.rows)?;
        if batch.is_empty() {
            break;
        }
        let snapshot = db.snapshot().await?;
        let outcome = check_batch(&snapshot, scope.act.company_id, &batch, scope.act.now).await;
        snapshot.rollback().await?;
        let outcome = outcome?;
        counts.created += outcome.recorded;
        counts.unchanged += outcome.unchanged;
        faults.complain(outcome.complaints)?;
        checked += batch.len() as u64;
        (scope.progress)(checked, pending.len())?;
    }
    Ok((Done { counts, faults, carried: None }, twins.rows))
}

/// Keeps the rows that are not `bad` in the database, and accepts the import: from then on it is certain. Until then, what was kept
/// counts for nothing, and is cleared away if this does not come to its end.
pub async fn accept(
    db: &Db,
    kind: Kind,
    file_name: &str,
    mut sheet: Sheet,
    bad: &[u32],
    scope: &Scope<'_>,
    checked: Counts,
) -> Result<Uuid> {
    let company = companies::get(db.read(), scope.act.company_id).await?;
    let context = Context::of_kept(&company, scope.act.now)?;
    if let Sheet::Rows(rows) = &mut sheet {
        rows.sort(&context);
    }
    if let Sheet::Rows(Rows::Reviews(rows)) = &mut sheet {
        reviews::put_followers_last(db.read(), scope.act.company_id, rows).await?;
    }
    let id = scope.import_id;
    let row = row_of(kind, file_name, 0, scope);
    // A form is done when the import is accepted.
    let preparing = db.unclaimed();
    patiently!(preparing, |tx| {
        row.clone().into_active_model().reset_all().insert(tx).await?;
        Ok(())
    })?;
    let kept = keep(&preparing, &sheet, bad, scope).await;
    let total = match kept {
        Ok(total) => total,
        Err(error) => {
            super::pieces::clear(&preparing, id).await?;
            return Err(error);
        }
    };
    // Twins of a row that is kept are counted here: they are not kept.
    let twins = match &sheet {
        Sheet::Transactions(_) => checked.created + checked.unchanged - total.unsigned_abs(),
        Sheet::Rows(_) => 0,
    };
    let accepted = tokio::select! {
        accepted = accept_kept(db, scope, total, twins) => accepted,
        never = stay(&preparing, id) => match never {},
    };
    match accepted {
        Ok(()) => Ok(id),
        Err(error) => {
            super::pieces::clear(&preparing, id).await?;
            Err(error)
        }
    }
}

/// Accepts what was kept, once no other import of the company is open.
async fn accept_kept(db: &Db, scope: &Scope<'_>, total: i64, twins: u64) -> Result<()> {
    once_free!(db, scope.act.company_id, |tx| {
        let changed = imports::Entity::update_many()
            .col_expr(imports::Column::State, Expr::value(STATE_ACCEPTED))
            .col_expr(imports::Column::Total, Expr::value(total))
            .col_expr(imports::Column::Unchanged, Expr::value(i64::try_from(twins).unwrap_or(i64::MAX)))
            .col_expr(imports::Column::LeasedUntil, Expr::value(0i64))
            .filter(imports::Column::Id.eq(scope.import_id))
            .filter(imports::Column::State.eq(STATE_KEEPING))
            .exec(tx)
            .await?;
        if changed.rows_affected == 0 {
            return Err(cleared());
        }
        Ok(())
    })
}

/// Says that the rows that were kept are still wanted, for as long as they wait. Whether they are there is seen at acceptance.
async fn stay(db: &Db, import_id: Uuid) -> Infallible {
    loop {
        tokio::time::sleep(KEEPING / 4).await;
        let outcome: Result<()> = patiently!(db, |tx| { keep_on(tx, import_id).await });
        if let Err(error) = outcome {
            tracing::debug!(%error, "an import that waits is accepted, or was cleared away");
        }
    }
}

async fn keep_on<C: ConnectionTrait>(tx: &C, import_id: Uuid) -> Result<()> {
    let still = imports::Entity::update_many()
        .col_expr(imports::Column::LeasedUntil, Expr::value(leased_until(KEEPING)))
        .filter(imports::Column::Id.eq(import_id))
        .filter(imports::Column::State.eq(STATE_KEEPING))
        .exec(tx)
        .await?;
    if still.rows_affected == 0 { Err(cleared()) } else { Ok(()) }
}

fn cleared() -> Error {
    Error::conflict("it took so long that the rows were cleared away; import the file again")
}

async fn keep(db: &Db, sheet: &Sheet, bad: &[u32], scope: &Scope<'_>) -> Result<i64> {
    let mut kept = match sheet {
        Sheet::Rows(rows) => Kept::Rows { rows, place: 0 },
        Sheet::Transactions(pending) => Kept::Transactions(pending.in_time()?),
    };
    let (mut first, mut turns) = (0, Turns::new(db));
    loop {
        let (rows, content) = kept.next(bad, CHUNK_BYTES)?;
        if rows == 0 {
            return Ok(first);
        }
        (scope.progress)(0, first.unsigned_abs())?;
        let clock = Clock::now();
        let chunk = import_chunks::Model { import_id: scope.import_id, first, rows, content };
        patiently!(db, |tx| {
            chunk.clone().into_active_model().reset_all().insert(tx).await?;
            keep_on(tx, scope.import_id).await
        })?;
        first += rows;
        turns.pass(clock.elapsed()).await;
    }
}

fn row_of(kind: Kind, file_name: &str, total: u64, scope: &Scope<'_>) -> imports::Model {
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    imports::Model {
        leased_until: leased_until(KEEPING),
        ..begun(scope.import_id, scope.act.company_id, kind.word(), file_name, scope.act.actor, scope.act.now.0, total)
    }
}
