//! Background work: everything that is due at an instant, done in the order in which it fell due.
//!
//! Safe in any number of processes at once: each step is one transaction that looks again whether it is still to be done,
//! and what is asked of the outside world is leased first. Leases run on the machine's clock, everything else on the
//! database's.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::Instant;
use domain::states::{AttemptState, PayoutState, ProviderKind, RewardState};
use sea_orm::sea_query::Condition;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entities::{charge_attempts, companies, invoices, outbox as mails, payouts as payout_rows, rewards};
use crate::outbox::Mailer;
use crate::providers::Providers;
use crate::{Db, Error, Result, charges, installation, month_end, outbox, payouts, transact};

/// How often a worker asks a silent provider again before it leaves that to the next run.
const SILENCES_MAX: u32 = 8;
/// Between two looks at work that another process holds.
const WAIT: Duration = Duration::from_millis(25);
const LOOP_WAIT_MAX: Duration = Duration::from_secs(15);
const LOOP_WAIT_MIN: Duration = Duration::from_millis(500);

/// What background work needs besides the database.
#[derive(Clone)]
pub struct Ctx {
    pub mailer: Arc<dyn Mailer>,
    pub providers: Providers,
    /// Names this worker in leases.
    pub worker: String,
    /// After this long a worker that says nothing counts as gone.
    pub lease: Duration,
}

impl Ctx {
    pub fn new(db: &Db, mailer: Arc<dyn Mailer>, lease: Duration) -> Ctx {
        Ctx { mailer, providers: Providers::new(db), worker: Uuid::now_v7().to_string(), lease }
    }
}

/// The machine's clock, for leases.
pub(crate) fn real_now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

pub(crate) fn lease_ends_at(ctx: &Ctx) -> i64 {
    real_now().0.saturating_add(i64::try_from(ctx.lease.as_millis()).unwrap_or(i64::MAX))
}

/// No lease lasts this long: one that ends later was taken while the clock was ahead.
const LEASE_MAX_MS: i64 = 60 * 60_000;

/// Whether nobody holds a lease any more, by the column that says until when it was taken.
pub(crate) fn is_free(leased_until: impl ColumnTrait) -> Condition {
    let now = real_now().0;
    Condition::any().add(leased_until.lte(now)).add(leased_until.gt(now.saturating_add(LEASE_MAX_MS)))
}

/// What a run did, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub released: usize,
    pub months_closed: usize,
    pub invoices: usize,
    pub charges_started: usize,
    pub charges_done: usize,
    pub charges_failed: usize,
    pub payouts_sent: usize,
    pub payouts_paid: usize,
    pub payouts_failed: usize,
    pub mails: usize,
    pub mails_failed: usize,
    /// Requests that a provider did not answer.
    pub unanswered: usize,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Work) {
        self.released += other.released;
        self.months_closed += other.months_closed;
        self.invoices += other.invoices;
        self.charges_started += other.charges_started;
        self.charges_done += other.charges_done;
        self.charges_failed += other.charges_failed;
        self.payouts_sent += other.payouts_sent;
        self.payouts_paid += other.payouts_paid;
        self.payouts_failed += other.payouts_failed;
        self.mails += other.mails;
        self.mails_failed += other.mails_failed;
        self.unanswered += other.unanswered;
    }
}

impl Work {
    /// Whether anything moved on: what was only asked about without an answer did not.
    fn progressed(&self) -> bool {
        *self != Work { unanswered: self.unanswered, ..Work::default() }
    }
}

/// The next instant at which something falls due; it may have passed already. `None` in a database without companies.
pub async fn next_instant<C: ConnectionTrait>(conn: &C) -> Result<Option<Instant>> {
    let released = min(
        rewards::Entity::find()
            .select_only()
            .column_as(rewards::Column::ReadyAt.min(), "at")
            .filter(rewards::Column::State.eq(RewardState::Scheduled.word())),
        conn,
    );
    let ends = min(companies::Entity::find().select_only().column_as(companies::Column::OpenMonthEndsAt.min(), "at"), conn);
    let charged =
        min(invoices::Entity::find().select_only().column_as(charges::due_at().min(), "at").filter(charges::due_condition()), conn);
    let asked = min(
        charge_attempts::Entity::find()
            .select_only()
            .column_as(charge_attempts::Column::StartedAt.min(), "at")
            .filter(charge_attempts::Column::State.eq(AttemptState::InFlight.word()))
            .filter(charge_attempts::Column::Provider.ne(ProviderKind::Manual.word())),
        conn,
    );
    let open = [PayoutState::Pending, PayoutState::Sending, PayoutState::Sent].map(|state| state.word());
    let paid = min(
        payout_rows::Entity::find()
            .select_only()
            .column_as(payout_rows::Column::DueAt.min(), "at")
            .filter(payout_rows::Column::State.is_in(open))
            .filter(payout_rows::Column::Provider.ne(ProviderKind::Manual.word())),
        conn,
    );
    let mailed =
        min(mails::Entity::find().select_only().column_as(mails::Column::DueAt.min(), "at").filter(mails::Column::SentAt.is_null()), conn);
    let dues = [released.await?, ends.await?, charged.await?, asked.await?, paid.await?, mailed.await?];
    Ok(dues.into_iter().flatten().min().map(Instant))
}

async fn min<E: EntityTrait, C: ConnectionTrait>(query: sea_orm::Select<E>, conn: &C) -> Result<Option<i64>> {
    Ok(query.into_tuple::<Option<i64>>().one(conn).await?.flatten())
}

/// Does what is due at `now`, each piece at most once. What another worker holds is left to it.
pub async fn run_once(db: &Db, ctx: &Ctx, now: Instant) -> Result<Work> {
    let mut work = close_months(db, now).await?;
    work += charges::start_due(db, now).await?;
    work += charges::ask_due(db, ctx, now).await?;
    loop {
        let sent = payouts::send_due(db, ctx, now).await?;
        work += sent;
        if !sent.progressed() {
            break;
        }
    }
    loop {
        let settled = payouts::settle_due(db, ctx, now).await?;
        work += settled;
        if !settled.progressed() {
            break;
        }
    }
    loop {
        let delivered = outbox::deliver_due(db, ctx, now).await?;
        work += delivered;
        if !delivered.progressed() {
            break;
        }
    }
    Ok(work)
}

/// Releases and month ends, in the order of their instants: a reward that was ready before its month ended belongs to it,
/// however late this runs.
async fn close_months(db: &Db, now: Instant) -> Result<Work> {
    let mut work = Work::default();
    loop {
        let next = companies::Entity::find().order_by_asc(companies::Column::OpenMonthEndsAt).one(db.read()).await?;
        let due = next.filter(|company| company.open_month_ends_at <= now.0);
        let until = due.as_ref().map_or(now, |company| Instant(company.open_month_ends_at));
        loop {
            let released = month_end::release_scheduled(db, until, now).await?;
            work.released += released;
            if released == 0 {
                break;
            }
        }
        let Some(company) = due else { return Ok(work) };
        if let Some(closed) = month_end::close_month(db, company.id, now).await? {
            work.months_closed += 1;
            work.invoices += closed.invoices.len();
        }
    }
}

/// Does everything that is due at `now`, also what it sets off, and waits for what other workers hold.
///
/// # Errors
/// `Conflict` when a provider does not answer.
pub async fn run_due(db: &Db, ctx: &Ctx, now: Instant) -> Result<Work> {
    let mut all = Work::default();
    let mut silences = 0;
    loop {
        let work = match run_once(db, ctx, now).await {
            // Another worker was quicker many times in a row; what it did need not be done again.
            Err(error) if error.is_transient() => Work::default(),
            outcome => outcome?,
        };
        all += work;
        if next_instant(db.read()).await?.is_none_or(|next| next > now) {
            return Ok(all);
        }
        if work.unanswered > 0 && !work.progressed() {
            silences += 1;
            if silences > SILENCES_MAX {
                return Err(Error::conflict("a provider does not answer; what is open is asked again at the next run"));
            }
        }
        if !work.progressed() {
            tokio::time::sleep(WAIT).await;
        }
    }
}

/// Moves a sandbox's clock to `until`, through every instant at which something is due, and does it. `progress` hears of
/// each instant reached. Many processes may do this at once: each instant is worked off before anyone's clock passes it.
///
/// # Errors
/// `Forbidden` in a production database, `Invalid` (field `until`) when the clock is past it.
pub async fn run_until(db: &Db, ctx: &Ctx, until: Instant, progress: &(dyn Fn(Instant, Work) + Sync)) -> Result<Work> {
    if !installation::mode(db).await?.is_sandbox() {
        return Err(Error::Forbidden("a production database has no clock to move".to_owned()));
    }
    let begun = installation::now(db).await?;
    if begun > until {
        return Err(Error::invalid("until", format!("the clock stands at {begun} and does not go back")));
    }
    let mut all = Work::default();
    loop {
        let now = installation::now(db).await?;
        let work = run_due(db, ctx, now).await?;
        all += work;
        progress(now, work);
        if now >= until {
            return Ok(all);
        }
        let moved = transact!(db, |tx| {
            let next = next_instant(tx).await?.map_or(until, |next| next.min(until));
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
pub async fn serve(db: &Db, ctx: &Ctx) {
    loop {
        let wait = match pass(db, ctx).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(%error, "background work failed and is tried again");
                LOOP_WAIT_MAX
            }
        };
        tokio::time::sleep(wait).await;
    }
}

async fn pass(db: &Db, ctx: &Ctx) -> Result<Duration> {
    let now = installation::now(db).await?;
    let work = run_once(db, ctx, now).await?;
    if work != Work::default() {
        tracing::info!(?work, "background work");
    }
    if work.progressed() {
        return Ok(LOOP_WAIT_MIN);
    }
    if installation::mode(db).await?.is_sandbox() {
        return Ok(LOOP_WAIT_MAX);
    }
    // What is due and did not move is held by another worker, or its provider is silent.
    Ok(match next_instant(db.read()).await? {
        Some(next) if next > now => Duration::from_millis(u64::try_from(next.0 - now.0).unwrap_or(0)).clamp(LOOP_WAIT_MIN, LOOP_WAIT_MAX),
        _ => LOOP_WAIT_MAX,
    })
}
