//! Storage: entities, migrations, and operations, each of which is one database transaction.

pub mod db;
pub mod entities;
pub mod error;
pub mod migrations;

pub use db::Db;
pub use error::{Error, FieldErrors, Result};
