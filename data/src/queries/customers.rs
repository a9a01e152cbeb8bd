//! The list of customers.

use domain::Instant;
use domain::page::{Count, Page};
use domain::views::customers::{CUSTOMER_SORTS, CustomerList, CustomerRow};
use domain::views::{Choice, ListQuery};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::page::{self, List};
use super::rewards::people;
use super::{names, words};
use crate::entities::companies;
use crate::entities::customers::{Column, Entity, Model};
use crate::search::{self, Kind};
use crate::{Db, Result, partners};

pub mod change;
pub mod detail;
pub mod forms;
#[cfg(test)]
mod tests;

/// The words of filters that ask one thing.
const YES_OR_NO: &[&str] = &["yes", "no"];

/// A page of the list that `query` asks for. Filters: `partner` (a key, or what nobody else begins with), `bought` and `test` ("yes" or "no"),
/// `from` and `to` (first and last day of becoming a customer, in the company's zone).
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery) -> Result<CustomerList> {
    let conn = &db.snapshot().await?;
    let partner = people::partner(conn, company.id, query.filter("partner")).await?;
    let list = List { filter: filter(company, query, partner.as_ref())?, ..ordered(company.id, query)? };
    let list = list.narrowed(search::narrows(conn, company.id, Kind::Customer, &query.search, Column::Id).await?);
    let totals = list.totals(conn, &[Column::Transactions]).await?;
    let found = list.page(conn, Some(&query.page), totals.count).await?;
    Ok(CustomerList {
        count: totals.count,
        transactions: totals.sums.and_then(|sums| sums.first().copied()),
        empty: totals.count == Count::Exactly(0) && !page::any::<_, Entity>(conn, Column::CompanyId.eq(company.id)).await?,
        partner: partner.map(|(_, choice)| choice),
        page: Page { rows: rows(conn, company, &found.rows).await?, previous: found.previous, next: found.next },
    })
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company.
pub async fn list_filter<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Condition>> {
    let partner = people::partner(conn, company.id, query.filter("partner")).await?;
    let own = filter(company, query, partner.as_ref())?;
    let words = search::matching(conn, company.id, Kind::Customer, &query.search, Column::Id).await?;
    let all = Condition::all().add_option(own).add_option(words);
    Ok((!all.is_empty()).then_some(all))
}

/// A page of one partner's customers.
pub async fn of_partner(db: &Db, company: &companies::Model, partner_key: &str, query: &ListQuery) -> Result<CustomerList> {
    let mut query = query.clone();
    query.filters.insert("partner".to_owned(), partner_key.to_owned());
    partners::find_by_key(db.read(), company.id, partner_key).await?;
    list(db, company, &query).await
}

/// Customers as rows of a list.
pub async fn rows<C: ConnectionTrait>(conn: &C, company: &companies::Model, rows: &[Model]) -> Result<Vec<CustomerRow>> {
    let zone = company.zone()?;
    let partners = names::partners(conn, rows.iter().filter_map(|row| row.partnership_id)).await?;
    let day = |at: i64| words::day(&zone, Instant(at));
    Ok(rows
        .iter()
        .map(|row| CustomerRow {
            key: row.customer_key.clone(),
            title: names::title(&row.name, &row.email, &row.customer_key),
            email: row.email.clone(),
            partner: row.partnership_id.and_then(|id| partners.get(&id).cloned()),
            test: row.test,
            since: day(row.created_at),
            first_purchase: row.first_purchase_at.map(day).unwrap_or_default(),
            transactions: row.transactions,
        })
        .collect())
}

/// Customers whose words begin with what was typed, for a combobox: the first twenty by name.
pub async fn choices(db: &Db, company_id: Uuid, typed: &str) -> Result<Vec<Choice>> {
    let found = search::narrows(db.read(), company_id, Kind::Customer, typed, Column::Id).await?;
    let list = List { rows: 20, ..List::<Entity>::new(scope(company_id), Column::Search, Column::Id) }.narrowed(found);
    Ok(list.first(db.read()).await?.iter().map(names::customer).collect())
}

fn scope(company_id: Uuid) -> Condition {
    Condition::all().add(Column::CompanyId.eq(company_id))
}

fn ordered(company_id: Uuid, query: &ListQuery) -> Result<List<Entity>> {
    let (word, descending) = query.order(CUSTOMER_SORTS, true)?;
    let sort = match word {
        "name" => Column::Search,
        "email" => Column::Email,
        _ => Column::CreatedAt,
    };
    Ok(List { descending, ..List::new(scope(company_id), sort, Column::Id) })
}

fn filter(company: &companies::Model, query: &ListQuery, partner: Option<&(Uuid, Choice)>) -> Result<Option<Condition>> {
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
    let since = words::days_asked(&company.zone()?, query, Column::CreatedAt)?;
    if !since.is_empty() {
        all = all.add(since);
    }
    Ok((!all.is_empty()).then_some(all))
}
