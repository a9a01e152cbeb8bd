//! The whole program from outside: HTTP over the real router, and commands over the built binary.

#![allow(clippy::unwrap_used)]

mod access;
mod commands;
mod downloads;
mod files;
mod forms;
mod harness;
mod http;
mod reviews;
mod sign_in;
mod submissions;
