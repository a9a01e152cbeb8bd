//! I3: rewards, invoices, partner totals and payouts say the same, to the minor unit.

use super::{Check, Conn, none};
use data::Result;

const PARTNERS: &str = "SELECT COUNT(*) FROM invoice_partners";
const FROZEN: &str = "SELECT COUNT(*) FROM invoices WHERE frozen_at IS NOT NULL";

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I3",
            "a frozen invoice holds, per partner, the sum of its rewards",
            PARTNERS,
            "SELECT COALESCE(p.partnership_id, r.partnership_id), COALESCE(p.number, r.number) || ' stores ' \
               || COALESCE(CAST(p.total AS TEXT), 'nothing') || ', rewards sum to ' || COALESCE(CAST(r.total AS TEXT), 'nothing') \
             FROM ( \
               SELECT i.id AS invoice_id, i.number, p.partnership_id, p.total, p.lines, p.fingerprint \
               FROM invoices i JOIN invoice_partners p ON p.invoice_id = i.id \
             ) p FULL JOIN ( \
               SELECT i.id AS invoice_id, i.number, r.partnership_id, SUM(r.amount) AS total, COUNT(*) AS lines, SUM(r.fingerprint) AS fingerprint \
               FROM invoices i JOIN rewards r ON r.company_id = i.company_id AND r.invoice_month = i.month AND r.currency = i.currency \
               WHERE i.frozen_at IS NOT NULL AND r.state IN ('pending', 'approved') GROUP BY i.id, i.number, r.partnership_id \
             ) r ON r.invoice_id = p.invoice_id AND r.partnership_id = p.partnership_id \
             WHERE p.invoice_id IS NULL OR r.invoice_id IS NULL OR p.total <> r.total OR p.lines <> r.lines OR p.fingerprint <> r.fingerprint",
        )
        .await?,
        none(
            conn,
            "I3",
            "total and carried-in equal payout and carried-out",
            PARTNERS,
            "SELECT partnership_id, 'total ' || CAST(total AS TEXT) || ', payout ' || CAST(payout AS TEXT) FROM invoice_partners \
             WHERE total + carried_in <> payout + carried_out OR carried_in > 0 OR carried_out > 0 OR payout < 0 \
                OR (payout > 0 AND carried_out < 0)",
        )
        .await?,
        none(
            conn,
            "I3",
            "what an invoice carries over is what the partner's next one takes in",
            PARTNERS,
            "SELECT x.partnership_id, x.number || ' takes in ' || CAST(x.carried_in AS TEXT) || ' of ' || CAST(x.before AS TEXT) FROM ( \
               SELECT p.partnership_id, i.number, p.carried_in, COALESCE(LAG(p.carried_out) OVER ( \
                 PARTITION BY p.partnership_id, i.currency ORDER BY i.frozen_at, i.seq), 0) AS before \
               FROM invoice_partners p JOIN invoices i ON i.id = p.invoice_id \
             ) x WHERE x.carried_in <> x.before",
        )
        .await?,
        none(
            conn,
            "I3",
            "an invoice's total, lines and charge are those of its partners and its fee",
            FROZEN,
            "SELECT i.id, i.number || ' totals ' || COALESCE(CAST(i.total AS TEXT), 'nothing') || ', its partners ' || CAST(COALESCE(p.total, 0) AS TEXT) \
             FROM invoices i LEFT JOIN ( \
               SELECT invoice_id, SUM(total) AS total, SUM(lines) AS lines, SUM(payout) AS payout FROM invoice_partners GROUP BY invoice_id \
             ) p ON p.invoice_id = i.id WHERE i.frozen_at IS NOT NULL AND ( \
               i.total IS NULL OR i.lines IS NULL OR i.charge_amount IS NULL OR i.fee IS NULL OR i.digest IS NULL \
               OR i.total <> COALESCE(p.total, 0) OR i.lines <> COALESCE(p.lines, 0) OR i.charge_amount <> COALESCE(p.payout, 0) + i.fee)",
        )
        .await?,
        none(
            conn,
            "I3",
            "a charged invoice has exactly the payouts of its partners, and no other has any",
            "SELECT COUNT(*) FROM payouts",
            "SELECT COALESCE(p.partnership_id, o.partnership_id), 'is to get ' || COALESCE(CAST(p.payout AS TEXT), 'nothing') \
               || ', payouts are ' || COALESCE(CAST(o.amount AS TEXT), 'none') \
             FROM ( \
               SELECT p.invoice_id, p.partnership_id, p.payout, i.currency FROM invoice_partners p JOIN invoices i ON i.id = p.invoice_id \
               WHERE i.charged_at IS NOT NULL AND p.payout > 0 \
             ) p FULL JOIN ( \
               SELECT invoice_id, partnership_id, SUM(amount) AS amount, MIN(currency) AS currency, MAX(currency) AS other \
               FROM payouts GROUP BY invoice_id, partnership_id \
             ) o ON o.invoice_id = p.invoice_id AND o.partnership_id = p.partnership_id \
             WHERE p.invoice_id IS NULL OR o.invoice_id IS NULL OR p.payout <> o.amount OR o.currency <> p.currency OR o.other <> p.currency",
        )
        .await?,
        none(
            conn,
            "I3",
            "every payable reward of a closed month is on an invoice",
            "SELECT COUNT(*) FROM rewards WHERE state IN ('pending', 'approved')",
            "SELECT r.id, r.key || ' of month ' || CAST(r.invoice_month AS TEXT) FROM rewards r \
             JOIN companies c ON c.id = r.company_id \
             LEFT JOIN invoices i ON i.company_id = r.company_id AND i.month = r.invoice_month AND i.currency = r.currency \
             WHERE r.state IN ('pending', 'approved') AND r.invoice_month < c.open_month AND i.id IS NULL",
        )
        .await?,
        none(
            conn,
            "I3",
            "no reward has the amount 0",
            "SELECT COUNT(*) FROM rewards",
            "SELECT id, key FROM rewards WHERE amount = 0",
        )
        .await?,
    ])
}
