//! Writing a batch: transactions, receipts, rewards and roll-ups.

use std::collections::HashMap;

use domain::decision::{Decision, RewardDraft};
use domain::rating::{self, CustomerFacts, Event, Sale};
use domain::states::{AttributionSource, EventKind, RewardSource, RewardState};
use domain::{Instant, Month, ids};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Value};
use uuid::Uuid;

use crate::act::Actor;
use crate::rewards::receipts::{About, cause, insert_receipts, receipt};
use crate::rewards::rows::{Origin, from_draft, insert_rewards};
use crate::store::entities::{receipts, rewards, transactions};
use crate::store::{execute_with_rows, insert_all};
use crate::work::batch::Mode;
use crate::{Error, Result};

use super::batch::Batch;
use super::check::{self, Plan};
use super::earned::{self, Earned};
use super::history::{CarriedCaps, History};
use super::people::{Customer, Partners};
use crate::programme::in_force::Programme;
use crate::work::batch::Complaint;

/// Events written with one set of statements.
const CHUNK: usize = 1000;

/// Who records, when, and what becomes of bad rows.
pub struct RecordOptions<'a> {
    pub source: AttributionSource,
    /// The import that the rows come by.
    pub import_id: Option<Uuid>,
    pub actor: Actor<'a>,
    pub now: Instant,
    pub mode: Mode,
    /// Of the piece before, where the batch is a piece of an import.
    pub carried: Option<&'a CarriedCaps>,
    /// Told of rows done, and of how many there are; its failure ends the recording.
    pub progress: &'a (dyn Fn(u64, u64) -> Result<()> + Send + Sync),
}

#[derive(Debug, Default)]
pub struct Outcome {
    pub recorded: u64,
    pub unchanged: u64,
    pub rewards: u64,
    pub complaints: Vec<Complaint>,
    /// The last transaction that was recorded, or found to be there already.
    pub transaction_id: Option<Uuid>,
    /// For the next piece.
    pub carried: Option<CarriedCaps>,
}

/// Records transactions with everything that follows from them.
pub async fn record_batch<C: ConnectionTrait>(tx: &C, company_id: Uuid, batch: &Batch, options: &RecordOptions<'_>) -> Result<Outcome> {
    let plan = check::plan(tx, company_id, batch, options.now).await?;
    let mut outcome = Outcome { unchanged: plan.unchanged, transaction_id: plan.present, ..Outcome::default() };
    let writes = options.mode.writes(!plan.complaints.is_empty());
    if plan.order.is_empty() || (!writes && options.mode == Mode::Whole) {
        outcome.complaints = plan.complaints;
        return Ok(outcome);
    }
    let mut recorder = Recorder::new(tx, company_id, batch, options, &plan).await?;
    if writes {
        recorder.roll_up(tx).await?;
    }
    let total = plan.order.len() as u64;
    for chunk in plan.order.chunks(CHUNK) {
        for row in chunk {
            outcome.transaction_id = Some(recorder.take(*row)?);
        }
        outcome.recorded += chunk.len() as u64;
        outcome.rewards += recorder.rewards.len() as u64;
        if writes {
            recorder.flush(tx).await?;
        } else {
            recorder.forget();
        }
        (options.progress)(outcome.recorded, total)?;
    }
    if writes && options.carried.is_some() {
        outcome.carried = Some(recorder.history.carry(tx, &recorder.programme).await?);
    }
    outcome.complaints = plan.complaints;
    Ok(outcome)
}

/// What is wrong with transactions, and how many of them are new. Writes nothing, and does not say what they would earn.
pub async fn check_batch<C: ConnectionTrait>(tx: &C, company_id: Uuid, batch: &Batch, now: Instant) -> Result<Outcome> {
    let plan = check::plan(tx, company_id, batch, now).await?;
    let recorded = plan.order.len() as u64;
    Ok(Outcome { recorded, unchanged: plan.unchanged, complaints: plan.complaints, ..Outcome::default() })
}

struct Recorder<'a> {
    batch: &'a Batch,
    options: &'a RecordOptions<'a>,
    plan: &'a Plan,
    programme: Programme,
    partners: Partners,
    history: History,
    month: Month,
    /// By customer number: how many transactions there are, voided ones included, and when the first purchase was, as of the last row taken.
    seen: Vec<(i64, Option<Instant>)>,
    /// By sale in `plan.originals`: its id, what it earned, and what was refunded so far.
    refunded: Vec<(Option<Uuid>, Vec<Earned>, i64)>,
    transactions: Vec<transactions::Model>,
    receipts: Vec<receipts::Model>,
    rewards: Vec<rewards::Model>,
}

impl<'a> Recorder<'a> {
    async fn new<C: ConnectionTrait>(
        tx: &C,
        company_id: Uuid,
        batch: &'a Batch,
        options: &'a RecordOptions<'a>,
        plan: &'a Plan,
    ) -> Result<Self> {
        let programme = Programme::load(tx, company_id).await?;
        let recorded = plan.originals.sales.iter().filter_map(|sale| Some((sale.id?, sale.partnership_id))).collect();
        let mut earned = earned::of_sales(tx, &recorded).await?;
        let refunded: Vec<_> = plan
            .originals
            .sales
            .iter()
            .map(|sale| (sale.id, sale.id.and_then(|id| earned.remove(&id)).unwrap_or_default(), sale.refunded_before))
            .collect();
        let customers = || plan.customers.iter().flatten();
        let owners = customers().flat_map(|customer| {
            let spans = customer.spans().iter().filter_map(|span| span.partnership_id);
            spans.chain(customer.partnership_id)
        });
        let earners = refunded.iter().flat_map(|(_, earned, _)| earned).map(|reward| reward.partnership_id);
        let sellers = plan.originals.sales.iter().filter_map(|sale| sale.partnership_id);
        let partners = Partners::load(tx, company_id, owners.chain(earners).chain(sellers).collect::<Vec<_>>()).await?;
        let first = plan.order.first().map_or(options.now, |row| batch.row(*row).occurred_at);
        let last = plan.order.last().map_or(options.now, |row| batch.row(*row).occurred_at);
        let everybody: Vec<&Customer> = customers().collect();
        let partner_ids: Vec<Uuid> = partners.ids().collect();
        let history = History::load(tx, &programme, &everybody, &partner_ids, (first, last), options.carried).await?;
        Ok(Recorder {
            month: programme.company.accumulating_month(options.now)?,
            seen: plan
                .customers
                .iter()
                .map(|customer| customer.as_ref().map_or((0, None), |c| (c.transactions + c.voided, c.first_purchase_at)))
                .collect(),
            batch,
            options,
            plan,
            programme,
            partners,
            history,
            refunded,
            transactions: Vec::with_capacity(CHUNK),
            receipts: Vec::with_capacity(CHUNK),
            rewards: Vec::with_capacity(CHUNK),
        })
    }

    /// Brings customers, partnerships and refunded sales up to what the whole batch will make of them. First of all writes,
    /// so that two recordings for one customer queue here.
    async fn roll_up<C: ConnectionTrait>(&self, tx: &C) -> Result<()> {
        let mut customers: HashMap<u32, (i64, Option<i64>)> = HashMap::new();
        let mut partners: HashMap<Uuid, (i64, i64, i64)> = HashMap::new();
        for number in &self.plan.order {
            let row = self.batch.row(*number);
            let Some(customer) = &self.plan.customers[row.customer as usize] else { continue };
            let known = (customer.transactions, customer.first_purchase_at.map(|at| at.0));
            let (count, first) = customers.entry(row.customer).or_insert(known);
            *count += 1;
            if row.amount > 0 {
                if first.is_none()
                    && !customer.test
                    && let Some(current) = customer.partnership_id
                {
                    partners.entry(current).or_insert((0, 0, i64::MIN)).1 += 1;
                }
                *first = Some(first.map_or(row.occurred_at.0, |first| first.min(row.occurred_at.0)));
            }
            if let Some(owner) = self.owner(*number) {
                let (revenue, _, last) = partners.entry(owner).or_insert((0, 0, i64::MIN));
                *last = (*last).max(row.occurred_at.0);
                if !customer.test && row.currency == self.programme.currency {
                    *revenue += row.amount;
                }
            }
        }
        let mut rows: Vec<[Value; 3]> = Vec::with_capacity(customers.len());
        for (number, (count, first)) in customers {
            if let Some(customer) = &self.plan.customers[number as usize] {
                rows.push([customer.id.into(), count.into(), first.into()]);
            }
        }
        execute_with_rows(
            tx,
            "WITH v(id, transactions, first) AS (VALUES {rows}) \
             UPDATE customers SET transactions = v.transactions, first_purchase_at = v.first FROM v WHERE customers.id = v.id",
            rows,
        )
        .await?;
        roll_up_partners(tx, partners.into_iter().map(|(id, (revenue, paid, last))| (id, 0, paid, revenue, last))).await?;
        let refunded = self.plan.originals.sales.iter().filter_map(|sale| {
            let id = sale.id.filter(|_| sale.refunded != sale.refunded_before)?;
            Some([id.into(), sale.refunded.into()])
        });
        let refunded: Vec<[Value; 2]> = refunded.collect();
        execute_with_rows(
            tx,
            "WITH v(id, refunded) AS (VALUES {rows}) UPDATE transactions SET refunded = v.refunded FROM v WHERE transactions.id = v.id",
            refunded,
        )
        .await
    }

    /// Whom a row belongs to: a refund to whom its sale belongs, a sale to whom the customer belonged.
    fn owner(&self, number: u32) -> Option<Uuid> {
        if let Some(sale) = self.plan.originals.of_refund.get(&number) {
            return self.plan.originals.sales[*sale].partnership_id;
        }
        let row = self.batch.row(number);
        self.plan.customers[row.customer as usize].as_ref()?.attributed_at(row.occurred_at)
    }

    /// Decides about one row and puts what follows with the rows to be written. Returns the transaction's id.
    fn take(&mut self, number: u32) -> Result<Uuid> {
        let row = self.batch.row(number);
        let company_id = self.programme.company.id;
        let customer = self.plan.customers[row.customer as usize].as_ref().ok_or(Error::NotFound("the customer"))?;
        let key = self.batch.key(row);
        // A voided one of the same key may have the same instant.
        let earlier = self.plan.voided.get(&number).map(i64::to_string);
        let company = company_id.to_string();
        let natural_key: Vec<&str> = ["transaction", company.as_str(), key].into_iter().chain(earlier.as_deref()).collect();
        let id = ids::derive(row.occurred_at, &natural_key);
        let owner = self.owner(number);

        let (count, first) = &mut self.seen[row.customer as usize];
        *count += 1;
        let seq = *count;
        let is_first_purchase = row.amount > 0 && first.is_none_or(|first| row.occurred_at < first);
        if is_first_purchase {
            *first = Some(row.occurred_at);
        }
        let first_purchase_at = *first;

        let refunded_sale = self.plan.originals.of_refund.get(&number).copied();
        let mut decision = match refunded_sale {
            Some(sale) => self.decide_refund(number, sale, owner)?,
            None => {
                let event = Event {
                    occurred_at: row.occurred_at,
                    sale: Some(Sale {
                        key,
                        amount: row.money(),
                        product_key: self.batch.product(row),
                        category_key: self.batch.category(row),
                    }),
                };
                let facts = CustomerFacts {
                    key: &customer.key,
                    email: &customer.email,
                    provider_key: customer.provider_key.as_deref(),
                    test: customer.test,
                    first_purchase_at,
                    is_first_purchase,
                };
                rate_event(&self.programme, &self.partners, &self.history, customer.id, customer.created_at, owner, &event, &facts)?
            }
        };
        due_at_once(&mut decision, self.options.now);

        let cause = cause(id, 0);
        let mut made = Vec::new();
        for draft in &decision.rewards {
            let month = match refunded_sale {
                Some(sale) => reversal_month(self.month, &self.refunded[sale].1, draft),
                None => self.month,
            };
            let origin = Origin {
                company_id,
                cause: &cause,
                source: if refunded_sale.is_some() { RewardSource::Refund } else { RewardSource::Transaction },
                group_id: self.partners.get(draft.partnership_id)?.group_id,
                customer_id: Some(customer.id),
                transaction_id: Some(id),
                change_id: None,
                invoice_month: month,
                occurred_at: row.occurred_at,
                created_at: self.options.now,
                actor: self.options.actor,
            };
            if refunded_sale.is_none() {
                self.history.note(&self.programme, customer.id, row.occurred_at, draft);
            }
            made.push(from_draft(&origin, draft));
        }
        if let Some(sale) = refunded_sale {
            let (_, earned, refunded) = &mut self.refunded[sale];
            *refunded -= row.amount;
            earned::reverse(earned, &made);
        }
        if let Some(sale) = self.plan.originals.of_sale.get(&number) {
            let mut earned: Vec<Earned> = made.iter().map(Earned::of_row).collect::<Result<_>>()?;
            // As they are read when the refund comes later.
            earned.sort_by_key(|reward| reward.id);
            self.refunded[*sale] = (Some(id), earned, 0);
        }
        let refunded = self.plan.originals.of_sale.get(&number).map_or(0, |sale| self.plan.originals.sales[*sale].refunded);
        self.transactions.push(transactions::Model {
            id,
            company_id,
            key: key.to_owned(),
            customer_id: customer.id,
            partnership_id: owner,
            seq,
            amount: row.amount,
            currency: row.currency.code().to_owned(),
            occurred_at: row.occurred_at.0,
            product_key: self.batch.product(row).map(str::to_owned),
            category_key: self.batch.category(row).map(str::to_owned),
            refund_of: refunded_sale.and_then(|sale| self.refunded[sale].0),
            refunded,
            source: self.options.source.word().to_owned(),
            author: self.options.actor.stored(),
            recorded_at: self.options.now.0,
            voided_at: None,
            void_id: None,
            import_id: self.options.import_id,
        });
        let about = About {
            company_id,
            kind: EventKind::Transaction,
            event_id: id,
            revision: 0,
            customer_id: customer.id,
            partnership_id: owner,
            change_id: None,
        };
        self.receipts.push(receipt(&about, &decision, self.options.now)?);
        self.rewards.extend(made);
        Ok(id)
    }

    fn decide_refund(&self, number: u32, sale: usize, owner: Option<Uuid>) -> Result<Decision> {
        let row = self.batch.row(number);
        let original = &self.plan.originals.sales[sale];
        let (_, earned, refunded) = &self.refunded[sale];
        let partner = self.partners.find(owner)?.map(|partner| partner.key.as_str());
        earned::decide_refund(
            &self.programme,
            self.batch.key(row),
            row.money(),
            row.occurred_at,
            partner,
            &original.facts(*refunded),
            earned,
        )
    }

    /// Of what is only checked nothing is written.
    fn forget(&mut self) {
        self.transactions.clear();
        self.receipts.clear();
        self.rewards.clear();
    }

    async fn flush<C: ConnectionTrait>(&mut self, tx: &C) -> Result<()> {
        insert_all(tx, self.transactions.drain(..).map(|row| row.into_active_model().reset_all())).await?;
        insert_receipts(tx, std::mem::take(&mut self.receipts)).await?;
        insert_rewards(tx, std::mem::take(&mut self.rewards)).await
    }
}

/// Rates a sale, or the creation of a customer, for whom it belongs to.
#[expect(clippy::too_many_arguments, reason = "the event with all that the rules look at")]
pub(crate) fn rate_event(
    programme: &Programme,
    partners: &Partners,
    history: &History,
    customer_id: Uuid,
    customer_created_at: Instant,
    owner: Option<Uuid>,
    event: &Event<'_>,
    facts: &CustomerFacts<'_>,
) -> Result<Decision> {
    let partner = partners.find(owner)?;
    let offers = partner
        .map(|partner| programme.in_force(partner.group_at(event.occurred_at), event.occurred_at, customer_created_at))
        .unwrap_or_default();
    let partner = partner.map(|partner| partner.facts(programme, event.occurred_at));
    let seen = history.of(programme, customer_id, owner);
    Ok(rating::rate(event, facts, partner.as_ref(), &offers, &seen, programme.zone))
}

/// A hold that is over already does not hold.
pub(crate) fn due_at_once(decision: &mut Decision, now: Instant) {
    for draft in &mut decision.rewards {
        if draft.state == RewardState::Scheduled && draft.ready_at.is_some_and(|ready_at| ready_at <= now) {
            draft.state = RewardState::Pending;
        }
    }
}

/// The month of a reversal: never before that of what it reverses.
pub(crate) fn reversal_month(accumulating: Month, earned: &[Earned], draft: &RewardDraft) -> Month {
    let reversed = earned.iter().find(|reward| Some(reward.id) == draft.reverses).map(|reward| reward.invoice_month);
    accumulating.max(reversed.unwrap_or(accumulating))
}

/// Adds to partnerships' roll-ups: (id, signups, paid customers, revenue, last active at).
pub(crate) async fn roll_up_partners<C: ConnectionTrait>(tx: &C, changes: impl Iterator<Item = (Uuid, i64, i64, i64, i64)>) -> Result<()> {
    let rows = changes.map(|(id, signups, paid, revenue, last)| [id.into(), signups.into(), paid.into(), revenue.into(), last.into()]);
    execute_with_rows(
        tx,
        "WITH v(id, signups, paid, revenue, last) AS (VALUES {rows}) \
         UPDATE partnerships SET signups = partnerships.signups + v.signups, \
         paid_customers = partnerships.paid_customers + v.paid, revenue = partnerships.revenue + v.revenue, \
         last_active_at = CASE WHEN v.last > partnerships.last_active_at THEN v.last ELSE partnerships.last_active_at END \
         FROM v WHERE partnerships.id = v.id",
        rows,
    )
    .await
}
