//! Pools of connections.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, Row};

use super::{Pooler, Pools, Settings};
use crate::store::error::{Error, Result};
use crate::store::files;

const READERS: u32 = 4;
/// SQLite keeps so many KiB of pages per connection, or of a large file one part in so many, so that the upper levels of its
/// indexes stay; what falls out is still in the system's own cache.
const READER_CACHE_KIB: u32 = 2_000;
const READER_CACHE_PART: u64 = 64;
const READER_CACHE_KIB_MAX: u32 = 65_536;
pub(super) const WRITER_CACHE_KIB: u32 = 4_000;
pub(super) const BULK_CACHE_KIB: u32 = 131_072;
/// So many pages of the write-ahead log are carried over into the file at once: SQLite's own number, and more where pages of the same
/// indexes are written again and again.
pub(super) const LOG_PAGES: u32 = 1_000;
pub(super) const BULK_LOG_PAGES: u32 = 8_000;
/// So many prepared statements are kept per connection: lists of many lengths would fill a larger cache and be seldom met again.
const STATEMENTS_KEPT: usize = 40;
/// SQLite itself waits for another process for this part of a turn.
const BUSY_WAITS: u32 = 10;
/// A write looks at a lock that another process holds again and again, 15 ms apart at most: SQLite would look ever more seldom.
const LOCK_LOOKS: &str = "PRAGMA busy_timeout = 40";
const READ_WAIT: Duration = Duration::from_secs(10);

pub(super) async fn pools(url: &str, settings: &Settings) -> Result<Pools> {
    if url.starts_with("sqlite:") {
        let (turn, cache) = (settings.turn, reader_cache_kib(url));
        let writer = SqlitePoolOptions::new().max_connections(1).after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(LOCK_LOOKS).execute(connection).await?;
                Ok(())
            })
        });
        let writer = sqlite(url, writer, WRITER_CACHE_KIB, turn).await?;
        let reader = sqlite(url, SqlitePoolOptions::new().max_connections(READERS), cache, turn).await?;
        return Ok(Pools::Sqlite { writer, reader });
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = PgConnectOptions::from_str(url).map_err(Error::from_connecting)?.disable_statement_logging();
        // Alone and at once: the pool would go on trying as long as a turn may take.
        let mut first = options.connect().await.map_err(Error::from_connecting)?;
        if settings.pooler == Pooler::Session {
            let mut second = options.connect().await.map_err(Error::from_connecting)?;
            refuse_pooler(&mut first, &mut second).await?;
            second.close().await.map_err(Error::from_connecting)?;
        }
        first.close().await.map_err(Error::from_connecting)?;
        let writer = PgPoolOptions::new().max_connections(settings.writers).acquire_timeout(settings.turn);
        let writer = writer.connect_lazy_with(options.clone());
        return Ok(Pools::Postgres { writer, reader: postgres_reader(options, settings) });
    }
    Err(Error::invalid("database", format!("“{url}” is neither sqlite://… nor postgres://…")))
}

fn reader_cache_kib(url: &str) -> u32 {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default();
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    u32::try_from(bytes / 1024 / READER_CACHE_PART).unwrap_or(u32::MAX).clamp(READER_CACHE_KIB, READER_CACHE_KIB_MAX)
}

/// One pool for a file that nothing is written to.
pub(super) async fn to_read(path: &Path, settings: &Settings) -> Result<Pools> {
    // Opened like this, SQLite takes the files away again that it needs beside a database; where it may not write, it reads.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(settings.turn / BUSY_WAITS)
        .pragma("query_only", "on")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging();
    // Where nothing can be put beside it. Whoever writes to a database at this moment keeps a journal there.
    let alone = options.clone().read_only(true).immutable(true);
    let journal = files::beside(path, "-wal").exists();
    let read_only = path.metadata().is_ok_and(|file| file.permissions().readonly());
    let opened = match reader(if read_only && !journal { alone.clone() } else { options }).await {
        Err(error) if error.cannot_open() && !journal => reader(alone).await,
        opened => opened,
    };
    let reader = opened.map_err(|error| match error.is_no_database() {
        true => Error::conflict(format!("{} is not a SQLite database", path.display())),
        false => error,
    })?;
    Ok(Pools::Sqlite { writer: reader.clone(), reader })
}

/// SQLite looks at a file no sooner than it is asked something.
async fn reader(options: SqliteConnectOptions) -> Result<SqlitePool> {
    let pool = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await.map_err(Error::from_connecting)?;
    match sqlx::raw_sql("SELECT count(*) FROM sqlite_master").execute(&pool).await {
        Ok(_) => Ok(pool),
        Err(error) => {
            pool.close().await;
            Err(Error::from_statement(error))
        }
    }
}

async fn sqlite(url: &str, pool: SqlitePoolOptions, cache_kib: u32, turn: Duration) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(Error::from_connecting)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(turn / BUSY_WAITS)
        .foreign_keys(true)
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("temp_store", "memory")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging();
    pool.min_connections(1).acquire_timeout(turn).connect_with(options).await.map_err(Error::from_connecting)
}

fn postgres_reader(options: PgConnectOptions, settings: &Settings) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(settings.readers).acquire_timeout(READ_WAIT);
    if settings.pooler == Pooler::Transaction {
        return pool.connect_lazy_with(options);
    }
    let session: Arc<str> = settings.session().into();
    let pool = pool.after_connect(move |connection, _| {
        let session = Arc::clone(&session);
        Box::pin(async move {
            sqlx::raw_sql(AssertSqlSafe(&*session)).execute(connection).await?;
            Ok(())
        })
    });
    pool.connect_lazy_with(options)
}

/// One value, asked for without a statement's name.
pub(super) async fn ask(pool: &PgPool, sql: String) -> Result<Option<String>> {
    let mut connection = pool.acquire().await.map_err(Error::from_acquiring)?;
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.map_err(Error::from_statement)?;
    row.try_get(0).map_err(Error::from_statement)
}

/// A pooler in transaction mode shows by this: while one session holds a server in a transaction, the other one, which had just
/// that server, has another.
async fn refuse_pooler(first: &mut PgConnection, second: &mut PgConnection) -> Result<()> {
    let before = server_of(first).await?;
    sqlx::raw_sql("BEGIN").execute(&mut *second).await.map_err(Error::from_statement)?;
    let held = server_of(second).await?;
    let after = server_of(first).await?;
    sqlx::raw_sql("ROLLBACK").execute(&mut *second).await.map_err(Error::from_statement)?;
    if held == before || after != before {
        return Err(Error::invalid(
            "",
            "the database is reached through a pooler in transaction mode (such as pgbouncer with pool_mode = transaction). \
             Set TRIBUTARY_POOLER=transaction, or let the pooler work in session mode, or connect to PostgreSQL directly",
        ));
    }
    Ok(())
}

async fn server_of(connection: &mut PgConnection) -> Result<String> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()::text").fetch_one(connection).await.map_err(Error::from_statement)?;
    row.try_get(0).map_err(Error::from_statement)
}
