use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use domain::states::{PayoutState, RewardState};
use domain::zone::Zone;
use domain::{Instant, Money, Month, invoicing};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::cells::{Cell, Column, column};
use super::{PAGE_ROWS, Page, Source, beyond, keys};
use crate::Result;
use crate::entities::rewards::{Column as Field, Entity, Model};
use crate::entities::{invoices, partnerships, payouts};
use crate::error::stored;

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

/// The local date on which the partner can expect the money of a reward in this month: when its invoice is or will be
/// charged, and then the days their payout method takes.
pub fn estimated_payment_date(zone: &Zone, month: Month, invoice: Option<&invoices::Model>, settlement_days: i32) -> NaiveDate {
    let charged_at = match invoice {
        Some(invoice) => Instant(invoice.charged_at.unwrap_or(invoice.charge_due_at)),
        None => invoicing::schedule(zone, month, zone.month_start(month.next())).charge_due_at,
    };
    let days = Days::new(u64::try_from(settlement_days).unwrap_or(0));
    let date = zone.date(charged_at);
    date.checked_add_days(days).unwrap_or(date)
}

/// What the invoices and payouts of a page's rewards say.
struct Billing {
    invoices: HashMap<(i32, String), invoices::Model>,
    paid: HashSet<(Uuid, Uuid)>,
    settlement_days: HashMap<Uuid, i32>,
}

impl Billing {
    async fn read<C: ConnectionTrait>(conn: &C, company_id: Uuid, rows: &[Model]) -> Result<Billing> {
        let months: HashSet<i32> = rows.iter().map(|row| row.invoice_month).collect();
        let partnership_ids: HashSet<Uuid> = rows.iter().map(|row| row.partnership_id).collect();
        let invoices = invoices::Entity::find()
            .filter(invoices::Column::CompanyId.eq(company_id))
            .filter(invoices::Column::Month.is_in(months))
            .all(conn)
            .await?;
        let paid = payouts::Entity::find()
            .select_only()
            .column(payouts::Column::PartnershipId)
            .column(payouts::Column::InvoiceId)
            .filter(payouts::Column::CompanyId.eq(company_id))
            .filter(payouts::Column::PartnershipId.is_in(partnership_ids.iter().copied()))
            .filter(payouts::Column::InvoiceId.is_in(invoices.iter().map(|invoice| invoice.id)))
            .filter(payouts::Column::State.eq(PayoutState::Paid.word()))
            .into_tuple::<(Uuid, Uuid)>()
            .all(conn)
            .await?;
        let settlement_days: Vec<(Uuid, i32)> = partnerships::Entity::find()
            .select_only()
            .column(partnerships::Column::Id)
            .column(partnerships::Column::SettlementDays)
            .filter(partnerships::Column::Id.is_in(partnership_ids))
            .into_tuple()
            .all(conn)
            .await?;
        Ok(Billing {
            invoices: invoices.into_iter().map(|row| ((row.month, row.currency.clone()), row)).collect(),
            paid: paid.into_iter().collect(),
            settlement_days: settlement_days.into_iter().collect(),
        })
    }
}

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let conn = source.conn;
    let rows = Entity::find()
        .filter(Field::CompanyId.eq(source.company.id))
        .filter(source.filter.clone())
        .filter(beyond(Field::CreatedAt, Field::Id, source.after))
        .order_by_asc(Field::CreatedAt)
        .order_by_asc(Field::Id)
        .limit(PAGE_ROWS)
        .all(conn)
        .await?;
    let partners = keys::partner_keys(conn, rows.iter().map(|row| row.partnership_id)).await?;
    let customers = keys::customer_keys(conn, rows.iter().filter_map(|row| row.customer_id)).await?;
    let transactions = keys::transaction_keys(conn, rows.iter().filter_map(|row| row.transaction_id)).await?;
    let offers = keys::offer_keys(conn, rows.iter().filter_map(|row| row.offer_id)).await?;
    let reversed = keys::reward_keys(conn, rows.iter().filter_map(|row| row.reverses)).await?;
    let billing = Billing::read(conn, source.company.id, &rows).await?;
    let zone: Zone = stored(&source.company.timezone)?;
    let last = rows.last().map(|row| (row.created_at, row.id));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let state: RewardState = stored(&row.state)?;
        let invoice = billing.invoices.get(&(row.invoice_month, row.currency.clone())).filter(|_| state.payable());
        let paid = invoice.is_some_and(|invoice| billing.paid.contains(&(row.partnership_id, invoice.id)));
        let settlement_days = billing.settlement_days.get(&row.partnership_id).copied().unwrap_or(0);
        let month = Month(row.invoice_month);
        let estimated = state.payable().then(|| estimated_payment_date(&zone, month, invoice, settlement_days));
        cells.push(vec![
            Cell::text(row.key),
            partners.cell(row.partnership_id),
            customers.cell(row.customer_id),
            transactions.cell(row.transaction_id),
            offers.cell(row.offer_id),
            Cell::optional(row.trigger_key),
            Cell::text(row.source),
            reversed.cell(row.reverses),
            Cell::Amount(Money::new(row.amount, stored(&row.currency)?)),
            Cell::text(row.currency),
            Cell::text(if paid { RewardState::Paid.word() } else { state.word() }),
            Cell::text(row.description),
            Cell::optional(invoice.map(|invoice| invoice.number.clone())),
            Cell::Month(month),
            Cell::Time(Instant(row.occurred_at)),
            Cell::Time(Instant(row.created_at)),
            estimated.map_or(Cell::Nothing, Cell::Date),
        ]);
    }
    Ok(Page::new(cells, last))
}
