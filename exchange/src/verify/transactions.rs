//! I1: every transaction is there once.

use super::{Check, Conn, none};
use data::Result;

const ALL: &str = "SELECT COUNT(*) FROM transactions";

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I1",
            "every transaction key appears once in its company, voided ones apart",
            ALL,
            "SELECT company_id, key FROM transactions WHERE voided_at IS NULL GROUP BY company_id, key HAVING COUNT(*) > 1",
        )
        .await?,
        none(
            conn,
            "I1",
            "a customer's transactions are numbered from 1 without a gap",
            "SELECT COUNT(*) FROM customers",
            "SELECT c.id, 'has ' || CAST(COUNT(t.id) AS TEXT) || ' transactions, the last is number ' || CAST(MAX(t.seq) AS TEXT) \
             FROM customers c JOIN transactions t ON t.customer_id = c.id GROUP BY c.id \
             HAVING MIN(t.seq) <> 1 OR MAX(t.seq) <> COUNT(t.id) OR COUNT(DISTINCT t.seq) <> COUNT(t.id)",
        )
        .await?,
        none(
            conn,
            "I1",
            "a voided transaction names its void, and each void that was not undone has voided its transaction",
            "SELECT COUNT(*) FROM voids",
            "SELECT t.id, t.key || ' is voided by nothing' FROM transactions t LEFT JOIN voids v ON v.id = t.void_id AND v.customer_id = t.customer_id \
               AND v.undoes IS NULL AND v.recorded_at = t.voided_at \
             WHERE (t.voided_at IS NOT NULL AND v.id IS NULL) OR (t.voided_at IS NULL AND t.void_id IS NOT NULL) \
             UNION ALL SELECT v.id, 'a void of ' || t.key FROM voids v JOIN transactions t ON t.id = v.transaction_id \
             LEFT JOIN voids u ON u.undoes = v.id WHERE v.undoes IS NULL AND u.id IS NULL AND (t.void_id IS NULL OR t.void_id <> v.id)",
        )
        .await?,
        none(
            conn,
            "I1",
            "a void that is part of an import's was written by it, and is undone by the undoing of that",
            "SELECT COUNT(*) FROM voids WHERE import_void_id IS NOT NULL",
            "SELECT v.id, 'a part of no import' FROM voids v LEFT JOIN imports i ON i.id = v.import_void_id AND i.company_id = v.company_id \
               AND i.kind = CASE WHEN v.undoes IS NULL THEN 'void' ELSE 'void_undo' END \
             WHERE v.import_void_id IS NOT NULL AND i.id IS NULL \
             UNION ALL SELECT u.id, 'undoes a part of another void' FROM voids u JOIN voids v ON v.id = u.undoes \
             LEFT JOIN imports i ON i.id = u.import_void_id AND i.of_import = v.import_void_id \
             WHERE (v.import_void_id IS NOT NULL OR u.import_void_id IS NOT NULL) AND i.id IS NULL",
        )
        .await?,
        none(
            conn,
            "I1",
            "a sale that was voided has earned nothing",
            "SELECT COUNT(*) FROM transactions WHERE voided_at IS NOT NULL",
            "SELECT s.id, s.key || ' earned ' || CAST(SUM(r.amount) AS TEXT) FROM transactions s \
             JOIN transactions t ON t.id = s.id OR t.refund_of = s.id JOIN rewards r ON r.transaction_id = t.id \
             WHERE s.voided_at IS NOT NULL AND s.refund_of IS NULL AND r.state <> 'declined' \
             GROUP BY s.id, s.key, r.partnership_id, r.currency HAVING SUM(r.amount) <> 0",
        )
        .await?,
    ])
}
