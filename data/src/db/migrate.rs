//! Bringing the schema up to date, and noticing that a newer program has done so.

use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionOptions, TransactionTrait};
use sea_orm_migration::MigratorTrait;

use super::{Db, Pooler, Pools};
use crate::error::{Error, Result};
use crate::migrations::Migrator;
use crate::schema::{self, Schema};

pub(super) const COUNT: &str = "SELECT count(*) FROM seaql_migrations";

/// How many migrations this program has.
pub(super) fn known() -> i64 {
    i64::try_from(Migrator::migrations().len()).unwrap_or(i64::MAX)
}

/// A newer program may have changed the schema since this one began.
pub(super) fn begin_sqlite() -> String {
    format!("BEGIN IMMEDIATE; {COUNT}")
}

impl Db {
    pub async fn migrate(&self) -> Result<()> {
        let mut attempt = 0;
        loop {
            match self.migrate_once().await {
                // Another process is doing the same at this moment.
                Err(Error::Database(_)) if attempt < 5 => {
                    attempt += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn migrate_once(&self) -> Result<()> {
        if let Schema::Newer { .. } = schema::read(self.read()).await? {
            return Err(Error::NewerSchema);
        }
        let writer: DatabaseConnection = match &self.pools {
            Pools::Sqlite { writer, .. } => writer.clone().into(),
            Pools::Postgres { writer, .. } if self.settings.pooler == Pooler::Transaction => {
                return migrate_behind_pooler(writer.clone().into()).await;
            }
            Pools::Postgres { writer, .. } => writer.clone().into(),
        };
        Ok(Migrator::up(&writer, None).await?)
    }
}

/// In one transaction, which one server carries out. It may know statements by the names that ours get.
async fn migrate_behind_pooler(writer: DatabaseConnection) -> Result<()> {
    let tx = writer.begin_with_options(TransactionOptions::default()).await?;
    tx.execute_unprepared("DEALLOCATE ALL").await?;
    Migrator::up(&tx, None).await?;
    tx.execute_unprepared("DEALLOCATE ALL").await?;
    tx.commit().await?;
    Ok(())
}
