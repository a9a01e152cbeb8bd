//! The list of all partners, and what the forms around it offer.

use domain::Money;
use domain::page::Count;
use domain::states::PartnershipStatus;
use domain::views::partners::{PARTNER_SORTS, PartnerForm, PartnerList, PartnerRow, PartnerTotals};
use domain::views::{Choice, ListQuery};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::page::{self, List, Narrow};
use super::{names, words};
use crate::entities::companies;
use crate::entities::partnerships::{Column, Entity};
use crate::error::stored;
use crate::search::{self, Kind};
use crate::{Db, Result};

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
    let list = ordered(company, query, &groups)?;
    let list = list.narrowed(narrows(conn, company.id, query).await?);
    let totals = list.totals(conn, &[Column::Signups, Column::PaidCustomers, Column::Revenue]).await?;
    let (word, _) = query.order(PARTNER_SORTS, true)?;
    let found = if word == "group" {
        let group = query.filter("group");
        let asked = groups.iter().filter(|(_, known)| group.is_empty() || known.value == group);
        let mut parts: Vec<List<Entity>> = asked.map(|(id, _)| part_of_group(*id, &list)).collect();
        if list.descending {
            parts.reverse();
        }
        page::page(conn, &parts, Some(&query.page), totals.count).await?
    } else {
        list.page(conn, Some(&query.page), totals.count).await?
    };
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
            last_active: words::day(&zone, domain::Instant(row.last_active_at)),
        });
    }
    Ok(PartnerList {
        page: domain::page::Page { rows, previous: found.previous, next: found.next },
        count: totals.count,
        totals: totals.sums.and_then(|sums| match sums[..] {
            [signups, paid_customers, revenue] => Some(PartnerTotals { signups, paid_customers, revenue: Money::new(revenue, currency) }),
            _ => None,
        }),
        empty: totals.count == Count::Exactly(0) && !page::any::<_, Entity>(conn, Column::CompanyId.eq(company.id)).await?,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        tags: search::tags(conn, company.id).await?,
    })
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company.
pub async fn list_filter<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Condition>> {
    let groups = names::groups(conn, company.id).await?;
    let all = filter(query, &groups)?.add(words::days_asked(&company.zone()?, query, Column::JoinedAt)?);
    let all = narrows(conn, company.id, query).await?.into_iter().fold(all, |all, part| all.add(part.test));
    Ok((!all.is_empty()).then_some(all))
}

/// What the forms for a new or changed partner offer.
pub async fn form(db: &Db, company: &companies::Model) -> Result<PartnerForm> {
    let groups = names::groups(db.read(), company.id).await?.into_iter().map(|(_, group)| group).collect();
    Ok(PartnerForm { groups, tags: search::tags(db.read(), company.id).await? })
}

/// Partners whose words begin with what was typed, for a combobox: the first twenty by name.
pub async fn choices(db: &Db, company_id: Uuid, typed: &str) -> Result<Vec<Choice>> {
    let found = search::narrows(db.read(), company_id, Kind::Partner, typed, Column::Id).await?;
    let list = List { rows: 20, ..List::<Entity>::new(scope(company_id), Column::Search, Column::Id) }.narrowed(found);
    Ok(list.first(db.read()).await?.iter().map(names::partner).collect())
}

fn scope(company_id: Uuid) -> Condition {
    Condition::all().add(Column::CompanyId.eq(company_id))
}

fn ordered(company: &companies::Model, query: &ListQuery, groups: &[(Uuid, Choice)]) -> Result<List<Entity>> {
    let (word, descending) = query.order(PARTNER_SORTS, true)?;
    let sort = match word {
        "name" => Column::Search,
        "owner" => Column::Email,
        "signups" => Column::Signups,
        "paid" => Column::PaidCustomers,
        "active" => Column::LastActiveAt,
        "group" | "joined" => Column::JoinedAt,
        _ => Column::Revenue,
    };
    let (scope, filter) = (scope(company.id), filter(query, groups)?);
    let joined = words::days_asked(&company.zone()?, query, Column::JoinedAt)?;
    // Sorted by the day of joining, the days asked for are a piece of the index.
    let (scope, filter) = if matches!(sort, Column::JoinedAt) { (scope.add(joined), filter) } else { (scope, filter.add(joined)) };
    let filter = (!filter.is_empty()).then_some(filter);
    // Partners on hold have an index of their own.
    let indexed = query.filter("held").is_empty();
    Ok(List { descending, filter, indexed, ..List::new(scope, sort, Column::Id) })
}

/// Sorted by group, the list is read group by group; within one, by the day of joining.
fn part_of_group(group_id: Uuid, list: &List<Entity>) -> List<Entity> {
    List { scope: list.scope.clone().add(Column::GroupId.eq(group_id)), part: format!("-{}", group_id.simple()), ..list.clone() }
}

/// What the partnership's own columns decide, beside the day of joining.
fn filter(query: &ListQuery, groups: &[(Uuid, Choice)]) -> Result<Condition> {
    let mut all = Condition::all();
    let group = query.filter("group");
    if !group.is_empty() {
        // A group that is not there matches nobody.
        let id = groups.iter().find(|(_, known)| known.value == group).map_or(Uuid::nil(), |(id, _)| *id);
        all = all.add(Column::GroupId.eq(id));
    }
    if let Some(status) = query.word::<PartnershipStatus>("status")? {
        all = all.add(Column::Status.eq(status.word()));
    }
    if query.one_of("held", &["yes"])?.is_some() {
        // The number is written out: the index has only these, which a database must see.
        all = all.add(Expr::col(Column::Held).gt(Expr::cust("0")));
    }
    Ok(all)
}

/// What other rows decide: words and tags.
async fn narrows<C: ConnectionTrait>(conn: &C, company_id: Uuid, query: &ListQuery) -> Result<Vec<Narrow>> {
    let mut parts = search::narrows(conn, company_id, Kind::Partner, &query.search, Column::Id).await?;
    let tag = query.filter("tag");
    if !tag.is_empty() {
        parts.push(search::tagged(conn, company_id, tag).await?);
    }
    Ok(parts)
}
