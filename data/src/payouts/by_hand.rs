//! What people do with payouts: confirm that they paid, say that one failed, send one again.

use domain::Instant;
use domain::states::{PayoutState, ProviderKind};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::record::{Outcome, apply};
use crate::entities::payouts::{Column, Entity, Model};
use crate::error::stored;
use crate::{Db, Error, Result, audit, transact};

/// A person paid these by hand: all of them are recorded as paid, or none.
pub async fn confirm(db: &Db, company_id: Uuid, payout_ids: &[Uuid], by: &str, now: Instant) -> Result<usize> {
    transact!(db, |tx| {
        let rows =
            Entity::find().filter(Column::CompanyId.eq(company_id)).filter(Column::Id.is_in(payout_ids.iter().copied())).all(tx).await?;
        if rows.len() != payout_ids.len() {
            return Err(Error::NotFound("the payout"));
        }
        for payout in &rows {
            if !waits_for_a_person(payout)? {
                return Err(Error::conflict(format!("payout {} does not wait for a confirmation", super::key(payout.id))));
            }
        }
        paid(tx, &rows, by, now).await
    })
}

/// A person paid everything on an invoice that is still to be paid by hand. Returns how many payouts that were.
pub async fn confirm_all(db: &Db, company_id: Uuid, number: &str, by: &str, now: Instant) -> Result<usize> {
    transact!(db, |tx| {
        let invoice = crate::invoices::find(tx, company_id, number).await?;
        let rows = Entity::find()
            .filter(Column::CompanyId.eq(company_id))
            .filter(Column::InvoiceId.eq(invoice.id))
            .filter(Column::Provider.eq(ProviderKind::Manual.word()))
            .filter(Column::State.eq(PayoutState::Pending.word()))
            .all(tx)
            .await?;
        paid(tx, &rows, by, now).await
    })
}

async fn paid<C: ConnectionTrait>(tx: &C, rows: &[Model], by: &str, now: Instant) -> Result<usize> {
    let outcomes: Vec<Outcome<'_>> = rows.iter().map(|payout| Outcome::paid(payout, None)).collect();
    apply(tx, &outcomes, by, now).await?;
    Ok(rows.len())
}

/// A payout by hand, or one on its way, did not reach the partner. The money counts as owed again.
pub async fn mark_failed(db: &Db, company_id: Uuid, payout_id: Uuid, reason: &str, by: &str, now: Instant) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "say what went wrong"));
    }
    transact!(db, |tx| {
        let payout = get(tx, company_id, payout_id).await?;
        let on_its_way = stored::<PayoutState>(&payout.state)? == PayoutState::Sent;
        if !on_its_way && !waits_for_a_person(&payout)? {
            return Err(Error::conflict(format!("payout {} cannot fail any more", super::key(payout.id))));
        }
        apply(tx, &[Outcome::failed(&payout, reason)], by, now).await?;
        Ok(())
    })
}

/// A failed payout is to be paid again, by the company's provider of today, under a new key.
pub async fn retry(db: &Db, company_id: Uuid, payout_id: Uuid, by: &str, now: Instant) -> Result<()> {
    transact!(db, |tx| {
        let payout = get(tx, company_id, payout_id).await?;
        if stored::<PayoutState>(&payout.state)? != PayoutState::Failed {
            return Err(Error::conflict(format!("payout {} has not failed", super::key(payout.id))));
        }
        let company = crate::companies::get(tx, company_id).await?;
        Entity::update_many()
            .col_expr(Column::State, Expr::value(PayoutState::Pending.word()))
            .col_expr(Column::Provider, Expr::value(company.payout_provider.as_str()))
            .col_expr(Column::IdempotencyKey, Expr::value(super::idempotency_key(payout.id, payout.attempts + 1)))
            .col_expr(Column::DueAt, Expr::value(now.0))
            .col_expr(Column::SentAt, Expr::value(None::<i64>))
            .col_expr(Column::ProviderReference, Expr::value(None::<String>))
            .filter(Column::Id.eq(payout.id))
            .exec(tx)
            .await?;
        let detail = json!({ "attempt": payout.attempts + 1, "amount": payout.amount, "currency": payout.currency });
        audit::record(tx, company_id, now, by, "payout_retried", "payout", &super::key(payout.id), detail).await
    })
}

async fn get<C: ConnectionTrait>(tx: &C, company_id: Uuid, payout_id: Uuid) -> Result<Model> {
    Entity::find_by_id(payout_id).filter(Column::CompanyId.eq(company_id)).one(tx).await?.ok_or(Error::NotFound("the payout"))
}

fn waits_for_a_person(payout: &Model) -> Result<bool> {
    Ok(stored::<PayoutState>(&payout.state)? == PayoutState::Pending && payout.provider == ProviderKind::Manual.word())
}
