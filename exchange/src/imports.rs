//! Files of partners, customers, attributions, transactions, manual rewards and reviews.
//!
//! A file is read once and checked whole. A small one is then written in one transaction, or nothing of it. The rows of a large one
//! are kept in the database and accepted; from then on they are written in pieces, by whatever process is there to do it, and
//! everybody else's writes come in between. Importing the same file twice changes nothing.

mod accept;
mod attributions;
mod customers;
mod doubts;
mod faults;
mod format;
mod kind;
mod partners;
mod pending;
mod pieces;
mod records;
mod remarks;
mod report;
mod reviews;
mod rewards;
mod row;
mod rows;
mod sorter;
mod table;
mod transactions;
pub mod voids;
mod waiting;

#[cfg(test)]
mod tests;

use std::io::{Read, Seek};

use domain::facts::Fact;
use domain::money::Decimals;
use domain::zone::Zone;
use domain::{Currency, Instant};
use sea_orm::ConnectionTrait;
use tokio::sync::watch;
use uuid::Uuid;

pub use faults::RowError;
pub use format::{Delimiter, Encoding, Format, Told};
pub use kind::Kind;
pub use pieces::{Accepted, Going, LEASE, finish, go_on, go_on_apart};
pub use remarks::{AlikeRows, Remarks};
pub use report::{Options, Progress, ProgressFn, Report};
pub use row::{ImportStatus, latest};
pub use waiting::wait_for_open;

use faults::Faults;
use pending::Pending;
use rows::Rows;

use data::act::Act;
use data::programme::companies;
use data::sales::recording::CarriedCaps;
use data::store::entities::companies::Model as Company;
use data::work::batch::{Mode, Scope};
use data::{Db, Error, Result, audit};

/// Files of more rows are written in pieces.
const WHOLE_ROWS: u64 = 5_000;

/// Who waits for an import.
#[derive(Clone)]
struct Waiting {
    progress: ProgressFn,
    stop: Option<watch::Receiver<bool>>,
}

impl Waiting {
    /// Says how far it is, and fails where it is to stop.
    pub fn tell(&self, progress: Progress) -> Result<()> {
        (self.progress)(progress);
        match &self.stop {
            Some(stop) if *stop.borrow() => Err(Error::Stopped),
            _ => Ok(()),
        }
    }
}

/// What rows are read with.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub now: Instant,
    /// The company's own.
    pub currency: Currency,
    pub zone: Zone,
    pub decimals: Decimals,
}

impl Context {
    /// For rows as they were kept.
    fn of_kept(company: &Company, now: Instant) -> Result<Context> {
        Ok(Context { now, currency: data::store::error::stored(&company.currency)?, zone: company.zone()?, decimals: Decimals::Unsaid })
    }
}

/// What was counted of one file's good rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// What sales and refunds make.
    pub rewards: u64,
}

/// What became of rows, or would.
pub(crate) struct Done {
    pub counts: Counts,
    pub faults: Faults,
    /// For the next piece.
    pub carried: Option<CarriedCaps>,
}

/// The rows of a file that can be read, and are to be written.
enum Sheet {
    Rows(Rows),
    /// Of transactions there may be millions.
    Transactions(Pending),
}

impl Sheet {
    fn len(&self) -> u64 {
        match self {
            Sheet::Rows(rows) => rows.len() as u64,
            Sheet::Transactions(pending) => pending.len(),
        }
    }

    /// All rows at once: for those that are few.
    fn whole(self) -> Result<Rows> {
        match self {
            Sheet::Rows(rows) => Ok(rows),
            Sheet::Transactions(pending) => Ok(Rows::Transactions(pending.in_time()?.take(usize::MAX, &[])?)),
        }
    }
}

/// How an import began.
pub enum Begun {
    /// It ended at once: tried, refused, or written in one transaction.
    Ended(Box<Report>),
    /// Its rows are in the database and will be written, whatever happens: see [`finish`]. The report says what they would do.
    Accepted { import_id: Uuid, report: Box<Report> },
}

/// Imports a file, all of it. It is read from its present position, and again from there if rows are skipped.
pub async fn import<R: Read + Seek + Send + 'static>(
    db: &Db,
    act: &Act<'_>,
    kind: Kind,
    input: R,
    options: Options,
    progress: ProgressFn,
) -> Result<Report> {
    match begin(db, act, kind, input, options, progress.clone()).await? {
        Begun::Ended(report) => Ok(*report),
        Begun::Accepted { import_id, report } => finish(db, import_id, *report, progress).await,
    }
}

/// Checks a file, and imports it if it is small; if it is large, has it accepted.
pub async fn begin<R: Read + Seek + Send + 'static>(
    db: &Db,
    act: &Act<'_>,
    kind: Kind,
    input: R,
    options: Options,
    progress: ProgressFn,
) -> Result<Begun> {
    begin_with(db, act, kind, input, options, progress, WHOLE_ROWS).await
}

pub(crate) async fn begin_with<R: Read + Seek + Send + 'static>(
    db: &Db,
    act: &Act<'_>,
    kind: Kind,
    mut input: R,
    options: Options,
    progress: ProgressFn,
    whole_rows: u64,
) -> Result<Begun> {
    let Act { company_id, now, .. } = *act;
    let waiting = Waiting { progress, stop: options.stop.clone() };
    let company = companies::get(db.read(), company_id).await?;
    let (currency, zone) = (data::store::error::stored(&company.currency)?, company.zone()?);
    let (told, reading) = (options.told, waiting.clone());
    let (mut content, sheet, format) = blocking(move || {
        let format = format::find(&mut input, kind, &told)?;
        let context = Context { now, currency, zone, decimals: format.decimals };
        let (content, sheet) = rows::read(input, kind, format, &context, &reading)?;
        Ok((content, sheet, format))
    })
    .await?;
    let writing = |done, total| waiting.tell(Progress::Writing { done, total });
    let scope = Scope { act: *act, import_id: Uuid::now_v7(), again: options.again, progress: &writing };
    let mut report = Report { read: content.rows, dry_run: options.dry_run, format, ..Report::default() };
    report.ignored = std::mem::take(&mut content.ignored);
    report.voided = std::mem::take(&mut content.voided);
    report.first = std::mem::take(&mut content.first);
    if options.dry_run {
        report.doubts = doubts::find(db, &company, &sheet, &scope).await?;
    }
    let refused = !content.faults.is_empty() && !options.skip_bad;
    let large = sheet.len() > whole_rows;
    if !options.dry_run && !refused && !large {
        let rows = sheet.whole()?;
        let mode = if options.skip_bad { Mode::Good } else { Mode::Whole };
        let done = accept::write_whole(db, kind, &options.file_name, &rows, &scope, mode).await?;
        return ended(report, content, done, options.skip_bad).await.map(Begun::Ended);
    }
    if !large {
        let rows = sheet.whole()?;
        let snapshot = db.snapshot().await?;
        let done = rows.write(&snapshot, &scope, Mode::Check, None).await;
        snapshot.rollback().await?;
        writing(rows.len() as u64, rows.len() as u64)?;
        return ended(report, content, done?, options.skip_bad).await.map(Begun::Ended);
    }
    let (done, twins) = accept::check(db, &sheet, &scope).await?;
    let refused = refused || (!done.faults.is_empty() && !options.skip_bad);
    let nothing_new = done.counts.created + done.counts.changed == 0;
    if options.dry_run || refused || nothing_new {
        return ended(report, content, done, options.skip_bad).await.map(Begun::Ended);
    }
    let bad = done.faults.rows(&twins);
    let import_id = accept::accept(db, kind, &options.file_name, sheet, &bad, &scope, done.counts).await?;
    let report = ended(report, content, done, options.skip_bad).await?;
    Ok(Begun::Accepted { import_id, report })
}

/// The report, with the rest of the file where rows were skipped.
async fn ended<R: Read + Seek + Send + 'static>(
    mut report: Report,
    content: table::Content<R>,
    done: Done,
    skip_bad: bool,
) -> Result<Box<Report>> {
    let table::Content { input, mut faults, .. } = content;
    report.repeated = done.faults.repeated();
    faults.append(done.faults)?;
    let skips = skip_bad && !faults.is_empty();
    let (errors, unnamed, rest) = blocking(move || {
        let found = faults.sorted()?;
        let (errors, unnamed) = found.named()?;
        let rest = if skips { Some(input.rest(found.read()?)?) } else { None };
        Ok((errors, unnamed, rest))
    })
    .await?;
    report = Report { errors, unnamed, rest, ..report };
    if report.errors.is_empty() || skip_bad {
        report.created = done.counts.created;
        report.changed = done.counts.changed;
        report.unchanged = done.counts.unchanged;
        report.rewards = Some(done.counts.rewards).filter(|rewards| *rewards > 0);
        report.skipped = report.wrong_rows();
    }
    Ok(Box::new(report))
}

/// The audit row of an import as a whole, for the kinds whose rows have none of their own.
async fn note<C: ConnectionTrait>(tx: &C, kind: Kind, scope: &Scope<'_>, counts: &Counts) -> Result<()> {
    if counts.created == 0 {
        return Ok(());
    }
    let &Counts { created, rewards, unchanged, .. } = counts;
    let fact = match kind {
        Kind::Partners => Fact::PartnersImported { created },
        Kind::Customers => Fact::CustomersImported { created },
        Kind::Transactions => Fact::TransactionsImported { recorded: created, rewards, unchanged },
        Kind::Attributions | Kind::Rewards | Kind::Reviews => return Ok(()),
    };
    audit::record(tx, &scope.act, kind.word(), fact).await
}

/// A transaction that gives way to others however often they come first: what a file brings may wait, people may not.
macro_rules! patiently {
    ($db:expr, |$tx:ident| $work:block) => {
        loop {
            match data::transact!($db, |$tx| $work) {
                Err(error) if error.is_transient() => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                outcome => break outcome,
            }
        }
    };
}
use patiently;

/// What was written to a temporary file cannot be read back.
fn torn() -> Error {
    Error::Io(std::io::Error::other("a temporary file is damaged"))
}

/// Reading a file takes long enough to keep others waiting: it has a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Io(std::io::Error::other(error)))?
}
