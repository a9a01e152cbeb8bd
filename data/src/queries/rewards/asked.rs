//! What the address of Review Rewards asks for.

use domain::states::{RewardSource, RewardState};
use domain::views::{Choice, ListQuery};
use domain::{Currency, Money, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::ALL_MONTHS;
use super::cells::{self, Kinds, Span};
use super::months::Months;
use super::people::{self, Found};
use super::places::shelves_of;
use crate::Result;
use crate::entities::companies;
use crate::entities::rewards::Column;

/// What the address asks for, as conditions.
pub struct Asked {
    pub state: Option<RewardState>,
    pub partner: Option<(Uuid, Choice)>,
    pub customer: Option<(Uuid, Choice)>,
    pub group: Option<Uuid>,
    pub source: Option<RewardSource>,
    pub currency: Option<Currency>,
    pub months: AskedMonths,
    pub found: Option<Found>,
    /// The range in each currency that has one; None: whatever the amount.
    pub amounts: Option<Vec<(Currency, Condition)>>,
}

pub enum AskedMonths {
    /// Those that are open, with what waits outside of any.
    Open {
        condition: Condition,
        shelves: Vec<(i32, String)>,
    },
    One {
        month: Month,
        condition: Condition,
        shelves: Vec<(i32, String)>,
    },
    /// With the currencies that there are.
    All(Vec<String>),
}

impl AskedMonths {
    pub fn condition(&self) -> Option<Condition> {
        match self {
            AskedMonths::Open { condition, .. } | AskedMonths::One { condition, .. } => Some(condition.clone()),
            AskedMonths::All(_) => None,
        }
    }
}

impl Asked {
    pub async fn read<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        query: &ListQuery,
        months: &Months,
        groups: &[(Uuid, Choice)],
    ) -> Result<Asked> {
        let group = query.filter("group");
        let asked_months = match query.filter("month") {
            ALL_MONTHS => AskedMonths::All(cells::currencies(conn, company.id).await?),
            month => match month.parse::<Month>() {
                Ok(month) => AskedMonths::One {
                    month,
                    condition: Condition::all().add(Column::InvoiceMonth.eq(month.0)),
                    shelves: shelves_of(month, &months.currencies),
                },
                Err(_) => AskedMonths::Open { condition: months.open_condition(), shelves: months.shelves.clone() },
            },
        };
        Ok(Asked {
            state: query.filter("status").parse().ok(),
            partner: people::partner(conn, company.id, query.filter("partner")).await?,
            customer: people::customer(conn, company.id, query.filter("customer")).await?,
            // A group that is not there matches nothing.
            group: (!group.is_empty()).then(|| groups.iter().find(|(_, known)| known.value == group).map_or(Uuid::nil(), |(id, _)| *id)),
            source: query.filter("source").parse().ok(),
            currency: query.filter("currency").parse().ok(),
            months: asked_months,
            found: people::searched(conn, company.id, &query.search).await?,
            amounts: ranges(&months.currencies, query.filter("min"), query.filter("max")),
        })
    }

    /// What is asked for, where the kept counts know it.
    pub fn kinds(&self, company_id: Uuid) -> Option<Kinds> {
        let known = self.found.is_none() && self.amounts.is_none() && self.partner.is_none() && self.customer.is_none();
        known.then(|| Kinds {
            company_id,
            months: match &self.months {
                AskedMonths::Open { shelves, .. } => Span::Open(shelves.clone()),
                AskedMonths::One { month, .. } => Span::One(*month),
                AskedMonths::All(_) => Span::All,
            },
            currency: self.currency,
            group: self.group,
            source: self.source,
        })
    }
}

/// Amounts from and up to a number of major units, in each currency its own. What is no amount in any of them is left out.
fn ranges(currencies: &[Currency], min: &str, max: &str) -> Option<Vec<(Currency, Condition)>> {
    let parsed = |typed: &str| -> Vec<Money> { currencies.iter().filter_map(|currency| Money::parse(typed, *currency).ok()).collect() };
    let (least, most) = (parsed(min), parsed(max));
    if least.is_empty() && most.is_empty() {
        return None;
    }
    let bound = |bounds: &[Money], currency: Currency| bounds.iter().find(|bound| bound.currency == currency).map(|bound| bound.minor);
    let range = |currency: &Currency| {
        let (low, high) = (bound(&least, *currency), bound(&most, *currency));
        let left_out = (low.is_none() && !least.is_empty()) || (high.is_none() && !most.is_empty());
        let low = low.map(|minor| Column::Amount.gte(minor));
        (!left_out).then(|| (*currency, Condition::all().add_option(low).add_option(high.map(|minor| Column::Amount.lte(minor)))))
    };
    Some(currencies.iter().filter_map(range).collect())
}
