//! The list of customers.

use data::network::partners;
use data::sales::customers::list as customers;
use data::store::entities::companies;
use data::store::entities::customers::Model;
use data::store::names;
use data::{Db, Result};
use domain::list_query::ListQuery;
use domain::page::Page;
use domain::{Instant, dates};
use sea_orm::ConnectionTrait;
use uuid::Uuid;
use views::Choice;
use views::customers::{CustomerList, CustomerRow};

pub mod change;
pub mod detail;
pub mod forms;
#[cfg(test)]
mod tests;

/// A page of the list that `query` asks for. Filters: `partner` (a key, or what nobody else begins with), `bought` and `test` ("yes" or "no"),
/// `from` and `to` (first and last day of becoming a customer, in the company's zone).
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery) -> Result<CustomerList> {
    let conn = &db.snapshot().await?;
    let (found, partner) = customers::find(conn, company, query).await?;
    Ok(CustomerList {
        count: found.totals.count,
        transactions: found.totals.sums.and_then(|sums| sums.first().copied()),
        empty: found.empty,
        partner: partner.map(|(_, choice)| choice),
        page: Page { rows: rows(conn, company, &found.rows).await?, previous: found.previous, next: found.next },
    })
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
    let day = |at: i64| dates::day(&zone, Instant(at));
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
    Ok(customers::first(db, company_id, typed).await?.iter().map(names::customer).collect())
}
