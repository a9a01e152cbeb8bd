//! The whole program from outside: HTTP over the real router, and commands over the built binary.

#![allow(clippy::unwrap_used)]

mod access;
mod backup;
mod commands;
mod customers;
mod downloads;
mod files;
mod forms;
mod harness;
mod hostile;
mod http;
mod large_files;
mod limits;
mod lists;
mod places;
mod reviews;
mod sessions;
mod sign_in;
mod submissions;
/// Throw-away databases, shared with the tests of `data` as a file: as a feature it would have every screen compiled twice.
#[path = "../../../data/src/testing.rs"]
#[allow(dead_code, reason = "data's own tests use all of it")]
mod testing;

pub use data::{Db, Result};
