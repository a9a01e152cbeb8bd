//! I1: every transaction is there once.

use super::{Check, Conn, none};
use crate::Result;

const ALL: &str = "SELECT COUNT(*) FROM transactions";

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I1",
            "every transaction key appears once in its company",
            ALL,
            "SELECT company_id, key FROM transactions GROUP BY company_id, key HAVING COUNT(*) > 1",
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
    ])
}
