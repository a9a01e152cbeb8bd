//! Manual rewards: one-off, given by a person or a file. They fire no triggers.

use std::collections::{HashMap, HashSet};

use domain::decision::RewardDraft;
use domain::states::{RewardSource, RewardState};
use domain::{Currency, Instant, Money, fields};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::change::audit_row;
use super::desk::Desk;
use super::rows::{Origin, from_draft, insert_rewards};
use crate::check::shown;
use crate::db::{IN_MAX, insert_all};
use crate::entities::{attributions, customers, partnerships, rewards};
use crate::events::Complaint;
use crate::{Db, Error, Result, transact};

/// Rewards that are written together.
const PIECE: usize = 1000;

/// A manual reward as forms and files write it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManualReward {
    pub partner_key: String,
    /// Major units, above zero.
    pub amount: String,
    /// Empty: the company's.
    pub currency: String,
    pub description: String,
    /// Empty: none. Otherwise a customer of this partner.
    pub customer_key: String,
    /// Straight onto the invoice in review.
    pub onto_invoice: bool,
}

/// A row of a file of manual rewards.
#[derive(Clone, Debug)]
pub struct ManualRow {
    /// Its place in the file.
    pub row: u32,
    /// Makes it the same reward when it comes again: see [`import_identity`].
    pub identity: String,
    pub reward: ManualReward,
}

#[derive(Debug, Default)]
pub struct ManualRows {
    pub created: u64,
    pub unchanged: u64,
    /// Not empty and bad rows not skipped: nothing was created.
    pub complaints: Vec<Complaint>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub key: String,
    /// False: the same form was sent before.
    pub new: bool,
}

/// What makes a row of a file the same reward again: its content, and how many rows of this content stand before it.
pub fn import_identity(reward: &ManualReward, occurrence: u32) -> String {
    json!([
        "import",
        reward.partner_key.trim(),
        reward.amount.trim(),
        reward.currency.trim(),
        reward.description.trim(),
        reward.customer_key.trim(),
        occurrence
    ])
    .to_string()
}

/// Gives a partner a one-off reward. The same `token` again changes nothing.
///
/// # Errors
/// `Invalid` by field: partner_key, amount, currency, description, customer_key, onto_invoice.
pub async fn create_manual_reward(db: &Db, company_id: Uuid, reward: &ManualReward, token: &str, by: &str, now: Instant) -> Result<Given> {
    let identity = json!(["form", token]).to_string();
    let rows = [ManualRow { row: 1, identity, reward: reward.clone() }];
    transact!(db, |tx| {
        let desk = Desk::open(tx, company_id, now).await?;
        let plan = plan(tx, &desk, &rows, by).await?;
        if !plan.complaints.is_empty() {
            let errors = plan.complaints.into_iter().map(|complaint| (complaint.field.to_owned(), complaint.message)).collect();
            return Err(Error::Invalid(errors));
        }
        let key = plan.keys.first().cloned().ok_or(Error::NotFound("the reward"))?;
        let new = !plan.made.is_empty();
        write(tx, &desk, &plan.made, &rows, by).await?;
        Ok(Given { key, new })
    })
}

/// Gives the rewards of a file. With `skip_bad` the good rows count although there are bad ones. `progress` is told of rows written,
/// and of how many there are; its failure ends it.
pub async fn create_manual_rewards<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    rows: &[ManualRow],
    skip_bad: bool,
    by: &str,
    now: Instant,
    progress: &(dyn Fn(u64, u64) -> Result<()> + Send + Sync),
) -> Result<ManualRows> {
    let desk = Desk::open(tx, company_id, now).await?;
    let plan = plan(tx, &desk, rows, by).await?;
    if !plan.complaints.is_empty() && !skip_bad {
        return Ok(ManualRows { created: 0, unchanged: 0, complaints: plan.complaints });
    }
    let created = u64::try_from(plan.made.len()).unwrap_or(u64::MAX);
    let (unchanged, complaints) = (plan.unchanged, plan.complaints);
    let mut done = 0;
    for piece in plan.made.chunks(PIECE) {
        write(tx, &desk, piece, rows, by).await?;
        done += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        progress(done, created)?;
    }
    Ok(ManualRows { created, unchanged, complaints })
}

#[derive(Default)]
struct Plan {
    /// Each new reward and the place of its row.
    made: Vec<(usize, rewards::Model)>,
    /// Of every good row.
    keys: Vec<String>,
    unchanged: u64,
    complaints: Vec<Complaint>,
}

async fn plan<C: ConnectionTrait>(tx: &C, desk: &Desk, rows: &[ManualRow], by: &str) -> Result<Plan> {
    let partners = partners(tx, desk.company.id, rows).await?;
    let customers = customers_of(tx, desk.company.id, rows).await?;
    let mut plan = Plan::default();
    let mut ready = Vec::with_capacity(rows.len());
    for (place, given) in rows.iter().enumerate() {
        match read(desk, given, &partners, &customers, by) {
            Ok(row) => ready.push((place, row)),
            Err(errors) => {
                let complain = |(field, message)| Complaint { row: given.row, field, message };
                plan.complaints.extend(errors.into_iter().map(complain));
            }
        }
    }
    let mut present = HashSet::new();
    for chunk in ready.chunks(IN_MAX) {
        let found: Vec<Uuid> = rewards::Entity::find()
            .select_only()
            .column(rewards::Column::Id)
            .filter(rewards::Column::Id.is_in(chunk.iter().map(|(_, row)| row.id)))
            .into_tuple()
            .all(tx)
            .await?;
        present.extend(found);
    }
    for (place, row) in ready {
        plan.keys.push(row.key.clone());
        if present.insert(row.id) { plan.made.push((place, row)) } else { plan.unchanged += 1 }
    }
    Ok(plan)
}

async fn write<C: ConnectionTrait>(tx: &C, desk: &Desk, made: &[(usize, rewards::Model)], rows: &[ManualRow], by: &str) -> Result<()> {
    let noted: Vec<_> = made
        .iter()
        .map(|(place, row)| {
            let detail = json!({
                "partner": rows[*place].reward.partner_key,
                "customer": rows[*place].reward.customer_key,
                "amount": row.amount,
                "currency": row.currency,
                "description": row.description,
                "month": row.invoice_month,
            });
            audit_row(desk, by, "reward_created".to_owned(), &row.key, &detail)
        })
        .collect();
    insert_rewards(tx, made.iter().map(|(_, row)| row.clone()).collect()).await?;
    insert_all(tx, noted).await
}

/// A checked row, or what is wrong by field.
fn read(
    desk: &Desk,
    given: &ManualRow,
    partners: &HashMap<String, partnerships::Model>,
    customers: &HashMap<String, (Uuid, HashSet<Uuid>)>,
    by: &str,
) -> Result<rewards::Model, Vec<(&'static str, String)>> {
    let reward = &given.reward;
    let mut errors: Vec<(&'static str, String)> = Vec::new();
    let partner = partners.get(reward.partner_key.trim());
    if partner.is_none() {
        let message = if reward.partner_key.trim().is_empty() {
            "is missing".to_owned()
        } else {
            format!("there is no partner “{}”", shown(&reward.partner_key))
        };
        errors.push(("partner_key", message));
    }
    let currency_text = if reward.currency.trim().is_empty() { desk.company.currency.as_str() } else { reward.currency.trim() };
    let currency: Option<Currency> =
        currency_text.parse().map_err(|error: domain::money::MoneyError| errors.push(("currency", error.to_string()))).ok();
    let amount = currency.and_then(|currency| match Money::parse(&reward.amount, currency) {
        Ok(money) if money.minor > 0 => Some(money),
        Ok(_) => {
            errors.push(("amount", "must be more than zero; to take something back, adjust or decline the reward it is about".to_owned()));
            None
        }
        Err(error) => {
            let message = if reward.amount.trim().is_empty() { "is missing".to_owned() } else { error.to_string() };
            errors.push(("amount", message));
            None
        }
    });
    let description = fields::description(&reward.description).map_err(|error| errors.push(("description", error.to_string()))).ok();
    let customer_id = match reward.customer_key.trim() {
        "" => None,
        key => match customers.get(key) {
            Some((id, owners)) if partner.is_none_or(|partner| owners.contains(&partner.id)) => Some(*id),
            Some(_) => {
                errors.push(("customer_key", format!("“{}” is not a customer of this partner", shown(key))));
                None
            }
            None => {
                errors.push(("customer_key", format!("there is no customer “{}”", shown(key))));
                None
            }
        },
    };
    let books = desk.books(currency_text);
    let month = if reward.onto_invoice { books.under_review() } else { Some(books.accumulating) };
    if month.is_none() {
        errors.push(("onto_invoice", format!("no invoice in {} is in review", shown(currency_text))));
    }
    let (Some(partner), Some(amount), Some(description), Some(month), true) = (partner, amount, description, month, errors.is_empty())
    else {
        return Err(errors);
    };
    let draft = RewardDraft {
        partnership_id: partner.id,
        offer_id: None,
        offer_version_id: None,
        trigger_key: None,
        amount,
        description,
        state: RewardState::Pending,
        state_reason: None,
        ready_at: None,
        reverses: None,
    };
    let origin = Origin {
        company_id: desk.company.id,
        cause: &given.identity,
        source: RewardSource::Manual,
        group_id: partner.group_id,
        customer_id,
        transaction_id: None,
        change_id: None,
        invoice_month: month,
        occurred_at: desk.now,
        created_at: desk.now,
        author: by,
    };
    Ok(from_draft(&origin, &draft))
}

async fn partners<C: ConnectionTrait>(tx: &C, company_id: Uuid, rows: &[ManualRow]) -> Result<HashMap<String, partnerships::Model>> {
    let keys: HashSet<&str> = rows.iter().map(|row| row.reward.partner_key.trim()).collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IN_MAX) {
        let found = partnerships::Entity::find()
            .filter(partnerships::Column::CompanyId.eq(company_id))
            .filter(partnerships::Column::PartnerKey.is_in(chunk.iter().copied()))
            .all(tx)
            .await?;
        out.extend(found.into_iter().map(|row| (row.partner_key.clone(), row)));
    }
    Ok(out)
}

/// The customers named, each with the partnerships it is or was attributed to.
async fn customers_of<C: ConnectionTrait>(tx: &C, company_id: Uuid, rows: &[ManualRow]) -> Result<HashMap<String, (Uuid, HashSet<Uuid>)>> {
    let keys: HashSet<&str> = rows.iter().map(|row| row.reward.customer_key.trim()).filter(|key| !key.is_empty()).collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IN_MAX) {
        let found: Vec<(Uuid, String, Option<Uuid>)> = customers::Entity::find()
            .select_only()
            .columns([customers::Column::Id, customers::Column::CustomerKey, customers::Column::PartnershipId])
            .filter(customers::Column::CompanyId.eq(company_id))
            .filter(customers::Column::CustomerKey.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        let spans: Vec<(Uuid, Option<Uuid>)> = attributions::Entity::find()
            .select_only()
            .columns([attributions::Column::CustomerId, attributions::Column::PartnershipId])
            .filter(
                Condition::all()
                    .add(attributions::Column::CustomerId.is_in(found.iter().map(|(id, ..)| *id)))
                    .add(attributions::Column::SupersededAt.is_null()),
            )
            .into_tuple()
            .all(tx)
            .await?;
        let mut owners: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
        for (customer, partnership) in spans {
            owners.entry(customer).or_default().extend(partnership);
        }
        for (id, key, current) in found {
            let mut of_customer = owners.remove(&id).unwrap_or_default();
            of_customer.extend(current);
            out.insert(key, (id, of_customer));
        }
    }
    Ok(out)
}
