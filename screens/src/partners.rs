//! The list of all partners, and what the forms around it offer.

use data::lists::search;
use data::network::list as partners;
use data::store::entities::companies;
use data::store::error::stored;
use data::store::names;
use data::{Db, Result};
use domain::list_query::ListQuery;
use domain::{Money, dates};
use uuid::Uuid;
use views::Choice;
use views::partners::{PartnerForm, PartnerList, PartnerRow, PartnerTotals};

pub mod activity;
pub mod detail;
pub mod manual;
#[cfg(test)]
mod tests;

/// A page of the list that `query` asks for. Filters: `group` and `status` (their words), `tag`, `held` ("yes": with a
/// reward on hold), `from` and `to` (first and last day of joining, in the company's zone).
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery) -> Result<PartnerList> {
    let conn = &db.snapshot().await?;
    let groups = names::groups(conn, company.id).await?;
    let found = partners::find(conn, company, query, &groups).await?;
    let currency = company.money_currency()?;
    let zone = company.zone()?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let group = groups.iter().find(|(id, _)| *id == row.group_id).map(|(_, group)| group.label.clone());
        rows.push(PartnerRow {
            key: row.partner_key.clone(),
            name: row.name.clone(),
            email: row.email.clone(),
            group: group.unwrap_or_default(),
            status: stored(&row.status)?,
            signups: row.signups,
            paid_customers: row.paid_customers,
            revenue: Money::new(row.revenue, currency),
            last_active: dates::day(&zone, domain::Instant(row.last_active_at)),
        });
    }
    Ok(PartnerList {
        page: domain::page::Page { rows, previous: found.previous, next: found.next },
        count: found.totals.count,
        totals: found.totals.sums.and_then(|sums| match sums[..] {
            [signups, paid_customers, revenue] => Some(PartnerTotals { signups, paid_customers, revenue: Money::new(revenue, currency) }),
            _ => None,
        }),
        empty: found.empty,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        tags: search::tags(conn, company.id).await?,
    })
}

/// What the forms for a new or changed partner offer.
pub async fn form(db: &Db, company: &companies::Model) -> Result<PartnerForm> {
    let groups = names::groups(db.read(), company.id).await?.into_iter().map(|(_, group)| group).collect();
    Ok(PartnerForm { groups, tags: search::tags(db.read(), company.id).await? })
}

/// Partners whose words begin with what was typed, for a combobox: the first twenty by name.
pub async fn choices(db: &Db, company_id: Uuid, typed: &str) -> Result<Vec<Choice>> {
    Ok(partners::first(db, company_id, typed).await?.iter().map(names::partner).collect())
}
