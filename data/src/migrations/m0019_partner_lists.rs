//! Partners with a tag, or with rewards on hold, are found and then read by their ids: neither needs an index with what every list
//! is sorted by, nor tags a mark.

use sea_orm_migration::prelude::*;

use super::table::{index, migration};

migration!(|manager| {
    let partnerships = || Alias::new("partnerships");
    for name in ["ix_partnerships_tagged", "ix_partnerships_held"] {
        manager.drop_index(Index::drop().name(name).table(partnerships()).to_owned()).await?;
    }
    manager.alter_table(Table::alter().table(partnerships()).drop_column(Alias::new("tagged")).to_owned()).await?;
    let mut held = index("ix_partnerships_held", "partnerships", &["company_id", "id"]);
    held.cond_where(Expr::col(Alias::new("held")).gt(0));
    manager.create_index(held).await
});
