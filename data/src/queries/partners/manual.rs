//! What the Manual Rewards drawer offers.

use chrono::Duration;
use domain::states::InvoiceState;
use domain::views::Choice;
use domain::views::partners::{Landing, ManualRewardForm};
use domain::{Currency, Instant, Month, invoicing};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entities::{companies, customers, invoices};
use crate::queries::page::List;
use crate::queries::{names, words};
use crate::search::{self, Kind};
use crate::{Db, Result, partners};

/// How many of the partner's customers the plain form lists.
const CUSTOMERS_LISTED: u64 = 200;
/// How many the search answers with.
const CUSTOMERS_FOUND: u32 = 20;

pub async fn form(db: &Db, company: &companies::Model, partner_key: &str, now: Instant) -> Result<ManualRewardForm> {
    let conn = &db.snapshot().await?;
    let partner = partners::find_by_key(conn, company.id, partner_key).await?;
    let zone = company.zone()?;
    let days = Duration::days(i64::from(partner.settlement_days));
    let landing = |invoice: Option<&invoices::Model>, month: Month, charge: Instant| Landing {
        invoice_number: invoice.map(|invoice| invoice.number.clone()).unwrap_or_default(),
        currency: invoice.map(|invoice| invoice.currency.clone()).unwrap_or_default(),
        month: month.long(),
        charge_date: words::date(zone.date(charge)),
        estimated_payment: words::date(zone.date(charge) + days),
    };
    let month = company.accumulating_month(now)?;
    let charge = invoicing::schedule(&zone, month, zone.month_start(month.next())).charge_due_at;
    let open = invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(invoices::Column::State.eq(InvoiceState::InReview.word()))
        .order_by_asc(invoices::Column::Seq)
        .all(conn)
        .await?;
    let customers = customers::Entity::find()
        .filter(customers::Column::CompanyId.eq(company.id))
        .filter(customers::Column::PartnershipId.eq(partner.id))
        .order_by_desc(customers::Column::CreatedAt)
        .limit(CUSTOMERS_LISTED)
        .all(conn)
        .await?;
    let own = company.currency.clone();
    let used = open.iter().map(|invoice| invoice.currency.clone());
    let mut currencies: Vec<String> = Vec::new();
    for code in std::iter::once(own).chain(used).chain(Currency::all().map(str::to_owned)) {
        if !currencies.contains(&code) {
            currencies.push(code);
        }
    }
    Ok(ManualRewardForm {
        currencies,
        customers: customers.iter().map(names::customer).collect(),
        next: landing(None, month, charge),
        in_review: open.iter().map(|row| landing(Some(row), Month(row.month), Instant(row.charge_due_at))).collect(),
        zone: zone.place(),
        partner_key: partner.partner_key,
        partner_name: partner.name,
    })
}

/// This partner's customers whose words begin with what was typed: the newest twenty.
pub async fn customers_of(db: &Db, company_id: Uuid, partner_key: &str, typed: &str) -> Result<Vec<Choice>> {
    use customers::Column;
    let partner = partners::find_by_key(db.read(), company_id, partner_key).await?;
    let scope = Condition::all().add(Column::CompanyId.eq(company_id)).add(Column::PartnershipId.eq(partner.id));
    let found = search::narrows(db.read(), company_id, Kind::Customer, typed, Column::Id).await?;
    let list: List<customers::Entity> = List { descending: true, rows: CUSTOMERS_FOUND, ..List::new(scope, Column::CreatedAt, Column::Id) };
    let list = list.narrowed(found);
    Ok(list.first(db.read()).await?.iter().map(names::customer).collect())
}
