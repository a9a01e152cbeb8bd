//! The account that a company pays its partners from.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column at a time: SQLite adds no more.
        for column in ["account_name", "iban", "bic"] {
            let mut column = ColumnDef::new(Alias::new(column));
            let alter = Table::alter().table(Alias::new("companies")).add_column(column.text().null()).to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
