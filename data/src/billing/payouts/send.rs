//! Asking the providers: in batches, each leased first, so that many processes share the work.

use std::collections::HashMap;

use domain::states::{PayoutState, ProviderKind};
use domain::{Instant, Money};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::record;
use crate::programme::simulated_money::Held;
use crate::store::entities::partnerships;
use crate::store::entities::payouts::{Column, Entity, Model};
use crate::store::error::stored;
use crate::work::providers::PayoutOrder;
use crate::work::{Work, Worker, is_free, lease_ends_at};
use crate::{Db, Result, transact};

const BATCH: u64 = 250;

/// Sends one batch of a company's payouts that are due, or were being sent by a process that is gone.
pub async fn send_due(db: &Db, worker: &Worker, company_id: Uuid, now: Instant) -> Result<Work> {
    let batch = lease(db, worker, company_id, &[PayoutState::Pending, PayoutState::Sending], Some(PayoutState::Sending), now).await?;
    ask(db, worker, batch, Question::Send, now).await
}

/// Asks what became of one batch of a company's payouts that should have arrived.
pub async fn settle_due(db: &Db, worker: &Worker, company_id: Uuid, now: Instant) -> Result<Work> {
    let batch = lease(db, worker, company_id, &[PayoutState::Sent], None, now).await?;
    ask(db, worker, batch, Question::Outcome, now).await
}

#[derive(Clone, Copy)]
enum Question {
    Send,
    Outcome,
}

async fn ask(db: &Db, worker: &Worker, batch: Vec<Model>, question: Question, now: Instant) -> Result<Work> {
    let mut work = Work::default();
    let Some(first) = batch.first() else { return Ok(work) };
    let days = settlement(db, first.company_id, &batch).await?;
    for same_provider in batch.chunk_by(|a, b| a.provider == b.provider) {
        let Some(provider) = worker.providers.payout(&same_provider[0].provider)? else { continue };
        let mut orders = Vec::with_capacity(same_provider.len());
        for payout in same_provider {
            orders.push(PayoutOrder {
                company_id: payout.company_id,
                idempotency_key: payout.idempotency_key.clone(),
                amount: Money::new(payout.amount, stored(&payout.currency)?),
                expected_at: days.expected(payout, now),
            });
        }
        let answers = match question {
            Question::Send => provider.send(&orders, now).await,
            Question::Outcome => provider.outcome(&orders, now).await,
        };
        let answered: Vec<_> = same_provider.iter().cloned().zip(answers).collect();
        work += record::record(db, &answered, now).await?;
    }
    Ok(work)
}

async fn lease(
    db: &Db,
    worker: &Worker,
    company_id: Uuid,
    states: &[PayoutState],
    next: Option<PayoutState>,
    now: Instant,
) -> Result<Vec<Model>> {
    transact!(db, |tx| {
        let held = Held::load(tx).await?;
        let rows = Entity::find()
            .filter(Column::CompanyId.eq(company_id))
            .filter(held.free(Column::CompanyId, Column::Provider))
            .filter(Column::State.is_in(states.iter().map(PayoutState::word)))
            .filter(Column::DueAt.lte(now.0))
            .filter(Column::Provider.ne(ProviderKind::Manual.word()))
            .filter(is_free(Column::LeasedUntil))
            .order_by_asc(Column::Provider)
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(tx)
            .await?;
        if !rows.is_empty() {
            let mut update = Entity::update_many()
                .col_expr(Column::LeasedBy, Expr::value(worker.name.as_str()))
                .col_expr(Column::LeasedUntil, Expr::value(lease_ends_at(worker)));
            if let Some(next) = next {
                update = update.col_expr(Column::State, Expr::value(next.word()));
            }
            update.filter(Column::Id.is_in(rows.iter().map(|row| row.id))).exec(tx).await?;
        }
        Ok(rows)
    })
}

/// How long payouts take, and the calendar in which that is counted.
struct Settlement {
    days: HashMap<Uuid, i32>,
    zone: domain::zone::Zone,
}

impl Settlement {
    fn expected(&self, payout: &Model, now: Instant) -> Instant {
        let days = self.days.get(&payout.partnership_id).copied().unwrap_or_default();
        if days > 0 { self.zone.plus_days(now, i64::from(days)) } else { now }
    }
}

async fn settlement(db: &Db, company_id: Uuid, batch: &[Model]) -> Result<Settlement> {
    let partners = partnerships::Entity::find()
        .filter(partnerships::Column::Id.is_in(batch.iter().map(|payout| payout.partnership_id)))
        .all(db.read())
        .await?;
    let zone = crate::programme::companies::get(db.read(), company_id).await?.zone()?;
    Ok(Settlement { days: partners.into_iter().map(|partner| (partner.id, partner.settlement_days)).collect(), zone })
}
