//! The partner's first screen: what is coming, what came, what is promised.

use domain::offers::{Promise, promises, version_in_force};
use domain::states::InvoiceState;
use domain::{Instant, Month};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::home::MonthBar;
use views::portal::{OfferSeen, PartnerHome};

use super::{PartnerScope, earnings, paid};
use crate::invoices::stage;
use crate::lines::money;
use data::rewards::figures;
use data::rewards::outlook::Outlook;
use data::store::entities::{companies, invoices, offers, partnerships, rewards};
use data::{Db, Result};

const RECENT: u64 = 5;

pub async fn home(db: &Db, partner_id: Uuid, now: Instant) -> Result<PartnerHome> {
    let conn = &db.snapshot().await?;
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let recent = rewards::Entity::find()
        .filter(partner_scope.rewards())
        .order_by_desc(rewards::Column::CreatedAt)
        .order_by_desc(rewards::Column::Id)
        .limit(RECENT)
        .all(conn)
        .await?;
    let recent = partner_scope.lines(conn, recent).await?;
    let found = partner_scope.invoices(conn).await?;
    let mut next = Vec::new();
    for invoice in found.iter().filter(|invoice| invoice.state == InvoiceState::InReview.word()) {
        let company = partner_scope.company(invoice.company_id)?;
        let due = own_share(conn, &partner_scope, invoice).await?;
        if due > 0 {
            let days = partner_scope.settlement_days(company.id);
            next.push(stage::partner_strip(company, invoice, money(due, &invoice.currency)?, days, now)?);
        }
    }
    let mut promised = Vec::new();
    for partnership in &partner_scope.partnerships {
        promised.extend(offers_of(conn, partner_scope.company(partnership.company_id)?, partnership, now).await?);
    }
    let (months, other_currencies) = bars(conn, &partner_scope, now).await?;
    Ok(PartnerHome {
        earnings: earnings::of(conn, &partner_scope).await?,
        came_back: paid::came_back(conn, &partner_scope).await?,
        next,
        recent,
        months,
        other_currencies,
        offers: promised,
    })
}

/// What the partner's lines on an invoice come to.
async fn own_share<C: ConnectionTrait>(conn: &C, partner_scope: &PartnerScope, invoice: &invoices::Model) -> Result<i64> {
    let mut select = Query::select();
    select
        .from(rewards::Entity)
        .expr_as(Expr::col(rewards::Column::Amount).sum().cast_as(Alias::new("BIGINT")), Alias::new("total"))
        .cond_where(partner_scope.rewards())
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
        let versions = data::programme::offers::versions(conn, company.id, row.id).await?;
        let Some(version) = version_in_force(&versions, now, now).filter(|version| !version.triggers.is_empty()) else { continue };
        let promised = promises(&version.triggers);
        let sentences: Vec<String> = promised.iter().map(Promise::sentence).collect();
        // An offer is often described in the words of its first trigger.
        let described = version.description.trim_end_matches('.');
        let repeats = sentences.iter().any(|sentence| sentence.starts_with(described));
        seen.push(OfferSeen {
            company: company.name.clone(),
            description: if repeats { String::new() } else { version.description.clone() },
            sentences,
            examples: promised.iter().map(Promise::example).collect(),
        });
    }
    Ok(seen)
}

/// Twelve months in the currency with most commissions, by what they show as, and the other currencies in them.
async fn bars<C: ConnectionTrait>(conn: &C, partner_scope: &PartnerScope, now: Instant) -> Result<(Vec<MonthBar>, Vec<String>)> {
    let Some(company) = partner_scope.companies.values().next() else { return Ok((Vec::new(), Vec::new())) };
    let last = company.accumulating_month(now)?;
    let mut sums = figures::of_partnerships(conn, partner_scope.with_companies()).await?;
    sums.retain(|sum| sum.month > last.plus(-figures::CHART_MONTHS).0 && figures::is_earned(sum.state));
    let Some(currency) = figures::most_used(&sums, None) else { return Ok((Vec::new(), Vec::new())) };
    let mut shown = Vec::new();
    for company in partner_scope.companies.values() {
        let ours: Vec<&figures::Sum> = sums.iter().filter(|sum| sum.company_id == company.id && sum.currency == currency).collect();
        let months = ours.iter().map(|sum| sum.month).collect();
        let partnerships = ours.iter().filter_map(|sum| sum.partnership).collect();
        let outlook = Outlook::load(conn, company, months, partnerships).await?;
        shown.extend(ours.into_iter().map(|sum| {
            let status = outlook.status(sum.state, sum.month, currency.code(), sum.partnership.unwrap_or_default());
            (Month(sum.month), status, sum.total)
        }));
    }
    Ok((MonthBar::row(last, figures::CHART_MONTHS, currency, shown), figures::other_currencies(&sums, currency)))
}
