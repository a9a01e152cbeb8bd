//! Every operation on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used)]

mod programme;
mod sales;
mod schema;
mod world;
