//! Sign-in sessions as cookies.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use data::sessions::Sessions;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::{Expiry, Session, SessionManagerLayer};

/// A session ends when nobody used it for this long.
const IDLE: Duration = Duration::days(14);
/// How often its end is moved on at most: every request would be a write.
const RENEWED_AFTER_SECONDS: i64 = 3600;
const SEEN: &str = "seen";

pub fn layer(store: Sessions, https: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(store)
        // The prefix makes browsers refuse a cookie of this name that another host or plain HTTP set.
        .with_name(if https { "__Host-tributary" } else { "tributary" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Moves the end of a session in use.
pub async fn renew(session: Session, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Err(error) = renew_if_due(&session).await {
        tracing::warn!(%error, "a session was not renewed");
    }
    response
}

async fn renew_if_due(session: &Session) -> Result<(), tower_sessions::session::Error> {
    // Nobody gets a session for only looking.
    if session.id().is_none() || session.is_empty().await {
        return Ok(());
    }
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let seen: Option<i64> = session.get(SEEN).await?;
    // A session that the store no longer knows has lost its id by now.
    if session.id().is_some() && seen.is_none_or(|seen| now - seen >= RENEWED_AFTER_SECONDS) {
        session.insert(SEEN, now).await?;
    }
    Ok(())
}
