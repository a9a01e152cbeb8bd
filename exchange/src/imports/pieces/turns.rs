//! Turns between pieces, in which others write.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};
use tokio::time::sleep;

use data::Db;

/// Between two pieces the others in this process may begin.
const PAUSE: Duration = Duration::from_millis(2);
/// A process that waits for SQLite's lock looks whether it is free every 15 ms, or more often. So after some work the lock is left free for
/// longer than that: nobody misses it.
pub(super) const WORK: Duration = Duration::from_millis(400);
const FREE: Duration = Duration::from_millis(30);

/// Lets others write now and then.
pub struct Turns {
    /// Other processes wait for this database by looking at its lock.
    looked_at: bool,
    worked: Duration,
}

impl Turns {
    pub fn new(db: &Db) -> Turns {
        Turns { looked_at: db.read().get_database_backend() == DbBackend::Sqlite, worked: Duration::ZERO }
    }

    /// After a transaction that took so long.
    pub async fn pass(&mut self, took: Duration) {
        self.worked += took;
        if self.looked_at && self.worked >= WORK {
            self.worked = Duration::ZERO;
            sleep(FREE).await;
        } else {
            sleep(PAUSE).await;
        }
    }
}
