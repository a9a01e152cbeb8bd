//! What the Manual Rewards drawer offers.

use chrono::Duration;
use domain::doubts::of_reward;
use domain::page::listed;
use domain::states::InvoiceState;
use domain::{Currency, Instant, Money, Month, invoicing};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::Choice;
use views::partners::ManualRewardForm;

use crate::partners::detail;
use data::lists::page::List;
use data::lists::search;
use data::network::partners;
use data::rewards::figures;
use data::rewards::outlook::Payment;
use data::store::entities::{companies, customers, invoices};
use data::store::names;
use data::{Db, Result};
use domain::search_terms::Kind;
use domain::time::short_date;

/// How many of the partner's customers the plain form lists.
const CUSTOMERS_LISTED: u64 = 200;
/// How many the search answers with.
const CUSTOMERS_FOUND: u32 = 20;

pub async fn form(db: &Db, company: &companies::Model, partner_key: &str, now: Instant) -> Result<ManualRewardForm> {
    let conn = &db.snapshot().await?;
    let partner = partners::find_by_key(conn, company.id, partner_key).await?;
    let zone = company.zone()?;
    let days = Duration::days(i64::from(partner.settlement_days));
    let dates = |charge: Instant| {
        let charge = zone.date(charge);
        format!("Will be charged on {}, {}. Estimated payment date: {}.", short_date(charge), zone.place(), short_date(charge + days))
    };
    let month = company.accumulating_month(now)?;
    let charge = invoicing::schedule(&zone, month, zone.month_start(month.next())).charge_due_at;
    let open = invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(invoices::Column::State.eq(InvoiceState::InReview.word()))
        .order_by_asc(invoices::Column::Month)
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
    let next = format!("The {} invoice, which is accumulating", month.long());
    let mut onto = vec![Choice { value: "next".to_owned(), label: next, hint: dates(charge) }];
    onto.extend(in_review(&open, |invoice| match invoice.paused_at {
        Some(_) => "Paused now; charged once the pause ends.".to_owned(),
        None => dates(Instant(invoice.charge_due_at)),
    }));
    Ok(ManualRewardForm {
        currencies,
        customers: customers.iter().map(names::customer).collect(),
        onto,
        partner_key: partner.partner_key,
        partner_name: partner.name,
    })
}

/// The invoices of several currencies as one choice, those of the same dates in one sentence. `open` is in the order of the months.
fn in_review(open: &[invoices::Model], dates: impl Fn(&invoices::Model) -> String) -> Option<Choice> {
    // A paused invoice may be in review still when the next month's is: a reward goes onto the later one.
    let mut latest: Vec<&invoices::Model> = Vec::new();
    for invoice in open {
        latest.retain(|known| known.currency != invoice.currency);
        latest.push(invoice);
    }
    let first = latest.first()?;
    let month = Month(first.month).long();
    let label = match latest.as_slice() {
        [only] => format!("The {month} invoice {}, in review now", only.number),
        several if several.iter().all(|invoice| invoice.month == first.month) => format!("The {month} invoice in review now"),
        _ => "The invoice in review now".to_owned(),
    };
    let mut alike: Vec<(String, Vec<&str>)> = Vec::new();
    for invoice in &latest {
        let dates = dates(invoice);
        match alike.iter_mut().find(|(known, _)| *known == dates) {
            Some((_, codes)) => codes.push(&invoice.currency),
            None => alike.push((dates, vec![&invoice.currency])),
        }
    }
    let hint = match alike.as_slice() {
        [(dates, codes)] => format!("{dates} Takes rewards in {}.", listed(codes)),
        several => several.iter().map(|(dates, codes)| format!("{}: {dates}", listed(codes))).collect::<Vec<_>>().join(" "),
    };
    Some(Choice { value: "review".to_owned(), label, hint })
}

/// What is said of a reward that was just created: for whom it is, and when it is paid.
pub async fn created(db: &Db, company: &companies::Model, key: &str) -> Result<String> {
    let (line, payment) = detail::reward(db, company, key).await?;
    let when = match payment {
        Payment::Never | Payment::OnceDue | Payment::CameBack(_) => String::new(),
        Payment::OnceResumed => " Its invoice is paused; it is paid once the pause ends.".to_owned(),
        Payment::OnceCharged => " It is paid once its invoice is charged.".to_owned(),
        Payment::About(date) | Payment::Paid(date) => format!(" Estimated payment date: {}.", short_date(date)),
    };
    Ok(format!("Created a reward of {} for {}.{when}", line.amount, line.partner_name))
}

/// This partner's customers whose words begin with what was typed: the newest twenty.
pub async fn customers_of(db: &Db, company_id: Uuid, partner_key: &str, typed: &str) -> Result<Vec<Choice>> {
    use customers::Column;
    let partner = partners::find_by_key(db.read(), company_id, partner_key).await?;
    let scope = Condition::all().add(Column::CompanyId.eq(company_id)).add(Column::PartnershipId.eq(partner.id));
    let found = search::id_filters(db.read(), company_id, Kind::Customer, typed, Column::Id).await?;
    let list: List<customers::Entity> = List { descending: true, rows: CUSTOMERS_FOUND, ..List::new(scope, Column::CreatedAt, Column::Id) };
    let list = list.with_id_filters(found);
    Ok(list.first(db.read()).await?.iter().map(names::customer).collect())
}

/// The question that is asked before a reward far above the usual is given; None for a usual one, and for what is no amount at all.
pub async fn unusual(db: &Db, company_id: Uuid, amount: &str, currency: &str) -> Result<Option<String>> {
    let Ok(currency) = currency.trim().parse::<Currency>() else { return Ok(None) };
    let Ok(amount) = Money::parse(amount, currency) else { return Ok(None) };
    let doubt = of_reward(amount, figures::largest_earned(db.read(), company_id, currency).await?);
    Ok(doubt.map(|doubt| format!("{doubt} Is that right?")))
}
