//! Imports and their progress; the rows of large ones that are still to be written; which reward came by which file.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, StatementBuilder};

use super::table::{migration, table};

/// Partner keys that mean "no partner" in files.
const RESERVED: [&str; 2] = ["none", "-"];

migration!(|manager| {
    refuse_reserved_keys(manager).await?;
    table("imports")
        .id()
        .uuid("company_id")
        .text("kind")
        .text("file_name")
        .text("author")
        .text("state")
        .big("at")
        .big("total")
        .big_zero("done")
        .big_zero("created")
        .big_zero("changed")
        .big_zero("unchanged")
        .big_zero("rewards")
        .big_zero("impossible")
        .text_null("leased_by")
        .big_zero("leased_until")
        .index(&["state"])
        .index(&["company_id", "at"])
        .create(manager)
        .await?;
    table("import_chunks").uuid("import_id").big("first").big("rows").bytes("content").key(&["import_id", "first"]).create(manager).await?;
    table("import_faults")
        .uuid("import_id")
        .big("row")
        .text("field")
        .text("message")
        .key(&["import_id", "row", "field"])
        .create(manager)
        .await?;
    table("import_rewards").uuid("reward_id").uuid("import_id").key(&["reward_id"]).create(manager).await
});

async fn refuse_reserved_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut query = Query::select();
    query
        .expr_as(Expr::col((Alias::new("c"), Alias::new("key"))), Alias::new("company"))
        .expr_as(Expr::col((Alias::new("p"), Alias::new("partner_key"))), Alias::new("partner"))
        .from_as(Alias::new("partnerships"), Alias::new("p"))
        .join_as(
            JoinType::InnerJoin,
            Alias::new("companies"),
            Alias::new("c"),
            Expr::col((Alias::new("c"), Alias::new("id"))).equals((Alias::new("p"), Alias::new("company_id"))),
        )
        .and_where(Expr::col((Alias::new("p"), Alias::new("partner_key"))).is_in(RESERVED));
    let connection = manager.get_connection();
    let statement = StatementBuilder::build(&query, &connection.get_database_backend());
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(()) };
    let (company, partner): (String, String) = (row.try_get("", "company")?, row.try_get("", "partner")?);
    Err(DbErr::Custom(format!(
        "a partner of {company} has the key “{partner}”, which now means “no partner” in files. Give the partner another key first: \
         tributary partner rename-key {partner} NEW --company {company}"
    )))
}
