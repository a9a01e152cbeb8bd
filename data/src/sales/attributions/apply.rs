//! Loading what a change touches, and writing what was planned.

use std::collections::{BTreeMap, HashMap};

use domain::facts::{At, Attribution, Fact};
use domain::states::AttributionSource;
use domain::{Instant, fields, ids};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::network::partners;
use crate::programme::companies;
use crate::programme::in_force::Programme;
use crate::rewards::receipts::insert_receipts;
use crate::rewards::rows::insert_rewards;
use crate::sales::recording::{Attributed, Customer, History, Months, Partners, roll_up_partners};
use crate::sales::voids;
use crate::store::check::{Checks, shown};
use crate::store::entities::{attribution_changes, attributions, customers, receipts, rewards, transactions};
use crate::store::seen::refuse_other;
use crate::store::{execute_with_rows, insert_all};
use crate::work::batch::Scope;
use crate::{Db, Error, Result, audit, transact};

use super::plan::{Case, Context, Plan, plan};
use super::spans::{holds, overlay};
use super::{Change, Changed, Consequences};

/// Customers planned with one set of queries.
const CHUNK: usize = 200;

/// Who changes, when and how.
#[derive(Clone, Copy)]
pub(crate) struct ChangeOptions<'a> {
    pub source: AttributionSource,
    pub actor: Actor<'a>,
    pub now: Instant,
}

/// What [`apply_change`] would do. Writes nothing.
pub async fn preview_change(db: &Db, company_id: Uuid, customer_id: Uuid, change: &Change, now: Instant) -> Result<Consequences> {
    let tx = db.snapshot().await?;
    let options = ChangeOptions { source: AttributionSource::Manual, actor: Actor::SYSTEM, now };
    let changed = change_one(&tx, company_id, customer_id, change, &options, false).await?;
    tx.rollback().await?;
    Ok(changed.consequences)
}

/// Gives a customer to a partner, or to nobody, from an instant on, with every reward that moves.
pub async fn apply_change(db: &Db, act: &Act<'_>, customer_id: Uuid, change: &Change, source: AttributionSource) -> Result<Changed> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| { change_one(tx, company_id, customer_id, change, &ChangeOptions { source, actor: act.actor, now }, true).await })
}

/// As [`apply_change`], for whoever was shown what it would do: refused where that is not what it does by now.
pub async fn apply_seen(db: &Db, act: &Act<'_>, customer_id: Uuid, change: &Change, seen: &str) -> Result<Changed> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let options = ChangeOptions { source: AttributionSource::Manual, actor: act.actor, now };
        as_seen(change_one(tx, company_id, customer_id, change, &options, true).await?, seen)
    })
}

fn as_seen(changed: Changed, seen: &str) -> Result<Changed> {
    if changed.change_id.is_some() {
        refuse_other(seen, &changed.consequences.digest())?;
    }
    Ok(changed)
}

/// What [`undo_change`] would do. Writes nothing.
pub async fn preview_undo(db: &Db, company_id: Uuid, change_id: Uuid, now: Instant) -> Result<Consequences> {
    let tx = db.snapshot().await?;
    let options = ChangeOptions { source: AttributionSource::Manual, actor: Actor::SYSTEM, now };
    let changed = undo_one(&tx, company_id, change_id, &options, false).await?;
    tx.rollback().await?;
    Ok(changed.consequences)
}

/// Takes a change back: the customer belongs again to whom it belonged before, and so do the rewards.
pub async fn undo_change(db: &Db, act: &Act<'_>, change_id: Uuid) -> Result<Changed> {
    let Act { company_id, now, .. } = *act;
    let options = ChangeOptions { source: AttributionSource::Manual, actor: act.actor, now };
    transact!(db, |tx| { undo_one(tx, company_id, change_id, &options, true).await })
}

/// As [`undo_change`], for whoever was shown what it would do: refused where that is not what it does by now.
pub async fn undo_seen(db: &Db, act: &Act<'_>, change_id: Uuid, seen: &str) -> Result<Changed> {
    let Act { company_id, now, .. } = *act;
    let options = ChangeOptions { source: AttributionSource::Manual, actor: act.actor, now };
    transact!(db, |tx| { as_seen(undo_one(tx, company_id, change_id, &options, true).await?, seen) })
}

async fn change_one<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    customer_id: Uuid,
    change: &Change,
    options: &ChangeOptions<'_>,
    write: bool,
) -> Result<Changed> {
    let mut checks = Checks::new();
    // Nobody has written one yet for what is only looked at.
    let reason = if write { checks.take("reason", fields::description(&change.reason)) } else { String::new() };
    if change.from > options.now {
        checks.complain("from", "is in the future");
    }
    checks.finish()?;
    let partnership_id = match change.partner_key.as_deref().map(str::trim).filter(|key| !key.is_empty()) {
        Some(key) => {
            let known = partners::ids_by_key(tx, company_id, &[key]).await?;
            let unknown = || Error::invalid("partner_key", format!("there is no partner “{}”", shown(key)));
            Some(*known.get(key).ok_or_else(unknown)?)
        }
        None => None,
    };
    let mut loaded = Loaded::load(tx, company_id, &[customer_id], [partnership_id].into_iter().flatten(), options.now).await?;
    let (row, spans, case) = loaded.take(customer_id)?;
    if holds(case.customer.spans(), change.from, partnership_id) {
        return Ok(Changed { change_id: None, consequences: Consequences::default() });
    }
    let line = overlay(case.customer.spans(), &[(change.from, partnership_id)]);
    let record = Record { partnership_id, from: change.from, reason, undoes: None, number: change_number(tx, customer_id).await? };
    loaded.carry_out(tx, &row, &spans, &case, &line, &record, options, write).await
}

async fn undo_one<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    change_id: Uuid,
    options: &ChangeOptions<'_>,
    write: bool,
) -> Result<Changed> {
    let change = attribution_changes::Entity::find_by_id(change_id)
        .filter(attribution_changes::Column::CompanyId.eq(company_id))
        .one(tx)
        .await?
        .ok_or(Error::NotFound("the attribution change"))?;
    let undone = attribution_changes::Entity::find().filter(attribution_changes::Column::Undoes.eq(change_id)).one(tx).await?;
    if let Some(undone) = undone {
        let zone = companies::get(tx, company_id).await?.zone()?;
        return Err(audit::already_undone(tx, &undone.author, undone.recorded_at, &zone).await?);
    }
    if voids::newest_since(tx, change.customer_id, change.recorded_at).await?.is_some() {
        return Err(Error::conflict("a sale of this customer was voided since: undo that first"));
    }
    let all = attributions::Entity::find()
        .filter(attributions::Column::CustomerId.eq(change.customer_id))
        .order_by_asc(attributions::Column::ValidFrom)
        .all(tx)
        .await?;
    if all.iter().any(|span| span.change_id == Some(change_id) && span.superseded_at.is_some()) {
        return Err(Error::conflict("a later change of this customer's attribution builds on this one: take that back first"));
    }
    let mut before: Vec<&attributions::Model> = all
        .iter()
        .filter(|span| (span.superseded_at.is_none() && span.change_id != Some(change_id)) || span.superseded_by == Some(change_id))
        .collect();
    before.sort_by_key(|span| span.valid_from);
    let line: Vec<Attributed> = before.iter().map(|span| attributed(span)).collect();
    let owners: Vec<Uuid> = before.iter().filter_map(|span| span.partnership_id).collect();
    let mut loaded = Loaded::load(tx, company_id, &[change.customer_id], owners.into_iter(), options.now).await?;
    let (row, _, case) = loaded.take(change.customer_id)?;
    let from = Instant(change.from_at);
    let record = Record {
        partnership_id: line
            .iter()
            .find(|span| span.from <= from && span.to.is_none_or(|to| from < to))
            .and_then(|span| span.partnership_id),
        from,
        reason: String::new(),
        undoes: Some(change_id),
        number: change_number(tx, change.customer_id).await?,
    };
    loaded.carry_out(tx, &row, &all, &case, &line, &record, options, write).await
}

/// A row of an attributions file.
#[derive(Clone, Debug)]
pub struct Row {
    pub customer_id: Uuid,
    pub partnership_id: Option<Uuid>,
    pub from: Instant,
}

/// Applies many rows, or sees what that would do; those of one customer together, in time order. Returns for each row whether it
/// changes anything.
pub async fn apply_rows<C: ConnectionTrait>(
    tx: &C,
    scope: &Scope<'_>,
    rows: &[Row],
    source: AttributionSource,
    write: bool,
) -> Result<Vec<bool>> {
    let Scope { act: Act { company_id, actor, now }, progress, .. } = *scope;
    let options = ChangeOptions { source, actor, now };
    let mut by_customer: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        by_customer.entry(row.customer_id).or_default().push(place);
    }
    let customers: Vec<Uuid> = by_customer.keys().copied().collect();
    let mut changed = vec![false; rows.len()];
    let mut done = 0u64;
    for chunk in customers.chunks(CHUNK) {
        let wanted = chunk.iter().flat_map(|id| &by_customer[id]).filter_map(|place| rows[*place].partnership_id);
        let wanted: Vec<Uuid> = wanted.collect();
        let mut loaded = Loaded::load(tx, company_id, chunk, wanted.into_iter(), now).await?;
        for customer_id in chunk {
            let mut places = by_customer[customer_id].clone();
            places.sort_by_key(|place| (rows[*place].from, *place));
            done += places.len() as u64;
            let (row, spans, case) = loaded.take(*customer_id)?;
            let before = case.customer.spans();
            let new = |place: &usize| !holds(before, rows[*place].from, rows[*place].partnership_id);
            let Some(first) = places.iter().position(new) else { continue };
            for place in &places[first..] {
                changed[*place] = true;
            }
            let steps: Vec<(Instant, Option<Uuid>)> =
                places[first..].iter().map(|place| (rows[*place].from, rows[*place].partnership_id)).collect();
            let line = overlay(before, &steps);
            let (from, partnership_id) = steps[0];
            let record =
                Record { partnership_id, from, reason: String::new(), undoes: None, number: change_number(tx, *customer_id).await? };
            loaded.carry_out(tx, &row, &spans, &case, &line, &record, &options, write).await?;
        }
        progress(done, rows.len() as u64)?;
    }
    Ok(changed)
}

async fn change_number<C: ConnectionTrait>(tx: &C, customer_id: Uuid) -> Result<u64> {
    Ok(attribution_changes::Entity::find().filter(attribution_changes::Column::CustomerId.eq(customer_id)).count(tx).await?)
}

/// The row of `attribution_changes`.
struct Record {
    partnership_id: Option<Uuid>,
    from: Instant,
    reason: String,
    undoes: Option<Uuid>,
    /// How many changes this customer has had: part of this one's id.
    number: u64,
}

/// What a set of customers needs to be planned.
struct Loaded {
    programme: Programme,
    months: Months,
    partners: Partners,
    history: History,
    customers: HashMap<Uuid, (customers::Model, Vec<attributions::Model>, Case)>,
}

impl Loaded {
    async fn load<C: ConnectionTrait>(
        tx: &C,
        company_id: Uuid,
        customer_ids: &[Uuid],
        new_owners: impl Iterator<Item = Uuid>,
        now: Instant,
    ) -> Result<Loaded> {
        let programme = Programme::load(tx, company_id).await?;
        let months = Months::load(tx, &programme.company, now).await?;
        let ids = || customer_ids.iter().copied();
        let rows = customers::Entity::find()
            .filter(customers::Column::CompanyId.eq(company_id))
            .filter(customers::Column::Id.is_in(ids()))
            .all(tx)
            .await?;
        let mut spans: HashMap<Uuid, Vec<attributions::Model>> = HashMap::new();
        let found = attributions::Entity::find()
            .filter(attributions::Column::CustomerId.is_in(ids()))
            .filter(attributions::Column::SupersededAt.is_null())
            .order_by_asc(attributions::Column::ValidFrom);
        for span in found.all(tx).await? {
            spans.entry(span.customer_id).or_default().push(span);
        }
        let mut sales: HashMap<Uuid, Vec<transactions::Model>> = HashMap::new();
        let found = transactions::Entity::find()
            .filter(transactions::Column::CustomerId.is_in(ids()))
            .filter(transactions::Column::VoidedAt.is_null());
        for row in found.all(tx).await? {
            sales.entry(row.customer_id).or_default().push(row);
        }
        let mut earned: HashMap<Uuid, Vec<rewards::Model>> = HashMap::new();
        let found = rewards::Entity::find().filter(rewards::Column::CustomerId.is_in(ids())).order_by_asc(rewards::Column::Id);
        for row in found.all(tx).await? {
            if let Some(customer_id) = row.customer_id {
                earned.entry(customer_id).or_default().push(row);
            }
        }
        let mut decided: HashMap<Uuid, HashMap<Uuid, Vec<receipts::Model>>> = HashMap::new();
        for row in receipts::Entity::find().filter(receipts::Column::CustomerId.is_in(ids())).all(tx).await? {
            decided.entry(row.customer_id).or_default().entry(row.event_id).or_default().push(row);
        }
        let customers: HashMap<_, _> = rows
            .into_iter()
            .map(|row| {
                let spans = spans.remove(&row.id).unwrap_or_default();
                let mut transactions = sales.remove(&row.id).unwrap_or_default();
                transactions.sort_by_key(|sale| (sale.occurred_at, sale.refund_of.is_some(), sale.seq));
                let case = Case {
                    customer: Customer::of_row(row.clone(), spans.iter().map(attributed).collect()),
                    transactions,
                    rewards: earned.remove(&row.id).unwrap_or_default(),
                    receipts: decided.remove(&row.id).unwrap_or_default(),
                };
                (row.id, (row, spans, case))
            })
            .collect();
        let cases = || customers.values().map(|(_, _, case)| case);
        let owners = cases().flat_map(|case| {
            let spans = case.customer.spans().iter().filter_map(|span| span.partnership_id);
            spans.chain(case.customer.partnership_id).chain(case.rewards.iter().map(|row| row.partnership_id))
        });
        let sellers = cases().flat_map(|case| &case.transactions).filter_map(|row| row.partnership_id);
        let partners = Partners::load(tx, company_id, owners.chain(sellers).chain(new_owners).collect::<Vec<_>>()).await?;
        let times = || cases().flat_map(|case| case.transactions.iter().map(|row| row.occurred_at).chain([case.customer.created_at.0]));
        let span = (Instant(times().min().unwrap_or(now.0)), Instant(times().max().unwrap_or(now.0)));
        let everybody: Vec<&Customer> = cases().map(|case| &case.customer).collect();
        let partner_ids: Vec<Uuid> = partners.ids().collect();
        let history = History::load(tx, &programme, &everybody, &partner_ids, span, None).await?;
        Ok(Loaded { programme, months, partners, history, customers })
    }

    fn take(&mut self, customer_id: Uuid) -> Result<(customers::Model, Vec<attributions::Model>, Case)> {
        self.customers.remove(&customer_id).ok_or(Error::NotFound("the customer"))
    }

    /// Plans and, if `write`, does it. `known` are spans whose words a span of the new line takes over, those in force among them.
    #[expect(clippy::too_many_arguments, reason = "one customer, its old line and its new one")]
    async fn carry_out<C: ConnectionTrait>(
        &mut self,
        tx: &C,
        customer: &customers::Model,
        known: &[attributions::Model],
        case: &Case,
        line: &[Attributed],
        record: &Record,
        options: &ChangeOptions<'_>,
        write: bool,
    ) -> Result<Changed> {
        let parts = [customer.id.to_string(), record.number.to_string()];
        let change_id = ids::derive(options.now, &["attribution_change", &parts[0], &parts[1]]);
        let context = Context {
            programme: &self.programme,
            partners: &self.partners,
            months: &self.months,
            change_id,
            actor: options.actor,
            now: options.now,
        };
        let planned = plan(&context, case, &mut self.history, line)?;
        if write {
            write_change(tx, customer, change_id, record, options).await?;
            write_spans(tx, customer, known, line, change_id, record, options).await?;
            let key = |id: Option<Uuid>| self.partners.find(id).map(|partner| partner.map(|partner| partner.key.clone()));
            let changed = Attribution {
                partner: key(record.partnership_id)?,
                from: At(record.from),
                reason: record.reason.clone(),
                undoes: record.undoes,
                events: planned.consequences.moves.len(),
                rewards: planned.rewards.len(),
            };
            let fact = if record.undoes.is_some() { Fact::AttributionChangeUndone(changed) } else { Fact::AttributionChanged(changed) };
            audit::record(
                tx,
                &Act { company_id: customer.company_id, actor: options.actor, now: options.now },
                &customer.customer_key,
                fact,
            )
            .await?;
            return write_plan(tx, customer.id, planned).await.map(|consequences| Changed { change_id: Some(change_id), consequences });
        }
        Ok(Changed { change_id: Some(change_id), consequences: planned.consequences })
    }
}

async fn write_plan<C: ConnectionTrait>(tx: &C, customer_id: Uuid, planned: Plan) -> Result<Consequences> {
    customers::Entity::update_many()
        .col_expr(customers::Column::PartnershipId, Expr::value(planned.current))
        .filter(customers::Column::Id.eq(customer_id))
        .exec(tx)
        .await?;
    let roll_ups = planned.roll_ups.into_iter().map(|(id, (signups, paid, revenue, last))| (id, signups, paid, revenue, last));
    roll_up_partners(tx, roll_ups).await?;
    execute_with_rows(
        tx,
        "WITH v(id, owner) AS (VALUES {rows}) UPDATE transactions SET partnership_id = v.owner FROM v WHERE transactions.id = v.id",
        planned.owners.into_iter().map(|(id, owner)| [id.into(), owner.into()]),
    )
    .await?;
    insert_receipts(tx, planned.receipts).await?;
    insert_rewards(tx, planned.rewards).await?;
    Ok(planned.consequences)
}

async fn write_change<C: ConnectionTrait>(
    tx: &C,
    customer: &customers::Model,
    change_id: Uuid,
    record: &Record,
    options: &ChangeOptions<'_>,
) -> Result<()> {
    let row = attribution_changes::ActiveModel {
        id: Set(change_id),
        company_id: Set(customer.company_id),
        customer_id: Set(customer.id),
        partnership_id: Set(record.partnership_id),
        from_at: Set(record.from.0),
        reason: Set(record.reason.clone()),
        source: Set(options.source.word().to_owned()),
        author: Set(options.actor.stored()),
        recorded_at: Set(options.now.0),
        undoes: Set(record.undoes),
    };
    row.insert(tx).await?;
    Ok(())
}

/// Supersedes the spans in force that the new line does not have, and writes those it has in addition.
async fn write_spans<C: ConnectionTrait>(
    tx: &C,
    customer: &customers::Model,
    known: &[attributions::Model],
    line: &[Attributed],
    change_id: Uuid,
    record: &Record,
    options: &ChangeOptions<'_>,
) -> Result<()> {
    let in_force = || known.iter().filter(|span| span.superseded_at.is_none());
    let gone: Vec<Uuid> = in_force().filter(|span| !line.contains(&attributed(span))).map(|span| span.id).collect();
    attributions::Entity::update_many()
        .col_expr(attributions::Column::SupersededAt, Expr::value(options.now.0))
        .col_expr(attributions::Column::SupersededBy, Expr::value(change_id))
        .filter(attributions::Column::Id.is_in(gone))
        .exec(tx)
        .await?;
    let mut rows = Vec::new();
    for (place, span) in line.iter().enumerate() {
        if in_force().any(|known| attributed(known) == *span) {
            continue;
        }
        let continued = known.iter().rev().find(|known| known.valid_from == span.from.0 && known.partnership_id == span.partnership_id);
        let row = attributions::Model {
            id: ids::derive(options.now, &["attribution", &change_id.to_string(), &place.to_string()]),
            company_id: customer.company_id,
            customer_id: customer.id,
            partnership_id: span.partnership_id,
            valid_from: span.from.0,
            valid_to: span.to.map(|to| to.0),
            source: continued.map_or_else(|| options.source.word().to_owned(), |known| known.source.clone()),
            reason: continued.map_or_else(|| record.reason.clone(), |known| known.reason.clone()),
            author: continued.map_or_else(|| options.actor.stored(), |known| known.author.clone()),
            recorded_at: options.now.0,
            change_id: Some(change_id),
            superseded_at: None,
            superseded_by: None,
        };
        rows.push(row.into_active_model().reset_all());
    }
    insert_all(tx, rows).await
}

fn attributed(span: &attributions::Model) -> Attributed {
    Attributed { from: Instant(span.valid_from), to: span.valid_to.map(Instant), partnership_id: span.partnership_id }
}
