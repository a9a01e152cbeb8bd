//! The list of all partners, and what the forms around it offer.

use domain::Money;
use domain::page::Count;
use domain::states::{PartnershipStatus, RewardState};
use domain::views::partners::{PARTNER_SORTS, PartnerForm, PartnerList, PartnerRow, PartnerTotals};
use domain::views::{Choice, ListQuery};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::page::{self, List, Narrow};
use super::{names, words};
use crate::entities::partnerships::{Column, Entity, Model};
use crate::entities::{companies, rewards};
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
    let list = List { filter: filter(company, query, &groups)?, ..ordered(company.id, query) };
    let list = list.narrowed(narrows(conn, company.id, query).await?);
    let totals = list.totals(conn, &[Column::Signups, Column::PaidCustomers, Column::Revenue]).await?;
    let (word, _) = query.order(PARTNER_SORTS, true);
    let found = if word == "group" {
        let mut parts: Vec<List<Entity>> = groups.iter().map(|(id, _)| part_of_group(company.id, *id, &list)).collect();
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
            joined: words::day(&zone, domain::Instant(row.joined_at)),
        });
    }
    Ok(PartnerList {
        page: domain::page::Page { rows, previous: found.previous, next: found.next },
        count: totals.count,
        totals: totals.sums.and_then(|sums| match sums[..] {
            [signups, paid_customers, revenue] => Some(PartnerTotals { signups, paid_customers, revenue: Money::new(revenue, currency) }),
            _ => None,
        }),
        empty: totals.count == Count::Exactly(0) && !any(conn, company.id).await?,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        tags: search::tags(conn, company.id).await?,
    })
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company.
pub async fn list_filter<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Condition>> {
    let groups = names::groups(conn, company.id).await?;
    let list = List { filter: filter(company, query, &groups)?, ..ordered(company.id, query) };
    let parts = narrows(conn, company.id, query).await?;
    Ok(if parts.is_empty() { list.filter } else { Some(list.filter.unwrap_or_else(Condition::all).add(tests(parts))) })
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
    let count = list.totals(db.read(), &[]).await?.count;
    Ok(list.page(db.read(), None, count).await?.rows.iter().map(names::partner).collect())
}

fn scope(company_id: Uuid) -> Condition {
    Condition::all().add(Column::CompanyId.eq(company_id))
}

fn ordered(company_id: Uuid, query: &ListQuery) -> List<Entity> {
    let (word, descending) = query.order(PARTNER_SORTS, true);
    let sort = match word {
        "name" => Column::Search,
        "owner" => Column::Email,
        "signups" => Column::Signups,
        "paid" => Column::PaidCustomers,
        "active" => Column::LastActiveAt,
        "group" | "joined" => Column::JoinedAt,
        _ => Column::Revenue,
    };
    List { descending, ..List::new(scope(company_id), sort, Column::Id) }
}

/// Sorted by group, the list is read group by group; within one, by the day of joining.
fn part_of_group(company_id: Uuid, group_id: Uuid, list: &List<Entity>) -> List<Entity> {
    List { scope: scope(company_id).add(Column::GroupId.eq(group_id)), part: format!("-{}", group_id.simple()), ..list.clone() }
}

/// What the partnership's own columns decide.
fn filter(company: &companies::Model, query: &ListQuery, groups: &[(Uuid, Choice)]) -> Result<Option<Condition>> {
    let mut all = Condition::all();
    let group = query.filter("group");
    if !group.is_empty() {
        // A group that is not there matches nobody.
        let id = groups.iter().find(|(_, known)| known.value == group).map_or(Uuid::nil(), |(id, _)| *id);
        all = all.add(Column::GroupId.eq(id));
    }
    if let Ok(status) = query.filter("status").parse::<PartnershipStatus>() {
        all = all.add(Column::Status.eq(status.word()));
    }
    let zone = company.zone()?;
    if let Some(from) = words::typed_date(query.filter("from")) {
        all = all.add(Column::JoinedAt.gte(zone.first_instant(from).0));
    }
    if let Some(to) = words::typed_date(query.filter("to")).and_then(|to| to.succ_opt()) {
        all = all.add(Column::JoinedAt.lt(zone.first_instant(to).0));
    }
    Ok((!all.is_empty()).then_some(all))
}

/// What other rows decide: words, tags, rewards on hold.
async fn narrows<C: ConnectionTrait>(conn: &C, company_id: Uuid, query: &ListQuery) -> Result<Vec<Narrow>> {
    let mut parts = search::narrows(conn, company_id, Kind::Partner, &query.search, Column::Id).await?;
    let tag = query.filter("tag");
    if !tag.is_empty() {
        parts.push(search::tagged(conn, company_id, tag, Column::Id).await?);
    }
    if !query.filter("held").is_empty() {
        parts.push(held(conn, company_id).await?);
    }
    Ok(parts)
}

/// Partners with a reward on hold.
async fn held<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Narrow> {
    use rewards::Column as Reward;
    let on_hold = Reward::State.eq(RewardState::Hold.word());
    let mut ids = Query::select();
    ids.column(Reward::PartnershipId.as_column_ref())
        .from(rewards::Entity)
        .and_where(Reward::CompanyId.eq(company_id))
        .and_where(on_hold.clone())
        // No key is empty: a column that no wide index has, so that SQLite looks up those on hold and reads nothing else.
        .and_where(Reward::Key.ne(""));
    let mut test = Query::select();
    test.expr(Expr::cust("1"))
        .from(rewards::Entity)
        .and_where(Expr::col(Reward::PartnershipId.as_column_ref()).equals(Column::Id.as_column_ref()))
        .and_where(on_hold);
    Ok(Narrow { size: page::counted(conn, ids.clone(), page::FEW + 1).await?, ids, test: Expr::exists(test) })
}

fn tests(parts: Vec<Narrow>) -> Condition {
    parts.into_iter().fold(Condition::all(), |all, part| all.add(part.test))
}

async fn any<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<bool> {
    let one: Option<Model> = Entity::find().filter(Column::CompanyId.eq(company_id)).limit(1).one(conn).await?;
    Ok(one.is_some())
}
