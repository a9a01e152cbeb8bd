//! What anybody may ask for, without a session: the files that the binary carries, and how the server is.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::state::AppState;

pub mod assets;
mod health;

pub fn router(state: &AppState) -> Router {
    let mut router = Router::new().route("/health", get(health::health)).route("/pkg/{*file}", get(file));
    for path in state.assets.paths().filter(|path| !path.starts_with("/pkg/")) {
        router = router.route(&path, get(file));
    }
    router.with_state(state.clone())
}

async fn file(State(state): State<AppState>, request: Request) -> Response {
    let found = state.assets.answer(request.uri().path(), request.headers());
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}
