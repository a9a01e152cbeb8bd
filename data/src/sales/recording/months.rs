//! Into which invoice month a reward may still go.

use std::collections::HashMap;

use domain::review::InvoiceMonths;
use domain::states::InvoiceState;
use domain::{Currency, Instant, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Result;
use crate::store::entities::{companies, invoices};
use crate::store::error::stored;

pub struct Months {
    /// The month that gathers what is new.
    pub accumulating: Month,
    none_yet: InvoiceMonths,
    by_currency: HashMap<Currency, InvoiceMonths>,
}

impl Months {
    pub async fn load<C: ConnectionTrait>(tx: &C, company: &companies::Model, now: Instant) -> Result<Months> {
        let accumulating = company.accumulating_month(now)?;
        let none_yet = InvoiceMonths { open: Month(company.open_month), accumulating, in_review: Vec::new(), frozen: Vec::new() };
        let rows = invoices::Entity::find().filter(invoices::Column::CompanyId.eq(company.id)).all(tx).await?;
        let mut by_currency: HashMap<Currency, InvoiceMonths> = HashMap::new();
        for row in rows {
            let months = by_currency.entry(stored(&row.currency)?).or_insert_with(|| none_yet.clone());
            let open = stored::<InvoiceState>(&row.state)?.open();
            if open { months.in_review.push(Month(row.month)) } else { months.frozen.push(Month(row.month)) }
        }
        Ok(Months { accumulating, none_yet, by_currency })
    }

    /// The month wanted while it still takes rewards; else the accumulating one.
    pub fn place(&self, wanted: Month, currency: Currency) -> Month {
        self.by_currency.get(&currency).unwrap_or(&self.none_yet).payable_in(wanted)
    }
}
