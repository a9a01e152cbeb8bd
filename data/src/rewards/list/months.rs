//! Which months' rewards may still be decided about.

use domain::states::InvoiceState;
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Result;
use crate::store::entities::companies;
use crate::store::entities::invoices;
use crate::store::entities::reward_counts::{self, Column};
use crate::store::entities::rewards::Column as Reward;
use crate::store::error::stored;

/// A company's months as Review Rewards looks at them.
pub struct Months {
    pub accumulating: Month,
    /// The earliest month whose invoices have not been generated.
    pub open: Month,
    pub in_review: Vec<invoices::Model>,
    /// Every month that has an invoice, newest first.
    pub invoiced: Vec<Month>,
    /// The currencies of all invoices and of the open months, the company's first.
    pub currencies: Vec<Currency>,
    /// Open months and currencies that have rewards.
    pub month_currencies: Vec<(i32, String)>,
}

impl Months {
    pub async fn of<C: ConnectionTrait>(conn: &C, company: &companies::Model, now: Instant) -> Result<Months> {
        let rows = crate::billing::invoices::states(conn, company.id).await?;
        let in_review = invoices::Entity::find()
            .filter(invoices::Column::CompanyId.eq(company.id))
            .filter(invoices::Column::State.eq(InvoiceState::InReview.word()))
            .order_by_asc(invoices::Column::Seq)
            .all(conn)
            .await?;
        let open = Month(company.open_month);
        let first = in_review.iter().map(|invoice| Month(invoice.month)).chain([open]).min().unwrap_or(open);
        let mut month_currencies = month_currencies_from(conn, company, first).await?;
        month_currencies.retain(|(month, currency)| {
            Month(*month) >= open || in_review.iter().any(|invoice| invoice.month == *month && invoice.currency == *currency)
        });
        let mut invoiced: Vec<Month> = rows.iter().map(|(month, ..)| Month(*month)).collect();
        invoiced.sort_unstable();
        invoiced.dedup();
        invoiced.reverse();
        let first = company.money_currency()?;
        let mut currencies = vec![first];
        for code in rows.iter().map(|(_, currency, _)| currency).chain(month_currencies.iter().map(|(_, currency)| currency)) {
            let currency = stored(code)?;
            if !currencies.contains(&currency) {
                currencies.push(currency);
            }
        }
        currencies[1..].sort_unstable();
        Ok(Months { accumulating: company.accumulating_month(now)?, open, in_review, invoiced, currencies, month_currencies })
    }

    /// The latest month with an invoice in review.
    pub fn under_review(&self) -> Option<Month> {
        self.in_review.iter().map(|invoice| Month(invoice.month)).max()
    }

    /// Rewards of the open months, and those that wait outside of any.
    pub fn open_condition(&self) -> Condition {
        let mut open = Condition::any().add(Reward::InvoiceMonth.gte(self.open.0)).add(Reward::State.is_in(["hold", "scheduled"]));
        for invoice in &self.in_review {
            open = open.add(Reward::InvoiceMonth.eq(invoice.month).and(Reward::Currency.eq(invoice.currency.as_str())));
        }
        open
    }
}

/// The months from `first` on that have rewards, with their currencies: from the counts that are kept, however many there are.
async fn month_currencies_from<C: ConnectionTrait>(conn: &C, company: &companies::Model, first: Month) -> Result<Vec<(i32, String)>> {
    let found = reward_counts::Entity::find()
        .select_only()
        .columns([Column::InvoiceMonth, Column::Currency])
        .filter(Column::CompanyId.eq(company.id))
        .filter(Column::InvoiceMonth.gte(first.0))
        .filter(Column::Rewards.gt(0))
        .distinct()
        .order_by_asc(Column::InvoiceMonth)
        .order_by_asc(Column::Currency);
    Ok(found.into_tuple().all(conn).await?)
}
