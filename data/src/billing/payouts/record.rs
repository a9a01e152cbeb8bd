//! What providers answered, with ledger, audit and mails, one transaction per batch.

use std::collections::{BTreeMap, BTreeSet};

use domain::Instant;
use domain::facts::{self, At};
use domain::invoicing::{payout_came_back, payout_sent};
use domain::states::{InvoiceState, PayoutState, TransferKind};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::billing::ledger::{self, Transfer};
use crate::outbox::{self, templates};
use crate::store::entities::payouts::{Column, Entity, Model};
use crate::store::entities::{audit, companies, invoices, partnerships, payout_failures};
use crate::store::error::stored;
use crate::store::insert_all;
use crate::work::Work;
use crate::work::providers::Answer;
use crate::{Db, Error, Result, transact};

/// How many payouts one statement changes: each has a branch of its own in it.
const ROWS: usize = 250;

/// Records answers. A payout that has moved on since it was asked about is left alone.
pub(super) async fn record(db: &Db, answered: &[(Model, Answer)], now: Instant) -> Result<Work> {
    transact!(db, |tx| {
        let current = Entity::find().filter(Column::Id.is_in(answered.iter().map(|(payout, _)| payout.id))).all(tx).await?;
        let current: BTreeMap<Uuid, Model> = current.into_iter().map(|payout| (payout.id, payout)).collect();
        let mut outcomes = Vec::new();
        let mut unanswered: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
        for (asked, answer) in answered {
            let Some(payout) = current.get(&asked.id) else { continue };
            let state: PayoutState = stored(&payout.state)?;
            let open = matches!(state, PayoutState::Sending | PayoutState::Sent);
            if !open || payout.idempotency_key != asked.idempotency_key {
                continue;
            }
            match answer {
                Answer::Done { reference } => outcomes.push(Outcome::paid(payout, Some(reference))),
                Answer::Accepted { reference, settles_at } => outcomes.push(Outcome::sent(payout, reference, *settles_at)),
                Answer::Refused { reason } => outcomes.push(Outcome::failed(payout, reason)),
                Answer::Silent { reason } => unanswered.entry(reason).or_default().push(payout.id),
            }
        }
        let mut work = apply(tx, Actor::SYSTEM, now, &outcomes).await?;
        for (reason, ids) in unanswered {
            work.unanswered += ids.len();
            Entity::update_many()
                .col_expr(Column::LeasedUntil, Expr::value(0i64))
                .col_expr(Column::Error, Expr::value(reason))
                .filter(Column::Id.is_in(ids))
                .exec(tx)
                .await?;
        }
        Ok(work)
    })
}

/// What became of one payout.
pub(super) struct Outcome<'a> {
    payout: &'a Model,
    next: PayoutState,
    reference: Option<String>,
    error: Option<String>,
    due_at: Option<i64>,
    /// When it came back, where that was not just now.
    occurred_at: Option<Instant>,
}

impl<'a> Outcome<'a> {
    fn of(payout: &'a Model, next: PayoutState) -> Self {
        Outcome { payout, next, reference: None, error: None, due_at: None, occurred_at: None }
    }

    pub fn paid(payout: &'a Model, reference: Option<&str>) -> Self {
        Outcome { reference: reference.map(str::to_owned), ..Outcome::of(payout, PayoutState::Paid) }
    }

    fn sent(payout: &'a Model, reference: &str, settles_at: Instant) -> Self {
        Outcome { reference: Some(reference.to_owned()), due_at: Some(settles_at.0), ..Outcome::of(payout, PayoutState::Sent) }
    }

    pub fn failed(payout: &'a Model, error: &str) -> Self {
        Outcome { error: Some(error.to_owned()), ..Outcome::of(payout, PayoutState::Failed) }
    }

    pub fn returned(payout: &'a Model, error: &str, occurred_at: Instant) -> Self {
        Outcome { error: Some(error.to_owned()), occurred_at: Some(occurred_at), ..Outcome::of(payout, PayoutState::Returned) }
    }

    fn was_sent(&self) -> bool {
        self.payout.sent_at.is_some()
    }

    /// The row that remembers an attempt whose money did not arrive.
    fn failure(&self, actor: Actor<'_>, now: Instant) -> Option<payout_failures::Model> {
        self.next.came_back().then(|| payout_failures::Model {
            payout_id: self.payout.id,
            attempt: self.payout.attempts + 1,
            company_id: self.payout.company_id,
            outcome: self.next.word().to_owned(),
            reason: self.error.clone().unwrap_or_default(),
            occurred_at: self.occurred_at.unwrap_or(now).0,
            recorded_at: now.0,
            author: actor.stored(),
            paid_at: self.payout.paid_at,
        })
    }

    /// The transfer that this outcome causes: money leaves when a payout is sent, and comes back when it fails or is returned after
    /// that, under the reference that it left by.
    fn transfer(&self) -> Result<Option<Transfer>> {
        let payout = self.payout;
        let (kind, postings) = match (self.next, self.was_sent()) {
            (PayoutState::Paid | PayoutState::Sent, false) => (TransferKind::PayoutSent, payout_sent(payout.partnership_id, payout.amount)),
            (PayoutState::Failed, true) => (TransferKind::PayoutFailed, payout_came_back(payout.partnership_id, payout.amount)),
            (PayoutState::Returned, _) => (TransferKind::PayoutReturned, payout_came_back(payout.partnership_id, payout.amount)),
            _ => return Ok(None),
        };
        Ok(Some(Transfer {
            company_id: payout.company_id,
            kind,
            reference: payout.idempotency_key.clone(),
            currency: stored(&payout.currency)?,
            invoice_id: Some(payout.invoice_id),
            payout_id: Some(payout.id),
            postings,
        }))
    }
}

/// Writes outcomes with everything that follows from them.
pub(super) async fn apply<C: ConnectionTrait>(tx: &C, actor: Actor<'_>, now: Instant, outcomes: &[Outcome<'_>]) -> Result<Work> {
    let mut work = Work::default();
    if outcomes.is_empty() {
        return Ok(work);
    }
    for some in outcomes.chunks(ROWS) {
        let mut transfers = Vec::new();
        for outcome in some {
            transfers.extend(outcome.transfer()?);
            match outcome.next {
                PayoutState::Failed | PayoutState::Returned => work.payouts_failed += 1,
                PayoutState::Sent => work.payouts_sent += 1,
                _ => work.payouts_paid += 1,
            }
        }
        update_rows(tx, some, now).await?;
        ledger::post(tx, now, transfers).await?;
        let notes = some.iter().map(|outcome| note(outcome, actor, now)).collect::<Result<Vec<_>>>()?;
        insert_all(tx, notes.into_iter().map(IntoActiveModel::into_active_model)).await?;
        insert_all(tx, some.iter().filter_map(|outcome| outcome.failure(actor, now)).map(IntoActiveModel::into_active_model)).await?;
    }
    let invoices_of = |returned: bool| {
        let some = outcomes.iter().filter(|outcome| (outcome.next == PayoutState::Returned) == returned);
        some.map(|outcome| outcome.payout.invoice_id).collect::<BTreeSet<Uuid>>()
    };
    reopen_invoices(tx, invoices_of(true)).await?;
    finish_invoices(tx, invoices_of(false), now).await?;
    tell_of_failures(tx, outcomes, now).await?;
    Ok(work)
}

/// One statement per kind of outcome; what differs from row to row is chosen by its id.
async fn update_rows<C: ConnectionTrait>(tx: &C, outcomes: &[Outcome<'_>], now: Instant) -> Result<()> {
    let mut alike: BTreeMap<(&str, bool), Vec<&Outcome<'_>>> = BTreeMap::new();
    for outcome in outcomes {
        alike.entry((outcome.next.word(), outcome.was_sent())).or_default().push(outcome);
    }
    for ((_, was_sent), same) in alike {
        let mut update = Entity::update_many()
            .col_expr(Column::State, Expr::value(same[0].next.word()))
            .col_expr(Column::LeasedUntil, Expr::value(0i64))
            .col_expr(Column::Error, choose(&same, |outcome| outcome.error.clone()));
        match same[0].next {
            PayoutState::Failed | PayoutState::Returned => {
                update = update
                    .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                    .col_expr(Column::PaidAt, Expr::value(None::<i64>));
            }
            next => {
                if same.iter().any(|outcome| outcome.reference.is_some()) {
                    update = update.col_expr(Column::ProviderReference, choose(&same, |outcome| outcome.reference.clone()));
                }
                if !was_sent {
                    update = update.col_expr(Column::SentAt, Expr::value(now.0));
                }
                if next == PayoutState::Paid {
                    update = update.col_expr(Column::PaidAt, Expr::value(now.0));
                }
                if same.iter().any(|outcome| outcome.due_at.is_some()) {
                    update = update.col_expr(Column::DueAt, choose(&same, |outcome| outcome.due_at));
                }
            }
        }
        update.filter(Column::Id.is_in(same.iter().map(|outcome| outcome.payout.id))).exec(tx).await?;
    }
    Ok(())
}

/// One value where all are the same, a CASE by id where they differ.
fn choose<T>(outcomes: &[&Outcome<'_>], value: impl Fn(&Outcome<'_>) -> T) -> Expr
where
    T: Into<sea_orm::Value> + PartialEq,
{
    let first = value(outcomes[0]);
    if outcomes.iter().all(|outcome| value(outcome) == first) {
        return Expr::value(first);
    }
    let mut cases = CaseStatement::new();
    for outcome in outcomes {
        cases = cases.case(Column::Id.eq(outcome.payout.id), Expr::value(value(outcome)));
    }
    cases.into()
}

fn note(outcome: &Outcome<'_>, actor: Actor<'_>, now: Instant) -> Result<audit::Model> {
    let payout = outcome.payout;
    let became = facts::Payout {
        amount: payout.amount,
        currency: stored(&payout.currency)?,
        error: outcome.error.clone(),
        returned_at: outcome.occurred_at.map(At),
    };
    let act = Act { company_id: payout.company_id, actor, now };
    crate::audit::row(&act, &domain::payouts::key(payout.id), &became.reached(outcome.next))
}

/// Something of these invoices is to be paid again.
async fn reopen_invoices<C: ConnectionTrait>(tx: &C, invoice_ids: BTreeSet<Uuid>) -> Result<()> {
    if invoice_ids.is_empty() {
        return Ok(());
    }
    invoices::Entity::update_many()
        .col_expr(invoices::Column::State, Expr::value(InvoiceState::Charged.word()))
        .col_expr(invoices::Column::PaidAt, Expr::value(None::<i64>))
        .filter(invoices::Column::Id.is_in(invoice_ids))
        .filter(invoices::Column::State.eq(InvoiceState::Paid.word()))
        .exec(tx)
        .await?;
    Ok(())
}

/// An invoice is paid once all of its payouts are.
async fn finish_invoices<C: ConnectionTrait>(tx: &C, invoice_ids: BTreeSet<Uuid>, now: Instant) -> Result<()> {
    if invoice_ids.is_empty() {
        return Ok(());
    }
    let unpaid = Query::select()
        .column(Column::InvoiceId)
        .from(Entity)
        .and_where(Column::InvoiceId.is_in(invoice_ids.iter().copied()))
        .and_where(Column::State.ne(PayoutState::Paid.word()))
        .to_owned();
    invoices::Entity::update_many()
        .col_expr(invoices::Column::State, Expr::value(InvoiceState::Paid.word()))
        .col_expr(invoices::Column::PaidAt, Expr::value(now.0))
        .filter(invoices::Column::Id.is_in(invoice_ids))
        .filter(invoices::Column::State.eq(InvoiceState::Charged.word()))
        .filter(invoices::Column::Id.not_in_subquery(unpaid))
        .exec(tx)
        .await?;
    Ok(())
}

/// To the owners, who can send it again, and to the partner, who reads why.
async fn tell_of_failures<C: ConnectionTrait>(tx: &C, outcomes: &[Outcome<'_>], now: Instant) -> Result<()> {
    let failed: Vec<&Outcome<'_>> = outcomes.iter().filter(|outcome| outcome.next.came_back()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let partners = partnerships::Entity::find()
        .filter(partnerships::Column::Id.is_in(failed.iter().map(|outcome| outcome.payout.partnership_id)))
        .all(tx)
        .await?;
    let partners: BTreeMap<Uuid, partnerships::Model> = partners.into_iter().map(|partner| (partner.id, partner)).collect();
    let mut mails = Vec::new();
    for company_id in failed.iter().map(|outcome| outcome.payout.company_id).collect::<BTreeSet<_>>() {
        let company = companies::Entity::find_by_id(company_id).one(tx).await?.ok_or(Error::NotFound("the company"))?;
        let owners = outbox::owners(tx, company_id).await?;
        for outcome in failed.iter().filter(|outcome| outcome.payout.company_id == company_id) {
            let partner = partners.get(&outcome.payout.partnership_id).ok_or(Error::NotFound("the partner"))?;
            let error = outcome.error.as_deref().unwrap_or_default();
            for owner in &owners {
                mails.push(templates::payout_failed(&company, outcome.payout, outcome.next, &partner.name, error, owner)?);
            }
            mails.push(templates::payout_not_arrived(&company, outcome.payout, outcome.next, partner, error)?);
        }
    }
    mails.retain(|mail| !mail.recipient.is_empty());
    outbox::enqueue(tx, now, mails).await
}
