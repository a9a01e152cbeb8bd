//! Storage: entities, migrations, and operations, each of which is one database transaction.

pub mod accounts;
pub mod attributions;
pub mod audit;
pub mod backup;
pub mod bulk;
pub mod charges;
pub mod check;
pub mod clock;
pub mod companies;
pub mod customers;
pub mod db;
pub mod demo;
pub mod due;
pub mod entities;
pub mod error;
pub mod events;
pub mod exports;
pub mod files;
#[cfg(any(test, feature = "testing"))]
pub mod fixture;
pub mod flashes;
mod hashing;
pub mod imports;
pub mod installation;
pub mod invoices;
pub mod ledger;
pub mod lists;
pub mod migrations;
pub mod month_end;
pub mod names;
pub mod offers;
pub mod open_imports;
pub mod outbox;
pub mod partners;
pub mod payment_files;
pub mod payouts;
pub mod programme;
pub mod providers;
pub mod rewards;
pub mod search;
mod secrets;
pub mod seen;
pub mod sessions;
mod spreadsheet;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transactions;
pub mod troubles;
pub mod uploads;
pub mod verify;
pub mod voids;
pub mod work;

pub use db::{Db, schema, submissions};
pub use error::{Error, FieldErrors, Result};
