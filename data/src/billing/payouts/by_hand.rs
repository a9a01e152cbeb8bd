//! What people do with payouts: confirm that they paid, say that one failed or came back, send one again.
//!
//! Each names the attempt that was shown: what has moved on since is left alone, and said.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::facts::Fact;
use domain::payouts::Attempt;
use domain::states::{PayoutState, ProviderKind};
use domain::{Currency, Instant, Money};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::record::{Outcome, apply};
use crate::act::Act;
use crate::programme::simulated_money;
use crate::store::IN_MAX;
use crate::store::entities::partnerships;
use crate::store::entities::payouts::{Column, Entity, Model};
use crate::store::error::stored;
use crate::{Db, Error, Result, audit, transact};

/// Payouts as a page showed them, and what they came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub attempts: Vec<Attempt>,
    /// In minor units; `None` where one payout was shown, whose amount never changes.
    pub total: Option<i64>,
}

/// What a confirmation recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub count: usize,
    pub total: Money,
    /// What was shown and had moved on: partners' names, and how it is now.
    pub changed: Vec<(String, String)>,
}

/// A person paid these by hand. What moved on since it was shown is not confirmed.
///
/// # Errors
/// `Conflict` when nothing of it waits any more, or when the payouts do not come to what was shown.
pub async fn confirm(db: &Db, act: &Act<'_>, shown: &Shown) -> Result<Confirmed> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let rows = load(tx, company_id, &shown.attempts).await?;
        let sum: i128 = rows.iter().map(|(payout, _)| i128::from(payout.amount)).sum();
        let currency: Currency = match rows.first() {
            Some((first, _)) if rows.iter().all(|(payout, _)| payout.currency == first.currency) => stored(&first.currency)?,
            _ => return Err(Error::NotFound("the payout")),
        };
        if shown.total.is_some_and(|total| sum != i128::from(total)) {
            return Err(Error::conflict("these payouts don't come to what was shown: load the page again"));
        }
        let (mut open, mut moved_on) = (Vec::new(), Vec::new());
        for (payout, attempt) in rows {
            if waits_for_a_person(&payout)? && payout.attempt()? == attempt {
                open.push(payout);
            } else {
                moved_on.push(payout);
            }
        }
        let changed = told(tx, &moved_on).await?;
        if open.is_empty() {
            let told: Vec<String> = changed.iter().take(3).map(|(name, how)| format!("{name} ({how})")).collect();
            return Err(Error::conflict(format!("nothing was confirmed, because it changed meanwhile: {}", told.join(", "))));
        }
        let total = Money::new(open.iter().map(|payout| payout.amount).sum(), currency);
        let outcomes: Vec<Outcome<'_>> = open.iter().map(|payout| Outcome::paid(payout, None)).collect();
        apply(tx, act.actor, act.now, &outcomes).await?;
        Ok(Confirmed { count: open.len(), total, changed })
    })
}

/// The payouts that were shown, each once, with the attempt that it was at.
async fn load<C: ConnectionTrait>(tx: &C, company_id: Uuid, attempts: &[Attempt]) -> Result<Vec<(Model, Attempt)>> {
    let wanted: HashMap<Uuid, Attempt> = attempts.iter().map(|attempt| (attempt.payout_id, *attempt)).collect();
    let ids: Vec<Uuid> = wanted.keys().copied().collect();
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(IN_MAX) {
        let found = Entity::find().filter(Column::CompanyId.eq(company_id)).filter(Column::Id.is_in(some.iter().copied())).all(tx).await?;
        rows.extend(found.into_iter().filter_map(|payout| wanted.get(&payout.id).map(|attempt| (payout, *attempt))));
    }
    if rows.len() != wanted.len() {
        return Err(Error::NotFound("the payout"));
    }
    rows.sort_by_key(|(payout, _)| payout.id);
    Ok(rows)
}

/// Partners' names, and where their payouts are now.
async fn told<C: ConnectionTrait>(tx: &C, payouts: &[Model]) -> Result<Vec<(String, String)>> {
    let mut named = Vec::with_capacity(payouts.len());
    for some in payouts.chunks(IN_MAX) {
        let ids = some.iter().map(|payout| payout.partnership_id);
        let partners = partnerships::Entity::find().filter(partnerships::Column::Id.is_in(ids)).all(tx).await?;
        let names: HashMap<Uuid, String> = partners.into_iter().map(|partner| (partner.id, partner.name)).collect();
        for payout in some {
            let name = names.get(&payout.partnership_id).cloned().unwrap_or_default();
            let how = match stored::<PayoutState>(&payout.state)? {
                PayoutState::Paid => "paid already".to_owned(),
                PayoutState::Failed => format!("failed: {}", payout.error.as_deref().unwrap_or_default()),
                PayoutState::Returned => format!("returned: {}", payout.error.as_deref().unwrap_or_default()),
                PayoutState::Pending => "to be paid again".to_owned(),
                PayoutState::Sending | PayoutState::Sent => "sent".to_owned(),
            };
            named.push((name, how));
        }
    }
    Ok(named)
}

/// A payout by hand, or one on its way, did not reach the partner. The money counts as owed again.
pub async fn mark_failed(db: &Db, act: &Act<'_>, attempt: Attempt, reason: &str) -> Result<()> {
    let company_id = act.company_id;
    let reason = given_reason(reason)?;
    transact!(db, |tx| {
        let payout = get(tx, company_id, attempt).await?;
        let on_its_way = stored::<PayoutState>(&payout.state)? == PayoutState::Sent;
        if !on_its_way && !waits_for_a_person(&payout)? {
            return Err(Error::conflict(format!("payout {} cannot fail any more", domain::payouts::key(payout.id))));
        }
        apply(tx, act.actor, act.now, &[Outcome::failed(&payout, &reason)]).await?;
        Ok(())
    })
}

/// A payout that counted as paid came back from the bank, on a day of the company's. The money counts as owed again.
pub async fn mark_returned(db: &Db, act: &Act<'_>, attempt: Attempt, on: NaiveDate, reason: &str) -> Result<()> {
    let Act { company_id, now, .. } = *act;
    let reason = given_reason(reason)?;
    transact!(db, |tx| {
        let payout = get(tx, company_id, attempt).await?;
        if stored::<PayoutState>(&payout.state)? != PayoutState::Paid {
            return Err(Error::conflict(format!("payout {} doesn't count as paid", domain::payouts::key(payout.id))));
        }
        let zone = crate::programme::companies::get(tx, company_id).await?.zone()?;
        if on > zone.date(now) {
            return Err(Error::invalid("on", "is in the future: use today's date or an earlier one"));
        }
        // A bank may have sent it back before somebody confirmed it here, never before it was released.
        if on < zone.date(Instant(payout.created_at)) {
            return Err(Error::invalid("on", "is before the payout was released"));
        }
        let at = if on == zone.date(now) { now } else { Instant(zone.first_instant(on).0.max(payout.created_at)) };
        apply(tx, act.actor, act.now, &[Outcome::returned(&payout, &reason, at)]).await?;
        Ok(())
    })
}

fn given_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "say what went wrong"));
    }
    domain::fields::description(reason).map_err(|error| Error::invalid("reason", error.to_string()))
}

/// A payout whose money came back is to be paid again, by the company's provider of today, under a new key.
pub async fn retry(db: &Db, act: &Act<'_>, attempt: Attempt) -> Result<()> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let payout = get(tx, company_id, attempt).await?;
        if !stored::<PayoutState>(&payout.state)?.came_back() {
            return Err(Error::conflict(format!("payout {} has not failed", domain::payouts::key(payout.id))));
        }
        let company = crate::programme::companies::get(tx, company_id).await?;
        simulated_money::must_move_money(tx, &company).await?;
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
        let currency = stored(&payout.currency)?;
        let fact = Fact::PayoutRetried { attempt: payout.attempts + 1, amount: payout.amount, currency };
        audit::record(tx, act, &domain::payouts::key(payout.id), fact).await
    })
}

/// The payout, still at the attempt that was shown.
async fn get<C: ConnectionTrait>(tx: &C, company_id: Uuid, attempt: Attempt) -> Result<Model> {
    let found = Entity::find_by_id(attempt.payout_id).filter(Column::CompanyId.eq(company_id)).one(tx).await?;
    let payout = found.ok_or(Error::NotFound("the payout"))?;
    if payout.attempt()? != attempt {
        return Err(Error::conflict("this payout changed meanwhile: load the page again"));
    }
    Ok(payout)
}

fn waits_for_a_person(payout: &Model) -> Result<bool> {
    Ok(stored::<PayoutState>(&payout.state)? == PayoutState::Pending && payout.provider == ProviderKind::Manual.word())
}
