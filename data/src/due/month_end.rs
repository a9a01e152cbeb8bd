//! The end of a company's month: its invoices come into being, and rewards whose hold days are over join their month.

use std::collections::BTreeMap;

use domain::facts::Fact;
use domain::invoicing::schedule;
use domain::states::{InvoiceState, RewardAction, RewardState};
use domain::{Instant, Money, Month, ids};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::billing::invoices::currency_lines;
use crate::outbox::{self, templates};
use crate::rewards::tally::Tally;
use crate::store::entities::{companies, invoices, reward_records, rewards};
use crate::store::error::stored;
use crate::store::insert_all;
use crate::work::open_imports;
use crate::{Db, Result, audit, transact};

const RELEASE_ROWS: u64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedMonth {
    pub month: Month,
    /// Numbers of the invoices that it got.
    pub invoices: Vec<String>,
}

/// Closes a company's open month once it is over: one invoice per currency with lines, in review from now on.
/// `None` when the month is not over yet, or rewards of it still have to be released or imported.
pub async fn close_month(db: &Db, company_id: Uuid, now: Instant) -> Result<Option<ClosedMonth>> {
    transact!(db, |tx| { close_month_in(tx, company_id, now).await })
}

async fn close_month_in<C: ConnectionTrait>(tx: &C, company_id: Uuid, now: Instant) -> Result<Option<ClosedMonth>> {
    let company = crate::programme::companies::get(tx, company_id).await?;
    let zone = company.zone()?;
    let month = Month(company.open_month);
    if company.open_month_ends_at > now.0 || unreleased(tx, &company).await? || open_imports::is_open(tx, company_id).await? {
        return Ok(None);
    }
    let lines = currency_lines(tx, company_id, month).await?;
    let due = schedule(&zone, month, now);
    let mut issued = Vec::with_capacity(lines.len());
    for (seq, lines) in (company.invoice_count + 1..).zip(&lines) {
        issued.push(invoices::Model {
            id: ids::derive(
                Instant(company.open_month_ends_at),
                &["invoice", &company.id.to_string(), &month.to_string(), &lines.currency],
            ),
            company_id,
            seq,
            number: format!("{}-{seq:04}", company.key.to_uppercase()),
            month: month.0,
            currency: lines.currency.clone(),
            state: InvoiceState::InReview.word().to_owned(),
            issued_at: now.0,
            review_ends_at: due.review_ends_at.0,
            charge_due_at: due.charge_due_at.0,
            paused_at: None,
            paused_by: None,
            pause_reason: None,
            frozen_at: None,
            retry_at: None,
            total: None,
            lines: None,
            charge_amount: None,
            fee: None,
            digest: None,
            attempts: 0,
            charged_at: None,
            paid_at: None,
        });
    }
    // First of all writes: two that close the same month meet at this row and not at the invoices' keys.
    let count = i64::try_from(issued.len()).unwrap_or(i64::MAX);
    companies::Entity::update_many()
        .col_expr(companies::Column::OpenMonth, Expr::value(month.next().0))
        .col_expr(companies::Column::OpenMonthEndsAt, Expr::value(zone.month_start(month.plus(2)).0))
        .col_expr(companies::Column::InvoiceCount, Expr::value(company.invoice_count + count))
        .filter(companies::Column::Id.eq(company_id))
        .filter(companies::Column::OpenMonth.eq(month.0))
        .exec(tx)
        .await?;
    insert_all(tx, issued.iter().cloned().map(IntoActiveModel::into_active_model)).await?;

    for (invoice, lines) in issued.iter().zip(&lines) {
        let currency = invoice.money_currency()?;
        let fact = Fact::InvoiceGenerated { month: month.to_string(), currency, lines: lines.lines, total: lines.total };
        audit::record(tx, &Act::system(company_id, now), &invoice.number, fact).await?;
    }
    if !issued.is_empty() {
        let named = issued
            .iter()
            .zip(&lines)
            .map(|(invoice, lines)| {
                let total = Money::new(lines.total, stored(&lines.currency)?);
                Ok(templates::Issued { invoice, lines: lines.lines, total })
            })
            .collect::<Result<Vec<_>>>()?;
        let owners = outbox::owners(tx, company_id).await?;
        let mails = owners.iter().map(|owner| templates::in_review(&company, &zone, month, &named, owner)).collect();
        outbox::enqueue(tx, now, mails).await?;
    }
    Ok(Some(ClosedMonth { month, invoices: issued.into_iter().map(|invoice| invoice.number).collect() }))
}

/// Whether hold days that ended within the month are still to be worked on: those rewards belong to it.
async fn unreleased<C: ConnectionTrait>(tx: &C, company: &companies::Model) -> Result<bool> {
    let count = rewards::Entity::find()
        .filter(rewards::Column::State.eq(RewardState::Scheduled.word()))
        .filter(rewards::Column::ReadyAt.lt(company.open_month_ends_at))
        .filter(rewards::Column::CompanyId.eq(company.id))
        .limit(1)
        .count(tx)
        .await?;
    Ok(count > 0)
}

/// Turns a company's rewards whose hold days ended by `until` into pending ones, in the month in which they ended, or the open month
/// where that one has its invoices already. One portion; returns how many.
pub async fn release_scheduled(db: &Db, company_id: Uuid, until: Instant, now: Instant) -> Result<usize> {
    transact!(db, |tx| { release_in(tx, company_id, until, now).await })
}

async fn release_in<C: ConnectionTrait>(tx: &C, company_id: Uuid, until: Instant, now: Instant) -> Result<usize> {
    let ready = rewards::Entity::find()
        .filter(rewards::Column::State.eq(RewardState::Scheduled.word()))
        .filter(rewards::Column::ReadyAt.lte(until.0))
        .filter(rewards::Column::CompanyId.eq(company_id))
        .order_by_asc(rewards::Column::ReadyAt)
        .order_by_asc(rewards::Column::Id)
        .limit(RELEASE_ROWS)
        .all(tx)
        .await?;
    if ready.is_empty() {
        return Ok(0);
    }
    let company = crate::programme::companies::get(tx, company_id).await?;
    let zone = company.zone()?;
    let steps = next_steps(tx, &ready).await?;
    let mut months: BTreeMap<i32, Vec<Uuid>> = BTreeMap::new();
    let mut tally = Tally::default();
    let mut records = Vec::with_capacity(ready.len());
    for reward in &ready {
        let ended = Instant(reward.ready_at.unwrap_or(now.0));
        let month = company.month_due(&zone, ended);
        months.entry(month.0).or_default().push(reward.id);
        tally.change(reward, RewardState::Pending.word(), month.0);
        let seq = steps.get(&reward.id).copied().unwrap_or(1);
        records.push(reward_records::Model {
            id: ids::derive(ended, &["record", &reward.id.to_string(), &seq.to_string()]),
            company_id,
            reward_id: reward.id,
            action: RewardAction::HoldDaysOver.word().to_owned(),
            from_state: RewardState::Scheduled.word().to_owned(),
            to_state: RewardState::Pending.word().to_owned(),
            from_month: reward.invoice_month,
            to_month: month.0,
            reason: None,
            author: Actor::SYSTEM.stored(),
            at: now.0,
            seq,
            batch_id: None,
            undoes: None,
        });
    }
    for (month, ids) in months {
        rewards::Entity::update_many()
            .col_expr(rewards::Column::State, Expr::value(RewardState::Pending.word()))
            .col_expr(rewards::Column::InvoiceMonth, Expr::value(month))
            .filter(rewards::Column::Id.is_in(ids))
            .filter(rewards::Column::State.eq(RewardState::Scheduled.word()))
            .exec(tx)
            .await?;
    }
    tally.write(tx).await?;
    let count = records.len();
    insert_all(tx, records.into_iter().map(IntoActiveModel::into_active_model)).await?;
    Ok(count)
}

/// The number of each reward's next record.
async fn next_steps<C: ConnectionTrait>(tx: &C, ready: &[rewards::Model]) -> Result<BTreeMap<Uuid, i64>> {
    let last: Vec<(Uuid, i64)> = reward_records::Entity::find()
        .select_only()
        .column(reward_records::Column::RewardId)
        .column_as(reward_records::Column::Seq.max(), "last")
        .filter(reward_records::Column::RewardId.is_in(ready.iter().map(|reward| reward.id)))
        .group_by(reward_records::Column::RewardId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(last.into_iter().map(|(id, last)| (id, last + 1)).collect())
}
