//! The three sides of the server, and what each request passes through: `web` for people in a browser, `api` for programs, `edge` for
//! everybody.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::state::AppState;
use crate::{api, edge, requests, security, web};

/// A file of 32 MB and the form around it; larger ones go through the command line.
const BODY_BYTES_MAX: usize = 33 * 1024 * 1024;
const REQUEST_TIME_MAX: Duration = Duration::from_secs(120);
pub fn build(state: AppState) -> Router {
    web::router(&state)
        .merge(api::router())
        .merge(edge::router(&state))
        // From the innermost to the outermost.
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME_MAX))
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
