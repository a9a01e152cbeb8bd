//! What every answer says to the browser, and which requests may change something.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::pages;
use crate::state::AppState;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// For everything that is not a screen. Screens bring their own, with a nonce for their scripts.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

pub async fn add_headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Forms that are sent without scripts come back to the page they came from by its address.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"));
    if state.config.https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Only embedded files say otherwise: everything else belongs to the person who asked.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
    }
    response
}

/// Refuses every write that another site's page may have sent.
pub async fn require_same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_same_origin(request.headers(), state.config.public_url.as_deref()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a write from another origin");
    pages::message(
        request.headers(),
        StatusCode::FORBIDDEN,
        "This request came from another site",
        "Nothing was changed. Go back to Tributary and try again there.",
    )
    .into_response()
}

/// Browsers say where a request comes from in `Sec-Fetch-Site`, in `Origin`, or in both. Silence is no permission. Where the public
/// address is known, a page of any other address is another site, also of this server under another name or without TLS.
fn is_same_origin(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let site = headers.get(SEC_FETCH_SITE);
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    if let Some(own) = public_url {
        return origin.is_some_and(|origin| origin.eq_ignore_ascii_case(own));
    }
    if site.is_some() {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let origin_host = origin.and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    matches!((origin_host, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn writes_come_from_our_own_pages() {
        let own = "https://partners.example.com";
        for (list, public_url, allowed) in [
            (headers(&[("sec-fetch-site", "same-origin")]), None, true),
            (headers(&[("sec-fetch-site", "same-site")]), None, false),
            (headers(&[("sec-fetch-site", "none")]), None, false),
            (headers(&[("origin", "http://10.0.0.5:3000"), ("host", "10.0.0.5:3000")]), None, true),
            (headers(&[("origin", "http://evil.example"), ("host", "10.0.0.5:3000")]), None, false),
            (headers(&[("origin", "null"), ("host", "null")]), None, false),
            (headers(&[("host", "10.0.0.5:3000")]), None, false),
            (headers(&[("origin", own), ("host", "inner:8080")]), Some(own), true),
            (headers(&[("origin", own), ("sec-fetch-site", "same-origin")]), Some(own), true),
            (headers(&[("origin", "HTTPS://Partners.Example.com"), ("host", "inner:8080")]), Some(own), true),
            (headers(&[("sec-fetch-site", "cross-site"), ("origin", own)]), Some(own), false),
            (headers(&[("sec-fetch-site", "same-origin")]), Some(own), false),
            (headers(&[("origin", "http://partners.example.com"), ("host", "partners.example.com")]), Some(own), false),
            (headers(&[("origin", "https://partners.example.com:8443"), ("host", "partners.example.com:8443")]), Some(own), false),
            (
                headers(&[("origin", "http://10.0.0.5:3000"), ("host", "10.0.0.5:3000"), ("sec-fetch-site", "same-origin")]),
                Some(own),
                false,
            ),
            (headers(&[("origin", "https://evil.example"), ("host", "evil.example")]), Some(own), false),
            (headers(&[("host", "partners.example.com")]), Some(own), false),
        ] {
            assert_eq!(is_same_origin(&list, public_url), allowed, "{list:?}");
        }
    }
}
