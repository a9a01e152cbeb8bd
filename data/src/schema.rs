//! Which version's tables a database holds, asked without changing anything.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;

use crate::Result;
use crate::migrations::Migrator;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// No tables at all.
    Empty,
    /// Tables of another program.
    Foreign,
    /// Of an earlier version: `next` is the first step that is missing.
    Older {
        next: String,
    },
    Current,
    /// Of a later version, which took the step `unknown`.
    Newer {
        unknown: String,
    },
}

pub async fn read<C: ConnectionTrait>(conn: &C) -> Result<Schema> {
    let backend = conn.get_database_backend();
    let tables = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        _ => "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
    };
    let tables = texts(conn, tables).await?;
    if tables.is_empty() {
        return Ok(Schema::Empty);
    }
    if !tables.iter().any(|name| name == "seaql_migrations") {
        return Ok(Schema::Foreign);
    }
    let taken = texts(conn, "SELECT version FROM seaql_migrations ORDER BY version").await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    if let Some(unknown) = taken.iter().find(|step| !known.contains(step)) {
        // Other programs may keep the names of their steps in a table of this name too.
        let ours = taken.iter().any(|step| known.contains(step));
        return Ok(if ours { Schema::Newer { unknown: unknown.clone() } } else { Schema::Foreign });
    }
    Ok(match known.into_iter().find(|step| !taken.contains(step)) {
        // Created, but stopped before the first step.
        Some(_) if taken.is_empty() && tables.len() == 1 => Schema::Empty,
        Some(next) => Schema::Older { next },
        None => Schema::Current,
    })
}

async fn texts<C: ConnectionTrait>(conn: &C, sql: &'static str) -> Result<Vec<String>> {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
