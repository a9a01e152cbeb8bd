//! Into which invoice month a reward may still go.

use std::collections::HashMap;

use domain::states::InvoiceState;
use domain::{Currency, Instant, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Result;
use crate::entities::{companies, invoices};
use crate::error::stored;

pub struct Months {
    /// The month that gathers what is new.
    pub accumulating: Month,
    open: Month,
    in_review: HashMap<(Month, Currency), bool>,
}

impl Months {
    pub async fn load<C: ConnectionTrait>(tx: &C, company: &companies::Model, now: Instant) -> Result<Months> {
        let rows = invoices::Entity::find().filter(invoices::Column::CompanyId.eq(company.id)).all(tx).await?;
        let mut in_review = HashMap::with_capacity(rows.len());
        for row in rows {
            let state: InvoiceState = stored(&row.state)?;
            in_review.insert((Month(row.month), stored(&row.currency)?), state.open());
        }
        Ok(Months { accumulating: company.accumulating_month(now)?, open: Month(company.open_month), in_review })
    }

    /// The month wanted if nothing in it is frozen and its invoices are still to come or in review; else the accumulating one.
    pub fn place(&self, wanted: Month, currency: Currency) -> Month {
        let fits = match self.in_review.get(&(wanted, currency)) {
            Some(in_review) => *in_review,
            None => wanted >= self.open,
        };
        if fits { wanted } else { self.accumulating }
    }
}
