//! One-time links, by which people set their first password or a new one.

use domain::facts::Fact;
use domain::{Instant, ids};
use rand::RngExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::passwords::{check_password, hash_password, store_password};
use super::throttle;
use super::traces;
use super::{SignedIn, find_user};
use crate::store::entities::{memberships, sign_in_links, users};
use crate::store::secrets::hash;
use crate::{Db, Error, Result, installation, transact};

pub const LINK_VALID_MS: i64 = 7 * Instant::DAY_MS;

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
    let now = installation::now(db).await?;
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
        traces::record(tx, &user, &Fact::SignInLinkUsed { network: network.clone() }, now).await?;
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

pub(super) async fn insert_link<C: ConnectionTrait>(tx: &C, user_id: Uuid, secret: &str, now: Instant) -> Result<()> {
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

/// 128 random bits as text.
pub(super) fn new_secret() -> String {
    ids::key("in", Uuid::from_u128(rand::rng().random()))
}
