//! The account that a company pays its partners from.

use sea_orm_migration::prelude::*;

use super::table::migration;

migration!(|manager| {
    // One column at a time: SQLite adds no more.
    for column in ["account_name", "iban", "bic"] {
        let mut column = ColumnDef::new(Alias::new(column));
        let alter = Table::alter().table(Alias::new("companies")).add_column(column.text().null()).to_owned();
        manager.alter_table(alter).await?;
    }
    Ok(())
});
