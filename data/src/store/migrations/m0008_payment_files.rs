//! Payment files that are kept, which payouts each of them holds, and every attempt at a payout whose money did not arrive.

use std::collections::HashMap;

use domain::{ids, payouts};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::table::{migration, table};

migration!(|manager| {
    // `content` is what was downloaded, byte for byte.
    table("payment_files")
        .id()
        .uuid("company_id")
        .uuid("invoice_id")
        .text("message_id")
        .big("made_at")
        .text("made_by")
        .text("content")
        .references("company_id", "companies")
        .references("invoice_id", "invoices")
        .unique(&["company_id", "message_id"])
        .index(&["invoice_id", "made_at"])
        .create(manager)
        .await?;
    table("payment_file_payouts")
        .uuid("payment_file_id")
        .uuid("payout_id")
        .uuid("company_id")
        .int("attempt")
        .key(&["payment_file_id", "payout_id"])
        .references("payment_file_id", "payment_files")
        .references("payout_id", "payouts")
        .index(&["payout_id", "attempt"])
        .create(manager)
        .await?;
    // Append-only. `outcome` is "failed" or "returned"; `paid_at` is when a returned one had counted as paid.
    table("payout_failures")
        .uuid("payout_id")
        .int("attempt")
        .uuid("company_id")
        .text("outcome")
        .text("reason")
        .big("occurred_at")
        .big("recorded_at")
        .text("author")
        .big_null("paid_at")
        .key(&["payout_id", "attempt"])
        .references("payout_id", "payouts")
        .create(manager)
        .await?;
    failures_so_far(manager.get_connection()).await
});

/// Until now failures were told in the audit log only.
async fn failures_so_far<C: ConnectionTrait>(conn: &C) -> Result<(), DbErr> {
    let backend = conn.get_database_backend();
    let found = conn
        .query_all_raw(Statement::from_string(
            backend,
            "SELECT a.subject, a.at, a.author, a.detail FROM audit a WHERE a.subject_kind = 'payout' AND a.action = 'payout_failed' ORDER BY a.at, a.id",
        ))
        .await?;
    let mut attempts: HashMap<Uuid, i32> = HashMap::new();
    for row in found {
        let (subject, at, author, detail): (String, i64, String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        let Some(payout_id) = ids::parse_key(payouts::PREFIX, &subject) else { continue };
        let attempt = attempts.entry(payout_id).or_default();
        *attempt += 1;
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
        let reason = detail["error"].as_str().unwrap_or_default().to_owned();
        conn.execute_raw(Statement::from_sql_and_values(
            backend,
            "INSERT INTO payout_failures (payout_id, attempt, company_id, outcome, reason, occurred_at, recorded_at, author) \
             SELECT p.id, CAST($1 AS INTEGER), p.company_id, 'failed', CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT) \
             FROM payouts p WHERE p.id = $6",
            [(*attempt).into(), reason.into(), at.into(), at.into(), author.into(), payout_id.into()],
        ))
        .await?;
    }
    Ok(())
}
