//! Charges: the review ends, the invoice is frozen, and a provider moves the money or refuses to.
//!
//! An attempt is written before the provider is asked, under the key that it is asked with. Whoever finds an attempt in
//! flight whose lease has run out asks again with the same key.

use domain::facts::Fact;
use domain::invoicing::{Retry, next_retry};
use domain::states::{AttemptState, InvoiceState, ProviderKind};
use domain::{Instant, Money, ids};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::act::Act;
use crate::billing::invoices::freeze::freeze;
use crate::outbox::{self, templates};
use crate::programme::simulated_money::{self, Held};
use crate::store::entities::charge_attempts::{Column, Entity, Model};
use crate::store::entities::{companies, invoices};
use crate::store::error::stored;
use crate::work::open_imports;
use crate::work::providers::{Answer, ChargeOrder};
use crate::work::{Work, Worker, is_free, lease_ends_at};
use crate::{Db, Error, Result, audit, transact};

mod settle;

/// Why an invoice is paused that no provider could be asked to charge.
const TOO_LARGE: &str =
    "its sums are too large to be charged. Decline rewards, move them to the next month or lower the fee, then resume it";

/// Invoices whose charge, or its retry, is due.
pub(crate) fn due_condition() -> Condition {
    let review_over =
        Condition::all().add(invoices::Column::State.eq(InvoiceState::InReview.word())).add(invoices::Column::PausedAt.is_null());
    let retry =
        Condition::all().add(invoices::Column::State.eq(InvoiceState::ChargeFailed.word())).add(invoices::Column::RetryAt.is_not_null());
    Condition::any().add(review_over).add(retry)
}

/// When an invoice that meets [`due_condition`] is charged.
pub(crate) fn due_at() -> Expr {
    Expr::expr(Func::coalesce([Expr::col(invoices::Column::RetryAt), Expr::col(invoices::Column::ChargeDueAt)]))
}

/// Starts a company's charges that are due by `now`: freezes the invoice and puts an attempt in flight.
pub async fn start_due(db: &Db, company_id: Uuid, now: Instant, work: &mut Work) -> Result<()> {
    let held = Held::load(db.read()).await?;
    let due: Vec<Uuid> = invoices::Entity::find()
        .select_only()
        .column(invoices::Column::Id)
        .filter(invoices::Column::CompanyId.eq(company_id))
        .filter(due_condition())
        .filter(held.companies(invoices::Column::CompanyId))
        .filter(due_at().lte(now.0))
        .order_by(due_at(), Order::Asc)
        .order_by_asc(invoices::Column::Seq)
        .into_tuple()
        .all(db.read())
        .await?;
    let act = &Act::system(company_id, now);
    for invoice_id in due {
        let started = transact!(db, |tx| {
            let company = crate::programme::companies::get(tx, company_id).await?;
            let invoice = crate::billing::invoices::get(tx, company_id, invoice_id).await?;
            if open_imports::is_open(tx, company_id).await? || simulated_money::waits(tx, &company).await? {
                return Ok(false);
            }
            match invoice.invoice_state()? {
                InvoiceState::InReview if invoice.paused_at.is_none() && invoice.charge_due_at <= now.0 => {
                    return freeze_and_charge(tx, act, &company, &invoice).await;
                }
                InvoiceState::ChargeFailed if invoice.retry(now) == Retry::Now => {
                    let amount = charge_amount(&invoice)?;
                    begin_attempt(tx, act, &company, &invoice, amount).await?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        work.charges_started += usize::from(started);
    }
    Ok(())
}

/// False where the invoice can't be charged: it is paused instead.
async fn freeze_and_charge<C: ConnectionTrait>(
    tx: &C,
    act: &Act<'_>,
    company: &companies::Model,
    invoice: &invoices::Model,
) -> Result<bool> {
    let now = act.now;
    let Some((shares, totals)) = freeze(tx, company, invoice, now).await? else {
        crate::billing::invoices::pause_in(tx, act, invoice, TOO_LARGE).await?;
        return Ok(false);
    };
    let currency = invoice.money_currency()?;
    let (total, charge, fee) = (totals.total, totals.charge, totals.fee);
    let fact = Fact::InvoiceFrozen { total, charge, fee, currency, partners: shares.len() };
    audit::record(tx, act, &invoice.number, fact).await?;
    if totals.charge == 0 {
        // Nothing to move: no provider is asked.
        settle::settle(tx, company, invoice, totals.charge, totals.fee, now).await?;
    } else {
        begin_attempt(tx, act, company, invoice, totals.charge).await?;
    }
    Ok(true)
}

/// Puts the invoice's next attempt in flight.
async fn begin_attempt<C: ConnectionTrait>(
    tx: &C,
    act: &Act<'_>,
    company: &companies::Model,
    invoice: &invoices::Model,
    amount: i64,
) -> Result<()> {
    let now = act.now;
    let number = invoice.attempts + 1;
    let attempt = Model {
        id: ids::derive(now, &["attempt", &invoice.id.to_string(), &number.to_string()]),
        company_id: company.id,
        invoice_id: invoice.id,
        number,
        idempotency_key: format!("{}-{number}", invoice.id),
        amount,
        currency: invoice.currency.clone(),
        provider: company.charge_provider.clone(),
        state: AttemptState::InFlight.word().to_owned(),
        in_flight: Some(invoice.id),
        started_at: now.0,
        finished_at: None,
        provider_reference: None,
        error: None,
        leased_by: None,
        leased_until: 0,
    };
    invoices::Entity::update_many()
        .col_expr(invoices::Column::State, Expr::value(InvoiceState::Charging.word()))
        .col_expr(invoices::Column::Attempts, Expr::value(number))
        .col_expr(invoices::Column::RetryAt, Expr::value(None::<i64>))
        .filter(invoices::Column::Id.eq(invoice.id))
        .exec(tx)
        .await?;
    attempt.into_active_model().reset_all().insert(tx).await?;
    let (currency, provider) = (invoice.money_currency()?, stored(&company.charge_provider)?);
    let fact = Fact::ChargeStarted { attempt: number, amount, currency, provider };
    audit::record(tx, act, &invoice.number, fact).await?;
    if company.charge_provider == ProviderKind::Manual.word() {
        let money = Money::new(amount, invoice.money_currency()?);
        let owners = outbox::owners(tx, company.id).await?;
        let mails = owners.iter().map(|owner| templates::charge_waits(company, invoice, number, money, owner)).collect();
        outbox::enqueue(tx, now, mails).await?;
    }
    Ok(())
}

/// Asks the providers about a company's attempts in flight that nobody else is asking about.
pub async fn ask_due(db: &Db, worker: &Worker, company_id: Uuid, now: Instant, work: &mut Work) -> Result<()> {
    let held = Held::load(db.read()).await?;
    let waiting = Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(held.free(Column::CompanyId, Column::Provider))
        .filter(Column::State.eq(AttemptState::InFlight.word()))
        .filter(Column::Provider.ne(ProviderKind::Manual.word()))
        // A sandbox's clock may have been moved since `now` was read: what began after it is not of this run.
        .filter(Column::StartedAt.lte(now.0))
        .filter(is_free(Column::LeasedUntil))
        .order_by_asc(Column::StartedAt)
        .order_by_asc(Column::Id)
        .all(db.read())
        .await?;
    for attempt in waiting {
        if !lease(db, worker, attempt.id).await? {
            continue;
        }
        let Some(provider) = worker.providers.charge(&attempt.provider)? else { continue };
        let invoice = crate::billing::invoices::get(db.read(), attempt.company_id, attempt.invoice_id).await?;
        let order = ChargeOrder {
            company_id: attempt.company_id,
            idempotency_key: attempt.idempotency_key.clone(),
            amount: Money::new(attempt.amount, stored(&attempt.currency)?),
            invoice_number: invoice.number,
        };
        match provider.charge(&order, now).await {
            Answer::Done { reference } => {
                let released = succeed(db, &Act::system(attempt.company_id, now), attempt.id, Some(&reference)).await?;
                work.payouts_released += released.unwrap_or_default();
                work.charges_done += 1;
            }
            Answer::Refused { reason } => {
                fail(db, &Act::system(attempt.company_id, now), attempt.id, &reason).await?;
                work.charges_failed += 1;
            }
            Answer::Silent { reason } | Answer::Accepted { reference: reason, .. } => {
                stay_in_flight(db, attempt.id, &reason).await?;
                work.unanswered += 1;
            }
        }
    }
    Ok(())
}

async fn lease(db: &Db, worker: &Worker, attempt_id: Uuid) -> Result<bool> {
    transact!(db, |tx| {
        let taken = Entity::update_many()
            .col_expr(Column::LeasedBy, Expr::value(worker.name.as_str()))
            .col_expr(Column::LeasedUntil, Expr::value(lease_ends_at(worker)))
            .filter(Column::Id.eq(attempt_id))
            .filter(Column::State.eq(AttemptState::InFlight.word()))
            .filter(is_free(Column::LeasedUntil))
            .exec(tx)
            .await?;
        Ok(taken.rows_affected == 1)
    })
}

async fn stay_in_flight(db: &Db, attempt_id: Uuid, reason: &str) -> Result<()> {
    transact!(db, |tx| {
        Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(0i64))
            .col_expr(Column::Error, Expr::value(reason))
            .filter(Column::Id.eq(attempt_id))
            .filter(Column::State.eq(AttemptState::InFlight.word()))
            .exec(tx)
            .await?;
        Ok(())
    })
}

/// Records that the money of an attempt moved, and how many payouts that released. `None` when that, or its failure, is recorded
/// already.
async fn succeed(db: &Db, act: &Act<'_>, attempt_id: Uuid, reference: Option<&str>) -> Result<Option<usize>> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let Some((company, invoice, attempt)) = finish(tx, company_id, attempt_id, AttemptState::Succeeded, None, reference, now).await?
        else {
            return Ok(None);
        };
        let fact = Fact::ChargeSucceeded { attempt: attempt.number, amount: attempt.amount, currency: stored(&attempt.currency)? };
        audit::record(tx, act, &invoice.number, fact).await?;
        Ok(Some(settle::settle(tx, &company, &invoice, attempt.amount, invoice.fee.unwrap_or_default(), now).await?))
    })
}

/// Records that an attempt was refused, and when the next one is due.
async fn fail(db: &Db, act: &Act<'_>, attempt_id: Uuid, error: &str) -> Result<bool> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let Some((company, invoice, attempt)) = finish(tx, company_id, attempt_id, AttemptState::Failed, Some(error), None, now).await?
        else {
            return Ok(false);
        };
        let zone = company.zone()?;
        let first = Entity::find()
            .filter(Column::InvoiceId.eq(invoice.id))
            .filter(Column::State.eq(AttemptState::Failed.word()))
            .order_by_asc(Column::Number)
            .one(tx)
            .await?;
        let first_failure = first.and_then(|first| first.finished_at).map_or(now, Instant);
        let again = next_retry(&zone, first_failure, now);
        invoices::Entity::update_many()
            .col_expr(invoices::Column::State, Expr::value(InvoiceState::ChargeFailed.word()))
            .col_expr(invoices::Column::RetryAt, Expr::value(again.map(|at| at.0)))
            .filter(invoices::Column::Id.eq(invoice.id))
            .exec(tx)
            .await?;
        let money = Money::new(attempt.amount, stored(&attempt.currency)?);
        let (number, why) = (attempt.number, error.to_owned());
        let fact = Fact::ChargeFailed { attempt: number, amount: money.minor, currency: money.currency, error: why };
        audit::record(tx, act, &invoice.number, fact).await?;
        let owners = outbox::owners(tx, company_id).await?;
        let mails = owners
            .iter()
            .map(|owner| templates::charge_failed(&company, &zone, &invoice, attempt.number, money, error, Retry::of(again, now), owner))
            .collect();
        outbox::enqueue(tx, now, mails).await?;
        Ok(true)
    })
}

/// Ends an attempt; `None` when it has ended already.
async fn finish<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    attempt_id: Uuid,
    state: AttemptState,
    error: Option<&str>,
    reference: Option<&str>,
    now: Instant,
) -> Result<Option<(companies::Model, invoices::Model, Model)>> {
    let ended = Entity::update_many()
        .col_expr(Column::State, Expr::value(state.word()))
        .col_expr(Column::InFlight, Expr::value(None::<Uuid>))
        .col_expr(Column::FinishedAt, Expr::value(now.0))
        .col_expr(Column::Error, Expr::value(error.map(str::to_owned)))
        .col_expr(Column::ProviderReference, Expr::value(reference.map(str::to_owned)))
        .col_expr(Column::LeasedUntil, Expr::value(0i64))
        .filter(Column::Id.eq(attempt_id))
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::State.eq(AttemptState::InFlight.word()))
        .exec(tx)
        .await?;
    if ended.rows_affected == 0 {
        return Ok(None);
    }
    let attempt = Entity::find_by_id(attempt_id).one(tx).await?.ok_or(Error::NotFound("the charge"))?;
    let company = crate::programme::companies::get(tx, company_id).await?;
    let invoice = crate::billing::invoices::get(tx, company_id, attempt.invoice_id).await?;
    Ok(Some((company, invoice, attempt)))
}

fn charge_amount(invoice: &invoices::Model) -> Result<i64> {
    invoice.charge_amount.ok_or_else(|| Error::Corrupt(format!("the frozen invoice {} has no amount", invoice.number)))
}

/// A failed charge is tried again now, whatever was tried before.
pub async fn retry_now(db: &Db, act: &Act<'_>, number: &str) -> Result<()> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let company = crate::programme::companies::get(tx, company_id).await?;
        let invoice = crate::billing::invoices::find(tx, company_id, number).await?;
        if invoice.invoice_state()? != InvoiceState::ChargeFailed {
            return Err(Error::conflict(format!("invoice {number} has no failed charge to try again")));
        }
        simulated_money::must_move_money(tx, &company).await?;
        begin_attempt(tx, act, &company, &invoice, charge_amount(&invoice)?).await
    })
}

/// A person says that the money of a charge by hand is there.
pub async fn confirm(db: &Db, act: &Act<'_>, number: &str, shown: Option<i32>) -> Result<()> {
    let company_id = act.company_id;
    let attempt = manual_attempt(db, company_id, number, shown).await?;
    if succeed(db, act, attempt, None).await?.is_some() {
        return Ok(());
    }
    Err(Error::conflict(format!("the charge of invoice {number} is answered already")))
}

/// A person says that a charge by hand did not work.
pub async fn confirm_failed(db: &Db, act: &Act<'_>, number: &str, shown: Option<i32>, reason: &str) -> Result<()> {
    let company_id = act.company_id;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "say what went wrong"));
    }
    let attempt = manual_attempt(db, company_id, number, shown).await?;
    if fail(db, act, attempt, reason).await? {
        return Ok(());
    }
    Err(Error::conflict(format!("the charge of invoice {number} is answered already")))
}

/// `shown` is the attempt that the page showed: another one is not what the person knows about.
async fn manual_attempt(db: &Db, company_id: Uuid, number: &str, shown: Option<i32>) -> Result<Uuid> {
    let invoice = crate::billing::invoices::find(db.read(), company_id, number).await?;
    let attempt = Entity::find()
        .filter(Column::InFlight.eq(invoice.id))
        .filter(Column::Provider.eq(ProviderKind::Manual.word()))
        .one(db.read())
        .await?;
    let attempt = attempt.ok_or_else(|| Error::conflict(format!("no charge of invoice {number} waits for a confirmation")))?;
    if shown.is_some_and(|shown| shown != attempt.number) {
        return Err(Error::conflict(format!(
            "invoice {number} has been charged again meanwhile. Load the page and look at the new charge"
        )));
    }
    Ok(attempt.id)
}
