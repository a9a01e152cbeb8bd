//! Who is added where, and as what.

use domain::states::{CompanyRole, PartnerRole};
use domain::{Instant, fields, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::access;
use super::links::{insert_link, new_secret};
use super::passwords::{check_password, hash_password, store_password};
use crate::act::Actor;
use crate::store::entities::{memberships, partnerships, users};
use crate::{Db, Error, Result, installation, transact};

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
    actor: Actor<'_>,
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
    let now = installation::now(db).await?;

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
        access::record_added(tx, place, &email, actor, now).await?;
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

/// The partner behind a company's partner key, to add members to it.
pub async fn find_partner(db: &Db, company_id: Uuid, partner_key: &str) -> Result<Uuid> {
    let found = partnerships::Entity::find()
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.eq(partner_key))
        .one(db.read())
        .await?;
    found.map(|row| row.partner_id).ok_or(Error::NotFound("partner"))
}
