//! What looks wrong about the new rows of a file: named, and taken.

use std::collections::HashMap;

use domain::doubts::of_reward;
use domain::{Currency, Money};

use super::Sheet;
use super::accept::CHECK_ROWS;
use super::faults::Faults;
use super::pending::Pending;
use super::remarks::Remarks;
use super::rows::Rows;
use data::rewards::figures::largest_earned;
use data::rewards::{ManualRow, new_manual_rewards};
use data::sales::recording::{Largest, doubts};
use data::store::entities::companies::Model as Company;
use data::work::batch::Scope;
use data::{Db, Result};

/// What doubtful rewards have in common.
const LARGE_REWARD: &str = "with an unusually large reward";

pub async fn find(db: &Db, company: &Company, sheet: &Sheet, scope: &Scope<'_>) -> Result<Remarks> {
    match sheet {
        Sheet::Transactions(pending) => of_sales(db, company, pending, scope).await,
        Sheet::Rows(Rows::Rewards(rows)) => of_rewards(db, rows, scope).await,
        Sheet::Rows(_) => Ok(Remarks::default()),
    }
}

async fn of_sales(db: &Db, company: &Company, pending: &Pending, scope: &Scope<'_>) -> Result<Remarks> {
    let mut remarks = Remarks::default();
    let twins = pending.twins(&mut Faults::new())?.rows;
    let (mut in_time, mut largest) = (pending.in_time()?, Largest::default());
    loop {
        let batch = in_time.take(CHECK_ROWS, &twins)?;
        if batch.is_empty() {
            return Ok(remarks);
        }
        let snapshot = db.snapshot().await?;
        let found = doubts(&snapshot, company, &batch, &mut largest, scope.act.now).await;
        snapshot.rollback().await?;
        for (row, doubts) in found? {
            remarks.add(u64::from(row), doubts.into_iter().map(|doubt| (doubt.about, doubt.words)));
        }
        (scope.progress)(0, pending.len())?;
    }
}

async fn of_rewards(db: &Db, rows: &[ManualRow], scope: &Scope<'_>) -> Result<Remarks> {
    let mut remarks = Remarks::default();
    let snapshot = db.snapshot().await?;
    let new = new_manual_rewards(&snapshot, scope, rows).await?;
    let mut largest: HashMap<Currency, Option<i64>> = HashMap::new();
    for (row, amount) in new {
        let Money { minor, currency } = amount;
        let before = match largest.get(&currency) {
            Some(known) => *known,
            None => largest_earned(&snapshot, scope.act.company_id, currency).await?,
        };
        match of_reward(amount, before) {
            Some(doubt) => {
                remarks.add(u64::from(row), [(LARGE_REWARD, doubt)]);
                largest.insert(currency, before);
            }
            None => {
                largest.insert(currency, before.max(Some(minor)));
            }
        }
    }
    snapshot.rollback().await?;
    Ok(remarks)
}
