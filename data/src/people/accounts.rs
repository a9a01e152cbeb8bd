//! People: who they are, what they belong to, and how they sign in.
//!
//! Passwords, links and throttling run on the machine's clock, also in a sandbox: `real_now` says so.

use domain::states::{CompanyRole, PartnerRole};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::Id;
use uuid::Uuid;

pub mod access;
mod links;
mod members;
mod passwords;
mod sign_ins;
mod strength;
mod throttle;
mod traces;

pub use links::{LINK_VALID_MS, link_is_open, set_password_by_link};
pub use members::{AddedUser, Place, add_user, find_partner};
pub use passwords::has_password;
pub use sign_ins::{SignIn, purge_sign_ins, sign_in};
pub use strength::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};

use crate::people::sessions;
use crate::store::entities::{companies, memberships, partners, users};
use crate::store::error::stored;
use crate::{Db, Result};

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

/// Somebody who showed who they are. Their session begins only while that still holds: see [`crate::people::sessions::begin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub user: User,
    /// The hash of the password that was checked, or set.
    password_hash: Option<String>,
}

impl SignedIn {
    /// Begins their session in place of `old`: see [`sessions::begin`].
    pub async fn begin_session(&self, db: &Db, old: Option<Id>, ends: OffsetDateTime) -> Result<Option<Id>> {
        sessions::begin(db, self.user.id, self.password_hash.as_deref(), old, ends).await
    }

    /// Nobody asked for a password.
    pub fn without_password(user: User) -> SignedIn {
        SignedIn { user, password_hash: None }
    }
}

/// Who this is, with everything they belong to: companies first, then partners, each by name.
pub async fn find_user(db: &Db, user_id: Uuid) -> Result<Option<User>> {
    Ok(find_with_companies(db, user_id).await?.map(|(user, _)| user))
}

/// As [`find_user`], with the rows of the companies that they belong to.
pub async fn find_with_companies(db: &Db, user_id: Uuid) -> Result<Option<(User, Vec<companies::Model>)>> {
    let Some(user) = users::Entity::find_by_id(user_id).one(db.read()).await? else { return Ok(None) };
    let (memberships, companies) = list_memberships(db.read(), user_id).await?;
    Ok(Some((User { id: user.id, email: user.email, name: user.name, memberships }, companies)))
}

async fn list_memberships<C: ConnectionTrait>(conn: &C, user_id: Uuid) -> Result<(Vec<Membership>, Vec<companies::Model>)> {
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
    for company in &companies {
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
    Ok((list, companies))
}

#[cfg(test)]
mod tests;
