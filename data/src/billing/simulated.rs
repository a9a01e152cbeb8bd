//! A payment provider for sandboxes: it does what it is told to do next, and remembers what it was asked.
//! Its memory is written in transactions of its own, as an outside service's would be.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::facts::Fact;
use domain::states::SimulatedOutcome;
use domain::{Instant, Money, ids};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::act::Act;
use crate::store::entities::{simulated_plans, simulated_requests};
use crate::store::error::stored;
use crate::store::insert_all;
use crate::work::providers::{Answer, ChargeOrder, ChargeProvider, PayoutOrder, PayoutProvider, Providers};
use crate::{Db, Error, Result, audit, installation, transact};

/// Sandboxes' providers: both sides of the simulation.
pub fn providers(db: &Db) -> Providers {
    let simulated = Arc::new(Simulated::new(db.clone()));
    Providers::new(simulated.clone(), simulated)
}

/// What a plan or a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Charge,
    Payout,
}

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Charge => "charge",
            Kind::Payout => "payout",
        }
    }
}

/// Tells the provider what to do with the next new request of this company; plans are used up in their order.
/// Sandboxes only.
pub async fn plan(db: &Db, act: &Act<'_>, kind: Kind, outcome: SimulatedOutcome) -> Result<()> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        if !installation::mode_in(tx).await?.is_sandbox() {
            return Err(Error::Forbidden("only a sandbox has a simulated provider".to_owned()));
        }
        let row = simulated_plans::ActiveModel {
            id: Set(Uuid::now_v7()),
            company_id: Set(company_id),
            kind: Set(kind.word().to_owned()),
            outcome: Set(outcome.word().to_owned()),
            created_at: Set(now.0),
            used_by: Set(None),
        };
        row.insert(tx).await?;
        audit::record(tx, act, kind.word(), Fact::SimulationPlanned { outcome: outcome.word().to_owned() }).await
    })
}

/// What the provider will do with the next requests, in their order.
pub async fn planned(db: &Db, company_id: Uuid, kind: Kind) -> Result<Vec<SimulatedOutcome>> {
    let rows = unused(db.read(), company_id, kind, 100).await?;
    rows.iter().map(|row| stored(&row.outcome)).collect()
}

/// What the provider remembers of a company, newest first.
pub async fn requests(db: &Db, company_id: Uuid, limit: u64) -> Result<Vec<simulated_requests::Model>> {
    Ok(simulated_requests::Entity::find()
        .filter(simulated_requests::Column::CompanyId.eq(company_id))
        .order_by_desc(simulated_requests::Column::FirstAt)
        .order_by_desc(simulated_requests::Column::IdempotencyKey)
        .limit(limit)
        .all(db.read())
        .await?)
}

pub struct Simulated {
    db: Db,
}

struct Request<'a> {
    key: &'a str,
    amount: Money,
}

impl Simulated {
    pub fn new(db: Db) -> Simulated {
        Simulated { db }
    }

    /// The outcome of each request, in their order; a key that is known gets the outcome it got before.
    async fn decide(&self, company_id: Uuid, kind: Kind, requests: &[Request<'_>], now: Instant) -> Result<Vec<Decided>> {
        transact!(self.db, |tx| {
            let known = load(tx, requests.iter().map(|request| request.key)).await?;
            let open = requests.iter().filter(|request| undecided(known.get(request.key))).count();
            let plans = unused(tx, company_id, kind, u64::try_from(open).unwrap_or(0)).await?;
            let mut plans = plans.into_iter();
            let mut used = CaseStatement::new();
            let mut used_ids = Vec::new();
            let mut new = Vec::new();
            let mut changed: HashMap<SimulatedOutcome, Vec<&str>> = HashMap::new();
            let mut decided = Vec::with_capacity(requests.len());
            for request in requests {
                let row = known.get(request.key);
                if let Some(row) = row.filter(|row| !request.matches(row, kind)) {
                    decided.push(Decided::Mismatch(row.idempotency_key.clone()));
                    continue;
                }
                let before = row.map(|row| stored::<SimulatedOutcome>(&row.outcome)).transpose()?;
                let outcome = if undecided(row) {
                    match plans.next() {
                        Some(plan) => {
                            used = used.case(simulated_plans::Column::Id.eq(plan.id), request.key);
                            used_ids.push(plan.id);
                            stored(&plan.outcome)?
                        }
                        None => SimulatedOutcome::Succeed,
                    }
                } else {
                    before.unwrap_or(SimulatedOutcome::Succeed)
                };
                match row {
                    Some(_) => changed.entry(outcome).or_default().push(request.key),
                    None => new.push(request.row(company_id, kind, outcome, now)),
                }
                decided.push(Decided::Outcome { outcome, asked_before: before == Some(outcome) });
            }
            insert_all(tx, new.into_iter().map(IntoActiveModel::into_active_model)).await?;
            for (outcome, keys) in changed {
                simulated_requests::Entity::update_many()
                    .col_expr(simulated_requests::Column::Outcome, Expr::value(outcome.word()))
                    .col_expr(simulated_requests::Column::Asked, Expr::col(simulated_requests::Column::Asked).add(1))
                    .filter(simulated_requests::Column::IdempotencyKey.is_in(keys))
                    .exec(tx)
                    .await?;
            }
            if !used_ids.is_empty() {
                simulated_plans::Entity::update_many()
                    .col_expr(simulated_plans::Column::UsedBy, used.into())
                    .filter(simulated_plans::Column::Id.is_in(used_ids))
                    .exec(tx)
                    .await?;
            }
            Ok(decided)
        })
    }
}

enum Decided {
    Outcome {
        outcome: SimulatedOutcome,
        asked_before: bool,
    },
    /// The key was used for something else before.
    Mismatch(String),
}

impl Request<'_> {
    fn matches(&self, row: &simulated_requests::Model, kind: Kind) -> bool {
        row.kind == kind.word() && row.amount == self.amount.minor && row.currency == self.amount.currency.code()
    }

    fn row(&self, company_id: Uuid, kind: Kind, outcome: SimulatedOutcome, now: Instant) -> simulated_requests::Model {
        simulated_requests::Model {
            idempotency_key: self.key.to_owned(),
            company_id,
            kind: kind.word().to_owned(),
            amount: self.amount.minor,
            currency: self.amount.currency.code().to_owned(),
            outcome: outcome.word().to_owned(),
            reference: reference(self.key),
            asked: 1,
            first_at: now.0,
        }
    }
}

/// Nothing is settled under a key that is new, or whose request was lost on its way.
fn undecided(row: Option<&simulated_requests::Model>) -> bool {
    row.is_none_or(|row| row.outcome == SimulatedOutcome::TimeOut.word())
}

fn reference(key: &str) -> String {
    ids::key("sim", ids::derive(Instant(0), &["simulated", key]))
}

async fn load<'a, C: ConnectionTrait>(tx: &C, keys: impl Iterator<Item = &'a str>) -> Result<HashMap<String, simulated_requests::Model>> {
    let rows = simulated_requests::Entity::find().filter(simulated_requests::Column::IdempotencyKey.is_in(keys)).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.idempotency_key.clone(), row)).collect())
}

async fn unused<C: ConnectionTrait>(tx: &C, company_id: Uuid, kind: Kind, limit: u64) -> Result<Vec<simulated_plans::Model>> {
    Ok(simulated_plans::Entity::find()
        .filter(simulated_plans::Column::CompanyId.eq(company_id))
        .filter(simulated_plans::Column::Kind.eq(kind.word()))
        .filter(simulated_plans::Column::UsedBy.is_null())
        .order_by_asc(simulated_plans::Column::Id)
        .limit(limit)
        .all(tx)
        .await?)
}

const NO_ANSWER: &str = "the provider did not answer in time";

fn failed(error: &Error) -> Answer {
    Answer::Silent { reason: error.to_string() }
}

fn mismatch(key: &str) -> Answer {
    Answer::Refused { reason: format!("the key {key} was used for another request") }
}

#[async_trait]
impl ChargeProvider for Simulated {
    async fn charge(&self, order: &ChargeOrder, now: Instant) -> Answer {
        let request = Request { key: &order.idempotency_key, amount: order.amount };
        let decided = match self.decide(order.company_id, Kind::Charge, &[request], now).await {
            Ok(decided) => decided,
            Err(error) => return failed(&error),
        };
        match decided.first() {
            Some(Decided::Outcome { outcome, asked_before }) => match outcome {
                SimulatedOutcome::Fail => Answer::Refused { reason: "the card was declined".to_owned() },
                SimulatedOutcome::TimeOut => Answer::Silent { reason: NO_ANSWER.to_owned() },
                SimulatedOutcome::TimeOutButDone if !asked_before => Answer::Silent { reason: NO_ANSWER.to_owned() },
                SimulatedOutcome::Succeed | SimulatedOutcome::TimeOutButDone => {
                    Answer::Done { reference: reference(&order.idempotency_key) }
                }
            },
            Some(Decided::Mismatch(key)) => mismatch(key),
            None => Answer::Silent { reason: NO_ANSWER.to_owned() },
        }
    }
}

#[async_trait]
impl PayoutProvider for Simulated {
    async fn send(&self, orders: &[PayoutOrder], now: Instant) -> Vec<Answer> {
        self.answers(orders, now, |order, outcome, asked_before| match outcome {
            SimulatedOutcome::TimeOut => Answer::Silent { reason: NO_ANSWER.to_owned() },
            SimulatedOutcome::TimeOutButDone if !asked_before => Answer::Silent { reason: NO_ANSWER.to_owned() },
            // A payout that takes days is accepted first, and fails when it should arrive.
            _ if order.expected_at > now => {
                Answer::Accepted { reference: reference(&order.idempotency_key), settles_at: order.expected_at }
            }
            outcome => settled(order, outcome),
        })
        .await
    }

    async fn outcome(&self, orders: &[PayoutOrder], now: Instant) -> Vec<Answer> {
        self.answers(orders, now, |order, outcome, _| settled(order, outcome)).await
    }
}

fn settled(order: &PayoutOrder, outcome: SimulatedOutcome) -> Answer {
    match outcome {
        SimulatedOutcome::Fail => Answer::Refused { reason: "the bank returned it: no such account".to_owned() },
        SimulatedOutcome::TimeOut => Answer::Silent { reason: NO_ANSWER.to_owned() },
        SimulatedOutcome::Succeed | SimulatedOutcome::TimeOutButDone => Answer::Done { reference: reference(&order.idempotency_key) },
    }
}

impl Simulated {
    /// Answers orders of several companies, in their order.
    async fn answers(
        &self,
        orders: &[PayoutOrder],
        now: Instant,
        answer: impl Fn(&PayoutOrder, SimulatedOutcome, bool) -> Answer + Send + Sync,
    ) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(orders.len());
        for same_company in orders.chunk_by(|a, b| a.company_id == b.company_id) {
            let requests: Vec<Request<'_>> =
                same_company.iter().map(|order| Request { key: &order.idempotency_key, amount: order.amount }).collect();
            match self.decide(same_company[0].company_id, Kind::Payout, &requests, now).await {
                Ok(decided) => answers.extend(same_company.iter().zip(decided).map(|(order, decided)| match decided {
                    Decided::Outcome { outcome, asked_before } => answer(order, outcome, asked_before),
                    Decided::Mismatch(key) => mismatch(&key),
                })),
                Err(error) => answers.extend(same_company.iter().map(|_| failed(&error))),
            }
        }
        answers
    }
}
