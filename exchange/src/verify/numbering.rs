//! I4: one invoice per company, month and currency, numbered without a gap.

use super::{Check, Conn, none, rows};
use data::Result;

const INVOICES: &str = "SELECT COUNT(*) FROM invoices";

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I4",
            "there is one invoice per company, month and currency",
            INVOICES,
            "SELECT company_id, CAST(month AS TEXT) || ' ' || currency FROM invoices GROUP BY company_id, month, currency HAVING COUNT(*) > 1",
        )
        .await?,
        none(
            conn,
            "I4",
            "a company's invoices are numbered from 1 without a gap",
            "SELECT COUNT(*) FROM companies",
            "SELECT c.id, c.key || ' counts ' || CAST(c.invoice_count AS TEXT) || ' and has ' || CAST(COUNT(i.id) AS TEXT) \
             FROM companies c LEFT JOIN invoices i ON i.company_id = c.id GROUP BY c.id, c.key, c.invoice_count \
             HAVING COUNT(i.id) <> c.invoice_count OR (COUNT(i.id) > 0 AND (MIN(i.seq) <> 1 OR MAX(i.seq) <> c.invoice_count)) \
                OR COUNT(DISTINCT i.seq) <> COUNT(i.id)",
        )
        .await?,
        numbers(conn).await?,
        none(
            conn,
            "I4",
            "only months that are over have invoices, in the order of their months",
            INVOICES,
            "SELECT x.id, x.number FROM ( \
               SELECT i.id, i.number, i.month, c.open_month, LAG(i.month) OVER (PARTITION BY i.company_id ORDER BY i.seq) AS before \
               FROM invoices i JOIN companies c ON c.id = i.company_id \
             ) x WHERE x.month >= x.open_month OR x.before > x.month",
        )
        .await?,
    ])
}

async fn numbers(conn: &Conn) -> Result<Check> {
    let mut check = Check::new("I4", "an invoice's number is its company's key and its place in the sequence");
    for row in rows(conn, "SELECT c.key, i.seq, i.number FROM invoices i JOIN companies c ON c.id = i.company_id").await? {
        let (key, seq, number): (String, i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let expected = format!("{}-{seq:04}", key.to_uppercase());
        check.expect(number == expected, || format!("{number} is to be {expected}"));
    }
    Ok(check)
}
