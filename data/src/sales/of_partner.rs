//! Which rewards and transactions one partner's tabs list.

use std::collections::{BTreeMap, HashMap};

use domain::list_query::ListQuery;
use domain::payment;
use domain::states::{RewardState, RewardStatus};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::network::partners;
use crate::store::entities::{companies, invoices, payouts, rewards, transactions};
use crate::store::error::stored;

/// The rewards of the partner's tab under this query.
pub async fn rewards<C: ConnectionTrait>(conn: &C, company: &companies::Model, partner_key: &str, query: &ListQuery) -> Result<Condition> {
    let row = partners::find_by_key(conn, company.id, partner_key).await?;
    let of_status = match query.word("status")? {
        Some(status) => Some(status_condition(conn, company.id, row.id, status).await?),
        None => None,
    };
    Ok(Condition::all().add(rewards::Column::PartnershipId.eq(row.id)).add_option(of_status))
}

/// The transactions of the partner's tab under this query.
pub async fn transactions<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    partner_key: &str,
    query: &ListQuery,
) -> Result<Condition> {
    let row = partners::find_by_key(conn, company.id, partner_key).await?;
    let scope = Condition::all().add(transactions::Column::PartnershipId.eq(row.id)).add(transactions::Column::VoidedAt.is_null());
    Ok(scope.add_option(kind_filter(query)?))
}

/// Sales or refunds; `None` for both.
pub fn kind_filter(query: &ListQuery) -> Result<Option<Condition>> {
    let kind = query.one_of("kind", &["sale", "refund"])?;
    Ok(kind.map(|kind| match kind {
        "sale" => Condition::all().add(transactions::Column::RefundOf.is_null()),
        _ => Condition::all().add(transactions::Column::RefundOf.is_not_null()),
    }))
}

/// The partner's rewards that show this status: what [`domain::payment::status`] says of each, as a condition.
pub async fn status_condition<C: ConnectionTrait>(
    conn: &C,
    company_id: Uuid,
    partnership: Uuid,
    status: RewardStatus,
) -> Result<Condition> {
    use rewards::Column;
    let state = |state: RewardState| Condition::all().add(Column::State.eq(state.word()));
    let stored_as = match status {
        RewardStatus::OnHold => return Ok(state(RewardState::Hold)),
        RewardStatus::Declined => return Ok(state(RewardState::Declined)),
        RewardStatus::Scheduled => return Ok(state(RewardState::Scheduled)),
        RewardStatus::PaidElsewhere => return Ok(state(RewardState::Paid)),
        RewardStatus::New => state(RewardState::Pending),
        RewardStatus::Approved => state(RewardState::Approved),
        RewardStatus::Invoiced | RewardStatus::Paid => {
            Condition::all().add(Column::State.is_in([RewardState::Pending, RewardState::Approved].map(|state| state.word())))
        }
    };
    let of_company: Vec<(Uuid, i32, String, String)> = invoices::Entity::find()
        .select_only()
        .columns([invoices::Column::Id, invoices::Column::Month, invoices::Column::Currency, invoices::Column::State])
        .filter(invoices::Column::CompanyId.eq(company_id))
        .into_tuple()
        .all(conn)
        .await?;
    let states: Vec<(Uuid, String)> = payouts::Entity::find()
        .select_only()
        .columns([payouts::Column::InvoiceId, payouts::Column::State])
        .filter(payouts::Column::PartnershipId.eq(partnership))
        .into_tuple()
        .all(conn)
        .await?;
    let payouts: HashMap<Uuid, String> = states.into_iter().collect();
    // Months whose invoice makes of a reward what is asked for; for new and approved ones, those that make something else of it.
    let before = matches!(status, RewardStatus::New | RewardStatus::Approved);
    let mut months: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for (id, month, currency, state) in of_company {
        let payout = payouts.get(&id).map(|state| stored(state)).transpose()?;
        let shown = payment::status(RewardState::Pending, Some(stored(&state)?), payout);
        if if before { shown != RewardStatus::New } else { shown == status } {
            months.entry(currency).or_default().push(month);
        }
    }
    let nothing = Condition::any().add(Column::Id.eq(Uuid::nil()));
    let there = months.into_iter().fold(nothing, |any, (currency, months)| {
        any.add(Condition::all().add(Column::Currency.eq(currency)).add(Column::InvoiceMonth.is_in(months)))
    });
    Ok(stored_as.add(if before { there.not() } else { there }))
}
