//! `partner_key,amount,currency,description,customer_key`: manual rewards.

use std::collections::HashMap;
use std::io::{Read, Seek};

use crate::Result;
use crate::rewards::{ManualReward, ManualRow, create_manual_rewards, import_identity};

use super::table;
use super::{Counts, Job, Kind, Report, blocking, in_one_transaction};

pub async fn import<R: Read + Seek + Send + 'static>(job: &Job<'_>, input: R) -> Result<Report> {
    let waiting = job.waiting.clone();
    let (mut read, rows) = blocking(move || {
        let mut rows: Vec<ManualRow> = Vec::new();
        // The same line twice is two rewards; the same file twice is not.
        let mut occurrences: HashMap<String, u32> = HashMap::new();
        let read = table::read(input, Kind::Rewards.columns(), &waiting, |fields, checks| {
            let text = |column| fields.get(column).to_owned();
            let reward = ManualReward {
                partner_key: text(0),
                amount: text(1),
                currency: text(2),
                description: text(3),
                customer_key: text(4),
                onto_invoice: false,
            };
            let occurrence = occurrences.entry(import_identity(&reward, 0)).or_default();
            let identity = import_identity(&reward, *occurrence);
            *occurrence += 1;
            if let Some(row) = fields.number(checks) {
                rows.push(ManualRow { row, identity, reward });
            }
            Ok(())
        })?;
        Ok((read, rows))
    })
    .await?;
    if job.refuses(&read.faults) {
        return job.report(Kind::Rewards, read, Counts::default()).await;
    }
    let progress = |done, total| job.tell(done, total);
    let outcome = in_one_transaction!(job, |tx| {
        create_manual_rewards(tx, job.company_id, &rows, job.options.skip_bad, job.by, job.now, &progress).await
    })?;
    read.faults.complain(outcome.complaints)?;
    let counts = Counts { created: outcome.created, changed: 0, unchanged: outcome.unchanged };
    job.report(Kind::Rewards, read, counts).await
}
