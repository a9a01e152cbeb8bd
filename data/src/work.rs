//! What background work has in common: who does it, leases on what is being done, and what was done, in counts.

use std::ops::AddAssign;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use domain::Instant;
use futures::FutureExt;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;
use uuid::Uuid;

use crate::work::providers::Providers;
use crate::work::troubles::Troubles;
use crate::{Db, Error, Result};

pub mod batch;
pub mod open_imports;
pub mod providers;
pub mod troubles;

/// A mail on its way. Delivered twice it has the same `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    pub id: Uuid,
    pub company_id: Option<Uuid>,
    pub kind: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub written_at: Instant,
}

/// How mail leaves. An error is tried again later.
#[async_trait]
pub trait Mailer: Send + Sync {
    async fn deliver(&self, mail: &QueuedMail) -> std::result::Result<(), String>;
}

/// Imports that were accepted and not written to their end: a company's months wait for them.
#[async_trait]
pub trait AcceptedImports: Send + Sync {
    /// Removes what was kept of imports that were never accepted.
    async fn clear_left(&self, db: &Db) -> Result<()>;
    /// Writes this company's to their end, unless another worker does. Returns the rows written.
    async fn go_on_due(&self, db: &Db, worker: &Worker, company_id: Uuid) -> Result<usize>;
}

/// Who does background work, and what it takes besides the database.
#[derive(Clone)]
pub struct Worker {
    pub mailer: Arc<dyn Mailer>,
    pub providers: Providers,
    pub imports: Arc<dyn AcceptedImports>,
    /// As leases name it.
    pub name: String,
    /// After this long a worker that says nothing counts as gone.
    pub lease: Duration,
    pub troubles: Arc<Troubles>,
}

impl Worker {
    pub fn new(providers: Providers, imports: Arc<dyn AcceptedImports>, mailer: Arc<dyn Mailer>, lease: Duration) -> Worker {
        Worker { mailer, providers, imports, name: Uuid::now_v7().to_string(), lease, troubles: Arc::default() }
    }
}

/// The machine's clock, for leases.
pub fn real_now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

pub(crate) fn lease_ends_at(worker: &Worker) -> i64 {
    real_now().0.saturating_add(i64::try_from(worker.lease.as_millis()).unwrap_or(i64::MAX))
}

/// No lease lasts this long: one that ends later was taken while the clock was ahead.
const LEASE_MAX_MS: i64 = 60 * 60_000;

/// Whether nobody holds a lease any more, by the column that says until when it was taken.
pub(crate) fn is_free(leased_until: impl ColumnTrait) -> Condition {
    let now = real_now().0;
    Condition::any().add(leased_until.lte(now)).add(leased_until.gt(now.saturating_add(LEASE_MAX_MS)))
}

/// What a run did, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub released: usize,
    pub months_closed: usize,
    pub invoices: usize,
    pub charges_started: usize,
    pub charges_done: usize,
    pub charges_failed: usize,
    /// Payouts that came into being with their invoice's charge.
    pub payouts_released: usize,
    pub payouts_sent: usize,
    pub payouts_paid: usize,
    pub payouts_failed: usize,
    pub mails: usize,
    pub mails_failed: usize,
    /// Rows of imports that were accepted and left.
    pub imported: usize,
    /// Requests that a provider did not answer.
    pub unanswered: usize,
    /// Companies some of whose work failed; [`Troubles`] says why.
    pub failed: usize,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Work) {
        self.released += other.released;
        self.months_closed += other.months_closed;
        self.invoices += other.invoices;
        self.charges_started += other.charges_started;
        self.charges_done += other.charges_done;
        self.charges_failed += other.charges_failed;
        self.payouts_released += other.payouts_released;
        self.payouts_sent += other.payouts_sent;
        self.payouts_paid += other.payouts_paid;
        self.payouts_failed += other.payouts_failed;
        self.mails += other.mails;
        self.mails_failed += other.mails_failed;
        self.imported += other.imported;
        self.unanswered += other.unanswered;
        // The same companies fail again.
        self.failed = self.failed.max(other.failed);
    }
}

impl Work {
    /// Whether anything moved on: what failed, or was asked about without an answer, did not.
    pub fn progressed(&self) -> bool {
        *self != Work { unanswered: self.unanswered, failed: self.failed, ..Work::default() }
    }
}

/// A panic becomes an error: it ends this work and none beside it.
pub(crate) async fn isolated<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::Panicked(text.unwrap_or("no message").to_owned()))
    })
}
