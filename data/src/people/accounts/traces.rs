//! What sign-ins leave in the audit log of each company that the person belongs to. Failures are one row per person, network and
//! hour, which counts them. Names that belong to no one and tries that were not even looked at leave a line in the server's log,
//! so that a flood of them costs nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::facts::Fact;
use domain::states::SubjectKind;
use domain::{Instant, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Db;
use crate::act::{Act, Actor};
use crate::store::entities::{audit, memberships, partnerships, users};
use crate::store::error::Result;
use crate::transact;

const HOUR_MS: i64 = 60 * 60_000;
const KEPT_MS: i64 = 90 * Instant::DAY_MS;
const LOGGED_EVERY_MS: u64 = 60_000;

/// The facts that are cleared again after a while, as they are stored.
const ACTIONS: [&str; 3] = ["signed_in", "sign_in_link_used", "sign_in_failed"];

/// The companies in whose log a person's sign-ins belong: those they work at, and those that their partner works with.
async fn companies_of<C: ConnectionTrait>(conn: &C, user_id: Uuid) -> Result<BTreeSet<Uuid>> {
    let rows = memberships::Entity::find().filter(memberships::Column::UserId.eq(user_id)).all(conn).await?;
    let mut companies: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.company_id).collect();
    let partners: Vec<Uuid> = rows.iter().filter_map(|row| row.partner_id).collect();
    if !partners.is_empty() {
        let found: Vec<Uuid> = partnerships::Entity::find()
            .select_only()
            .column(partnerships::Column::CompanyId)
            .filter(partnerships::Column::PartnerId.is_in(partners))
            .into_tuple()
            .all(conn)
            .await?;
        companies.extend(found);
    }
    Ok(companies)
}

const fn themself(user: &users::Model) -> Actor<'static> {
    Actor::Person { user_id: user.id }
}

/// Records a success, in the transaction that it belongs to.
pub(super) async fn record<C: ConnectionTrait>(tx: &C, user: &users::Model, fact: &Fact, now: Instant) -> Result<()> {
    for company_id in companies_of(tx, user.id).await? {
        crate::audit::record(tx, &Act { company_id, actor: themself(user), now }, &user.email, fact.clone()).await?;
    }
    Ok(())
}

/// Counts a failure of a person that is known. `now` is the installation's time, which the log is kept in.
pub(super) async fn count_failure(db: &Db, user: &users::Model, network: &str, real_now: Instant, now: Instant) -> Result<()> {
    let hour = Instant(real_now.0 - real_now.0.rem_euclid(HOUR_MS));
    transact!(db, |tx| {
        for company_id in companies_of(tx, user.id).await? {
            let id = ids::derive(hour, &["sign_in_failed", &user.id.to_string(), network, &company_id.to_string()]);
            let known = audit::Entity::find_by_id(id).one(tx).await?;
            let before = known.as_ref().and_then(audit::Model::fact);
            let tries = match before {
                Some(Fact::SignInFailed { tries, .. }) => tries + 1,
                _ => 1,
            };
            let fact = Fact::SignInFailed { network: network.to_owned(), tries };
            let row = crate::audit::row(&Act { company_id, actor: themself(user), now }, &user.email, &fact)?;
            match known {
                Some(known) => {
                    let mut changed = known.into_active_model();
                    changed.detail = Set(row.detail);
                    changed.update(tx).await?;
                }
                None => {
                    audit::Model { id, ..row }.into_active_model().reset_all().insert(tx).await?;
                }
            }
        }
        Ok(())
    })
}

/// A line in the server's log, once a minute at most, with how often it would have been written.
pub(super) struct LogLine {
    last: AtomicI64,
    tries: AtomicU64,
}

pub(super) static UNKNOWN: LogLine = LogLine::new();
pub(super) static THROTTLED: LogLine = LogLine::new();

impl LogLine {
    const fn new() -> LogLine {
        LogLine { last: AtomicI64::new(0), tries: AtomicU64::new(0) }
    }

    /// How many tries to log now, this one among them.
    fn due(&self, real_now: Instant) -> Option<u64> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        let last = self.last.load(Ordering::Relaxed);
        let due = real_now.0.abs_diff(last) >= LOGGED_EVERY_MS;
        let ours = due && self.last.compare_exchange(last, real_now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        ours.then(|| self.tries.swap(0, Ordering::Relaxed))
    }

    pub(super) fn write(&self, what: &'static str, network: &str, real_now: Instant) {
        if let Some(tries) = self.due(real_now) {
            tracing::warn!(tries, last_network = network, "{what}");
        }
    }
}

/// Removes traces older than 90 days. They are in the installation's time.
pub(super) async fn purge(db: &Db, now: Instant) -> Result<u64> {
    transact!(db, |tx| {
        let gone = audit::Entity::delete_many()
            .filter(audit::Column::SubjectKind.eq(SubjectKind::User.word()))
            .filter(audit::Column::Action.is_in(ACTIONS))
            .filter(audit::Column::At.lt(now.0 - KEPT_MS))
            .exec(tx)
            .await?;
        Ok(gone.rows_affected)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_a_minute() {
        let line = LogLine::new();
        let start = Instant(1_767_225_600_000);
        assert_eq!(line.due(start), Some(1));
        for _ in 0..500 {
            assert_eq!(line.due(start.plus_ms(30_000)), None);
        }
        assert_eq!(line.due(start.plus_ms(60_000)), Some(501));
        // A clock that went back does not silence it.
        assert_eq!(line.due(start.plus_ms(-60_000)), Some(1));
    }
}
