//! The work that `serve` does without being asked: what is due, and clearing out sessions that have ended.

use std::time::Duration;

use data::Db;
use tokio_util::sync::CancellationToken;

const PURGE_EVERY: Duration = Duration::from_secs(3600);

/// Removes ended sessions until told to stop.
pub async fn purge_sessions(db: Db, stop: CancellationToken) {
    while !pause(PURGE_EVERY, &stop).await {
        match data::sessions::purge_sessions(&db).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "removed sessions that had ended"),
            Err(error) => tracing::error!(%error, "ended sessions were not removed"),
        }
    }
}

/// Waits; true when it is time to stop instead.
async fn pause(length: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => true,
        () = tokio::time::sleep(length) => false,
    }
}
