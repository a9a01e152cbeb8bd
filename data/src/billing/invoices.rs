//! Invoices: one per company, month and currency. While one is in review its lines are derived from the rewards; from the
//! freeze on its totals are stored and nothing in it changes.

use domain::facts::Fact;
use domain::invoicing::{ChargeDates, InvoiceSums, PartnerLines, PartnerShare, Retry, settle, sums};
use domain::states::InvoiceState;
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement};
use std::collections::HashMap;
use uuid::Uuid;

use crate::act::Act;
use crate::store::entities::invoices::{Column, Entity, Model};
use crate::store::entities::{companies, invoice_partners};
use crate::store::error::stored;
use crate::{Db, Error, Result, audit, transact};

pub mod freeze;
pub mod list;

impl Model {
    pub fn invoice_state(&self) -> Result<InvoiceState> {
        stored(&self.state)
    }

    pub fn money_currency(&self) -> Result<Currency> {
        stored(&self.currency)
    }

    pub fn invoice_month(&self) -> Month {
        Month(self.month)
    }

    /// What becomes of its charge, once that has failed.
    pub fn retry(&self, now: Instant) -> Retry {
        Retry::of(self.retry_at.map(Instant), now)
    }

    pub fn charge_dates(&self) -> Result<ChargeDates> {
        Ok(ChargeDates {
            state: self.invoice_state()?,
            paused: self.paused_at.is_some(),
            charge_due_at: Instant(self.charge_due_at),
            retry_at: self.retry_at.map(Instant),
            charged_at: self.charged_at.map(Instant),
        })
    }
}

pub async fn find<C: ConnectionTrait>(conn: &C, company_id: Uuid, number: &str) -> Result<Model> {
    Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::Number.eq(number))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the invoice"))
}

pub async fn get<C: ConnectionTrait>(conn: &C, company_id: Uuid, id: Uuid) -> Result<Model> {
    Entity::find_by_id(id).filter(Column::CompanyId.eq(company_id)).one(conn).await?.ok_or(Error::NotFound("the invoice"))
}

/// The invoice that holds a month's rewards in a currency, where it has been generated.
pub async fn of_month<C: ConnectionTrait>(conn: &C, company_id: Uuid, month: Month, currency: Currency) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::Month.eq(month.0))
        .filter(Column::Currency.eq(currency.code()))
        .one(conn)
        .await?)
}

/// A company's invoices, newest first.
pub async fn list<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::CompanyId.eq(company_id)).order_by_desc(Column::Seq).all(conn).await?)
}

/// A month's lines in one currency: how many and their sum, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct CurrencyLines {
    pub currency: String,
    pub lines: i64,
    pub total: i64,
}

/// What a month holds, per currency.
pub async fn currency_lines<C: ConnectionTrait>(conn: &C, company_id: Uuid, month: Month) -> Result<Vec<CurrencyLines>> {
    Ok(CurrencyLines::find_by_statement(Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT currency, COUNT(*) AS lines, CAST(SUM(amount) AS BIGINT) AS total FROM rewards \
         WHERE company_id = $1 AND invoice_month = $2 AND state IN ('pending', 'approved') \
         GROUP BY currency ORDER BY currency",
        [company_id.into(), month.0.into()],
    ))
    .all(conn)
    .await?)
}

/// The month, currency and state of each of a company's invoices.
pub(crate) async fn states<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Vec<(i32, String, String)>> {
    let select = Entity::find().select_only().columns([Column::Month, Column::Currency, Column::State]);
    Ok(select.filter(Column::CompanyId.eq(company_id)).into_tuple().all(conn).await?)
}

/// A month's lines in one currency summed per partner, in order of the partnership's id.
pub async fn partner_lines<C: ConnectionTrait>(conn: &C, company_id: Uuid, month: Month, currency: &str) -> Result<Vec<PartnerLines>> {
    let rows = conn
        .query_all_raw(Statement::from_sql_and_values(
            conn.get_database_backend(),
            "SELECT partnership_id, CAST(SUM(amount) AS BIGINT) AS total, COUNT(*) AS lines, \
             CAST(SUM(fingerprint) AS BIGINT) AS fingerprint FROM rewards \
             WHERE company_id = $1 AND invoice_month = $2 AND currency = $3 AND state IN ('pending', 'approved') \
             GROUP BY partnership_id ORDER BY partnership_id",
            [company_id.into(), month.0.into(), currency.into()],
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(PartnerLines {
                partnership_id: row.try_get_by_index(0)?,
                total: row.try_get_by_index(1)?,
                lines: row.try_get_by_index(2)?,
                fingerprint: row.try_get_by_index(3)?,
            })
        })
        .collect()
}

/// What partners still owe from invoices frozen before, per partnership, below zero. Not the ledger's balance: that one
/// also holds payouts on their way, and lacks invoices that are frozen and not charged yet.
pub(crate) async fn debts<C: ConnectionTrait>(conn: &C, company_id: Uuid, currency: &str) -> Result<HashMap<Uuid, i64>> {
    let rows = conn
        .query_all_raw(Statement::from_sql_and_values(
            conn.get_database_backend(),
            "SELECT p.partnership_id, CAST(SUM(p.carried_out - p.carried_in) AS BIGINT) FROM invoices i \
             JOIN invoice_partners p ON p.invoice_id = i.id \
             WHERE i.company_id = $1 AND i.currency = $2 AND p.carried_in <> p.carried_out \
             GROUP BY p.partnership_id HAVING SUM(p.carried_out - p.carried_in) <> 0",
            [company_id.into(), currency.into()],
        ))
        .await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// What an invoice holds per partner, and in all: stored once it is frozen, derived before.
pub async fn shares<C: ConnectionTrait>(conn: &C, company: &companies::Model, invoice: &Model) -> Result<(Vec<PartnerShare>, InvoiceSums)> {
    if invoice.invoice_state()?.open() {
        return preview(conn, company, invoice.invoice_month(), &invoice.currency).await;
    }
    let shares = stored_shares(conn, invoice.id).await?;
    let sums = sums(&shares, 0);
    let fee = i128::from(invoice.fee.unwrap_or_default());
    Ok((shares, InvoiceSums { fee, charge: sums.payouts + fee, ..sums }))
}

/// What a month that is not frozen would come to if it were charged now.
pub async fn preview<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    month: Month,
    currency: &str,
) -> Result<(Vec<PartnerShare>, InvoiceSums)> {
    let lines = partner_lines(conn, company.id, month, currency).await?;
    let debts = debts(conn, company.id, currency).await?;
    let shares: Vec<PartnerShare> =
        lines.into_iter().map(|lines| settle(lines, debts.get(&lines.partnership_id).copied().unwrap_or_default())).collect();
    let sums = sums(&shares, company.fee_ppm);
    Ok((shares, sums))
}

pub(crate) async fn stored_shares<C: ConnectionTrait>(conn: &C, invoice_id: Uuid) -> Result<Vec<PartnerShare>> {
    let rows = invoice_partners::Entity::find()
        .filter(invoice_partners::Column::InvoiceId.eq(invoice_id))
        .order_by_asc(invoice_partners::Column::PartnershipId)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| PartnerShare {
            partnership_id: row.partnership_id,
            total: row.total,
            lines: row.lines,
            fingerprint: row.fingerprint,
            carried_in: row.carried_in,
            payout: row.payout,
            carried_out: row.carried_out,
        })
        .collect())
}

/// Keeps an invoice in review until it is resumed: it is not charged.
pub async fn pause(db: &Db, act: &Act<'_>, number: &str, reason: &str) -> Result<()> {
    let company_id = act.company_id;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "say why the invoice is paused"));
    }
    transact!(db, |tx| {
        let invoice = find(tx, company_id, number).await?;
        in_review(&invoice)?;
        if invoice.paused_at.is_some() {
            return Err(Error::conflict(format!("invoice {number} is paused already")));
        }
        pause_in(tx, act, &invoice, reason).await
    })
}

pub(crate) async fn pause_in<C: ConnectionTrait>(tx: &C, act: &Act<'_>, invoice: &Model, reason: &str) -> Result<()> {
    let now = act.now;
    Entity::update_many()
        .col_expr(Column::PausedAt, Expr::value(now.0))
        .col_expr(Column::PausedBy, Expr::value(act.actor.stored()))
        .col_expr(Column::PauseReason, Expr::value(reason))
        .filter(Column::Id.eq(invoice.id))
        .exec(tx)
        .await?;
    audit::record(tx, act, &invoice.number, Fact::InvoicePaused { reason: reason.to_owned() }).await
}

/// Takes a pause back. Past its due day, the invoice is charged at the next run. Returns why it was paused.
pub async fn resume(db: &Db, act: &Act<'_>, number: &str) -> Result<String> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let invoice = find(tx, company_id, number).await?;
        in_review(&invoice)?;
        if invoice.paused_at.is_none() {
            return Err(Error::conflict(format!("invoice {number} is not paused")));
        }
        Entity::update_many()
            .col_expr(Column::PausedAt, Expr::value(None::<i64>))
            .col_expr(Column::PausedBy, Expr::value(None::<String>))
            .col_expr(Column::PauseReason, Expr::value(None::<String>))
            .filter(Column::Id.eq(invoice.id))
            .exec(tx)
            .await?;
        audit::record(tx, act, number, Fact::InvoiceResumed {}).await?;
        Ok(invoice.pause_reason.unwrap_or_default())
    })
}

fn in_review(invoice: &Model) -> Result<()> {
    if invoice.invoice_state()?.open() {
        return Ok(());
    }
    Err(Error::conflict(format!("invoice {} is frozen: its review is over", invoice.number)))
}
