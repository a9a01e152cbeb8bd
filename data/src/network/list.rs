//! Which partners All partners lists.

use domain::Choice;
use domain::list_query::ListQuery;
use domain::page::Count;
use domain::states::PartnershipStatus;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::lists::page::{self, IdFilter, List};
use crate::lists::search;
use crate::lists::{Found, days_asked};
use crate::store::entities::companies;
use crate::store::entities::partnerships::{Column, Entity, Model};
use crate::store::names;
use crate::{Db, Result};
use domain::search_terms::Kind;

/// The columns that the list can be sorted by, the first by default.
pub const SORTS: &[&str] = &["revenue", "name", "owner", "group", "signups", "paid", "active", "joined"];

/// A page, with the sums of sign-ups, paying customers and revenue. `groups` are the company's, by name.
pub async fn find<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    query: &ListQuery,
    groups: &[(Uuid, Choice)],
) -> Result<Found<Model>> {
    let list = ordered(company, query, groups)?;
    let list = list.with_id_filters(id_filters(conn, company.id, query).await?);
    let totals = list.totals(conn, &[Column::Signups, Column::PaidCustomers, Column::Revenue]).await?;
    let (word, _) = query.order(SORTS, true)?;
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
    let empty = totals.count == Count::Exactly(0) && !page::any::<_, Entity>(conn, Column::CompanyId.eq(company.id)).await?;
    Ok(Found { rows: found.rows, previous: found.previous, next: found.next, totals, empty })
}

/// Those whose words begin with what was typed: the first twenty by name.
pub async fn first(db: &Db, company_id: Uuid, typed: &str) -> Result<Vec<Model>> {
    let found = search::id_filters(db.read(), company_id, Kind::Partner, typed, Column::Id).await?;
    let list = List { rows: 20, ..List::<Entity>::new(scope(company_id), Column::Search, Column::Id) }.with_id_filters(found);
    list.first(db.read()).await
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company.
pub async fn filter_of<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Condition>> {
    let groups = names::groups(conn, company.id).await?;
    let all = of_columns(query, &groups)?.add(days_asked(&company.zone()?, query, Column::JoinedAt)?);
    let all = id_filters(conn, company.id, query).await?.into_iter().fold(all, |all, part| all.add(part.test));
    Ok((!all.is_empty()).then_some(all))
}

fn scope(company_id: Uuid) -> Condition {
    Condition::all().add(Column::CompanyId.eq(company_id))
}

fn ordered(company: &companies::Model, query: &ListQuery, groups: &[(Uuid, Choice)]) -> Result<List<Entity>> {
    let (word, descending) = query.order(SORTS, true)?;
    let sort = match word {
        "name" => Column::Search,
        "owner" => Column::Email,
        "signups" => Column::Signups,
        "paid" => Column::PaidCustomers,
        "active" => Column::LastActiveAt,
        "group" | "joined" => Column::JoinedAt,
        _ => Column::Revenue,
    };
    let (scope, filter) = (scope(company.id), of_columns(query, groups)?);
    let joined = days_asked(&company.zone()?, query, Column::JoinedAt)?;
    // Sorted by the day of joining, the days asked for are a piece of the index.
    let joined = (!joined.is_empty()).then_some(joined);
    let (scope, filter) =
        if matches!(sort, Column::JoinedAt) { (scope.add_option(joined), filter) } else { (scope, filter.add_option(joined)) };
    let filter = (!filter.is_empty()).then_some(filter);
    Ok(List { descending, filter, ..List::new(scope, sort, Column::Id) })
}

/// Sorted by group, the list is read group by group; within one, by the day of joining.
fn part_of_group(group_id: Uuid, list: &List<Entity>) -> List<Entity> {
    List { scope: list.scope.clone().add(Column::GroupId.eq(group_id)), part: format!("-{}", group_id.simple()), ..list.clone() }
}

/// What the partnership's own columns decide, beside the day of joining.
fn of_columns(query: &ListQuery, groups: &[(Uuid, Choice)]) -> Result<Condition> {
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
        all = all.add(held());
    }
    Ok(all)
}

/// The number is written out: the index has only these, which a database must see.
fn held() -> Expr {
    Expr::col(Column::Held).gt(Expr::cust("0"))
}

/// What has an index of its own: words, tags, partners with rewards on hold.
async fn id_filters<C: ConnectionTrait>(conn: &C, company_id: Uuid, query: &ListQuery) -> Result<Vec<IdFilter>> {
    let mut parts = search::id_filters(conn, company_id, Kind::Partner, &query.search, Column::Id).await?;
    let tag = query.filter("tag");
    if !tag.is_empty() {
        parts.push(search::tagged(conn, company_id, tag).await?);
    }
    if !query.filter("held").is_empty() {
        let ids = Entity::find().select_only().column(Column::Id).filter(Column::CompanyId.eq(company_id)).filter(held());
        parts.push(IdFilter::new(conn, ids.into_query(), Condition::all()).await?);
    }
    Ok(parts)
}
