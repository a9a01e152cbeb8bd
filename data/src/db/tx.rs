//! One transaction on one connection.
//!
//! BEGIN, COMMIT and ROLLBACK are sent as plain statements and their answers are what counts. A connection on which one of them
//! failed, or was never answered, is closed: what state it is in is anybody's guess, and the next writer must not inherit it.

use async_trait::async_trait;
use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Postgres, Sqlite};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::{Error, Result};

pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    async fn send(&mut self, sql: &'static str) -> Result<(), DbErr> {
        let outcome = match self {
            Connection::Sqlite(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop),
            Connection::Postgres(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop),
        };
        outcome.map_err(exec_error)
    }

    fn close_when_dropped(&mut self) {
        match self {
            Connection::Sqlite(connection) => connection.close_on_drop(),
            Connection::Postgres(connection) => connection.close_on_drop(),
        }
    }

    const fn backend(&self) -> DbBackend {
        match self {
            Connection::Sqlite(_) => DbBackend::Sqlite,
            Connection::Postgres(_) => DbBackend::Postgres,
        }
    }
}

/// A transaction. Dropped before its end it is rolled back.
pub struct Tx {
    backend: DbBackend,
    held: Mutex<Held>,
}

struct Held {
    /// `None` once the connection has gone back to its pool.
    connection: Option<Connection>,
    state: State,
    read_only: bool,
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
    pub(super) async fn begin(connection: Connection, sql: &'static str, read_only: bool) -> Result<Tx> {
        let backend = connection.backend();
        let mut held = Held { connection: Some(connection), state: State::Unknown, read_only };
        held.connection()?.send(sql).await?;
        held.state = State::Open;
        Ok(Tx { backend, held: Mutex::new(held) })
    }

    /// Ends it. `Ok` means that everything in it is stored for good.
    pub async fn commit(self) -> Result<()> {
        let held = self.held.into_inner();
        if let Some(error) = held.refusal() {
            held.end("ROLLBACK").await?;
            return Err(error.into());
        }
        held.end("COMMIT").await
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
        Ok(held)
    }
}

impl Held {
    fn connection(&mut self) -> Result<&mut Connection, DbErr> {
        self.connection.as_mut().ok_or_else(|| DbErr::Custom("the transaction has ended".to_owned()))
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
        let outcome = outcome.map_err(exec_error);
        self.state = match &outcome {
            Ok(_) => State::Open,
            Err(error) => State::Failed(error.clone()),
        };
        outcome
    }

    async fn end(mut self, sql: &'static str) -> Result<()> {
        self.state = State::Unknown;
        let outcome = self.connection()?.send(sql).await.map_err(Error::from);
        let ended = match &outcome {
            Ok(()) => true,
            // PostgreSQL says that it undid everything, and has.
            Err(error) => self.connection()?.backend() == DbBackend::Postgres && error.lost_to_another(),
        };
        if ended {
            self.connection = None;
        }
        outcome
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let gives_up_reading = self.read_only && matches!(self.state, State::Waiting);
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
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => sqlite(statement).execute(&mut **connection).await.map(ExecResult::from),
            Connection::Postgres(connection) => postgres(statement).execute(&mut **connection).await.map(ExecResult::from),
        };
        held.leave(outcome)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut held = self.enter().await?;
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => sql.execute(&mut **connection).await.map(ExecResult::from),
            Connection::Postgres(connection) => sql.execute(&mut **connection).await.map(ExecResult::from),
        };
        held.leave(outcome)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut held = self.enter().await?;
        let outcome = match held.connection()? {
            Connection::Sqlite(connection) => {
                sqlite(statement).fetch_optional(&mut **connection).await.map(|row| row.map(QueryResult::from))
            }
            Connection::Postgres(connection) => {
                postgres(statement).fetch_optional(&mut **connection).await.map(|row| row.map(QueryResult::from))
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
            Connection::Postgres(connection) => {
                postgres(statement).fetch_all(&mut **connection).await.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
        };
        held.leave(outcome)
    }
}

fn sqlite(statement: Statement) -> Query<'static, Sqlite, SqlxValues> {
    sqlx::query_with(AssertSqlSafe(statement.sql), values(statement.values))
}

fn postgres(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    sqlx::query_with(AssertSqlSafe(statement.sql), values(statement.values))
}

fn values(values: Option<Values>) -> SqlxValues {
    SqlxValues(values.unwrap_or_else(|| Values(Vec::new())))
}

fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}
