//! Every operation on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used)]

mod books;
mod charges;
mod companies;
mod due;
mod life;
mod month_end;
mod payouts;
mod attributions;
mod imports;
mod programme;
mod rewards;
mod sales;
mod schema;
mod tenants;
mod screens;
mod verify;
mod wanderings;
mod world;
