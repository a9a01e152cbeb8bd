//! Answers of the server itself, for people who get no screen.

use app::AppError;
use app::markup::escaped;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use crate::assets::STYLE_SHEET;

/// A page for browsers that asked for one, and a line of text for the rest.
pub fn message(headers: &HeaderMap, status: StatusCode, title: &str, text: &str) -> Response {
    page(headers, status, title, text)
}

/// Why a file is not handed out. Visitors are led to the sign-in page.
pub fn refuse(headers: &HeaderMap, error: &AppError) -> Response {
    if *error == AppError::Unauthenticated {
        return Redirect::to("/sign-in").into_response();
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    page(headers, status, error.title(), &error.to_string())
}

fn page(headers: &HeaderMap, status: StatusCode, title: &str, text: &str) -> Response {
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
         <body><main class=\"main\"><div class=\"empty\"><h1>{title}</h1><p>{text}</p><div class=\"actions\"><a class=\"btn\" href=\"/\">To the start page</a></div></div></main></body></html>"
    );
    (status, [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], page).into_response()
}
