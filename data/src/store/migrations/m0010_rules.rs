//! When a failed charge is retried has a column of its own, a partnership's status is kept over time, and transactions can be
//! voided.

use std::collections::BTreeMap;

use domain::Instant;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Statement;
use uuid::Uuid;

use super::table::{index, migration, table};

migration!(|manager| {
    retries(manager).await?;
    statuses(manager).await?;
    voids(manager).await
});

async fn retries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let column = ColumnDef::new(Alias::new("retry_at")).big_integer().null().to_owned();
    manager.alter_table(Table::alter().table(Alias::new("invoices")).add_column(column).to_owned()).await?;
    let conn = manager.get_connection();
    // Until now the due date of a failed charge lay after the freeze if it was to be retried.
    conn.execute_unprepared("UPDATE invoices SET retry_at = charge_due_at WHERE state = 'charge_failed' AND charge_due_at > frozen_at")
        .await?;
    conn.execute_unprepared("UPDATE invoices SET charge_due_at = review_ends_at WHERE charge_due_at > frozen_at").await?;
    Ok(())
}

/// Which status a partnership was in since when; the first span has no beginning. Of the past the audit log knows every change;
/// without one the partnership has been what it is.
async fn statuses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("status_spans")
        .id()
        .uuid("company_id")
        .uuid("partnership_id")
        .text("status")
        .big("valid_from")
        .big("recorded_at")
        .references("partnership_id", "partnerships")
        .unique(&["partnership_id", "valid_from"])
        .create(manager)
        .await?;
    let conn = manager.get_connection();
    conn.execute_unprepared(&format!(
        "INSERT INTO status_spans (id, company_id, partnership_id, status, valid_from, recorded_at) \
         SELECT id, company_id, id, status, {}, joined_at FROM partnerships",
        Instant::BEGINNING.0
    ))
    .await?;
    let backend = conn.get_database_backend();
    let changes = conn
        .query_all_raw(Statement::from_string(
            backend,
            // A partner may have been given another key just before, where the old one stopped the way up.
            "SELECT p.company_id, p.id, p.status, a.at, a.detail FROM audit a \
             JOIN partnerships p ON p.company_id = a.company_id AND p.partner_key = COALESCE(( \
               SELECT h.subject FROM audit g JOIN audit h ON h.company_id = g.company_id AND h.at = g.at AND h.detail = g.detail \
               WHERE g.action = 'partner_key_given_up' AND h.action = 'partner_key_changed' AND g.company_id = a.company_id \
                 AND g.subject = a.subject ORDER BY g.at DESC LIMIT 1), a.subject) \
             WHERE a.action = 'partner_status_changed' ORDER BY p.id, a.at, a.id",
        ))
        .await?;
    let mut partners: BTreeMap<Uuid, Changes> = BTreeMap::new();
    for row in changes {
        let (company_id, id): (Uuid, Uuid) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let (now, at, detail): (String, i64, String) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?, row.try_get_by_index(4)?);
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
        let word = |field: &str| detail.get(field).and_then(|word| word.as_str()).map(str::to_owned);
        let (Some(from), Some(to)) = (word("from"), word("to")) else { continue };
        let changes = partners.entry(id).or_insert_with(|| Changes { company_id, first: from, spans: BTreeMap::new(), now });
        changes.spans.insert(at, to);
    }
    for (id, mut changes) in partners {
        if let Some(mut last) = changes.spans.last_entry() {
            last.insert(changes.now);
        }
        let first = "UPDATE status_spans SET status = $1 WHERE partnership_id = $2";
        conn.execute_raw(Statement::from_sql_and_values(backend, first, [changes.first.into(), id.into()])).await?;
        for (at, status) in changes.spans {
            let span_id = domain::ids::derive(Instant(at), &["status_span", &id.to_string(), &at.to_string(), &status]);
            let insert = "INSERT INTO status_spans (id, company_id, partnership_id, status, valid_from, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)";
            let values = [span_id.into(), changes.company_id.into(), id.into(), status.into(), at.into(), at.into()];
            conn.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
        }
    }
    Ok(())
}

/// A voided transaction keeps its row, and its key is free again. `customers.transactions` counts those that count, `voided` the
/// others: the next one's number follows from both.
async fn voids(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ("transactions", ColumnDef::new(Alias::new("voided_at")).big_integer().null().to_owned()),
        ("transactions", ColumnDef::new(Alias::new("void_id")).uuid().null().to_owned()),
        ("customers", ColumnDef::new(Alias::new("voided")).big_integer().not_null().default(0).to_owned()),
    ];
    for (table, column) in columns {
        manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).to_owned()).await?;
    }
    let key = ["company_id", "key"];
    let name = "uq_transactions_company_id_key";
    manager.drop_index(Index::drop().name(name).table(Alias::new("transactions")).to_owned()).await?;
    let mut live = index(name, "transactions", &key);
    live.unique().cond_where(Expr::col(Alias::new("voided_at")).is_null());
    manager.create_index(live).await?;
    let mut voided = index("ix_transactions_voided", "transactions", &key);
    voided.cond_where(Expr::col(Alias::new("voided_at")).is_not_null());
    manager.create_index(voided).await?;
    // `number` counts a customer's voids and their undoings; `undoes` names the void that one takes back.
    table("voids")
        .id()
        .uuid("company_id")
        .uuid("customer_id")
        .uuid("transaction_id")
        .big("number")
        .text("reason")
        .text("author")
        .big("recorded_at")
        .big_zero("changes")
        .uuid_null("undoes")
        .references("customer_id", "customers")
        .references("transaction_id", "transactions")
        .unique(&["customer_id", "number"])
        .unique(&["undoes"])
        .index(&["transaction_id"])
        .create(manager)
        .await
}

/// What the audit log knows of one partnership: the status before its first change, and each since when.
struct Changes {
    company_id: Uuid,
    first: String,
    spans: BTreeMap<i64, String>,
    /// The status that it has.
    now: String,
}
