//! People: who they are, what they belong to, and how they sign in.
//!
//! Passwords, links and throttling run on the machine's clock, also in a sandbox: `real_now` says so.

use std::sync::LazyLock;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use domain::states::{CompanyRole, PartnerRole};
use domain::{Instant, ids};
use rand::RngExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::{Db, ignore_conflict};
use crate::entities::{companies, memberships, partners, partnerships, sign_in_failures, sign_in_links, users};
use crate::error::{Error, Result, stored};
use crate::hashing::Queue;
use crate::sessions::hash;
use crate::transact;

/// NIST SP 800-63B: at least 8; longer than anyone types is refused before it costs time.
pub const PASSWORD_CHARS_MIN: usize = 8;
pub const PASSWORD_BYTES_MAX: usize = 1024;
pub const LINK_VALID_MS: i64 = 7 * Instant::DAY_MS;

/// Failures that cost nothing. From then on each doubles the wait.
const FREE_FAILURES_EMAIL: i32 = 5;
const FREE_FAILURES_ADDRESS: i32 = 20;
const WAIT_FIRST_MS: i64 = 15_000;
const WAIT_MAX_MS: i64 = 15 * 60_000;
/// Failures older than this are forgotten.
const FAILURES_KEPT_MS: i64 = 60 * 60_000;

/// So many passwords wait to be hashed, for some two seconds at most.
const HASHES_WAITING_MAX: usize = 64;
const HASHES_BUSY: &str = "Too many people are signing in at this moment. Try again in a few seconds.";

/// Passwords are hashed one after the other, some 30 a second, by a thread of their own. A hash takes 19 MiB, which the
/// allocator keeps for each thread that ever needed it.
static HASHER: LazyLock<Queue> = LazyLock::new(|| Queue::start("passwords", HASHES_WAITING_MAX));

/// Hashed against when the address is unknown, so that the answer takes the same time.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| Argon2::default().hash_password(b"nobody").map(|hash| hash.to_string()).unwrap_or_default());

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub memberships: Vec<Membership>,
}

/// Where a user belongs and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    Company { company_id: Uuid, key: String, name: String, role: CompanyRole },
    Partner { partner_id: Uuid, name: String, role: PartnerRole },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    Welcome(User),
    /// Unknown address, wrong password or no password yet: nobody learns which.
    Refused,
    /// Too many failures lately; the next try counts after so many seconds.
    Throttled {
        seconds: i64,
    },
}

/// To whom a new user is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Company(Uuid, CompanyRole),
    Partner(Uuid, PartnerRole),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedUser {
    pub id: Uuid,
    /// False: the address was known before, and now also belongs there.
    pub new: bool,
    /// The secret of a one-time sign-in link, where no password was given. It is stored hashed and shown only once.
    pub link: Option<String>,
}

/// Adds a user or one more membership, or changes the role of a membership that is there.
pub async fn add_user(
    db: &Db,
    place: Place,
    email: &str,
    name: Option<&str>,
    password: Option<&str>,
    author: &str,
    real_now: Instant,
) -> Result<AddedUser> {
    let email = parse_email(email)?;
    let name = name.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&email).to_owned();
    let password_hash = match password {
        Some(password) => Some(hash_password(password).await?),
        None => None,
    };
    let secret = password.is_none().then(new_secret);
    // The log tells the time of the installation; links and passwords go by the real one.
    let now = crate::installation::now(db).await?;

    transact!(db, |tx| {
        let known = users::Entity::find().filter(users::Column::Email.eq(&email)).one(tx).await?;
        let new = known.is_none();
        let id = match known {
            Some(user) => {
                let id = user.id;
                if let Some(password_hash) = &password_hash {
                    let mut change = user.into_active_model();
                    change.password_hash = Set(Some(password_hash.clone()));
                    change.update(tx).await?;
                }
                id
            }
            None => {
                let id = ids::derive(real_now, &["user", &email]);
                users::ActiveModel {
                    id: Set(id),
                    email: Set(email.clone()),
                    name: Set(name.clone()),
                    password_hash: Set(password_hash.clone()),
                    created_at: Set(real_now.0),
                }
                .insert(tx)
                .await?;
                id
            }
        };
        set_membership(tx, id, place, real_now).await?;
        if let Place::Company(company_id, role) = place {
            crate::audit::record(tx, company_id, now, author, "user_added", "user", &email, serde_json::json!({ "role": role.word() }))
                .await?;
        }
        if let Some(secret) = &secret {
            insert_link(tx, id, secret, real_now).await?;
        }
        Ok(AddedUser { id, new, link: secret.clone() })
    })
}

async fn set_membership<C: ConnectionTrait>(tx: &C, user_id: Uuid, place: Place, now: Instant) -> Result<()> {
    let (company_id, partner_id, role) = match place {
        Place::Company(id, role) => (Some(id), None, role.word()),
        Place::Partner(id, role) => (None, Some(id), role.word()),
    };
    let mut same = memberships::Entity::find().filter(memberships::Column::UserId.eq(user_id));
    same = match place {
        Place::Company(id, _) => same.filter(memberships::Column::CompanyId.eq(id)),
        Place::Partner(id, _) => same.filter(memberships::Column::PartnerId.eq(id)),
    };
    if let Some(membership) = same.one(tx).await? {
        let mut change = membership.into_active_model();
        change.role = Set(role.to_owned());
        change.update(tx).await?;
        return Ok(());
    }
    let owner = company_id.or(partner_id).unwrap_or_default();
    memberships::ActiveModel {
        id: Set(ids::derive(now, &["membership", &user_id.to_string(), &owner.to_string()])),
        user_id: Set(user_id),
        company_id: Set(company_id),
        partner_id: Set(partner_id),
        role: Set(role.to_owned()),
        created_at: Set(now.0),
    }
    .insert(tx)
    .await?;
    Ok(())
}

async fn insert_link<C: ConnectionTrait>(tx: &C, user_id: Uuid, secret: &str, now: Instant) -> Result<()> {
    sign_in_links::ActiveModel {
        id: Set(Uuid::now_v7()),
        user_id: Set(user_id),
        token_hash: Set(hash(secret)),
        expires_at: Set(now.plus_ms(LINK_VALID_MS).0),
        used_at: Set(None),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// The partner behind a company's partner key, to add members to it.
pub async fn find_partner(db: &Db, company_id: Uuid, partner_key: &str) -> Result<Uuid> {
    let found = partnerships::Entity::find()
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.eq(partner_key))
        .one(db.read())
        .await?;
    found.map(|row| row.partner_id).ok_or(Error::NotFound("partner"))
}

/// Who this is, with everything they belong to: companies first, then partners, each by name.
pub async fn find_user(db: &Db, user_id: Uuid) -> Result<Option<User>> {
    let Some(user) = users::Entity::find_by_id(user_id).one(db.read()).await? else { return Ok(None) };
    let memberships = list_memberships(db.read(), user_id).await?;
    Ok(Some(User { id: user.id, email: user.email, name: user.name, memberships }))
}

async fn list_memberships<C: ConnectionTrait>(conn: &C, user_id: Uuid) -> Result<Vec<Membership>> {
    let rows = memberships::Entity::find().filter(memberships::Column::UserId.eq(user_id)).all(conn).await?;
    let company_ids = rows.iter().filter_map(|row| row.company_id);
    let partner_ids = rows.iter().filter_map(|row| row.partner_id);
    let companies =
        companies::Entity::find().filter(companies::Column::Id.is_in(company_ids)).order_by_asc(companies::Column::Name).all(conn).await?;
    let partners =
        partners::Entity::find().filter(partners::Column::Id.is_in(partner_ids)).order_by_asc(partners::Column::Name).all(conn).await?;
    let mut list = Vec::with_capacity(rows.len());
    for company in companies {
        for row in rows.iter().filter(|row| row.company_id == Some(company.id)) {
            list.push(Membership::Company {
                company_id: company.id,
                key: company.key.clone(),
                name: company.name.clone(),
                role: stored(&row.role)?,
            });
        }
    }
    for partner in partners {
        for row in rows.iter().filter(|row| row.partner_id == Some(partner.id)) {
            list.push(Membership::Partner { partner_id: partner.id, name: partner.name.clone(), role: stored(&row.role)? });
        }
    }
    Ok(list)
}

/// Checks a password. `address` is where the request came from.
pub async fn sign_in(db: &Db, email: &str, password: &str, address: &str, real_now: Instant) -> Result<SignIn> {
    let email = email.trim().to_lowercase();
    let by_email = format!("email:{}", hash(&email));
    let by_address = format!("address:{address}");
    // Counted before the password is looked at: tries at the same time cannot all be free.
    if let Some(seconds) = count_failure(db, &by_email, &by_address, real_now).await? {
        return Ok(SignIn::Throttled { seconds });
    }
    let user = users::Entity::find().filter(users::Column::Email.eq(&email)).one(db.read()).await?;
    let known_hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = verify_password(password, known_hash.clone()).await? && known_hash.is_some();
    match user {
        Some(user) if right => {
            forget_failure(db, &by_email, &by_address).await?;
            let memberships = list_memberships(db.read(), user.id).await?;
            Ok(SignIn::Welcome(User { id: user.id, email: user.email, name: user.name, memberships }))
        }
        _ => Ok(SignIn::Refused),
    }
}

/// Whether this person signs in with this password. No try of theirs: it counts as no failure.
pub async fn has_password(db: &Db, email: &str, password: &str) -> Result<bool> {
    let user = users::Entity::find().filter(users::Column::Email.eq(email)).one(db.read()).await?;
    match user.and_then(|user| user.password_hash) {
        Some(hash) => verify_password(password, Some(hash)).await,
        None => Ok(false),
    }
}

/// Uses up a one-time link. `None`: unknown, used before or too old.
pub async fn sign_in_by_link(db: &Db, secret: &str, real_now: Instant) -> Result<Option<User>> {
    let token_hash = hash(secret);
    let user_id: Option<Uuid> = transact!(db, |tx| {
        let used = sign_in_links::Entity::update_many()
            .col_expr(sign_in_links::Column::UsedAt, Expr::value(real_now.0))
            .filter(sign_in_links::Column::TokenHash.eq(&token_hash))
            .filter(sign_in_links::Column::UsedAt.is_null())
            .filter(sign_in_links::Column::ExpiresAt.gt(real_now.0))
            .exec(tx)
            .await?;
        if used.rows_affected == 0 {
            return Ok(None);
        }
        let link = sign_in_links::Entity::find().filter(sign_in_links::Column::TokenHash.eq(&token_hash)).one(tx).await?;
        Ok(link.map(|link| link.user_id))
    })?;
    match user_id {
        Some(id) => find_user(db, id).await,
        None => Ok(None),
    }
}

/// Whether a one-time link would still sign somebody in.
pub async fn link_is_open(db: &Db, secret: &str, real_now: Instant) -> Result<bool> {
    let found = sign_in_links::Entity::find()
        .filter(sign_in_links::Column::TokenHash.eq(hash(secret)))
        .filter(sign_in_links::Column::UsedAt.is_null())
        .filter(sign_in_links::Column::ExpiresAt.gt(real_now.0))
        .one(db.read())
        .await?;
    Ok(found.is_some())
}

/// Gives a user a new password.
pub async fn set_password(db: &Db, user_id: Uuid, password: &str) -> Result<()> {
    let password_hash = hash_password(password).await?;
    transact!(db, |tx| {
        let changed = users::Entity::update_many()
            .col_expr(users::Column::PasswordHash, Expr::value(password_hash.clone()))
            .filter(users::Column::Id.eq(user_id))
            .exec(tx)
            .await?;
        if changed.rows_affected == 0 { Err(Error::NotFound("user")) } else { Ok(()) }
    })
}

/// Notes a failure under both subjects, or says how long to wait.
async fn count_failure(db: &Db, by_email: &str, by_address: &str, now: Instant) -> Result<Option<i64>> {
    transact!(db, |tx| {
        let mut wait_ms = 0;
        let mut counted = Vec::with_capacity(2);
        for (subject, free) in [(by_email, FREE_FAILURES_EMAIL), (by_address, FREE_FAILURES_ADDRESS)] {
            let row = sign_in_failures::Entity::find_by_id(subject.to_owned()).one(tx).await?;
            let recent = row.filter(|row| now.0 - row.last_at < FAILURES_KEPT_MS);
            let failures = recent.as_ref().map_or(0, |row| row.failures);
            if let Some(row) = &recent {
                wait_ms = wait_ms.max(row.last_at + penalty_ms(failures, free) - now.0);
            }
            counted.push((subject, failures + 1));
        }
        if wait_ms > 0 {
            return Ok(Some((wait_ms + 999) / 1000));
        }
        for (subject, failures) in counted {
            let row = sign_in_failures::ActiveModel { subject: Set(subject.to_owned()), failures: Set(failures), last_at: Set(now.0) };
            sign_in_failures::Entity::insert(row.clone()).on_conflict(ignore_conflict()).exec_without_returning(tx).await?;
            sign_in_failures::Entity::update(row).exec(tx).await?;
        }
        Ok(None)
    })
}

fn penalty_ms(failures: i32, free: i32) -> i64 {
    match u32::try_from(failures - free) {
        Ok(beyond) => (WAIT_FIRST_MS << beyond.min(10)).min(WAIT_MAX_MS),
        Err(_) => 0,
    }
}

/// A success clears the address of the person, and only itself from that of the machine: others may share it.
async fn forget_failure(db: &Db, by_email: &str, by_address: &str) -> Result<()> {
    use sea_orm::ExprTrait;
    transact!(db, |tx| {
        sign_in_failures::Entity::delete_by_id(by_email.to_owned()).exec(tx).await?;
        sign_in_failures::Entity::update_many()
            .col_expr(sign_in_failures::Column::Failures, Expr::col(sign_in_failures::Column::Failures).sub(1))
            .filter(sign_in_failures::Column::Subject.eq(by_address))
            .filter(sign_in_failures::Column::Failures.gt(0))
            .exec(tx)
            .await?;
        Ok(())
    })
}

fn parse_email(text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let valid = email.len() <= 254
        && !email.contains(|letter: char| letter.is_whitespace() || letter.is_control())
        && email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if valid { Ok(email) } else { Err(Error::invalid("email", "is not an e-mail address")) }
}

async fn hash_password(password: &str) -> Result<String> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Error::invalid("password", format!("needs at least {PASSWORD_CHARS_MIN} characters")));
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Error::invalid("password", format!("is longer than {PASSWORD_BYTES_MAX} bytes")));
    }
    let password = password.to_owned();
    HASHER
        .run(HASHES_BUSY, move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| Error::Io(std::io::Error::other(error.to_string())))
}

async fn verify_password(password: &str, hash: Option<String>) -> Result<bool> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let password = password.to_owned();
    let verify = move || {
        let hash = hash.as_deref().unwrap_or(&NOBODY);
        PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    };
    HASHER.run(HASHES_BUSY, verify).await
}

/// 128 random bits as text.
fn new_secret() -> String {
    ids::key("in", Uuid::from_u128(rand::rng().random()))
}

#[cfg(test)]
mod tests;
