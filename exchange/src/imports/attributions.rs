//! `customer_key,partner_key,from`

use std::collections::HashMap;

use domain::Instant;
use domain::states::AttributionSource;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use data::Result;
use data::network::partners::{self, NO_PARTNER};
use data::sales::attributions::{Row, apply_rows};
use data::store::IN_MAX;
use data::store::check::{Checks, shown};
use data::store::entities::customers;
use data::work::batch::{Mode, Scope};

use super::faults::Faults;
use super::table::Fields;
use super::transactions::read as read_cell;
use super::{Context, Counts, Done};

pub struct AttributionInput {
    pub row: u64,
    pub customer_key: String,
    /// `None`: no partner from then on.
    partner_key: Option<String>,
    pub from: Instant,
}

pub fn take(fields: &Fields<'_>, checks: &mut Checks, context: &Context) -> Option<AttributionInput> {
    let customer_key = read_cell(checks, "customer_key", fields.get(0), domain::fields::key);
    let partner_key = read_cell(checks, "partner_key", fields.get(1), domain::fields::key);
    let from = read_cell(checks, "from", fields.get(2), Instant::parse);
    if from.is_some_and(|from| from > context.now) {
        checks.complain("from", format!("“{}” is in the future", shown(fields.get(2).trim())));
    }
    let (Some(customer_key), Some(partner_key), Some(from), true) = (customer_key, partner_key, from, checks.is_empty()) else {
        return None;
    };
    let partner_key = Some(partner_key).filter(|key| !NO_PARTNER.contains(&key.as_str()));
    Some(AttributionInput { row: fields.row, customer_key, partner_key, from })
}

pub fn cells(given: &AttributionInput) -> Vec<String> {
    let partner_key = given.partner_key.clone().unwrap_or_else(|| NO_PARTNER[0].to_owned());
    vec![given.customer_key.clone(), partner_key, given.from.rfc3339()]
}

pub async fn write<C: ConnectionTrait>(tx: &C, scope: &Scope<'_>, given: &[AttributionInput], mode: Mode) -> Result<Done> {
    let (mut counts, mut faults) = (Counts::default(), Faults::new());
    let customers = customers_by_key(tx, scope.act.company_id, given).await?;
    let mut keys: Vec<&str> = given.iter().filter_map(|row| row.partner_key.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    let partners = partners::ids_by_key(tx, scope.act.company_id, &keys).await?;
    let mut rows: Vec<Row> = Vec::with_capacity(given.len());
    let mut seen: HashMap<(Uuid, Instant), (Option<Uuid>, u64)> = HashMap::with_capacity(given.len());
    for row in given {
        let mut refuse = |field, message: String| faults.add(row.row, field, &message);
        let customer = customers.get(&row.customer_key);
        let partner = row.partner_key.as_ref().map(|key| partners.get(key).ok_or(key)).transpose();
        if customer.is_none() {
            refuse("customer_key", format!("there is no customer “{}”", shown(&row.customer_key)))?;
        }
        if let Err(key) = partner {
            refuse("partner_key", format!("there is no partner “{}”", shown(key)))?;
        }
        let (Some(customer_id), Ok(partnership_id)) = (customer.copied(), partner) else { continue };
        let partnership_id = partnership_id.copied();
        match seen.get(&(customer_id, row.from)) {
            Some((same, _)) if *same == partnership_id => counts.unchanged += 1,
            Some((_, first)) => refuse("from", format!("“{}” is given away at this instant in row {first} too", shown(&row.customer_key)))?,
            None => {
                seen.insert((customer_id, row.from), (partnership_id, row.row));
                rows.push(Row { customer_id, partnership_id, from: row.from });
            }
        }
    }
    let writes = mode.writes(!faults.is_empty());
    if !writes && mode == Mode::Whole {
        return Ok(Done { counts, faults, carried: None });
    }
    for changed in apply_rows(tx, scope, &rows, AttributionSource::Import, writes).await? {
        if changed {
            counts.changed += 1;
        } else {
            counts.unchanged += 1;
        }
    }
    Ok(Done { counts, faults, carried: None })
}

async fn customers_by_key<C: ConnectionTrait>(tx: &C, company_id: Uuid, given: &[AttributionInput]) -> Result<HashMap<String, Uuid>> {
    let mut out = HashMap::with_capacity(given.len());
    for chunk in given.chunks(IN_MAX) {
        let rows: Vec<(String, Uuid)> = customers::Entity::find()
            .select_only()
            .columns([customers::Column::CustomerKey, customers::Column::Id])
            .filter(customers::Column::CompanyId.eq(company_id))
            .filter(customers::Column::CustomerKey.is_in(chunk.iter().map(|row| row.customer_key.as_str())))
            .into_tuple()
            .all(tx)
            .await?;
        out.extend(rows);
    }
    Ok(out)
}
