//! How the server is, for whoever watches it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::state::AppState;

/// Whether the database answers and takes what is written, and background work goes on. One company whose work fails is no reason to
/// take the server away from the others.
pub async fn health(State(state): State<AppState>) -> Response {
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
