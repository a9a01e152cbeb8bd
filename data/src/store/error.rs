//! Why an operation did not happen.

use std::collections::BTreeMap;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};
use thiserror::Error;

/// Why an older program stores nothing any more.
pub(crate) const NEWER_SCHEMA: &str = "the database was brought up to date by a newer Tributary";

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
    /// A form had seen other values than there are now. Sent again with `seen`, it replaces what the message names; without one, it
    /// has to be shown anew. `fresh` has the values, by field, that it left alone and that are others now.
    #[error("{message}")]
    Stale { message: String, seen: Option<String>, fresh: BTreeMap<String, String> },
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
    /// Others were writing for longer than anybody should wait.
    #[error("the database is busy with other work; nothing was changed, try again in a moment")]
    Busy,
    /// Nothing can be stored, whatever it is.
    #[error("nothing can be saved at the moment: {0} ({1})")]
    Unwritable(&'static str, DbErr),
    #[error("the database can't be reached at the moment ({0})")]
    Unreachable(DbErr),
    /// A fault of the program.
    #[error("the program panicked: {0}")]
    Panicked(String),
    /// The connection was lost at the very end.
    #[error("the connection to the database was lost while this was saved, and it isn't known whether it was; look before you try again")]
    Uncertain,
    #[error("this database was made by a newer Tributary; use that version, or a newer one")]
    NewerSchema,
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

impl From<domain::list_query::Unreadable> for Error {
    fn from(error: domain::list_query::Unreadable) -> Error {
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

    pub(crate) fn statement(error: sqlx::Error) -> DbErr {
        DbErr::Exec(RuntimeErr::SqlxError(error.into()))
    }

    pub(crate) fn from_statement(error: sqlx::Error) -> Error {
        Error::Database(Error::statement(error))
    }

    pub(crate) fn from_connecting(error: sqlx::Error) -> Error {
        Error::Database(DbErr::Conn(RuntimeErr::SqlxError(error.into())))
    }

    pub(crate) fn from_acquiring(error: sqlx::Error) -> Error {
        match error {
            sqlx::Error::PoolTimedOut => Error::Database(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            sqlx::Error::PoolClosed => Error::Database(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            error => Error::from_connecting(error),
        }
    }

    /// Whether PostgreSQL undid the transaction because of another one: serialization failure, deadlock.
    pub(crate) fn lost_to_another(&self) -> bool {
        matches!(self.database_code().as_deref(), Some("40001" | "40P01"))
    }

    /// Whether PostgreSQL let it wait too long for a row that another transaction holds.
    pub(crate) fn waited_for_row(&self) -> bool {
        self.database_code().as_deref() == Some("55P03")
    }

    /// Whether the same transaction may well succeed when run again: the database was busy, or could not order it with others.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Busy => true,
            Error::Database(_) => match self.code() {
                // 55P03: it waited too long for a row.
                Some(Code::Postgres(state)) => matches!(&*state, "40001" | "40P01" | "55P03"),
                // SQLITE_BUSY, SQLITE_LOCKED.
                Some(Code::Sqlite(number)) => matches!(number & 0xff, 5 | 6),
                None => false,
            },
            _ => false,
        }
    }

    /// Whether the database had to add up more than it has numbers for.
    fn is_out_of_range(&self) -> bool {
        match self.code() {
            Some(Code::Postgres(state)) => state == "22003",
            Some(Code::Sqlite(1)) => {
                self.cause().and_then(sqlx::Error::as_database_error).is_some_and(|error| error.message() == "integer overflow")
            }
            _ => false,
        }
    }

    /// Whether it has to do with the database as a whole, and not with what was asked of it.
    pub(crate) fn is_everyones(&self) -> bool {
        matches!(self, Error::NewerSchema | Error::Database(DbErr::ConnectionAcquire(_))) || self.unwritable().is_some()
    }

    /// Whether PostgreSQL cut a statement off at its limit.
    fn ran_too_long(&self) -> bool {
        self.database_code().as_deref() == Some("57014")
    }

    /// Whether a row with the same key is there already.
    pub(crate) fn is_taken_key(&self) -> bool {
        match self.code() {
            Some(Code::Postgres(state)) => state == "23505",
            // SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY.
            Some(Code::Sqlite(number)) => matches!(number, 2067 | 1555),
            None => false,
        }
    }

    /// Whether a table lacks the column that was asked for. SQLite has no code of its own for it.
    pub(crate) fn is_unknown_column(&self) -> bool {
        match self.code() {
            Some(Code::Postgres(state)) => state == "42703",
            Some(Code::Sqlite(number)) => number == 1 && self.to_string().contains("no such column"),
            None => false,
        }
    }

    pub(crate) fn is_no_database(&self) -> bool {
        matches!(self.code(), Some(Code::Sqlite(26)))
    }

    pub(crate) fn cannot_open(&self) -> bool {
        matches!(self.code(), Some(Code::Sqlite(number)) if number & 0xff == 14)
    }

    /// The same, with the file's name.
    pub(crate) fn of_file(path: &std::path::Path, error: std::io::Error) -> Error {
        Error::Io(std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// Whether a COMMIT that failed in this way may have been carried out all the same: the connection was lost before the answer;
    /// on SQLite, the last page was written and then the disk did not say that it is safe.
    pub(crate) fn leaves_commit_open(&self) -> bool {
        const WRITE_FAILED: u32 = 778;
        match self.code() {
            Some(Code::Postgres(state)) => state.starts_with("08") || state.starts_with("57P") || state == "40003",
            Some(Code::Sqlite(number)) => number & 0xff == 10 && number != WRITE_FAILED,
            None => self.cause().is_some(),
        }
    }

    /// Why nothing at all could be stored, where it is that.
    pub(crate) fn unwritable(&self) -> Option<&'static str> {
        match self {
            Error::Unwritable(reason, _) => return Some(*reason),
            Error::Unreachable(_) | Error::Uncertain => return Some("the connection to the database was lost"),
            Error::NewerSchema => return Some(NEWER_SCHEMA),
            _ => {}
        }
        Some(match self.code() {
            Some(Code::Postgres(state)) => match &*state {
                "53100" => "the disk is full",
                "25006" => "the database is read-only",
                _ if state.starts_with("53") => "the database is short of resources",
                _ if state.starts_with("58") || state.starts_with("XX") => "the database can't be written",
                _ if state.starts_with("57P") || state.starts_with("08") => "the database is not available",
                _ => return None,
            },
            Some(Code::Sqlite(number)) => match number & 0xff {
                13 => "the disk is full",
                8 => "the database file is read-only",
                7 | 10 | 11 | 14 | 26 => "the database file can't be written",
                _ => return None,
            },
            None if self.cause().is_some_and(is_lost) => "the connection to the database was lost",
            None => return None,
        })
    }

    /// What went wrong in the database, as something that a person can be told.
    pub fn explained(self) -> Error {
        if self.is_transient() || self.ran_too_long() {
            return Error::Busy;
        }
        if self.is_taken_key() {
            return Error::conflict("Somebody else saved the same thing at the same moment. Reload the page to see it, then try again.");
        }
        if self.is_out_of_range() {
            return Error::conflict("The amounts come to more than can be added up. Nothing was changed.");
        }
        let reason = self.unwritable();
        let lost = self.code().is_none() && self.cause().is_some_and(is_lost);
        match (self, reason) {
            (Error::Database(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)), _) => Error::Busy,
            // The process is about to end.
            (Error::Database(cause @ DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)), _) => Error::Unreachable(cause),
            (Error::Database(cause), Some(_)) if lost => Error::Unreachable(cause),
            (Error::Database(cause), Some(reason)) => Error::Unwritable(reason, cause),
            (error, _) => error,
        }
    }

    fn code(&self) -> Option<Code> {
        let code = self.database_code()?;
        // PostgreSQL's have five letters or digits; SQLite's are numbers below 10,000.
        match code.parse() {
            Ok(number) if code.len() < 5 => Some(Code::Sqlite(number)),
            _ => Some(Code::Postgres(code)),
        }
    }

    /// The database's own code for what went wrong, where it was the database that said so.
    pub fn database_code(&self) -> Option<String> {
        Some(self.cause()?.as_database_error()?.code()?.into_owned())
    }

    fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            Error::Database(
                DbErr::Conn(RuntimeErr::SqlxError(cause))
                | DbErr::Exec(RuntimeErr::SqlxError(cause))
                | DbErr::Query(RuntimeErr::SqlxError(cause)),
            ) => Some(cause),
            _ => None,
        }
    }
}

enum Code {
    Postgres(String),
    Sqlite(u32),
}

fn is_lost(cause: &sqlx::Error) -> bool {
    matches!(cause, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed)
}

/// Reads a stored word; only a damaged row fails.
pub fn stored<T: std::str::FromStr>(text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Error::Corrupt(error.to_string()))
}
