//! Which transaction came by which import, so that a whole import can be voided.
//!
//! Rows of earlier imports stay without. An import writes its rows in the order of their ids, which begin with their time, and the ids
//! of imports grow too: the index is appended to.

use sea_orm_migration::prelude::*;

use super::table::{index, migration};

migration!(|manager| {
    // `of_import` is the import that a void is of, or the void that is undone; `position` is the last id that it has dealt with.
    let columns = [
        ("transactions", ColumnDef::new(Alias::new("import_id")).uuid().null().to_owned()),
        ("voids", ColumnDef::new(Alias::new("import_void_id")).uuid().null().to_owned()),
        ("imports", ColumnDef::new(Alias::new("of_import")).uuid().null().to_owned()),
        ("imports", ColumnDef::new(Alias::new("reason")).text().null().to_owned()),
        ("imports", ColumnDef::new(Alias::new("position")).uuid().null().to_owned()),
    ];
    for (table, column) in columns {
        manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).to_owned()).await?;
    }
    for (name, table, of) in [("ix_transactions_import", "transactions", "import_id"), ("ix_voids_import_void", "voids", "import_void_id")]
    {
        let mut index = index(name, table, &[of, "id"]);
        index.cond_where(Expr::col(Alias::new(of)).is_not_null());
        manager.create_index(index).await?;
    }
    manager.create_index(index("ix_imports_of_import", "imports", &["of_import"])).await
});
