//! `key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of`

use std::io::{Read, Seek};

use domain::states::AttributionSource;
use domain::{Currency, Instant, Money, fields};
use serde_json::json;

use crate::check::Checks;
use crate::events::{Batch, Given, How, Outcome, record_batch};
use crate::{Result, audit};

use super::table::{self, Fields, RowError};
use super::{Counts, Job, Kind, Progress, Report, blocking, in_one_transaction};

/// From so many rows on a file is worth more memory.
const BULK_ROWS: usize = 5_000;

pub async fn import<R: Read + Seek + Send + 'static>(job: &Job<'_>, input: R) -> Result<Report> {
    let progress = job.progress.clone();
    let (mut read, batch) = blocking(move || {
        let mut batch = Batch::new();
        let read = table::read(input, Kind::Transactions.columns(), &progress, |fields, checks| take(fields, checks, &mut batch))?;
        Ok((read, batch))
    })
    .await?;
    let mut errors = std::mem::take(&mut read.errors);
    let progress = |done, total| (job.progress)(Progress::Writing { done, total });
    let how = How {
        source: AttributionSource::Import,
        by: job.by,
        now: job.now,
        skip_bad: job.options.skip_bad,
        check_only: job.refuses(&errors),
        progress: &progress,
    };
    let bulk = batch.len() >= BULK_ROWS;
    if bulk {
        job.db.write_in_bulk(true).await?;
    }
    let outcome = write(job, &batch, &how).await;
    if bulk {
        job.db.write_in_bulk(false).await?;
    }
    let outcome = outcome?;
    let counts = Counts { created: outcome.recorded, changed: 0, unchanged: outcome.unchanged };
    errors.extend(outcome.complaints.into_iter().map(RowError::from));
    job.report(Kind::Transactions, read.input, read.rows, counts, errors).await
}

async fn write(job: &Job<'_>, batch: &Batch, how: &How<'_>) -> Result<Outcome> {
    in_one_transaction!(job, |tx| {
        let outcome = record_batch(tx, job.company_id, batch, how).await?;
        if outcome.recorded > 0 {
            let detail = json!({ "recorded": outcome.recorded, "rewards": outcome.rewards, "unchanged": outcome.unchanged });
            audit::record(tx, job.company_id, job.now, job.by, "transactions_imported", "import", "transactions", detail).await?;
        }
        Ok(outcome)
    })
}

fn take(fields: &Fields<'_>, checks: &mut Checks, batch: &mut Batch) -> Result<()> {
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
        batch.push(&Given {
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
        checks.complain(field, format!("“{}” {error}", crate::check::shown(text)));
    }
    Some(text)
}
