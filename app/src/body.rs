//! Bodies of server functions. What is too large, of another kind or not readable is refused before a function sees it.

use axum::body::{Body, Bytes, to_bytes};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use crate::ctx::{USER_ID, session_of};
use crate::wire::PACKED;

/// How much a request may bring. Files are uploaded elsewhere.
struct Limit {
    bytes: usize,
    fields: usize,
}

const OF_PEOPLE: Limit = Limit { bytes: 1024 * 1024, fields: 5_000 };
/// Enough for whatever somebody fills in before they notice that their session has ended.
const OF_VISITORS: Limit = Limit { bytes: 64 * 1024, fields: 1_000 };

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A body that its function can read.
pub struct ReadBody {
    pub bytes: Bytes,
    /// A form's fields; nothing of other kinds.
    pub values: Vec<(String, String)>,
}

/// Reads a body, or says with which status it is refused.
pub async fn read(parts: &Parts, body: Body) -> Result<ReadBody, StatusCode> {
    let kind = kind_of(&parts.headers)?;
    let limit = limit_of(parts).await;
    let bytes = to_bytes(body, limit.bytes).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
    if text.contains('\0') {
        return Err(StatusCode::BAD_REQUEST);
    }
    let kind = match kind {
        Some(kind) => kind,
        None if text.is_empty() => Kind::Form,
        None => return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    };
    if kind != Kind::Form {
        let masked = masked(kind, text);
        return Ok(ReadBody { bytes: masked.map_or_else(|| bytes.clone(), Bytes::from), values: Vec::new() });
    }
    if text.bytes().filter(|byte| *byte == b'&').count() >= limit.fields {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let values: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
    // PostgreSQL takes no text with a NUL, and no form field can hold one.
    if values.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(ReadBody { bytes, values })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Form,
    Json,
    Packed,
}

fn kind_of(headers: &HeaderMap) -> Result<Option<Kind>, StatusCode> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let Some(kind) = headers.get(CONTENT_TYPE) else { return Ok(None) };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        FORM => Ok(Some(Kind::Form)),
        JSON => Ok(Some(Kind::Json)),
        PACKED => Ok(Some(Kind::Packed)),
        _ => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    }
}

/// Functions that write read any body as a form. One that says it is something else gets no fields out of it: "%" is written in the other
/// way that its kind has.
fn masked(kind: Kind, text: &str) -> Option<String> {
    let other = match kind {
        Kind::Form => return None,
        Kind::Json => "\\u0025",
        Kind::Packed => "\u{125}",
    };
    text.contains('%').then(|| text.replace('%', other))
}

async fn limit_of(parts: &Parts) -> Limit {
    let user: Option<Uuid> = match session_of(parts) {
        Ok(session) => session.get(USER_ID).await.ok().flatten(),
        Err(_) => None,
    };
    if user.is_some() { OF_PEOPLE } else { OF_VISITORS }
}

#[cfg(test)]
mod tests {
    use super::{Kind, masked};

    #[test]
    fn what_is_no_form_has_no_escapes_of_one() {
        assert_eq!(masked(Kind::Form, "a=%00"), None);
        assert_eq!(masked(Kind::Json, r#"{"a":"&b=%00"}"#).as_deref(), Some(r#"{"a":"&b=\u002500"}"#));
        assert_eq!(masked(Kind::Packed, "100%").as_deref(), Some("100\u{125}"));
        assert_eq!(masked(Kind::Json, "{}"), None);
    }
}
