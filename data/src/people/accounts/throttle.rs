//! How wrong passwords are slowed down: per person and network, per network, and per person from everywhere. Whoever guesses
//! from one network does not shut the person out elsewhere; whoever guesses from very many networks does not shut them out
//! where they have signed in before.

use std::net::IpAddr;

use domain::Instant;
use sea_orm::sea_query::{Condition, Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::store::entities::{sign_in_failures, sign_in_networks};
use crate::store::error::Result;
use crate::store::secrets::hash;
use crate::store::{Db, ignore_conflict};
use crate::transact;

/// Failures that cost nothing. From then on each doubles the wait.
const FREE_FAILURES_PERSON_AND_NETWORK: i32 = 5;
const FREE_FAILURES_NETWORK: i32 = 20;
const FREE_FAILURES_PERSON: i32 = 100;
const WAIT_FIRST_MS: i64 = 15_000;
const WAIT_MAX_MS: i64 = 15 * 60_000;
/// Failures older than this are forgotten.
const FAILURES_KEPT_MS: i64 = 60 * 60_000;
/// A network that a person has not signed in from for so long is a foreign one again.
const NETWORKS_KEPT_MS: i64 = 90 * Instant::DAY_MS;

/// Where a request came from, as coarse as one subscriber has it: an IPv4 address, or the first 64 bits of an IPv6 address.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [one, two, three, four, ..] = address.segments();
            format!("{one:x}:{two:x}:{three:x}:{four:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// A try to sign in, before it is known whether it succeeds.
pub struct Attempt<'a> {
    pub email: &'a str,
    pub network: &'a str,
    /// The person, where there is one of this address.
    pub user_id: Option<Uuid>,
    pub real_now: Instant,
}

impl Attempt<'_> {
    /// What failures are counted by, and how many are free.
    pub(super) fn subjects(&self) -> [(String, i32); 3] {
        let email = hash(self.email);
        [
            (format!("email:{email}:{}", self.network), FREE_FAILURES_PERSON_AND_NETWORK),
            (format!("network:{}", self.network), FREE_FAILURES_NETWORK),
            (format!("email:{email}"), FREE_FAILURES_PERSON),
        ]
    }

    async fn is_from_a_known_network(&self, db: &Db) -> Result<bool> {
        let Some(user_id) = self.user_id else { return Ok(false) };
        let row = sign_in_networks::Entity::find_by_id((user_id, self.network.to_owned())).one(db.read()).await?;
        Ok(row.is_some_and(|row| row.last_at > self.real_now.0 - NETWORKS_KEPT_MS))
    }

    /// Notes a failure in advance, so that tries at the same time cannot all be free; or says for how many seconds to wait.
    pub async fn count(&self, db: &Db) -> Result<Option<i64>> {
        let now = self.real_now.0;
        let at_home = self.is_from_a_known_network(db).await?;
        transact!(db, |tx| {
            let mut wait_ms = 0;
            let mut counted = Vec::with_capacity(3);
            for (subject, free) in self.subjects() {
                let row = sign_in_failures::Entity::find_by_id(subject.clone()).one(tx).await?;
                // A row from the future was written while the clock was wrong.
                let recent = row.filter(|row| row.last_at <= now && now - row.last_at < FAILURES_KEPT_MS);
                let failures = recent.as_ref().map_or(0, |row| row.failures);
                if let Some(row) = &recent
                    && !(at_home && free == FREE_FAILURES_PERSON)
                {
                    wait_ms = wait_ms.max(row.last_at + penalty_ms(failures, free) - now);
                }
                counted.push((subject, failures + 1));
            }
            if wait_ms > 0 {
                return Ok(Some((wait_ms.min(WAIT_MAX_MS) + 999) / 1000));
            }
            for (subject, failures) in counted {
                let row = sign_in_failures::ActiveModel { subject: Set(subject), failures: Set(failures), last_at: Set(now) };
                sign_in_failures::Entity::insert(row.clone()).on_conflict(ignore_conflict()).exec_without_returning(tx).await?;
                sign_in_failures::Entity::update(row).exec(tx).await?;
            }
            Ok(None)
        })
    }

    /// After a success: forgets what was counted for this person here, and takes this one try off what others share.
    pub(super) async fn forget<C: ConnectionTrait>(&self, tx: &C) -> Result<()> {
        let [here, network, person] = self.subjects();
        sign_in_failures::Entity::delete_by_id(here.0).exec(tx).await?;
        take_off(tx, vec![network.0, person.0]).await?;
        if let Some(user_id) = self.user_id {
            let row = sign_in_networks::ActiveModel {
                user_id: Set(user_id),
                network: Set(self.network.to_owned()),
                last_at: Set(self.real_now.0),
            };
            sign_in_networks::Entity::insert(row)
                .on_conflict(
                    OnConflict::columns([sign_in_networks::Column::UserId, sign_in_networks::Column::Network])
                        .update_column(sign_in_networks::Column::LastAt)
                        .to_owned(),
                )
                .exec_without_returning(tx)
                .await?;
        }
        Ok(())
    }
}

/// Takes one try off each of these.
async fn take_off<C: ConnectionTrait>(tx: &C, subjects: Vec<String>) -> Result<()> {
    use sea_orm::ExprTrait;
    sign_in_failures::Entity::update_many()
        .col_expr(sign_in_failures::Column::Failures, Expr::col(sign_in_failures::Column::Failures).sub(1))
        .filter(sign_in_failures::Column::Subject.is_in(subjects))
        .filter(sign_in_failures::Column::Failures.gt(0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes off a try that was counted in advance and was no failure.
pub(super) async fn uncount(db: &Db, subjects: &[String]) -> Result<()> {
    transact!(db, |tx| { take_off(tx, subjects.to_vec()).await })
}

fn penalty_ms(failures: i32, free: i32) -> i64 {
    match u32::try_from(failures - free) {
        Ok(beyond) => (WAIT_FIRST_MS << beyond.min(10)).min(WAIT_MAX_MS),
        Err(_) => 0,
    }
}

/// Removes what no longer counts. Returns how many rows.
pub(super) async fn purge(db: &Db, real_now: Instant) -> Result<u64> {
    transact!(db, |tx| {
        let old = sign_in_failures::Column::LastAt.lt(real_now.0 - FAILURES_KEPT_MS);
        let ahead = sign_in_failures::Column::LastAt.gt(real_now.0 + FAILURES_KEPT_MS);
        let failures = sign_in_failures::Entity::delete_many().filter(Condition::any().add(old).add(ahead)).exec(tx).await?;
        let networks = sign_in_networks::Entity::delete_many()
            .filter(sign_in_networks::Column::LastAt.lt(real_now.0 - NETWORKS_KEPT_MS))
            .exec(tx)
            .await?;
        Ok(failures.rows_affected + networks.rows_affected)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits = [4, 5, 6, 7, 11, 40].map(|failures| penalty_ms(failures, FREE_FAILURES_PERSON_AND_NETWORK) / 1000);
        assert_eq!(waits, [0, 15, 30, 60, 900, 900]);
    }

    #[test]
    fn a_subscriber_is_one_network() {
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2:bbbb::2"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network(""), "");
    }
}
