//! Many rows in few statements.

use futures::future::BoxFuture;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, Iterable, Statement, Value};

use crate::store::error::Result;

/// Has PostgreSQL renew its statistics of tables that one transaction fills: nobody else sees the rows yet, and a plan for an empty
/// table takes ever longer in a growing one. SQLite plans by the indexes alone.
pub async fn analyze<C: ConnectionTrait>(tx: &C, tables: &'static str) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Not while somebody else does, and without a word about it: the lock is held to the end of the transaction.
        let quietly = "SET LOCAL client_min_messages = error";
        tx.execute_unprepared(&format!("{quietly}; ANALYZE (SKIP_LOCKED) {tables}; SET LOCAL client_min_messages = DEFAULT")).await?;
    }
    Ok(())
}

/// `ON CONFLICT DO NOTHING`, for inserts that may have happened before.
pub fn ignore_conflict() -> OnConflict {
    OnConflict::new().do_nothing().to_owned()
}

/// How many values one `IN (…)` lists.
pub const IN_MAX: usize = 5_000;

/// Rows per INSERT: SQLite takes 32,766 values in one statement.
const VALUES_MAX: usize = 32_000;

/// Inserts all rows with as few statements as the databases take.
///
/// The future is boxed: one that named the iterator's type would not be `Send` in the eyes of the compiler.
pub fn insert_all<'a, A, C>(tx: &'a C, rows: impl IntoIterator<Item = A>) -> BoxFuture<'a, Result<()>>
where
    A: ActiveModelTrait + Send + 'a,
    C: ConnectionTrait,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count();
    let chunk_rows = (VALUES_MAX / columns).min(1000);
    let rows: Vec<A> = rows.into_iter().collect();
    Box::pin(async move {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<A> = rows.by_ref().take(chunk_rows).collect();
            A::Entity::insert_many(chunk).exec_without_returning(tx).await?;
        }
        Ok(())
    })
}

/// Runs a statement once per few thousand rows, which stand in it as `{rows}`: `WITH v(id, n) AS (VALUES {rows}) UPDATE …`.
pub fn execute_with_rows<'a, C, const COLUMNS: usize>(
    tx: &'a C,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value; COLUMNS]>,
) -> BoxFuture<'a, Result<()>>
where
    C: ConnectionTrait,
{
    execute_with_shared_and_rows(tx, sql, Vec::new(), rows)
}

/// The same with values that all rows share, which stand before them as `{shared}`:
/// `WITH s(company_id, at) AS (VALUES {shared}), v(id, n) AS (VALUES {rows}) INSERT INTO … SELECT … FROM v, s`.
pub fn execute_with_shared_and_rows<'a, C, const COLUMNS: usize>(
    tx: &'a C,
    sql: &'static str,
    shared: Vec<Value>,
    rows: impl IntoIterator<Item = [Value; COLUMNS]>,
) -> BoxFuture<'a, Result<()>>
where
    C: ConnectionTrait,
{
    let rows: Vec<[Value; COLUMNS]> = rows.into_iter().collect();
    Box::pin(async move {
        // SQLite looks numbered places up one by one, which takes long among thousands.
        let numbered = tx.get_database_backend() == DbBackend::Postgres;
        let chunk_rows = (VALUES_MAX - shared.len()) / COLUMNS.max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut values = shared.clone();
            let shared_places = places(0, shared.len(), numbered);
            let mut row_places = String::new();
            for row in rows.by_ref().take(chunk_rows) {
                row_places.push_str(if row_places.is_empty() { "" } else { ", " });
                row_places.push_str(&places(values.len(), COLUMNS, numbered));
                values.extend(row);
            }
            let sql = sql.replace("{shared}", &shared_places).replace("{rows}", &row_places);
            tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
        }
        Ok(())
    })
}

/// "($4, $5)", the places of so many values after so many others.
fn places(before: usize, count: usize, numbered: bool) -> String {
    let mut places = String::from("(");
    for place in before + 1..=before + count {
        places.push_str(if places.len() > 1 { ", " } else { "" });
        if numbered {
            places.push('$');
            places.push_str(&place.to_string());
        } else {
            places.push('?');
        }
    }
    places.push(')');
    places
}
