//! Outgoing mail: written in the transaction of what it tells, delivered afterwards, at least once, under a stable id.

use std::collections::BTreeMap;

use domain::{Instant, ids};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::store::entities::outbox::{Column, Entity, Model};
use crate::store::entities::{memberships, users};
use crate::store::execute_with_shared_and_rows;
use crate::work::{QueuedMail, Work, Worker, is_free, lease_ends_at};
use crate::{Db, Result, transact};

pub mod templates;

/// How many mails a worker takes at once.
const BATCH: u64 = 100;
const MINUTE_MS: i64 = 60_000;
/// Waits after the first failures; the last one repeats.
const BACKOFF_MINUTES: [i64; 6] = [1, 5, 30, 120, 480, 1440];

/// A mail to be sent. One with a `dedupe_key` that was used before is not written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub company_id: Option<Uuid>,
    pub kind: &'static str,
    pub dedupe_key: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
}

/// Writes mails into the outbox; those without a recipient are left out.
pub async fn enqueue<C: ConnectionTrait>(tx: &C, now: Instant, mails: Vec<Mail>) -> Result<()> {
    let mails: Vec<Mail> = mails.into_iter().filter(|mail| !mail.recipient.is_empty()).collect();
    for alike in mails.chunk_by(|a, b| (a.company_id, a.kind) == (b.company_id, b.kind)) {
        let rows = alike.iter().map(|mail| {
            [
                ids::derive(now, &["mail", &mail.dedupe_key]).into(),
                mail.dedupe_key.as_str().into(),
                one_line(&mail.recipient).into(),
                one_line(&mail.subject).into(),
                mail.body.as_str().into(),
            ]
        });
        execute_with_shared_and_rows(
            tx,
            "WITH s(company_id, kind, now) AS (VALUES {shared}), v(id, dedupe_key, recipient, subject, body) AS (VALUES {rows}) \
             INSERT INTO outbox (id, company_id, kind, dedupe_key, recipient, subject, body, created_at, due_at, attempts, leased_until) \
             SELECT v.id, s.company_id, s.kind, v.dedupe_key, v.recipient, v.subject, v.body, s.now, s.now, 0, 0 FROM v, s WHERE true \
             ON CONFLICT DO NOTHING",
            vec![alike[0].company_id.into(), alike[0].kind.into(), now.0.into()],
            rows,
        )
        .await?;
    }
    Ok(())
}

/// The people who own a company: name and address.
pub async fn owners<C: ConnectionTrait>(tx: &C, company_id: Uuid) -> Result<Vec<users::Model>> {
    let ids: Vec<Uuid> = memberships::Entity::find()
        .filter(memberships::Column::CompanyId.eq(company_id))
        .filter(memberships::Column::Role.eq(domain::states::CompanyRole::Owner.word()))
        .all(tx)
        .await?
        .into_iter()
        .map(|membership| membership.user_id)
        .collect();
    Ok(users::Entity::find().filter(users::Column::Id.is_in(ids)).order_by_asc(users::Column::Email).all(tx).await?)
}

/// Delivers mails that are due and that nobody else is delivering: one batch.
pub async fn deliver_due(db: &Db, worker: &Worker, now: Instant) -> Result<Work> {
    let batch = lease(db, worker, now).await?;
    let mut work = Work::default();
    let mut sent = Vec::new();
    let mut failed = Vec::new();
    for row in batch {
        match worker.mailer.deliver(&queued(&row)).await {
            Ok(()) => sent.push(row.id),
            Err(error) => {
                tracing::warn!(mail = %row.id, %error, "an email could not be delivered and is tried again later");
                failed.push((row, error));
            }
        }
    }
    if sent.is_empty() && failed.is_empty() {
        return Ok(work);
    }
    work.mails = sent.len();
    work.mails_failed = failed.len();
    transact!(db, |tx| {
        Entity::update_many()
            .col_expr(Column::SentAt, Expr::value(now.0))
            .col_expr(Column::LeasedUntil, Expr::value(0i64))
            .col_expr(Column::Error, Expr::value(None::<String>))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.is_in(sent.clone()))
            .filter(Column::SentAt.is_null())
            .exec(tx)
            .await?;
        // A mail transport that is down fails many in the same way: one statement per attempt count and text.
        let mut alike: BTreeMap<(i32, &str), Vec<Uuid>> = BTreeMap::new();
        for (row, error) in &failed {
            alike.entry((row.attempts, error)).or_default().push(row.id);
        }
        for ((attempts, error), ids) in alike {
            let step = usize::try_from(attempts).unwrap_or(0).min(BACKOFF_MINUTES.len() - 1);
            Entity::update_many()
                .col_expr(Column::DueAt, Expr::value(now.0 + BACKOFF_MINUTES[step] * MINUTE_MS))
                .col_expr(Column::LeasedUntil, Expr::value(0i64))
                .col_expr(Column::Error, Expr::value(error))
                .col_expr(Column::Attempts, Expr::value(attempts + 1))
                .filter(Column::Id.is_in(ids))
                .filter(Column::SentAt.is_null())
                .exec(tx)
                .await?;
        }
        Ok(())
    })?;
    Ok(work)
}

async fn lease(db: &Db, worker: &Worker, now: Instant) -> Result<Vec<Model>> {
    transact!(db, |tx| {
        let rows = Entity::find()
            .filter(Condition::all().add(Column::SentAt.is_null()).add(Column::DueAt.lte(now.0)))
            .filter(is_free(Column::LeasedUntil))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(tx)
            .await?;
        if !rows.is_empty() {
            Entity::update_many()
                .col_expr(Column::LeasedBy, Expr::value(worker.name.as_str()))
                .col_expr(Column::LeasedUntil, Expr::value(lease_ends_at(worker)))
                .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
                .exec(tx)
                .await?;
        }
        Ok(rows)
    })
}

fn queued(row: &Model) -> QueuedMail {
    QueuedMail {
        id: row.id,
        company_id: row.company_id,
        kind: row.kind.clone(),
        recipient: row.recipient.clone(),
        subject: row.subject.clone(),
        body: row.body.clone(),
        written_at: Instant(row.created_at),
    }
}

/// A header cannot be broken out of by a line break in a name.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
