//! The end of a review: totals per partner are stored and sealed.

use domain::Instant;
use domain::invoicing::{InvoiceTotals, PartnerShare, digest};
use domain::states::InvoiceState;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::preview;
use crate::store::entities::companies;
use crate::store::entities::invoices::{Column, Entity, Model};
use crate::store::execute_with_shared_and_rows;
use crate::{Error, Result};

/// Freezes an invoice in review. From here on no reward comes onto it, leaves it or changes. `None` where its sums are too large to
/// be charged: nothing is written.
pub async fn freeze<C: ConnectionTrait>(
    tx: &C,
    company: &companies::Model,
    invoice: &Model,
    now: Instant,
) -> Result<Option<(Vec<PartnerShare>, InvoiceTotals)>> {
    let (shares, sums) = preview(tx, company, invoice.invoice_month(), &invoice.currency).await?;
    let Some(totals) = sums.totals() else { return Ok(None) };
    let seal = digest(&invoice.number, invoice.invoice_month(), &invoice.currency, totals.fee, &shares);
    // Before the partners' rows: two that freeze the same invoice meet here.
    let frozen = Entity::update_many()
        .col_expr(Column::State, Expr::value(InvoiceState::Charging.word()))
        .col_expr(Column::FrozenAt, Expr::value(now.0))
        .col_expr(Column::Total, Expr::value(totals.total))
        .col_expr(Column::Lines, Expr::value(totals.lines))
        .col_expr(Column::ChargeAmount, Expr::value(totals.charge))
        .col_expr(Column::Fee, Expr::value(totals.fee))
        .col_expr(Column::Digest, Expr::value(seal))
        .filter(Column::Id.eq(invoice.id))
        .filter(Column::State.eq(InvoiceState::InReview.word()))
        .exec(tx)
        .await?;
    if frozen.rows_affected != 1 {
        return Err(Error::conflict(format!("invoice {} is not in review any more", invoice.number)));
    }
    let rows = shares.iter().map(|share| {
        [
            share.partnership_id.into(),
            share.total.into(),
            share.lines.into(),
            share.fingerprint.into(),
            share.carried_in.into(),
            share.payout.into(),
            share.carried_out.into(),
        ]
    });
    execute_with_shared_and_rows(
        tx,
        "WITH s(invoice_id, company_id) AS (VALUES {shared}), \
         v(partnership_id, total, lines, fingerprint, carried_in, payout, carried_out) AS (VALUES {rows}) \
         INSERT INTO invoice_partners (invoice_id, company_id, partnership_id, total, lines, fingerprint, carried_in, payout, carried_out) \
         SELECT s.invoice_id, s.company_id, v.partnership_id, v.total, v.lines, v.fingerprint, v.carried_in, v.payout, v.carried_out FROM v, s",
        vec![invoice.id.into(), company.id.into()],
        rows,
    )
    .await?;
    Ok(Some((shares, totals)))
}
