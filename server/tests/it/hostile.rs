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

/// Numbers by seed (SplitMix64).
struct Random(u64);

impl Random {
    fn new() -> Random {
        let seed = std::env::var("ATTACK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
        eprintln!("ATTACK_SEED={seed}");
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

fn from_our_page(path: &str, cookie: Option<&str>) -> axum::http::request::Builder {
    request(Method::POST, path, cookie).header("sec-fetch-site", "same-origin")
}
