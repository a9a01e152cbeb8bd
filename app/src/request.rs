//! What all tasks of one request share: its number, what still runs of it, and whether a part of it panicked.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::response::Response;
use futures::{FutureExt, Stream, StreamExt, stream};
use tokio::sync::Notify;
use tracing::Instrument;

type Panic = Box<dyn Any + Send>;

#[derive(Clone)]
pub struct RequestScope(Arc<Shared>);

struct Shared {
    id: String,
    /// Operations that go on when the request is given up.
    running: AtomicUsize,
    panic: Mutex<Option<Panic>>,
    panicked: Notify,
}

/// Counts an operation while it lives.
pub struct Running(RequestScope);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

tokio::task_local! {
    static CURRENT: RequestScope;
}

impl RequestScope {
    pub fn new(id: String) -> RequestScope {
        RequestScope(Arc::new(Shared { id, running: AtomicUsize::new(0), panic: Mutex::new(None), panicked: Notify::new() }))
    }

    pub fn current() -> Option<RequestScope> {
        CURRENT.try_with(RequestScope::clone).ok()
    }

    pub async fn run<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// The number under which the log knows the request.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Begins an operation that goes on when the request is given up.
    pub fn begin(&self) -> Running {
        self.0.running.fetch_add(1, Ordering::Relaxed);
        Running(self.clone())
    }

    pub fn goes_on(&self) -> bool {
        self.0.running.load(Ordering::Relaxed) > 0
    }

    fn note_panic(&self, panic: Panic) {
        *self.0.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
        self.0.panicked.notify_waiters();
    }

    /// Waits for a part of the request to panic.
    async fn panicked(&self) -> Panic {
        loop {
            let told = self.0.panicked.notified();
            if let Some(panic) = self.0.panic.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return panic;
            }
            told.await;
        }
    }
}

/// Runs the framework's tasks as parts of the request that they belong to. Whoever waits for a task that panicked waits for ever, so the
/// request is told.
struct Tasks;

impl CustomExecutor for Tasks {
    fn spawn(&self, task: PinnedFuture<()>) {
        let task = task.in_current_span();
        match RequestScope::current() {
            Some(scope) => {
                let told = scope.clone();
                let watched = async move {
                    if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
                        told.note_panic(panic);
                    }
                };
                tokio::spawn(scope.run(watched));
            }
            None => {
                tokio::spawn(task);
            }
        }
    }

    fn spawn_local(&self, task: PinnedLocalFuture<()>) {
        tokio::task::spawn_local(task);
    }

    fn poll_local(&self) {}
}

/// Makes the framework run its tasks as ours. Comes before anything else of it is used; later calls change nothing.
pub fn install_executor() {
    // Fails where it has been done.
    let _ = Executor::init_custom_executor(Tasks);
}

/// A page whose parts may panic: then it ends at once, with an error as if the whole had panicked.
pub async fn whole(page: impl Future<Output = Response>) -> Response {
    let Some(scope) = RequestScope::current() else { return page.await };
    tokio::select! {
        panic = scope.panicked() => std::panic::resume_unwind(panic),
        response = page => response.map(|body| Body::from_stream(unbroken(scope, body.into_data_stream()))),
    }
}

/// What has begun cannot become an error page any more: it breaks off, so that the browser knows.
fn unbroken(scope: RequestScope, body: BodyDataStream) -> impl Stream<Item = Result<Bytes, axum::Error>> {
    stream::unfold(Some((scope, body)), |state| async move {
        let (scope, mut body) = state?;
        let next = tokio::select! {
            _ = scope.panicked() => {
                tracing::error!(request_id = scope.id(), "a page broke off: a part of it panicked");
                return Some((Err(axum::Error::new("a part of the page panicked")), None));
            }
            next = scope.clone().run(body.next()) => next?,
        };
        Some((next, Some((scope, body))))
    })
    // Whoever packs the page asks for more also after its end.
    .fuse()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::response::Response;
    use http::{Request, StatusCode};
    use leptos::prelude::*;

    use super::*;

    #[tokio::test]
    async fn a_page_that_has_ended_can_be_asked_again() {
        let body = Body::from("a page").into_data_stream();
        let mut page = std::pin::pin!(unbroken(RequestScope::new("1".to_owned()), body));
        assert_eq!(page.next().await.unwrap().unwrap(), "a page");
        assert!(page.next().await.is_none() && page.next().await.is_none());
    }

    /// Longer than anything here takes: only a fault waits for it.
    const FOR_EVER: Duration = Duration::from_secs(120);

    async fn render(app: fn() -> AnyView) -> Result<Response, Panic> {
        install_executor();
        let render = leptos_axum::render_app_async_with_context(|| {}, app);
        let request = Request::builder().uri("/").body(Body::empty()).unwrap();
        let page = RequestScope::new("1".to_owned()).run(whole(render(request)));
        tokio::time::timeout(FOR_EVER, AssertUnwindSafe(page).catch_unwind()).await.expect("the page ends")
    }

    async fn fail(word: &'static str) -> String {
        tokio::task::yield_now().await;
        assert!(word.is_empty(), "{word}");
        word.to_owned()
    }

    fn word(panic: &Panic) -> &str {
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
    }

    fn loads() -> AnyView {
        let loaded = Resource::new(|| (), |()| fail("while it loads"));
        foreign(view! { <Transition fallback=|| "…">{move || Suspend::new(async move { loaded.await })}</Transition> })
    }

    fn shows() -> AnyView {
        let loaded = Resource::new(|| (), |()| fail(""));
        let show = move || {
            Suspend::new(async move {
                let text = loaded.await;
                assert!(!text.is_empty(), "while it is shown");
                text
            })
        };
        foreign(view! { <Transition fallback=|| "…">{show}</Transition> })
    }

    fn begins() -> AnyView {
        let _unread = Resource::new(|| (), |()| fail("while nothing waits for it"));
        view! { <p>"begun"</p> }.into_any()
    }

    fn fine() -> AnyView {
        let loaded = Resource::new(|| (), |()| fail(""));
        foreign(view! { <Transition fallback=|| "…">{move || Suspend::new(async move { format!("all{}", loaded.await) })}</Transition> })
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_panic_in_a_part_is_the_pages() {
        for (page, words) in [(loads as fn() -> AnyView, "while it loads"), (shows, "while it is shown")] {
            let panic = render(page).await.expect_err(words);
            assert!(word(&panic).contains(words), "{}", word(&panic));
        }
        let response = render(fine).await.ok().unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("all"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_has_begun_breaks_off() {
        match render(begins).await {
            Ok(response) => {
                let body = tokio::time::timeout(FOR_EVER, to_bytes(response.into_body(), usize::MAX)).await.expect("the body ends");
                assert!(body.is_err());
            }
            Err(panic) => assert!(word(&panic).contains("while nothing waits for it")),
        }
    }
}
