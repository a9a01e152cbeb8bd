//! Answers of the server itself, for people who get no screen.

use app::AppError;
use app::markup::escaped;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use crate::assets::STYLE_SHEET;

/// A link that leads on: its words and its address.
pub type Way = (String, String);

/// A page for browsers that asked for one, and a line of text for the rest.
pub fn message(headers: &HeaderMap, status: StatusCode, title: &str, text: &str) -> Response {
    page(headers, status, title, text, &[])
}

/// Why a file is not handed out. Visitors are led to the sign-in page.
pub fn refuse(headers: &HeaderMap, error: &AppError) -> Response {
    refuse_with(headers, error, &[])
}

/// The same, with ways on; without any, to the start page.
pub fn refuse_with(headers: &HeaderMap, error: &AppError, ways: &[Way]) -> Response {
    if *error == AppError::Unauthenticated {
        return Redirect::to("/sign-in").into_response();
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    page(headers, status, error.title(), &error.to_string(), ways)
}

fn page(headers: &HeaderMap, status: StatusCode, title: &str, text: &str, ways: &[Way]) -> Response {
    let wants_page = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"));
    if !wants_page {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        return (status, [(CONTENT_TYPE, plain)], format!("{title}. {text}\n")).into_response();
    }
    let home = [("To the start page".to_owned(), "/".to_owned())];
    let ways = if ways.is_empty() { &home } else { ways };
    let links: String =
        ways.iter().map(|(words, href)| format!("<a class=\"btn\" href=\"{}\">{}</a>", escaped(href), escaped(words))).collect();
    let (style, title, text) = (STYLE_SHEET.as_str(), escaped(title), escaped(text));
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Tributary</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"stylesheet\" href=\"{style}\"></head>\
         <body><main class=\"main\"><div class=\"empty\"><h1>{title}</h1><p>{text}</p><div class=\"actions\">{links}</div></div></main></body></html>"
    );
    (status, [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], page).into_response()
}
