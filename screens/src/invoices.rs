//! Invoices as the company sees them: the list, what accumulates, one of them.

use std::cmp::Reverse;
use std::collections::HashMap;

use domain::list_query::ListQuery;
use domain::states::InvoiceState;
use domain::zone::Zone;
use domain::{Instant, Money, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use views::home::MonthStrip;
use views::invoices::{InvoiceList, InvoiceRow};

use crate::lines::money;
use data::billing::invoices::{self, currency_lines};
use data::lists::page::List;
use data::store::entities::companies;
use data::store::entities::invoices::{Column, Entity, Model};
use data::store::error::stored;
use data::{Db, Result};

mod detail;
mod files;
mod history;
mod partners;
mod print;
pub mod stage;
#[cfg(test)]
mod tests;

pub use detail::{detail, preview};
pub use print::print;

/// A page of invoices, newest first; over it those in review and what the month that accumulates has so far.
/// Filters: `status` (an invoice state's word) and `currency`.
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<InvoiceList> {
    query.order(&["newest"], true)?;
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    let accumulating = company.accumulating_month(now)?;
    let scope = Condition::all().add(Column::CompanyId.eq(company.id));
    let list = List { filter: invoices::list::filter_of(query)?, descending: true, ..List::<Entity>::new(scope, Column::Seq, Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let mut found = list.page(conn, Some(&query.page), count).await?;
    sort(company, &mut found.rows);
    let mut rows = Vec::with_capacity(found.rows.len());
    let mut amounts = HashMap::new();
    for invoice in &found.rows {
        let amount = amount(conn, company, invoice).await?;
        rows.push(row(&zone, invoice, amount, now)?);
        amounts.insert(invoice.id, amount);
    }
    let strips = if query.page.is_empty() { strips(conn, company, &amounts, now).await? } else { Vec::new() };
    let so_far = accumulating_rows(conn, company, &zone, accumulating).await?;
    Ok(InvoiceList {
        context: stage::accumulating_context(&zone, accumulating),
        empty: rows.is_empty() && query.filters.is_empty() && query.page.is_empty() && so_far.is_empty(),
        accumulating: so_far,
        strips,
        page: domain::page::Page { rows, previous: found.previous, next: found.next },
    })
}

/// The newest month first, and in it the company's own currency and then the others by their codes.
fn sort(company: &companies::Model, invoices: &mut [Model]) {
    invoices.sort_by(|a, b| {
        let key = |invoice: &Model| (Reverse(invoice.month), invoice.currency != company.currency);
        key(a).cmp(&key(b)).then_with(|| a.currency.cmp(&b.currency))
    });
}

/// Lines and charge of an invoice.
type Amount = (i64, Money);

/// The life of the months in review, the newest first. Invoices of a month that stand at the same point share one strip.
async fn strips<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    known: &HashMap<Uuid, Amount>,
    now: Instant,
) -> Result<Vec<MonthStrip>> {
    let zone = company.zone()?;
    let mut in_review = Entity::find()
        .filter(Column::CompanyId.eq(company.id))
        .filter(Column::State.eq(InvoiceState::InReview.word()))
        .order_by_desc(Column::Seq)
        .all(conn)
        .await?;
    sort(company, &mut in_review);
    let mut strips: Vec<MonthStrip> = Vec::new();
    let mut last: Option<&Model> = None;
    for invoice in &in_review {
        let (_, amount) = match known.get(&invoice.id) {
            Some(known) => *known,
            None => amount(conn, company, invoice).await?,
        };
        let same = |other: &Model| {
            other.month == invoice.month
                && other.charge_due_at == invoice.charge_due_at
                && other.paused_at.is_some() == invoice.paused_at.is_some()
        };
        match strips.last_mut() {
            Some(strip) if last.is_some_and(same) => {
                strip.title.push_str(&format!(" · {}", amount.display()));
                strip.href = "/invoices?status=in_review".to_owned();
            }
            _ => strips.push(stage::strip(&zone, invoice, amount, now)?),
        }
        last = Some(invoice);
    }
    Ok(strips)
}

fn row(zone: &Zone, invoice: &Model, (lines, amount): Amount, now: Instant) -> Result<InvoiceRow> {
    Ok(InvoiceRow {
        number: invoice.number.clone(),
        month: Month(invoice.month).long(),
        state: Some(stored(&invoice.state)?),
        paused: invoice.paused_at.is_some(),
        lines,
        amount,
        note: stage::note(zone, invoice, now)?,
        href: format!("/invoices/{}", invoice.number),
    })
}

/// How many lines, and what is or would be charged.
pub(super) async fn amount<C: ConnectionTrait>(conn: &C, company: &companies::Model, invoice: &Model) -> Result<Amount> {
    if let (Some(lines), Some(charge)) = (invoice.lines, invoice.charge_amount) {
        return Ok((lines, money(charge, &invoice.currency)?));
    }
    let (_, sums) = data::billing::invoices::preview(conn, company, Month(invoice.month), &invoice.currency).await?;
    Ok((sums.lines, Money::sum(sums.charge, invoice.money_currency()?)))
}

async fn accumulating_rows<C: ConnectionTrait>(conn: &C, company: &companies::Model, zone: &Zone, month: Month) -> Result<Vec<InvoiceRow>> {
    let generated = stage::day_and_month(zone.date(zone.month_start(month.next())));
    let mut rows = Vec::new();
    let mut currencies = currency_lines(conn, company.id, month).await?;
    // The company's own first.
    currencies.sort_by_key(|lines| lines.currency != company.currency);
    for lines in currencies {
        let (_, sums) = data::billing::invoices::preview(conn, company, month, &lines.currency).await?;
        rows.push(InvoiceRow {
            number: String::new(),
            month: month.long(),
            state: None,
            paused: false,
            lines: lines.lines,
            amount: Money::sum(sums.charge, stored(&lines.currency)?),
            note: format!("will be generated on {generated}"),
            href: format!("/invoices/{month}-{}", lines.currency),
        });
    }
    Ok(rows)
}
