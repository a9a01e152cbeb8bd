//! Writing an accepted import in pieces. Each is a short transaction that also records how far the import is, so that any process can
//! go on where another one ended; between two pieces everybody else's writes have their turn.

use std::collections::VecDeque;
use std::time::Duration;

use csv::StringRecord;
use domain::Instant;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
};
use tokio::time::{Instant as Clock, sleep};
use uuid::Uuid;

use crate::bulk::{Mode, Scope};
use crate::db::analyze;
use crate::entities::{import_chunks, imports};
use crate::error::stored;
use crate::events::CarriedCaps;
use crate::open_imports::{self, STATE_DONE, STATE_KEEPING};
use crate::work::{Worker, real_now};
use crate::{Db, Error, Result, companies, transact};

use super::faults::Faults;
use super::faults::RowError;
use super::row::{count, get, give_back, leased_until, name_fault, standing, still, take};
use super::rows::{Rows, belong_together};
use super::voids::pieces as of_voids;
use super::{Context, Counts, Kind, Progress, ProgressFn, Report, note, patiently, records};

/// So long a process that says nothing keeps an import.
pub const LEASE: Duration = Duration::from_secs(15);
/// A piece is to take so long: whoever comes meanwhile hardly notices.
const PIECE: Duration = Duration::from_millis(400);
/// Between two pieces the others in this process may begin.
const PAUSE: Duration = Duration::from_millis(2);
/// A process that waits for SQLite's lock looks whether it is free every 15 ms, or more often. So after some work the lock is left free for
/// longer than that: nobody misses it.
const WORK: Duration = Duration::from_millis(400);
const FREE: Duration = Duration::from_millis(30);
/// Few in tests, which have small files.
const FIRST_ROWS: usize = if cfg!(test) { 7 } else { 500 };
/// What a piece reads before it writes is not read for a handful of rows.
const ROWS_MIN: usize = if cfg!(test) { 1 } else { 200 };
const ROWS_MAX: usize = 12_500;
/// So long background work writes at an import before it looks what else is due.
const TURN: Duration = Duration::from_secs(2);
/// Between two looks at an import that another process is writing.
const LOOK: Duration = Duration::from_millis(100);
/// Chunks that are deleted together.
const CLEARED: u64 = 16;

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
    let standing = standing(db.read(), get(db.read(), import_id).await?).await?;
    Ok(Report {
        created: standing.created,
        changed: standing.changed,
        unchanged: standing.unchanged,
        rewards: Some(standing.rewards).filter(|rewards| *rewards > 0),
        impossible: standing.impossible,
        late: standing.late,
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
    ahead: Ahead,
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
            ahead: Ahead::at(row, kind),
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
        let File { kind, context, ahead, analyzed, carried } = match self {
            Work::File(file) => file.as_mut(),
            Work::Void => {
                let most = most.min(of_voids::ROWS_MAX);
                return Ok((most, transact!(db, |tx| { of_voids::piece(tx, row, worker, lease, most).await })));
            }
        };
        let taken = ahead.look(db, most).await?;
        let (rows, faults) = Rows::of_kept(*kind, ahead.records.iter().take(taken), context)?;
        let (unreadable, _) = faults.sorted()?.named()?;
        let analyze = row.created > 2 * *analyzed;
        let piece = Piece { kind: *kind, worker, lease, rows: &rows, taken, unreadable: &unreadable, analyze, carried };
        let outcome = match transact!(db, |tx| { piece.write(tx, row).await }) {
            Ok(Some((after, next))) => {
                ahead.records.drain(..taken);
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

/// Lets others write now and then.
pub struct Turns {
    /// Other processes wait for this database by looking at its lock.
    looked_at: bool,
    worked: Duration,
}

impl Turns {
    pub fn new(db: &Db) -> Turns {
        Turns { looked_at: db.read().get_database_backend() == DbBackend::Sqlite, worked: Duration::ZERO }
    }

    /// After a transaction that took so long.
    pub async fn pass(&mut self, took: Duration) {
        self.worked += took;
        if self.looked_at && self.worked >= WORK {
            self.worked = Duration::ZERO;
            sleep(FREE).await;
        } else {
            sleep(PAUSE).await;
        }
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

/// The rows that come next.
struct Ahead {
    import_id: Uuid,
    kind: Kind,
    records: VecDeque<StringRecord>,
    /// Rows before those that were not read yet.
    read: i64,
    /// Rows of the first chunk that were written before.
    skip: i64,
    ended: bool,
}

impl Ahead {
    fn at(row: &imports::Model, kind: Kind) -> Ahead {
        Ahead { import_id: row.id, kind, records: VecDeque::new(), read: row.done, skip: 0, ended: false }
    }

    /// Sees to it that `most` rows are there, or all, and says how many the next piece has.
    async fn look(&mut self, db: &Db, most: usize) -> Result<usize> {
        // One more, to see what belongs together.
        while self.records.len() <= most && !self.ended {
            self.read_chunk(db).await?;
        }
        let mut taken = most.min(self.records.len());
        loop {
            let together = match (taken.checked_sub(1).and_then(|last| self.records.get(last)), self.records.get(taken)) {
                (Some(last), Some(next)) => belong_together(self.kind, last, next),
                _ => false,
            };
            if !together {
                return Ok(taken);
            }
            taken += 1;
            if taken == self.records.len() && !self.ended {
                self.read_chunk(db).await?;
            }
        }
    }

    async fn read_chunk(&mut self, db: &Db) -> Result<()> {
        let chunk = import_chunks::Entity::find()
            .filter(import_chunks::Column::ImportId.eq(self.import_id))
            .filter(import_chunks::Column::First.lte(self.read))
            .order_by_desc(import_chunks::Column::First)
            .one(db.read())
            .await?
            .filter(|chunk| chunk.first + chunk.rows > self.read);
        let Some(chunk) = chunk else {
            self.ended = true;
            return Ok(());
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&chunk.content[..]);
        self.skip = self.read - chunk.first;
        for (place, record) in (0i64..).zip(reader.records()) {
            if place >= self.skip {
                self.records.push_back(record.map_err(records::unreadable)?);
            }
        }
        self.read = chunk.first + chunk.rows;
        Ok(())
    }
}

/// What one transaction writes.
struct Piece<'a> {
    kind: Kind,
    worker: &'a str,
    lease: Duration,
    rows: &'a Rows,
    taken: usize,
    unreadable: &'a [RowError],
    analyze: bool,
    carried: &'a CarriedCaps,
}

impl Piece<'_> {
    /// Returns the import as it is afterwards, and what the next piece begins with; `None` if it is somebody else's by now.
    async fn write<C: ConnectionTrait>(&self, tx: &C, before: &imports::Model) -> Result<Option<(imports::Model, CarriedCaps)>> {
        let Some(row) = still(tx, before, self.worker).await? else { return Ok(None) };
        let (mut after, mut carried) = (row.clone(), CarriedCaps::default());
        let nobody = |_, _| Ok(());
        let scope = Scope {
            company_id: row.company_id,
            import_id: row.id,
            by: &row.author,
            now: Instant(row.at),
            // Whether they may come again was asked when the file was accepted.
            again: true,
            progress: &nobody,
        };
        if self.taken > 0 {
            let done = self.rows.write(tx, &scope, Mode::Good, Some(self.carried)).await?;
            count(&mut after, &done.counts);
            after.impossible += self.note_faults(tx, row.id, done.faults).await?;
            carried = done.carried.unwrap_or_default();
        }
        after.done += i64::try_from(self.taken).unwrap_or(i64::MAX);
        after.leased_until = leased_until(self.lease);
        if after.done >= after.total {
            after.state = STATE_DONE.to_owned();
            after.leased_by = None;
            let sum = Counts {
                created: after.created.unsigned_abs(),
                changed: after.changed.unsigned_abs(),
                unchanged: after.unchanged.unsigned_abs(),
                rewards: after.rewards.unsigned_abs(),
            };
            note(tx, self.kind, &scope, &sum).await?;
        }
        import_chunks::Entity::delete_many()
            .filter(import_chunks::Column::ImportId.eq(row.id))
            .filter(import_chunks::Column::First.lte(after.done))
            .filter(Expr::col(import_chunks::Column::First).add(Expr::col(import_chunks::Column::Rows)).lte(after.done))
            .exec(tx)
            .await?;
        after.clone().into_active_model().reset_all().update(tx).await?;
        if self.analyze {
            analyze(tx, "transactions, rewards, receipts, customers").await?;
        }
        Ok(Some((after, carried)))
    }

    /// Names the rows that became impossible, and counts them.
    async fn note_faults<C: ConnectionTrait>(&self, tx: &C, import_id: Uuid, mut faults: Faults) -> Result<i64> {
        for fault in self.unreadable {
            faults.add(fault.row, &fault.field, &fault.message)?;
        }
        let rows = i64::try_from(faults.rows(&[]).len()).unwrap_or(i64::MAX);
        let (named, _) = faults.sorted()?.named()?;
        for fault in named {
            name_fault(tx, import_id, fault).await?;
        }
        Ok(rows)
    }
}

/// Writes at an import for a while, on a thread of its own: futures that hold borrowing iterators are not `Send` in the eyes of the
/// compiler (rust-lang/rust#102211), and background work must be.
pub async fn go_on_apart(db: &Db, import_id: Uuid, worker: String, lease: Duration) -> Result<Going> {
    let (db, runtime) = (db.clone(), tokio::runtime::Handle::current());
    let work = move || runtime.block_on(go_on(&db, import_id, &worker, lease, Some(TURN), &|_, _| {}));
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Io(std::io::Error::other(error)))?
}

/// Goes on with a company's imports that nobody is writing, for a while. Returns how many rows it dealt with.
pub async fn go_on_due(db: &Db, ctx: &Worker, company_id: Uuid) -> Result<u64> {
    let mut rows = 0;
    let of_company = open_imports::accepted().filter(imports::Column::CompanyId.eq(company_id));
    for row in left(of_company, db).await? {
        let worker = format!("{}/{}", ctx.worker, Uuid::now_v7());
        go_on_apart(db, row.id, worker, ctx.lease).await?;
        rows += get(db.read(), row.id).await?.done.abs_diff(row.done);
    }
    Ok(rows)
}

/// Removes what was kept of imports that were never accepted.
pub async fn clear_left(db: &Db) -> Result<()> {
    for row in left(imports::Entity::find().filter(imports::Column::State.eq(STATE_KEEPING)), db).await? {
        clear(db, row.id).await?;
    }
    Ok(())
}

/// Those of them that nobody is writing.
async fn left(imports: Select<imports::Entity>, db: &Db) -> Result<Vec<imports::Model>> {
    let free = imports.filter(imports::Column::LeasedUntil.lte(real_now().0));
    Ok(free.order_by_asc(imports::Column::Id).all(db.read()).await?)
}

/// Removes what was kept of an import that was not accepted, a little at a time.
pub async fn clear(db: &Db, import_id: Uuid) -> Result<()> {
    loop {
        let more = patiently!(db, |tx| {
            let row = imports::Entity::find_by_id(import_id).one(tx).await?;
            if row.is_none_or(|row| row.state != STATE_KEEPING) {
                return Ok(false);
            }
            let some: Vec<i64> = import_chunks::Entity::find()
                .select_only()
                .column(import_chunks::Column::First)
                .filter(import_chunks::Column::ImportId.eq(import_id))
                .limit(CLEARED)
                .into_tuple()
                .all(tx)
                .await?;
            if some.is_empty() {
                imports::Entity::delete_by_id(import_id).exec(tx).await?;
                return Ok(false);
            }
            import_chunks::Entity::delete_many()
                .filter(import_chunks::Column::ImportId.eq(import_id))
                .filter(import_chunks::Column::First.is_in(some))
                .exec(tx)
                .await?;
            Ok(true)
        })?;
        if !more {
            return Ok(());
        }
    }
}
