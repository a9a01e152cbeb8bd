//! One customer: who brought them over time, what they paid, what it earned and why.

use std::collections::HashSet;

use domain::Instant;
use domain::list_query::ListQuery;
use domain::page::Page;
use domain::states::AttributionSource;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::customers::{AttributionLine, CustomerDetail, CustomerTransaction};

use crate::{decisions, lines};
use data::act::{Authors, people};
use data::lists::page::List;
use data::rewards::figures;
use data::sales::customers as operations;
use data::store::entities::{attribution_changes, attributions, companies, customers, rewards, transactions, voids};
use data::store::error::stored;
use data::store::names;
use data::{Db, Result};
use domain::dates;

/// How many rewards the page lists.
const REWARDS_LISTED: u64 = 100;

pub async fn detail(db: &Db, company: &companies::Model, customer_key: &str, query: &ListQuery) -> Result<CustomerDetail> {
    let conn = &db.snapshot().await?;
    let row = operations::find_by_key(conn, company.id, customer_key).await?;
    let zone = company.zone()?;
    let title = names::title(&row.name, &row.email, &row.customer_key);
    let partner = match row.partnership_id {
        Some(id) => names::partners(conn, [id]).await?.remove(&id),
        None => None,
    };
    let voids = voids::Entity::find().filter(voids::Column::CustomerId.eq(row.id)).all(conn).await?;
    let spans = attributions::Entity::find().filter(attributions::Column::CustomerId.eq(row.id)).all(conn).await?;
    let acted = voids.iter().map(|void| &void.author).chain(spans.iter().map(|span| &span.author)).chain([&row.author]);
    let authors = Authors::load(conn, people(acted)).await?;
    let (transactions, transaction_count) = payments(conn, company, &row, &voids, &authors, query).await?;
    let receipt = decisions::of_events(conn, company, [row.id]).await?.remove(&row.id).and_then(|mut all| all.pop());
    let source: AttributionSource = stored(&row.source)?;
    let first = company.money_currency()?;
    let paid = Condition::all().add(transactions::Column::CustomerId.eq(row.id)).add(transactions::Column::VoidedAt.is_null());
    let earned = Condition::all().add(rewards::Column::CustomerId.eq(row.id)).add(figures::earned());
    let revenue =
        lines::sums_by_currency::<_, transactions::Entity>(conn, paid, transactions::Column::Amount, transactions::Column::Currency, first);
    let rewards_total =
        lines::sums_by_currency::<_, rewards::Entity>(conn, earned, rewards::Column::Amount, rewards::Column::Currency, first);
    let seen = data::store::seen::digest(&data::sales::customers::edited(&row));
    Ok(CustomerDetail {
        seen,
        may_change: true,
        partner,
        test: row.test,
        since: dates::day(&zone, Instant(row.created_at)),
        first_purchase: row.first_purchase_at.map(|at| dates::day(&zone, Instant(at))).unwrap_or_default(),
        recorded: format!("{} by {}, {}", source.label(), authors.name(&row.author), dates::day(&zone, Instant(row.recorded_at))),
        revenue: revenue.await?,
        rewards_total: rewards_total.await?,
        attributions: history(conn, company, row.id, spans, &authors).await?,
        receipt,
        transactions,
        transaction_count,
        counting: row.transactions,
        rewards: newest_rewards(conn, company, row.id).await?,
        provider_key: row.provider_key.unwrap_or_default(),
        key: row.customer_key,
        name: row.name,
        email: row.email,
        title,
    })
}

async fn payments<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    customer: &customers::Model,
    voids: &[voids::Model],
    authors: &Authors,
    query: &ListQuery,
) -> Result<(Page<CustomerTransaction>, domain::page::Count)> {
    use transactions::Column;
    let scope = Condition::all().add(Column::CustomerId.eq(customer.id));
    let list: List<transactions::Entity> = List { descending: true, ..List::new(scope, Column::OccurredAt, Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let found = list.page(conn, Some(&query.page), count).await?;
    let mut receipts = decisions::of_events(conn, company, found.rows.iter().map(|row| row.id)).await?;
    let lines = lines::transactions(conn, company, &found.rows).await?;
    let zone = company.zone()?;
    let undone: HashSet<Uuid> = voids.iter().filter_map(|void| void.undoes).collect();
    let in_force = voids.iter().filter(|void| void.undoes.is_none() && !undone.contains(&void.id));
    let newest = in_force.max_by_key(|void| void.number).map(|void| void.id);
    let rows = found.rows.iter().zip(lines).map(|(row, line)| {
        let void = voids.iter().find(|void| row.void_id == Some(void.id));
        let day = |void: &voids::Model| dates::day(&zone, Instant(void.recorded_at));
        CustomerTransaction {
            line,
            receipts: receipts.remove(&row.id).unwrap_or_default(),
            voided: void
                .map(|void| format!("Voided on {} by {}: {}", day(void), authors.name(&void.author), void.reason))
                .unwrap_or_default(),
            // Its refunds come back with it.
            undo: void
                .filter(|void| newest == Some(void.id) && void.transaction_id == row.id && void.import_void_id.is_none())
                .map(|void| void.id.to_string())
                .unwrap_or_default(),
        }
    });
    Ok((Page { rows: rows.collect(), previous: found.previous, next: found.next }, count))
}

async fn newest_rewards<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    customer: Uuid,
) -> Result<Vec<views::partners::RewardLine>> {
    let rows = rewards::Entity::find()
        .filter(rewards::Column::CustomerId.eq(customer))
        .order_by_desc(rewards::Column::CreatedAt)
        .order_by_desc(rewards::Column::Id)
        .limit(REWARDS_LISTED)
        .all(conn)
        .await?;
    lines::rewards(conn, company, rows).await
}

/// Every span that ever held, the newest first; what a later change replaced is marked.
async fn history<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    customer: Uuid,
    mut spans: Vec<attributions::Model>,
    authors: &Authors,
) -> Result<Vec<AttributionLine>> {
    let zone = company.zone()?;
    spans.sort_by_key(|span| std::cmp::Reverse((span.superseded_at.is_none(), span.recorded_at, span.valid_from)));
    let partners = names::partners(conn, spans.iter().filter_map(|span| span.partnership_id)).await?;
    let undo = newest_change(conn, company.id, customer).await?;
    let minute = |at: i64| dates::minute(&zone, Instant(at));
    spans
        .into_iter()
        .map(|span| {
            let source: AttributionSource = stored(&span.source)?;
            let from = if span.valid_from == Instant::BEGINNING.0 { "the beginning".to_owned() } else { minute(span.valid_from) };
            Ok(AttributionLine {
                partner: span.partnership_id.and_then(|id| partners.get(&id).cloned()),
                from,
                to: span.valid_to.map(minute).unwrap_or_default(),
                source: source.label().to_owned(),
                reason: span.reason,
                author: authors.name(&span.author).to_owned(),
                recorded: minute(span.recorded_at),
                superseded: span.superseded_at.is_some(),
                undo: undo
                    .filter(|change| span.change_id == Some(*change) && span.superseded_at.is_none())
                    .map(|change| change.to_string())
                    .unwrap_or_default(),
            })
        })
        .collect()
}

/// The newest change of a customer's attribution, unless it is an undoing or has been undone.
async fn newest_change<C: ConnectionTrait>(conn: &C, company_id: Uuid, customer: Uuid) -> Result<Option<Uuid>> {
    use attribution_changes::Column;
    let rows = attribution_changes::Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::CustomerId.eq(customer))
        .all(conn)
        .await?;
    let newest = rows
        .iter()
        .filter(|row| row.undoes.is_none() && !rows.iter().any(|other| other.undoes == Some(row.id)))
        .max_by_key(|row| (row.recorded_at, row.id));
    Ok(newest.map(|row| row.id))
}
