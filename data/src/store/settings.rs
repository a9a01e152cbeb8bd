//! How PostgreSQL is talked to. SQLite needs no settings.

use std::time::Duration;

use crate::store::error::{Error, Result};

use super::migrate;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooler {
    /// None, or one that keeps a connection for each session.
    Session,
    /// One that may give each transaction another connection: statements have no names, and none is sent outside a transaction.
    Transaction,
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub pooler: Pooler,
    /// Connections for reading, and for writing.
    pub readers: u32,
    pub writers: u32,
    /// How long one statement of a screen may take.
    pub statement_seconds: u32,
    /// How long a write waits for its turn, on both databases. A long import or month end may hold the writer; a browser waits two
    /// minutes at most.
    pub turn: Duration,
    /// How long a write that a person waits for goes on where another process holds a SQLite file.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            pooler: Pooler::Session,
            readers: 10,
            writers: 6,
            statement_seconds: 60,
            turn: Duration::from_secs(100),
            patience: Duration::from_secs(12),
        }
    }
}

/// How long a statement of a write waits for a row that another transaction holds; then its transaction leaves its connection to
/// others and runs again. Longer than a piece of an import, which then ends the wait.
const ROW_WAIT_MS: u32 = 500;
/// How long a query waits for a table that is being changed.
const TABLE_WAIT_SECONDS: u32 = 5;
/// A statement of a write may take this long, so that none goes on for ever.
const WRITE_STATEMENT_SECONDS: u32 = 1800;

impl Settings {
    /// `TRIBUTARY_POOLER`, `TRIBUTARY_READERS`, `TRIBUTARY_WRITERS`, `TRIBUTARY_STATEMENT_SECONDS`, as `variable` knows
    /// them.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Settings> {
        let default = Settings::default();
        let pooler = match variable("TRIBUTARY_POOLER").as_deref() {
            None | Some("" | "session") => Pooler::Session,
            Some("transaction") => Pooler::Transaction,
            Some(other) => {
                return Err(Error::invalid("", format!("TRIBUTARY_POOLER is “{other}”; it can be “transaction” or “session”")));
            }
        };
        let number = |name: &str, default: u32, max: u32| match variable(name).filter(|text| !text.is_empty()) {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(number) if (1..=max).contains(&number) => Ok(number),
                _ => Err(Error::invalid("", format!("{name} is “{text}”; it can be a whole number from 1 to {max}"))),
            },
        };
        Ok(Settings {
            pooler,
            readers: number("TRIBUTARY_READERS", default.readers, 1_000)?,
            writers: number("TRIBUTARY_WRITERS", default.writers, 1_000)?,
            statement_seconds: number("TRIBUTARY_STATEMENT_SECONDS", default.statement_seconds, 86_400)?,
            ..default
        })
    }

    /// One message to the server. It answers with the transaction's id, by which its end can be looked up, and with how many
    /// migrations the database has.
    pub(super) fn begin_writing() -> String {
        format!(
            "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL lock_timeout = '{ROW_WAIT_MS}ms'; \
             SET LOCAL statement_timeout = '{WRITE_STATEMENT_SECONDS}s'; SELECT txid_current()::text, ({})",
            migrate::COUNT
        )
    }

    pub(super) fn begin_snapshot(&self) -> String {
        format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{}s'", self.statement_seconds)
    }

    pub(super) fn begin_long_snapshot(&self) -> String {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0".to_owned()
    }

    /// For a single query behind a pooler.
    pub(super) fn begin_reading(&self) -> String {
        format!("BEGIN READ ONLY; SET LOCAL statement_timeout = '{}s'", self.statement_seconds)
    }

    /// For a session of reading, where there is one.
    pub(super) fn session(&self) -> String {
        format!("SET statement_timeout = '{}s'; SET lock_timeout = '{TABLE_WAIT_SECONDS}s'", self.statement_seconds)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn settings_are_read_or_refused_in_words() {
        let given = |name: &'static str, value: &'static str| {
            Settings::read(move |asked| (asked == name).then(|| value.to_owned())).map_err(|error| error.to_string())
        };
        assert_eq!(Settings::read(|_| None).unwrap().pooler, Pooler::Session);
        assert_eq!(given("TRIBUTARY_POOLER", "transaction").unwrap().pooler, Pooler::Transaction);
        assert_eq!(given("TRIBUTARY_READERS", "25").unwrap().readers, 25);
        assert_eq!(
            given("TRIBUTARY_POOLER", "statement").unwrap_err(),
            "TRIBUTARY_POOLER is “statement”; it can be “transaction” or “session”"
        );
        assert!(Settings::default().patience <= Duration::from_secs(15), "a person is told within 15 seconds");
        for wrong in ["0", "-1", "many", "1001"] {
            let error = given("TRIBUTARY_WRITERS", wrong).unwrap_err();
            assert_eq!(error, format!("TRIBUTARY_WRITERS is “{wrong}”; it can be a whole number from 1 to 1000"));
        }
    }
}
