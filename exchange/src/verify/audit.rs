//! I10: every change of money left an audit row.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{Check, Conn, rows};
use data::Result;
use data::store::entities::{invoices, payouts};

/// How many audit rows there are of each action on each subject.
struct Trail(HashMap<(Uuid, String, String), i64>);

impl Trail {
    async fn load(conn: &Conn) -> Result<Trail> {
        let found = rows(
            conn,
            "SELECT company_id, subject, action, COUNT(*) FROM audit \
             WHERE subject_kind IN ('invoice', 'payout') AND company_id IS NOT NULL GROUP BY company_id, subject, action",
        )
        .await?;
        let mut trail = HashMap::new();
        for row in found {
            let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            trail.insert(key, row.try_get_by_index(3)?);
        }
        Ok(Trail(trail))
    }

    fn count(&self, company_id: Uuid, subject: &str, action: &str) -> i64 {
        self.0.get(&(company_id, subject.to_owned(), action.to_owned())).copied().unwrap_or_default()
    }
}

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    let trail = Trail::load(conn).await?;
    Ok(vec![invoice_trail(conn, &trail).await?, payout_trail(conn, &trail).await?, reward_trail(conn).await?])
}

async fn invoice_trail(conn: &Conn, trail: &Trail) -> Result<Check> {
    let mut check = Check::new("I10", "an invoice's generation, freeze, attempts, charge, payment files and pauses are in the audit log");
    let mut attempts: HashMap<(Uuid, String), i64> = HashMap::new();
    for row in rows(conn, "SELECT invoice_id, state, COUNT(*) FROM charge_attempts GROUP BY invoice_id, state").await? {
        attempts.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?);
    }
    let mut files: HashMap<Uuid, i64> = HashMap::new();
    for row in rows(conn, "SELECT invoice_id, COUNT(*) FROM payment_files GROUP BY invoice_id").await? {
        files.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    for invoice in invoices::Entity::find().all(conn).await? {
        let of = |state: &str| attempts.get(&(invoice.id, state.to_owned())).copied().unwrap_or_default();
        let count = |action: &str| trail.count(invoice.company_id, &invoice.number, action);
        let expected = [
            ("invoice_generated", 1),
            ("invoice_frozen", i64::from(invoice.frozen_at.is_some())),
            ("charge_started", i64::from(invoice.attempts)),
            ("charge_succeeded", of("succeeded")),
            ("charge_failed", of("failed")),
            ("invoice_charged", i64::from(invoice.charged_at.is_some())),
            ("payment_file_made", files.get(&invoice.id).copied().unwrap_or_default()),
        ];
        for (action, times) in expected {
            let found = count(action);
            check.expect(found == times, || format!("{} {} has {found} of {times} rows {action}", invoice.id, invoice.number));
        }
        let paused = count("invoice_paused") - count("invoice_resumed");
        check.expect(paused == i64::from(invoice.paused_at.is_some()), || format!("{} {} lacks a pause", invoice.id, invoice.number));
    }
    Ok(check)
}

async fn payout_trail(conn: &Conn, trail: &Trail) -> Result<Check> {
    let mut check = Check::new("I10", "what became of a payout is in the audit log");
    for payout in payouts::Entity::find().filter(payouts::Column::State.is_in(["sent", "paid", "failed", "returned"])).all(conn).await? {
        let key = domain::payouts::key(payout.id);
        let action = match payout.state.as_str() {
            "sent" => "payout_sent",
            "paid" => "payout_paid",
            "returned" => "payout_returned",
            _ => "payout_failed",
        };
        let found = trail.count(payout.company_id, &key, action);
        let failures = trail.count(payout.company_id, &key, "payout_failed") + trail.count(payout.company_id, &key, "payout_returned");
        check.expect(found >= 1 && failures == i64::from(payout.attempts), || format!("{} {key} lacks {action}", payout.id));
    }
    Ok(check)
}

async fn reward_trail(conn: &Conn) -> Result<Check> {
    let mut check = Check::new("I10", "every change of a reward says who made it and when");
    let found = rows(
        conn,
        "SELECT d.reward_id, d.seq, r.key, CASE WHEN d.author = '' OR d.at < r.created_at THEN 1 ELSE 0 END \
         FROM reward_records d JOIN rewards r ON r.id = d.reward_id",
    )
    .await?;
    for row in found {
        let (id, seq, key): (Uuid, i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let broken: i32 = row.try_get_by_index(3)?;
        check.expect(broken == 0, || format!("{id} {key} record {seq}"));
    }
    Ok(check)
}
