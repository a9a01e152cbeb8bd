//! Why an operation did not happen.

use std::collections::BTreeMap;

use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Error)]
pub enum Error {
    /// What was named is not there, or belongs to somebody else: nobody learns which.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Values that cannot be taken, each with what is wrong, by field. The empty name stands for the whole form.
    #[error("{}", join(.0))]
    Invalid(FieldErrors),
    /// It was possible a moment ago, or at another point of its life, and is not now.
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    Forbidden(String),
    /// Whoever waited for it wanted it to stop; nothing of it stays.
    #[error("it was stopped, and nothing was changed")]
    Stopped,
    /// More is asked for than can be done soon; nothing was changed.
    #[error("{0}")]
    Overloaded(&'static str),
    /// A row that no version of this program writes.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    #[error("database: {0}")]
    Database(#[from] DbErr),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

pub type FieldErrors = BTreeMap<String, String>;

fn join(errors: &FieldErrors) -> String {
    let parts: Vec<String> =
        errors.iter().map(|(field, message)| if field.is_empty() { message.clone() } else { format!("{field}: {message}") }).collect();
    parts.join("; ")
}

impl From<domain::views::Unreadable> for Error {
    fn from(error: domain::views::Unreadable) -> Error {
        Error::invalid(&error.name, error.message)
    }
}

impl Error {
    pub fn invalid(field: &str, message: impl Into<String>) -> Error {
        Error::Invalid(BTreeMap::from([(field.to_owned(), message.into())]))
    }

    pub fn conflict(message: impl Into<String>) -> Error {
        Error::Conflict(message.into())
    }

    /// Whether PostgreSQL undid the transaction because of another one: serialization failure, deadlock.
    pub(crate) fn lost_to_another(&self) -> bool {
        matches!(self.database_code().as_deref(), Some("40001" | "40P01"))
    }

    /// Whether the same transaction may well succeed when run again: the database was busy, or could not order it with others.
    pub fn is_transient(&self) -> bool {
        if self.lost_to_another() {
            return true;
        }
        // SQLite: the low byte of the extended code is SQLITE_BUSY or SQLITE_LOCKED. PostgreSQL's codes have five letters.
        self.database_code().is_some_and(|code| code.len() < 5 && code.parse::<u32>().is_ok_and(|number| matches!(number & 0xff, 5 | 6)))
    }

    /// The database's own code for what went wrong, where it was the database that said so.
    pub(crate) fn database_code(&self) -> Option<String> {
        let Error::Database(
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)),
        ) = self
        else {
            return None;
        };
        Some(cause.as_database_error()?.code()?.into_owned())
    }
}

/// Reads a stored word; only a damaged row fails.
pub fn stored<T: std::str::FromStr>(text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Error::Corrupt(error.to_string()))
}
