//! What comes and goes as files: imports, exports, payment files; the demo company; and the proof that the books are right.

use std::sync::Arc;
use std::time::Duration;

use data::Db;
use data::billing::simulated;
use data::work::{Mailer, Worker};

pub mod demo;
pub mod exports;
pub mod imports;
pub mod payment_files;
pub mod uploads;
pub mod verify;

/// A worker with everything that background work takes.
pub fn worker(db: &Db, mailer: Arc<dyn Mailer>, lease: Duration) -> Worker {
    Worker::new(simulated::providers(db), Arc::new(imports::Accepted), mailer, lease)
}
