//! What every request gets on its way in: an id, the visitor's address, a time limit; and what replaces a bare error.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};

use app::http::ClientAddress;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::middleware::Next;
use axum::response::IntoResponse;
use tower_http::request_id::{MakeRequestId, RequestId};
use uuid::Uuid;

use crate::pages;
use crate::router::AppState;

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
    let mut address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.ip());
    if state.config.behind_proxy {
        address = forwarded(request.headers()).or(address);
    } else {
        // Only a proxy that is trusted gives requests their ids.
        request.headers_mut().remove(REQUEST_ID);
    }
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// The last address in the list is the one our own proxy saw.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Says in words what limits and time-outs only say in numbers.
pub async fn explain(request: Request, next: Next) -> axum::response::Response {
    let mut headers = HeaderMap::new();
    if let Some(accept) = request.headers().get(ACCEPT) {
        headers.insert(ACCEPT, accept.clone());
    }
    let response = next.run(request).await;
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => pages::message(
            &headers,
            StatusCode::PAYLOAD_TOO_LARGE,
            "That is too large to send from here",
            "Nothing was read. On screen, files may have up to 32 MB; “tributary import” on the server takes larger ones.",
        ),
        StatusCode::REQUEST_TIMEOUT => pages::message(
            &headers,
            StatusCode::REQUEST_TIMEOUT,
            "That took too long",
            "It was stopped. Reload the page to see what has been done before you try again.",
        ),
        _ => response,
    }
}

/// The answer when a handler panicked: the log has the details.
pub fn caught(panic: Box<dyn Any + Send>) -> Response<Body> {
    let detail =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(detail, "a request panicked");
    pages::message(
        &HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/html"))]),
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong here",
        "It has been noted. Try again; if it happens again, tell your administrator the time.",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_believed_and_what_stands_before_it_is_not() {
        let headers = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static("1.1.1.1, 203.0.113.9"))]);
        assert_eq!(forwarded(&headers), Some(IpAddr::from([203, 0, 113, 9])));
        let broken = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static("unknown"))]);
        assert_eq!(forwarded(&broken), None);
    }
}
