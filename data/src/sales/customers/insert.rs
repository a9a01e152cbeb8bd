//! New customers with their first attribution, their receipt and what triggers on new customers make of them.

use std::collections::HashMap;

use domain::rating::{CustomerFacts, Event};
use domain::states::{AttributionSource, EventKind, RewardSource};
use domain::{Instant, ids};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use crate::Result;
use crate::act::Act;
use crate::lists::search;
use crate::programme::in_force::Programme;
use crate::rewards::receipts::{About, cause, insert_receipts, receipt};
use crate::rewards::rows::{Origin, from_draft, insert_rewards};
use crate::sales::recording::{History, Partners, due_at_once, rate_event, roll_up_partners};
use crate::store::check::search_text;
use crate::store::entities::{attributions, customers, receipts, rewards};
use crate::store::insert_all;

use super::{Created, NewCustomer};

/// Customers written with one set of statements.
const CHUNK: usize = 1000;

/// A customer that has been read and whose key is free, and who brings it.
#[derive(Clone, Debug)]
pub struct Ready {
    pub input: NewCustomer,
    pub partnership_id: Option<Uuid>,
}

#[derive(Default)]
struct Rows {
    customers: Vec<customers::Model>,
    spans: Vec<attributions::Model>,
    receipts: Vec<receipts::Model>,
    rewards: Vec<rewards::Model>,
}

/// Inserts customers. Returns what became of each, in order.
pub async fn insert_new<C: ConnectionTrait>(tx: &C, act: &Act<'_>, ready: &[Ready], source: AttributionSource) -> Result<Vec<Created>> {
    let Act { company_id, now, .. } = *act;
    let programme = Programme::load(tx, company_id).await?;
    let partners = Partners::load(tx, company_id, ready.iter().filter_map(|customer| customer.partnership_id)).await?;
    let times = || ready.iter().map(|customer| customer.input.created_at.unwrap_or(now));
    let span = (times().min().unwrap_or(now), times().max().unwrap_or(now));
    let partner_ids: Vec<Uuid> = partners.ids().collect();
    let mut history = History::load(tx, &programme, &[], &partner_ids, span, None).await?;
    let month = programme.company.accumulating_month(now)?;

    let mut signups: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for customer in ready {
        if let Some(partnership_id) = customer.partnership_id {
            let (count, last) = signups.entry(partnership_id).or_insert((0, i64::MIN));
            *count += i64::from(!customer.input.test);
            *last = (*last).max(customer.input.created_at.unwrap_or(now).0);
        }
    }
    roll_up_partners(tx, signups.into_iter().map(|(id, (count, last))| (id, count, 0, 0, last))).await?;

    let company = company_id.to_string();
    let mut created = Vec::with_capacity(ready.len());
    for chunk in ready.chunks(CHUNK) {
        let mut rows = Rows::default();
        // Events are rated in the order in which they happened.
        let mut order: Vec<&Ready> = chunk.iter().collect();
        order.sort_by_key(|customer| customer.input.created_at.unwrap_or(now));
        let mut made: HashMap<&str, Created> = HashMap::with_capacity(chunk.len());
        for Ready { input, partnership_id } in order {
            let created_at = input.created_at.unwrap_or(now);
            let id = ids::derive(created_at, &["customer", &company, &input.customer_key]);
            rows.customers.push(row(act, id, input, *partnership_id, source));
            if partnership_id.is_some() {
                let from = input.created_at.unwrap_or(Instant::BEGINNING);
                rows.spans.push(first_span(act, id, *partnership_id, from, source));
            }
            let facts = CustomerFacts {
                key: &input.customer_key,
                email: &input.email,
                provider_key: input.provider_key.as_deref(),
                test: input.test,
                first_purchase_at: None,
                is_first_purchase: false,
            };
            let event = Event { occurred_at: created_at, sale: None };
            let mut decision = rate_event(&programme, &partners, &history, id, created_at, *partnership_id, &event, &facts)?;
            due_at_once(&mut decision, now);
            let cause = cause(id, 0);
            for draft in &decision.rewards {
                let origin = Origin {
                    company_id,
                    cause: &cause,
                    source: RewardSource::Customer,
                    group_id: partners.get(draft.partnership_id)?.group_id,
                    customer_id: Some(id),
                    transaction_id: None,
                    change_id: None,
                    invoice_month: month,
                    occurred_at: created_at,
                    created_at: now,
                    actor: act.actor,
                };
                history.note(&programme, id, created_at, draft);
                rows.rewards.push(from_draft(&origin, draft));
            }
            let about = About {
                company_id,
                kind: EventKind::Customer,
                event_id: id,
                revision: 0,
                customer_id: id,
                partnership_id: *partnership_id,
                change_id: None,
            };
            rows.receipts.push(receipt(&about, &decision, now)?);
            made.insert(&input.customer_key, Created { customer_id: id, rewards: decision.rewards.len() });
        }
        rows.write(tx).await?;
        created.extend(chunk.iter().filter_map(|customer| made.remove(customer.input.customer_key.as_str())));
    }
    Ok(created)
}

impl Rows {
    async fn write<C: ConnectionTrait>(self, tx: &C) -> Result<()> {
        let customers: Vec<_> = self.customers.into_iter().map(|row| row.into_active_model().reset_all()).collect();
        insert_all(tx, customers.iter().cloned()).await?;
        search::add_customers(tx, &customers).await?;
        insert_all(tx, self.spans.into_iter().map(|row| row.into_active_model().reset_all())).await?;
        insert_receipts(tx, self.receipts).await?;
        insert_rewards(tx, self.rewards).await
    }
}

fn row(act: &Act<'_>, id: Uuid, input: &NewCustomer, partnership_id: Option<Uuid>, source: AttributionSource) -> customers::Model {
    let Act { company_id, now, .. } = *act;
    customers::Model {
        id,
        company_id,
        customer_key: input.customer_key.clone(),
        name: input.name.clone(),
        email: input.email.clone(),
        provider_key: input.provider_key.clone(),
        partnership_id,
        test: input.test,
        source: source.word().to_owned(),
        author: act.actor.stored(),
        created_at: input.created_at.unwrap_or(now).0,
        recorded_at: now.0,
        first_purchase_at: None,
        transactions: 0,
        voided: 0,
        search: search_text(&[&input.name, &input.email, &input.customer_key]),
    }
}

fn first_span(
    act: &Act<'_>,
    customer_id: Uuid,
    partnership_id: Option<Uuid>,
    from: Instant,
    source: AttributionSource,
) -> attributions::Model {
    let Act { company_id, now, .. } = *act;
    attributions::Model {
        id: ids::derive(now, &["attribution", &customer_id.to_string(), "0"]),
        company_id,
        customer_id,
        partnership_id,
        valid_from: from.0,
        valid_to: None,
        source: source.word().to_owned(),
        reason: String::new(),
        author: act.actor.stored(),
        recorded_at: now.0,
        change_id: None,
        superseded_at: None,
        superseded_by: None,
    }
}
