//! The home screen: this month against last month, twelve months as a chart, what waits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDateTime};
use domain::access::{Action, allows};
use domain::page::grouped;
use domain::states::{CompanyRole, InvoiceState, PayoutState, ProviderKind, RewardState};
use domain::views::home::{CountFigure, Figure, Home, MonthBar, Waiting, WaitingKind};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};

use super::invoices::stage;
use super::{lines, session, words};
use crate::entities::{companies, customers, invoices, partnerships, payouts, rewards};
use crate::error::stored;
use crate::{Db, Result};

const MONTHS: i32 = 12;
/// Beyond this, payouts that wait are not counted on.
const COUNTED_MAX: u64 = 1_000;

pub async fn home(db: &Db, company: &companies::Model, role: CompanyRole, now: Instant) -> Result<Home> {
    let snapshot = db.snapshot().await?;
    let (zone, currency) = (company.zone()?, company.money_currency()?);
    let spans = Spans::of(&zone, now);
    let (months, other_currencies) = bars(&snapshot, company, currency, now).await?;
    let rewards = Figure {
        now: earned(&snapshot, company, currency, spans.this).await?,
        before: earned(&snapshot, company, currency, spans.last).await?,
    };
    let revenue = Figure {
        now: sold(&snapshot, company, currency, spans.this).await?,
        before: sold(&snapshot, company, currency, spans.last).await?,
    };
    let customers =
        CountFigure { now: brought(&snapshot, company, spans.this).await?, before: brought(&snapshot, company, spans.last).await? };
    let mut in_review = Vec::new();
    for invoice in open_invoices(&snapshot, company).await? {
        let lines = crate::invoices::shares(&snapshot, company, &invoice).await?.1;
        in_review.push(stage::strip(&zone, &invoice, lines::money(lines.charge, &invoice.currency)?, now)?);
    }
    let no_partner = partnerships::Entity::find().filter(partnerships::Column::CompanyId.eq(company.id)).one(&snapshot).await?.is_none();
    Ok(Home {
        context: format!("{}, day {} · {}", Month::of(zone.date(now)).long(), zone.date(now).day(), zone.place()),
        compared_with: spans.words(&zone),
        rewards,
        revenue,
        customers,
        months,
        other_currencies,
        waiting: waiting(&snapshot, company, role, now).await?,
        in_review,
        empty: no_partner,
    })
}

/// This month so far, and the same days of last month: first instant and end.
struct Spans {
    this: (Instant, Instant),
    last: (Instant, Instant),
}

impl Spans {
    fn of(zone: &Zone, now: Instant) -> Spans {
        let month = zone.month(now);
        let local: NaiveDateTime = zone.local(now);
        let before = zone.instant(local.checked_sub_months(Months::new(1)).unwrap_or(local));
        let this = (zone.month_start(month), now.plus_ms(1));
        let last = (zone.month_start(month.previous()), before.plus_ms(1).min(this.0));
        Spans { this, last }
    }

    /// "1–4 March"
    fn words(&self, zone: &Zone) -> String {
        let until = zone.date(self.last.1.plus_ms(-1));
        let month = Month::of(until).long();
        let name = month.split(' ').next().unwrap_or_default().to_owned();
        if until.day() == 1 { format!("1 {name}") } else { format!("1–{} {name}", until.day()) }
    }
}

#[derive(FromQueryResult)]
struct Sum {
    total: Option<i64>,
}

/// Rewards recorded in a span, declined ones left out.
async fn earned<C: ConnectionTrait>(conn: &C, company: &companies::Model, currency: Currency, span: (Instant, Instant)) -> Result<Money> {
    let sum = Sum::find_by_statement(Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT CAST(SUM(amount) AS BIGINT) AS total FROM rewards WHERE company_id = $1 AND created_at >= $2 AND created_at < $3 \
         AND currency = $4 AND state <> 'declined'",
        [company.id.into(), span.0.0.into(), span.1.0.into(), currency.code().into()],
    ));
    Ok(Money::new(sum.one(conn).await?.and_then(|sum| sum.total).unwrap_or(0), currency))
}

/// What customers of partners paid in a span, refunds taken off.
async fn sold<C: ConnectionTrait>(conn: &C, company: &companies::Model, currency: Currency, span: (Instant, Instant)) -> Result<Money> {
    let sum = Sum::find_by_statement(Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT CAST(SUM(amount) AS BIGINT) AS total FROM transactions WHERE company_id = $1 AND occurred_at >= $2 AND occurred_at < $3 \
         AND currency = $4 AND partnership_id IS NOT NULL AND voided_at IS NULL",
        [company.id.into(), span.0.0.into(), span.1.0.into(), currency.code().into()],
    ));
    Ok(Money::new(sum.one(conn).await?.and_then(|sum| sum.total).unwrap_or(0), currency))
}

/// Customers that partners brought in a span.
async fn brought<C: ConnectionTrait>(conn: &C, company: &companies::Model, span: (Instant, Instant)) -> Result<i64> {
    let count = customers::Entity::find()
        .filter(customers::Column::CompanyId.eq(company.id))
        .filter(customers::Column::CreatedAt.gte(span.0.0))
        .filter(customers::Column::CreatedAt.lt(span.1.0))
        .filter(customers::Column::PartnershipId.is_not_null())
        .filter(customers::Column::Test.eq(false))
        .count(conn)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

#[derive(FromQueryResult)]
struct MonthSum {
    invoice_month: i32,
    currency: String,
    state: String,
    gained: i64,
    taken: i64,
}

/// The last twelve months by what became of their rewards, and the other currencies in them. A frozen month is what its invoice
/// says; only months that still move are added up.
async fn bars<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    currency: Currency,
    now: Instant,
) -> Result<(Vec<MonthBar>, Vec<String>)> {
    let last = company.accumulating_month(now)?;
    let first = last.plus(1 - MONTHS);
    let mut bars: BTreeMap<Month, MonthBar> =
        (0..MONTHS).map(|number| first.plus(number)).map(|month| (month, MonthBar::empty(month, currency))).collect();
    let mut others: BTreeSet<String> = BTreeSet::new();
    let frozen = invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(invoices::Column::Month.gte(first.0))
        .all(conn)
        .await?;
    let mut moving_from = last;
    for invoice in frozen {
        let state: InvoiceState = stored(&invoice.state)?;
        if state.open() {
            moving_from = moving_from.min(Month(invoice.month));
            continue;
        }
        if invoice.currency != currency.code() {
            others.insert(invoice.currency);
            continue;
        }
        if let Some(bar) = bars.get_mut(&Month(invoice.month)) {
            let amount = Money::new(invoice.total.unwrap_or(0), currency);
            match (amount.minor < 0, state) {
                (true, _) => bar.reversed = amount,
                (_, InvoiceState::Paid) => bar.paid = amount,
                _ => bar.invoiced = amount,
            }
        }
    }
    let moving = MonthSum::find_by_statement(Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT invoice_month, currency, state, CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS gained, \
         CAST(SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END) AS BIGINT) AS taken FROM rewards \
         WHERE company_id = $1 AND invoice_month >= $2 AND state IN ('pending', 'approved', 'hold', 'scheduled') \
         GROUP BY invoice_month, currency, state",
        [company.id.into(), moving_from.max(first).0.into()],
    ));
    for sum in moving.all(conn).await? {
        if sum.currency != currency.code() {
            others.insert(sum.currency);
            continue;
        }
        // A hold can outlive its month's invoice; a bar that is frozen stays as it is.
        let Some(bar) = bars.get_mut(&Month(sum.invoice_month)).filter(|bar| bar.paid.minor == 0 && bar.invoiced.minor == 0) else {
            continue;
        };
        match stored::<RewardState>(&sum.state)? {
            RewardState::Approved => bar.approved.minor += sum.gained,
            RewardState::Pending => bar.new.minor += sum.gained,
            _ => bar.held.minor += sum.gained,
        }
        bar.reversed.minor += sum.taken;
    }
    Ok((bars.into_values().collect(), others.into_iter().collect()))
}

async fn open_invoices<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Vec<invoices::Model>> {
    let mut rows = invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(invoices::Column::State.eq(InvoiceState::InReview.word()))
        .order_by_asc(invoices::Column::Month)
        .order_by_asc(invoices::Column::Currency)
        .all(conn)
        .await?;
    // The company's own currency first.
    rows.sort_by_key(|invoice| (invoice.month, invoice.currency != company.currency));
    Ok(rows)
}

async fn waiting<C: ConnectionTrait>(conn: &C, company: &companies::Model, role: CompanyRole, now: Instant) -> Result<Vec<Waiting>> {
    let mut list = failures(conn, company, now).await?;
    if allows(role, Action::MoveMoney) {
        list.extend(to_pay(conn, company).await?);
    }
    list.extend(new_rewards(conn, company, now).await?);
    list.extend(held_rewards(conn, company).await?);
    Ok(list)
}

/// Charges that were refused and payouts that came back.
async fn failures<C: ConnectionTrait>(conn: &C, company: &companies::Model, now: Instant) -> Result<Vec<Waiting>> {
    let zone = company.zone()?;
    let mut list = Vec::new();
    let failed = invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(invoices::Column::State.eq(InvoiceState::ChargeFailed.word()))
        .order_by_asc(invoices::Column::Seq)
        .all(conn)
        .await?;
    for invoice in failed {
        list.push(Waiting {
            kind: WaitingKind::ChargeFailed,
            title: format!("The charge of the {} invoice failed", Month(invoice.month).long()),
            detail: stage::retry_words(&zone, invoice.retry(now)),
            amounts: vec![lines::money(invoice.charge_amount.unwrap_or(0), &invoice.currency)?],
            href: format!("/invoices/{}", invoice.number),
        });
    }
    let returned = payouts::Entity::find()
        .filter(payouts::Column::CompanyId.eq(company.id))
        .filter(payouts::Column::State.eq(PayoutState::Failed.word()))
        .order_by_asc(payouts::Column::CreatedAt)
        .limit(COUNTED_MAX)
        .all(conn)
        .await?;
    if let Some(first) = returned.first() {
        let scope =
            Condition::all().add(payouts::Column::CompanyId.eq(company.id)).add(payouts::Column::State.eq(PayoutState::Failed.word()));
        list.push(Waiting {
            kind: WaitingKind::PayoutFailed,
            title: counted(returned.len(), "payout failed", "payouts failed"),
            detail: first.error.clone().unwrap_or_default(),
            amounts: payout_sums(conn, company, scope).await?,
            href: invoice_href(conn, first).await?,
        });
    }
    Ok(list)
}

/// What a person has to pay and confirm, with the manual providers.
async fn to_pay<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Vec<Waiting>> {
    let mut list = Vec::new();
    if company.charge_provider == ProviderKind::Manual.word() {
        let charging = invoices::Entity::find()
            .filter(invoices::Column::CompanyId.eq(company.id))
            .filter(invoices::Column::State.eq(InvoiceState::Charging.word()))
            .order_by_asc(invoices::Column::Seq)
            .all(conn)
            .await?;
        for invoice in charging {
            list.push(Waiting {
                kind: WaitingKind::ToPay,
                title: format!("Pay the {} invoice", Month(invoice.month).long()),
                detail: format!("{}, then confirm it here", invoice.number),
                amounts: vec![lines::money(invoice.charge_amount.unwrap_or(0), &invoice.currency)?],
                href: format!("/invoices/{}", invoice.number),
            });
        }
    }
    let scope = Condition::all()
        .add(payouts::Column::CompanyId.eq(company.id))
        .add(payouts::Column::State.eq(PayoutState::Pending.word()))
        .add(payouts::Column::Provider.eq(ProviderKind::Manual.word()));
    let pending = payouts::Entity::find().filter(scope.clone()).order_by_asc(payouts::Column::DueAt).limit(COUNTED_MAX).all(conn).await?;
    if let Some(first) = pending.first() {
        list.push(Waiting {
            kind: WaitingKind::ToPay,
            title: counted(pending.len(), "partner to pay", "partners to pay"),
            detail: "by bank transfer: take the payment file from the invoice".to_owned(),
            amounts: payout_sums(conn, company, scope).await?,
            href: invoice_href(conn, first).await?,
        });
    }
    Ok(list)
}

async fn payout_sums<C: ConnectionTrait>(conn: &C, company: &companies::Model, scope: Condition) -> Result<Vec<Money>> {
    let (amount, currency) = (payouts::Column::Amount, payouts::Column::Currency);
    lines::sums_by_currency::<_, payouts::Entity>(conn, scope, amount, currency, company.money_currency()?).await
}

async fn invoice_href<C: ConnectionTrait>(conn: &C, payout: &payouts::Model) -> Result<String> {
    let invoice = invoices::Entity::find_by_id(payout.invoice_id).one(conn).await?;
    Ok(invoice.map(|invoice| format!("/invoices/{}", invoice.number)).unwrap_or_default())
}

/// New rewards of the open months.
async fn new_rewards<C: ConnectionTrait>(conn: &C, company: &companies::Model, now: Instant) -> Result<Option<Waiting>> {
    let (count, scope) = session::to_review(conn, company, now).await?;
    let words = told(count, "reward to review", "rewards to review");
    rewards_waiting(conn, company, WaitingKind::Review, RewardState::Pending, count, scope, words).await
}

/// Rewards that somebody put on hold, of whatever month.
async fn held_rewards<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Option<Waiting>> {
    let scope = Condition::all().add(rewards::Column::CompanyId.eq(company.id)).add(rewards::Column::State.eq(RewardState::Hold.word()));
    let found: Vec<uuid::Uuid> = rewards::Entity::find()
        .select_only()
        .column(rewards::Column::Id)
        .filter(scope.clone())
        .limit(session::WAITING_COUNTED_MAX)
        .into_tuple()
        .all(conn)
        .await?;
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let words = told(count, "reward on hold", "rewards on hold");
    rewards_waiting(conn, company, WaitingKind::Held, RewardState::Hold, count, scope, words).await
}

/// The line about rewards; only few of them are added up.
async fn rewards_waiting<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    kind: WaitingKind,
    state: RewardState,
    count: i64,
    scope: Condition,
    title: String,
) -> Result<Option<Waiting>> {
    if count == 0 {
        return Ok(None);
    }
    let href = format!("/rewards?status={}", state.word());
    if u64::try_from(count).unwrap_or(u64::MAX) >= session::WAITING_COUNTED_MAX {
        return Ok(Some(Waiting { kind, title, detail: String::new(), amounts: Vec::new(), href }));
    }
    let oldest: Option<i64> = rewards::Entity::find()
        .select_only()
        .column_as(rewards::Column::CreatedAt.min(), "oldest")
        .filter(scope.clone())
        .into_tuple::<Option<i64>>()
        .one(conn)
        .await?
        .flatten();
    let (amount, currency) = (rewards::Column::Amount, rewards::Column::Currency);
    let amounts = lines::sums_by_currency::<_, rewards::Entity>(conn, scope, amount, currency, company.money_currency()?).await?;
    let detail = match oldest {
        Some(at) => format!("the oldest is from {}", words::day(&company.zone()?, Instant(at))),
        None => String::new(),
    };
    Ok(Some(Waiting { kind, title, detail, amounts, href }))
}

/// "42 rewards to review"; beyond what is counted "1,000 or more rewards to review".
fn told(count: i64, one: &str, many: &str) -> String {
    if u64::try_from(count).unwrap_or(u64::MAX) >= session::WAITING_COUNTED_MAX {
        return format!("{} or more {many}", grouped(count));
    }
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(i64::try_from(count).unwrap_or(i64::MAX)), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_month_is_held_against_the_same_days_before() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let spans = Spans::of(&zone, Instant::parse("2026-04-04T13:00:00Z").unwrap());
        assert_eq!(spans.this.0.rfc3339(), "2026-04-01T04:00:00Z");
        assert_eq!(spans.last.0.rfc3339(), "2026-03-01T05:00:00Z");
        assert_eq!(spans.last.1.rfc3339(), "2026-03-04T14:00:00.001Z");
        assert_eq!(spans.words(&zone), "1–4 March");
    }

    #[test]
    fn a_longer_month_is_held_against_a_whole_shorter_one() {
        let spans = Spans::of(&Zone::UTC, Instant::parse("2026-03-31T12:00:00Z").unwrap());
        assert_eq!(spans.last.1.rfc3339(), "2026-02-28T12:00:00.001Z");
    }
}
