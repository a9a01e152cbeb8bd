//! Storage: entities, migrations, and operations, each of which is one database transaction.

pub mod accounts;
pub mod audit;
pub mod check;
pub mod companies;
pub mod db;
pub mod entities;
pub mod error;
pub mod installation;
pub mod migrations;
pub mod partners;
pub mod queries;
pub mod rewards;
pub mod search;
pub mod sessions;
#[cfg(feature = "testing")]
pub mod testing;

pub use db::Db;
pub use error::{Error, FieldErrors, Result};
