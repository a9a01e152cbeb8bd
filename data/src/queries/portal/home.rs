//! The partner's first screen: what is coming, what came, what is promised.

use std::collections::BTreeMap;

use domain::offers::version_in_force;
use domain::states::{InvoiceState, RewardState};
use domain::views::home::MonthBar;
use domain::views::portal::{OfferSeen, PartnerHome};
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Desk, earnings};
use crate::entities::{companies, invoices, offers, partnerships, rewards};
use crate::error::stored;
use crate::queries::invoices::stage;
use crate::queries::lines::money;
use crate::{Db, Result};

const MONTHS: i32 = 12;
const RECENT: u64 = 5;

pub async fn home(db: &Db, partner_id: Uuid, now: Instant) -> Result<PartnerHome> {
    let conn = &db.snapshot().await?;
    let desk = Desk::of(conn, partner_id).await?;
    let recent = rewards::Entity::find()
        .filter(desk.rewards())
        .order_by_desc(rewards::Column::CreatedAt)
        .order_by_desc(rewards::Column::Id)
        .limit(RECENT)
        .all(conn)
        .await?;
    let recent = desk.lines(conn, recent).await?;
    let found = desk.invoices(conn).await?;
    let mut next = Vec::new();
    for invoice in found.iter().filter(|invoice| invoice.state == InvoiceState::InReview.word()) {
        let company = desk.company(invoice.company_id)?;
        let due = own_share(conn, &desk, invoice).await?;
        if due > 0 {
            let mut strip = stage::strip(&company.zone()?, invoice, money(due, &invoice.currency)?, now)?;
            strip.href = "/commissions?status=in_review".to_owned();
            next.push(strip);
        }
    }
    let mut promised = Vec::new();
    for partnership in &desk.partnerships {
        promised.extend(offers_of(conn, desk.company(partnership.company_id)?, partnership, now).await?);
    }
    Ok(PartnerHome {
        earnings: earnings::of(conn, &desk).await?,
        next,
        recent,
        months: bars(conn, &desk, &found, now).await?,
        offers: promised,
    })
}

/// What the partner's lines on an invoice come to.
async fn own_share<C: ConnectionTrait>(conn: &C, desk: &Desk, invoice: &invoices::Model) -> Result<i64> {
    let mut select = Query::select();
    select
        .from(rewards::Entity)
        .expr_as(Expr::col(rewards::Column::Amount).sum().cast_as(Alias::new("BIGINT")), Alias::new("total"))
        .cond_where(desk.rewards())
        .and_where(rewards::Column::CompanyId.eq(invoice.company_id))
        .and_where(rewards::Column::InvoiceMonth.eq(invoice.month))
        .and_where(rewards::Column::Currency.eq(invoice.currency.as_str()))
        .and_where(rewards::Column::State.is_in(["pending", "approved"]));
    let row = conn.query_one(&select).await?;
    Ok(row.map(|row| row.try_get::<Option<i64>>("", "total")).transpose()?.flatten().unwrap_or(0))
}

/// What is promised now, for a customer who would come today.
async fn offers_of<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    partnership: &partnerships::Model,
    now: Instant,
) -> Result<Vec<OfferSeen>> {
    let rows =
        offers::Entity::find().filter(offers::Column::CompanyId.eq(company.id)).order_by_asc(offers::Column::Position).all(conn).await?;
    let mut seen = Vec::new();
    for row in rows.into_iter().filter(|row| row.group_id.is_none_or(|group| group == partnership.group_id)) {
        let versions = crate::offers::versions(conn, company.id, row.id).await?;
        let Some(version) = version_in_force(&versions, now, now).filter(|version| !version.triggers.is_empty()) else { continue };
        seen.push(OfferSeen {
            company: company.name.clone(),
            description: version.description.clone(),
            sentences: version.triggers.iter().map(|trigger| trigger.sentence()).collect(),
            examples: version.triggers.iter().map(|trigger| trigger.example()).collect(),
        });
    }
    Ok(seen)
}

/// Twelve months in the currency with most commissions, by what became of them.
async fn bars<C: ConnectionTrait>(conn: &C, desk: &Desk, found: &[invoices::Model], now: Instant) -> Result<Vec<MonthBar>> {
    let Some(company) = desk.companies.values().next() else { return Ok(Vec::new()) };
    let last = company.accumulating_month(now)?;
    let first = last.plus(1 - MONTHS);
    use rewards::Column;
    let mut select = Query::select();
    select
        .from(rewards::Entity)
        .columns([Column::InvoiceMonth, Column::Currency, Column::State])
        .expr_as(Expr::col(Column::Amount).sum().cast_as(Alias::new("BIGINT")), Alias::new("total"))
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("lines"))
        .cond_where(desk.rewards())
        .and_where(Column::InvoiceMonth.gte(first.0))
        .group_by_col(Column::InvoiceMonth)
        .group_by_col(Column::Currency)
        .group_by_col(Column::State);
    let mut sums: Vec<(Month, Currency, RewardState, i64)> = Vec::new();
    let mut lines: BTreeMap<Currency, i64> = BTreeMap::new();
    for row in conn.query_all(&select).await? {
        let currency: Currency = stored(&row.try_get::<String>("", "currency")?)?;
        *lines.entry(currency).or_default() += row.try_get::<i64>("", "lines")?;
        let state: RewardState = stored(&row.try_get::<String>("", "state")?)?;
        sums.push((Month(row.try_get("", "invoice_month")?), currency, state, row.try_get("", "total")?));
    }
    let Some((currency, _)) = lines.into_iter().max_by_key(|(_, count)| *count) else { return Ok(Vec::new()) };
    let mut bars: BTreeMap<Month, MonthBar> =
        (0..MONTHS).map(|number| first.plus(number)).map(|month| (month, MonthBar::empty(month, currency))).collect();
    for (month, _, state, total) in sums.into_iter().filter(|(_, of, ..)| *of == currency) {
        let Some(bar) = bars.get_mut(&month) else { continue };
        let invoice = found.iter().find(|invoice| invoice.month == month.0 && invoice.currency == currency.code());
        let stage = invoice.map(|invoice| stored::<InvoiceState>(&invoice.state)).transpose()?;
        let into = match (state, stage) {
            (RewardState::Declined, _) => continue,
            (RewardState::Hold | RewardState::Scheduled, _) => &mut bar.held,
            _ if total < 0 => &mut bar.reversed,
            (RewardState::Paid, _) | (_, Some(InvoiceState::Paid)) => &mut bar.paid,
            (_, Some(InvoiceState::Charged | InvoiceState::Charging | InvoiceState::ChargeFailed)) => &mut bar.invoiced,
            (RewardState::Approved, _) => &mut bar.approved,
            (RewardState::Pending, _) => &mut bar.new,
        };
        into.minor += total;
    }
    Ok(bars.into_values().collect())
}
