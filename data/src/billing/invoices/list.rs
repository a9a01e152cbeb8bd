//! Which invoices the list of invoices has, and which rewards are an invoice's lines.

use domain::list_query::ListQuery;
use domain::states::{InvoiceState, RewardState};
use domain::{Currency, Month};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;
use uuid::Uuid;

use crate::Result;
use crate::store::entities::invoices::Column;
use crate::store::entities::rewards;

/// What the list is filtered by, beside the company.
pub fn filter_of(query: &ListQuery) -> Result<Option<Condition>> {
    let state = query.word::<InvoiceState>("status")?.map(|state| Column::State.eq(state.word()));
    let currency = query.word::<Currency>("currency")?.map(|currency| Column::Currency.eq(currency.code()));
    let filter = Condition::all().add_option(state).add_option(currency);
    Ok((!filter.is_empty()).then_some(filter))
}

/// What makes a reward a line of a month's invoice.
pub fn lines_of(company_id: Uuid, month: Month, currency: Currency) -> Condition {
    Condition::all()
        .add(rewards::Column::CompanyId.eq(company_id))
        .add(rewards::Column::InvoiceMonth.eq(month.0))
        .add(rewards::Column::Currency.eq(currency.code()))
        .add(rewards::Column::State.is_in([RewardState::Pending.word(), RewardState::Approved.word()]))
}
