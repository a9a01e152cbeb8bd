//! What people open in a browser: pages, their forms and downloads. A session says who they are, and nothing is written unless one of
//! our own pages asks for it.

use std::sync::Arc;

use app::tokens::Signing;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use data::people::flashes::Flashes;
use data::people::sessions::Sessions;
use tokio::sync::Semaphore;
use tower_sessions::Session;

use crate::state::AppState;

mod downloads;
mod origin;
pub mod pages;
mod sessions;

/// Pages and downloads that are begun at the same time; more wait for their turn. Each takes some hundred kB until its answer is sent,
/// and the allocator keeps what many took at once.
const PAGES_AT_ONCE: usize = 32;

pub fn router(state: &AppState) -> Router {
    let db = state.db.for_people();
    let store = Sessions::new(db.clone());
    app::http::router(state.assets.client())
        .merge(Router::new().route("/sign-out", post(sign_out)))
        .merge(downloads::router())
        .layer(sessions::layer(store, state.config.https()))
        .layer(Extension(Flashes::new(db.clone())))
        .layer(Extension(db))
        .layer(Extension(Signing::new(state.config.https())))
        .layer(Extension(state.due.clone()))
        .layer(Extension(state.spool.clone()))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(PAGES_AT_ONCE)), take_turn))
        .layer(from_fn_with_state(state.clone(), origin::require_same))
}

async fn sign_out(session: Session, headers: HeaderMap) -> Response {
    // A second try settles what became of the first.
    if session.flush().await.is_err()
        && let Err(error) = session.flush().await
    {
        return pages::refuse(&headers, &app::ctx::session_failed(error));
    }
    Redirect::to("/sign-in").into_response()
}

/// Only for requests without a body: nobody's slow upload takes a turn from others.
async fn take_turn(State(turns): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // Never closed, so that everyone has their turn.
    let _turn = if reads { turns.acquire().await.ok() } else { None };
    next.run(request).await
}
