//! What every request gets on its way in: an id, the visitor's address, a time limit; and what replaces a bare error.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;

use app::AppError;
use app::http::ClientAddress;
use app::request::RequestScope;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, Version};
use axum::middleware::Next;
use tower_http::request_id::{MakeRequestId, RequestId};
use uuid::Uuid;

use crate::api;
use crate::state::AppState;
use crate::web::pages;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

#[derive(Clone, Copy, Debug)]
pub struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        HeaderValue::try_from(Uuid::now_v7().simple().to_string()).ok().map(RequestId::new)
    }
}

/// Notes the visitor's address: the connection's, or what a trusted proxy says it is.
pub async fn name_visitor(State(state): State<AppState>, mut request: Request, next: Next) -> axum::response::Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.ip());
    let address = match state.config.behind_proxy {
        0 => {
            if request.headers().contains_key(FORWARDED_FOR) && !state.forwarded.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "requests come with X-Forwarded-For, which is not believed: behind a proxy, start with --behind-proxy, or every \
                     visitor seems to have the proxy's address"
                );
            }
            peer
        }
        proxies => forwarded(request.headers(), proxies).or(peer),
    };
    // Only a proxy that is trusted gives requests their ids.
    if state.config.behind_proxy == 0 || !request.headers().get(REQUEST_ID).is_some_and(is_plain_id) {
        request.headers_mut().remove(REQUEST_ID);
    }
    let address = address.map(|address| address.to_canonical().to_string()).unwrap_or_default();
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

fn is_plain_id(id: &HeaderValue) -> bool {
    (1..=64).contains(&id.len()) && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
}

/// What `proxies` of our own add up to: the outermost of them saw the address that is this many places from the right.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or_default()).collect();
    lines.join(",").rsplit(',').nth(proxies.checked_sub(1)?)?.trim().parse().ok()
}

/// Lets every task of a request know its number.
pub async fn number(request: Request, next: Next) -> axum::response::Response {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    RequestScope::new(id).run(next.run(request)).await
}

/// Refuses what no browser sends, once for everything behind: two hosts or none, and addresses that cannot be read.
pub async fn require_readable(request: Request, next: Next) -> axum::response::Response {
    let hosts = request.headers().get_all(HOST).iter().count();
    let host = hosts == 1 || (hosts == 0 && request.version() < Version::HTTP_11);
    let uri = request.uri();
    if host && is_readable(uri.path()) && uri.query().is_none_or(is_readable) {
        return next.run(request).await;
    }
    let text = "Nothing was changed. Check the address, or go to Home.";
    if is_of_api(request.uri()) {
        return api::refusal(StatusCode::BAD_REQUEST, "The address isn't UTF-8, or it holds a NUL.");
    }
    pages::message(request.headers(), StatusCode::BAD_REQUEST, "This address can’t be read", text)
}

/// Whether percent-encoded text is text without a NUL: PostgreSQL takes no other.
fn is_readable(encoded: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(encoded);
    decoded.decode_utf8().is_ok_and(|text| !text.contains('\0'))
}

/// Says in words what limits and time-outs only say in numbers.
pub async fn explain(request: Request, next: Next) -> axum::response::Response {
    let mut headers = HeaderMap::new();
    if let Some(accept) = request.headers().get(ACCEPT) {
        headers.insert(ACCEPT, accept.clone());
    }
    let (reads, of_api) = (matches!(*request.method(), Method::GET | Method::HEAD), is_of_api(request.uri()));
    let response = next.run(request).await;
    let status = response.status();
    // Server functions answer their callers themselves; limits answer with a word of plain text or with none.
    if response.headers().get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain")) {
        return response;
    }
    let (title, text) = match status {
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("This request could not be read", "Nothing was changed. Load the page again and send it from there.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too large to send from here",
            "Nothing was read. On screen, files may have up to 32 MB; “tributary import” on the server takes larger ones.",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "That took too long",
            match RequestScope::current() {
                Some(scope) if scope.goes_on() => "It may still be finishing. Look in a moment at what has been done before you try again.",
                _ if reads => "Nothing was changed. Try again in a moment.",
                _ => "Reload the page to see whether it has been done before you try again.",
            },
        ),
        _ => return response,
    };
    if of_api { api::refusal(status, &format!("{title}. {text}")) } else { pages::message(&headers, status, title, text) }
}

fn is_of_api(uri: &Uri) -> bool {
    uri.path().starts_with(api::PREFIX)
}

/// The answer when a handler panicked: the log has the details.
pub fn caught(panic: Box<dyn Any + Send>) -> Response<Body> {
    pages::refuse(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/html"))]), &panicked(panic))
}

pub fn panicked(panic: Box<dyn Any + Send>) -> AppError {
    let detail =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    app::http::internal(format!("a request panicked: {detail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_proxies_are_believed_and_what_comes_before_them_is_not() {
        let headers = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            }
            headers
        };
        let (outer, inner) = (IpAddr::from([203, 0, 113, 9]), IpAddr::from([10, 0, 0, 7]));
        assert_eq!(forwarded(&headers(&["1.1.1.1, 203.0.113.9"]), 1), Some(outer));
        assert_eq!(forwarded(&headers(&["1.1.1.1, 203.0.113.9, 10.0.0.7"]), 2), Some(outer));
        assert_eq!(forwarded(&headers(&["1.1.1.1, 203.0.113.9", "10.0.0.7"]), 2), Some(outer));
        assert_eq!(forwarded(&headers(&["203.0.113.9", "10.0.0.7"]), 1), Some(inner));
        assert_eq!(forwarded(&headers(&["203.0.113.9"]), 2), None);
        assert_eq!(forwarded(&headers(&["unknown"]), 1), None);
        assert_eq!(forwarded(&headers(&[]), 1), None);
    }

    #[test]
    fn addresses_are_text() {
        for fine in ["/partners/Z%C3%B6e", "/a%20b", "q=100%25&x=%zz", "/", "%01"] {
            assert!(is_readable(fine), "{fine}");
        }
        for wrong in ["/partners/%00", "q=a%00b", "q=%FF", "/%C3", "%C0%80", "/%ED%A0%80"] {
            assert!(!is_readable(wrong), "{wrong}");
        }
    }
}
