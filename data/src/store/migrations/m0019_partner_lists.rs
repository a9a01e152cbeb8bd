//! Partners with a tag, rewards on hold, or a group and a status are found and then read by their ids: their indexes need the id and
//! none of what lists are sorted by, and tags no mark.

use sea_orm_migration::prelude::*;

use super::table::{index, migration};

migration!(|manager| {
    let partnerships = || Alias::new("partnerships");
    for name in ["ix_partnerships_tagged", "ix_partnerships_held", "ix_partnerships_company_id_group_id_status_joined_at"] {
        manager.drop_index(Index::drop().name(name).table(partnerships()).to_owned()).await?;
    }
    manager.alter_table(Table::alter().table(partnerships()).drop_column(Alias::new("tagged")).to_owned()).await?;
    // The filtered column comes first although it is the same in all rows: SQLite then picks the index.
    let mut held = index("ix_partnerships_held", "partnerships", &["company_id", "held", "id"]);
    held.cond_where(Expr::col(Alias::new("held")).gt(0));
    manager.create_index(held).await?;
    manager
        .create_index(index("ix_partnerships_group_status", "partnerships", &["company_id", "group_id", "status", "joined_at", "id"]))
        .await
});
