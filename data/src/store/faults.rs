//! Faults that tests ask for, at the statement they name: BEGIN is the first, COMMIT the last.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::sqlx;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The statement fails and the database has undone the transaction, as at a full disk or a lost connection.
    Undone,
    /// COMMIT is carried out and its answer is lost. Any other statement: as above.
    AnswerLost,
}

#[derive(Debug, Default)]
pub struct Faults(Mutex<Option<Planned>>);

/// How many statements were sent to read something.
#[derive(Debug, Default)]
pub struct Reads(AtomicU32);

impl Reads {
    pub(super) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Since the last time that this was asked.
    pub fn take(&self) -> u32 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Planned {
    /// So many statements are left until then.
    left: u32,
    fault: Fault,
    /// All that follow fail too.
    lasts: bool,
}

impl Faults {
    /// The `n`-th statement from now on fails, once.
    pub fn plan(&self, n: u32, fault: Fault) {
        *self.planned() = Some(Planned { left: n, fault, lasts: false });
    }

    /// Every statement fails from now on, until [`Faults::cancel`].
    pub fn last(&self) {
        *self.planned() = Some(Planned { left: 1, fault: Fault::Undone, lasts: true });
    }

    /// Forgets what was planned. True if it has not happened.
    pub fn cancel(&self) -> bool {
        self.planned().take().is_some()
    }

    /// How many statements `work` sends.
    pub async fn count<T>(&self, work: impl Future<Output = T>) -> (T, u32) {
        self.plan(u32::MAX, Fault::Undone);
        let outcome = work.await;
        let left = self.planned().take().map_or(0, |plan| plan.left);
        (outcome, u32::MAX - left)
    }

    pub(super) fn strikes(&self) -> Option<Fault> {
        let mut planned = self.planned();
        let plan = planned.as_mut()?;
        plan.left = plan.left.saturating_sub(1);
        if plan.left > 0 {
            return None;
        }
        if plan.lasts { Some(plan.fault) } else { planned.take().map(|plan| plan.fault) }
    }

    fn planned(&self) -> std::sync::MutexGuard<'_, Option<Planned>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

pub(super) fn error() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other("a fault that a test asked for"))
}
