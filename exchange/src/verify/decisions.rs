//! I10: what people decided about money and permissions is in the audit log, once each, by whom and when; and the log claims
//! nothing that is not there.

use super::{Check, Conn, none};
use data::Result;

const RECORDS: &str = "SELECT COUNT(*) FROM reward_records";
const GIVEN: &str = "SELECT COUNT(*) FROM rewards WHERE source IN ('manual', 'adjustment')";

/// Joins a query with the columns company_id, subject, action, at, author and times with the rows of the audit log that meet `$log`.
/// What one of them has more often than the other is broken.
macro_rules! paired {
    ($rows:literal, $log:literal) => {
        concat!(
            "SELECT COALESCE(f.company_id, l.company_id), COALESCE(f.subject, l.subject) || ': ' || COALESCE(f.action, l.action) || ' by ' \
               || COALESCE(f.author, l.author) || ' ' || CAST(COALESCE(f.times, 0) AS TEXT) || ' times, in the log ' \
               || CAST(COALESCE(l.times, 0) AS TEXT) || ' times' \
             FROM (",
            $rows,
            ") f FULL JOIN (SELECT company_id, subject, action, at, author, COUNT(*) AS times FROM audit WHERE ",
            $log,
            " GROUP BY company_id, subject, action, at, author) l \
             ON l.company_id = f.company_id AND l.subject = f.subject AND l.action = f.action AND l.at = f.at AND l.author = f.author \
             WHERE f.times IS NULL OR l.times IS NULL OR f.times <> l.times"
        )
    };
}

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![
        none(
            conn,
            "I10",
            "every decision about a reward is in the audit log, and every such row is about one",
            RECORDS,
            // Hold days end by themselves, and what follows another reward of the decision is not decided about.
            paired!(
                "SELECT d.company_id, r.key AS subject, 'reward_' || d.action AS action, d.at, d.author, COUNT(*) AS times \
                 FROM reward_records d JOIN rewards r ON r.id = d.reward_id \
                 LEFT JOIN reward_records o ON o.reward_id = r.reverses AND o.batch_id = d.batch_id \
                 WHERE d.action <> 'hold_days_over' AND o.id IS NULL GROUP BY d.company_id, r.key, d.action, d.at, d.author",
                "subject_kind = 'reward' AND action NOT IN ('reward_created', 'reward_adjusted')"
            ),
        )
        .await?,
        none(
            conn,
            "I10",
            "every reward given by hand and every adjustment is in the audit log, and every such row made one",
            GIVEN,
            paired!(
                "SELECT r.company_id, CASE WHEN r.source = 'manual' THEN r.key ELSE o.key END AS subject, \
                   CASE WHEN r.source = 'manual' THEN 'reward_created' ELSE 'reward_adjusted' END AS action, r.created_at AS at, r.author, \
                   COUNT(*) AS times FROM rewards r LEFT JOIN rewards o ON o.id = r.reverses WHERE r.source IN ('manual', 'adjustment') \
                 GROUP BY r.company_id, CASE WHEN r.source = 'manual' THEN r.key ELSE o.key END, r.source, r.created_at, r.author",
                "subject_kind = 'reward' AND action IN ('reward_created', 'reward_adjusted')"
            ),
        )
        .await?,
        none(
            conn,
            "I10",
            "every change of an attribution is in the audit log, and every such row made one",
            "SELECT COUNT(*) FROM attribution_changes",
            paired!(
                "SELECT a.company_id, c.customer_key AS subject, \
                   CASE WHEN a.undoes IS NULL THEN 'attribution_changed' ELSE 'attribution_change_undone' END AS action, \
                   a.recorded_at AS at, a.author, COUNT(*) AS times FROM attribution_changes a JOIN customers c ON c.id = a.customer_id \
                 GROUP BY a.company_id, c.customer_key, CASE WHEN a.undoes IS NULL THEN 'attribution_changed' ELSE 'attribution_change_undone' END, \
                   a.recorded_at, a.author",
                "subject_kind = 'customer' AND action IN ('attribution_changed', 'attribution_change_undone')"
            ),
        )
        .await?,
        none(
            conn,
            "I10",
            "every void and its undoing is in the audit log, and every such row made one",
            "SELECT COUNT(*) FROM voids",
            paired!(
                "SELECT v.company_id, t.key AS subject, \
                   CASE WHEN v.undoes IS NULL THEN 'transaction_voided' ELSE 'transaction_void_undone' END AS action, \
                   v.recorded_at AS at, v.author, COUNT(*) AS times FROM voids v JOIN transactions t ON t.id = v.transaction_id \
                 WHERE v.import_void_id IS NULL \
                 GROUP BY v.company_id, t.key, CASE WHEN v.undoes IS NULL THEN 'transaction_voided' ELSE 'transaction_void_undone' END, \
                   v.recorded_at, v.author",
                "subject_kind = 'transaction' AND action IN ('transaction_voided', 'transaction_void_undone')"
            ),
        )
        .await?,
        none(
            conn,
            "I10",
            "every void of an import and its undoing is in the audit log, and every such row made one",
            "SELECT COUNT(*) FROM imports WHERE of_import IS NOT NULL",
            paired!(
                "SELECT i.company_id, i.file_name AS subject, CASE WHEN i.kind = 'void' THEN 'import_voided' ELSE 'import_void_undone' END AS action, \
                   i.at, i.author, COUNT(*) AS times FROM imports i WHERE i.of_import IS NOT NULL \
                 GROUP BY i.company_id, i.file_name, CASE WHEN i.kind = 'void' THEN 'import_voided' ELSE 'import_void_undone' END, i.at, i.author",
                "subject_kind = 'import' AND action IN ('import_voided', 'import_void_undone')"
            ),
        )
        .await?,
        none(
            conn,
            "I10",
            "every version of an offer is in the audit log, and every such row published one",
            "SELECT COUNT(*) FROM offer_versions",
            paired!(
                "SELECT v.company_id, o.key AS subject, CASE WHEN v.number = 1 THEN 'offer_created' ELSE 'offer_version_published' END AS action, \
                   v.published_at AS at, v.published_by AS author, COUNT(*) AS times FROM offer_versions v JOIN offers o ON o.id = v.offer_id \
                 GROUP BY v.company_id, o.key, CASE WHEN v.number = 1 THEN 'offer_created' ELSE 'offer_version_published' END, \
                   v.published_at, v.published_by",
                "subject_kind = 'offer' AND action IN ('offer_created', 'offer_version_published')"
            ),
        )
        .await?,
        none(
            conn,
            "I10",
            "who may act for a company was put there by somebody, and stands there in the role last given",
            "SELECT COUNT(*) FROM memberships WHERE company_id IS NOT NULL",
            "SELECT COALESCE(m.company_id, l.company_id), COALESCE(m.email, l.subject) || ' is ' || COALESCE(m.role, 'nobody') || ', the log says ' \
               || COALESCE(l.detail, 'nothing') \
             FROM (SELECT m.company_id, m.role, u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.company_id IS NOT NULL) m \
             FULL JOIN ( \
               SELECT company_id, subject, detail FROM ( \
                 SELECT company_id, subject, detail, action, \
                   ROW_NUMBER() OVER (PARTITION BY company_id, subject ORDER BY at DESC, id DESC) AS place \
                 FROM audit WHERE action IN ('user_added', 'user_removed') AND company_id IS NOT NULL \
               ) x WHERE place = 1 AND action = 'user_added' \
             ) l ON l.company_id = m.company_id AND l.subject = m.email \
             WHERE m.role IS NULL OR l.detail IS NULL OR l.detail NOT LIKE '%\"' || m.role || '\"%'",
        )
        .await?,
        none(
            conn,
            "I10",
            "a partner's status is the one last decided about",
            "SELECT COUNT(*) FROM audit WHERE action = 'partner_status_changed'",
            "SELECT p.id, p.partner_key || ' is ' || p.status || ', the log says ' || COALESCE(l.detail, 'nothing') FROM ( \
               SELECT company_id, subject, detail, ROW_NUMBER() OVER (PARTITION BY company_id, subject ORDER BY at DESC, id DESC) AS place \
               FROM audit l WHERE action = 'partner_status_changed' AND NOT EXISTS ( \
                 SELECT 1 FROM audit g WHERE g.action = 'partner_key_given_up' AND g.company_id = l.company_id AND g.subject = l.subject \
                   AND g.at >= l.at) \
             ) l JOIN partnerships p ON p.company_id = l.company_id AND p.partner_key = l.subject \
             WHERE l.place = 1 AND l.detail NOT LIKE '%\"to\":\"' || p.status || '\"%'",
        )
        .await?,
        none(
            conn,
            "I10",
            "the audit log speaks of invoices, partners, customers and sales that are there",
            "SELECT COUNT(*) FROM audit WHERE subject_kind IN ('invoice', 'partner', 'customer', 'transaction')",
            "SELECT l.id, l.subject_kind || ' ' || l.subject || ': ' || l.action FROM audit l WHERE \
               (l.subject_kind = 'invoice' AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.company_id = l.company_id AND i.number = l.subject)) \
               OR (l.subject_kind = 'partner' AND NOT EXISTS ( \
                 SELECT 1 FROM partnerships p WHERE p.company_id = l.company_id AND p.partner_key = l.subject) AND NOT EXISTS ( \
                 SELECT 1 FROM audit g WHERE g.action = 'partner_key_given_up' AND g.company_id = l.company_id AND g.subject = l.subject \
                   AND g.at >= l.at)) \
               OR (l.subject_kind = 'customer' AND NOT EXISTS ( \
                 SELECT 1 FROM customers c WHERE c.company_id = l.company_id AND c.customer_key = l.subject)) \
               OR (l.subject_kind = 'transaction' AND NOT EXISTS ( \
                 SELECT 1 FROM transactions t WHERE t.company_id = l.company_id AND t.key = l.subject))",
        )
        .await?,
    ])
}
