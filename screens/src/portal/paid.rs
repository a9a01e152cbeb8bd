//! Payouts as the partner sees them, each with what it contains.

use domain::list_query::ListQuery;
use domain::payouts::{not_arrived, within};
use domain::states::PayoutState;
use domain::zone::Zone;
use domain::{Instant, Month, ids};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use views::portal::{PayoutDetail, PayoutLine, PayoutStep, Payouts};

use super::{PAYOUT_PREFIX, PartnerScope, earnings};
use crate::lines::money;
use data::lists::page::List;
use data::store::entities::{invoice_partners, invoices, payout_failures, payouts, rewards};
use data::store::error::stored;
use data::{Db, Error, Result};
use domain::dates;

/// A page of payouts, newest first.
pub async fn payouts(db: &Db, partner_id: Uuid, query: &ListQuery) -> Result<Payouts> {
    let conn = &db.snapshot().await?;
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let scope = Condition::all().add(payouts::Column::PartnershipId.is_in(partner_scope.ids()));
    let list = List { descending: true, ..List::<payouts::Entity>::new(scope, payouts::Column::CreatedAt, payouts::Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let page = list.page(conn, Some(&query.page), count).await?;
    let (previous, next) = (page.previous, page.next);
    let rows = payout_lines(conn, &partner_scope, page.rows).await?;
    Ok(Payouts { page: domain::page::Page { rows, previous, next }, earnings: earnings::of(conn, &partner_scope).await? })
}

/// The payouts whose money did not arrive or came back, the newest first.
pub(super) async fn came_back<C: ConnectionTrait>(conn: &C, partner_scope: &PartnerScope) -> Result<Vec<PayoutLine>> {
    let states = PayoutState::ALL.iter().filter(|state| state.came_back()).map(PayoutState::word);
    let rows = payouts::Entity::find()
        .filter(payouts::Column::PartnershipId.is_in(partner_scope.ids()))
        .filter(payouts::Column::State.is_in(states))
        .order_by_desc(payouts::Column::CreatedAt)
        .order_by_desc(payouts::Column::Id)
        .all(conn)
        .await?;
    payout_lines(conn, partner_scope, rows).await
}

async fn payout_lines<C: ConnectionTrait>(conn: &C, partner_scope: &PartnerScope, rows: Vec<payouts::Model>) -> Result<Vec<PayoutLine>> {
    let of = invoices::Entity::find().filter(invoices::Column::Id.is_in(rows.iter().map(|row| row.invoice_id))).all(conn).await?;
    let failures = data::billing::payouts::failures(conn, rows.iter().map(|row| row.id)).await?;
    rows.into_iter()
        .map(|row| {
            let company = partner_scope.company(row.company_id)?;
            let invoice = of.iter().find(|invoice| invoice.id == row.invoice_id).ok_or(Error::NotFound("invoice"))?;
            let state: PayoutState = stored(&row.state)?;
            let came_back = failures.get(&row.id).and_then(|failures| failures.last()).filter(|_| state.came_back());
            let planned = row.paid_at.or(row.sent_at).unwrap_or(row.due_at);
            let at = came_back.map_or(planned, |failure| failure.occurred_at);
            let trouble = came_back.map(|failure| {
                let has_account = partner_scope.has_account(row.partnership_id);
                not_arrived(state, &failure.reason, &company.name, has_account)
            });
            Ok(PayoutLine {
                key: ids::key(PAYOUT_PREFIX, row.id),
                company: company.name.clone(),
                month: Month(invoice.month).long(),
                invoice_number: invoice.number.clone(),
                amount: money(row.amount, &row.currency)?,
                state,
                date: dates::day(&company.zone()?, Instant(at)),
                trouble: trouble.unwrap_or_default(),
            })
        })
        .collect()
}

/// What happened to a payout that did not go as planned; nothing for one that did.
fn history(zone: &Zone, payout: &payouts::Model, failures: &[payout_failures::Model]) -> Vec<PayoutStep> {
    if failures.is_empty() {
        return Vec::new();
    }
    let step = |at: i64, what: String| PayoutStep { date: dates::day(zone, Instant(at)), what };
    let mut steps = Vec::new();
    for failure in failures {
        steps.extend(failure.paid_at.map(|at| step(at, "Paid".to_owned())));
        let what = if failure.outcome == PayoutState::Returned.word() { "Sent back by the bank" } else { "Didn't arrive" };
        let why = within(&failure.reason);
        let told = if why.is_empty() { what.to_owned() } else { format!("{what}: {why}") };
        steps.push(step(failure.occurred_at, told));
    }
    if payout.state == PayoutState::Sent.word() {
        steps.extend(payout.sent_at.map(|at| step(at, "Sent again".to_owned())));
    }
    steps.extend(payout.paid_at.map(|at| step(at, "Paid again".to_owned())));
    steps
}

/// One payout and a page of the commissions in it.
pub async fn payout(db: &Db, partner_id: Uuid, key: &str, query: &ListQuery) -> Result<PayoutDetail> {
    let conn = &db.snapshot().await?;
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let id = ids::parse_key(PAYOUT_PREFIX, key).ok_or(Error::NotFound("payout"))?;
    let row = payouts::Entity::find_by_id(id)
        .filter(payouts::Column::PartnershipId.is_in(partner_scope.ids()))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("payout"))?;
    let invoice = invoices::Entity::find_by_id(row.invoice_id).one(conn).await?.ok_or(Error::NotFound("invoice"))?;
    let share = invoice_partners::Entity::find_by_id((row.invoice_id, row.partnership_id)).one(conn).await?;
    let scope = Condition::all()
        .add(rewards::Column::PartnershipId.eq(row.partnership_id))
        .add(rewards::Column::InvoiceMonth.eq(invoice.month))
        .add(rewards::Column::Currency.eq(invoice.currency.as_str()))
        .add(rewards::Column::State.is_in(["pending", "approved"]));
    let list = List { descending: true, ..List::<rewards::Entity>::new(scope, rewards::Column::CreatedAt, rewards::Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let page = list.page(conn, Some(&query.page), count).await?;
    let (previous, next) = (page.previous, page.next);
    let total = money(share.as_ref().map_or(row.amount, |share| share.total), &row.currency)?;
    let carried_in = money(share.as_ref().map_or(0, |share| share.carried_in), &row.currency)?;
    let rows = partner_scope.lines(conn, page.rows).await?;
    let failures = data::billing::payouts::failures(conn, [row.id]).await?.remove(&row.id).unwrap_or_default();
    let history = history(&partner_scope.company(row.company_id)?.zone()?, &row, &failures);
    let line = payout_lines(conn, &partner_scope, vec![row]).await?.pop().ok_or(Error::NotFound("payout"))?;
    Ok(PayoutDetail { line, total, carried_in, history, page: domain::page::Page { rows, previous, next } })
}
