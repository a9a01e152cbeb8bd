//! The whole program from outside: HTTP over the real router, and commands over the built binary.

#![allow(clippy::unwrap_used)]

mod access;
mod backup;
mod commands;
mod customers;
mod databases;
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
mod testing;

pub use data::Db;
