//! Whether writes succeed. Ordinary writes tell; while they fail, whoever asks for the health tries a small one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};

use super::Db;
use crate::error::{Error, Result};

/// No trial waits longer for its turn: then something else is writing, and its end will tell.
const TRIAL_MAX: Duration = Duration::from_millis(500);
/// However often the health is asked for.
const TRIAL_PAUSE: Duration = Duration::from_secs(1);
/// What a trial writes: enough to need space of its own.
const TRIAL_BYTES: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(super) struct WriteHealth {
    /// Beside the reason, so that a write that succeeds among others that do locks nothing.
    fails: AtomicBool,
    failure: Mutex<Failure>,
}

#[derive(Debug, Default)]
struct Failure {
    reason: &'static str,
    tried_at: Option<Instant>,
}

impl WriteHealth {
    pub fn succeeded(&self) {
        if self.fails.load(Ordering::Relaxed) && self.fails.swap(false, Ordering::Relaxed) {
            tracing::info!("the database can be written again");
        }
    }

    /// Notes an error that has nothing to do with what was to be written.
    pub fn failed(&self, error: &Error) {
        let Some(reason) = error.unwritable() else { return };
        self.failure().reason = reason;
        if !self.fails.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the database can't be written");
        }
    }

    /// Why writes fail, if they do; and whether it is time to try one.
    fn look(&self) -> Option<(&'static str, bool)> {
        if !self.fails.load(Ordering::Relaxed) {
            return None;
        }
        let mut failure = self.failure();
        let due = failure.tried_at.is_none_or(|at| at.elapsed() >= TRIAL_PAUSE);
        if due {
            failure.tried_at = Some(Instant::now());
        }
        Some((failure.reason, due))
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Failure> {
        self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Db {
    /// Why nothing can be stored, where that is so. Writes nothing as long as writes succeed, and waits for no other writer.
    pub async fn write_failure(&self) -> Option<&'static str> {
        let (reason, due) = self.health.look()?;
        if due && tokio::time::timeout(TRIAL_MAX, self.try_writing()).await.is_ok_and(|tried| tried.is_ok()) {
            self.health.succeeded();
            return None;
        }
        Some(reason)
    }

    /// In a table of its own, and leaves nothing.
    async fn try_writing(&self) -> Result<()> {
        let tx = self.try_begin().await?;
        let insert = "INSERT INTO write_trials (id, filler) VALUES ($1, $2)";
        let values = [1.into(), "x".repeat(TRIAL_BYTES).into()];
        tx.execute_unprepared("DELETE FROM write_trials").await?;
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), insert, values)).await?;
        tx.commit().await?;
        let tx = self.try_begin().await?;
        tx.execute_unprepared("DELETE FROM write_trials").await?;
        tx.commit().await
    }
}
