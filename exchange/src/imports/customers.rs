//! `customer_key,name,email,partner_key,created_at`

use std::collections::HashMap;

use domain::Instant;
use domain::states::AttributionSource;
use domain::zone::Zone;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use data::network::partners;
use data::sales::customers::{CustomerChange, NewCustomer, Ready, insert_new, read as read_customer, update_row};
use data::store::IN_MAX;
use data::store::check::{Checks, new_key_fault, shown};
use data::store::entities::{attributions, customers};
use data::store::spreadsheet::is_same;
use data::work::batch::{Mode, Scope};
use data::{Error, Result};
use domain::dates::second;

use super::faults::Faults;
use super::table::Fields;
use super::{Context, Counts, Done};

/// A row that can be imported.
struct Good {
    row: u64,
    input: NewCustomer,
    partnership_id: Option<Uuid>,
}

pub fn take(fields: &Fields<'_>, checks: &mut Checks, context: &Context) -> Result<Option<NewCustomer>> {
    let created_at = Some(fields.get(4)).filter(|text| !text.trim().is_empty());
    let given = NewCustomer {
        customer_key: fields.get(0).to_owned(),
        name: fields.get(1).to_owned(),
        email: fields.get(2).to_owned(),
        partner_key: Some(fields.get(3).to_owned()),
        created_at: created_at.and_then(|text| checks.take("created_at", Instant::parse(text).map(Some))),
        ..NewCustomer::default()
    };
    match read_customer(&given, context.now) {
        Ok(customer) => return Ok(Some(customer).filter(|_| checks.is_empty())),
        Err(Error::Invalid(found)) => {
            for (field, message) in found {
                // The text in the file, not the instant that it means.
                let quoted = created_at.filter(|_| field == "created_at").map(|text| format!("“{}” ", shown(text.trim())));
                checks.complain(&field, format!("{}{message}", quoted.unwrap_or_default()));
            }
        }
        Err(other) => return Err(other),
    }
    Ok(None)
}

pub fn cells(given: &NewCustomer) -> Vec<String> {
    let created_at = given.created_at.map(|at| at.rfc3339()).unwrap_or_default();
    vec![given.customer_key.clone(), given.name.clone(), given.email.clone(), given.partner_key.clone().unwrap_or_default(), created_at]
}

pub async fn write<C: ConnectionTrait>(tx: &C, scope: &Scope<'_>, rows: &[(u64, NewCustomer)], mode: Mode) -> Result<Done> {
    let (mut counts, mut faults) = (Counts::default(), Faults::new());
    let good = good_rows(tx, scope.act.company_id, rows, &mut counts, &mut faults).await?;
    let present = Present::load(tx, scope.act.company_id, &good).await?;
    let mut new: Vec<Ready> = Vec::new();
    let mut updates: Vec<(customers::Model, CustomerChange)> = Vec::new();
    for Good { row, input, partnership_id } in good {
        let Some(known) = present.rows.get(&input.customer_key) else {
            match new_key_fault(&input.customer_key) {
                Some(fault) => faults.add(row, "customer_key", &fault)?,
                None => new.push(Ready { input, partnership_id }),
            }
            continue;
        };
        if let Some((field, message)) = present.difference(known, &input, partnership_id) {
            faults.add(row, field, &message)?;
            continue;
        }
        // What the file leaves empty stays as it is.
        let differs = |new: &str, known: &str| Some(new.to_owned()).filter(|new| !new.is_empty() && !is_same(new, known));
        let change =
            CustomerChange { name: differs(&input.name, &known.name), email: differs(&input.email, &known.email), provider_key: None };
        if change == CustomerChange::default() {
            counts.unchanged += 1;
        } else {
            updates.push((known.clone(), change));
        }
    }
    if !mode.writes(!faults.is_empty()) {
        counts.created = new.len() as u64;
        counts.changed = updates.len() as u64;
        return Ok(Done { counts, faults, carried: None });
    }
    let total = (new.len() + updates.len()) as u64;
    for (known, change) in updates {
        update_row(tx, &scope.act, known, &change).await?;
        counts.changed += 1;
        (scope.progress)(counts.changed, total)?;
    }
    // Triggers see new customers in the order in which they came.
    new.sort_by_key(|customer| customer.input.created_at.unwrap_or(scope.act.now));
    for chunk in new.chunks(10_000) {
        insert_new(tx, &scope.act, chunk, AttributionSource::Import).await?;
        counts.created += chunk.len() as u64;
        (scope.progress)(counts.changed + counts.created, total)?;
    }
    Ok(Done { counts, faults, carried: None })
}

/// The first row of each key whose partner is known.
async fn good_rows<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    rows: &[(u64, NewCustomer)],
    counts: &mut Counts,
    faults: &mut Faults,
) -> Result<Vec<Good>> {
    let mut keys: Vec<&str> = rows.iter().filter_map(|(_, customer)| customer.partner_key.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    let partners = partners::ids_by_key(tx, company_id, &keys).await?;
    let mut good: Vec<Good> = Vec::with_capacity(rows.len());
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(rows.len());
    for (row, customer) in rows {
        let mut refuse = |field, message: String| faults.add(*row, field, &message);
        let partnership_id = match &customer.partner_key {
            Some(key) => match partners.get(key) {
                Some(id) => Some(*id),
                None => {
                    refuse("partner_key", format!("there is no partner “{}”", shown(key)))?;
                    continue;
                }
            },
            None => None,
        };
        match places.get(customer.customer_key.as_str()) {
            Some(place) if good[*place].input == *customer => counts.unchanged += 1,
            Some(place) => {
                let message = format!("“{}” is also in row {}, with other content", shown(&customer.customer_key), good[*place].row);
                refuse("customer_key", message)?;
            }
            None => {
                places.insert(&customer.customer_key, good.len());
                good.push(Good { row: *row, input: customer.clone(), partnership_id });
            }
        }
    }
    Ok(good)
}

/// The customers of the file that are there already.
struct Present {
    zone: Zone,
    rows: HashMap<String, customers::Model>,
    /// Who brought each at first, and since when.
    first: HashMap<Uuid, (Option<Uuid>, Instant)>,
}

impl Present {
    async fn load<C: ConnectionTrait>(tx: &C, company_id: Uuid, good: &[Good]) -> Result<Present> {
        let zone = data::programme::companies::get(tx, company_id).await?.zone()?;
        let mut present = Present { zone, rows: HashMap::new(), first: HashMap::new() };
        for chunk in good.chunks(IN_MAX) {
            let rows = customers::Entity::find()
                .filter(customers::Column::CompanyId.eq(company_id))
                .filter(customers::Column::CustomerKey.is_in(chunk.iter().map(|good| good.input.customer_key.as_str())))
                .all(tx)
                .await?;
            let spans = attributions::Entity::find()
                .filter(attributions::Column::CustomerId.is_in(rows.iter().map(|row| row.id)))
                .filter(attributions::Column::ChangeId.is_null())
                .all(tx)
                .await?;
            present.first.extend(spans.into_iter().map(|span| (span.customer_id, (span.partnership_id, Instant(span.valid_from)))));
            present.rows.extend(rows.into_iter().map(|row| (row.customer_key.clone(), row)));
        }
        Ok(present)
    }

    /// What of a row contradicts the customer that is there.
    fn difference(&self, known: &customers::Model, input: &NewCustomer, partnership_id: Option<Uuid>) -> Option<(&'static str, String)> {
        let key = shown(&input.customer_key);
        let brought_by = self.first.get(&known.id).and_then(|(partner, _)| *partner);
        let fits = partnership_id.is_none() || partnership_id == brought_by || partnership_id == known.partnership_id;
        if !fits {
            let partner = input.partner_key.as_deref().map(shown).unwrap_or_default();
            return Some(("partner_key", format!("“{key}” was not referred by “{partner}”: a file of attributions changes that")));
        }
        match input.created_at {
            Some(at) if at.0 != known.created_at => {
                let [known, given] = [Instant(known.created_at), at].map(|at| second(&self.zone, at));
                Some(("created_at", format!("“{key}” was created on {known}, not on {given}")))
            }
            _ => None,
        }
    }
}
