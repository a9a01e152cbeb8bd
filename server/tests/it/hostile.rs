//! What nobody sends by accident: markup in every field, requests that are none, characters that no database takes.
//!
//! `ATTACK=all` runs every payload through every page and more rounds of the fuzz; otherwise a part of it is taken, by `ATTACK_SEED`.

mod fuzz;
mod markup;
mod requests;

use axum::http::Method;

use crate::harness::request;

fn payloads() -> Vec<String> {
    serde_json::from_str(include_str!("../../../end2end/support/payloads.json")).unwrap()
}

fn all() -> bool {
    std::env::var("ATTACK").is_ok_and(|attack| attack == "all")
}

fn from_our_page(path: &str, cookie: Option<&str>) -> axum::http::request::Builder {
    request(Method::POST, path, cookie).header("sec-fetch-site", "same-origin")
}
