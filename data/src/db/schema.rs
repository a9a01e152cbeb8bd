//! Which schema a database has, and whether this program knows it.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionOptions, TransactionTrait};
use sea_orm_migration::MigratorTrait;

use super::{Db, Pooler, Pools};
use crate::error::{Error, Result};
use crate::migrations::Migrator;

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
        self.refuse_newer().await?;
        let writer: DatabaseConnection = match &self.pools {
            Pools::Sqlite { writer, .. } => writer.clone().into(),
            Pools::Postgres { writer, .. } if self.settings.pooler == Pooler::Transaction => {
                return migrate_behind_pooler(writer.clone().into()).await;
            }
            Pools::Postgres { writer, .. } => writer.clone().into(),
        };
        Ok(Migrator::up(&writer, None).await?)
    }

    /// A database that a newer program has migrated is none for this one.
    async fn refuse_newer(&self) -> Result<()> {
        let reader = self.read();
        let backend = reader.get_database_backend();
        let there = match backend {
            DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
            _ => "SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations'",
        };
        if reader.query_one_raw(Statement::from_string(backend, there)).await?.is_none() {
            return Ok(());
        }
        let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        for row in reader.query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations")).await? {
            let version: String = row.try_get_by_index(0)?;
            if !known.contains(&version) {
                return Err(Error::NewerSchema);
            }
        }
        Ok(())
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
