//! Storage and operations: an operation is one database transaction. Ends with rows and figures; words, links and icons are for the screens.
//!
//! The chapters are in order: each uses only those before it (`server/tests/dependency_direction.rs`).

pub mod store;

pub mod installation;

pub mod act;

pub mod audit;

pub mod work;

pub mod outbox;

pub mod lists;

pub mod programme;

pub mod people;

pub mod network;

pub mod billing;

pub mod rewards;

pub mod sales;

pub mod due;

#[cfg(any(test, feature = "testing"))]
pub mod fixture;
#[cfg(feature = "testing")]
pub mod testing;

pub use store::error::{Error, FieldErrors, Result};
pub use store::{Db, schema, submissions};
