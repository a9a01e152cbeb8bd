//! What waits for an import that was accepted: month end, charges, exports and other imports of its company.

use std::time::Duration;

use tokio::time::{Instant as Clock, sleep};
use uuid::Uuid;

use super::pieces::{Going, LEASE, go_on};
use data::work::open_imports::{conflict, open_of};
use data::{Db, Result};

const LOOK: Duration = Duration::from_millis(100);
/// Waits until no import of this company is open: goes on with one that was left, and waits a while for one that another process is
/// writing.
///
/// # Errors
/// `Conflict` names the import that is still being written after `patience`.
pub async fn wait_for_open(db: &Db, company_id: Uuid, patience: Duration) -> Result<()> {
    let begun = Clock::now();
    let worker = Uuid::now_v7().to_string();
    while let Some(row) = open_of(db.read(), company_id).await? {
        match go_on(db, row.id, &worker, LEASE, None, &|_, _| {}).await? {
            Going::Ended | Going::More => {}
            Going::Held if begun.elapsed() < patience => sleep(LOOK).await,
            Going::Held => return Err(conflict(&row)),
        }
    }
    Ok(())
}

/// A patient transaction that may only be done while no import of this company is open: it waits for one, also for one that comes
/// between. What it finds open ends in an error, for a form's claim must not be written without what it asks for.
macro_rules! once_free {
    ($db:expr, $company_id:expr, |$tx:ident| $work:block) => {{
        let (begun, met) = (tokio::time::Instant::now(), std::sync::atomic::AtomicBool::new(false));
        loop {
            let patience = data::work::open_imports::PATIENCE.saturating_sub(begun.elapsed());
            $crate::imports::wait_for_open($db, $company_id, patience).await?;
            let outcome = $crate::imports::patiently!($db, |$tx| {
                let open = data::work::open_imports::is_open($tx, $company_id).await?;
                met.store(open, std::sync::atomic::Ordering::Relaxed);
                if open {
                    data::work::open_imports::refuse_while_open($tx, $company_id).await?;
                }
                $work
            });
            let waits =
                outcome.is_err() && met.load(std::sync::atomic::Ordering::Relaxed) && begun.elapsed() < data::work::open_imports::PATIENCE;
            if !waits {
                break outcome;
            }
        }
    }};
}
pub(super) use once_free;
