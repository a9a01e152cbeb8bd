//! Slow computations, one after the other, where they stop nothing else.

use std::sync::mpsc::{self, SyncSender, TrySendError};

use tokio::sync::oneshot;

use crate::{Error, Result};

type Job = Box<dyn FnOnce() + Send>;

/// A thread that computes, and the jobs that wait for it. Only so many wait: whoever comes later is told at once, and a job that
/// its asker has given up is not done.
pub struct Queue(SyncSender<Job>);

impl Queue {
    pub fn start(name: &str, waiting_max: usize) -> Queue {
        let (jobs, waiting) = mpsc::sync_channel::<Job>(waiting_max);
        let thread = std::thread::Builder::new().name(name.to_owned());
        if let Err(error) = thread.spawn(move || waiting.iter().for_each(|job| job())) {
            tracing::error!(%error, name, "a thread was not started");
        }
        Queue(jobs)
    }

    /// `busy` is what to say when too many wait.
    pub async fn run<T: Send + 'static>(&self, busy: &'static str, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (done, answer) = oneshot::channel();
        let job = Box::new(move || {
            if !done.is_closed() {
                // Given up meanwhile: no one takes the answer.
                let _ = done.send(work());
            }
        });
        self.0.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Overloaded(busy),
            TrySendError::Disconnected(_) => Error::Io(std::io::Error::other("the computing thread has ended")),
        })?;
        answer.await.map_err(|error| Error::Io(std::io::Error::other(error)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn more_than_fit_are_refused_and_the_given_up_are_not_done() {
        let queue = Arc::new(Queue::start("test", 2));
        let done = Arc::new(AtomicUsize::new(0));
        let count = || {
            let done = Arc::clone(&done);
            move || done.fetch_add(1, Ordering::Relaxed)
        };
        // The thread is at work until it is told to go on.
        let (go_on, wait) = mpsc::channel::<()>();
        let (begun, at_work) = oneshot::channel();
        let first = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move {
                let work = move || {
                    begun.send(()).unwrap();
                    wait.recv().unwrap();
                };
                queue.run("busy", work).await
            }
        });
        at_work.await.unwrap();

        let mut given_up = Box::pin(queue.run("busy", count()));
        let mut kept = Box::pin(queue.run("busy", count()));
        assert!(futures::poll!(&mut given_up).is_pending() && futures::poll!(&mut kept).is_pending());
        assert!(matches!(queue.run("busy", count()).await, Err(Error::Overloaded("busy"))));
        drop(given_up);

        go_on.send(()).unwrap();
        first.await.unwrap().unwrap();
        assert_eq!(kept.await.unwrap(), 0, "the one before it was given up");
        assert_eq!(queue.run("busy", count()).await.unwrap(), 1, "there is room again");
    }
}
