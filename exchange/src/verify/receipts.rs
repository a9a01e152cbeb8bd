//! I8: every event that was taken on left its receipt, and every receipt its rewards.

use super::{Check, Conn, none};
use data::Result;

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I8",
            "every transaction has one first receipt",
            "SELECT COUNT(*) FROM transactions",
            "SELECT t.id, t.key || ' has ' || CAST(COUNT(r.id) AS TEXT) FROM transactions t \
             LEFT JOIN receipts r ON r.event_id = t.id AND r.revision = 0 AND r.event_kind = 'transaction' AND r.company_id = t.company_id \
             GROUP BY t.id, t.key HAVING COUNT(r.id) <> 1",
        )
        .await?,
        none(
            conn,
            "I8",
            "every customer has one first receipt",
            "SELECT COUNT(*) FROM customers",
            "SELECT c.id, c.customer_key || ' has ' || CAST(COUNT(r.id) AS TEXT) FROM customers c \
             LEFT JOIN receipts r ON r.event_id = c.id AND r.revision = 0 AND r.event_kind = 'customer' AND r.company_id = c.company_id \
             GROUP BY c.id, c.customer_key HAVING COUNT(r.id) <> 1",
        )
        .await?,
        none(
            conn,
            "I8",
            "every receipt belongs to an event, and its revisions are numbered without a gap",
            "SELECT COUNT(*) FROM receipts",
            "SELECT r.event_id, r.event_kind || ' has ' || CAST(COUNT(*) AS TEXT) || ' receipts' FROM receipts r \
             LEFT JOIN transactions t ON t.id = r.event_id LEFT JOIN customers c ON c.id = r.event_id \
             GROUP BY r.event_id, r.event_kind \
             HAVING MIN(r.revision) <> 0 OR MAX(r.revision) <> COUNT(*) - 1 \
                OR (r.event_kind = 'transaction' AND COUNT(t.id) = 0) OR (r.event_kind = 'customer' AND COUNT(c.id) = 0)",
        )
        .await?,
        none(
            conn,
            "I8",
            "a receipt's rewards are all there",
            "SELECT COUNT(*) FROM receipts",
            // A change of attribution leaves two receipts: one for whom the event belonged to, one for whom it belongs to now.
            "SELECT event_id, 'names ' || CAST(SUM(named) AS TEXT) || ' rewards, there are ' || CAST(SUM(made) AS TEXT) FROM ( \
               SELECT event_id, change_id, rewards AS named, 0 AS made FROM receipts \
               UNION ALL SELECT CASE WHEN source = 'customer' THEN customer_id ELSE transaction_id END, change_id, 0, 1 \
               FROM rewards WHERE source IN ('transaction', 'refund', 'customer') \
             ) counts GROUP BY event_id, change_id HAVING SUM(named) <> SUM(made)",
        )
        .await?,
    ])
}
