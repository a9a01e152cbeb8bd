//! Which requests may change something: those of our own pages.

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::pages;
use crate::state::AppState;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses every write that another site's page may have sent.
pub async fn require_same(State(state): State<AppState>, request: Request, next: Next) -> Response {
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
    use axum::http::HeaderValue;

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
