//! One invoice: its totals, charges and history. One that accumulates likewise, as a preview.

use std::collections::HashMap;

use super::history::history;
use super::partners::{Partners, payout_tabs, payouts_of, shown};
use super::{files, stage};
use crate::audit::author;
use crate::lines::money;
use data::act::{Authors, people};
use data::rewards::figures;
use data::store::entities::{charge_attempts, companies, invoices};
use data::store::error::stored;
use data::{Db, Error, Result};
use domain::dates;
use domain::invoicing::{InvoiceSums, PartnerShare, sum};
use domain::list_query::ListQuery;
use domain::states::{AttemptState, InvoiceState, ProviderKind};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month, Rate};
use exchange::payment_files;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use views::home::MonthStrip;
use views::invoices::{Attempt, InvoiceActions, InvoiceDetail, InvoiceTotals};

/// An invoice by its number. Filters: `partner` (a key: opens that partner's rewards, `lines` is their cursor), `payout`
/// (a payout state's word) and `file` (a payment file's key).
pub async fn detail(db: &Db, company: &companies::Model, number: &str, query: &ListQuery, now: Instant) -> Result<InvoiceDetail> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    let invoice = data::billing::invoices::find(conn, company.id, number).await?;
    let state: InvoiceState = stored(&invoice.state)?;
    let month = Month(invoice.month);
    let (shares, sums) = data::billing::invoices::shares(conn, company, &invoice).await?;
    let currency: Currency = stored(&invoice.currency)?;
    let totals = totals(company, &shares, sums, currency);
    let kept = payment_files::of_invoice(conn, company.id, invoice.id).await?;
    let payouts = payouts_of(conn, &invoice).await?;
    let paid = shown(&zone, &payouts, &kept)?;
    let by_hand = files::ByHand::load(conn, company, &invoice, &kept, &paid).await?;
    let page = Partners { company, month, currency, query };
    let (partners, partner_count) = page.read(conn, &shares, &paid).await?;
    let mut history = history(conn, &zone, &invoice, &payouts).await?;
    let acted = history.iter().map(|entry| &entry.author).chain(kept.iter().map(|file| &file.made_by)).chain(&invoice.paused_by);
    let authors = Authors::load(conn, people(acted)).await?;
    for entry in &mut history {
        entry.author = author(&authors, &entry.author).to_owned();
    }
    let accumulating = company.accumulating_month(now)?;
    let local = |at: i64| dates::minute(&zone, Instant(at));
    Ok(InvoiceDetail {
        number: invoice.number.clone(),
        title: format!("{}, {currency}", month.long()),
        month: month.long(),
        month_word: month.to_string(),
        currency: invoice.currency.clone(),
        context: context(&zone, &invoice, state, now)?,
        state: Some(state),
        // The page's title has the month.
        strip: Some(MonthStrip {
            title: format!("Charge of {}", totals.charge.display()),
            ..stage::strip(&zone, &invoice, totals.charge, now)?
        }),
        paused: paused(&zone, &invoice, &authors),
        partners,
        partner_count,
        today: zone.date(now).to_string(),
        in_file: by_hand.in_file()?,
        in_no_file: by_hand.in_no_file()?,
        came_back: by_hand.came_back()?,
        payment_files: by_hand.payment_files(company, &authors, &zone)?,
        payout_states: payout_tabs(&paid),
        opened: page.opened(conn, &shares).await?,
        attempts: attempts(conn, &zone, &invoice).await?,
        history,
        frozen: invoice.frozen_at.map(local).unwrap_or_default(),
        digest: invoice.digest.clone().unwrap_or_default(),
        may: InvoiceActions {
            pause: state.open() && invoice.paused_at.is_none(),
            resume: state.open() && invoice.paused_at.is_some(),
            retry: state == InvoiceState::ChargeFailed,
            confirm: waiting_charge(conn, &invoice).await?,
            change_lines: state.open(),
            confirm_payouts: paid.values().any(|payout| payout.view.confirm),
            move_money: true,
        },
        to_review: if state.open() { figures::to_review_on(conn, &invoice).await? } else { 0 },
        next_month: month.next().max(Month(company.open_month)).long(),
        source_month: if state.open() { accumulating.to_string() } else { String::new() },
        totals,
    })
}

/// What the month that accumulates would come to if it ended now.
pub async fn preview(
    db: &Db,
    company: &companies::Model,
    month: Month,
    currency: Currency,
    query: &ListQuery,
    now: Instant,
) -> Result<InvoiceDetail> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    if month < Month(company.open_month) || month > company.accumulating_month(now)? {
        return Err(Error::NotFound("the invoice"));
    }
    let (shares, sums) = data::billing::invoices::preview(conn, company, month, currency.code()).await?;
    let totals = totals(company, &shares, sums, currency);
    let page = Partners { company, month, currency, query };
    let (partners, partner_count) = page.read(conn, &shares, &HashMap::new()).await?;
    let generated = stage::day_and_month(zone.date(zone.month_start(month.next())));
    Ok(InvoiceDetail {
        number: String::new(),
        title: format!("{} so far, {currency}", month.long()),
        month: month.long(),
        month_word: month.to_string(),
        currency: currency.code().to_owned(),
        context: format!("Still accumulating · will be generated on {generated} · {}", stage::future_charge(&zone, month)),
        state: None,
        strip: None,
        paused: String::new(),
        totals,
        partners,
        partner_count,
        payout_states: Vec::new(),
        opened: page.opened(conn, &shares).await?,
        attempts: Vec::new(),
        history: Vec::new(),
        frozen: String::new(),
        digest: String::new(),
        may: InvoiceActions::default(),
        to_review: 0,
        next_month: month.next().long(),
        source_month: String::new(),
        today: zone.date(now).to_string(),
        in_file: None,
        in_no_file: None,
        came_back: None,
        payment_files: None,
    })
}

fn context(zone: &Zone, invoice: &invoices::Model, state: InvoiceState, now: Instant) -> Result<String> {
    if state.open() {
        return Ok(capitalised(&stage::standing(zone, invoice, now)));
    }
    Ok(format!("{} · {}", capitalised(&stage::note(zone, invoice, now)?), zone.place()))
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

pub(super) fn totals(company: &companies::Model, shares: &[PartnerShare], sums: InvoiceSums, currency: Currency) -> InvoiceTotals {
    let money = |minor| Money::sum(minor, currency);
    InvoiceTotals {
        rewards: money(sums.total),
        lines: sums.lines,
        carried_in: money(sum(shares, |share| share.carried_in)),
        carried_out: money(sum(shares, |share| share.carried_out)),
        payouts: money(sums.payouts),
        fee: money(sums.fee),
        fee_percent: Rate(company.fee_ppm).percent(),
        charge: money(sums.charge),
    }
}

/// The number of the charge by hand that waits.
async fn waiting_charge<C: ConnectionTrait>(conn: &C, invoice: &invoices::Model) -> Result<Option<i32>> {
    let attempt = charge_attempts::Entity::find().filter(charge_attempts::Column::InFlight.eq(invoice.id)).one(conn).await?;
    Ok(attempt.filter(|attempt| attempt.provider == ProviderKind::Manual.word()).map(|attempt| attempt.number))
}

async fn attempts<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model) -> Result<Vec<Attempt>> {
    let rows = charge_attempts::Entity::find()
        .filter(charge_attempts::Column::InvoiceId.eq(invoice.id))
        .order_by_desc(charge_attempts::Column::Number)
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            let state: AttemptState = stored(&row.state)?;
            let note = row.error.or(row.provider_reference).unwrap_or_default();
            Ok(Attempt {
                number: row.number,
                amount: money(row.amount, &row.currency)?,
                state: match (state, row.provider == ProviderKind::Manual.word()) {
                    (AttemptState::InFlight, true) => "Waits for your confirmation".to_owned(),
                    _ => state.label().to_owned(),
                },
                failed: state == AttemptState::Failed,
                started: dates::minute(zone, Instant(row.started_at)),
                finished: row.finished_at.map(|at| dates::minute(zone, Instant(at))).unwrap_or_default(),
                note,
            })
        })
        .collect()
}

/// "by ada@example.com on 3 Apr 2026, 14:12: one sale is doubtful"
fn paused(zone: &Zone, invoice: &invoices::Model, authors: &Authors) -> String {
    let Some(at) = invoice.paused_at else { return String::new() };
    let by = author(authors, invoice.paused_by.as_deref().unwrap_or("somebody"));
    let reason = invoice.pause_reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("by {by} on {}{reason}", dates::minute(zone, Instant(at)))
}
