//! I9: every mail is written once, under an id that follows from what it tells.

use std::collections::HashMap;

use domain::{Instant, ids};
use sea_orm::EntityTrait;

use super::{Check, Conn, none, rows};
use data::Result;
use data::store::entities::outbox;

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    let mut stable = Check::new("I9", "an email's id follows from what it tells, so that a repeat is recognised");
    let mut written: HashMap<String, i64> = HashMap::new();
    for mail in outbox::Entity::find().all(conn).await? {
        let id = ids::derive(Instant(mail.created_at), &["mail", &mail.dedupe_key]);
        stable.expect(mail.id == id, || format!("{} {}", mail.id, mail.dedupe_key));
        if let Some((cause, _)) = mail.dedupe_key.rsplit_once('/') {
            *written.entry(cause.to_owned()).or_default() += 1;
        }
    }
    let mut complete = Check::new("I9", "a charged invoice told its owners and partners");
    let charged = rows(
        conn,
        "SELECT i.id, i.number, a.detail FROM invoices i JOIN audit a ON a.company_id = i.company_id \
         AND a.subject_kind = 'invoice' AND a.subject = i.number AND a.action = 'invoice_charged'",
    )
    .await?;
    for row in charged {
        let (id, number, detail): (uuid::Uuid, String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let told = serde_json::from_str::<serde_json::Value>(&detail).ok().and_then(|detail| detail["mails"].as_i64());
        let there: i64 = ["invoice_charged", "payout_coming"].iter().filter_map(|kind| written.get(&format!("{kind}/{id}"))).sum();
        complete.expect(told == Some(there), || format!("{id} {number} wrote {told:?} emails, there are {there}"));
    }
    Ok(vec![
        stable,
        complete,
        none(
            conn,
            "I9",
            "a cause is told once to each, and what is sent was tried",
            "SELECT COUNT(*) FROM outbox",
            "SELECT id, dedupe_key FROM outbox WHERE (sent_at IS NOT NULL AND (attempts < 1 OR sent_at < created_at)) \
               OR dedupe_key IN (SELECT dedupe_key FROM outbox GROUP BY dedupe_key HAVING COUNT(*) > 1)",
        )
        .await?,
    ])
}
