//! Forms that are done once whatever becomes of their answer, messages to the next page, uploads that wait, and sessions that end.

use std::fmt::Write;

use rand::RngExt;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

use super::table::{index, migration, table};

/// What older sessions kept beside the person.
const LEFT_IN_SESSIONS: [&str; 5] = ["flash", "stranded", "import", "import_rest", "seen"];

migration!(|manager| {
    let connection = manager.get_connection();
    let backend = connection.get_database_backend();
    // One column at a time: SQLite adds no more.
    let add =
        |table: &'static str, column: &mut ColumnDef| Table::alter().table(Alias::new(table)).add_column(column.to_owned()).to_owned();
    manager.alter_table(add("sessions", ColumnDef::new(Alias::new("user_id")).text().null())).await?;
    manager.alter_table(add("sessions", ColumnDef::new(Alias::new("ends_at")).big_integer().not_null().default(0))).await?;
    manager.create_index(index("ix_sessions_user_id", "sessions", &["user_id"])).await?;
    // Seen for the last time up to 14 days before they expire, they end 90 days after that.
    let (user_id, data) = match backend {
        DbBackend::Postgres => {
            ("(data::jsonb)->>'user_id'", LEFT_IN_SESSIONS.iter().fold("data::jsonb".to_owned(), |data, key| format!("({data} - '{key}')")))
        }
        _ => (
            "json_extract(data, '$.user_id')",
            LEFT_IN_SESSIONS.iter().fold("data".to_owned(), |data, key| format!("json_remove({data}, '$.{key}')")),
        ),
    };
    let sql = format!("UPDATE sessions SET user_id = {user_id}, data = CAST({data} AS TEXT), ends_at = expires_at + 6566400000");
    connection.execute_unprepared(&sql).await?;
    connection.execute_unprepared("DELETE FROM sessions WHERE user_id IS NULL").await?;

    // Whose claim it is, so that the request which made it knows it again.
    manager.alter_table(add("submissions", ColumnDef::new(Alias::new("owner")).text().not_null().default(""))).await?;

    table("flashes").text("id").text("nonce").text("page").text("content").big("ends_at").key(&["id"]).create(manager).await?;
    table("uploads")
        .uuid("user_id")
        .uuid("company_id")
        .text("kind")
        .text("name")
        .text("detail")
        .big("at")
        .key(&["user_id", "company_id", "kind"])
        .create(manager)
        .await?;

    manager.alter_table(add("installation", ColumnDef::new(Alias::new("secret")).text().null())).await?;
    let mut secret = String::new();
    for _ in 0..32 {
        // Writing to a string does not fail.
        let _ = write!(secret, "{:02x}", rand::rng().random::<u8>());
    }
    connection.execute_raw(Statement::from_sql_and_values(backend, "UPDATE installation SET secret = $1", [secret.into()])).await?;
    Ok(())
});
