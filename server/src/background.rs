//! The work that `serve` does without being asked: what is due, and clearing out what has ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::spool::Spool;
use data::Db;
use data::work::Ctx;
use tokio_util::sync::CancellationToken;

use crate::mail::MailFolder;

const PURGE_EVERY: Duration = Duration::from_secs(3600);
const LEASE_SECONDS_DEFAULT: u64 = 15;
const RESTART_AFTER: Duration = Duration::from_secs(15);

/// What due work needs: the mail folder, and how long a silent worker keeps what it took (`TRIBUTARY_LEASE_SECONDS`).
pub fn context(db: &Db, mail_dir: &std::path::Path) -> Ctx {
    let seconds = std::env::var("TRIBUTARY_LEASE_SECONDS").ok().and_then(|text| text.parse().ok());
    let lease = Duration::from_secs(seconds.unwrap_or(LEASE_SECONDS_DEFAULT));
    Ctx::new(db, Arc::new(MailFolder::new(mail_dir)), lease)
}

/// Does what falls due until told to stop. Work that panics is begun again after a pause.
pub async fn do_due_work(db: Db, ctx: Ctx, stop: CancellationToken) {
    let work = || {
        let (db, ctx) = (db.clone(), ctx.clone());
        async move { data::due::serve(&db, &ctx).await }
    };
    keep_running(work, &ctx, &stop, RESTART_AFTER).await;
}

/// Begins a task again whenever it has ended, until told to stop.
async fn keep_running<F>(task: impl Fn() -> F, ctx: &Ctx, stop: &CancellationToken, pause: Duration)
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
        ctx.troubles.all_fails(&reason);
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

/// Removes ended sessions, old answers and abandoned uploads until told to stop.
pub async fn purge(db: Db, spool: Spool, mail_dir: PathBuf, stop: CancellationToken) {
    loop {
        let drafts = crate::mail::remove_abandoned(&mail_dir);
        if drafts > 0 {
            tracing::info!(drafts, "removed mails that were cut short; they were written again");
        }
        let files = spool.remove_abandoned();
        if files > 0 {
            tracing::info!(files, "removed uploads that nobody came back for");
        }
        if stop.run_until_cancelled(tokio::time::sleep(PURGE_EVERY)).await.is_none() {
            return;
        }
        if let Err(error) = purge_once(&db).await {
            tracing::error!(%error, "what has ended was not removed");
        }
    }
}

async fn purge_once(db: &Db) -> data::Result<()> {
    let now = app::ctx::real_now();
    let sessions = data::sessions::purge_sessions(db).await?;
    let submissions = data::submissions::purge_submissions(db, now).await?;
    let flashes = data::flashes::purge_flashes(db, now).await?;
    let uploads = data::uploads::purge_uploads(db, now).await?;
    let sign_ins = data::accounts::purge_sign_ins(db, now).await?;
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

    #[tokio::test]
    async fn work_that_panics_is_begun_again_until_it_is_told_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        let (ctx, stop, begun) = (context(&db, folder.path()), CancellationToken::new(), Arc::new(AtomicU32::new(0)));
        let work = || {
            let (begun, stop) = (Arc::clone(&begun), stop.clone());
            async move {
                assert!(begun.fetch_add(1, Ordering::Relaxed) >= 4, "as a fault of the program would");
                stop.cancel();
                std::future::pending::<()>().await;
            }
        };
        keep_running(work, &ctx, &stop, Duration::ZERO).await;
        assert_eq!(begun.load(Ordering::Relaxed), 5);
        assert!(ctx.troubles.of_all().is_some_and(|reason| reason.contains("panicked")));
    }
}
