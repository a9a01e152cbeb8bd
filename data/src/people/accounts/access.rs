//! Who has access, and taking it away.

use domain::Instant;
use domain::facts::Fact;
use domain::states::CompanyRole;
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{Place, User, list_memberships};
use crate::act::{Act, Actor};
use crate::people::sessions;
use crate::store::entities::{companies, flashes, memberships, partnerships, sign_in_links, users};
use crate::store::error::stored;
use crate::{Db, Error, Result, audit, transact};

/// From where access is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Everywhere,
    Company(Uuid),
    Partner(Uuid),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedAccess {
    /// How many places the person no longer belongs to.
    pub places: usize,
    pub sessions: u64,
}

/// Everybody, or everybody who belongs to a company or to one of its partners; by address.
pub async fn list(db: &Db, company_id: Option<Uuid>) -> Result<Vec<User>> {
    let conn = db.read();
    let mut asked = users::Entity::find().order_by_asc(users::Column::Email);
    if let Some(company_id) = company_id {
        let partners = partnerships::Entity::find()
            .select_only()
            .column(partnerships::Column::PartnerId)
            .filter(partnerships::Column::CompanyId.eq(company_id));
        let here = Condition::any()
            .add(memberships::Column::CompanyId.eq(company_id))
            .add(memberships::Column::PartnerId.in_subquery(partners.into_query()));
        let members = memberships::Entity::find().select_only().column(memberships::Column::UserId).filter(here);
        asked = asked.filter(users::Column::Id.in_subquery(members.into_query()));
    }
    let mut list = Vec::new();
    for user in asked.all(conn).await? {
        let (memberships, _) = list_memberships(conn, user.id).await?;
        list.push(User { id: user.id, email: user.email, name: user.name, memberships });
    }
    Ok(list)
}

/// The companies that a partner has, each with the key that it knows the partner by.
pub async fn known_as(db: &Db, partner_id: Uuid) -> Result<Vec<(String, String)>> {
    let of = partnerships::Entity::find()
        .filter(partnerships::Column::PartnerId.eq(partner_id))
        .order_by_asc(partnerships::Column::JoinedAt)
        .all(db.read())
        .await?;
    let mut known = Vec::with_capacity(of.len());
    for partnership in of {
        known.push((crate::programme::companies::get(db.read(), partnership.company_id).await?.key, partnership.partner_key));
    }
    Ok(known)
}

/// Ends every session of a person. Returns how many that were.
pub async fn sign_out(db: &Db, email: &str, actor: Actor<'_>) -> Result<u64> {
    let now = crate::installation::now(db).await?;
    transact!(db, |tx| {
        let user = find(tx, email).await?;
        let ended = sessions::end_all(tx, user.id).await?;
        for company_id in companies_of(tx, user.id).await? {
            audit::record(tx, &Act { company_id, actor, now }, &user.email, Fact::UserSignedOut { sessions: ended }).await?;
        }
        Ok(ended)
    })
}

/// Takes a person's access away and ends their sessions. Whoever has no place left has no password and no link either. The last owner
/// of a company stays.
pub async fn remove(db: &Db, email: &str, from: Scope, actor: Actor<'_>) -> Result<RemovedAccess> {
    let now = crate::installation::now(db).await?;
    transact!(db, |tx| {
        let user = find(tx, email).await?;
        let all = memberships::Entity::find().filter(memberships::Column::UserId.eq(user.id)).all(tx).await?;
        let (gone, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|membership| match from {
            Scope::Everywhere => true,
            Scope::Company(id) => membership.company_id == Some(id),
            Scope::Partner(id) => membership.partner_id == Some(id),
        });
        if gone.is_empty() && from != Scope::Everywhere {
            return Err(not_there(tx, &user, &left, from).await?);
        }
        for membership in &gone {
            refuse_last_owner(tx, membership).await?;
            take(tx, &user, membership, actor, now).await?;
        }
        if left.is_empty() {
            users::Entity::update_many()
                .col_expr(users::Column::PasswordHash, Expr::value(None::<String>))
                .filter(users::Column::Id.eq(user.id))
                .exec(tx)
                .await?;
            sign_in_links::Entity::delete_many().filter(sign_in_links::Column::UserId.eq(user.id)).exec(tx).await?;
        }
        flashes::Entity::delete_by_id(user.id.to_string()).exec(tx).await?;
        Ok(RemovedAccess { places: gone.len(), sessions: sessions::end_all(tx, user.id).await? })
    })
}

/// Why a person's access is not taken from where they do not belong.
async fn not_there<C: ConnectionTrait>(tx: &C, user: &users::Model, memberships: &[memberships::Model], from: Scope) -> Result<Error> {
    let by_partner = match from {
        Scope::Company(company_id) => {
            let partners = memberships.iter().filter_map(|membership| membership.partner_id);
            partnerships::Entity::find()
                .filter(partnerships::Column::CompanyId.eq(company_id))
                .filter(partnerships::Column::PartnerId.is_in(partners))
                .one(tx)
                .await?
        }
        Scope::Partner(_) | Scope::Everywhere => None,
    };
    Ok(Error::conflict(match by_partner {
        Some(row) => format!("{} does not belong to the company itself, but to its partner “{}”", user.email, row.partner_key),
        None => format!("{} does not belong there", user.email),
    }))
}

async fn take<C: ConnectionTrait>(
    tx: &C,
    user: &users::Model,
    membership: &memberships::Model,
    actor: Actor<'_>,
    now: Instant,
) -> Result<()> {
    memberships::Entity::delete_by_id(membership.id).exec(tx).await?;
    if let Some(company_id) = membership.company_id {
        let fact = Fact::UserRemoved { role: stored(&membership.role)? };
        audit::record(tx, &Act { company_id, actor, now }, &user.email, fact).await?;
    }
    if let Some(partner_id) = membership.partner_id {
        let fact = Fact::MemberRemoved { role: stored(&membership.role)?, email: user.email.clone() };
        record_member(tx, partner_id, &fact, actor, now).await?;
    }
    Ok(())
}

/// In the log of the company, or of every company of the partner.
pub(super) async fn record_added<C: ConnectionTrait>(tx: &C, place: Place, email: &str, actor: Actor<'_>, now: Instant) -> Result<()> {
    match place {
        Place::Company(company_id, role) => audit::record(tx, &Act { company_id, actor, now }, email, Fact::UserAdded { role }).await,
        Place::Partner(partner_id, role) => {
            record_member(tx, partner_id, &Fact::MemberAdded { role, email: email.to_owned() }, actor, now).await
        }
    }
}

async fn record_member<C: ConnectionTrait>(tx: &C, partner_id: Uuid, fact: &Fact, actor: Actor<'_>, now: Instant) -> Result<()> {
    let of = partnerships::Entity::find().filter(partnerships::Column::PartnerId.eq(partner_id)).all(tx).await?;
    for partnership in of {
        audit::record(tx, &Act { company_id: partnership.company_id, actor, now }, &partnership.partner_key, fact.clone()).await?;
    }
    Ok(())
}

/// Before a person stops being what this membership says.
///
/// # Errors
/// `Conflict` for the last owner of a company.
pub(super) async fn refuse_last_owner<C: ConnectionTrait>(tx: &C, membership: &memberships::Model) -> Result<()> {
    let owner = CompanyRole::Owner.word();
    let Some(company_id) = membership.company_id.filter(|_| membership.role == owner) else { return Ok(()) };
    // Two that take each other's place away come one after the other.
    companies::Entity::update_many()
        .col_expr(companies::Column::Key, Expr::col(companies::Column::Key))
        .filter(companies::Column::Id.eq(company_id))
        .exec(tx)
        .await?;
    let others = memberships::Entity::find()
        .filter(memberships::Column::CompanyId.eq(company_id))
        .filter(memberships::Column::Role.eq(owner))
        .filter(memberships::Column::UserId.ne(membership.user_id))
        .count(tx)
        .await?;
    if others > 0 {
        return Ok(());
    }
    let company = crate::programme::companies::get(tx, company_id).await?;
    let user = users::Entity::find_by_id(membership.user_id).one(tx).await?.ok_or(Error::NotFound("user"))?;
    Err(Error::conflict(format!("{} is the last owner of {}: add another owner first", user.email, company.name)))
}

async fn companies_of<C: ConnectionTrait>(tx: &C, user_id: Uuid) -> Result<Vec<Uuid>> {
    let all = memberships::Entity::find().filter(memberships::Column::UserId.eq(user_id)).all(tx).await?;
    Ok(all.into_iter().filter_map(|membership| membership.company_id).collect())
}

async fn find<C: ConnectionTrait>(tx: &C, email: &str) -> Result<users::Model> {
    let email = email.trim().to_lowercase();
    users::Entity::find().filter(users::Column::Email.eq(email)).one(tx).await?.ok_or(Error::NotFound("user"))
}
