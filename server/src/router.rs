//! Every route of the server, and what each request passes through.

use std::sync::Arc;
use std::time::Duration;

use app::tokens::Signing;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use data::flashes::Flashes;
use data::sessions::Sessions;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tower_sessions::Session;

use crate::state::AppState;
use crate::{downloads, pages, requests, security, sessions};

/// A file of 32 MB and the form around it; larger ones go through the command line.
const BODY_BYTES_MAX: usize = 33 * 1024 * 1024;
const REQUEST_TIME_MAX: Duration = Duration::from_secs(120);
/// Pages and downloads that are begun at the same time; more wait for their turn. Each takes some hundred kB until its answer is sent,
/// and the allocator keeps what many took at once.
const PAGES_AT_ONCE: usize = 32;

pub fn build(state: AppState) -> Router {
    let store = Sessions::new(state.db.clone());
    app::http::router(state.assets.client())
        .merge(Router::new().route("/sign-out", post(sign_out)))
        .merge(downloads::router())
        .layer(sessions::layer(store, state.config.https()))
        .layer(Extension(state.db.clone()))
        .layer(Extension(Flashes::new(state.db.clone())))
        .layer(Extension(Signing::new(state.config.https())))
        .layer(Extension(state.due.clone()))
        .layer(Extension(state.spool.clone()))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(PAGES_AT_ONCE)), take_turn))
        .layer(from_fn_with_state(state.clone(), answer_file))
        .merge(Router::new().route("/health", get(health)).with_state(state.clone()))
        // From the innermost to the outermost.
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME_MAX))
        .layer(from_fn_with_state(state.clone(), security::require_same_origin))
        .layer(from_fn(requests::require_readable))
        .layer(CatchPanicLayer::custom(requests::caught))
        .layer(from_fn(requests::explain))
        .layer(compression())
        .layer(from_fn_with_state(state.clone(), security::add_headers))
        .layer(from_fn(requests::number))
        .layer(PropagateRequestIdLayer::new(requests::REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::new(requests::REQUEST_ID, requests::NewRequestId))
        .layer(from_fn_with_state(state, requests::name_visitor))
}

/// gzip only: a brotli encoder would hold megabytes for each answer. Embedded files are compressed already.
fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().no_br().gzip(true).compress_when(DefaultPredicate::new().and(NotForContentType::const_new("application/wasm")))
}

fn span(request: &Request) -> tracing::Span {
    let id = request.headers().get(requests::REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

/// Whether the database answers and takes what is written, and background work goes on. One company whose work fails is no reason to
/// take the server away from the others.
async fn health(State(state): State<AppState>) -> Response {
    match data::installation::mode(&state.db).await {
        Ok(_) => match state.db.write_failure().await {
            None => match state.due.troubles.of_all() {
                None => Json(working(state.due.troubles.companies().len())).into_response(),
                Some(_) => {
                    let body = serde_json::json!({ "status": "background work fails", "reason": "the log says why" });
                    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
                }
            },
            Some(reason) => {
                let body = serde_json::json!({ "status": "nothing can be saved", "reason": reason });
                (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
            }
        },
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Json(serde_json::json!({ "status": "database unavailable" }))).into_response()
        }
    }
}

/// The log names the companies; whoever asks here may be anybody.
fn working(failing: usize) -> serde_json::Value {
    let version = env!("CARGO_PKG_VERSION");
    match failing {
        0 => serde_json::json!({ "status": "ok", "version": version }),
        _ => serde_json::json!({ "status": "background work fails for some companies", "companies": failing, "version": version }),
    }
}

async fn sign_out(session: Session, headers: HeaderMap) -> Response {
    // A second try settles what became of the first.
    if session.flush().await.is_err()
        && let Err(error) = session.flush().await
    {
        return pages::refuse(&headers, &app::ctx::session_failed(error));
    }
    axum::response::Redirect::to("/sign-in").into_response()
}

/// Only for requests without a body: nobody's slow upload takes a turn from others.
async fn take_turn(State(turns): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // Never closed, so that everyone has their turn.
    let _turn = if reads { turns.acquire().await.ok() } else { None };
    next.run(request).await
}

/// Files that the binary carries come before the screens, and without a session.
async fn answer_file(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let found = matches!(*request.method(), Method::GET | Method::HEAD)
        .then(|| state.assets.answer(request.uri().path(), request.headers()))
        .flatten();
    match found {
        Some(file) => file,
        None if request.uri().path().starts_with("/pkg/") => StatusCode::NOT_FOUND.into_response(),
        None => next.run(request).await,
    }
}
