//! I3: what was refunded took back its share of the rewards, no more and no less.

use domain::money::mul_div_half_even;
use uuid::Uuid;

use super::{Check, Conn, none, rows};
use data::Result;

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I3",
            "a refund is below zero, of the same customer and currency, and not before its sale",
            "SELECT COUNT(*) FROM transactions WHERE refund_of IS NOT NULL",
            "SELECT r.id, r.key || ' refunds ' || s.key FROM transactions r JOIN transactions s ON s.id = r.refund_of \
             WHERE r.amount >= 0 OR r.currency <> s.currency OR r.customer_id <> s.customer_id OR r.occurred_at < s.occurred_at \
                OR s.refund_of IS NOT NULL",
        )
        .await?,
        none(
            conn,
            "I3",
            "no sale is refunded by more than it was, and none is below zero",
            "SELECT COUNT(*) FROM transactions WHERE refund_of IS NULL",
            "SELECT id, key FROM transactions WHERE refund_of IS NULL AND (amount < 0 OR refunded < 0 OR refunded > amount)",
        )
        .await?,
        reversals(conn).await?,
        none(
            conn,
            "I3",
            "a refund's reversal has the state of its reward and is on no earlier invoice",
            "SELECT COUNT(*) FROM rewards WHERE source = 'refund'",
            // A frozen line decides nothing any more, and hold days end reward by reward.
            "SELECT b.id, b.key || ' is ' || b.state || ' in ' || CAST(b.invoice_month AS TEXT) || ', ' || r.key || ' ' || r.state || ' in ' \
               || CAST(r.invoice_month AS TEXT) \
             FROM rewards b JOIN rewards r ON r.id = b.reverses \
             WHERE b.source = 'refund' AND r.state <> 'scheduled' AND b.state <> 'scheduled' AND ( \
               (b.state <> r.state AND (b.state NOT IN ('pending', 'approved') OR r.state NOT IN ('pending', 'approved'))) \
               OR (b.state IN ('pending', 'approved') AND b.invoice_month < r.invoice_month)) \
             AND NOT (r.state IN ('pending', 'approved') AND EXISTS (SELECT 1 FROM invoices i WHERE i.company_id = r.company_id \
               AND i.month = r.invoice_month AND i.currency = r.currency AND i.frozen_at IS NOT NULL))",
        )
        .await?,
    ])
}

async fn reversals(conn: &Conn) -> Result<Check> {
    let mut check = Check::new("I3", "refunds took back each reward's share, rounded half to even");
    // Declined, paid elsewhere or moved to another partner in between, a reward's reversals follow other rules: at most its share.
    let found = rows(
        conn,
        "SELECT r.id, r.key, CAST(r.amount + COALESCE((SELECT SUM(v.amount) FROM rewards v WHERE v.reverses = r.id AND v.source = 'void'), 0) AS BIGINT), \
           t.amount, t.refunded, \
           CAST(COALESCE((SELECT SUM(b.amount) FROM rewards b WHERE b.reverses = r.id AND b.source = 'refund'), 0) AS BIGINT), \
           CASE WHEN r.state IN ('declined', 'paid') \
             OR EXISTS (SELECT 1 FROM reward_records d WHERE d.reward_id = r.id AND d.to_state IN ('declined', 'paid')) \
             OR EXISTS (SELECT 1 FROM rewards a WHERE a.reverses = r.id AND a.source = 'attribution') \
             OR r.change_id IS NOT NULL THEN 1 ELSE 0 END \
         FROM rewards r JOIN transactions t ON t.id = r.transaction_id \
         WHERE ((r.source = 'transaction' AND r.amount > 0) OR r.source = 'adjustment') AND t.amount > 0 AND (t.refunded > 0 OR EXISTS ( \
           SELECT 1 FROM rewards b WHERE b.reverses = r.id AND b.source = 'refund'))",
    )
    .await?;
    for row in found {
        let (id, key): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let (amount, sale, refunded): (i64, i64, i64) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?, row.try_get_by_index(4)?);
        let (reversed, moved): (i64, i32) = (row.try_get_by_index(5)?, row.try_get_by_index(6)?);
        let share = mul_div_half_even(amount, refunded, sale);
        let holds = if moved == 0 { reversed == -share } else { (amount.min(0)..=amount.max(0)).contains(&-reversed) };
        check.expect(holds, || format!("{id} {key}: {share} of {amount} should be reversed, {} is", -reversed));
    }
    Ok(check)
}
