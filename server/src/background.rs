//! The work that `serve` does without being asked: what is due, and clearing out what has ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::spool::Spool;
use data::Db;
use data::due::Ctx;
use tokio_util::sync::CancellationToken;

use crate::mail::MailFolder;

const PURGE_EVERY: Duration = Duration::from_secs(3600);
const LEASE_SECONDS_DEFAULT: u64 = 15;

/// What due work needs: the mail folder, and how long a silent worker keeps what it took (`TRIBUTARY_LEASE_SECONDS`).
pub fn context(db: &Db, mail_dir: &std::path::Path) -> Ctx {
    let seconds = std::env::var("TRIBUTARY_LEASE_SECONDS").ok().and_then(|text| text.parse().ok());
    let lease = Duration::from_secs(seconds.unwrap_or(LEASE_SECONDS_DEFAULT));
    Ctx::new(db, Arc::new(MailFolder::new(mail_dir)), lease)
}

/// Does what falls due until told to stop.
pub async fn do_due_work(db: Db, ctx: Ctx, stop: CancellationToken) {
    stop.run_until_cancelled(data::due::serve(&db, &ctx)).await;
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
