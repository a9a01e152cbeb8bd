//! The home screen: this month against last month, twelve months as a chart, what waits.

use chrono::{Datelike, Months, NaiveDateTime};
use domain::access::{Action, allows};
use domain::page::{grouped, number_of};
use domain::states::{CompanyRole, InvoiceState, PayoutState, ProviderKind, RewardState};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use views::home::{CountFigure, Figure, Home, MonthBar, Waiting, WaitingKind};

use super::invoices::stage;
use super::lines;
use data::rewards::figures;
use data::store::entities::{companies, customers, invoices, offers, partnerships, payouts, rewards};
use data::{Db, Result};
use domain::dates;

/// Beyond this, payouts that wait are not counted on.
const COUNTED_MAX: u64 = 1_000;
/// Among so many rewards the oldest is not looked for.
const LOOKED_AT_MAX: u64 = 1_000;

pub async fn home(db: &Db, company: &companies::Model, role: CompanyRole, now: Instant) -> Result<Home> {
    let snapshot = db.snapshot().await?;
    let (zone, currency) = (company.zone()?, company.money_currency()?);
    let spans = Spans::of(&zone, now);
    let (months, other_currencies) = bars(&snapshot, company, currency, now).await?;
    let rewards = Figure {
        now: figures::recorded(&snapshot, company, currency, spans.this).await?,
        before: figures::recorded(&snapshot, company, currency, spans.last).await?,
    };
    let revenue = Figure {
        now: sold(&snapshot, company, currency, spans.this).await?,
        before: sold(&snapshot, company, currency, spans.last).await?,
    };
    let customers =
        CountFigure { now: brought(&snapshot, company, spans.this).await?, before: brought(&snapshot, company, spans.last).await? };
    let mut in_review = Vec::new();
    for invoice in open_invoices(&snapshot, company).await? {
        let sums = data::billing::invoices::shares(&snapshot, company, &invoice).await?.1;
        in_review.push(stage::strip(&zone, &invoice, Money::sum(sums.charge, invoice.money_currency()?), now)?);
    }
    let no_partner = partnerships::Entity::find().filter(partnerships::Column::CompanyId.eq(company.id)).one(&snapshot).await?.is_none();
    Ok(Home {
        context: format!("{}, day {} · {}", Month::of(zone.date(now)).long(), zone.date(now).day(), zone.place()),
        compared_with: spans.words(&zone),
        month: Month::of(zone.date(now)).long(),
        rewards,
        revenue,
        customers,
        months,
        other_currencies,
        waiting: waiting(&snapshot, company, role, now).await?,
        in_review,
        empty: no_partner,
        offers: offers::Entity::find().filter(offers::Column::CompanyId.eq(company.id)).one(&snapshot).await?.is_some(),
        simulated: data::programme::simulated_money::waits(&snapshot, company).await?,
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

/// The last twelve months by what their rewards show as, and the other currencies in them.
async fn bars<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    currency: Currency,
    now: Instant,
) -> Result<(Vec<MonthBar>, Vec<String>)> {
    let last = company.accumulating_month(now)?;
    let first = last.plus(1 - figures::CHART_MONTHS);
    let sums = figures::of_company(conn, company.id, first).await?;
    let statuses = figures::statuses(conn, company.id, first).await?;
    let shown = sums.iter().filter(|sum| sum.currency == currency).map(|sum| (Month(sum.month), statuses.of(sum), sum.total));
    let bars = MonthBar::row(last, figures::CHART_MONTHS, currency, shown);
    Ok((bars, figures::other_currencies(&sums, currency)))
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
    list.extend(new_rewards(conn, company).await?);
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
    let states = PayoutState::ALL.iter().filter(|state| state.came_back()).map(PayoutState::word);
    let scope = Condition::all().add(payouts::Column::CompanyId.eq(company.id)).add(payouts::Column::State.is_in(states));
    let returned =
        payouts::Entity::find().filter(scope.clone()).order_by_asc(payouts::Column::CreatedAt).limit(COUNTED_MAX).all(conn).await?;
    if let Some(first) = returned.first() {
        list.push(Waiting {
            kind: WaitingKind::PayoutFailed,
            title: number_of(returned.len(), "payout did not arrive", "payouts did not arrive"),
            detail: match returned.len() {
                1 => why(conn, first).await?,
                more => format!("{}; and {} more", why(conn, first).await?, grouped(i64::try_from(more - 1).unwrap_or(i64::MAX))),
            },
            amounts: payout_sums(conn, company, scope).await?,
            href: invoice_href(conn, first).await?,
        });
    }
    Ok(list)
}

/// "Ada: no account"
async fn why<C: ConnectionTrait>(conn: &C, payout: &payouts::Model) -> Result<String> {
    let partner = partnerships::Entity::find_by_id(payout.partnership_id).one(conn).await?;
    let name = partner.map(|partner| partner.name).unwrap_or_default();
    Ok(format!("{name}: {}", payout.error.as_deref().unwrap_or_default()))
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
            title: number_of(pending.len(), "partner to pay", "partners to pay"),
            detail: "by bank transfer, and confirm it on the invoice".to_owned(),
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
async fn new_rewards<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Option<Waiting>> {
    let sums = figures::to_review(conn, company).await?;
    rewards_waiting(conn, company, WaitingKind::Review, RewardState::Pending, &sums, ["reward to review", "rewards to review"]).await
}

/// Rewards that somebody put on hold, of whatever month.
async fn held_rewards<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Option<Waiting>> {
    let sums = figures::of_state(conn, company.id, RewardState::Hold).await?;
    rewards_waiting(conn, company, WaitingKind::Held, RewardState::Hold, &sums, ["reward on hold", "rewards on hold"]).await
}

/// The line about rewards; the oldest is only looked for among few.
async fn rewards_waiting<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    kind: WaitingKind,
    state: RewardState,
    sums: &[figures::Sum],
    [one, many]: [&str; 2],
) -> Result<Option<Waiting>> {
    let count = figures::rows(sums);
    if count == 0 {
        return Ok(None);
    }
    let oldest: Option<i64> = match u64::try_from(count) {
        Ok(count) if count < LOOKED_AT_MAX => {
            let oldest = rewards::Entity::find().select_only().column_as(rewards::Column::CreatedAt.min(), "oldest");
            oldest.filter(figures::rows_of(sums)).into_tuple::<Option<i64>>().one(conn).await?.flatten()
        }
        _ => None,
    };
    let detail = match oldest {
        Some(at) => format!("the oldest is from {}", dates::day(&company.zone()?, Instant(at))),
        None => String::new(),
    };
    Ok(Some(Waiting {
        kind,
        title: number_of(count, one, many),
        detail,
        amounts: figures::totals(sums, company.money_currency()?),
        href: format!("/rewards?status={}", state.word()),
    }))
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
