//! `customer_key,partner_key,from`

use std::collections::HashMap;
use std::io::{Read, Seek};

use domain::Instant;
use domain::states::AttributionSource;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::attributions::{Row, apply_rows};
use crate::check::shown;
use crate::db::IN_MAX;
use crate::entities::customers;
use crate::{Result, partners};

use super::faults::Faults;
use super::table;
use super::transactions::read as read_cell;
use super::{Counts, Job, Kind, Report, blocking, in_one_transaction};

struct Given {
    row: u64,
    customer_key: String,
    partner_key: String,
    from: Instant,
}

pub async fn import<R: Read + Seek + Send + 'static>(job: &Job<'_>, input: R) -> Result<Report> {
    let (waiting, now) = (job.waiting.clone(), job.now);
    let (mut read, rows) = blocking(move || {
        let mut rows = Vec::new();
        let read = table::read(input, Kind::Attributions.columns(), &waiting, |fields, checks| {
            let customer_key = read_cell(checks, "customer_key", fields.get(0), domain::fields::key);
            let partner_key = read_cell(checks, "partner_key", fields.get(1), domain::fields::key);
            let from = read_cell(checks, "from", fields.get(2), Instant::parse);
            if let Some(from) = from.filter(|from| *from > now) {
                checks.complain("from", format!("“{from}” lies in the future"));
            }
            if let (Some(customer_key), Some(partner_key), Some(from), true) = (customer_key, partner_key, from, checks.is_empty()) {
                rows.push(Given { row: fields.row, customer_key, partner_key, from });
            }
            Ok(())
        })?;
        Ok((read, rows))
    })
    .await?;
    let refused = job.refuses(&read.faults);
    let (counts, faults) = in_one_transaction!(job, |tx| { write(tx, job, &rows, refused).await })?;
    read.faults.append(faults)?;
    job.report(Kind::Attributions, read, counts).await
}

async fn write<C: ConnectionTrait>(tx: &C, job: &Job<'_>, given: &[Given], refused: bool) -> Result<(Counts, Faults)> {
    let (mut counts, mut faults) = (Counts::default(), Faults::new());
    let customers = customers_by_key(tx, job.company_id, given).await?;
    let mut keys: Vec<&str> = given.iter().map(|row| row.partner_key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let partners = partners::ids_by_key(tx, job.company_id, &keys).await?;
    let mut rows: Vec<Row> = Vec::with_capacity(given.len());
    let mut seen: HashMap<(Uuid, Instant), (Uuid, u64)> = HashMap::with_capacity(given.len());
    for row in given {
        let mut refuse = |field, message: String| faults.add(row.row, field, &message);
        let (customer, partner) = (customers.get(&row.customer_key), partners.get(&row.partner_key));
        if customer.is_none() {
            refuse("customer_key", format!("there is no customer “{}”", shown(&row.customer_key)))?;
        }
        if partner.is_none() {
            refuse("partner_key", format!("there is no partner “{}”", shown(&row.partner_key)))?;
        }
        let (Some(customer_id), Some(partnership_id)) = (customer.copied(), partner.copied()) else { continue };
        match seen.get(&(customer_id, row.from)) {
            Some((same, _)) if *same == partnership_id => counts.unchanged += 1,
            Some((_, first)) => refuse("from", format!("“{}” is given away at this instant in row {first} too", shown(&row.customer_key)))?,
            None => {
                seen.insert((customer_id, row.from), (partnership_id, row.row));
                rows.push(Row { customer_id, partnership_id: Some(partnership_id), from: row.from });
            }
        }
    }
    if refused || job.refuses(&faults) {
        return Ok((Counts::default(), faults));
    }
    let progress = |done, total| job.tell(done, total);
    for changed in apply_rows(tx, job.company_id, &rows, AttributionSource::Import, job.by, job.now, &progress).await? {
        if changed {
            counts.changed += 1;
        } else {
            counts.unchanged += 1;
        }
    }
    Ok((counts, faults))
}

async fn customers_by_key<C: ConnectionTrait>(tx: &C, company_id: Uuid, given: &[Given]) -> Result<HashMap<String, Uuid>> {
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
