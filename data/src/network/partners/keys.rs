//! Another key for a partner.

use domain::facts::Fact;
use domain::fields;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::lists::search;
use crate::store::check::{new_key_fault, search_text, shown};
use crate::store::entities::{companies, partnerships};
use crate::{Db, Error, Result, audit, installation, transact};

/// What files of attributions write for no partner: no partner has such a key.
pub const NO_PARTNER: [&str; 2] = ["none", "-"];

/// Gives a partner another key. Works on an earlier schema too: a key that files give a meaning of its own stops its way up.
///
/// # Errors
/// `NotFound`, and `Invalid` (field `partner_key`) where the new key is taken or reserved.
pub async fn rename_key(db: &Db, company: &str, old: &str, new: &str, actor: Actor<'_>) -> Result<()> {
    let key = fields::key(new).map_err(|error| Error::invalid("partner_key", error.to_string()))?;
    refuse_reserved(&key)?;
    transact!(db, |tx| {
        let companies = companies::Entity::find().select_only().column(companies::Column::Id);
        let company_id: Option<Uuid> = companies.filter(companies::Column::Key.eq(company)).into_tuple().one(tx).await?;
        let company_id = company_id.ok_or(Error::NotFound("the company"))?;
        let known = partnerships::Entity::find()
            .select_only()
            .columns([partnerships::Column::Id, partnerships::Column::PartnerKey, partnerships::Column::Name, partnerships::Column::Email])
            .filter(partnerships::Column::CompanyId.eq(company_id))
            .filter(partnerships::Column::PartnerKey.is_in([old, &key]));
        let known: Vec<(Uuid, String, String, String)> = known.into_tuple().all(tx).await?;
        let (id, _, name, email) = known.iter().find(|(_, known, ..)| known == old).ok_or(Error::NotFound("the partner"))?;
        if old == key {
            return Ok(());
        }
        if known.iter().any(|(_, known, ..)| *known == key) {
            return Err(Error::invalid("partner_key", format!("“{}” is taken", shown(&key))));
        }
        if let Some(fault) = new_key_fault(&key) {
            return Err(Error::invalid("partner_key", fault));
        }
        partnerships::Entity::update_many()
            .col_expr(partnerships::Column::PartnerKey, Expr::value(key.as_str()))
            .col_expr(partnerships::Column::Search, Expr::value(search_text(&[name, email, &key])))
            .filter(partnerships::Column::Id.eq(*id))
            .exec(tx)
            .await?;
        search::add_partner_key(tx, company_id, *id, &key).await?;
        let now = installation::now_in(tx).await?;
        // Under both names, so that whoever reads the log finds the partner from either.
        let (from, to) = (old.to_owned(), key.clone());
        audit::record(tx, &Act { company_id, actor, now }, old, Fact::PartnerKeyGivenUp { from: from.clone(), to: to.clone() }).await?;
        audit::record(tx, &Act { company_id, actor, now }, &key, Fact::PartnerKeyChanged { from, to }).await
    })
}

fn refuse_reserved(key: &str) -> Result<()> {
    if NO_PARTNER.contains(&key) {
        return Err(Error::invalid("partner_key", format!("“{key}” means no partner in files: choose another key")));
    }
    Ok(())
}
