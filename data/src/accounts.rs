//! People: who they are, what they belong to, and how they sign in.
//!
//! Passwords, links and throttling run on the machine's clock, also in a sandbox: `real_now` says so.

use std::sync::LazyLock;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use domain::states::{CompanyRole, PartnerRole};
use domain::{Instant, fields, ids};
use rand::RngExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::Id;
use uuid::Uuid;

pub mod access;
mod strength;
mod throttle;
mod traces;

pub use strength::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use throttle::Attempt;
use traces::Trace;

use crate::db::Db;
use crate::entities::{companies, memberships, partners, partnerships, sign_in_links, users};
use crate::error::{Error, Result, stored};
use crate::hashing::Queue;
use crate::secrets::hash;
use crate::transact;

pub const LINK_VALID_MS: i64 = 7 * Instant::DAY_MS;

/// Before each try to take back what was counted in advance.
const TAKE_BACK_PAUSES: [Duration; 4] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

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
    Partner { partner_id: Uuid, key: String, name: String, role: PartnerRole },
}

impl Membership {
    /// Where its pages are.
    pub fn place(&self) -> domain::Place {
        match self {
            Membership::Company { key, .. } => domain::Place::Company(key.clone()),
            Membership::Partner { key, .. } => domain::Place::Partner(key.clone()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Membership::Company { name, .. } | Membership::Partner { name, .. } => name,
        }
    }

    /// The person's role there, in words.
    pub fn role(&self) -> &'static str {
        match self {
            Membership::Company { role, .. } => role.label(),
            Membership::Partner { role, .. } => role.label(),
        }
    }
}

/// Somebody who showed who they are. Their session begins only while that still holds: see [`crate::sessions::begin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub user: User,
    /// The hash of the password that was checked, or set.
    password_hash: Option<String>,
}

impl SignedIn {
    /// Begins their session in place of `old`: see [`sessions::begin`].
    pub async fn begin_session(&self, db: &Db, old: Option<Id>, ends: OffsetDateTime) -> Result<Option<Id>> {
        crate::sessions::begin(db, self.user.id, self.password_hash.as_deref(), old, ends).await
    }

    /// Nobody asked for a password.
    pub fn without_password(user: User) -> SignedIn {
        SignedIn { user, password_hash: None }
    }
}

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

/// Adds a user or one more membership, or changes the role of a membership that is there. The last owner of a company stays one.
pub async fn add_user(
    db: &Db,
    place: Place,
    email: &str,
    name: Option<&str>,
    password: Option<&str>,
    author: &str,
    real_now: Instant,
) -> Result<AddedUser> {
    let email = fields::email(email).map_err(|error| Error::invalid("email", error.to_string()))?;
    let name = fields::optional(name.unwrap_or_default(), fields::name).map_err(|error| Error::invalid("name", error.to_string()))?;
    let name = name.unwrap_or_else(|| email.clone());
    let password_hash = match password {
        Some(password) => {
            let (company_ids, partner_ids) = match place {
                Place::Company(id, _) => (vec![id], Vec::new()),
                Place::Partner(id, _) => (Vec::new(), vec![id]),
            };
            check_password(db.read(), password, &name, &email, company_ids, partner_ids).await?;
            Some(hash_password(password).await?)
        }
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
                if let Some(password_hash) = &password_hash {
                    store_password(tx, user.id, password_hash).await?;
                }
                user.id
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
        access::record_added(tx, place, &email, author, now).await?;
        if let Some(secret) = &secret {
            insert_link(tx, id, secret, real_now).await?;
        }
        Ok(AddedUser { id, new, link: secret.clone() })
    })
}

/// Refuses a password that is easy to guess for those who know the person, and where they belong.
async fn check_password<C: ConnectionTrait>(
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
        if membership.role != role {
            access::refuse_last_owner(tx, &membership).await?;
        }
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
    let company_ids: Vec<Uuid> = rows.iter().filter_map(|row| row.company_id).collect();
    let partner_ids: Vec<Uuid> = rows.iter().filter_map(|row| row.partner_id).collect();
    // Nobody waits for the answer to a question about nothing.
    let companies = match company_ids.is_empty() {
        true => Vec::new(),
        false => {
            let theirs = companies::Entity::find().filter(companies::Column::Id.is_in(company_ids));
            theirs.order_by_asc(companies::Column::Name).all(conn).await?
        }
    };
    let partners = match partner_ids.is_empty() {
        true => Vec::new(),
        false => {
            let theirs = partners::Entity::find().filter(partners::Column::Id.is_in(partner_ids));
            theirs.order_by_asc(partners::Column::Name).all(conn).await?
        }
    };
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
            list.push(Membership::Partner {
                partner_id: partner.id,
                key: partner.key.clone(),
                name: partner.name.clone(),
                role: stored(&row.role)?,
            });
        }
    }
    Ok(list)
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
            take_back(db, &attempt);
            return Err(error);
        }
    };
    match (user, known_hash) {
        (Some(user), Some(password_hash)) if right => {
            if let Err(error) = note_success(db, &attempt, &user).await {
                take_back(db, &attempt);
                return Err(error);
            }
            let memberships = list_memberships(db.read(), user.id).await?;
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
    let now = crate::installation::now(db).await?;
    transact!(db, |tx| {
        attempt.forget(tx).await?;
        traces::record(tx, user, Trace::SignedIn, attempt.network, now).await
    })
}

/// A try that was no wrong password counts as no failure. Aside, and again for a while: the database failed a moment ago.
fn take_back(db: &Db, attempt: &Attempt<'_>) {
    let (db, subjects) = (db.clone(), attempt.subjects().map(|(subject, _)| subject));
    tokio::spawn(async move {
        for pause in TAKE_BACK_PAUSES {
            tokio::time::sleep(pause).await;
            match throttle::take_back(&db, &subjects).await {
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
            let now = crate::installation::now(&db).await?;
            traces::count_failure(&db, &user, &network, real_now, now).await
        };
        if let Err(error) = counted.await {
            tracing::warn!(%error, "a failed sign-in was not counted");
        }
    });
}

/// Whether this person signs in with this password. No try of theirs: it counts as no failure.
pub async fn has_password(db: &Db, email: &str, password: &str) -> Result<bool> {
    let user = users::Entity::find().filter(users::Column::Email.eq(email)).one(db.read()).await?;
    match user.and_then(|user| user.password_hash) {
        Some(hash) => verify_password(password, Some(hash)).await,
        None => Ok(false),
    }
}

/// Sets a password by a one-time link, which is used up by it, as are the person's other links. `None`: unknown, used before or
/// too old. A password that is refused leaves the link as it was.
pub async fn set_password_by_link(db: &Db, secret: &str, password: &str, address: &str, real_now: Instant) -> Result<Option<SignedIn>> {
    let token_hash = hash(secret);
    let Some(link) = find_open_link(db.read(), &token_hash, real_now).await? else { return Ok(None) };
    let user = users::Entity::find_by_id(link.user_id).one(db.read()).await?.ok_or(Error::NotFound("user"))?;
    let belongs = memberships::Entity::find().filter(memberships::Column::UserId.eq(user.id)).all(db.read()).await?;
    let company_ids = belongs.iter().filter_map(|row| row.company_id).collect();
    let partner_ids = belongs.iter().filter_map(|row| row.partner_id).collect();
    check_password(db.read(), password, &user.name, &user.email, company_ids, partner_ids).await?;
    let password_hash = hash_password(password).await?;
    let network = throttle::network(address);
    let now = crate::installation::now(db).await?;
    let set: bool = transact!(db, |tx| {
        let used = sign_in_links::Entity::update_many()
            .col_expr(sign_in_links::Column::UsedAt, Expr::value(real_now.0))
            .filter(sign_in_links::Column::TokenHash.eq(&token_hash))
            .filter(sign_in_links::Column::UsedAt.is_null())
            .filter(sign_in_links::Column::ExpiresAt.gt(real_now.0))
            .exec(tx)
            .await?;
        if used.rows_affected == 0 {
            return Ok(false);
        }
        store_password(tx, user.id, &password_hash).await?;
        traces::record(tx, &user, Trace::LinkUsed, &network, now).await?;
        Ok(true)
    })?;
    if !set {
        return Ok(None);
    }
    Ok(find_user(db, user.id).await?.map(|user| SignedIn { user, password_hash: Some(password_hash) }))
}

/// Whether a one-time link would still sign somebody in.
pub async fn link_is_open(db: &Db, secret: &str, real_now: Instant) -> Result<bool> {
    Ok(find_open_link(db.read(), &hash(secret), real_now).await?.is_some())
}

async fn find_open_link<C: ConnectionTrait>(conn: &C, token_hash: &str, real_now: Instant) -> Result<Option<sign_in_links::Model>> {
    let found = sign_in_links::Entity::find()
        .filter(sign_in_links::Column::TokenHash.eq(token_hash))
        .filter(sign_in_links::Column::UsedAt.is_null())
        .filter(sign_in_links::Column::ExpiresAt.gt(real_now.0))
        .one(conn)
        .await?;
    Ok(found)
}

/// Replaces a password, and ends the sessions that began with the old one. Links that were to set one are over.
async fn store_password<C: ConnectionTrait>(tx: &C, user_id: Uuid, password_hash: &str) -> Result<()> {
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
    crate::sessions::end_all(tx, user_id).await?;
    Ok(())
}

/// Removes counted failures, links and traces of sign-ins that no longer matter. Returns how many rows.
pub async fn purge_sign_ins(db: &Db, real_now: Instant) -> Result<u64> {
    let now = crate::installation::now(db).await?;
    let links: u64 = transact!(db, |tx| {
        let old = sign_in_links::Column::ExpiresAt.lt(real_now.0 - LINK_VALID_MS);
        Ok(sign_in_links::Entity::delete_many().filter(old).exec(tx).await?.rows_affected)
    })?;
    Ok(links + throttle::purge(db, real_now).await? + traces::purge(db, now).await?)
}

async fn hash_password(password: &str) -> Result<String> {
    let password = password.to_owned();
    HASHER
        .run(HASHES_BUSY, move || argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
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
        PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
    };
    HASHER.run(HASHES_BUSY, verify).await
}

/// 128 random bits as text.
fn new_secret() -> String {
    ids::key("in", Uuid::from_u128(rand::rng().random()))
}

#[cfg(test)]
mod tests;
