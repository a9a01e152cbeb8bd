//! Every operation on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used)]

mod attributions;
mod books;
mod charges;
mod companies;
mod differences;
mod due;
mod imports;
mod life;
mod month_end;
mod payouts;
mod programme;
mod reversals;
mod rewards;
mod sales;
mod schema;
mod screens;
mod tenants;
mod verify;
mod wanderings;
mod world;
