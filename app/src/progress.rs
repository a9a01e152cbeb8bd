//! Long work that a person waits for: how far it is, and the way to stop it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use domain::views::session::WorkView;
use tokio::sync::Notify;
use uuid::Uuid;

/// Per person, the work begun last. In memory: it ends with the process that does it.
static RUNNING: LazyLock<Mutex<HashMap<Uuid, Entry>>> = LazyLock::new(Mutex::default);

struct Entry {
    view: WorkView,
    stop: Arc<Notify>,
}

fn running() -> MutexGuard<'static, HashMap<Uuid, Entry>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A person's work; over when this is dropped.
pub struct Running {
    user_id: Uuid,
    stop: Arc<Notify>,
}

impl Running {
    pub fn begin(user_id: Uuid, words: &str, can_stop: bool) -> Running {
        let stop = Arc::new(Notify::new());
        let view = WorkView { percent: 0, words: words.to_owned(), can_stop };
        running().insert(user_id, Entry { view, stop: stop.clone() });
        Running { user_id, stop }
    }

    /// Waits until the person wants it to stop.
    pub async fn stopped(&self) {
        self.stop.notified().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = running();
        if running.get(&self.user_id).is_some_and(|entry| Arc::ptr_eq(&entry.stop, &self.stop)) {
            running.remove(&self.user_id);
        }
    }
}

/// Says how far a person's work is: `done` of `total`.
pub fn tell(user_id: Uuid, done: u64, total: u64, words: String) {
    if let Some(entry) = running().get_mut(&user_id) {
        let percent = u128::from(done) * 100 / u128::from(total.max(1));
        entry.view.percent = u8::try_from(percent).unwrap_or(100).min(100);
        entry.view.words = words;
    }
}

/// How far a person's work is, while it runs.
pub fn of(user_id: Uuid) -> Option<WorkView> {
    running().get(&user_id).map(|entry| entry.view.clone())
}

/// Asks a person's work to stop at the next point where it can.
pub fn stop(user_id: Uuid) {
    if let Some(entry) = running().get(&user_id) {
        entry.stop.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_while_it_runs() {
        let user_id = Uuid::from_u128(1);
        let work = Running::begin(user_id, "Importing", false);
        tell(user_id, 250, 1_000, "250 of 1,000 rows".to_owned());
        assert_eq!(of(user_id).map(|view| (view.percent, view.words)), Some((25, "250 of 1,000 rows".to_owned())));
        // Begun again in another tab: the first one's end does not hide the second.
        let second = Running::begin(user_id, "Importing", false);
        drop(work);
        assert!(of(user_id).is_some());
        drop(second);
        assert_eq!(of(user_id), None);
    }
}
