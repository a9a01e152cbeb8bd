//! `reward_key,decision,reason`: approve, decline, hold and release from a spreadsheet.

use std::io::{Read, Seek};

use domain::fields;
use domain::review::Verb;
use domain::states::ReviewDecision;

use crate::Result;
use crate::rewards::{ReviewRow, review_rows};

use super::table;
use super::transactions::read as read_cell;
use super::{Counts, Job, Kind, Report, blocking, in_one_transaction};

pub async fn import<R: Read + Seek + Send + 'static>(job: &Job<'_>, input: R) -> Result<Report> {
    let waiting = job.waiting.clone();
    let (mut read, rows) = blocking(move || {
        let mut rows: Vec<ReviewRow> = Vec::new();
        let read = table::read(input, Kind::Reviews.columns(), &waiting, |fields, checks| {
            let reward_key = read_cell(checks, "reward_key", fields.get(0), fields::key);
            let decision = read_cell(checks, "decision", fields.get(1), str::parse::<ReviewDecision>);
            let reason = checks.take_optional("reason", fields.get(2), fields::description);
            if let (Some(reward_key), Some(decision), Some(row), true) = (reward_key, decision, fields.number(checks), checks.is_empty()) {
                let verb = match decision {
                    ReviewDecision::Approve => Verb::Approve,
                    ReviewDecision::Decline => Verb::Decline,
                    ReviewDecision::Hold => Verb::Hold,
                    ReviewDecision::Release => Verb::Release,
                };
                rows.push(ReviewRow { row, reward_key, verb, reason });
            }
            Ok(())
        })?;
        Ok((read, rows))
    })
    .await?;
    if job.refuses(&read.faults) {
        return job.report(Kind::Reviews, read, Counts::default()).await;
    }
    let total = rows.len() as u64;
    let outcome = in_one_transaction!(job, |tx| {
        job.tell(0, total)?;
        let outcome = review_rows(tx, job.company_id, &rows, job.options.skip_bad, job.by, job.now).await?;
        job.tell(total, total)?;
        Ok(outcome)
    })?;
    read.faults.complain(outcome.complaints)?;
    let counts = Counts { created: 0, changed: outcome.decided.changed, unchanged: outcome.decided.unchanged };
    job.report(Kind::Reviews, read, counts).await
}
