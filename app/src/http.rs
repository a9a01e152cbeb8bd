//! Between the web server and the screens: pages, server functions, plain forms, status codes.
//!
//! Everything that differs between versions of the framework's server side (redirects, response options, extraction) is here.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use domain::Place;
use futures::FutureExt;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERER};
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::body;
use crate::ctx::{self, ReadOnce, Whose, person_of};
use crate::error::{AppError, Result};
use crate::flash::{self, CookieShown};
use crate::forms::{Done, Flash, REFUSED_HEADER, local_path};
use crate::place::{self, PLACES};
use crate::request::{self, RequestScope};
use crate::shell::{Assets, shell};
use crate::submitted::Submitted;
use crate::tokens::Signing;
use crate::wire::{BUILD_HEADER, PACKED, Packed};

/// Where a request came from, as far as the server can tell.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// The hash of this form's token and content: see [`ctx::submission`].
#[derive(Clone, Debug)]
pub struct Submission(pub String);

/// Every page and every server function. Expects `Extension<Db>` and a tower-sessions layer around it.
pub fn router(assets: Assets) -> Router {
    request::install_executor();
    let builds: Arc<[String]> = [assets.company.wasm.clone(), assets.partner.wasm.clone()].into();
    let render = leptos_axum::render_app_async_with_context(page_context, move || shell(&assets));
    let rpc = move |request: Request<Body>| handle_rpc(request, Arc::clone(&builds));
    Router::new().route("/rpc/{*name}", post(rpc)).merge(crate::upload::router()).fallback(move |request: Request<Body>| {
        let render = render.clone();
        async move {
            let request = match before_page(request).await {
                Ok(request) => request,
                Err(answer) => return answer,
            };
            let https = request.extensions().get::<CookieShown>().and(request.extensions().get::<Signing>()).map(|signing| signing.https);
            let mut response = crate::request::whole(render(request)).await;
            if let Some(https) = https {
                flash::forget_cookie(https, &mut response);
            }
            response
        }
    })
}

/// What every page's response carries.
fn page_context() {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
    response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Sends visitors to the sign-in page and old addresses to where they are now; hands the page its place and the flash message.
async fn before_page(request: Request<Body>) -> Result<Request<Body>, Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ReadOnce::default());
    if let Some(same) = place::renewed(&parts.uri) {
        return Err(Redirect::permanent(&same).into_response());
    }
    let path = parts.uri.path();
    let person = person_of(&parts).await.map_err(|error| status_of(&error).into_response())?;
    let public = path == "/sign-in" || path.starts_with("/sign-in/");
    let whose = person.as_ref().map(|person| Whose(person.user.id));
    match &person {
        None if !public => return Err(Redirect::to(&sign_in_path(&parts.uri)).into_response()),
        Some(_) if path == "/sign-in" => return Err(Redirect::to(next_of(&parts.uri).as_deref().unwrap_or("/")).into_response()),
        Some(person) if !public => {
            if let Some(there) = place::lead(person, &parts.uri) {
                return Err(Redirect::to(&there).into_response());
            }
        }
        _ => {}
    }
    let here = Place::of_path(path);
    // What waits for a page that lies behind the choice of a place is not shown there.
    let flash = match path == PLACES && flash::form_waits(&parts).await {
        true => Flash { stranded: true, ..Flash::default() },
        false => flash::take(&mut parts, whose).await,
    };
    if person.is_some_and(|person| person.membership(&here).is_ok()) {
        parts.extensions.insert(here);
    }
    parts.extensions.insert(flash);
    if let Some(whose) = whose {
        parts.extensions.insert(whose);
        let signed = sign_page(&mut parts, whose).await;
        signed.map_err(|error| status_of(&error).into_response())?;
    }
    Ok(Request::from_parts(parts, body))
}

/// Gives a page the key that its forms are signed with, and a database that it can only read.
async fn sign_page(parts: &mut Parts, whose: Whose) -> Result<()> {
    let db = ctx::db_of(parts)?;
    let signing = parts.extensions.get::<Signing>().cloned().ok_or_else(|| internal("no signing in the request"))?;
    parts.extensions.insert(signing.page_key(&db, whose.0).await?);
    parts.extensions.insert(db.read_only("a page changes nothing"));
    Ok(())
}

/// The sign-in page that leads back to where somebody wanted to go.
fn sign_in_path(wanted: &Uri) -> String {
    let wanted = wanted.path_and_query().map_or("/", |path| path.as_str());
    match local_path(wanted) {
        Some(path) if path != "/" => format!("/sign-in?next={}", encode(path)),
        _ => "/sign-in".to_owned(),
    }
}

/// Percent-encodes everything but letters, digits and `/-_.`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Where somebody wants to go on to, as the address says.
pub fn next_of(uri: &Uri) -> Option<String> {
    let query: axum::extract::Query<Vec<(String, String)>> = axum::extract::Query::try_from_uri(uri).ok()?;
    let next = query.0.into_iter().find(|(name, _)| name == "next").map(|(_, value)| value)?;
    local_path(&next).map(str::to_owned)
}

/// Runs a server function. A form that the browser sent by itself is answered with a redirect, one that was sent before with the
/// first answer.
async fn handle_rpc(request: Request<Body>, builds: Arc<[String]>) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_old = |theirs: &HeaderValue| builds.iter().all(|build| theirs.as_bytes() != build.as_bytes());
    if parts.headers.get(BUILD_HEADER).is_some_and(is_old) {
        return Answer::error(&AppError::Outdated).packed().into_response();
    }
    let (plain, packed) = (header(&parts, ACCEPT).contains("text/html"), header(&parts, ACCEPT) == PACKED);
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let given = match body::read(&parts, body).await {
        Ok(given) => given,
        Err(status) if packed => return Answer::refusal(status).packed().into_response(),
        Err(status) if plain => return status.into_response(),
        Err(status) => return Answer::refusal(status).into_response(),
    };
    let form = header(&parts, CONTENT_TYPE) != PACKED;
    let submitted = match Submitted::read(parts, given, plain).await {
        Ok(submitted) => submitted,
        Err(error) => return Answer::error(&error).into_response(),
    };
    let answer = submitted.answer().await.at(&submitted.place);
    if plain {
        submitted.redirect(answer).await
    } else if packed {
        if form { answer.packed().refused_quietly().into_response() } else { answer.packed().into_response() }
    } else {
        answer.into_response()
    }
}

/// What a server function answered: JSON of its value or of its error.
pub(crate) struct Answer {
    pub response: http::response::Parts,
    pub body: Bytes,
}

impl Answer {
    pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
        let (mut response, ()) = Response::new(()).into_parts();
        response.status = status;
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Answer { response, body: body.into() }
    }

    /// For the client: a form's JSON and every error as [`Packed`]. What a read function answered is packed already.
    fn packed(mut self) -> Answer {
        let packed = if !self.response.status.is_success() {
            let error = serde_json::from_slice(&self.body).unwrap_or(AppError::Unreadable);
            Packed::answering(&Result::<Done>::Err(error))
        } else if self.response.headers.get(CONTENT_TYPE).is_none_or(|kind| kind != PACKED) {
            Packed::answering(&serde_json::from_slice::<Done>(&self.body).map_err(|_| AppError::Unreachable))
        } else {
            return self;
        };
        self.response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(PACKED));
        self.body = packed.to_string().into();
        self
    }

    /// A form's refusal is an expected answer: as an HTTP error the browser would report it as a fault of the page.
    fn refused_quietly(mut self) -> Answer {
        if self.response.status.is_client_error() || self.response.status == StatusCode::SERVICE_UNAVAILABLE {
            self.response.headers.insert(REFUSED_HEADER, HeaderValue::from(self.response.status.as_u16()));
            self.response.status = StatusCode::OK;
        }
        self
    }

    /// What was done leads on at the place of the form.
    fn at(mut self, place: &Place) -> Answer {
        if *place != Place::Nowhere
            && self.response.status.is_success()
            && let Ok(done) = serde_json::from_slice::<Done>(&self.body)
            && let Ok(body) = serde_json::to_vec(&done.at(place))
        {
            self.body = body.into();
        }
        self
    }

    /// A body that was not read.
    fn refusal(status: StatusCode) -> Answer {
        let error = match status {
            StatusCode::PAYLOAD_TOO_LARGE => AppError::invalid("", "That is too much for one form. Nothing was changed."),
            _ => AppError::Unreadable,
        };
        Answer::json(status, serde_json::to_vec(&error).unwrap_or_default())
    }

    pub fn error(error: &AppError) -> Answer {
        Answer::json(status_of(error), serde_json::to_vec(error).unwrap_or_default())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        Response::from_parts(self.response, Body::from(self.body))
    }
}

/// Runs a server function. `form` is the form that it does once.
pub(crate) async fn run(parts: &Parts, bytes: Bytes, form: Option<String>) -> Answer {
    let request = Request::from_parts(parts.clone(), Body::from(bytes));
    let context = move || {
        if let Some(form) = &form {
            provide_context(Submission(form.clone()));
        }
    };
    let handled = AssertUnwindSafe(async { leptos_axum::handle_server_fns_with_context(context, request).await.into_response() });
    let Ok(response) = handled.catch_unwind().await else {
        return Answer::error(&internal("a server function panicked"));
    };
    let (mut response, body) = response.into_parts();
    response.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match to_bytes(body, usize::MAX).await {
        Ok(body) => {
            // The framework answers every error with 500 unless its function said otherwise.
            if response.status == StatusCode::INTERNAL_SERVER_ERROR
                && let Ok(error) = serde_json::from_slice::<AppError>(&body)
            {
                response.status = status_of(&error);
            }
            Answer { response, body }
        }
        Err(error) => Answer::error(&internal(error)),
    }
}

/// Path and query of the page that a form was on.
pub fn referer_path(parts: &Parts) -> Option<String> {
    let referer: Uri = header(parts, REFERER).parse().ok()?;
    local_path(referer.path_and_query()?.as_str()).map(str::to_owned)
}

fn header(parts: &Parts, name: http::HeaderName) -> &str {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Sets the status of the response that is being made.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Says an error in the response's status.
pub fn fail(error: &AppError) {
    set_status(error.status());
}

/// An error of our own: logged with its cause, shown with its number. Outside of a request the number is the error's own.
pub fn internal(cause: impl std::fmt::Display) -> AppError {
    let request_id = RequestScope::current().map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), |scope| scope.id().to_owned());
    tracing::error!(request_id, %cause, "request failed");
    AppError::Internal { request_id }
}

fn status_of(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Where the request came from, for throttling.
pub fn client_address() -> String {
    let parts = ctx::parts().ok();
    parts.and_then(|parts| parts.extensions.get::<ClientAddress>().cloned()).map(|address| address.0).unwrap_or_default()
}
