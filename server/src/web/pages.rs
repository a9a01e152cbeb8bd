//! Answers of the server itself, for people who get no screen.

use app::forms::{Done, Flash};
use app::http::{encode, referer_path};
use app::markup::escaped;
use app::{AppError, flash};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::Place;
use http::request::Parts;

use crate::edge::assets::STYLE_SHEET;

const HOME: &str = "<a class=\"btn\" href=\"/\">Go to Home</a>";

/// A page for browsers that asked for one, and a line of text for the rest.
pub fn message(headers: &HeaderMap, status: StatusCode, title: &str, text: &str) -> Response {
    page(headers, status, title, text, HOME)
}

/// What went wrong, where there is nothing to go back to.
pub fn refuse(headers: &HeaderMap, error: &AppError) -> Response {
    page(headers, status_of(error), error.title(), &error.to_string(), HOME)
}

/// Why a file is not handed out. Visitors are led to the sign-in page, told why, and from there back to where the file was offered.
pub async fn no_file(parts: &Parts, error: &AppError) -> Response {
    // Who tries again comes from here.
    let elsewhere = referer_path(parts).filter(|page| page.split('?').next() != Some(parts.uri.path()));
    let back = elsewhere.unwrap_or_else(|| Place::of_path(parts.uri.path()).at("/"));
    if *error == AppError::Unauthenticated {
        let mut response = Redirect::to(&format!("/sign-in?next={}", encode(&back))).into_response();
        let told = Flash { done: Some(Done::say("You were signed out. Sign in, then download the file again.")), ..Flash::default() };
        flash::leave(parts, &told, &mut response).await;
        return response;
    }
    let again = match error {
        AppError::Unavailable(_) | AppError::Internal { .. } => "<a class=\"btn primary\" href=\"\">Try again</a>",
        _ => "",
    };
    let links = format!("{again}<a class=\"btn\" href=\"{}\">Back</a>", escaped(&back));
    page(&parts.headers, status_of(error), "No file to download", &error.to_string(), &links)
}

fn status_of(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn page(headers: &HeaderMap, status: StatusCode, title: &str, text: &str, links: &str) -> Response {
    let wants_page = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"));
    if !wants_page {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        return (status, [(CONTENT_TYPE, plain)], format!("{title}. {text}\n")).into_response();
    }
    let (style, title, text) = (STYLE_SHEET.as_str(), escaped(title), escaped(text));
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Tributary</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"stylesheet\" href=\"{style}\"></head>\
         <body><main class=\"main\"><div class=\"empty\"><h1>{title}</h1><p>{text}</p><div class=\"actions\">{links}</div></div></main></body></html>"
    );
    (status, [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], page).into_response()
}
