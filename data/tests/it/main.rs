//! Every operation on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used)]

/// The company of the benches: every state, month, source, group and currency.
#[path = "../../benches/support/company.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod company;

mod attributions;
mod authors;
mod books;
mod charges;
mod companies;
mod differences;
mod due;
mod durable;
mod export_files;
mod faults;
mod figures;
mod filters;
mod imports;
mod invoice_history;
mod life;
mod lists;
mod manual_rewards;
mod migrations;
mod month_end;
mod payouts;
mod pooler;
mod portal;
mod production;
mod programme;
mod proxy;
mod receipts;
mod reversals;
mod reward_lines;
mod rewards;
mod sales;
mod schema;
mod screens;
mod search;
mod selections;
mod side_by_side;
mod tenants;
mod verify;
mod voids;
mod wanderings;
mod world;
