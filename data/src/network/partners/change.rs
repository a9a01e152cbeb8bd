//! Changes to who a partner is and how they are paid.

use domain::facts::{Fact, PartnerFields};
use domain::{bank, fields};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::get;
use crate::act::Act;
use crate::lists::search;
use crate::store::check::{Checks, search_text};
use crate::store::entities::{partners, partnerships};
use crate::store::seen::{self, refuse_stale};
use crate::{Db, Result, audit, transact};

/// The longest that a payout method may take to settle.
pub const SETTLEMENT_DAYS_MAX: i32 = 60;

/// What is `None` keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub tags: Option<Vec<String>>,
    /// An empty name stands for nobody.
    pub manager: Option<String>,
    pub payout_method: Option<String>,
    /// IBAN or the like; empty for none.
    pub payout_account: Option<String>,
    pub settlement_days: Option<i32>,
}

/// Changes what `change` names. Returns whether anything was different.
pub async fn update(db: &Db, act: &Act<'_>, partnership_id: Uuid, change: &PartnerChange) -> Result<bool> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        update_row(tx, act, row, change).await
    })
}

/// As [`update`], for a form that shows every value: refused where they are not those that it had seen.
pub async fn update_seen(db: &Db, act: &Act<'_>, partnership_id: Uuid, change: &PartnerChange, seen: &str) -> Result<bool> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        refuse_stale("partner", seen, &edited(&row)?, &edited(&changed(&row, change)?)?)?;
        update_row(tx, act, row, change).await
    })
}

/// What the form shows of a partner.
pub fn edited(row: &partnerships::Model) -> Result<seen::Values> {
    Ok(vec![
        ("name", "Name", row.name.clone()),
        ("email", "Email", row.email.clone()),
        ("first_name", "First name", row.first_name.clone()),
        ("last_name", "Last name", row.last_name.clone()),
        ("tags", "Tags", search::tags_of(&row.tags)?.join(", ")),
        ("manager", "Manager", row.manager.clone().unwrap_or_default()),
        ("payout_account", "Account", row.payout_account.clone().unwrap_or_default()),
        ("settlement_days", "Settlement days", row.settlement_days.to_string()),
    ])
}

pub async fn update_row<C: ConnectionTrait>(tx: &C, act: &Act<'_>, before: partnerships::Model, change: &PartnerChange) -> Result<bool> {
    let after = changed(&before, change)?;
    if after == before {
        return Ok(false);
    }
    let fields = |of: partnerships::Model| PartnerFields {
        name: of.name,
        email: of.email,
        tags: of.tags,
        manager: of.manager,
        payout_method: of.payout_method,
        settlement_days: of.settlement_days,
        payout_account: of.payout_account,
    };
    let fact = Fact::PartnerChanged { before: fields(before), after: fields(after.clone()) };
    let key = after.partner_key.clone();
    let organisation = partners::ActiveModel {
        id: Set(after.partner_id),
        name: Set(after.name.clone()),
        email: Set(after.email.clone()),
        ..Default::default()
    };
    organisation.update(tx).await?;
    search::replace_partner(tx, &after).await?;
    after.clone().into_active_model().reset_all().update(tx).await?;
    audit::record(tx, act, &key, fact).await?;
    Ok(true)
}

/// The row as `change` would leave it.
pub fn changed(row: &partnerships::Model, change: &PartnerChange) -> Result<partnerships::Model> {
    let mut checks = Checks::new();
    let mut after = row.clone();
    for (field, value, slot) in [
        ("first_name", &change.first_name, &mut after.first_name),
        ("last_name", &change.last_name, &mut after.last_name),
        ("payout_method", &change.payout_method, &mut after.payout_method),
    ] {
        if let Some(value) = value {
            *slot = checks.take_optional(field, value, fields::name);
        }
    }
    if let Some(name) = &change.name {
        after.name = checks.take("name", fields::name(name));
    }
    if let Some(email) = &change.email {
        after.email = checks.take_optional("email", email, fields::email);
    }
    if let Some(tags) = &change.tags {
        let tags: Vec<String> = tags.iter().map(|tag| checks.take("tags", fields::name(tag))).collect();
        after.tags = json!(tags).to_string();
    }
    if let Some(manager) = &change.manager {
        after.manager = checks.take("manager", fields::optional(manager, fields::name));
    }
    if let Some(account) = &change.payout_account {
        checks.take("payout_account", fields::optional(account, fields::name));
        after.payout_account = checks.take("payout_account", bank::account(account)).map(|account| account.stored().to_owned());
        // In the same form as before, it is the one that is there.
        if bank::stored_account(row.payout_account.as_deref().unwrap_or_default()).map(|account| account.stored().to_owned())
            == after.payout_account
        {
            after.payout_account.clone_from(&row.payout_account);
        }
    }
    if let Some(days) = change.settlement_days {
        if !(0..=SETTLEMENT_DAYS_MAX).contains(&days) {
            checks.complain("settlement_days", format!("{days} is not between 0 and {SETTLEMENT_DAYS_MAX}"));
        }
        after.settlement_days = days;
    }
    after.search = search_text(&[&after.name, &after.email, &after.partner_key]);
    checks.finish()?;
    Ok(after)
}
