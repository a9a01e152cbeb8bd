//! Manual rewards: one-off, given by a person or a file. They fire no triggers.

use std::collections::{HashMap, HashSet};

use domain::decision::RewardDraft;
use domain::facts::Fact;
use domain::fold::fold;
use domain::states::{RewardSource, RewardState};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month, fields};
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::change::audit_row;
use super::context::ReviewContext;
use super::rows::{Origin, from_draft, insert_rewards, manual_id};
use crate::act::{Act, Actor};
use crate::store::check::{new_key_fault, shown};
use crate::store::entities::{attributions, customers, import_rewards, imports, partnerships, rewards};
use crate::store::error::stored;
use crate::store::spreadsheet::is_same;
use crate::store::{IN_MAX, insert_all};
use crate::work::batch::Complaint;
use crate::work::batch::{Mode, Scope};
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
    /// Onto that of this month, or not at all. Otherwise onto the latest in review.
    pub invoice_month: Option<Month>,
}

/// A row of a file of manual rewards.
#[derive(Clone, Debug)]
pub struct ManualRow {
    /// Its place in the file.
    pub row: u32,
    /// The company's own name for the reward.
    pub key: Option<String>,
    /// Makes it the same reward when it comes again.
    pub identity: String,
    /// What made it the same reward in earlier versions.
    pub earlier: Vec<String>,
    /// The amount as the file writes it.
    pub written: String,
    pub reward: ManualReward,
}

#[derive(Debug, Default)]
pub struct ManualRows {
    pub created: u64,
    pub unchanged: u64,
    pub complaints: Vec<Complaint>,
    /// Rows that came in with another file, and when.
    pub repeats: Vec<(u32, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedReward {
    pub key: String,
    /// False: the same form was sent before.
    pub new: bool,
}

/// What made a row of a file the same reward again before files had an identity: its text, and how many such rows come before it.
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
pub async fn create_manual_reward(db: &Db, act: &Act<'_>, reward: &ManualReward, token: &str) -> Result<CreatedReward> {
    let Act { company_id, now, .. } = *act;
    let identity = json!(["form", token]).to_string();
    let rows = [ManualRow { row: 1, key: None, identity, earlier: Vec::new(), written: String::new(), reward: reward.clone() }];
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let plan = plan(tx, &context, &rows, act.actor).await?;
        if !plan.complaints.is_empty() {
            let errors = plan.complaints.into_iter().map(|complaint| (complaint.field.to_owned(), complaint.message)).collect();
            return Err(Error::Invalid(errors));
        }
        let key = plan.keys.first().cloned().ok_or(Error::NotFound("the reward"))?;
        let new = !plan.made.is_empty();
        write(tx, &context, &plan.made, &rows, act.actor).await?;
        Ok(CreatedReward { key, new })
    })
}

/// Gives the rewards of a file, or sees what that would do.
pub async fn create_manual_rewards<C: ConnectionTrait>(tx: &C, scope: &Scope<'_>, rows: &[ManualRow], mode: Mode) -> Result<ManualRows> {
    let context = ReviewContext::open(tx, scope.act.company_id, scope.act.now).await?;
    let mut plan = plan(tx, &context, rows, scope.act.actor).await?;
    let repeats = if scope.again { HashMap::new() } else { repeats(tx, scope, &context.company.zone()?, rows, &plan.made).await? };
    plan.made.retain(|(place, _)| !repeats.contains_key(place));
    let mut repeats: Vec<(u32, String)> = repeats.into_iter().map(|(place, words)| (rows[place].row, words)).collect();
    repeats.sort_unstable();
    let created = plan.made.len() as u64;
    let outcome = ManualRows { created, unchanged: plan.unchanged, complaints: plan.complaints, repeats };
    let bad = !outcome.complaints.is_empty() || !outcome.repeats.is_empty();
    if !mode.writes(bad) {
        return Ok(if mode == Mode::Check { outcome } else { ManualRows { created: 0, unchanged: 0, ..outcome } });
    }
    let mut done = 0;
    for piece in plan.made.chunks(PIECE) {
        write(tx, &context, piece, rows, scope.act.actor).await?;
        let by_import =
            piece.iter().map(|(_, reward)| import_rewards::ActiveModel { reward_id: Set(reward.id), import_id: Set(scope.import_id) });
        insert_all(tx, by_import).await?;
        done += piece.len() as u64;
        (scope.progress)(done, created)?;
    }
    Ok(outcome)
}

/// The rewards that a file would give, by row; those that came in with another file are none of them.
pub async fn new_manual_rewards<C: ConnectionTrait>(conn: &C, scope: &Scope<'_>, rows: &[ManualRow]) -> Result<Vec<(u32, Money)>> {
    let context = ReviewContext::open(conn, scope.act.company_id, scope.act.now).await?;
    let made = plan(conn, &context, rows, scope.act.actor).await?.made;
    let repeats = if scope.again { HashMap::new() } else { repeats(conn, scope, &context.company.zone()?, rows, &made).await? };
    let new = made.into_iter().filter(|(place, _)| !repeats.contains_key(place));
    new.map(|(place, reward)| Ok((rows[place].row, Money::new(reward.amount, stored(&reward.currency)?)))).collect()
}

/// New rewards that are just like one that came in with another file: by their places, with when that was and by which file.
async fn repeats<C: ConnectionTrait>(
    tx: &C,
    scope: &Scope<'_>,
    zone: &Zone,
    rows: &[ManualRow],
    made: &[(usize, rewards::Model)],
) -> Result<HashMap<usize, String>> {
    let made: Vec<&(usize, rewards::Model)> = made.iter().filter(|(place, _)| rows[*place].key.is_none()).collect();
    let mut partners: Vec<Uuid> = made.iter().map(|(_, reward)| reward.partnership_id).collect();
    partners.sort_unstable();
    partners.dedup();
    let mut known: HashMap<Content, Vec<rewards::Model>> = HashMap::new();
    for chunk in partners.chunks(IN_MAX) {
        let found = rewards::Entity::find()
            .filter(rewards::Column::CompanyId.eq(scope.act.company_id))
            .filter(rewards::Column::PartnershipId.is_in(chunk.iter().copied()))
            .filter(rewards::Column::Source.eq(RewardSource::Manual.word()))
            .all(tx)
            .await?;
        for reward in found {
            known.entry(content(&reward)).or_default().push(reward);
        }
    }
    let alike: Vec<Uuid> = made.iter().filter_map(|(_, reward)| known.get(&content(reward))).flatten().map(|reward| reward.id).collect();
    let mut files: HashMap<Uuid, (Uuid, String)> = HashMap::new();
    for chunk in alike.chunks(IN_MAX) {
        let found: Vec<(Uuid, Uuid, Option<String>)> = import_rewards::Entity::find()
            .select_only()
            .columns([import_rewards::Column::RewardId, import_rewards::Column::ImportId])
            .column(imports::Column::FileName)
            .join(
                JoinType::LeftJoin,
                import_rewards::Entity::belongs_to(imports::Entity).from(import_rewards::Column::ImportId).to(imports::Column::Id).into(),
            )
            .filter(import_rewards::Column::RewardId.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        files.extend(found.into_iter().map(|(reward, import, file)| (reward, (import, file.unwrap_or_default()))));
    }
    let mut out = HashMap::new();
    for (place, reward) in made {
        let Some(alike) = known.get(&content(reward)) else { continue };
        let earlier: HashSet<Uuid> = rows[*place].earlier.iter().map(|identity| manual_id(scope.act.company_id, identity)).collect();
        let from_a_file = alike.iter().filter_map(|known| match files.get(&known.id) {
            Some((import, _)) if *import == scope.import_id => None,
            Some((_, file)) => Some((known, file.as_str())),
            None => earlier.contains(&known.id).then_some((known, "")),
        });
        if let Some((known, file)) = from_a_file.max_by_key(|(known, _)| known.created_at) {
            let by = if file.is_empty() { String::new() } else { format!(" with {}", shown(file)) };
            out.insert(*place, format!("the same reward came in on {}{by}", zone.date(Instant(known.created_at)).format("%-d %B %Y")));
        }
    }
    Ok(out)
}

/// What makes two manual rewards look the same.
type Content = (Uuid, i64, String, String, Option<Uuid>);

fn content(reward: &rewards::Model) -> Content {
    (reward.partnership_id, reward.amount, reward.currency.clone(), fold(&reward.description), reward.customer_id)
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

async fn plan<C: ConnectionTrait>(tx: &C, context: &ReviewContext, rows: &[ManualRow], actor: Actor<'_>) -> Result<Plan> {
    let partners = partners(tx, context.company.id, rows).await?;
    let customers = customers_of(tx, context.company.id, rows).await?;
    let mut plan = Plan::default();
    let mut ready = Vec::with_capacity(rows.len());
    let exported = exported(tx, context.company.id, rows).await?;
    for (place, given) in rows.iter().enumerate() {
        // A row of our own export is the reward that it is of, whatever made that.
        if let Some(known) = given.key.as_ref().and_then(|key| exported.get(key)) {
            if is_row_of(known, given, &partners) {
                plan.keys.push(known.key.clone());
                plan.unchanged += 1;
            } else {
                plan.complaints.push(changed(given));
            }
            continue;
        }
        match read(context, given, &partners, &customers, actor) {
            Ok(row) => ready.push((place, row)),
            Err(errors) => {
                let complain = |(field, message)| Complaint { row: given.row, field, message };
                plan.complaints.extend(errors.into_iter().map(complain));
            }
        }
    }
    let mut present: HashMap<Uuid, Content> = HashMap::new();
    for chunk in ready.chunks(IN_MAX) {
        let ids = chunk.iter().map(|(_, row)| row.id);
        let found = rewards::Entity::find().filter(rewards::Column::Id.is_in(ids)).all(tx).await?;
        present.extend(found.iter().map(|row| (row.id, content(row))));
    }
    for (place, row) in ready {
        plan.keys.push(row.key.clone());
        match present.get(&row.id) {
            Some(known) if *known == content(&row) || rows[place].key.is_none() => plan.unchanged += 1,
            Some(_) => {
                plan.complaints.push(changed(&rows[place]));
            }
            None => match rows[place].key.as_deref().and_then(new_key_fault) {
                Some(message) => plan.complaints.push(Complaint { row: rows[place].row, field: "key", message }),
                None => {
                    present.insert(row.id, content(&row));
                    plan.made.push((place, row));
                }
            },
        }
    }
    Ok(plan)
}

fn changed(given: &ManualRow) -> Complaint {
    let key = shown(given.key.as_deref().unwrap_or_default());
    let message = format!("“{key}” was given already, with other content; rewards are never changed by a file");
    Complaint { row: given.row, field: "key", message }
}

/// The company's rewards whose keys these rows have, as our exports write them.
async fn exported<C: ConnectionTrait>(tx: &C, company_id: Uuid, rows: &[ManualRow]) -> Result<HashMap<String, rewards::Model>> {
    let keys: Vec<&str> = rows.iter().filter_map(|row| row.key.as_deref()).filter(|key| key.starts_with("rwd_")).collect();
    let mut found = HashMap::new();
    for chunk in keys.chunks(IN_MAX) {
        let of_company = rewards::Entity::find().filter(rewards::Column::CompanyId.eq(company_id));
        let rows = of_company.filter(rewards::Column::Key.is_in(chunk.iter().copied())).all(tx).await?;
        found.extend(rows.into_iter().map(|row| (row.key.clone(), row)));
    }
    Ok(found)
}

fn is_row_of(known: &rewards::Model, given: &ManualRow, partners: &HashMap<String, partnerships::Model>) -> bool {
    let reward = &given.reward;
    let partner = partners.get(reward.partner_key.trim()).is_some_and(|partner| partner.id == known.partnership_id);
    let currency = matches!(reward.currency.trim(), "") || reward.currency.trim().eq_ignore_ascii_case(&known.currency);
    let amount = stored(&known.currency).is_ok_and(|currency| Money::new(known.amount, currency).plain() == reward.amount.trim());
    partner && currency && amount && is_same(reward.description.trim(), &known.description)
}

async fn write<C: ConnectionTrait>(
    tx: &C,
    context: &ReviewContext,
    made: &[(usize, rewards::Model)],
    rows: &[ManualRow],
    actor: Actor<'_>,
) -> Result<()> {
    let noted: Vec<_> = made
        .iter()
        .map(|(place, row)| {
            let given = &rows[*place].reward;
            let fact = Fact::RewardCreated {
                partner: given.partner_key.clone(),
                customer: given.customer_key.clone(),
                amount: row.amount,
                currency: stored(&row.currency)?,
                description: row.description.clone(),
                month: Month(row.invoice_month),
            };
            audit_row(context, actor, &row.key, &fact)
        })
        .collect::<Result<_>>()?;
    insert_rewards(tx, made.iter().map(|(_, row)| row.clone()).collect()).await?;
    insert_all(tx, noted).await
}

/// A checked row, or what is wrong by field.
fn read(
    context: &ReviewContext,
    given: &ManualRow,
    partners: &HashMap<String, partnerships::Model>,
    customers: &HashMap<String, (Uuid, HashSet<Uuid>)>,
    actor: Actor<'_>,
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
    let currency_text = if reward.currency.trim().is_empty() { context.company.currency.as_str() } else { reward.currency.trim() };
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
    let months = context.months(currency_text);
    let month = match (reward.onto_invoice, reward.invoice_month) {
        (false, _) => Some(months.accumulating),
        (true, None) => months.under_review(),
        (true, Some(month)) => Some(month).filter(|month| months.in_review.contains(month)),
    };
    if month.is_none() {
        let which = reward.invoice_month.map(|month| format!(" of {}", month.long())).unwrap_or_default();
        errors.push(("onto_invoice", format!("no invoice{which} in {} is in review", shown(currency_text))));
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
        company_id: context.company.id,
        cause: &given.identity,
        source: RewardSource::Manual,
        group_id: partner.group_id,
        customer_id,
        transaction_id: None,
        change_id: None,
        invoice_month: month,
        occurred_at: context.now,
        created_at: context.now,
        actor,
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
