//! Writing an accepted import in pieces. Each is a short transaction that also records how far the import is, so that any process can
//! go on where another one ended; between two pieces everybody else's writes have their turn.

use std::time::Duration;

use domain::Instant;
use tokio::time::{Instant as Clock, sleep};
use uuid::Uuid;

mod leftovers;
mod next_rows;
mod piece;
mod turns;

pub use leftovers::{Accepted, clear};
pub use turns::Turns;

use next_rows::NextRows;
use piece::Piece;
use turns::WORK;

use data::programme::companies;
use data::sales::recording::CarriedCaps;
use data::store::entities::imports;
use data::store::error::stored;
use data::work::open_imports::STATE_DONE;
use data::{Db, Error, Result, transact};

use super::row::{get, give_back, status, take};
use super::rows::Rows;
use super::voids::pieces as of_voids;
use super::{Context, Kind, Progress, ProgressFn, Report, patiently};

/// So long a process that says nothing keeps an import.
pub const LEASE: Duration = Duration::from_secs(15);
/// A piece is to take so long: whoever comes meanwhile hardly notices.
const PIECE: Duration = Duration::from_millis(400);
/// Few in tests, which have small files.
const FIRST_ROWS: usize = if cfg!(test) { 7 } else { 500 };
/// What a piece reads before it writes is not read for a handful of rows.
const ROWS_MIN: usize = if cfg!(test) { 1 } else { 200 };
const ROWS_MAX: usize = 12_500;
/// So long background work writes at an import before it looks what else is due.
const TURN: Duration = Duration::from_secs(2);
/// Between two looks at an import that another process is writing.
const LOOK: Duration = Duration::from_millis(100);

/// What became of going on with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    Ended,
    /// The time that was given is over; there is more to do.
    More,
    /// Another process is at it.
    Held,
}

/// Writes an accepted import to its end, or watches another process do so, and says what it did.
///
/// # Errors
/// Those of the database. The import stays accepted: whoever goes on with it, ends it.
pub async fn finish(db: &Db, import_id: Uuid, report: Report, progress: ProgressFn) -> Result<Report> {
    let worker = Uuid::now_v7().to_string();
    let told = |done, total| progress(Progress::Writing { done, total });
    loop {
        match go_on(db, import_id, &worker, LEASE, None, &told).await? {
            Going::Ended => break,
            Going::More => {}
            Going::Held => {
                let row = get(db.read(), import_id).await?;
                told(row.done.unsigned_abs(), row.total.unsigned_abs());
                sleep(LOOK).await;
            }
        }
    }
    let status = status(db.read(), get(db.read(), import_id).await?).await?;
    Ok(Report {
        created: status.created,
        changed: status.changed,
        unchanged: status.unchanged,
        rewards: Some(status.rewards).filter(|rewards| *rewards > 0),
        impossible: status.impossible,
        late: status.late,
        ..report
    })
}

/// Writes pieces of an accepted import: all, or for so long.
///
/// # Errors
/// Those of the database, but for conflicts with other writes: it gives way to them.
pub async fn go_on(
    db: &Db,
    import_id: Uuid,
    worker: &str,
    lease: Duration,
    turn: Option<Duration>,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Going> {
    let db = &db.unclaimed();
    let row = patiently!(db, |tx| { take(tx, import_id, worker, lease).await })?;
    let Some(row) = row else {
        let row = get(db.read(), import_id).await?;
        return Ok(if row.state == STATE_DONE { Going::Ended } else { Going::Held });
    };
    db.write_in_bulk(true).await?;
    let outcome = write_pieces(db, row, worker, lease, turn, progress).await;
    db.write_in_bulk(false).await?;
    if !matches!(outcome, Ok(Going::Ended | Going::Held)) {
        // Whoever comes next need not wait for the lease to run out.
        patiently!(db, |tx| { give_back(tx, import_id, worker).await })?;
    }
    outcome
}

async fn write_pieces(
    db: &Db,
    mut row: imports::Model,
    worker: &str,
    lease: Duration,
    turn: Option<Duration>,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Going> {
    let begun = Clock::now();
    let (mut work, mut turns) = (Work::of(db, &row).await?, Turns::new(db));
    let mut most = FIRST_ROWS;
    loop {
        let clock = Clock::now();
        let (taken, outcome) = work.piece(db, &row, worker, lease, most).await?;
        match outcome {
            Ok(Some(after)) => {
                row = after;
                progress(row.done.unsigned_abs(), row.total.unsigned_abs());
            }
            Ok(None) => return Ok(Going::Held),
            // Somebody else was quicker, and may be again: a smaller piece is done sooner.
            Err(error) if gives_way(&error) => {
                most = (most / 2).max(1);
                turns.pass(clock.elapsed()).await;
                continue;
            }
            Err(error) => return Err(error),
        }
        if row.state == STATE_DONE {
            return Ok(Going::Ended);
        }
        most = fitting(taken, clock.elapsed());
        if turn.is_some_and(|turn| begun.elapsed() >= turn) {
            // Whoever goes on begins to count anew.
            turns.pass(WORK).await;
            return Ok(Going::More);
        }
        turns.pass(clock.elapsed()).await;
    }
}

/// What is done piece by piece.
enum Work {
    /// The rows of a file are written.
    File(Box<File>),
    /// A whole import is voided, or that is undone.
    Void,
}

struct File {
    kind: Kind,
    context: Context,
    next_rows: NextRows,
    /// Rows that there were when the tables were last analyzed.
    analyzed: i64,
    carried: CarriedCaps,
}

impl Work {
    async fn of(db: &Db, row: &imports::Model) -> Result<Work> {
        if row.of_import.is_some() {
            return Ok(Work::Void);
        }
        let kind: Kind = stored(&row.kind)?;
        let company = companies::get(db.read(), row.company_id).await?;
        let context = Context::of_kept(&company, Instant(row.at))?;
        Ok(Work::File(Box::new(File {
            kind,
            context,
            next_rows: NextRows::at(row, kind),
            analyzed: row.created,
            carried: CarriedCaps::default(),
        })))
    }

    /// A piece of about `most` rows: how many it took, and what became of it.
    async fn piece(
        &mut self,
        db: &Db,
        row: &imports::Model,
        worker: &str,
        lease: Duration,
        most: usize,
    ) -> Result<(usize, Result<Option<imports::Model>>)> {
        let File { kind, context, next_rows, analyzed, carried } = match self {
            Work::File(file) => file.as_mut(),
            Work::Void => {
                let most = most.min(of_voids::ROWS_MAX);
                return Ok((most, transact!(db, |tx| { of_voids::piece(tx, row, worker, lease, most).await })));
            }
        };
        let taken = next_rows.look(db, most).await?;
        let (rows, faults) = Rows::of_kept(*kind, next_rows.records.iter().take(taken), context)?;
        let (unreadable, _) = faults.sorted()?.named()?;
        let analyze = row.created > 2 * *analyzed;
        let piece = Piece { kind: *kind, worker, lease, rows: &rows, taken, unreadable: &unreadable, analyze, carried };
        let outcome = match transact!(db, |tx| { piece.write(tx, row).await }) {
            Ok(Some((after, next))) => {
                next_rows.records.drain(..taken);
                if analyze {
                    *analyzed = row.created;
                }
                *carried = next;
                Ok(Some(after))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        Ok((taken, outcome))
    }
}

/// How many rows the next piece may have, after one that took so long.
fn fitting(rows: usize, took: Duration) -> usize {
    let wanted = rows as u128 * PIECE.as_micros() / took.as_micros().max(1);
    let wanted = usize::try_from(wanted).unwrap_or(ROWS_MAX);
    wanted.clamp(rows / 2, rows.saturating_mul(2)).clamp(ROWS_MIN, ROWS_MAX)
}

fn gives_way(error: &Error) -> bool {
    // A key that somebody else wrote at the same time is seen by the next try.
    error.is_transient() || error.database_code().as_deref() == Some("23505")
}

/// Writes at an import for a while, on a thread of its own: futures that hold borrowing iterators are not `Send` in the eyes of the
/// compiler (rust-lang/rust#102211), and background work must be.
pub async fn go_on_apart(db: &Db, import_id: Uuid, worker: String, lease: Duration) -> Result<Going> {
    let (db, runtime) = (db.clone(), tokio::runtime::Handle::current());
    let work = move || runtime.block_on(go_on(&db, import_id, &worker, lease, Some(TURN), &|_, _| {}));
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Io(std::io::Error::other(error)))?
}
