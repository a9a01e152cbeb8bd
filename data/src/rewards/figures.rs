//! What the figures on screens and in files count. Each figure is defined here once.
//!
//! Every reward counts as earned but the declined ones. A reward is of the month whose invoice it goes onto; only "recorded in" goes
//! by the day on which it was written down.

use std::collections::{BTreeMap, BTreeSet};

use domain::states::{InvoiceState, PayoutState, RewardState, RewardStatus};
use domain::{Currency, Instant, Money, Month, payment};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::rewards::tally::EVERY_MONTH;
use crate::store::entities::reward_counts::{self, Column as Kept};
use crate::store::entities::rewards::{self, Column};
use crate::store::entities::{companies, invoices};
use crate::store::error::stored;

/// How many months charts have.
pub const CHART_MONTHS: i32 = 12;

/// Rewards that count as earned.
pub fn earned() -> Expr {
    Column::State.ne(RewardState::Declined.word())
}

pub fn is_earned(state: RewardState) -> bool {
    state != RewardState::Declined
}

/// What rewards of one month (0: all of them), currency and state come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub company_id: Uuid,
    /// Of one partnership; None: of all.
    pub partnership: Option<Uuid>,
    pub month: i32,
    pub currency: Currency,
    pub state: RewardState,
    pub rows: i64,
    pub total: i64,
}

/// A company's rewards by month, from the counts that are kept.
pub async fn of_company<C: ConnectionTrait>(conn: &C, company_id: Uuid, from: Month) -> Result<Vec<Sum>> {
    kept(conn, company_id, Condition::all().add(Kept::InvoiceMonth.gte(from.0))).await
}

/// A company's rewards in one state, whatever their month.
pub async fn of_state<C: ConnectionTrait>(conn: &C, company_id: Uuid, state: RewardState) -> Result<Vec<Sum>> {
    kept(conn, company_id, Condition::all().add(Kept::InvoiceMonth.eq(EVERY_MONTH)).add(Kept::State.eq(state.word()))).await
}

async fn kept<C: ConnectionTrait>(conn: &C, company_id: Uuid, of: Condition) -> Result<Vec<Sum>> {
    let sum = |of: Kept| Expr::col(of).sum().cast_as(Alias::new("BIGINT"));
    let mut select = Query::select();
    select
        .columns([Kept::InvoiceMonth, Kept::Currency, Kept::State])
        .expr_as(sum(Kept::Rewards), Alias::new("counted"))
        .expr_as(sum(Kept::Total), Alias::new("sum"))
        .from(reward_counts::Entity)
        .and_where(Kept::CompanyId.eq(company_id))
        .cond_where(of)
        .group_by_columns([Kept::InvoiceMonth, Kept::Currency, Kept::State]);
    let mut sums = Vec::new();
    for row in conn.query_all(&select).await? {
        sums.push(Sum {
            company_id,
            partnership: None,
            month: row.try_get("", "invoice_month")?,
            currency: stored(&row.try_get::<String>("", "currency")?)?,
            state: stored(&row.try_get::<String>("", "state")?)?,
            rows: row.try_get("", "counted")?,
            total: row.try_get("", "sum")?,
        });
    }
    sums.retain(|sum| sum.rows > 0);
    Ok(sums)
}

/// The rewards of partnerships, each given with its company, by month.
pub async fn of_partnerships<C: ConnectionTrait>(conn: &C, of: impl IntoIterator<Item = (Uuid, Uuid)>) -> Result<Vec<Sum>> {
    // The company comes from the caller: with it, no index would have all that is asked for.
    let companies: BTreeMap<Uuid, Uuid> = of.into_iter().collect();
    let keys = [Column::PartnershipId, Column::InvoiceMonth, Column::Currency, Column::State];
    let mut select = Query::select();
    select
        .from(rewards::Entity)
        .columns(keys)
        .expr_as(Expr::col(Column::Amount).sum().cast_as(Alias::new("BIGINT")), Alias::new("sum"))
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("counted"))
        .and_where(Column::PartnershipId.is_in(companies.keys().copied()));
    for key in keys {
        select.group_by_col(key);
    }
    let mut sums = Vec::new();
    for row in conn.query_all(&select).await? {
        let partnership = row.try_get("", "partnership_id")?;
        sums.push(Sum {
            company_id: companies.get(&partnership).copied().unwrap_or_default(),
            partnership: Some(partnership),
            month: row.try_get("", "invoice_month")?,
            currency: stored(&row.try_get::<String>("", "currency")?)?,
            state: stored(&row.try_get::<String>("", "state")?)?,
            rows: row.try_get("", "counted")?,
            total: row.try_get("", "sum")?,
        });
    }
    Ok(sums)
}

/// What each offer has earned partners, one amount per currency.
pub async fn of_offers<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<BTreeMap<Uuid, Vec<Money>>> {
    let mut select = Query::select();
    select
        .columns([Kept::OfferId, Kept::Currency])
        .expr_as(Expr::col(Kept::Total).sum().cast_as(Alias::new("BIGINT")), Alias::new("sum"))
        .from(reward_counts::Entity)
        .and_where(Kept::CompanyId.eq(company_id))
        .and_where(Kept::InvoiceMonth.eq(EVERY_MONTH))
        .and_where(Kept::State.ne(RewardState::Declined.word()))
        .and_where(Kept::Rewards.gt(0))
        .group_by_columns([Kept::OfferId, Kept::Currency]);
    let mut sums: BTreeMap<Uuid, Vec<Money>> = BTreeMap::new();
    for row in conn.query_all(&select).await? {
        let amount = Money::new(row.try_get("", "sum")?, stored(&row.try_get::<String>("", "currency")?)?);
        sums.entry(row.try_get("", "offer_id")?).or_default().push(amount);
    }
    Ok(sums)
}

/// New rewards of the months that are still open. Those of a frozen month went onto its invoice as they were.
pub async fn to_review<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Vec<Sum>> {
    let in_review: Vec<(i32, String)> = invoices::Entity::find()
        .select_only()
        .columns([invoices::Column::Month, invoices::Column::Currency])
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(invoices::Column::State.eq(InvoiceState::InReview.word()))
        .into_tuple()
        .all(conn)
        .await?;
    let first = in_review.iter().map(|(month, _)| *month).chain([company.open_month]).min().unwrap_or(company.open_month);
    let new = Condition::all().add(Kept::InvoiceMonth.gte(first)).add(Kept::State.eq(RewardState::Pending.word()));
    let mut sums = kept(conn, company.id, new).await?;
    sums.retain(|sum| {
        let reviewed = |(month, currency): &(i32, String)| *month == sum.month && currency == sum.currency.code();
        sum.month >= company.open_month || in_review.iter().any(reviewed)
    });
    Ok(sums)
}

/// New rewards of an invoice's month and currency.
pub async fn to_review_on<C: ConnectionTrait>(conn: &C, invoice: &invoices::Model) -> Result<i64> {
    let new = Condition::all()
        .add(Kept::InvoiceMonth.eq(invoice.month))
        .add(Kept::Currency.eq(invoice.currency.as_str()))
        .add(Kept::State.eq(RewardState::Pending.word()));
    Ok(rows(&kept(conn, invoice.company_id, new).await?))
}

/// The rewards that these sums, at least one, are of.
pub fn rows_of(sums: &[Sum]) -> Condition {
    sums.iter().fold(Condition::any(), |any, sum| {
        let month = (sum.month != EVERY_MONTH).then(|| Column::InvoiceMonth.eq(sum.month));
        let currency = Column::Currency.eq(sum.currency.code());
        let state = Column::State.eq(sum.state.word());
        any.add(Condition::all().add(Column::CompanyId.eq(sum.company_id)).add_option(month).add(currency).add(state))
    })
}

/// How many rewards these are.
pub fn rows(sums: &[Sum]) -> i64 {
    sums.iter().map(|sum| sum.rows).sum()
}

/// What they come to, one amount per currency, `first` before the others.
pub fn totals(sums: &[Sum], first: Currency) -> Vec<Money> {
    let mut by_currency: BTreeMap<(bool, Currency), i64> = BTreeMap::new();
    for sum in sums {
        let total = by_currency.entry((sum.currency != first, sum.currency)).or_default();
        *total = total.saturating_add(sum.total);
    }
    by_currency.into_iter().map(|((_, currency), minor)| Money::new(minor, currency)).collect()
}

/// The currency that a chart is in: the preferred one if anything was earned in it, else that of most rewards.
pub fn most_used<'a>(sums: impl IntoIterator<Item = &'a Sum>, preferred: Option<Currency>) -> Option<Currency> {
    let mut rows: BTreeMap<Currency, i64> = BTreeMap::new();
    for sum in sums.into_iter().filter(|sum| is_earned(sum.state)) {
        *rows.entry(sum.currency).or_default() += sum.rows;
    }
    let preferred = preferred.filter(|currency| rows.contains_key(currency));
    // Of several with as many, the first by its code.
    preferred.or_else(|| rows.into_iter().rev().max_by_key(|(_, count)| *count).map(|(currency, _)| currency))
}

/// Other currencies than this one in which something was earned.
pub fn other_currencies<'a>(sums: impl IntoIterator<Item = &'a Sum>, currency: Currency) -> Vec<String> {
    let others: BTreeSet<Currency> =
        sums.into_iter().filter(|sum| is_earned(sum.state) && sum.currency != currency).map(|sum| sum.currency).collect();
    others.into_iter().map(|currency| currency.code().to_owned()).collect()
}

/// What a company's rewards show as: of a paid invoice all are paid.
pub struct Statuses(BTreeMap<(i32, String), InvoiceState>);

impl Statuses {
    pub fn of(&self, sum: &Sum) -> RewardStatus {
        let invoice = self.0.get(&(sum.month, sum.currency.code().to_owned())).copied();
        let payout = (invoice == Some(InvoiceState::Paid)).then_some(PayoutState::Paid);
        payment::status(sum.state, invoice, payout)
    }
}

pub async fn statuses<C: ConnectionTrait>(conn: &C, company_id: Uuid, from: Month) -> Result<Statuses> {
    let rows: Vec<(i32, String, String)> = invoices::Entity::find()
        .select_only()
        .columns([invoices::Column::Month, invoices::Column::Currency, invoices::Column::State])
        .filter(invoices::Column::CompanyId.eq(company_id))
        .filter(invoices::Column::Month.gte(from.0))
        .into_tuple()
        .all(conn)
        .await?;
    let mut states: BTreeMap<(i32, String), InvoiceState> = BTreeMap::new();
    for (month, currency, state) in rows {
        states.insert((month, currency), stored(&state)?);
    }
    Ok(Statuses(states))
}

/// What was earned by rewards that were recorded in a span.
pub async fn recorded<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    currency: Currency,
    (from, until): (Instant, Instant),
) -> Result<Money> {
    let mut select = Query::select();
    select
        .from(rewards::Entity)
        .expr_as(Expr::col(Column::Amount).sum().cast_as(Alias::new("BIGINT")), Alias::new("sum"))
        .and_where(Column::CompanyId.eq(company.id))
        .and_where(Column::CreatedAt.gte(from.0))
        .and_where(Column::CreatedAt.lt(until.0))
        .and_where(Column::Currency.eq(currency.code()))
        .and_where(earned());
    let sum: Option<i64> = match conn.query_one(&select).await? {
        Some(row) => row.try_get("", "sum")?,
        None => None,
    };
    Ok(Money::new(sum.unwrap_or(0), currency))
}

/// The largest reward in a currency so far.
pub async fn largest_earned<C: ConnectionTrait>(conn: &C, company_id: Uuid, currency: Currency) -> Result<Option<i64>> {
    let largest = rewards::Entity::find()
        .select_only()
        .column(Column::Amount)
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::Currency.eq(currency.code()))
        .filter(earned())
        .order_by_desc(Column::Amount)
        .order_by_desc(Column::Id)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(largest)
}
