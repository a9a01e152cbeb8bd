use domain::states::{RewardState, RewardStatus};
use domain::{Instant, Money, Month};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait};
use uuid::Uuid;

use super::cells::{Cell, Column, column};
use super::{Page, Source, keys};
use data::Result;
use data::billing::invoices;
use data::rewards::outlook::Outlook;
use data::store::entities::rewards::{Column as Field, Entity};
use data::store::error::stored;

pub const COLUMNS: &[Column] = &[
    column("key"),
    column("partner_key"),
    column("customer_key"),
    column("transaction_key"),
    column("offer_key"),
    column("trigger_key"),
    column("source"),
    column("reverses"),
    column("amount"),
    column("currency"),
    column("reward_status"),
    column("description"),
    column("invoice_number"),
    column("invoice_month"),
    column("occurred_at"),
    column("created_at"),
    column("estimated_payment_date"),
];

/// The lines of an invoice.
pub async fn lines_of<C: ConnectionTrait>(conn: &C, company_id: Uuid, number: &str) -> Result<Condition> {
    let invoice = invoices::find(conn, company_id, number).await?;
    let payable = RewardState::ALL.iter().filter(|state| state.payable()).map(|state| state.word());
    Ok(Condition::all()
        .add(Field::InvoiceMonth.eq(invoice.month))
        .add(Field::Currency.eq(invoice.currency))
        .add(Field::State.is_in(payable)))
}

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let conn = source.conn;
    let rows = source.rows::<Entity>(Field::CompanyId, Field::CreatedAt, Field::Id).await?;
    let partners = keys::partner_keys(conn, rows.iter().map(|row| row.partnership_id)).await?;
    let customers = keys::customer_keys(conn, rows.iter().filter_map(|row| row.customer_id)).await?;
    let transactions = keys::transaction_keys(conn, rows.iter().filter_map(|row| row.transaction_id)).await?;
    let offers = keys::offer_keys(conn, rows.iter().filter_map(|row| row.offer_id)).await?;
    let reversed = keys::reward_keys(conn, rows.iter().filter_map(|row| row.reverses)).await?;
    let outlook = Outlook::of(conn, source.company, &rows).await?;
    let last = rows.last().map(|row| (row.created_at, row.id));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let state: RewardState = stored(&row.state)?;
        let (month, currency, partnership) = (row.invoice_month, row.currency.as_str(), row.partnership_id);
        let invoice = outlook.invoice(month, currency).filter(|_| state.payable());
        let paid = outlook.status(state, month, currency, partnership) == RewardStatus::Paid;
        let payment_date = outlook.payment_date(state, month, currency, partnership);
        let invoice_number = Cell::optional(invoice.map(|invoice| invoice.number.clone()));
        let money = Money::new(row.amount, stored(currency)?);
        cells.push(vec![
            Cell::text(row.key),
            partners.cell(row.partnership_id),
            customers.cell(row.customer_id),
            transactions.cell(row.transaction_id),
            offers.cell(row.offer_id),
            Cell::optional(row.trigger_key),
            Cell::text(row.source),
            reversed.cell(row.reverses),
            Cell::Amount(money),
            Cell::text(row.currency),
            Cell::text(if paid { RewardState::Paid.word() } else { state.word() }),
            Cell::text(row.description),
            invoice_number,
            Cell::Month(Month(month)),
            Cell::Time(Instant(row.occurred_at)),
            Cell::Time(Instant(row.created_at)),
            payment_date.map_or(Cell::Nothing, Cell::Date),
        ]);
    }
    Ok(Page::new(cells, last))
}
