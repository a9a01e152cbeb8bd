//! `key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of`

use std::collections::HashSet;
use std::io::{Read, Seek};

use domain::states::AttributionSource;
use domain::{Currency, Instant, Money, fields};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use tokio::sync::Mutex;

use crate::check::{Checks, shown};
use crate::db::{IN_MAX, analyze};
use crate::entities::customers;
use crate::events::{Given, How, Outcome, record_batch};
use crate::{Error, Result, audit};

use super::faults::Faults;
use super::pending::{Pending, Reading};
use super::table::{self, Fields};
use super::{Counts, Job, Kind, Report, blocking, in_one_transaction};

#[cfg(test)]
mod tests;

/// From so many rows on a file is worth more memory.
const BULK_ROWS: u64 = 5_000;
/// Rows that are held against what is recorded, and recorded, together. More of them take more memory; fewer, and what the
/// customers did before is looked up more often.
const PIECE_ROWS: usize = 12_500;

pub async fn import<R: Read + Seek + Send + 'static>(job: &Job<'_>, input: R) -> Result<Report> {
    import_in_pieces(job, input, PIECE_ROWS).await
}

async fn import_in_pieces<R: Read + Seek + Send + 'static>(job: &Job<'_>, input: R, piece_rows: usize) -> Result<Report> {
    let waiting = job.waiting.clone();
    let (mut read, pending) = blocking(move || {
        let mut reading = Reading::new();
        let take = |fields: &Fields<'_>, checks: &mut Checks| take(fields, checks, &mut reading);
        let read = table::read(input, Kind::Transactions.columns(), &waiting, take)?;
        Ok((read, reading.sorted()?))
    })
    .await?;
    let refused = job.refuses(&read.faults);
    let bulk = pending.len() >= BULK_ROWS;
    if bulk {
        job.db.write_in_bulk(true).await?;
    }
    let done = match pending.len() <= piece_rows as u64 {
        true => record_whole(job, &pending, refused).await,
        false => record_in_pieces(job, pending, refused, piece_rows).await,
    };
    if bulk {
        job.db.write_in_bulk(false).await?;
    }
    let (outcome, faults) = done?;
    read.faults.append(faults)?;
    let counts = Counts { created: outcome.recorded, changed: 0, unchanged: outcome.unchanged };
    job.report(Kind::Transactions, read, counts).await
}

/// Few rows are checked all, and against each other, before the first is written.
async fn record_whole(job: &Job<'_>, pending: &Pending, check_only: bool) -> Result<(Outcome, Faults)> {
    let batch = pending.in_time()?.take(usize::MAX, &[])?;
    let progress = |done, total| job.tell(done, total);
    let how = how(job, job.options.skip_bad, check_only, &progress);
    in_one_transaction!(job, |tx| {
        let (mut outcome, mut faults) = (record_batch(tx, job.company_id, &batch, &how).await?, Faults::new());
        note(tx, job, &outcome).await?;
        faults.complain(std::mem::take(&mut outcome.complaints))?;
        Ok((outcome, faults))
    })
}

/// Of many rows those are found first that repeat a key or name an unknown customer. The others are recorded piece by piece in
/// the order in which they happened; what is wrong with one of them, and nothing is kept, is known at the end.
async fn record_in_pieces(job: &Job<'_>, pending: Pending, refused: bool, piece_rows: usize) -> Result<(Outcome, Faults)> {
    let (pending, twins, mut faults) = blocking(move || {
        let mut faults = Faults::new();
        let twins = pending.twins(&mut faults)?;
        Ok((pending, twins, faults))
    })
    .await?;
    if !job.options.skip_bad {
        let unknown = unknown_customers(job, &pending).await?;
        name_unknown(&pending, &unknown, &mut faults)?;
        if refused || !faults.is_empty() {
            return Ok((Outcome::default(), faults));
        }
    }
    let refused = Mutex::new(None);
    let recorded = in_one_transaction!(job, |tx| {
        let (mut sum, mut bad) = (Outcome::default(), Faults::new());
        let (mut rows, mut analyzed) = (pending.in_time()?, 0);
        loop {
            let batch = rows.take(piece_rows, &twins.rows)?;
            if batch.is_empty() {
                break;
            }
            let before = sum.recorded;
            let progress = |done, _| job.tell(before + done, pending.len());
            let outcome = record_batch(tx, job.company_id, &batch, &how(job, true, false, &progress)).await?;
            sum.recorded += outcome.recorded;
            sum.unchanged += outcome.unchanged;
            sum.rewards += outcome.rewards;
            bad.complain(outcome.complaints)?;
            if sum.recorded > 2 * analyzed {
                analyzed = sum.recorded;
                analyze(tx, "transactions, rewards, receipts, customers").await?;
            }
        }
        if job.refuses(&bad) {
            *refused.lock().await = Some((sum, bad));
            return Err(Error::conflict("the file has rows that cannot be imported"));
        }
        note(tx, job, &sum).await?;
        Ok((sum, bad))
    });
    let (mut sum, bad) = match refused.into_inner() {
        Some(refused) => refused,
        None => recorded?,
    };
    faults.append(bad)?;
    sum.unchanged += twins.alike;
    Ok((sum, faults))
}

fn how<'a>(job: &'a Job<'_>, skip_bad: bool, check_only: bool, progress: &'a (dyn Fn(u64, u64) -> Result<()> + Send + Sync)) -> How<'a> {
    How { source: AttributionSource::Import, by: job.by, now: job.now, skip_bad, check_only, progress }
}

async fn note<C: ConnectionTrait>(tx: &C, job: &Job<'_>, outcome: &Outcome) -> Result<()> {
    if outcome.recorded == 0 {
        return Ok(());
    }
    let detail = json!({ "recorded": outcome.recorded, "rewards": outcome.rewards, "unchanged": outcome.unchanged });
    audit::record(tx, job.company_id, job.now, job.by, "transactions_imported", "import", "transactions", detail).await
}

/// The customers of the file that are not there.
async fn unknown_customers(job: &Job<'_>, pending: &Pending) -> Result<HashSet<String>> {
    let mut unknown = HashSet::new();
    let mut customers = pending.customers()?;
    loop {
        let keys = customers.take(IN_MAX)?;
        if keys.is_empty() {
            return Ok(unknown);
        }
        let known: Vec<String> = customers::Entity::find()
            .select_only()
            .column(customers::Column::CustomerKey)
            .filter(customers::Column::CompanyId.eq(job.company_id))
            .filter(customers::Column::CustomerKey.is_in(keys.iter().map(String::as_str)))
            .into_tuple()
            .all(job.db.read())
            .await?;
        let known: HashSet<String> = known.into_iter().collect();
        unknown.extend(keys.into_iter().filter(|key| !known.contains(key)));
    }
}

fn name_unknown(pending: &Pending, unknown: &HashSet<String>, faults: &mut Faults) -> Result<()> {
    if unknown.is_empty() {
        return Ok(());
    }
    let mut rows = pending.in_time()?;
    while let Some(row) = rows.next()? {
        if unknown.contains(row.customer_key) {
            let message = format!("there is no customer “{}”", shown(row.customer_key));
            faults.add(u64::from(row.row), "customer_key", &message)?;
        }
    }
    Ok(())
}

fn take(fields: &Fields<'_>, checks: &mut Checks, reading: &mut Reading) -> Result<()> {
    let key = trimmed(checks, "key", fields.get(0), true);
    let customer_key = trimmed(checks, "customer_key", fields.get(1), true);
    let product_key = trimmed(checks, "product_key", fields.get(5), false);
    let category_key = trimmed(checks, "category_key", fields.get(6), false);
    let refund_of = trimmed(checks, "refund_of", fields.get(7), false);
    let currency = read(checks, "currency", fields.get(3), str::parse::<Currency>);
    // Without its currency an amount cannot be judged.
    let amount = currency.and_then(|currency| read(checks, "amount", fields.get(2), |text| Money::parse(text, currency)));
    let occurred_at = read(checks, "occurred_at", fields.get(4), Instant::parse);
    if let (Some(amount), Some(occurred_at), Some(row), true) = (amount, occurred_at, fields.number(checks), checks.is_empty()) {
        reading.push(&Given {
            key: key.unwrap_or_default(),
            customer_key: customer_key.unwrap_or_default(),
            amount,
            occurred_at,
            product_key,
            category_key,
            refund_of,
            row,
        })?;
    }
    Ok(())
}

/// The value of a cell that must not be empty.
pub(super) fn read<T, E: std::fmt::Display>(
    checks: &mut Checks,
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        checks.complain(field, "is missing");
        return None;
    }
    match parse(text) {
        Ok(value) => Some(value),
        Err(error) => {
            checks.complain(field, error.to_string());
            None
        }
    }
}

/// A key in a cell, without copying it.
fn trimmed<'a>(checks: &mut Checks, field: &str, text: &'a str, required: bool) -> Option<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        if required {
            checks.complain(field, "is missing");
        }
        return None;
    }
    // Plain short keys, which nearly all are, need no closer look.
    let plain = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain && let Err(error) = fields::key(text) {
        checks.complain(field, format!("“{}” {error}", shown(text)));
    }
    Some(text)
}
