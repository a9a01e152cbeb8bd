//! Files of partners, customers, attributions, transactions, manual rewards and reviews.
//!
//! A file is read once and checked row by row; then everything is written in one transaction, or nothing. Importing the same
//! file twice changes nothing. Transactions, of which there are many, wait in temporary files between the two.

mod attributions;
mod customers;
mod faults;
mod partners;
mod pending;
mod reviews;
mod rewards;
mod sorter;
mod table;
mod transactions;

use std::fs::File;
use std::io::{Read, Seek};
use std::str::FromStr;
use std::sync::Arc;

use domain::Instant;
use tokio::sync::watch;
use uuid::Uuid;

pub use table::RowError;

use faults::Faults;

use crate::{Db, Error, Result};

/// The six kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Partners,
    Customers,
    Attributions,
    Transactions,
    Rewards,
    Reviews,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Partners, Kind::Customers, Kind::Attributions, Kind::Transactions, Kind::Rewards, Kind::Reviews];

    pub const fn word(self) -> &'static str {
        match self {
            Kind::Partners => "partners",
            Kind::Customers => "customers",
            Kind::Attributions => "attributions",
            Kind::Transactions => "transactions",
            Kind::Rewards => "rewards",
            Kind::Reviews => "reviews",
        }
    }

    /// The file's columns. Their order in the file is free.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Kind::Partners => &["partner_key", "name", "email", "first_name", "last_name", "group"],
            Kind::Customers => &["customer_key", "name", "email", "partner_key", "created_at"],
            Kind::Attributions => &["customer_key", "partner_key", "from"],
            Kind::Transactions => &["key", "customer_key", "amount", "currency", "occurred_at", "product_key", "category_key", "refund_of"],
            Kind::Rewards => &["partner_key", "amount", "currency", "description", "customer_key"],
            Kind::Reviews => &["reward_key", "decision", "reason"],
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let known = Kind::ALL.into_iter().find(|kind| kind.word() == text);
        known.ok_or_else(|| format!("“{text}” is not one of {}", Kind::ALL.map(Kind::word).join(", ")))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Does everything and takes it back.
    pub dry_run: bool,
    /// Imports the good rows although there are bad ones.
    pub skip_bad: bool,
    /// Turns true when it is to stop: it fails with [`Error::Stopped`] unless it has been committed by then.
    pub stop: Option<watch::Receiver<bool>>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bytes read.
    Reading { done: u64 },
    /// Rows written.
    Writing { done: u64, total: u64 },
}

pub type ProgressFn = Arc<dyn Fn(Progress) + Send + Sync>;

/// What an import did. `read` = `created` + `changed` + `unchanged` + `skipped`, unless it was refused.
#[derive(Debug, Default)]
pub struct Report {
    /// Rows in the file, without the header.
    pub read: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Bad rows that were left out.
    pub skipped: u64,
    /// What is wrong, in the order of the file. Unless bad rows were to be skipped, it means that nothing was written.
    pub errors: Vec<RowError>,
    /// Bad rows that `errors` does not name, for there are too many.
    pub unnamed: u64,
    /// The skipped rows as they stood in the file, with a column `reason`: a temporary file.
    pub rest: Option<File>,
    pub dry_run: bool,
}

impl Report {
    /// How many rows are bad.
    pub fn wrong_rows(&self) -> u64 {
        let mut rows: Vec<u64> = self.errors.iter().map(|error| error.row).collect();
        rows.dedup();
        rows.len() as u64 + self.unnamed
    }

    /// Nothing was written because there were bad rows.
    pub fn refused(&self) -> bool {
        !self.errors.is_empty() && self.rest.is_none()
    }
}

/// Who waits for an import.
#[derive(Clone)]
pub(crate) struct Waiting {
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

/// Who imports into which company, when and how.
pub(crate) struct Job<'a> {
    pub db: &'a Db,
    pub company_id: Uuid,
    pub options: Options,
    pub waiting: Waiting,
    pub by: &'a str,
    pub now: Instant,
}

/// What was counted of one file's good rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// Imports a file. It is read from its present position, and again from there if rows are skipped.
#[expect(clippy::too_many_arguments, reason = "a file, its kind, how to take it, and who does so when")]
pub async fn import<R: Read + Seek + Send + 'static>(
    db: &Db,
    company_id: Uuid,
    kind: Kind,
    input: R,
    options: Options,
    progress: ProgressFn,
    by: &str,
    now: Instant,
) -> Result<Report> {
    let waiting = Waiting { progress, stop: options.stop.clone() };
    let job = Job { db, company_id, options, waiting, by, now };
    match kind {
        Kind::Partners => partners::import(&job, input).await,
        Kind::Customers => customers::import(&job, input).await,
        Kind::Attributions => attributions::import(&job, input).await,
        Kind::Transactions => transactions::import(&job, input).await,
        Kind::Rewards => rewards::import(&job, input).await,
        Kind::Reviews => reviews::import(&job, input).await,
    }
}

/// Runs the writing part in one transaction; a dry run takes it back at the end.
macro_rules! in_one_transaction {
    ($job:expr, |$tx:ident| $work:block) => {{
        if $job.options.dry_run {
            let transaction = $job.db.begin().await?;
            let outcome: $crate::Result<_> = {
                let $tx = &transaction;
                async { $work }.await
            };
            transaction.rollback().await?;
            outcome
        } else {
            $crate::transact!($job.db, |$tx| $work)
        }
    }};
}
use in_one_transaction;

impl Job<'_> {
    /// The report, with the rest of the file where rows were skipped.
    async fn report<R: Read + Seek + Send + 'static>(&self, kind: Kind, content: table::Content<R>, counts: Counts) -> Result<Report> {
        let table::Content { input, rows: read, faults } = content;
        let skips = self.options.skip_bad && !faults.is_empty();
        let (errors, unnamed, rest) = blocking(move || {
            let found = faults.sorted()?;
            let (errors, unnamed) = found.named()?;
            let rest = if skips { Some(input.rest(kind.columns(), found.read()?)?) } else { None };
            Ok((errors, unnamed, rest))
        })
        .await?;
        let mut report = Report { read, errors, unnamed, rest, dry_run: self.options.dry_run, ..Report::default() };
        if report.errors.is_empty() || self.options.skip_bad {
            report.created = counts.created;
            report.changed = counts.changed;
            report.unchanged = counts.unchanged;
            report.skipped = report.wrong_rows();
        }
        Ok(report)
    }

    /// Says how many rows are written, and fails where it is to stop. Only inside of the transaction: afterwards nothing can be stopped.
    fn tell(&self, done: u64, total: u64) -> Result<()> {
        self.waiting.tell(Progress::Writing { done, total })
    }

    /// Whether these complaints mean that nothing is written.
    fn refuses(&self, faults: &Faults) -> bool {
        !faults.is_empty() && !self.options.skip_bad
    }
}

/// What was written to a temporary file cannot be read back.
fn torn() -> Error {
    Error::Io(std::io::Error::other("a temporary file is damaged"))
}

/// Reading a file takes long enough to keep others waiting: it has a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Io(std::io::Error::other(error)))?
}
