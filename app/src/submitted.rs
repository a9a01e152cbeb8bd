//! Forms as they arrive: whose they are, done once whatever becomes of their answer, and what the browser is shown afterwards.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::response::{IntoResponse, Redirect, Response};
use data::Db;
use data::submissions::{self, Claim, Known};
use domain::Place;
use http::StatusCode;
use http::request::Parts;
use leptos::server_fn::ServerFn;
use leptos::server_fn::axum::get_server_fn_service;
use uuid::Uuid;

use crate::body::ReadBody;
use crate::ctx::{db_of, real_now, user_id_of};
use crate::error::AppError;
use crate::flash;
use crate::forms::{Done, FORM_BARE, FORM_NAME, FORM_PLACE, FORM_TOKEN, FailedForm, Flash, local_path};
use crate::http::{Answer, encode, internal, referer_path, run};
use crate::request::RequestScope;
use crate::server_fns::sandbox::MoveClock;
use crate::tokens::Signing;

/// What is kept of a refused form.
const KEPT_BYTES_MAX: usize = 256 * 1024;
/// How long a form that was sent twice waits for the answer to the first.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
const ANSWER_LOOK: Duration = Duration::from_millis(50);

/// A form from no page of ours, or from one that is too old.
const NOT_OURS: &str = "Nothing was changed: this form comes from a page that is too old. Check what you typed and send it again.";

/// A form that was not even looked for.
const NOT_LOOKED_AT: &str =
    "The database can't be reached at the moment, so nothing was done with this form now. Send it again in a moment; it's done only once.";
/// A form whose end nobody could look up.
const UNKNOWN: &str =
    "The connection to the database was lost, and it isn't known whether this was saved. Send it again in a moment; it's done only once.";
/// A form of several steps that failed after the first of them.
const BROKEN_OFF: &str =
    "Something went wrong on our side after part of this was saved, or all of it. Look at what is there before you send it again.";

/// What visitors may send: it brings its own proof of who they are.
const OPEN: [&str; 3] = ["/rpc/session/sign-in", "/rpc/session/demo-sign-in", "/rpc/session/set-password"];

/// Whose form it is, by its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// From a page of whoever is signed in.
    Signed(Uuid),
    /// From a page of this person, who is not the one who is signed in.
    Other(Uuid),
    Unknown,
}

/// What was sent to a server function.
pub struct Submitted {
    parts: Parts,
    values: Vec<(String, String)>,
    bytes: Bytes,
    /// The browser sent it by itself.
    plain: bool,
    sender: Sender,
    signed_in: bool,
    /// Where the form says that it is from.
    pub place: Place,
}

impl Submitted {
    pub async fn read(parts: Parts, given: ReadBody, plain: bool) -> Result<Submitted, AppError> {
        let ReadBody { bytes, values } = given;
        let user_id = user_id_of(&parts).await?;
        let sender = match of_token(&parts, parts.uri.path(), &values).await? {
            Some(person) if Some(person) == user_id => Sender::Signed(person),
            Some(person) => Sender::Other(person),
            None => Sender::Unknown,
        };
        let place = place_of(&values);
        Ok(Submitted { parts, values, bytes, plain, sender, signed_in: user_id.is_some(), place })
    }

    /// Has it done. Without the token of a page of the sender's own it can read, and change nothing.
    pub async fn answer(&self) -> Answer {
        let db = match db_of(&self.parts) {
            Ok(db) => db,
            Err(error) => return Answer::error(&error),
        };
        if get_server_fn_service(self.parts.uri.path(), self.parts.method.clone()).is_none() {
            return Answer::error(&AppError::NotFound("This action".to_owned()));
        }
        if let Some(refusal) = self.elsewhere() {
            return Answer::error(&refusal);
        }
        let mut parts = self.parts.clone();
        if OPEN.contains(&parts.uri.path()) {
            return run(&parts, self.bytes.clone(), None).await;
        }
        match self.sender {
            Sender::Signed(user_id) => {
                let (claim, bytes) = (self.claim(user_id), self.bytes.clone());
                // A browser that goes away must not stop it half way, where its answer would be lost.
                let scope = RequestScope::current();
                let running = scope.as_ref().map(RequestScope::begin);
                let work = async move {
                    let _running = running;
                    let work = once(&db, claim, parts, bytes);
                    match scope {
                        Some(scope) => scope.run(work).await,
                        None => work.await,
                    }
                };
                let done = tokio::spawn(tracing::Instrument::in_current_span(work)).await;
                done.unwrap_or_else(|error| Answer::error(&internal(error)))
            }
            // Pages post nothing that only reads. A form without its place is told so by its function.
            _ if self.plain && self.signed_in && self.place != Place::Nowhere => Answer::error(&AppError::Conflict(NOT_OURS.to_owned())),
            _ => {
                parts.extensions.insert(db.read_only(NOT_OURS));
                run(&parts, self.bytes.clone(), None).await
            }
        }
    }

    /// Why a form is refused that says another place than the page it was on.
    fn elsewhere(&self) -> Option<AppError> {
        let page = referer_path(&self.parts).map(|path| Place::of_path(&path)).unwrap_or_default();
        let differ = page != self.place && page != Place::Nowhere && self.place != Place::Nowhere;
        differ.then(|| {
            AppError::Conflict("This form is for another company than its page, so nothing was done. Load the page again.".to_owned())
        })
    }

    /// By its token and its content, and by its token alone: sent with other values, it is refused. Forms with the same action on one
    /// page differ by their names.
    fn claim(&self, user_id: Uuid) -> Arc<Claim> {
        let whose = format!("{}\n{user_id}", self.parts.uri.path());
        let (mut form, mut token) = (whose.clone(), format!("token\n{whose}"));
        for (name, value) in &self.values {
            let line = format!("\n{}:{name}={value}", value.len());
            form.push_str(&line);
            if [FORM_TOKEN, FORM_NAME].contains(&name.as_str()) {
                token.push_str(&line);
            }
        }
        Claim::new(submissions::form_of(&form), submissions::form_of(&token), real_now())
    }

    /// The answer to a form that the browser sent by itself.
    pub async fn redirect(self, answer: Answer) -> Response {
        let back = referer_path(&self.parts).unwrap_or_else(|| self.place.at("/"));
        let (parts, sender) = (&self.parts, self.sender);
        let (target, left) = if answer.response.status.is_success() {
            let done = serde_json::from_slice::<Done>(&answer.body).ok();
            let target = done.as_ref().and_then(|done| done.to.as_deref()).and_then(local_path).map_or(back, str::to_owned);
            (target, Flash { done: done.filter(|done| !done.message.is_empty()), ..Flash::default() })
        } else {
            let error = serde_json::from_slice::<AppError>(&answer.body);
            let error = error.unwrap_or_else(|_| internal("what a form was answered is no error of ours"));
            let signed_out = error == AppError::Unauthenticated;
            let mut failed = failed_form(parts.uri.path(), self.values, error);
            failed.move_to(&Place::of_path(&self.place.at(&back)));
            match sender {
                Sender::Other(person) => {
                    flash::strand(parts, person, &self.place.at(&back), failed).await;
                    if signed_out {
                        let waits = Flash { stranded: true, ..Flash::default() };
                        (format!("/sign-in?next={}", encode(&back)), waits)
                    } else {
                        (back, Flash { dropped: true, ..Flash::default() })
                    }
                }
                _ if signed_out => (format!("/sign-in?next={}", encode(&back)), Flash::default()),
                _ => (back, Flash { failed: Some(failed), ..Flash::default() }),
            }
        };
        let mut response = Redirect::to(&target).into_response();
        for cookie in answer.response.headers.get_all(http::header::SET_COOKIE) {
            response.headers_mut().append(http::header::SET_COOKIE, cookie.clone());
        }
        flash::leave(parts, &left, &mut response).await;
        response
    }
}

/// The place that a form says it is for.
pub fn place_of(values: &[(String, String)]) -> Place {
    let named = values.iter().find(|(name, _)| name == FORM_PLACE).map(|(_, value)| value.clone());
    named.map(Place::from).unwrap_or_default()
}

/// Whose form with this action it is, by its token and its place.
pub async fn of_token(parts: &Parts, action: &str, values: &[(String, String)]) -> Result<Option<Uuid>, AppError> {
    let value = |wanted: &str| values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let (Some(token), Some(signing), Some(db)) = (value(FORM_TOKEN), parts.extensions.get::<Signing>(), parts.extensions.get::<Db>())
    else {
        return Ok(None);
    };
    let place = place_of(values).to_string();
    Ok(signing.person(db, token, action, &place, real_now()).await?)
}

/// Does what a form asks for, unless it was done before; then it gets the first answer.
async fn once(db: &Db, claim: Arc<Claim>, mut parts: Parts, bytes: Bytes) -> Answer {
    match first_answer(db, claim.form()).await {
        Ok(Some(first)) => return first,
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "a form was not looked for");
            return Answer::error(&AppError::Unavailable(NOT_LOOKED_AT.to_owned()));
        }
    }
    parts.extensions.insert(db.once(claim.clone()));
    let answer = run(&parts, bytes, Some(claim.form().to_owned())).await;
    // The work of all other forms is stored with their claim, but for what tidies up after it.
    let in_steps = parts.uri.path() == MoveClock::PATH;
    let mut settled = settle(db, &claim, &answer, in_steps).await;
    if settled.as_ref().is_err_and(|error| !error.is_transient()) {
        // A connection that was lost has been replaced by now.
        settled = settle(db, &claim, &answer, in_steps).await;
    }
    match settled {
        Ok(other) => other.unwrap_or(answer),
        Err(error) => {
            tracing::warn!(%error, "the answer to a form was not kept");
            unkept(db, &claim, answer, in_steps).await
        }
    }
}

/// What is said where the answer could not be kept. What the form did is stored with its claim; what may have been done is not said to
/// be undone.
async fn unkept(db: &Db, claim: &Claim, answer: Answer, in_steps: bool) -> Answer {
    if !answer.response.status.is_server_error() {
        return answer;
    }
    match claim.is_written(db).await {
        Ok(true) if in_steps => Answer::error(&AppError::Conflict(BROKEN_OFF.to_owned())),
        Ok(true) => done_before(),
        Ok(false) => answer,
        Err(_) => Answer::error(&AppError::Unavailable(UNKNOWN.to_owned())),
    }
}

/// Keeps the answer with what was done. Returns another answer where that one is the right one.
async fn settle(db: &Db, claim: &Claim, answer: &Answer, in_steps: bool) -> data::Result<Option<Answer>> {
    let status = answer.response.status;
    if status.is_success() {
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        return if claim.answer(db, text).await? { Ok(None) } else { first_answer(db, claim.form()).await };
    }
    if !claim.is_written(db).await? {
        // Somebody may have done it between the first look and the refusal.
        return first_answer(db, claim.form()).await;
    }
    if status.is_server_error() {
        // Sent again, the form gets the same answer.
        let done = done_before();
        if !in_steps {
            claim.answer(db, std::str::from_utf8(&done.body).unwrap_or_default()).await?;
            return Ok(Some(done));
        }
        // Something of it is stored, and what it is cannot be said here.
        let error = AppError::Conflict(BROKEN_OFF.to_owned());
        claim.answer(db, &serde_json::to_string(&error).unwrap_or_default()).await?;
        return Ok(Some(Answer::error(&error)));
    }
    claim.release(db).await?;
    Ok(None)
}

/// The answer that a form got when it was done; `None` when it was not. Waits for one that is on its way.
async fn first_answer(db: &Db, form: &str) -> data::Result<Option<Answer>> {
    let mut waited = Duration::ZERO;
    loop {
        match submissions::known(db, form, real_now()).await? {
            None => return Ok(None),
            Some(Known::Answered(text)) => {
                let broken_off = serde_json::from_str::<AppError>(&text).ok();
                return Ok(Some(broken_off.map_or_else(|| Answer::json(StatusCode::OK, text), |error| Answer::error(&error))));
            }
            Some(Known::Unanswered) => return Ok(Some(done_before())),
            Some(Known::Answering) if waited >= ANSWER_WAIT => return Ok(Some(Answer::error(&AppError::Busy))),
            Some(Known::Answering) => tokio::time::sleep(ANSWER_LOOK).await,
        }
        waited += ANSWER_LOOK;
    }
}

fn done_before() -> Answer {
    Answer::json(StatusCode::OK, serde_json::to_vec(&Done::say("This was done already.")).unwrap_or_default())
}

/// What comes back to be corrected. Where it is not known what became of it, with its old token: sent again, it is still one form.
fn failed_form(action: &str, values: Vec<(String, String)>, error: AppError) -> FailedForm {
    let value = |wanted: &str| values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let name = value(FORM_NAME).unwrap_or_default();
    let bare = value(FORM_BARE).is_some();
    let unknown = matches!(error, AppError::Busy | AppError::Internal { .. } | AppError::Unreachable | AppError::Unavailable(_));
    let token = value(FORM_TOKEN).filter(|_| unknown);
    let mut bytes = 0;
    let values = values
        .into_iter()
        .filter(|(name, _)| ![FORM_TOKEN, FORM_NAME, FORM_PLACE, FORM_BARE].contains(&name.as_str()) && !name.contains("password"))
        .take_while(|(name, value)| {
            bytes += name.len() + value.len();
            bytes <= KEPT_BYTES_MAX
        })
        .collect();
    FailedForm { action: action.to_owned(), name, error, values, token, bare }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn claim_to(form: &str) -> Arc<Claim> {
        Claim::new(submissions::form_of(form), submissions::form_of(&format!("token of {form}")), real_now())
    }

    async fn first_part(db: &Db) -> data::Result<()> {
        data::transact!(db, |_tx| { Ok(()) })
    }

    #[tokio::test]
    async fn a_form_that_broke_off_is_not_said_to_be_done() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        let claim = claim_to("form");
        first_part(&db.once(claim.clone())).await.unwrap();
        let broken = Answer::error(&AppError::Internal { request_id: "7".to_owned() });
        let told = settle(&db, &claim, &broken, true).await.unwrap().unwrap();
        let again = first_answer(&db, claim.form()).await.unwrap().unwrap();
        for answer in [told, again] {
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            assert_eq!(answer.response.status, StatusCode::CONFLICT);
            assert!(text.contains(BROKEN_OFF), "{text}");
        }
        // What was rolled back may be sent again.
        let claim = claim_to("other");
        assert!(settle(&db, &claim, &broken, true).await.unwrap().is_none());
        assert!(first_answer(&db, claim.form()).await.unwrap().is_none());
    }

    /// The process stops between what a form did and its answer.
    #[tokio::test]
    async fn what_may_have_been_done_is_not_said_to_be_undone() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        let [done, refused] = ["form", "other"].map(claim_to);
        first_part(&db.once(done.clone())).await.unwrap();
        let broken = || Answer::error(&AppError::Internal { request_id: "7".to_owned() });
        db.end_writing().await;
        assert!(settle(&db, &done, &broken(), false).await.is_err(), "nothing can be kept any more");
        assert_eq!(unkept(&db, &done, broken(), false).await.response.status, StatusCode::OK);
        assert_eq!(unkept(&db, &refused, broken(), false).await.response.status, StatusCode::INTERNAL_SERVER_ERROR);
        db.clone().close().await.unwrap();
        let unknown = unkept(&db, &done, broken(), false).await;
        let text = String::from_utf8(unknown.body.to_vec()).unwrap();
        assert!(unknown.response.status == StatusCode::SERVICE_UNAVAILABLE && text.contains("isn't known whether"), "{text}");
    }
}
