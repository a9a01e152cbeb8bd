//! Connections, transactions and their retry. The only module that knows which database it talks to.

use std::time::Duration;

use futures::future::BoxFuture;
use rand::RngExt;
use sea_orm::sea_query::OnConflict;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    EntityTrait, IsolationLevel, Iterable, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use sea_orm_migration::MigratorTrait;

use crate::error::{Error, Result};
use crate::migrations::Migrator;

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
    /// SQLite allows one writer: its pool has one connection, so that writers queue here and not on the file's lock.
    writer: DatabaseConnection,
    reader: DatabaseConnection,
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
            let separator = if url.contains('?') { '&' } else { '?' };
            let address = format!("{url}{separator}mode=rwc");
            let writer = Database::connect(sqlite(&address, 1, WRITER_CACHE_KIB)).await?;
            let reader = Database::connect(sqlite(&address, READERS, reader_cache_kib(url))).await?;
            return Ok(Db { writer, reader });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = ConnectOptions::new(url);
            options.max_connections(10).sqlx_logging(false).connect_timeout(Duration::from_secs(10));
            let pool = Database::connect(options).await?;
            return Ok(Db { writer: pool.clone(), reader: pool });
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
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=ro", path.display()));
        options.max_connections(READERS).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
            sqlite.busy_timeout(Duration::from_secs(30)).pragma("temp_store", "memory").statement_cache_capacity(STATEMENTS_KEPT)
        });
        let pool = Database::connect(options).await?;
        Ok(Db { writer: pool.clone(), reader: pool })
    }

    pub async fn migrate(&self) -> Result<()> {
        let mut attempt = 0;
        loop {
            match Migrator::up(&self.writer, None).await {
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
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            isolation_level: (self.backend() == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead),
            access_mode: (self.backend() == DbBackend::Postgres).then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
        };
        begin(&self.reader, options).await
    }

    /// Begins a serializable transaction for writing. Use [`transact!`], which also commits and runs it again where it must.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            isolation_level: (self.backend() == DbBackend::Postgres).then_some(IsolationLevel::Serializable),
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        begin(&self.writer, options).await
    }

    /// Gives the writer more memory while it writes very much, or takes it back. PostgreSQL sees to this by itself.
    pub async fn write_in_bulk(&self, bulk: bool) -> Result<()> {
        if self.backend() == DbBackend::Sqlite {
            let kib = if bulk { BULK_CACHE_KIB } else { WRITER_CACHE_KIB };
            let shrink = if bulk { "" } else { "; PRAGMA shrink_memory" };
            self.writer.execute_unprepared(&format!("PRAGMA cache_size = -{kib}{shrink}")).await?;
        }
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        self.reader.close().await?;
        self.writer.close().await?;
        Ok(())
    }

    fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// "SQLite" or "PostgreSQL", for people.
    pub fn kind(&self) -> &'static str {
        if self.backend() == DbBackend::Postgres { "PostgreSQL" } else { "SQLite" }
    }
}

/// Begins in a task of its own. A future that is dropped while its transaction begins (a browser went away) would leave its
/// PostgreSQL connection inside a transaction that nobody knows of; so the beginning ends, and is rolled back when dropped.
async fn begin(pool: &DatabaseConnection, options: TransactionOptions) -> Result<DatabaseTransaction> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with_options(options).await });
    Ok(begun.await.map_err(std::io::Error::other)??)
}

/// Commits or rolls back; `None` means the transaction lost to another one and is to be run again.
pub async fn finish<T>(transaction: DatabaseTransaction, outcome: Result<T>, attempt: &mut u32) -> Option<Result<T>> {
    let outcome = match outcome {
        Ok(value) => transaction.commit().await.map(|()| value).map_err(Error::from),
        // The first error is the one that explains; a failed rollback only repeats it.
        Err(error) => transaction.rollback().await.map_err(Error::from).and(Err(error)),
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
                let outcome: $crate::Result<_> = async { $work }.await;
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

fn sqlite(url: &str, connections: u32, cache_kib: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        // A long import or month end holds the writer; waiting for it is right, giving up is not.
        .acquire_timeout(Duration::from_secs(120))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(30))
                .foreign_keys(true)
                .pragma("cache_size", format!("-{cache_kib}"))
                .statement_cache_capacity(STATEMENTS_KEPT)
                .pragma("temp_store", "memory")
        });
    options
}

/// Has PostgreSQL renew its statistics of tables that one transaction fills: nobody else sees the rows yet, and a plan for an empty
/// table takes ever longer in a growing one. SQLite plans by the indexes alone.
pub async fn analyze<C: ConnectionTrait>(tx: &C, tables: &'static str) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Not while somebody else does, and without a word about it: the lock is held to the end of the transaction.
        let quietly = "SET LOCAL client_min_messages = error";
        tx.execute_unprepared(&format!("{quietly}; ANALYZE (SKIP_LOCKED) {tables}; SET LOCAL client_min_messages = DEFAULT")).await?;
    }
    Ok(())
}

/// `ON CONFLICT DO NOTHING`, for inserts that may have happened before.
pub fn ignore_conflict() -> OnConflict {
    OnConflict::new().do_nothing().to_owned()
}

/// How many values one `IN (…)` lists.
pub const IN_MAX: usize = 5_000;

/// Rows per INSERT: SQLite takes 32,766 values in one statement.
const VALUES_MAX: usize = 32_000;

/// Inserts all rows with as few statements as the databases take.
///
/// The future is boxed: one that named the iterator's type would not be `Send` in the eyes of the compiler.
pub fn insert_all<'a, A, C>(tx: &'a C, rows: impl IntoIterator<Item = A>) -> BoxFuture<'a, Result<()>>
where
    A: ActiveModelTrait + Send + 'a,
    C: ConnectionTrait,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count();
    let chunk_rows = (VALUES_MAX / columns).min(1000);
    let rows: Vec<A> = rows.into_iter().collect();
    Box::pin(async move {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<A> = rows.by_ref().take(chunk_rows).collect();
            A::Entity::insert_many(chunk).exec_without_returning(tx).await?;
        }
        Ok(())
    })
}

/// Runs a statement once per few thousand rows, which stand in it as `{rows}`: `WITH v(id, n) AS (VALUES {rows}) UPDATE …`.
pub fn execute_with_rows<'a, C, const COLUMNS: usize>(
    tx: &'a C,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value; COLUMNS]>,
) -> BoxFuture<'a, Result<()>>
where
    C: ConnectionTrait,
{
    execute_with_shared_and_rows(tx, sql, Vec::new(), rows)
}

/// The same with values that all rows share, which stand before them as `{shared}`:
/// `WITH s(company_id, at) AS (VALUES {shared}), v(id, n) AS (VALUES {rows}) INSERT INTO … SELECT … FROM v, s`.
pub fn execute_with_shared_and_rows<'a, C, const COLUMNS: usize>(
    tx: &'a C,
    sql: &'static str,
    shared: Vec<Value>,
    rows: impl IntoIterator<Item = [Value; COLUMNS]>,
) -> BoxFuture<'a, Result<()>>
where
    C: ConnectionTrait,
{
    let rows: Vec<[Value; COLUMNS]> = rows.into_iter().collect();
    Box::pin(async move {
        // SQLite looks numbered places up one by one, which takes long among thousands.
        let numbered = tx.get_database_backend() == DbBackend::Postgres;
        let chunk_rows = (VALUES_MAX - shared.len()) / COLUMNS.max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut values = shared.clone();
            let shared_places = places(0, shared.len(), numbered);
            let mut row_places = String::new();
            for row in rows.by_ref().take(chunk_rows) {
                row_places.push_str(if row_places.is_empty() { "" } else { ", " });
                row_places.push_str(&places(values.len(), COLUMNS, numbered));
                values.extend(row);
            }
            let sql = sql.replace("{shared}", &shared_places).replace("{rows}", &row_places);
            tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
        }
        Ok(())
    })
}

/// "($4, $5)", the places of so many values after so many others.
fn places(before: usize, count: usize, numbered: bool) -> String {
    let mut places = String::from("(");
    for place in before + 1..=before + count {
        places.push_str(if places.len() > 1 { ", " } else { "" });
        if numbered {
            places.push('$');
            places.push_str(&place.to_string());
        } else {
            places.push('?');
        }
    }
    places.push(')');
    places
}
