//! The whole program from outside: HTTP over the real router, and commands over the built binary.

#![allow(clippy::unwrap_used)]

mod access;
mod backup;
mod commands;
mod customers;
mod databases;
mod downloads;
mod faults;
mod files;
mod fingerprint;
mod forms;
mod harness;
mod hostile;
mod http;
mod import_page;
mod large_files;
mod limits;
mod lists;
mod places;
mod prepared;
mod random;
mod reviews;
mod serving;
mod sessions;
mod sign_in;
mod statements;
mod stopping;
mod submissions;

pub use data::{on_both, testing};
