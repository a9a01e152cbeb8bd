//! Indexes that have what lists ask for beside what they are sorted by, so that rows which do not match are not looked at:
//! of a group's rewards, and of the partners that have a tag.

use sea_orm_migration::prelude::*;

use super::table::{index, migration};

const REWARDS: [&str; 9] = ["company_id", "group_id", "invoice_month", "created_at", "id", "currency", "amount", "state", "source"];
/// The filtered column comes first although it is the same in all rows: SQLite then picks the index.
const TAGGED: [&str; 13] = [
    "company_id",
    "tagged",
    "joined_at",
    "id",
    "group_id",
    "status",
    "held",
    "signups",
    "paid_customers",
    "revenue",
    "last_active_at",
    "search",
    "email",
];

migration!(|manager| {
    manager.drop_index(Index::drop().name("ix_rewards_group").table(Alias::new("rewards")).to_owned()).await?;
    manager.create_index(index("ix_rewards_group", "rewards", &REWARDS)).await?;
    let column = ColumnDef::new(Alias::new("tagged")).big_integer().not_null().default(0).to_owned();
    manager.alter_table(Table::alter().table(Alias::new("partnerships")).add_column(column).to_owned()).await?;
    manager.get_connection().execute_unprepared("UPDATE partnerships SET tagged = 1 WHERE tags <> '[]'").await?;
    let mut tagged = index("ix_partnerships_tagged", "partnerships", &TAGGED);
    tagged.cond_where(Expr::col(Alias::new("tagged")).gt(0));
    manager.create_index(tagged).await
});
