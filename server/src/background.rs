//! The work that `serve` does without being asked: what is due, and clearing out what has ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::spool::Spool;
use data::Db;
use data::work::Worker;
use domain::Instant;
use tokio::time::Instant as Running;
use tokio_util::sync::CancellationToken;

use crate::mail::MailFolder;

const PURGE_EVERY: Duration = Duration::from_secs(3600);
/// Between two looks the machine's clock may be off by so much: a machine that slept over night has not been set.
const JUMP_MS: i64 = Instant::DAY_MS;
/// After the clock was set nothing is purged for so long: it may be set back.
const SETTLES_MS: i64 = Instant::DAY_MS;
/// A clock that is so far from the last form that was done has perhaps been set while nothing ran.
const QUIET_MS: i64 = 30 * Instant::DAY_MS;
const LEASE_SECONDS_DEFAULT: u64 = 15;
const RESTART_AFTER: Duration = Duration::from_secs(15);

/// What due work needs: the mail folder, and how long a silent worker keeps what it took (`TRIBUTARY_LEASE_SECONDS`).
pub fn worker(db: &Db, mail_dir: &std::path::Path) -> Worker {
    let seconds = std::env::var("TRIBUTARY_LEASE_SECONDS").ok().and_then(|text| text.parse().ok());
    let lease = Duration::from_secs(seconds.unwrap_or(LEASE_SECONDS_DEFAULT));
    exchange::worker(db, Arc::new(MailFolder::new(mail_dir)), lease)
}

/// Does what falls due until told to stop. Work that panics is begun again after a pause.
pub async fn do_due_work(db: Db, worker: Worker, stop: CancellationToken) {
    let work = || {
        let (db, worker) = (db.clone(), worker.clone());
        async move { data::due::serve(&db, &worker).await }
    };
    keep_running(work, &worker, &stop, RESTART_AFTER).await;
}

/// Begins a task again whenever it has ended, until told to stop.
async fn keep_running<F>(task: impl Fn() -> F, worker: &Worker, stop: &CancellationToken, pause: Duration)
where
    F: Future<Output = ()> + Send + 'static,
{
    while !stop.is_cancelled() {
        let mut running = tokio::spawn(task());
        let Some(ended) = stop.run_until_cancelled(&mut running).await else {
            running.abort();
            // Cancelled, or ended just before.
            let _ = running.await;
            return;
        };
        let reason = ended.err().map_or_else(|| "it ended".to_owned(), |error| error.to_string());
        tracing::error!(reason, "background work ended and is begun again");
        worker.troubles.all_fails(&reason);
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

/// Tells whether the machine's clock can be trusted with what is deleted: what is a year old by a clock that was set wrong may be needed
/// yet.
struct SteadyClock {
    /// The clock's time when the process began, by its last look.
    offset_ms: i64,
    /// How long the process had been running when the clock was set.
    set_at_ms: Option<i64>,
}

impl SteadyClock {
    fn begin(now: Instant, last_form: Option<Instant>) -> SteadyClock {
        let far = last_form.is_some_and(|last| (now.0 - last.0).abs() > QUIET_MS);
        SteadyClock { offset_ms: now.0, set_at_ms: far.then_some(0) }
    }

    /// `running_ms`: how long the process has been running, whatever the clock says.
    fn is_steady(&mut self, now: Instant, running_ms: i64) -> bool {
        let offset_ms = now.0 - running_ms;
        if (offset_ms - self.offset_ms).abs() > JUMP_MS {
            self.set_at_ms = Some(running_ms);
        }
        self.offset_ms = offset_ms;
        self.set_at_ms.is_none_or(|set_at_ms| running_ms - set_at_ms >= SETTLES_MS)
    }
}

/// Removes ended sessions, old answers and abandoned uploads until told to stop.
pub async fn purge(db: Db, spool: Spool, mail_dir: PathBuf, stop: CancellationToken) {
    let begun = Running::now();
    let last_form = data::submissions::last_at(&db).await.inspect_err(|error| tracing::warn!(%error, "the last form was not found"));
    let mut clock = SteadyClock::begin(app::ctx::real_now(), last_form.unwrap_or_default());
    loop {
        let drafts = crate::mail::remove_abandoned(&mail_dir);
        if drafts > 0 {
            tracing::info!(drafts, "removed emails that were cut short; they were written again");
        }
        if stop.run_until_cancelled(tokio::time::sleep(PURGE_EVERY)).await.is_none() {
            return;
        }
        if !clock.is_steady(app::ctx::real_now(), i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX)) {
            tracing::warn!("the machine's clock was set a moment ago: what has ended is removed in a day");
            continue;
        }
        let files = spool.remove_abandoned();
        if files > 0 {
            tracing::info!(files, "removed uploads that nobody came back for");
        }
        if let Err(error) = purge_once(&db).await {
            tracing::error!(%error, "what has ended was not removed");
        }
    }
}

async fn purge_once(db: &Db) -> data::Result<()> {
    let now = app::ctx::real_now();
    let sessions = data::people::sessions::purge_sessions(db).await?;
    let submissions = data::submissions::purge_submissions(db, now).await?;
    let flashes = data::people::flashes::purge_flashes(db, now).await?;
    let uploads = exchange::uploads::purge_uploads(db, now).await?;
    let sign_ins = data::people::accounts::purge_sign_ins(db, now).await?;
    if sessions + submissions + flashes + uploads + sign_ins > 0 {
        tracing::info!(sessions, submissions, flashes, uploads, sign_ins, "removed what has ended");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn nothing_is_purged_by_a_clock_that_was_set() {
        const HOUR: i64 = Instant::DAY_MS / 24;
        let (start, year) = (Instant(1_767_225_600_000), 365 * Instant::DAY_MS);
        let mut clock = SteadyClock::begin(start, Some(start));
        let mut look = |hours: i64, ahead: i64| clock.is_steady(start.plus_ms(hours * HOUR + ahead), hours * HOUR);
        assert!(look(1, 0));
        // A year ahead, and back before the day is over.
        assert!(!look(2, year) && !look(3, year) && !look(24, 0));
        assert!(!look(47, 0) && look(48, 0));
        // The machine slept.
        assert!(look(49, 10 * HOUR) && look(50, 20 * HOUR) && look(51, 30 * HOUR));

        let mut clock = SteadyClock::begin(start.plus_ms(year), Some(start));
        assert!(!clock.is_steady(start.plus_ms(year + HOUR), HOUR));
        assert!(clock.is_steady(start.plus_ms(year + 24 * HOUR), 24 * HOUR));
        assert!(SteadyClock::begin(start, None).is_steady(start.plus_ms(HOUR), HOUR));
    }

    #[tokio::test]
    async fn work_that_panics_is_begun_again_until_it_is_told_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        let (worker, stop, begun) = (worker(&db, folder.path()), CancellationToken::new(), Arc::new(AtomicU32::new(0)));
        let work = || {
            let (begun, stop) = (Arc::clone(&begun), stop.clone());
            async move {
                assert!(begun.fetch_add(1, Ordering::Relaxed) >= 4, "as a fault of the program would");
                stop.cancel();
                std::future::pending::<()>().await;
            }
        };
        keep_running(work, &worker, &stop, Duration::ZERO).await;
        assert_eq!(begun.load(Ordering::Relaxed), 5);
        assert!(worker.troubles.of_all().is_some_and(|reason| reason.contains("panicked")));
    }
}
