//! Between the web server and the screens: pages, server functions, plain forms, status codes.
//!
//! Everything that differs between versions of the framework's server side (redirects, response options, extraction) is here.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use data::Db;
use data::accounts::Membership;
use data::submissions::{self, Claim};
use futures::FutureExt;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERER};
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use tokio::sync::Semaphore;

use crate::body::{self, Given};
use crate::ctx::{self, AsPartner, FLASH, STRANDED, Standing, Stranded, Whose, real_now, session_of, standing_of};
use crate::error::{AppError, Result};
use crate::forms::{Done, FORM_NAME, FORM_TOKEN, FailedForm, Flash, REFUSED_HEADER, local_path};
use crate::request::{self, RequestScope};
use crate::shell::{Assets, shell};
use crate::wire::{BUILD_HEADER, PACKED, Packed};

/// Pages that are made at the same time; more wait for their turn. Each takes some hundred kB until it is sent.
const PAGES_AT_ONCE: usize = 32;
/// What is kept of a refused form.
const KEPT_BYTES_MAX: usize = 256 * 1024;

/// Where a request came from, as far as the server can tell.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// The hash of this form's token and content: see [`ctx::submission`].
#[derive(Clone, Debug)]
pub struct Submission(pub String);

/// Every page and every server function. Expects `Extension<Db>` and a tower-sessions layer around it.
pub fn router(assets: Assets) -> Router {
    request::install_executor();
    let build: Arc<str> = assets.wasm.as_str().into();
    let render = leptos_axum::render_app_async_with_context(page_context, move || shell(&assets));
    let rpc = move |request: Request<Body>| handle_rpc(request, Arc::clone(&build));
    let places = Arc::new(Semaphore::new(PAGES_AT_ONCE));
    Router::new().route("/rpc/{*name}", post(rpc)).merge(crate::upload::router()).fallback(move |request: Request<Body>| {
        let (render, places) = (render.clone(), Arc::clone(&places));
        async move {
            match before_page(request).await {
                Ok(request) => {
                    // Never closed, so there always is a place in the end.
                    let _place = places.acquire().await;
                    request::whole(render(request)).await
                }
                Err(answer) => answer,
            }
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

/// Sends visitors to the sign-in page and people to their own side; hands the flash message to the page.
async fn before_page(request: Request<Body>) -> Result<Request<Body>, Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let standing = standing_of(&parts).await.map_err(|error| status_of(&error).into_response())?;
    let public = path == "/sign-in" || path.starts_with("/sign-in/");
    let whose = standing.as_ref().map(|standing| Whose(standing.user.id));
    if matches!(standing, Some(Standing { place: Membership::Partner { .. }, .. })) {
        parts.extensions.insert(AsPartner);
    }
    match standing.map(|standing| standing.place) {
        None if !public => return Err(Redirect::to(&sign_in_path(&parts.uri)).into_response()),
        Some(Membership::Partner { .. }) if path == "/" => return Err(Redirect::to("/partner").into_response()),
        Some(Membership::Company { .. }) if path == "/partner" || path.starts_with("/partner/") => {
            return Err(Redirect::to("/").into_response());
        }
        Some(_) if path == "/sign-in" => return Err(Redirect::to(next_of(&parts.uri).as_deref().unwrap_or("/")).into_response()),
        _ => {}
    }
    let flash = take_flash(&parts, public, whose).await;
    parts.extensions.insert(flash);
    if let Some(whose) = whose {
        parts.extensions.insert(whose);
    }
    Ok(Request::from_parts(parts, body))
}

/// What was left for this page. A stranded form waits past the public pages, and is shown to nobody but who filled it in.
async fn take_flash(parts: &Parts, public: bool, whose: Option<Whose>) -> Flash {
    let Ok(session) = session_of(parts) else { return Flash::default() };
    let mut flash: Flash = session.remove(FLASH).await.ok().flatten().unwrap_or_default();
    if public {
        flash.stranded = matches!(session.get_value(STRANDED).await, Ok(Some(_)));
    } else if flash.failed.is_none()
        && let Ok(Some(Stranded { form, user_id })) = session.remove(STRANDED).await
    {
        if user_id.map(Whose) == whose {
            let again = "You were signed out before this was sent. Look at it and send it again.";
            flash.failed = Some(FailedForm { error: AppError::Conflict(again.to_owned()), ..form });
        } else {
            flash.dropped = true;
        }
    }
    flash
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

fn next_of(uri: &Uri) -> Option<String> {
    let query: axum::extract::Query<Vec<(String, String)>> = axum::extract::Query::try_from_uri(uri).ok()?;
    let next = query.0.into_iter().find(|(name, _)| name == "next").map(|(_, value)| value)?;
    local_path(&next).map(str::to_owned)
}

/// Runs a server function. A form that the browser sent by itself is answered with a redirect, one that was sent before with the
/// first answer.
async fn handle_rpc(request: Request<Body>, build: Arc<str>) -> Response {
    let (mut parts, body) = request.into_parts();
    if parts.headers.get(BUILD_HEADER).is_some_and(|theirs| theirs.as_bytes() != build.as_bytes()) {
        return Answer::error(&AppError::Outdated).packed().into_response();
    }
    let (plain, packed) = (header(&parts, ACCEPT).contains("text/html"), header(&parts, ACCEPT) == PACKED);
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let Given { bytes, values } = match body::read(&parts, body).await {
        Ok(given) => given,
        Err(status) if packed => return Answer::refusal(status).packed().into_response(),
        Err(status) if plain => return status.into_response(),
        Err(status) => return Answer::refusal(status).into_response(),
    };
    let answer = match submission_of(&parts, &values) {
        Some((db, submission)) => once(&db, submission, &parts, bytes).await,
        None => run(&parts, bytes, None).await,
    };
    if plain {
        redirect_after(&parts, values, answer).await
    } else if packed {
        let form = header(&parts, CONTENT_TYPE) != PACKED;
        if form { answer.packed().refused_quietly().into_response() } else { answer.packed().into_response() }
    } else {
        answer.into_response()
    }
}

/// What a server function answered: JSON of its value or of its error.
struct Answer {
    response: http::response::Parts,
    body: Bytes,
}

impl Answer {
    fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
        let (mut response, ()) = Response::new(()).into_parts();
        response.status = status;
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Answer { response, body: body.into() }
    }

    /// For the client: a form's JSON and every error as [`Packed`]. What a read function answered is packed already.
    fn packed(mut self) -> Answer {
        let packed = if !self.response.status.is_success() {
            let error = serde_json::from_slice(&self.body).unwrap_or(AppError::Unreadable);
            Packed::of(&Result::<Done>::Err(error))
        } else if self.response.headers.get(CONTENT_TYPE).is_none_or(|kind| kind != PACKED) {
            Packed::of(&serde_json::from_slice::<Done>(&self.body).map_err(|_| AppError::Unreachable))
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

    /// A body that was not read.
    fn refusal(status: StatusCode) -> Answer {
        let error = match status {
            StatusCode::PAYLOAD_TOO_LARGE => AppError::invalid("", "That is too much for one form. Nothing was changed."),
            _ => AppError::Unreadable,
        };
        Answer::json(status, serde_json::to_vec(&error).unwrap_or_default())
    }

    fn error(error: &AppError) -> Answer {
        Answer::json(status_of(error), serde_json::to_vec(error).unwrap_or_default())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        Response::from_parts(self.response, Body::from(self.body))
    }
}

async fn run(parts: &Parts, bytes: Bytes, submission: Option<Submission>) -> Answer {
    let request = Request::from_parts(parts.clone(), Body::from(bytes));
    let context = move || {
        if let Some(submission) = &submission {
            provide_context(submission.clone());
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

/// Handles a submission unless it was handled before.
async fn once(db: &Db, submission: Submission, parts: &Parts, bytes: Bytes) -> Answer {
    let token = submission.0.clone();
    match submissions::claim(db, &token, real_now()).await {
        Ok(Claim::Answered(answer)) => return Answer::json(StatusCode::OK, answer),
        Ok(Claim::Busy) => {
            let busy = AppError::Conflict("This form is already being handled. Look again in a moment.".to_owned());
            return Answer::error(&busy);
        }
        Ok(Claim::Ours) => {}
        Err(error) => return Answer::error(&AppError::from(error)),
    }
    let answer = run(parts, bytes, Some(submission)).await;
    let kept = match std::str::from_utf8(&answer.body) {
        Ok(text) if answer.response.status.is_success() => submissions::finish(db, &token, text, real_now()).await,
        _ => submissions::release(db, &token).await,
    };
    if let Err(error) = kept {
        tracing::warn!(%error, "a submission's answer was not kept");
    }
    answer
}

/// Token and content together: the same form with other values is another submission.
fn submission_of(parts: &Parts, values: &[(String, String)]) -> Option<(Db, Submission)> {
    let token = values.iter().find(|(name, _)| name == FORM_TOKEN).map(|(_, value)| value)?;
    if token.is_empty() {
        return None;
    }
    let db = parts.extensions.get::<Db>()?.clone();
    let mut text = format!("{}\n{}", parts.uri.path(), session_of(parts).ok()?.id().map(|id| id.to_string()).unwrap_or_default());
    for (name, value) in values {
        text.push_str(&format!("\n{}:{name}={value}", value.len()));
    }
    Some((db, Submission(submissions::token_of(&text))))
}

/// The answer to a form that the browser sent by itself.
async fn redirect_after(parts: &Parts, values: Vec<(String, String)>, answer: Answer) -> Response {
    let back = referer_path(parts);
    let (target, flash) = if answer.response.status.is_success() {
        match serde_json::from_slice::<Done>(&answer.body) {
            Ok(done) => {
                let target = done.to.as_deref().and_then(local_path).map_or(back, str::to_owned);
                (target, Flash { done: Some(done).filter(|done| !done.message.is_empty()), ..Flash::default() })
            }
            Err(_) => (back, Flash::default()),
        }
    } else {
        let error = serde_json::from_slice::<AppError>(&answer.body).unwrap_or_else(|_| internal("a form's answer is no error of ours"));
        let signed_out = error == AppError::Unauthenticated;
        let token = values.iter().find(|(name, _)| name == FORM_TOKEN);
        let user_id = token.and_then(|(_, token)| Whose::of_token(token)).map(|whose| whose.0);
        let failed = failed_form(parts.uri.path(), values, error);
        if signed_out {
            strand(parts, Stranded { form: failed, user_id }).await;
            (format!("/sign-in?next={}", encode(&back)), Flash::default())
        } else {
            (back, Flash { failed: Some(failed), ..Flash::default() })
        }
    };
    set_flash(parts, &flash).await;
    let mut response = Redirect::to(&target).into_response();
    for cookie in answer.response.headers.get_all(http::header::SET_COOKIE) {
        response.headers_mut().append(http::header::SET_COOKIE, cookie.clone());
    }
    response
}

/// Keeps a form until somebody has signed in again.
async fn strand(parts: &Parts, form: Stranded) {
    if let Ok(session) = session_of(parts)
        && let Err(error) = session.insert(STRANDED, form).await
    {
        tracing::warn!(%error, "a form was lost when its session ended");
    }
}

/// Leaves a message for the next page of this session.
pub async fn set_flash(parts: &Parts, flash: &Flash) {
    if *flash != Flash::default()
        && let Ok(session) = session_of(parts)
        && let Err(error) = session.insert(FLASH, flash).await
    {
        tracing::warn!(%error, "a message to the next page was lost");
    }
}

fn failed_form(action: &str, values: Vec<(String, String)>, error: AppError) -> FailedForm {
    let name = values.iter().find(|(name, _)| name == FORM_NAME).map(|(_, value)| value.clone()).unwrap_or_default();
    let mut bytes = 0;
    let values = values
        .into_iter()
        .filter(|(name, _)| name != FORM_TOKEN && name != FORM_NAME && !name.contains("password"))
        .take_while(|(name, value)| {
            bytes += name.len() + value.len();
            bytes <= KEPT_BYTES_MAX
        })
        .collect();
    FailedForm { action: action.to_owned(), name, error, values }
}

/// Path and query of the page that a form was on.
fn referer_path(parts: &Parts) -> String {
    let referer: Option<Uri> = header(parts, REFERER).parse().ok();
    let path = referer.as_ref().and_then(|uri| uri.path_and_query()).map_or("/", |path| path.as_str());
    local_path(path).unwrap_or("/").to_owned()
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
