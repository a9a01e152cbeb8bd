//! I2: the ledger balances, and says the same as invoices and payouts.

use super::{Check, Conn, none};
use data::Result;

const TRANSFERS: &str = "SELECT COUNT(*) FROM ledger_transfers";
const ENTRIES: &str = "SELECT COUNT(*) FROM ledger_entries";

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I2",
            "every ledger transfer sums to zero in its one currency",
            TRANSFERS,
            "SELECT t.id, t.kind || ' ' || t.reference || ' sums to ' || CAST(COALESCE(SUM(e.amount), 0) AS TEXT) \
             FROM ledger_transfers t LEFT JOIN ledger_entries e ON e.transfer_id = t.id \
             GROUP BY t.id, t.kind, t.reference, t.currency \
             HAVING COUNT(e.line) < 2 OR SUM(e.amount) <> 0 OR MIN(e.currency) <> t.currency OR MAX(e.currency) <> t.currency",
        )
        .await?,
        none(
            conn,
            "I2",
            "the ledger of a company sums to zero in every currency",
            ENTRIES,
            "SELECT company_id, currency || ' sums to ' || CAST(SUM(amount) AS TEXT) FROM ledger_entries \
             GROUP BY company_id, currency HAVING SUM(amount) <> 0",
        )
        .await?,
        none(
            conn,
            "I2",
            "every cause is posted once",
            TRANSFERS,
            "SELECT company_id, kind || ' ' || reference FROM ledger_transfers GROUP BY company_id, kind, reference HAVING COUNT(*) > 1",
        )
        .await?,
        none(
            conn,
            "I2",
            "only partners' entries name a partnership",
            ENTRIES,
            "SELECT transfer_id, account FROM ledger_entries WHERE (account = 'partner') <> (partnership_id IS NOT NULL)",
        )
        .await?,
        none(
            conn,
            "I2",
            "a charged invoice moved exactly its charge, and its fee, once",
            "SELECT COUNT(*) FROM invoices WHERE charged_at IS NOT NULL",
            "SELECT i.id, i.number || ' charged ' || CAST(i.charge_amount AS TEXT) || ', posted ' || CAST(COALESCE(l.funds, 0) AS TEXT) \
             FROM invoices i LEFT JOIN ( \
               SELECT t.invoice_id, SUM(CASE WHEN e.account = 'funds' THEN -e.amount ELSE 0 END) AS funds, \
                 SUM(CASE WHEN e.account = 'fee' THEN e.amount ELSE 0 END) AS fee \
               FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id \
               WHERE t.kind IN ('invoice_charged', 'balance_carried_over') GROUP BY t.invoice_id \
             ) l ON l.invoice_id = i.id \
             WHERE (i.charged_at IS NOT NULL AND (COALESCE(l.funds, 0) <> i.charge_amount OR COALESCE(l.fee, 0) <> i.fee)) \
                OR (i.charged_at IS NULL AND l.invoice_id IS NOT NULL)",
        )
        .await?,
        none(
            conn,
            "I2",
            "a charged invoice posted every partner's total",
            "SELECT COUNT(*) FROM invoice_partners",
            "SELECT p.partnership_id, i.number || ' totals ' || CAST(p.total AS TEXT) || ', posted ' || CAST(COALESCE(l.posted, 0) AS TEXT) \
             FROM invoices i JOIN invoice_partners p ON p.invoice_id = i.id LEFT JOIN ( \
               SELECT t.invoice_id, e.partnership_id, SUM(e.amount) AS posted \
               FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id \
               WHERE t.kind = 'invoice_charged' AND e.account = 'partner' GROUP BY t.invoice_id, e.partnership_id \
             ) l ON l.invoice_id = p.invoice_id AND l.partnership_id = p.partnership_id \
             WHERE i.charged_at IS NOT NULL AND COALESCE(l.posted, 0) <> p.total",
        )
        .await?,
        none(
            conn,
            "I2",
            "a payout's money has left exactly while it is sent or paid",
            "SELECT COUNT(*) FROM payouts",
            "SELECT p.id, p.state || ' ' || CAST(p.amount AS TEXT) || ', posted ' || CAST(COALESCE(l.moved, 0) AS TEXT) \
             FROM payouts p LEFT JOIN ( \
               SELECT t.payout_id, SUM(e.amount) AS moved FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id \
               WHERE t.kind IN ('payout_sent', 'payout_failed', 'payout_returned') AND e.account = 'paid_out' GROUP BY t.payout_id \
             ) l ON l.payout_id = p.id \
             WHERE COALESCE(l.moved, 0) <> CASE WHEN p.state IN ('sent', 'paid') THEN p.amount ELSE 0 END",
        )
        .await?,
        none(
            conn,
            "I2",
            "money that came back had left under the same reference, and came back once",
            "SELECT COUNT(*) FROM ledger_transfers WHERE kind IN ('payout_failed', 'payout_returned')",
            "SELECT b.id, b.kind || ' ' || b.reference FROM ledger_transfers b LEFT JOIN ledger_transfers s \
               ON s.company_id = b.company_id AND s.kind = 'payout_sent' AND s.reference = b.reference AND s.payout_id = b.payout_id AND s.at <= b.at \
             WHERE b.kind IN ('payout_failed', 'payout_returned') AND (s.id IS NULL OR EXISTS (SELECT 1 FROM ledger_transfers o \
               WHERE o.company_id = b.company_id AND o.reference = b.reference AND o.id <> b.id AND o.kind IN ('payout_failed', 'payout_returned')))",
        )
        .await?,
        none(
            conn,
            "I2",
            "every payout that was returned posted it, and nothing else did",
            "SELECT COUNT(*) FROM payout_failures WHERE outcome = 'returned'",
            "SELECT x.payout_id, CAST(SUM(x.returns) AS TEXT) || ' returns without their posting' FROM ( \
               SELECT payout_id, 1 AS returns FROM payout_failures WHERE outcome = 'returned' \
               UNION ALL SELECT payout_id, -1 FROM ledger_transfers WHERE kind = 'payout_returned' \
             ) x GROUP BY x.payout_id HAVING SUM(x.returns) <> 0",
        )
        .await?,
        none(
            conn,
            "I2",
            "a partner's balance is what is still to be paid less what is carried over",
            "SELECT COUNT(*) FROM (SELECT 1 FROM ledger_entries WHERE account = 'partner' GROUP BY company_id, currency, partnership_id) b",
            "SELECT x.partnership_id, x.currency || ' differs by ' || CAST(SUM(x.amount) AS TEXT) FROM ( \
               SELECT partnership_id, currency, amount FROM ledger_entries WHERE account = 'partner' \
               UNION ALL SELECT partnership_id, currency, -amount FROM payouts WHERE state NOT IN ('sent', 'paid') \
               UNION ALL SELECT p.partnership_id, i.currency, p.carried_in - p.carried_out FROM invoice_partners p \
                 JOIN invoices i ON i.id = p.invoice_id WHERE i.charged_at IS NOT NULL \
             ) x GROUP BY x.partnership_id, x.currency HAVING SUM(x.amount) <> 0",
        )
        .await?,
    ])
}
