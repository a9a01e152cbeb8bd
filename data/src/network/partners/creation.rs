//! New partners.

use std::collections::HashMap;

use domain::facts::Fact;
use domain::states::PartnershipStatus;
use domain::{Instant, fields, ids};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::json;
use uuid::Uuid;

use super::find_in;
use super::keys::NO_PARTNER;
use super::spans::status_span;
use crate::act::Act;
use crate::lists::search;
use crate::programme::groups;
use crate::store::check::{Checks, new_key_fault, search_text, shown};
use crate::store::entities::{group_spans, partners, partnerships};
use crate::store::insert_all;
use crate::{Db, Error, Result, audit, transact};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPartner {
    pub partner_key: String,
    /// Empty: first and last name, or the key.
    pub name: String,
    /// Empty where unknown.
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// A group's key. Empty: the company's only group.
    pub group: String,
    pub tags: Vec<String>,
    pub manager: Option<String>,
}

/// Creates an approved partnership in its group from the beginning. Returns the partnership's id.
pub async fn create(db: &Db, act: &Act<'_>, input: &NewPartner) -> Result<Uuid> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let groups = groups::ids_by_key(tx, company_id).await?;
        let (input, group) = read(input, &groups)?;
        if find_in(tx, company_id, &input.partner_key).await?.is_some() {
            return Err(Error::invalid("partner_key", format!("“{}” is taken", shown(&input.partner_key))));
        }
        if let Some(fault) = new_key_fault(&input.partner_key) {
            return Err(Error::invalid("partner_key", fault));
        }
        let id = insert_new(tx, company_id, &[(&input, group)], now).await?[0];
        let fact = Fact::PartnerCreated { group: input.group.clone(), name: input.name.clone() };
        audit::record(tx, act, &input.partner_key, fact).await?;
        Ok(id)
    })
}

/// A new partner as it will be stored, and its group.
pub fn read(input: &NewPartner, groups: &HashMap<String, Uuid>) -> Result<(NewPartner, Uuid)> {
    let mut checks = Checks::new();
    let mut partner = NewPartner {
        partner_key: checks.take("partner_key", fields::key(&input.partner_key)),
        name: checks.take_optional("name", &input.name, fields::name),
        email: checks.take_optional("email", &input.email, fields::email),
        first_name: checks.take_optional("first_name", &input.first_name, fields::name),
        last_name: checks.take_optional("last_name", &input.last_name, fields::name),
        group: input.group.trim().to_owned(),
        tags: input.tags.iter().map(|tag| checks.take("tags", fields::name(tag))).collect(),
        manager: input.manager.as_ref().map(|name| checks.take_optional("manager", name, fields::name)),
    };
    if NO_PARTNER.contains(&partner.partner_key.as_str()) {
        checks.complain("partner_key", format!("“{}” means no partner in files: choose another key", partner.partner_key));
    }
    partner.name = display_name(&partner);
    let only = groups.values().next().filter(|_| partner.group.is_empty() && groups.len() == 1);
    let group = only.or_else(|| groups.get(&partner.group)).copied();
    if group.is_none() && partner.group.is_empty() {
        checks.complain("group", "is missing");
    } else if group.is_none() {
        checks.complain("group", format!("there is no group “{}”", shown(&partner.group)));
    }
    checks.finish()?;
    Ok((partner, group.ok_or(Error::NotFound("the group"))?))
}

/// The name a partner is shown by: its own, its person's, or its key.
fn display_name(partner: &NewPartner) -> String {
    let person = format!("{} {}", partner.first_name, partner.last_name);
    [partner.name.as_str(), person.trim(), &partner.partner_key].into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

/// Inserts checked partners whose keys are free. Returns the partnerships' ids in order.
pub async fn insert_new<C: ConnectionTrait>(tx: &C, company_id: Uuid, rows: &[(&NewPartner, Uuid)], now: Instant) -> Result<Vec<Uuid>> {
    let company = company_id.to_string();
    let mut ids = Vec::with_capacity(rows.len());
    let (mut organisations, mut contracts, mut spans, mut statuses) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (input, group_id) in rows {
        let id = ids::derive(now, &["partnership", &company, &input.partner_key]);
        let partner_id = ids::derive(now, &["partner", &company, &input.partner_key]);
        ids.push(id);
        organisations.push(partners::ActiveModel {
            id: Set(partner_id),
            key: Set(ids::short_key(partner_id)),
            name: Set(input.name.clone()),
            email: Set(input.email.clone()),
            created_at: Set(now.0),
        });
        spans.push(group_spans::ActiveModel {
            id: Set(ids::derive(now, &["group_span", &company, &input.partner_key, "0"])),
            company_id: Set(company_id),
            partnership_id: Set(id),
            group_id: Set(*group_id),
            valid_from: Set(Instant::BEGINNING.0),
            recorded_at: Set(now.0),
        });
        statuses.push(status_span(company_id, id, PartnershipStatus::Approved, Instant::BEGINNING, now));
        contracts.push(partnerships::ActiveModel {
            id: Set(id),
            company_id: Set(company_id),
            partner_id: Set(partner_id),
            partner_key: Set(input.partner_key.clone()),
            search: Set(search_text(&[&input.name, &input.email, &input.partner_key])),
            name: Set(input.name.clone()),
            email: Set(input.email.clone()),
            first_name: Set(input.first_name.clone()),
            last_name: Set(input.last_name.clone()),
            group_id: Set(*group_id),
            status: Set(PartnershipStatus::Approved.word().to_owned()),
            tags: Set(json!(input.tags).to_string()),
            manager: Set(input.manager.clone().filter(|name| !name.is_empty())),
            payout_method: Set("bank".to_owned()),
            settlement_days: Set(0),
            payout_account: Set(None),
            signups: Set(0),
            paid_customers: Set(0),
            revenue: Set(0),
            last_active_at: Set(now.0),
            joined_at: Set(now.0),
            held: Set(0),
        });
    }
    insert_all(tx, organisations).await?;
    search::add_partners(tx, &contracts).await?;
    insert_all(tx, contracts.iter().cloned()).await?;
    insert_all(tx, spans).await?;
    insert_all(tx, statuses).await?;
    Ok(ids)
}
