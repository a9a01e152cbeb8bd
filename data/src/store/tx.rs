//! One transaction on one connection.
//!
//! BEGIN, COMMIT and ROLLBACK are sent as plain statements and their answers are what counts. A connection on which one of them
//! failed, or was never answered, is closed: what state it is in is anybody's guess, and the next writer must not inherit it.

#[cfg(feature = "testing")]
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use sea_orm::sea_query::{Value, Values};
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Postgres, Row, Sqlite};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Mutex, MutexGuard};

use super::Pooler;
#[cfg(feature = "testing")]
use super::faults::{self, Fault, Faults, Reads};
use crate::store::error::{Error, Result};

pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>, Pooler),
}

impl Connection {
    async fn send(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop),
            Connection::Postgres(connection, _) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop),
        }
    }

    /// Sends BEGIN with what belongs to it.
    async fn begin(&mut self, sql: String) -> Result<Begun, sqlx::Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        let mut begun = Begun::default();
        match self {
            Connection::Sqlite(connection) => {
                for row in sql.fetch_all(&mut **connection).await? {
                    begun.migrations = row.try_get(0)?;
                }
            }
            Connection::Postgres(connection, _) => {
                for row in sql.fetch_all(&mut **connection).await? {
                    begun.postgres_id = Some(row.try_get(0)?);
                    begun.migrations = row.try_get(1)?;
                }
            }
        }
        Ok(begun)
    }

    fn close_when_dropped(&mut self) {
        match self {
            Connection::Sqlite(connection) => connection.close_on_drop(),
            Connection::Postgres(connection, _) => connection.close_on_drop(),
        }
    }

    const fn backend(&self) -> DbBackend {
        match self {
            Connection::Sqlite(_) => DbBackend::Sqlite,
            Connection::Postgres(..) => DbBackend::Postgres,
        }
    }
}

/// How a transaction begins.
pub(super) struct Begin {
    pub sql: String,
    pub writes: bool,
    #[cfg(feature = "testing")]
    pub faults: Option<Arc<Faults>>,
    #[cfg(feature = "testing")]
    pub reads: Option<Arc<Reads>>,
}

impl Begin {
    pub fn reading(sql: String) -> Begin {
        Begin {
            sql,
            writes: false,
            #[cfg(feature = "testing")]
            faults: None,
            #[cfg(feature = "testing")]
            reads: None,
        }
    }
}

/// What the database said at the beginning of a write.
#[derive(Default)]
struct Begun {
    postgres_id: Option<String>,
    migrations: i64,
}

/// A transaction. Dropped before its end it is rolled back.
pub struct Tx {
    backend: DbBackend,
    held: Mutex<Held>,
    begun: Begun,
    written: AtomicU64,
}

/// Each statement that writes touches a few pages, and each row some of one.
const STATEMENT_BYTES: u64 = 16 * 1024;
const ROW_BYTES: u64 = 1024;

struct Held {
    /// `None` once the connection has gone back to its pool.
    connection: Option<Connection>,
    state: State,
    writes: bool,
    #[cfg(feature = "testing")]
    faults: Option<Arc<Faults>>,
    #[cfg(feature = "testing")]
    reads: Option<Arc<Reads>>,
}

enum State {
    Open,
    /// A statement was sent and its end has not been seen.
    Waiting,
    /// BEGIN, COMMIT or ROLLBACK was sent and its end has not been seen, or it failed.
    Unknown,
    /// A statement failed. PostgreSQL takes no more of them; SQLite may have rolled back already and would carry the next one out
    /// on its own. So no other is sent.
    Failed(DbErr),
}

impl Tx {
    pub(super) async fn begin(connection: Connection, begin: Begin) -> Result<Tx> {
        let backend = connection.backend();
        let mut held = Held {
            connection: Some(connection),
            state: State::Unknown,
            writes: begin.writes,
            #[cfg(feature = "testing")]
            faults: begin.faults,
            #[cfg(feature = "testing")]
            reads: begin.reads,
        };
        #[cfg(feature = "testing")]
        if held.strikes().is_some() {
            return Err(Error::from_statement(faults::error()));
        }
        let begun = held.connection()?.begin(begin.sql).await.map_err(Error::from_statement)?;
        held.state = State::Open;
        Ok(Tx { backend, held: Mutex::new(held), begun, written: AtomicU64::new(0) })
    }

    pub(super) fn migrations_found(&self) -> i64 {
        self.begun.migrations
    }

    pub(super) fn postgres_id(&self) -> Option<&str> {
        self.begun.postgres_id.as_deref()
    }

    /// About how many bytes of room it has needed.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Counts a statement before it is sent: it may be the one that there is no room for.
    fn count(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.written.fetch_add(bytes.saturating_mul(2).saturating_add(STATEMENT_BYTES), Ordering::Relaxed);
    }

    fn count_rows(&self, result: &ExecResult) {
        self.written.fetch_add(result.rows_affected().saturating_mul(ROW_BYTES), Ordering::Relaxed);
    }

    /// Ends it. `Ok` means that everything in it is stored for good.
    ///
    /// # Errors
    /// `Uncertain` when COMMIT was sent and it isn't known what became of it.
    pub async fn commit(self) -> Result<()> {
        let held = self.held.into_inner();
        if let Some(error) = held.refusal() {
            // What failed first explains it.
            let _ = held.end("ROLLBACK").await;
            return Err(error.into());
        }
        let writes = held.writes;
        match held.end("COMMIT").await {
            Err(error) if writes && error.leaves_commit_open() => {
                tracing::warn!(%error, "it isn't known whether a transaction was committed");
                Err(Error::Uncertain)
            }
            outcome => outcome,
        }
    }

    pub async fn rollback(self) -> Result<()> {
        self.held.into_inner().end("ROLLBACK").await
    }

    /// The connection for one more statement.
    async fn enter(&self) -> Result<MutexGuard<'_, Held>, DbErr> {
        let mut held = self.held.lock().await;
        if let Some(error) = held.refusal() {
            return Err(error);
        }
        held.state = State::Waiting;
        #[cfg(feature = "testing")]
        if let Some(reads) = &held.reads {
            reads.note();
        }
        #[cfg(feature = "testing")]
        if held.strikes().is_some() {
            let undone = held.connection()?.send("ROLLBACK").await;
            return Err(held.leave::<()>(undone.and(Err(faults::error()))).err().unwrap_or_else(ended));
        }
        Ok(held)
    }
}

impl Held {
    fn connection(&mut self) -> Result<&mut Connection, DbErr> {
        self.connection.as_mut().ok_or_else(ended)
    }

    /// Why no other statement may be sent.
    fn refusal(&self) -> Option<DbErr> {
        match &self.state {
            State::Open => None,
            State::Failed(error) => Some(error.clone()),
            State::Waiting | State::Unknown => Some(DbErr::Custom("a statement of the transaction was given up".to_owned())),
        }
    }

    fn leave<T>(&mut self, outcome: Result<T, sqlx::Error>) -> Result<T, DbErr> {
        let outcome = outcome.map_err(Error::statement);
        self.state = match &outcome {
            Ok(_) => State::Open,
            Err(error) => State::Failed(error.clone()),
        };
        outcome
    }

    async fn end(mut self, sql: &'static str) -> Result<()> {
        self.state = State::Unknown;
        let outcome = self.send_last(sql).await.map_err(Error::from_statement);
        let ended = match &outcome {
            Ok(()) => true,
            // PostgreSQL says that it undid everything, and has.
            Err(error) => error.lost_to_another(),
        };
        if ended {
            self.connection = None;
        }
        outcome
    }

    async fn send_last(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        #[cfg(feature = "testing")]
        if sql == "COMMIT"
            && let Some(fault) = self.faults.as_ref().and_then(|faults| faults.strikes())
        {
            connection.send(if fault == Fault::AnswerLost { "COMMIT" } else { "ROLLBACK" }).await?;
            return Err(faults::error());
        }
        connection.send(sql).await
    }

    #[cfg(feature = "testing")]
    fn strikes(&self) -> Option<Fault> {
        self.faults.as_ref().and_then(|faults| faults.strikes())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let gives_up_reading = !self.writes && matches!(self.state, State::Waiting);
        if !gives_up_reading && !matches!(self.state, State::Open | State::Failed(_)) {
            connection.close_when_dropped();
            return;
        }
        // Without a runtime nothing can be sent any more; the connection is lost with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if connection.send("ROLLBACK").await.is_err() {
                    connection.close_when_dropped();
                }
            });
        }
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut held = self.enter().await?;
        self.count(bytes(&statement));
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => sqlite(statement).execute(&mut **connection).await.map(ExecResult::from),
            Connection::Postgres(connection, pooler) => postgres(statement, *pooler).execute(&mut **connection).await.map(ExecResult::from),
        };
        held.leave(outcome).inspect(|result| self.count_rows(result))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut held = self.enter().await?;
        self.count(sql.len());
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => sql.execute(&mut **connection).await.map(ExecResult::from),
            Connection::Postgres(connection, _) => sql.execute(&mut **connection).await.map(ExecResult::from),
        };
        held.leave(outcome).inspect(|result| self.count_rows(result))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut held = self.enter().await?;
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => {
                sqlite(statement).fetch_optional(&mut **connection).await.map(|row| row.map(QueryResult::from))
            }
            Connection::Postgres(connection, pooler) => {
                postgres(statement, *pooler).fetch_optional(&mut **connection).await.map(|row| row.map(QueryResult::from))
            }
        };
        held.leave(outcome)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut held = self.enter().await?;
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => {
                sqlite(statement).fetch_all(&mut **connection).await.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
            Connection::Postgres(connection, pooler) => {
                let query = postgres(statement, *pooler);
                query.fetch_all(&mut **connection).await.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
        };
        held.leave(outcome)
    }
}

fn ended() -> DbErr {
    DbErr::Custom("the transaction has ended".to_owned())
}

fn sqlite(statement: Statement) -> Query<'static, Sqlite, SqlxValues> {
    sqlx::query_with(AssertSqlSafe(statement.sql), values(statement.values))
}

/// A pooler in transaction mode does not know which server has which statement by its name.
fn postgres(statement: Statement, pooler: Pooler) -> Query<'static, Postgres, SqlxValues> {
    sqlx::query_with(AssertSqlSafe(statement.sql), values(statement.values)).persistent(pooler == Pooler::Session)
}

/// What a statement carries.
fn bytes(statement: &Statement) -> usize {
    let values = statement.values.iter().flat_map(|values| &values.0);
    let lengths = values.map(|value| match value {
        Value::String(Some(text)) => text.len(),
        Value::Bytes(Some(bytes)) => bytes.len(),
        _ => size_of::<i64>(),
    });
    lengths.sum()
}

fn values(values: Option<Values>) -> SqlxValues {
    SqlxValues(values.unwrap_or_else(|| Values(Vec::new())))
}
