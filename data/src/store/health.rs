//! Whether writes succeed. Ordinary writes tell; while they fail, whoever asks for the health tries one that is as large as what failed:
//! a disk that is nearly full takes small ones.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::distr::{Alphanumeric, SampleString};
use sea_orm::{ConnectionTrait, Statement};

use super::{Db, Tx, migrate};
use crate::store::error::{Error, NEWER_SCHEMA, Result};

/// No trial waits longer for its turn: then something else is writing, and its end will tell.
const TRIAL_MAX: Duration = Duration::from_millis(500);
/// However often the health is asked for.
const TRIAL_PAUSE: Duration = Duration::from_secs(1);
/// What a trial takes to write and to leave nothing.
const TRIAL_WRITES: Duration = Duration::from_secs(5);
/// What a trial writes at least, and at most: a transaction that needed more is not rehearsed whole.
const TRIAL_BYTES: u64 = 1024 * 1024;
const TRIAL_BYTES_MAX: u64 = 32 * 1024 * 1024;
const TRIAL_ROW_BYTES: usize = 256 * 1024;

#[derive(Debug, Default)]
pub(super) struct WriteHealth {
    /// Beside the reason, so that a write that succeeds among others that do locks nothing.
    fails: AtomicBool,
    failure: Mutex<Failure>,
}

#[derive(Debug, Default)]
struct Failure {
    reason: &'static str,
    /// About how much room the largest write needed that failed.
    room: u64,
    tried_at: Option<Instant>,
}

impl WriteHealth {
    /// A write of about so many bytes succeeded. Where a larger one failed, that says nothing.
    pub fn succeeded(&self, written: u64) {
        if !self.fails.load(Ordering::Relaxed) {
            return;
        }
        let mut failure = self.failure();
        if written < failure.room {
            return;
        }
        *failure = Failure::default();
        if self.fails.swap(false, Ordering::Relaxed) {
            tracing::info!("the database can be written again");
        }
    }

    /// Notes an error that has nothing to do with what was to be written, but perhaps with how much that was.
    pub fn failed(&self, error: &Error, written: u64) {
        let Some(reason) = error.unwritable() else { return };
        let mut failure = self.failure();
        failure.reason = reason;
        failure.room = failure.room.max(written.min(TRIAL_BYTES_MAX));
        if !self.fails.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the database can't be written");
        }
    }

    /// Why writes fail, if they do; and how large a write is to be tried, when it is time.
    fn look(&self) -> Option<(&'static str, Option<u64>)> {
        if !self.fails.load(Ordering::Relaxed) {
            return None;
        }
        let mut failure = self.failure();
        let due = failure.tried_at.is_none_or(|at| at.elapsed() >= TRIAL_PAUSE);
        if due {
            failure.tried_at = Some(Instant::now());
        }
        Some((failure.reason, due.then(|| failure.room.max(TRIAL_BYTES))))
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Failure> {
        self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Db {
    /// Why nothing can be stored, where that is so. Writes nothing as long as writes succeed, and waits for no other writer.
    pub async fn write_failure(&self) -> Option<&'static str> {
        // Nobody need have written since.
        if self.is_older_than_its_database().await {
            return Some(NEWER_SCHEMA);
        }
        let (reason, due) = self.health.look()?;
        if let Some(bytes) = due
            && self.try_writing(bytes).await.is_ok()
        {
            self.health.succeeded(bytes);
            return None;
        }
        Some(reason)
    }

    /// A database that cannot be read says nothing here.
    async fn is_older_than_its_database(&self) -> bool {
        let conn = self.read();
        let found = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), migrate::COUNT)).await;
        let count = found.ok().flatten().and_then(|row| row.try_get_by_index::<i64>(0).ok());
        count.is_some_and(|count| count > migrate::known())
    }

    /// In a table of its own, and leaves nothing.
    async fn try_writing(&self, bytes: u64) -> Result<()> {
        let late = |_| Error::Busy;
        let tx = tokio::time::timeout(TRIAL_MAX, self.try_begin()).await.map_err(late)??;
        tokio::time::timeout(TRIAL_WRITES, self.write_and_leave_nothing(tx, bytes)).await.map_err(late)?
    }

    async fn write_and_leave_nothing(&self, tx: Tx, bytes: u64) -> Result<()> {
        let backend = tx.get_database_backend();
        tx.execute_unprepared("DELETE FROM write_trials").await?;
        for (id, _) in (0..bytes).step_by(TRIAL_ROW_BYTES).enumerate() {
            // PostgreSQL would pack what repeats itself.
            let filler = Alphanumeric.sample_string(&mut rand::rng(), TRIAL_ROW_BYTES);
            let values = [i32::try_from(id).unwrap_or_default().into(), filler.into()];
            let insert = Statement::from_sql_and_values(backend, "INSERT INTO write_trials (id, filler) VALUES ($1, $2)", values);
            tx.execute_raw(insert).await?;
        }
        tx.commit().await?;
        let tx = self.try_begin().await?;
        tx.execute_unprepared("DELETE FROM write_trials").await?;
        tx.commit().await
    }
}
