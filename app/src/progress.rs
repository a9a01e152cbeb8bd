//! Long work that a person waits for: how far it is, and the way to stop it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;
use views::session::WorkView;

/// Per person, the work begun last. In memory: it ends with the process that does it.
static RUNNING: LazyLock<Mutex<HashMap<Uuid, Entry>>> = LazyLock::new(Mutex::default);

struct Entry {
    view: WorkView,
    stop: Arc<watch::Sender<bool>>,
}

fn running() -> MutexGuard<'static, HashMap<Uuid, Entry>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A person's work; over when this is dropped.
pub struct Running {
    user_id: Uuid,
    stop: Arc<watch::Sender<bool>>,
}

impl Running {
    /// `stop` is what the button says that stops it.
    pub fn begin(user_id: Uuid, words: &str, stop: &str) -> Running {
        let view = WorkView { percent: 0, words: words.to_owned(), stop: stop.to_owned() };
        let stop = Arc::new(watch::Sender::new(false));
        running().insert(user_id, Entry { view, stop: stop.clone() });
        Running { user_id, stop }
    }

    /// Waits until the person wants it to stop.
    pub async fn stopped(&self) {
        // Fails only without a sender, and here it is.
        let _ = self.flag().wait_for(|stopped| *stopped).await;
    }

    /// Turns true when the person wants it to stop.
    pub fn flag(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
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

/// Says how far a person's work is: `done` of `total`. Nothing more once it is to stop.
pub fn tell(user_id: Uuid, done: u64, total: u64, words: String) {
    if let Some(entry) = running().get_mut(&user_id).filter(|entry| !*entry.stop.borrow()) {
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
    if let Some(entry) = running().get_mut(&user_id) {
        entry.stop.send_replace(true);
        entry.view.words = "Stopping".to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_while_it_runs() {
        let user_id = Uuid::from_u128(1);
        let work = Running::begin(user_id, "Importing", "Stop");
        tell(user_id, 250, 1_000, "250 of 1,000 rows".to_owned());
        assert_eq!(of(user_id).map(|view| (view.percent, view.words)), Some((25, "250 of 1,000 rows".to_owned())));
        // Begun again in another tab: the first one's end does not hide the second.
        let second = Running::begin(user_id, "Importing", "Stop");
        drop(work);
        assert!(of(user_id).is_some());
        drop(second);
        assert_eq!(of(user_id), None);
    }

    #[tokio::test]
    async fn work_is_stopped_by_whom_it_is_for() {
        let (user_id, other) = (Uuid::from_u128(2), Uuid::from_u128(3));
        let work = Running::begin(user_id, "Importing", "Stop");
        let flag = work.flag();
        stop(other);
        assert!(!*flag.borrow());
        stop(user_id);
        assert!(*flag.borrow());
        // Also for who asks only now.
        work.stopped().await;
        assert!(*work.flag().borrow());
        tell(user_id, 1, 2, "1 of 2 rows".to_owned());
        assert_eq!(of(user_id).map(|view| (view.percent, view.words)), Some((0, "Stopping".to_owned())));
        // What is begun afterwards is not stopped with it.
        drop(work);
        assert!(!*Running::begin(user_id, "Importing", "Stop").flag().borrow());
    }
}
