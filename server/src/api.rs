//! What programs ask for, by a key of their own and not by a session. Every error has the same shape.

use std::any::Any;

use app::AppError;
use app::request::RequestScope;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::{Json, Router};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;

/// Where it begins.
pub const PREFIX: &str = "/api/";

pub fn router() -> Router {
    Router::new().nest("/api/v1", Router::new().fallback(unknown)).layer(CatchPanicLayer::custom(caught))
}

async fn unknown() -> Response<Body> {
    error(&AppError::NotFound("This address".to_owned()))
}

/// `{"error": {"code": "not_found", "message": "…", "fields": {}, "request_id": "…"}}`. Programs go by the code, people by the message.
pub fn error(error: &AppError) -> Response<Body> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let fields = match error {
        AppError::Invalid(fields) => json!(fields),
        _ => json!({}),
    };
    of(status, error.code(), &error.to_string(), fields)
}

/// The same, where a limit or the framework has refused a request.
pub fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    let code = match status {
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => "unreadable",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        _ => "refused",
    };
    of(status, code, message, json!({}))
}

fn of(status: StatusCode, code: &str, message: &str, fields: serde_json::Value) -> Response<Body> {
    let id = RequestScope::current().map(|scope| scope.id().to_owned()).unwrap_or_default();
    let body = json!({ "error": { "code": code, "message": message, "fields": fields, "request_id": id } });
    (status, Json(body)).into_response()
}

fn caught(panic: Box<dyn Any + Send>) -> Response<Body> {
    error(&crate::requests::panicked(panic))
}
