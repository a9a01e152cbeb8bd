//! Connections, transactions and their retry. The only module that knows which database it talks to.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions};
use sea_orm::{ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbErr, RuntimeErr};
use sea_orm_migration::MigratorTrait;

use crate::error::{Error, Result};
use crate::migrations::Migrator;
use crate::submissions::{Claim, Writes};

mod bulk;
mod tx;

pub use bulk::{IN_MAX, analyze, execute_with_rows, execute_with_shared_and_rows, ignore_conflict, insert_all};
pub use tx::Tx;

use tx::Connection;

/// How often a transaction that lost to another one is run again before its error is shown.
const RETRIES_MAX: u32 = 12;
const READERS: u32 = 4;
/// SQLite keeps so many KiB of pages per connection, or of a large file one part in so many, so that the upper levels of its
/// indexes stay; what falls out is still in the system's own cache.
const READER_CACHE_KIB: u32 = 2_000;
const READER_CACHE_PART: u64 = 64;
const READER_CACHE_KIB_MAX: u32 = 65_536;
const WRITER_CACHE_KIB: u32 = 4_000;
const BULK_CACHE_KIB: u32 = 131_072;
/// So many prepared statements are kept per connection: lists of many lengths would fill a larger cache and be seldom met again.
const STATEMENTS_KEPT: usize = 40;

#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    /// The pool of readers, as sea-orm wants it.
    reader: DatabaseConnection,
    writes: Writes,
}

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite allows one writer: its pool has one connection, so that writers queue here and not on the file's lock.
    Sqlite {
        writer: SqlitePool,
        reader: SqlitePool,
    },
    Postgres {
        pool: PgPool,
    },
}

impl Db {
    /// Opens `sqlite://PATH` (created where missing) or `postgres://…` and brings the schema up to date.
    pub async fn open(url: &str) -> Result<Db> {
        let db = Db::connect(url).await?;
        db.migrate().await?;
        Ok(db)
    }

    /// Opens a database as it is.
    pub async fn connect(url: &str) -> Result<Db> {
        if url.starts_with("sqlite:") {
            let writer = sqlite(url, 1, WRITER_CACHE_KIB).await?;
            let reader = sqlite(url, READERS, reader_cache_kib(url)).await?;
            return Ok(Db { reader: reader.clone().into(), pools: Pools::Sqlite { writer, reader }, writes: Writes::Free });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = postgres(url).await?;
            return Ok(Db { reader: pool.clone().into(), pools: Pools::Postgres { pool }, writes: Writes::Free });
        }
        Err(Error::invalid("database", format!("“{url}” is neither sqlite://… nor postgres://…")))
    }

    /// Opens a database that is there, to read it only. Nothing is created or brought up to date.
    ///
    /// # Errors
    /// `Conflict` where there is no such file.
    pub async fn connect_to_read(url: &str) -> Result<Db> {
        let Some(path) = crate::backup::sqlite_path(url) else { return Db::connect(url).await };
        if !path.is_file() {
            return Err(Error::conflict(format!("there is no database at {}", path.display())));
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(Duration::from_secs(30))
            .pragma("temp_store", "memory")
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        let reader = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await.map_err(connection_error)?;
        let never = Writes::Never("this database was opened to be read only");
        Ok(Db { reader: reader.clone().into(), pools: Pools::Sqlite { writer: reader.clone(), reader }, writes: never })
    }

    pub async fn migrate(&self) -> Result<()> {
        let writer: DatabaseConnection = match &self.pools {
            Pools::Sqlite { writer, .. } => writer.clone().into(),
            Pools::Postgres { pool } => pool.clone().into(),
        };
        let mut attempt = 0;
        loop {
            match Migrator::up(&writer, None).await {
                Ok(()) => return Ok(()),
                // Another process is doing the same at this moment.
                Err(_) if attempt < 5 => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// For queries. What they see may change between two of them: see [`Db::snapshot`].
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A transaction for several queries that must see the same state.
    pub async fn snapshot(&self) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { reader, .. } => {
                let connection = reader.acquire().await.map_err(acquire_error)?;
                Tx::begin(Connection::Sqlite(connection), "BEGIN DEFERRED", true).await
            }
            Pools::Postgres { pool } => {
                let connection = pool.acquire().await.map_err(acquire_error)?;
                Tx::begin(Connection::Postgres(connection), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", true).await
            }
        }
    }

    /// The same database for a form: its first transaction to commit writes this claim, and is refused where another request has.
    pub fn once(&self, claim: Arc<Claim>) -> Db {
        Db { writes: Writes::Once(claim), ..self.clone() }
    }

    /// The same database for whoever may change nothing, and why.
    pub fn read_only(&self, why: &'static str) -> Db {
        Db { writes: Writes::Never(why), ..self.clone() }
    }

    /// Writes the claim of the form that this handle is for. [`transact!`] does so before all else.
    pub async fn claim<C: ConnectionTrait>(&self, tx: &C) -> Result<()> {
        match &self.writes {
            Writes::Once(claim) => claim.write(tx).await,
            Writes::Free | Writes::Never(_) => Ok(()),
        }
    }

    /// Begins a serializable transaction for writing. Use [`transact!`], which also commits and runs it again where it must.
    pub async fn begin(&self) -> Result<Tx> {
        if let Writes::Never(why) = self.writes {
            return Err(Error::conflict(why));
        }
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let connection = writer.acquire().await.map_err(acquire_error)?;
                Tx::begin(Connection::Sqlite(connection), "BEGIN IMMEDIATE", false).await
            }
            Pools::Postgres { pool } => {
                let connection = pool.acquire().await.map_err(acquire_error)?;
                Tx::begin(Connection::Postgres(connection), "BEGIN ISOLATION LEVEL SERIALIZABLE", false).await
            }
        }
    }

    /// Gives the writer more memory while it writes very much, or takes it back. PostgreSQL sees to this by itself.
    pub async fn write_in_bulk(&self, bulk: bool) -> Result<()> {
        if let Pools::Sqlite { writer, .. } = &self.pools {
            let kib = if bulk { BULK_CACHE_KIB } else { WRITER_CACHE_KIB };
            let shrink = if bulk { "" } else { "; PRAGMA shrink_memory" };
            DatabaseConnection::from(writer.clone()).execute_unprepared(&format!("PRAGMA cache_size = -{kib}{shrink}")).await?;
        }
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        match self.pools {
            Pools::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool } => pool.close().await,
        }
        Ok(())
    }

    /// "SQLite" or "PostgreSQL", for people.
    pub fn kind(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite { .. } => "SQLite",
            Pools::Postgres { .. } => "PostgreSQL",
        }
    }
}

/// Commits or rolls back; `None` means the transaction lost to another one and is to be run again.
pub async fn finish<T>(tx: Tx, outcome: Result<T>, attempt: &mut u32) -> Option<Result<T>> {
    let outcome = match outcome {
        Ok(value) => tx.commit().await.map(|()| value),
        Err(error) => {
            // The first error is the one that explains; a failed rollback only repeats it, and its connection is closed.
            let _ = tx.rollback().await;
            Err(error)
        }
    };
    match outcome {
        Err(error) if error.is_transient() && *attempt < RETRIES_MAX => {
            *attempt += 1;
            let longest = 4u64 << (*attempt).min(7);
            let pause = rand::rng().random_range(1..=longest);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            None
        }
        outcome => Some(outcome),
    }
}

/// `transact!(db, |tx| { …; Ok(value) })` runs the block in one transaction, serializable, and commits it. Lost to another
/// transaction, the block runs again: it must have no effect outside the transaction. Evaluates to a `Result`.
#[macro_export]
macro_rules! transact {
    ($db:expr, |$tx:ident| $work:block) => {{
        let mut attempt = 0;
        loop {
            let transaction = match $db.begin().await {
                Ok(transaction) => transaction,
                Err(error) => break Err(error),
            };
            let outcome = {
                let $tx = &transaction;
                let outcome: $crate::Result<_> = match $db.claim($tx).await {
                    Ok(()) => async { $work }.await,
                    Err(error) => Err(error),
                };
                outcome
            };
            if let Some(outcome) = $crate::db::finish(transaction, outcome, &mut attempt).await {
                break outcome;
            }
        }
    }};
}

fn reader_cache_kib(url: &str) -> u32 {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default();
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    u32::try_from(bytes / 1024 / READER_CACHE_PART).unwrap_or(u32::MAX).clamp(READER_CACHE_KIB, READER_CACHE_KIB_MAX)
}

async fn sqlite(url: &str, connections: u32, cache_kib: u32) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(connection_error)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30))
        .foreign_keys(true)
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("temp_store", "memory")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        // A long import or month end holds the writer; waiting for it is right, giving up is not.
        .acquire_timeout(Duration::from_secs(120));
    pool.connect_with(options).await.map_err(connection_error)
}

async fn postgres(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url).map_err(connection_error)?.disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(10).acquire_timeout(Duration::from_secs(10));
    pool.connect_with(options).await.map_err(connection_error)
}

fn connection_error(error: sqlx::Error) -> Error {
    DbErr::Conn(RuntimeErr::SqlxError(error.into())).into()
}

fn acquire_error(error: sqlx::Error) -> Error {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout).into(),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed).into(),
        error => connection_error(error),
    }
}
