//! Payouts as the partner sees them, each with what it contains.

use domain::states::PayoutState;
use domain::views::ListQuery;
use domain::views::portal::{PayoutDetail, PayoutLine, Payouts};
use domain::{Instant, Month, ids};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{Desk, PAYOUT_PREFIX, earnings};
use crate::entities::{invoice_partners, invoices, payouts, rewards};
use crate::error::stored;
use crate::queries::lines::money;
use crate::queries::page::List;
use crate::queries::words;
use crate::{Db, Error, Result};

/// A page of payouts, newest first.
pub async fn payouts(db: &Db, partner_id: Uuid, query: &ListQuery) -> Result<Payouts> {
    let conn = &db.snapshot().await?;
    let desk = Desk::of(conn, partner_id).await?;
    let scope = Condition::all().add(payouts::Column::PartnershipId.is_in(desk.ids()));
    let list = List { descending: true, ..List::<payouts::Entity>::new(scope, payouts::Column::CreatedAt, payouts::Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let page = list.page(conn, Some(&query.page), count).await?;
    let (previous, next) = (page.previous, page.next);
    let rows = payout_lines(conn, &desk, page.rows).await?;
    Ok(Payouts { page: domain::page::Page { rows, previous, next }, earnings: earnings::of(conn, &desk).await? })
}

async fn payout_lines<C: ConnectionTrait>(conn: &C, desk: &Desk, rows: Vec<payouts::Model>) -> Result<Vec<PayoutLine>> {
    let of = invoices::Entity::find().filter(invoices::Column::Id.is_in(rows.iter().map(|row| row.invoice_id))).all(conn).await?;
    rows.into_iter()
        .map(|row| {
            let company = desk.company(row.company_id)?;
            let invoice = of.iter().find(|invoice| invoice.id == row.invoice_id).ok_or(Error::NotFound("invoice"))?;
            let at = row.paid_at.or(row.sent_at).unwrap_or(row.due_at);
            Ok(PayoutLine {
                key: ids::key(PAYOUT_PREFIX, row.id),
                company: company.name.clone(),
                month: Month(invoice.month).long(),
                invoice_number: invoice.number.clone(),
                amount: money(row.amount, &row.currency)?,
                state: stored::<PayoutState>(&row.state)?,
                date: words::day(&company.zone()?, Instant(at)),
            })
        })
        .collect()
}

/// One payout and a page of the commissions in it.
pub async fn payout(db: &Db, partner_id: Uuid, key: &str, query: &ListQuery) -> Result<PayoutDetail> {
    let conn = &db.snapshot().await?;
    let desk = Desk::of(conn, partner_id).await?;
    let id = ids::parse_key(PAYOUT_PREFIX, key).ok_or(Error::NotFound("payout"))?;
    let row = payouts::Entity::find_by_id(id)
        .filter(payouts::Column::PartnershipId.is_in(desk.ids()))
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
    let rows = desk.lines(conn, page.rows).await?;
    let line = payout_lines(conn, &desk, vec![row]).await?.pop().ok_or(Error::NotFound("payout"))?;
    Ok(PayoutDetail { line, total, carried_in, page: domain::page::Page { rows, previous, next } })
}
