//! An invoice for the bookkeeper: company, partners, every line, how the total comes about.

use std::collections::HashMap;

use domain::invoicing::PartnerShare;
use domain::states::InvoiceState;
use domain::time::long_date;
use domain::{Currency, Instant, Month};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use views::invoices::{InvoicePrint, PrintedLine};

use super::detail::totals;
use super::partners::{partner_rows, payouts_of, shown};
use super::stage;
use crate::lines;
use data::billing::invoices::list::lines_of;
use data::store::entities::{companies, rewards};
use data::store::error::stored;
use data::store::names;
use data::{Db, Result};
use domain::dates;

/// More lines than these are not printed; the CSV has them.
const LINES_MAX: i64 = 2_000;

pub async fn print(db: &Db, company: &companies::Model, number: &str, now: Instant) -> Result<InvoicePrint> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    let invoice = data::billing::invoices::find(conn, company.id, number).await?;
    let state: InvoiceState = stored(&invoice.state)?;
    let (month, currency): (Month, Currency) = (Month(invoice.month), stored(&invoice.currency)?);
    let (shares, sums) = data::billing::invoices::shares(conn, company, &invoice).await?;
    let totals = totals(company, &shares, sums, currency);
    let paid = shown(&zone, &payouts_of(conn, &invoice).await?, &[])?;
    let wanted: Vec<&PartnerShare> = shares.iter().collect();
    let mut partners = partner_rows(conn, company, month, currency, &wanted, &paid).await?;
    partners.sort_by_cached_key(|partner| (domain::fold::fold(&partner.name), partner.key.clone()));

    let mut printed = Vec::new();
    if totals.lines <= LINES_MAX {
        let rows = rewards::Entity::find()
            .filter(lines_of(company.id, month, currency))
            .order_by_asc(rewards::Column::OccurredAt)
            .order_by_asc(rewards::Column::Id)
            .limit(LINES_MAX.unsigned_abs())
            .all(conn)
            .await?;
        let sales = names::transactions(conn, rows.iter().filter_map(|row| row.transaction_id)).await?;
        let references: Vec<Option<String>> = rows.iter().map(|row| sales.get(&row.transaction_id?).cloned()).collect();
        let mut by_partner: HashMap<String, Vec<PrintedLine>> = HashMap::new();
        for (line, reference) in lines::rewards(conn, company, rows).await?.into_iter().zip(references) {
            by_partner.entry(line.partner_key).or_default().push(PrintedLine {
                partner: line.partner_name,
                date: line.occurred,
                description: line.description,
                customer: line.customer.map(|customer| customer.label).unwrap_or_default(),
                reference: reference.unwrap_or(line.key),
                amount: line.amount,
            });
        }
        printed.extend(partners.iter().filter_map(|partner| by_partner.remove(&partner.key)).flatten());
    }
    let day = |at: i64| long_date(zone.date(Instant(at)));
    let status = match state {
        InvoiceState::Charged | InvoiceState::Paid => format!("charged {}", day(invoice.charged_at.unwrap_or(invoice.charge_due_at))),
        InvoiceState::InReview if invoice.paused_at.is_none() => format!("in review until {}", day(invoice.review_ends_at - 1)),
        _ => stage::note(&zone, &invoice, now)?,
    };
    let last_review_day = day(invoice.review_ends_at - 1);
    let mut facts = vec![
        ("Invoice".to_owned(), invoice.number.clone()),
        ("Month".to_owned(), month.long()),
        ("Issued".to_owned(), day(invoice.issued_at)),
        ("Review".to_owned(), format!("until {last_review_day}")),
    ];
    if let Some(at) = invoice.charged_at {
        facts.push(("Charged".to_owned(), day(at)));
    }
    facts.push(("Time zone".to_owned(), company.timezone.clone()));
    let foot = match (invoice.frozen_at, &invoice.digest) {
        (Some(at), Some(digest)) => {
            format!("Lines frozen on {}, {}. Seal {}", dates::minute(&zone, Instant(at)), zone.place(), spaced(digest))
        }
        _ => format!("In review as of {}: lines may still change.", dates::minute(&zone, now)),
    };
    let lines_left_out = if printed.is_empty() { totals.lines } else { 0 };
    Ok(InvoicePrint {
        number: invoice.number.clone(),
        month: month.long(),
        currency: currency.code().to_owned(),
        company: company.name.clone(),
        address: company.address.as_deref().unwrap_or_default().lines().map(str::to_owned).collect(),
        charged: invoice.charged_at.is_some(),
        status,
        facts,
        totals,
        partners,
        lines: printed,
        lines_left_out,
        foot,
    })
}

/// In groups that a person can compare.
fn spaced(digest: &str) -> String {
    let letters: Vec<char> = digest.chars().collect();
    letters.chunks(8).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
