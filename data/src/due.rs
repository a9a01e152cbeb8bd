//! Background work: everything that is due at an instant, done in the order in which it fell due.
//!
//! Safe in any number of processes at once: each step is one transaction that looks again whether it is still to be done,
//! and what is asked of the outside world is leased first. Leases run on the machine's clock, everything else on the
//! database's.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::Instant;
use sea_orm::ConnectionTrait;
use tokio::time::Instant as Clock;
use uuid::Uuid;

use crate::billing::{charges, payouts};
use crate::programme::companies;
use crate::programme::simulated_money;
use crate::work::open_imports;
use crate::work::{Work, Worker, isolated};
use crate::{Db, Error, Result, installation, outbox, transact};

pub mod clock;
pub mod month_end;
mod sources;

/// How often a worker asks a silent provider again before it leaves that to the next run.
const SILENCES_MAX: u32 = 8;
/// Between two looks at work that another process holds.
const WAIT: Duration = Duration::from_millis(25);
const LOOP_WAIT_MAX: Duration = Duration::from_secs(15);
const LOOP_WAIT_MIN: Duration = Duration::from_millis(500);

/// The next instant at which something falls due; it may have passed already. `None` in a database without companies.
pub async fn next_instant<C: ConnectionTrait>(conn: &C) -> Result<Option<Instant>> {
    sources::next_instant(conn, &BTreeSet::new()).await
}

/// Does what is due at `now`, each piece at most once. What another worker holds is left to it. A company whose work fails, or
/// panics, holds up no other: it joins `without`, the companies that nothing is done for.
async fn run_once(db: &Db, worker: &Worker, now: Instant, without: &mut BTreeSet<Uuid>) -> Result<Work> {
    let mut work = Work::default();
    worker.imports.clear_left(db).await?;
    for company_id in sources::companies(db.read(), now, without).await? {
        match isolated(run_company(db, worker, company_id, now, &mut work)).await {
            Ok(()) => worker.troubles.company_works(company_id),
            // Another worker was quicker many times in a row; what it did need not be done again.
            Err(error) if error.is_transient() => {}
            Err(error) if error.is_everyones() => return Err(error),
            Err(error) => {
                let key = companies::get(db.read(), company_id).await?.key;
                tracing::error!(company = key, %error, "a company's background work failed and is tried again later; the others' goes on");
                worker.troubles.company_fails(company_id, key, &error);
                without.insert(company_id);
            }
        }
    }
    work.failed = without.len();
    loop {
        let delivered = outbox::deliver_due(db, worker, now).await?;
        work += delivered;
        if !delivered.progressed() {
            break;
        }
    }
    Ok(work)
}

/// As far as it comes: `work` also counts what was done before an error.
async fn run_company(db: &Db, worker: &Worker, company_id: Uuid, now: Instant, work: &mut Work) -> Result<()> {
    simulated_money::hand_over(db, company_id, now).await?;
    // Months are closed and charges are made when what was imported is there.
    work.imported += worker.imports.go_on_due(db, worker, company_id).await?;
    close_months(db, company_id, now, work).await?;
    charges::start_due(db, company_id, now, work).await?;
    charges::ask_due(db, worker, company_id, now, work).await?;
    loop {
        let sent = payouts::send_due(db, worker, company_id, now).await?;
        *work += sent;
        if !sent.progressed() {
            break;
        }
    }
    loop {
        let settled = payouts::settle_due(db, worker, company_id, now).await?;
        *work += settled;
        if !settled.progressed() {
            return Ok(());
        }
    }
}

/// Releases and month ends, in the order of their instants: a reward that was ready before its month ended belongs to it,
/// however late this runs.
async fn close_months(db: &Db, company_id: Uuid, now: Instant, work: &mut Work) -> Result<()> {
    loop {
        let ends_at = companies::get(db.read(), company_id).await?.open_month_ends_at;
        // A company whose import is being written closes its month afterwards.
        let due = ends_at <= now.0 && !open_imports::is_open(db.read(), company_id).await?;
        let until = if due { Instant(ends_at) } else { now };
        loop {
            let released = month_end::release_scheduled(db, company_id, until, now).await?;
            work.released += released;
            if released == 0 {
                break;
            }
        }
        if !due {
            return Ok(());
        }
        if let Some(closed) = month_end::close_month(db, company_id, now).await? {
            work.months_closed += 1;
            work.invoices += closed.invoices.len();
        }
    }
}

/// Does everything that is due at `now`, also what it sets off, and waits for what other workers hold. The work of a company that
/// fails is left; [`Work::failed`] counts them.
///
/// # Errors
/// `Conflict` when a provider does not answer, and when another process is still writing an import after half a minute.
pub async fn run_due(db: &Db, worker: &Worker, now: Instant) -> Result<Work> {
    run_due_for(db, worker, now, &mut BTreeSet::new()).await
}

async fn run_due_for(db: &Db, worker: &Worker, now: Instant, without: &mut BTreeSet<Uuid>) -> Result<Work> {
    let mut all = Work::default();
    let mut silences = 0;
    let mut moved = Clock::now();
    loop {
        let work = match run_once(db, worker, now, without).await {
            // Another worker was quicker many times in a row; what it did need not be done again.
            Err(error) if error.is_transient() => Work::default(),
            outcome => outcome?,
        };
        all += work;
        if sources::next_instant(db.read(), without).await?.is_none_or(|next| next > now) {
            return Ok(all);
        }
        if work.unanswered > 0 && !work.progressed() {
            silences += 1;
            if silences > SILENCES_MAX {
                return Err(Error::conflict("a provider does not answer; what is open is asked again at the next run"));
            }
        }
        if work.progressed() {
            moved = Clock::now();
            continue;
        }
        if moved.elapsed() >= open_imports::PATIENCE
            && let Some(error) = open_imports::under_way(db.read()).await?
        {
            return Err(error);
        }
        tokio::time::sleep(WAIT).await;
    }
}

/// Moves a sandbox's clock to `until`, through every instant at which something is due, and does it. `progress` hears of
/// each instant reached. Many processes may do this at once: each instant is worked off before anyone's clock passes it.
///
/// # Errors
/// `Forbidden` in a production database, `Invalid` (field `until`) when the clock is past it.
pub async fn run_until(db: &Db, worker: &Worker, until: Instant, progress: &(dyn Fn(Instant, Work) + Sync)) -> Result<Work> {
    if !installation::mode(db).await?.is_sandbox() {
        return Err(Error::Forbidden("a production database has no clock to move".to_owned()));
    }
    let begun = installation::now(db).await?;
    if begun > until {
        return Err(Error::invalid("until", format!("the clock is at {begun} and does not go back")));
    }
    let mut all = Work::default();
    loop {
        let now = installation::now(db).await?;
        // Tried again at every instant.
        let mut without = BTreeSet::new();
        let work = run_due_for(db, worker, now, &mut without).await?;
        all += work;
        progress(now, work);
        if now >= until {
            return Ok(all);
        }
        let moved = transact!(db, |tx| {
            let next = sources::next_instant(tx, &without).await?.map_or(until, |next| next.min(until));
            // Something fell due in the meantime: it comes first.
            if next <= now {
                return Ok(false);
            }
            installation::advance(tx, now, next).await
        });
        match moved {
            Ok(_) => {}
            Err(error) if error.is_transient() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Runs for ever: does what is due, then sleeps until the next due instant, or a quarter of a minute. Dropping it at any
/// moment is safe.
pub async fn serve(db: &Db, worker: &Worker) {
    loop {
        let wait = match pass(db, worker).await {
            Ok(wait) => {
                worker.troubles.all_works();
                wait
            }
            Err(error) => {
                tracing::error!(%error, "background work failed and is tried again");
                worker.troubles.all_fails(&error.to_string());
                LOOP_WAIT_MAX
            }
        };
        tokio::time::sleep(wait).await;
    }
}

async fn pass(db: &Db, worker: &Worker) -> Result<Duration> {
    let now = installation::now(db).await?;
    let mut without = worker.troubles.resting();
    let work = run_once(db, worker, now, &mut without).await?;
    if work.progressed() || work.unanswered > 0 {
        tracing::info!(?work, "background work");
    }
    if work.progressed() {
        return Ok(LOOP_WAIT_MIN);
    }
    if installation::mode(db).await?.is_sandbox() {
        return Ok(LOOP_WAIT_MAX);
    }
    // What is due and did not move is held by another worker, or its provider is silent.
    Ok(match sources::next_instant(db.read(), &without).await? {
        Some(next) if next > now => Duration::from_millis(u64::try_from(next.0 - now.0).unwrap_or(0)).clamp(LOOP_WAIT_MIN, LOOP_WAIT_MAX),
        _ => LOOP_WAIT_MAX,
    })
}
