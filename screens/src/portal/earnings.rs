//! What a partner is owed, by how near it is.

use std::collections::BTreeMap;

use domain::states::{InvoiceState, PayoutState, RewardState};
use domain::{Currency, Money};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;
use views::portal::Earnings;

use super::PartnerScope;
use data::Result;
use data::rewards::figures;
use data::store::entities::payouts;
use data::store::error::stored;

type Sums = BTreeMap<Currency, i64>;

pub async fn of<C: ConnectionTrait>(conn: &C, partner_scope: &PartnerScope) -> Result<Earnings> {
    let mut stages: BTreeMap<(Uuid, i32, String), InvoiceState> = BTreeMap::new();
    for invoice in partner_scope.invoices(conn).await? {
        stages.insert((invoice.company_id, invoice.month, invoice.currency), stored(&invoice.state)?);
    }
    let [mut in_review, mut on_hold, mut scheduled, mut expected] = [(); 4].map(|()| Sums::new());
    for sum in figures::of_partnerships(conn, partner_scope.with_companies()).await? {
        let currency = sum.currency;
        let into = match sum.state {
            RewardState::Hold => &mut on_hold,
            RewardState::Scheduled => &mut scheduled,
            RewardState::Declined | RewardState::Paid => continue,
            RewardState::Pending | RewardState::Approved => match stages.get(&(sum.company_id, sum.month, currency.code().to_owned())) {
                None => &mut expected,
                Some(InvoiceState::InReview | InvoiceState::Charging | InvoiceState::ChargeFailed) => &mut in_review,
                Some(InvoiceState::Charged | InvoiceState::Paid) => continue,
            },
        };
        let total = into.entry(currency).or_default();
        *total = total.saturating_add(sum.total);
    }
    let (mut available, mut failed, mut paid) = (Sums::new(), Sums::new(), Sums::new());
    for (currency, state, total) in payout_sums(conn, partner_scope).await? {
        let into = match stored::<PayoutState>(&state)? {
            PayoutState::Paid => &mut paid,
            PayoutState::Failed | PayoutState::Returned => &mut failed,
            PayoutState::Pending | PayoutState::Sending | PayoutState::Sent => &mut available,
        };
        *into.entry(stored(&currency)?).or_default() += total;
    }
    Ok(Earnings {
        available: listed(available),
        failed: listed(failed),
        in_review: listed(in_review),
        on_hold: listed(on_hold),
        scheduled: listed(scheduled),
        expected: listed(expected),
        paid: listed(paid),
    })
}

fn listed(sums: Sums) -> Vec<Money> {
    sums.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect()
}

async fn payout_sums<C: ConnectionTrait>(conn: &C, partner_scope: &PartnerScope) -> Result<Vec<(String, String, i64)>> {
    use payouts::Column;
    let mut select = Query::select();
    select
        .from(payouts::Entity)
        .columns([Column::Currency, Column::State])
        .expr_as(Expr::col(Column::Amount).sum().cast_as(Alias::new("BIGINT")), Alias::new("total"))
        .and_where(Column::PartnershipId.is_in(partner_scope.ids()))
        .group_by_col(Column::Currency)
        .group_by_col(Column::State);
    let rows = conn.query_all(&select).await?;
    rows.iter().map(|row| Ok((row.try_get("", "currency")?, row.try_get("", "state")?, row.try_get("", "total")?))).collect()
}
