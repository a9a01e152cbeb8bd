//! Sign-in sessions as cookies.

use data::people::sessions::Sessions;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer};

/// A session ends after this long, however much it is used; before, when it is not used. The cookie is not renewed: the store knows
/// when the session was used last.
const LONGEST: Duration = Duration::days(90);

pub fn layer(store: Sessions, https: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(store)
        // The prefix makes browsers refuse a cookie of this name that another host or plain HTTP set.
        .with_name(if https { "__Host-tributary" } else { "tributary" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(LONGEST))
}
