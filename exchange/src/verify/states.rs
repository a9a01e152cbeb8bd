//! I5: nothing goes backwards, and every review lasts seven local days.

use domain::states::InvoiceState;
use domain::zone::Zone;
use domain::{Instant, Month};
use sea_orm::EntityTrait;
use std::collections::HashMap;
use uuid::Uuid;

use super::{Check, Conn, none};
use data::Result;
use data::store::entities::{companies, invoices};
use data::store::error::stored;

const REWARDS: &str = "SELECT COUNT(*) FROM rewards";
const RECORDS: &str = "SELECT COUNT(*) FROM reward_records";

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    let mut checks = invoice_checks(conn).await?;
    checks.push(
        none(
            conn,
            "I5",
            "a payout's state and its instants agree",
            "SELECT COUNT(*) FROM payouts",
            "SELECT p.id, p.state FROM payouts p JOIN invoices i ON i.id = p.invoice_id WHERE \
               (p.state = 'paid') <> (p.paid_at IS NOT NULL) OR (p.state IN ('sent', 'paid') AND p.sent_at IS NULL) \
               OR (p.state IN ('pending', 'sending') AND p.sent_at IS NOT NULL) \
               OR p.sent_at > p.paid_at OR p.created_at > p.sent_at OR i.charged_at IS NULL OR p.created_at < i.charged_at",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "every attempt at a payout whose money did not arrive is remembered, in their order",
            "SELECT COUNT(*) FROM payout_failures",
            "SELECT p.id, CAST(p.attempts AS TEXT) || ' attempts came back, ' || CAST(COUNT(f.attempt) AS TEXT) || ' are remembered' \
             FROM payouts p LEFT JOIN payout_failures f ON f.payout_id = p.id GROUP BY p.id, p.attempts, p.state, p.created_at \
             HAVING COUNT(f.attempt) <> p.attempts OR MIN(f.attempt) <> 1 OR MAX(f.attempt) <> p.attempts \
               OR MIN(f.occurred_at) < p.created_at OR SUM(CASE WHEN f.occurred_at > f.recorded_at THEN 1 ELSE 0 END) > 0 \
               OR SUM(CASE WHEN (f.outcome = 'returned') <> (f.paid_at IS NOT NULL) OR f.outcome NOT IN ('failed', 'returned') THEN 1 ELSE 0 END) > 0 \
               OR (p.state IN ('failed', 'returned') AND SUM(CASE WHEN f.attempt = p.attempts AND f.outcome = p.state THEN 1 ELSE 0 END) <> 1)",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "a payment file holds payouts of its invoice, at attempts that there were",
            "SELECT COUNT(*) FROM payment_file_payouts",
            "SELECT f.id, f.message_id FROM payment_files f LEFT JOIN payment_file_payouts h ON h.payment_file_id = f.id \
             LEFT JOIN payouts p ON p.id = h.payout_id \
             WHERE p.id IS NULL OR p.invoice_id <> f.invoice_id OR h.attempt < 1 OR h.attempt > p.attempts + 1 OR p.created_at > f.made_at",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "an invoice is paid once all of its payouts are",
            "SELECT COUNT(*) FROM invoices WHERE charged_at IS NOT NULL",
            "SELECT i.id, i.number || ' is ' || i.state FROM invoices i LEFT JOIN ( \
               SELECT invoice_id, SUM(CASE WHEN state = 'paid' THEN 0 ELSE 1 END) AS unpaid FROM payouts GROUP BY invoice_id \
             ) p ON p.invoice_id = i.id \
             WHERE i.charged_at IS NOT NULL AND (i.state = 'paid') <> (COALESCE(p.unpaid, 0) = 0)",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "a reward's state and month are those of its last record",
            REWARDS,
            "SELECT r.id, r.key || ' is ' || r.state || ', last recorded as ' || d.to_state FROM rewards r \
             JOIN reward_records d ON d.reward_id = r.id \
             JOIN (SELECT reward_id, MAX(seq) AS seq FROM reward_records GROUP BY reward_id) l ON l.reward_id = r.id AND l.seq = d.seq \
             WHERE r.state <> d.to_state OR r.invoice_month <> d.to_month",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "a reward's records follow one another",
            RECORDS,
            "SELECT x.reward_id, 'record ' || CAST(x.seq AS TEXT) || ' begins at ' || x.from_state FROM ( \
               SELECT reward_id, seq, at, from_state, from_month, \
                 LAG(seq) OVER w AS seq_before, LAG(at) OVER w AS at_before, LAG(to_state) OVER w AS state_before, LAG(to_month) OVER w AS month_before \
               FROM reward_records WINDOW w AS (PARTITION BY reward_id ORDER BY seq) \
             ) x WHERE x.seq <> COALESCE(x.seq_before, 0) + 1 OR x.at < x.at_before OR x.from_state <> x.state_before OR x.from_month <> x.month_before",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "no reward changed after its invoice was frozen",
            RECORDS,
            "SELECT r.id, r.key || ' on ' || i.number FROM reward_records d JOIN rewards r ON r.id = d.reward_id \
             JOIN invoices i ON i.company_id = r.company_id AND i.currency = r.currency AND (i.month = d.from_month OR i.month = d.to_month) \
             WHERE i.frozen_at IS NOT NULL AND d.at > i.frozen_at AND (\
               (i.month = d.from_month AND d.from_state IN ('pending', 'approved')) OR (i.month = d.to_month AND d.to_state IN ('pending', 'approved')))",
        )
        .await?,
    );
    checks.push(
        none(
            conn,
            "I5",
            "only scheduled rewards wait for an instant, and each has one",
            "SELECT COUNT(*) FROM rewards WHERE state = 'scheduled'",
            "SELECT id, key FROM rewards WHERE state = 'scheduled' AND ready_at IS NULL",
        )
        .await?,
    );
    Ok(checks)
}

async fn invoice_checks(conn: &Conn) -> Result<Vec<Check>> {
    let mut order = Check::new("I5", "an invoice is issued, frozen, charged and paid in this order, and its state says how far it is");
    let mut review = Check::new("I5", "a month's invoices come when it is over, and are reviewed for seven local days or more");
    let mut zones: HashMap<Uuid, Zone> = HashMap::new();
    for company in companies::Entity::find().all(conn).await? {
        zones.insert(company.id, company.zone()?);
    }
    for invoice in invoices::Entity::find().all(conn).await? {
        let named = || format!("{} {} is {}", invoice.id, invoice.number, invoice.state);
        let steps = [Some(invoice.issued_at), invoice.frozen_at, invoice.charged_at, invoice.paid_at];
        let reached: Vec<i64> = steps.iter().map_while(|step| *step).collect();
        let in_order = reached.len() == steps.iter().flatten().count() && reached.is_sorted();
        let far = match stored::<InvoiceState>(&invoice.state)? {
            InvoiceState::InReview => 1,
            InvoiceState::Charging | InvoiceState::ChargeFailed => 2,
            InvoiceState::Charged => 3,
            InvoiceState::Paid => 4,
        };
        let unsealed = invoice.frozen_at.is_some() || (invoice.total.is_none() && invoice.digest.is_none() && invoice.attempts == 0);
        let retried = invoice.retry_at.is_none_or(|at| {
            invoice.state == InvoiceState::ChargeFailed.word() && invoice.frozen_at.is_some_and(|frozen_at| at > frozen_at)
        });
        order.expect(in_order && far == reached.len() && unsealed && retried, named);

        let Some(zone) = zones.get(&invoice.company_id) else {
            order.fault(named());
            continue;
        };
        let issued = Instant(invoice.issued_at);
        let end = invoice.frozen_at.unwrap_or(invoice.charge_due_at);
        let days = zone.date(Instant(end)) - zone.date(issued);
        let over = issued >= zone.month_start(Month(invoice.month).next());
        let after_review = invoice.frozen_at.is_none_or(|frozen_at| frozen_at >= invoice.review_ends_at);
        review.expect(over && after_review && days.num_days() >= 7, || {
            format!("{} {} was in review for {} days", invoice.id, invoice.number, days.num_days())
        });
    }
    Ok(vec![order, review])
}
