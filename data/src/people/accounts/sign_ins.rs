//! Signing in with a password.

use std::time::Duration;

use domain::Instant;
use domain::facts::Fact;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::links::LINK_VALID_MS;
use super::passwords::verify_password;
use super::throttle::{self, Attempt};
use super::traces;
use super::{SignedIn, User, list_memberships};
use crate::store::entities::{sign_in_links, users};
use crate::{Db, Result, installation, transact};

/// Before each try to uncount what was counted in advance.
const UNCOUNT_PAUSES: [Duration; 4] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    Welcome(SignedIn),
    /// Unknown address, wrong password or no password yet: nobody learns which.
    Refused,
    /// Too many failures lately; the next try counts after so many seconds.
    Throttled {
        seconds: i64,
    },
}

/// Checks a password. `address` is where the request came from.
pub async fn sign_in(db: &Db, email: &str, password: &str, address: &str, real_now: Instant) -> Result<SignIn> {
    let email = email.trim().to_lowercase();
    let network = throttle::network(address);
    let user = users::Entity::find().filter(users::Column::Email.eq(&email)).one(db.read()).await?;
    let attempt = Attempt { email: &email, network: &network, user_id: user.as_ref().map(|user| user.id), real_now };
    // Counted before the password is looked at: tries at the same time cannot all be free.
    if let Some(seconds) = attempt.count(db).await? {
        traces::THROTTLED.write("sign-in was tried too often and not looked at", &network, real_now);
        return Ok(SignIn::Throttled { seconds });
    }
    let known_hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = match verify_password(password, known_hash.clone()).await {
        Ok(right) => right,
        Err(error) => {
            uncount(db, &attempt);
            return Err(error);
        }
    };
    match (user, known_hash) {
        (Some(user), Some(password_hash)) if right => {
            if let Err(error) = note_success(db, &attempt, &user).await {
                uncount(db, &attempt);
                return Err(error);
            }
            let (memberships, _) = list_memberships(db.read(), user.id).await?;
            let user = User { id: user.id, email: user.email, name: user.name, memberships };
            Ok(SignIn::Welcome(SignedIn { user, password_hash: Some(password_hash) }))
        }
        (Some(user), _) => {
            leave_failure(db, user, network, real_now);
            Ok(SignIn::Refused)
        }
        (None, _) => {
            traces::UNKNOWN.write("sign-in was tried for people who are not known here", &network, real_now);
            Ok(SignIn::Refused)
        }
    }
}

async fn note_success(db: &Db, attempt: &Attempt<'_>, user: &users::Model) -> Result<()> {
    let now = installation::now(db).await?;
    transact!(db, |tx| {
        attempt.forget(tx).await?;
        traces::record(tx, user, &Fact::SignedIn { network: attempt.network.to_owned() }, now).await
    })
}

/// A try that was no wrong password counts as no failure. Aside, and again for a while: the database failed a moment ago.
fn uncount(db: &Db, attempt: &Attempt<'_>) {
    let (db, subjects) = (db.clone(), attempt.subjects().map(|(subject, _)| subject));
    tokio::spawn(async move {
        for pause in UNCOUNT_PAUSES {
            tokio::time::sleep(pause).await;
            match throttle::uncount(&db, &subjects).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "a failed sign-in that was our own fault still counts as a try"),
            }
        }
    });
}

/// Aside, so that the answer takes the same time for people who are known and people who are not.
fn leave_failure(db: &Db, user: users::Model, network: String, real_now: Instant) {
    let db = db.clone();
    tokio::spawn(async move {
        let counted = async {
            let now = installation::now(&db).await?;
            traces::count_failure(&db, &user, &network, real_now, now).await
        };
        if let Err(error) = counted.await {
            tracing::warn!(%error, "a failed sign-in was not counted");
        }
    });
}

/// Removes counted failures, links and traces of sign-ins that no longer matter. Returns how many rows.
pub async fn purge_sign_ins(db: &Db, real_now: Instant) -> Result<u64> {
    let now = installation::now(db).await?;
    let links: u64 = transact!(db, |tx| {
        let old = sign_in_links::Column::ExpiresAt.lt(real_now.0 - LINK_VALID_MS);
        Ok(sign_in_links::Entity::delete_many().filter(old).exec(tx).await?.rows_affected)
    })?;
    Ok(links + throttle::purge(db, real_now).await? + traces::purge(db, now).await?)
}
