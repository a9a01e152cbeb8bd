//! What single queries run on.

#[cfg(feature = "testing")]
use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::sqlx::postgres::PgPool;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

#[cfg(feature = "testing")]
use super::faults::Reads;
use super::tx::{Begin, Connection, Tx};
use super::{Pooler, Settings};
use crate::store::error::Error;

#[derive(Clone, Debug)]
pub struct Reader {
    kind: Kind,
    #[cfg(feature = "testing")]
    pub(super) reads: Arc<Reads>,
}

#[derive(Clone, Debug)]
enum Kind {
    Shared(DatabaseConnection),
    /// Each query in a transaction of its own: otherwise one server would read it and another one answer it.
    Pooled {
        pool: PgPool,
        begin: String,
    },
}

impl Reader {
    pub(super) fn shared(pool: DatabaseConnection) -> Reader {
        Reader::of(Kind::Shared(pool))
    }

    pub(super) fn pooled(pool: PgPool, settings: &Settings) -> Reader {
        Reader::of(Kind::Pooled { pool, begin: settings.begin_reading() })
    }

    fn of(kind: Kind) -> Reader {
        Reader {
            kind,
            #[cfg(feature = "testing")]
            reads: Arc::default(),
        }
    }

    fn kind(&self) -> &Kind {
        #[cfg(feature = "testing")]
        self.reads.note();
        &self.kind
    }
}

/// What a transaction is asked for.
macro_rules! run {
    ($self:expr, |$conn:ident| $work:expr) => {
        match $self.kind() {
            Kind::Shared($conn) => $work.await,
            Kind::Pooled { pool, begin } => {
                let $conn = begun(pool, begin.clone()).await?;
                let outcome = $work.await?;
                $conn.commit().await.map_err(database_error)?;
                Ok(outcome)
            }
        }
    };
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match &self.kind {
            Kind::Shared(connection) => connection.get_database_backend(),
            Kind::Pooled { .. } => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        run!(self, |conn| conn.execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        run!(self, |conn| conn.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        run!(self, |conn| conn.query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        run!(self, |conn| conn.query_all_raw(statement))
    }
}

async fn begun(pool: &PgPool, begin: String) -> Result<Tx, DbErr> {
    let connection = pool.acquire().await.map_err(Error::from_acquiring).map_err(database_error)?;
    Tx::begin(Connection::Postgres(connection, Pooler::Transaction), Begin::reading(begin)).await.map_err(database_error)
}

fn database_error(error: Error) -> DbErr {
    match error {
        Error::Database(error) => error,
        other => DbErr::Custom(other.to_string()),
    }
}
