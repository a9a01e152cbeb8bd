//! Rewards and transactions as lines of a list, each page with a handful of queries however long it is.

use std::collections::{BTreeMap, HashMap};

use domain::page::Count;
use domain::reasons::Reason;
use domain::states::RewardState;
use domain::{Currency, Instant, Money, Month};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use views::partners::{RewardLine, TransactionLine};

use super::triggers::told_apart;
use data::Result;
use data::rewards::figures;
use data::rewards::outlook::{Outlook, Payment};
use data::store::entities::{companies, invoices, receipts, rewards, transactions};
use data::store::error::stored;
use data::store::names;
use domain::dates;

pub async fn rewards<C: ConnectionTrait>(conn: &C, company: &companies::Model, rows: Vec<rewards::Model>) -> Result<Vec<RewardLine>> {
    Ok(with_payment(conn, company, rows).await?.into_iter().map(|(line, _)| line).collect())
}

/// Rewards as lines, and when their money comes.
pub async fn with_payment<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    rows: Vec<rewards::Model>,
) -> Result<Vec<(RewardLine, Payment)>> {
    let outlook = Outlook::of(conn, company, &rows).await?;
    let mut triggers = told_apart(conn, &rows).await?;
    let customers = names::customers(conn, rows.iter().filter_map(|row| row.customer_id)).await?;
    rows.into_iter()
        .map(|row| {
            let state: RewardState = stored(&row.state)?;
            let partner = outlook.partner(row.partnership_id).cloned().unwrap_or_else(|| views::Choice::new("", ""));
            let zone = outlook.zone();
            let invoice: Option<&invoices::Model> = outlook.invoice(row.invoice_month, &row.currency).filter(|_| state.payable());
            let ready = row.ready_at.map(Instant).filter(|_| state == RewardState::Scheduled);
            // What is scheduled goes onto the invoice of the month in which it becomes due.
            let month = ready.map_or(Month(row.invoice_month), |at| company.month_due(zone, at));
            let payment = outlook.payment(state, row.invoice_month, &row.currency, row.partnership_id);
            let line = RewardLine {
                state,
                source: stored(&row.source)?,
                amount: money(row.amount, &row.currency)?,
                status: outlook.status(state, row.invoice_month, &row.currency, row.partnership_id),
                occurred: dates::day(zone, Instant(row.occurred_at)),
                created: dates::day(zone, Instant(row.created_at)),
                month: month.long(),
                invoice_number: invoice.map(|invoice| invoice.number.clone()).unwrap_or_default(),
                estimated_payment: payment.words(),
                customer: row.customer_id.and_then(|id| customers.get(&id).cloned()),
                reason: ready.map_or(row.state_reason.unwrap_or_default(), |at| dates::due(zone, at, month)),
                partner_key: partner.value,
                partner_name: partner.label,
                key: row.key,
                description: match triggers.remove(&row.id) {
                    // An offer is often described in the words of its first trigger.
                    Some(trigger) if !row.description.ends_with(&trigger) => format!("{} · {trigger}", row.description),
                    _ => row.description,
                },
            };
            Ok((line, payment))
        })
        .collect()
}

pub async fn transactions<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    rows: &[transactions::Model],
) -> Result<Vec<TransactionLine>> {
    let zone = company.zone()?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let partners = names::partners(conn, rows.iter().filter_map(|row| row.partnership_id)).await?;
    let customers = names::customers(conn, rows.iter().map(|row| row.customer_id)).await?;
    let refunded = names::transactions(conn, rows.iter().filter_map(|row| row.refund_of)).await?;
    let mut earned = rewards_of(conn, rows, company.money_currency()?).await?;
    let reasons = reasons_of(conn, &ids).await?;
    rows.iter()
        .map(|row| {
            Ok(TransactionLine {
                key: row.key.clone(),
                amount: money(row.amount, &row.currency)?,
                occurred: dates::minute(&zone, Instant(row.occurred_at)),
                product: row.product_key.clone().unwrap_or_default(),
                category: row.category_key.clone().unwrap_or_default(),
                refund_of: row.refund_of.and_then(|id| refunded.get(&id).cloned()).unwrap_or_default(),
                refunded: money(row.refunded, &row.currency)?,
                customer: customers.get(&row.customer_id).cloned().unwrap_or_else(|| views::Choice::new("", "")),
                partner: row.partnership_id.and_then(|id| partners.get(&id).cloned()),
                rewards: earned.remove(&row.id).unwrap_or_default(),
                why: reasons.get(&row.id).map(|reason| reason.for_company().to_owned()).unwrap_or_default(),
            })
        })
        .collect()
}

pub fn money(minor: i64, currency: &str) -> Result<Money> {
    Ok(Money::new(minor, stored(currency)?))
}

/// What the listed rows come to, as [`sums_by_currency`]; `None` where they are more than were counted.
pub async fn totals<C, E>(
    conn: &C,
    count: Count,
    scope: Condition,
    amount: E::Column,
    currency: E::Column,
    first: Currency,
) -> Result<Option<Vec<Money>>>
where
    C: ConnectionTrait,
    E: EntityTrait,
{
    if !count.is_exact() {
        return Ok(None);
    }
    sums_by_currency::<C, E>(conn, scope, amount, currency, first).await.map(Some)
}

/// Sums of what matches, one per currency, the given one first and then in order. Only for what is known to be few rows.
pub async fn sums_by_currency<C, E>(
    conn: &C,
    scope: Condition,
    amount: E::Column,
    currency: E::Column,
    first: Currency,
) -> Result<Vec<Money>>
where
    C: ConnectionTrait,
    E: EntityTrait,
{
    let mut select = Query::select();
    let sum = Expr::col(amount.as_column_ref()).sum().cast_as(Alias::new("BIGINT"));
    select
        .from(E::default())
        .expr_as(Expr::col(currency.as_column_ref()), Alias::new("unit"))
        .expr_as(sum, Alias::new("total"))
        .cond_where(scope)
        .group_by_col(currency.as_column_ref());
    let mut sums = Vec::new();
    for row in conn.query_all(&select).await? {
        sums.push(money(row.try_get("", "total")?, &row.try_get::<String>("", "unit")?)?);
    }
    sums.sort_by_key(|sum| (sum.currency != first, sum.currency));
    Ok(sums)
}

/// What each of these transactions earned for whom it belongs to now, declined rewards left out, one amount per currency, `first` before
/// the others.
async fn rewards_of<C: ConnectionTrait>(
    conn: &C,
    transactions: &[transactions::Model],
    first: Currency,
) -> Result<HashMap<Uuid, Vec<Money>>> {
    use rewards::Column;
    let owners: HashMap<Uuid, Option<Uuid>> = transactions.iter().map(|row| (row.id, row.partnership_id)).collect();
    let rows: Vec<(Option<Uuid>, Uuid, i64, String)> = rewards::Entity::find()
        .select_only()
        .columns([Column::TransactionId, Column::PartnershipId, Column::Amount, Column::Currency])
        .filter(Column::TransactionId.is_in(owners.keys().copied()))
        .filter(figures::earned())
        .into_tuple()
        .all(conn)
        .await?;
    let mut sums: HashMap<Uuid, BTreeMap<String, i64>> = HashMap::new();
    for (transaction, partnership, amount, currency) in rows {
        let Some(transaction) = transaction else { continue };
        // What an attribution change took from others sums to nothing and is none of this owner's.
        if owners.get(&transaction) == Some(&Some(partnership)) {
            *sums.entry(transaction).or_default().entry(currency).or_default() += amount;
        }
    }
    sums.into_iter()
        .map(|(id, sums)| {
            let mut sums = sums.into_iter().map(|(currency, sum)| money(sum, &currency)).collect::<Result<Vec<Money>>>()?;
            sums.sort_by_key(|sum| sum.currency != first);
            Ok((id, sums))
        })
        .collect()
}

/// The reason of the newest receipt of each of these events.
async fn reasons_of<C: ConnectionTrait>(conn: &C, events: &[Uuid]) -> Result<HashMap<Uuid, Reason>> {
    use receipts::Column;
    let mut rows: Vec<(Uuid, i32, String)> = receipts::Entity::find()
        .select_only()
        .columns([Column::EventId, Column::Revision, Column::Reason])
        .filter(Column::EventId.is_in(events.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?;
    rows.sort_by_key(|(_, revision, _)| *revision);
    rows.into_iter().map(|(id, _, reason)| Ok((id, stored(&reason)?))).collect()
}
