//! Passwords: checked, hashed and replaced.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::strength::{self, PASSWORD_BYTES_MAX};
use crate::people::hashing::Queue;
use crate::people::sessions;
use crate::store::entities::{companies, partnerships, sign_in_links, users};
use crate::{Db, Error, Result};

/// So many passwords wait to be hashed, for some two seconds at most.
const HASHES_WAITING_MAX: usize = 64;
const HASHES_BUSY: &str = "Too many people are signing in at this moment. Try again in a few seconds.";

/// Passwords are hashed one after the other, some 30 a second, by a thread of their own. A hash takes 7 MiB, which the
/// allocator keeps for each thread that ever needed it.
static HASHER: LazyLock<Queue> = LazyLock::new(|| Queue::start("passwords", HASHES_WAITING_MAX));

/// As strong as argon2's own choice of 19 MiB and two passes, with less memory (OWASP, Password Storage Cheat Sheet). What was hashed before
/// carries its own.
const HASHING: Params = match Params::new(7 * 1024, 5, 1, None) {
    Ok(params) => params,
    Err(_) => Params::DEFAULT,
};

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, HASHING)
}

/// Hashed against when the address is unknown, so that the answer takes the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| argon2().hash_password(b"nobody").map(|hash| hash.to_string()).unwrap_or_default());

/// Whether this person signs in with this password. No try of theirs: it counts as no failure.
pub async fn has_password(db: &Db, email: &str, password: &str) -> Result<bool> {
    let user = users::Entity::find().filter(users::Column::Email.eq(email)).one(db.read()).await?;
    match user.and_then(|user| user.password_hash) {
        Some(hash) => verify_password(password, Some(hash)).await,
        None => Ok(false),
    }
}

/// Refuses a password that is easy to guess for those who know the person, and where they belong.
pub(super) async fn check_password<C: ConnectionTrait>(
    conn: &C,
    password: &str,
    name: &str,
    email: &str,
    mut company_ids: Vec<Uuid>,
    partner_ids: Vec<Uuid>,
) -> Result<()> {
    let mut known = vec![name.to_owned(), email.to_owned()];
    if !partner_ids.is_empty() {
        let of = partnerships::Entity::find().filter(partnerships::Column::PartnerId.is_in(partner_ids)).all(conn).await?;
        for row in of {
            known.extend([row.name, row.partner_key]);
            company_ids.push(row.company_id);
        }
    }
    if !company_ids.is_empty() {
        let theirs = companies::Entity::find().filter(companies::Column::Id.is_in(company_ids)).all(conn).await?;
        known.extend(theirs.into_iter().flat_map(|row| [row.name, row.key]));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    strength::check(password, &known)
}

/// Replaces a password, and ends the sessions that began with the old one. Links that were to set one are over.
pub(super) async fn store_password<C: ConnectionTrait>(tx: &C, user_id: Uuid, password_hash: &str) -> Result<()> {
    let changed = users::Entity::update_many()
        .col_expr(users::Column::PasswordHash, Expr::value(password_hash))
        .filter(users::Column::Id.eq(user_id))
        .exec(tx)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Error::NotFound("user"));
    }
    sign_in_links::Entity::delete_many()
        .filter(sign_in_links::Column::UserId.eq(user_id))
        .filter(sign_in_links::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    sessions::end_all(tx, user_id).await?;
    Ok(())
}

pub(super) async fn hash_password(password: &str) -> Result<String> {
    let password = password.to_owned();
    HASHER
        .run(HASHES_BUSY, move || argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| Error::Io(std::io::Error::other(error.to_string())))
}

pub(super) async fn verify_password(password: &str, hash: Option<String>) -> Result<bool> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let password = password.to_owned();
    let verify = move || {
        let hash = hash.as_deref().unwrap_or(&NOBODY);
        PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
    };
    HASHER.run(HASHES_BUSY, verify).await
}
