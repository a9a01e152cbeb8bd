//! Which customers the list of customers has.

use domain::Choice;
use domain::list_query::ListQuery;
use domain::page::Count;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::lists::page::{self, IdFilter, List};
use crate::lists::search;
use crate::lists::{Found, days_asked};
use crate::rewards::list::people;
use crate::store::entities::companies;
use crate::store::entities::customers::{Column, Entity, Model};
use crate::{Db, Result};
use domain::search_terms::Kind;

/// The columns that the list can be sorted by, the first by default.
pub const SORTS: &[&str] = &["since", "name", "email"];

/// The words of filters that ask one thing.
const YES_OR_NO: &[&str] = &["yes", "no"];

/// A page, with the sum of their transactions, and the partner that the filter names.
pub async fn find<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    query: &ListQuery,
) -> Result<(Found<Model>, Option<(Uuid, Choice)>)> {
    let partner = people::partner(conn, company.id, query.filter("partner")).await?;
    let mut list = List { filter: of_columns(company, query, partner.as_ref())?, ..ordered(company.id, query)? };
    if let Some((id, _)) = &partner {
        let theirs = Column::PartnershipId.eq(*id);
        let ids = Entity::find().select_only().column(Column::Id).filter(Column::CompanyId.eq(company.id)).filter(theirs.clone());
        list.id_filters.push(IdFilter::new(conn, ids.into_query(), Condition::all()).await?);
        // Newest or oldest first, a partner's customers have an index in that order.
        if matches!(list.sort, Column::CreatedAt) {
            list.scope = list.scope.add(theirs);
        }
    }
    let list = list.with_id_filters(search::id_filters(conn, company.id, Kind::Customer, &query.search, Column::Id).await?);
    let totals = list.totals(conn, &[Column::Transactions]).await?;
    let found = list.page(conn, Some(&query.page), totals.count).await?;
    let empty = totals.count == Count::Exactly(0) && !page::any::<_, Entity>(conn, Column::CompanyId.eq(company.id)).await?;
    Ok((Found { rows: found.rows, previous: found.previous, next: found.next, totals, empty }, partner))
}

/// Those whose words begin with what was typed: the first twenty by name.
pub async fn first(db: &Db, company_id: Uuid, typed: &str) -> Result<Vec<Model>> {
    let found = search::id_filters(db.read(), company_id, Kind::Customer, typed, Column::Id).await?;
    let list = List { rows: 20, ..List::<Entity>::new(scope(company_id), Column::Search, Column::Id) }.with_id_filters(found);
    list.first(db.read()).await
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company.
pub async fn filter_of<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Condition>> {
    let partner = people::partner(conn, company.id, query.filter("partner")).await?;
    let own = of_columns(company, query, partner.as_ref())?;
    let words = search::matching(conn, company.id, Kind::Customer, &query.search, Column::Id).await?;
    let all = Condition::all().add_option(own).add_option(words);
    Ok((!all.is_empty()).then_some(all))
}

fn scope(company_id: Uuid) -> Condition {
    Condition::all().add(Column::CompanyId.eq(company_id))
}

fn ordered(company_id: Uuid, query: &ListQuery) -> Result<List<Entity>> {
    let (word, descending) = query.order(SORTS, true)?;
    let sort = match word {
        "name" => Column::Search,
        "email" => Column::Email,
        _ => Column::CreatedAt,
    };
    Ok(List { descending, ..List::new(scope(company_id), sort, Column::Id) })
}

fn of_columns(company: &companies::Model, query: &ListQuery, partner: Option<&(Uuid, Choice)>) -> Result<Option<Condition>> {
    let mut all = Condition::all();
    // A partner who is not there has no customers.
    all = all.add_option(partner.map(|(id, _)| Column::PartnershipId.eq(*id)));
    match query.one_of("bought", YES_OR_NO)? {
        Some("yes") => all = all.add(Column::FirstPurchaseAt.is_not_null()),
        Some(_) => all = all.add(Column::FirstPurchaseAt.is_null()),
        None => {}
    }
    match query.one_of("test", YES_OR_NO)? {
        Some("yes") => all = all.add(Column::Test.eq(true)),
        Some(_) => all = all.add(Column::Test.eq(false)),
        None => {}
    }
    let since = days_asked(&company.zone()?, query, Column::CreatedAt)?;
    if !since.is_empty() {
        all = all.add(since);
    }
    Ok((!all.is_empty()).then_some(all))
}
