//! Bringing the schema up to date, and noticing that a newer program has done so.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use sea_orm_migration::MigratorTrait;

use super::schema::{self, Purpose, Schema};
use super::{Db, Pooler, Pools};
use crate::store::error::{Error, Result};
use crate::store::migrations::Migrator;

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
        let (mut attempt, begun) = (0, std::time::Instant::now());
        loop {
            match self.migrate_once().await {
                // Another process is doing the same at this moment.
                Err(error @ Error::Database(_)) if attempt < 5 || (error.is_transient() && begun.elapsed() < self.settings.turn) => {
                    attempt += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// In one transaction: whole or not at all.
    async fn migrate_once(&self) -> Result<()> {
        if !is_pending(&schema::read(self.read()).await?)? {
            return Ok(());
        }
        let (writer, options): (DatabaseConnection, _) = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
                (writer.clone().into(), TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() })
            }
            Pools::Postgres { writer, .. } => (writer.clone().into(), TransactionOptions::default()),
        };
        let tx = writer.begin_with_options(options).await?;
        match self.take_steps(&tx).await {
            Ok(()) => Ok(tx.commit().await?),
            Err(error) => {
                // The first error is the one that explains.
                let _ = tx.rollback().await;
                Err(error)
            }
        }
    }

    async fn take_steps(&self, tx: &DatabaseTransaction) -> Result<()> {
        // A pooler's server may know statements by the names that ours get.
        let pooled = self.is_postgres() && self.settings.pooler == Pooler::Transaction;
        if pooled {
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        // Another process may have come first.
        if is_pending(&schema::read(tx).await?)? {
            Migrator::up(tx, None).await?;
        }
        if pooled {
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        Ok(())
    }
}

/// Whether steps are missing.
///
/// # Errors
/// Where a newer program was here, or what is there is not ours.
pub(super) fn is_pending(schema: &Schema) -> Result<bool> {
    match schema {
        Schema::Newer { .. } => Err(Error::NewerSchema),
        Schema::Current => Ok(false),
        _ => schema.refuse_for(Purpose::Begin).map(|()| true),
    }
}
