//! What is left for the next page: with the session of whoever is signed in, and in a cookie of their own for visitors, for whom the
//! database keeps nothing. While nothing can be stored, people get by cookie what is to be said, and not what they typed. It waits for a
//! page of the place that it leads to.

use axum::response::Response;
use data::people::flashes::{Flashes, For, Left};
use domain::Place;
use http::HeaderValue;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ctx::{Whose, db_of, real_now, session_of};
use crate::error::AppError;
use crate::forms::{FORM_PLACE, FailedForm, Flash};
use crate::tokens::Signing;

/// Longest message, and longest error at one field, in characters.
const MESSAGE_CHARS_MAX: usize = 1_000;
const ERRORS_MAX: usize = 50;
/// A browser takes 4 kB of cookie, in which each of these takes two.
const COOKIE_BYTES_MAX: usize = 1_600;
const COOKIE_SECONDS: u32 = 600;

/// Marks the request whose page has shown what was in the visitor's cookie.
#[derive(Clone, Copy, Debug)]
pub struct CookieShown;

/// What is in a cookie.
#[derive(Serialize, Deserialize)]
struct InCookie {
    place: Place,
    flash: Flash,
}

/// Leaves something for the page that `response` leads whoever sent this request to.
pub async fn leave(parts: &Parts, flash: &Flash, response: &mut Response) {
    if *flash == Flash::default() {
        return;
    }
    let flash = bounded(flash.clone());
    let target = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("/").to_owned();
    // A form may come back to an address that does not say whose it is.
    let named = flash.failed.as_ref().and_then(|failed| failed.value(FORM_PLACE));
    let target = named.map(|place| Place::from(place.to_owned())).unwrap_or_default().at(path_of(&target));
    let left = match (signed_in(parts).await, parts.extensions.get::<Flashes>()) {
        (Some(id), Some(flashes)) => {
            let content = serde_json::to_string(&flash).unwrap_or_default();
            match flashes.leave(For::Session(id, &target), &content, real_now()).await {
                Ok(()) => Ok(()),
                Err(error) => {
                    tracing::warn!(%error, "a message to the next page goes by a cookie");
                    set_cookie(parts, &target, without_values(flash), response).await
                }
            }
        }
        _ => set_cookie(parts, &target, flash, response).await,
    };
    if let Err(error) = left {
        tracing::warn!(%error, "a message to the next page was lost");
    }
}

/// Keeps the form of somebody whose session ended, until they have signed in again and come to its page.
pub async fn strand(parts: &Parts, user_id: Uuid, page: &str, form: FailedForm) {
    let Some(flashes) = parts.extensions.get::<Flashes>() else { return };
    let content = serde_json::to_string(&form).unwrap_or_default();
    if let Err(error) = flashes.leave(For::Person(user_id, path_of(page)), &content, real_now()).await {
        tracing::warn!(%error, "a form was lost when its session ended");
    }
}

/// Whether a refused form waits for its page.
pub async fn form_waits(parts: &Parts) -> bool {
    let (Some(id), Some(flashes)) = (signed_in(parts).await, parts.extensions.get::<Flashes>()) else { return false };
    let left = flashes.left(&[For::Session(id, parts.uri.path())], real_now()).await.unwrap_or_default();
    let of_form = |left: Left| serde_json::from_str::<Flash>(left.content()).is_ok_and(|flash| flash.failed.is_some());
    left.into_iter().flatten().any(of_form)
}

/// What was left for this page.
pub async fn take(parts: &mut Parts, whose: Option<Whose>) -> Flash {
    if let Some(flash) = cookie(parts).await {
        parts.extensions.insert(CookieShown);
        return flash;
    }
    let (Some(Whose(user_id)), Some(flashes)) = (whose, parts.extensions.get::<Flashes>()) else { return Flash::default() };
    let (now, page) = (real_now(), parts.uri.path());
    let session = session_of(parts).ok().and_then(|session| session.id()).map(|id| For::Session(id, page));
    let readers: Vec<For> = [For::Person(user_id, page)].into_iter().chain(session).collect();
    let left = flashes.left(&readers, now).await.inspect_err(|error| tracing::warn!(%error, "a message could not be read"));
    let mut left = left.unwrap_or_default().into_iter();
    let (of_person, of_session) = (left.next().flatten(), left.next().flatten());
    let mut flash = Flash::default();
    if let Some(content) = of_session.and_then(|left| flashes.show(left, now)) {
        flash = serde_json::from_str(&content).unwrap_or_default();
    }
    if flash.failed.is_none()
        && let Some(content) = of_person.and_then(|left| flashes.show(left, now))
        && let Ok(form) = serde_json::from_str::<FailedForm>(&content)
    {
        let again = "You were signed out before this was sent. Look at it and send it again.";
        flash.failed = Some(FailedForm { error: AppError::Conflict(again.to_owned()), ..form });
    }
    flash
}

/// Has the browser forget what a page has shown.
pub fn forget_cookie(https: bool, response: &mut Response) {
    append_cookie(https, "", 0, response);
}

/// The session of this request, where somebody is signed in.
async fn signed_in(parts: &Parts) -> Option<tower_sessions::session::Id> {
    let session = session_of(parts).ok()?;
    let user_id: Option<Uuid> = session.get(crate::ctx::USER_ID).await.ok().flatten();
    user_id.and(session.id())
}

async fn set_cookie(parts: &Parts, target: &str, flash: Flash, response: &mut Response) -> crate::error::Result<()> {
    let Some(signing) = parts.extensions.get::<Signing>() else { return Ok(()) };
    let mut left = InCookie { place: Place::of_path(target), flash };
    let mut content = serde_json::to_string(&left).unwrap_or_default();
    if content.len() > COOKIE_BYTES_MAX
        && let Some(failed) = &mut left.flash.failed
    {
        failed.values.clear();
        content = serde_json::to_string(&left).unwrap_or_default();
    }
    if content.len() > COOKIE_BYTES_MAX {
        return Ok(());
    }
    let text: String = content.bytes().map(|byte| format!("{byte:02x}")).collect();
    let tag = signing.sign(&db_of(parts)?, &format!("flash\n{text}")).await?;
    append_cookie(signing.https, &format!("{text}.{tag}"), COOKIE_SECONDS, response);
    Ok(())
}

fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-tributary-flash" } else { "tributary-flash" }
}

fn append_cookie(https: bool, value: &str, seconds: u32, response: &mut Response) {
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}", cookie_name(https));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// What a cookie of ours says on this page.
async fn cookie(parts: &Parts) -> Option<Flash> {
    let signing = parts.extensions.get::<Signing>()?;
    let prefix = format!("{}=", cookie_name(signing.https));
    let mut cookies = parts.headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let (text, tag) = cookies.find_map(|cookie| cookie.trim().strip_prefix(prefix.as_str()))?.split_once('.')?;
    if signing.sign(&db_of(parts).ok()?, &format!("flash\n{text}")).await.ok()? != tag {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    let left: InCookie = serde_json::from_slice(&bytes?).ok()?;
    (left.place == Place::Nowhere || left.place == Place::of_path(parts.uri.path())).then_some(left.flash)
}

/// The path of an address without its query.
fn path_of(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// Only what is to be said: whoever uses this browser next does not read what somebody typed.
fn without_values(mut flash: Flash) -> Flash {
    if let Some(failed) = &mut flash.failed {
        failed.values.retain(|(name, _)| name == FORM_PLACE);
    }
    flash
}

/// No message is longer than a person reads.
fn bounded(mut flash: Flash) -> Flash {
    let cut = |text: &mut String| {
        if let Some((at, _)) = text.char_indices().nth(MESSAGE_CHARS_MAX) {
            text.truncate(at);
            text.push('…');
        }
    };
    if let Some(done) = &mut flash.done {
        cut(&mut done.message);
    }
    if let Some(failed) = &mut flash.failed {
        match &mut failed.error {
            AppError::Invalid(fields) => {
                let kept = std::mem::take(fields).into_iter().take(ERRORS_MAX);
                *fields = kept
                    .map(|(mut field, mut message)| {
                        cut(&mut field);
                        cut(&mut message);
                        (field, message)
                    })
                    .collect();
            }
            AppError::Forbidden(text)
            | AppError::NotFound(text)
            | AppError::Conflict(text)
            | AppError::Stale { message: text, .. }
            | AppError::Unavailable(text) => cut(text),
            AppError::Outdated
            | AppError::Unauthenticated
            | AppError::Internal { .. }
            | AppError::Unreachable
            | AppError::Unreadable
            | AppError::Busy => {}
        }
    }
    flash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_bounded() {
        let error = AppError::Invalid((0..1_000).map(|field| (field.to_string(), "ä".repeat(100_000))).collect());
        let failed = FailedForm { action: String::new(), name: String::new(), error, values: Vec::new(), token: None, bare: false };
        let flash = bounded(Flash { failed: Some(failed), ..Flash::default() });
        let size = serde_json::to_string(&flash).map_or(0, |text| text.len());
        assert!((50_000..150_000).contains(&size), "{size}");
    }
}
