//! I7: what is kept for lists is what grouping the rows gives.

use sea_orm::{ConnectionTrait, DbBackend};

use super::{Check, Conn, none};
use data::Result;

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    // As rewards without an offer are counted.
    let offer = match conn.get_database_backend() {
        DbBackend::Sqlite => "COALESCE(offer_id, X'00000000000000000000000000000000')",
        _ => "COALESCE(offer_id, '00000000-0000-0000-0000-000000000000')",
    };
    Ok(vec![
        none(
            conn,
            "I7",
            "a customer's transactions, voided ones and first purchase are those of the rows",
            "SELECT COUNT(*) FROM customers",
            "SELECT c.id, c.customer_key || ' counts ' || CAST(c.transactions AS TEXT) || ', has ' || CAST(COALESCE(t.transactions, 0) AS TEXT) \
             FROM customers c LEFT JOIN ( \
               SELECT customer_id, COUNT(*) - COUNT(voided_at) AS transactions, COUNT(voided_at) AS voided, \
                 MIN(CASE WHEN amount > 0 AND voided_at IS NULL THEN occurred_at END) AS first FROM transactions GROUP BY customer_id \
             ) t ON t.customer_id = c.id \
             WHERE c.transactions <> COALESCE(t.transactions, 0) OR c.voided <> COALESCE(t.voided, 0) OR c.first_purchase_at IS DISTINCT FROM t.first",
        )
        .await?,
        none(
            conn,
            "I7",
            "what was refunded of a sale is the sum of its refunds",
            "SELECT COUNT(*) FROM transactions",
            "SELECT s.id, s.key || ' counts ' || CAST(s.refunded AS TEXT) || ', has ' || CAST(COALESCE(r.refunded, 0) AS TEXT) \
             FROM transactions s LEFT JOIN ( \
               SELECT refund_of, -SUM(amount) AS refunded FROM transactions WHERE refund_of IS NOT NULL AND voided_at IS NULL GROUP BY refund_of \
             ) r ON r.refund_of = s.id WHERE s.refunded <> COALESCE(r.refunded, 0)",
        )
        .await?,
        none(
            conn,
            "I7",
            "a partnership's signups and paid customers are those of its customers",
            "SELECT COUNT(*) FROM partnerships",
            "SELECT p.id, p.partner_key || ' counts ' || CAST(p.signups AS TEXT) || ' and ' || CAST(p.paid_customers AS TEXT) || ', has ' \
               || CAST(COALESCE(c.signups, 0) AS TEXT) || ' and ' || CAST(COALESCE(c.paid, 0) AS TEXT) \
             FROM partnerships p LEFT JOIN ( \
               SELECT partnership_id, COUNT(*) AS signups, COUNT(first_purchase_at) AS paid FROM customers \
               WHERE NOT test AND partnership_id IS NOT NULL GROUP BY partnership_id \
             ) c ON c.partnership_id = p.id \
             WHERE p.signups <> COALESCE(c.signups, 0) OR p.paid_customers <> COALESCE(c.paid, 0)",
        )
        .await?,
        none(
            conn,
            "I7",
            "a partnership's revenue is that of its transactions in the company's currency",
            "SELECT COUNT(*) FROM partnerships",
            "SELECT p.id, p.partner_key || ' counts ' || CAST(p.revenue AS TEXT) || ', has ' || CAST(COALESCE(t.revenue, 0) AS TEXT) \
             FROM partnerships p LEFT JOIN ( \
               SELECT t.partnership_id, SUM(t.amount) AS revenue FROM transactions t JOIN customers c ON c.id = t.customer_id \
               JOIN companies k ON k.id = t.company_id AND k.currency = t.currency \
               WHERE NOT c.test AND t.partnership_id IS NOT NULL AND t.voided_at IS NULL GROUP BY t.partnership_id \
             ) t ON t.partnership_id = p.id WHERE p.revenue <> COALESCE(t.revenue, 0)",
        )
        .await?,
        none(
            conn,
            "I7",
            "a partnership's rewards on hold are counted as they are",
            "SELECT COUNT(*) FROM partnerships",
            "SELECT p.id, p.partner_key || ' counts ' || CAST(p.held AS TEXT) || ' on hold, has ' || CAST(COALESCE(r.held, 0) AS TEXT) \
             FROM partnerships p LEFT JOIN ( \
               SELECT partnership_id, COUNT(*) AS held FROM rewards WHERE state = 'hold' GROUP BY partnership_id \
             ) r ON r.partnership_id = p.id WHERE p.held <> COALESCE(r.held, 0)",
        )
        .await?,
        none(
            conn,
            "I7",
            "a partnership's status is that of its latest span, and the first one has no beginning",
            "SELECT COUNT(*) FROM partnerships",
            "SELECT p.id, p.partner_key || ' is ' || p.status || ', its spans say ' || COALESCE(s.status, 'nothing') FROM partnerships p LEFT JOIN ( \
               SELECT partnership_id, status, ROW_NUMBER() OVER (PARTITION BY partnership_id ORDER BY valid_from DESC) AS place, \
                 MIN(valid_from) OVER (PARTITION BY partnership_id) AS beginning FROM status_spans \
             ) s ON s.partnership_id = p.id AND s.place = 1 \
             WHERE s.status IS NULL OR s.status <> p.status OR s.beginning <> -62135596800000",
        )
        .await?,
        none(
            conn,
            "I7",
            "rewards are counted and added up by month, currency, state, group, source and offer as they are",
            "SELECT COUNT(*) FROM reward_counts",
            &format!(
                "SELECT company_id, CAST(invoice_month AS TEXT) || ' ' || currency || ' ' || state || ' ' || source || ' counts ' \
                   || CAST(SUM(kept) AS TEXT) || ' (' || CAST(SUM(kept_total) AS TEXT) || '), has ' || CAST(SUM(counted) AS TEXT) \
                   || ' (' || CAST(SUM(counted_total) AS TEXT) || ')' \
                 FROM ( \
                   SELECT company_id, invoice_month, currency, state, group_id, source, offer_id, rewards AS kept, total AS kept_total, 0 AS counted, \
                     0 AS counted_total FROM reward_counts \
                   UNION ALL SELECT company_id, invoice_month, currency, state, group_id, source, {offer}, 0, 0, COUNT(*), SUM(amount) FROM rewards \
                   GROUP BY company_id, invoice_month, currency, state, group_id, source, {offer} \
                   UNION ALL SELECT company_id, 0, currency, state, group_id, source, {offer}, 0, 0, COUNT(*), SUM(amount) FROM rewards \
                   GROUP BY company_id, currency, state, group_id, source, {offer} \
                 ) counts GROUP BY company_id, invoice_month, currency, state, group_id, source, offer_id \
                 HAVING SUM(kept) <> SUM(counted) OR SUM(kept_total) <> SUM(counted_total)"
            ),
        )
        .await?,
    ])
}
