//! What the address of Review Rewards asks for.

use domain::Choice;
use domain::list_query::ListQuery;
use domain::states::{RewardSource, RewardState};
use domain::{Currency, Money, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::months::Months;
use super::people::{self, SearchHits};
use super::state_counts::{self, CountedFilter, MonthScope};
use super::{ALL_MONTHS, SORTS};
use crate::Result;
use crate::store::entities::companies;
use crate::store::entities::rewards::Column;
use crate::store::error::stored;

/// What the address asks for, as conditions.
pub struct RewardFilter {
    /// The column that is sorted by, and whether descending.
    pub order: (Column, bool),
    pub state: Option<RewardState>,
    pub partner: Option<(Uuid, Choice)>,
    pub customer: Option<(Uuid, Choice)>,
    pub group: Option<Uuid>,
    pub source: Option<RewardSource>,
    pub currency: Option<Currency>,
    pub months: MonthFilter,
    pub hits: Option<SearchHits>,
    /// The range in each currency that has one; None: whatever the amount.
    pub amounts: Option<Vec<(Currency, Condition)>>,
}

pub enum MonthFilter {
    /// Those that are open, with what waits outside of any.
    Open {
        condition: Condition,
        month_currencies: Vec<(i32, String)>,
    },
    One {
        month: Month,
        condition: Condition,
        month_currencies: Vec<(i32, String)>,
    },
    /// With the currencies that there are.
    All(Vec<String>),
}

impl MonthFilter {
    pub fn condition(&self) -> Option<Condition> {
        match self {
            MonthFilter::Open { condition, .. } | MonthFilter::One { condition, .. } => Some(condition.clone()),
            MonthFilter::All(_) => None,
        }
    }
}

impl RewardFilter {
    pub async fn read<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        query: &ListQuery,
        months: &Months,
        groups: &[(Uuid, Choice)],
    ) -> Result<RewardFilter> {
        let group = query.filter("group");
        let month_filter = match query.filter("month") {
            ALL_MONTHS => MonthFilter::All(state_counts::currencies(conn, company.id).await?),
            _ => match query.month("month")? {
                Some(month) => MonthFilter::One {
                    month,
                    condition: Condition::all().add(Column::InvoiceMonth.eq(month.0)),
                    month_currencies: state_counts::currencies(conn, company.id)
                        .await?
                        .into_iter()
                        .map(|currency| (month.0, currency))
                        .collect(),
                },
                None => MonthFilter::Open { condition: months.open_condition(), month_currencies: months.month_currencies.clone() },
            },
        };
        Ok(RewardFilter {
            order: order(query)?,
            state: query.word("status")?,
            partner: people::partner(conn, company.id, query.filter("partner")).await?,
            customer: people::customer(conn, company.id, query.filter("customer")).await?,
            // A group that is not there matches nothing.
            group: (!group.is_empty()).then(|| groups.iter().find(|(_, known)| known.value == group).map_or(Uuid::nil(), |(id, _)| *id)),
            source: query.word("source")?,
            currency: query.word("currency")?,
            months: month_filter,
            hits: people::searched(conn, company.id, &query.search).await?,
            amounts: ranges(conn, company, query).await?,
        })
    }

    /// What is asked for, where the kept counts know it.
    pub fn counted_filter(&self, company_id: Uuid) -> Option<CountedFilter> {
        let known = self.hits.is_none() && self.amounts.is_none() && self.partner.is_none() && self.customer.is_none();
        known.then(|| CountedFilter {
            company_id,
            months: match &self.months {
                MonthFilter::Open { month_currencies, .. } => MonthScope::Open(month_currencies.clone()),
                MonthFilter::One { month, .. } => MonthScope::One(*month),
                MonthFilter::All(_) => MonthScope::All,
            },
            currency: self.currency,
            group: self.group,
            source: self.source,
        })
    }
}

fn order(query: &ListQuery) -> Result<(Column, bool)> {
    let (word, descending) = query.order(SORTS, true)?;
    Ok((if word == "amount" { Column::Amount } else { Column::CreatedAt }, descending))
}

/// With a currency asked for, an amount is one of that currency; otherwise of any that rewards are in.
async fn asked_currencies<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Vec<Currency>> {
    if let Some(currency) = query.word("currency")? {
        return Ok(vec![currency]);
    }
    let mut all = vec![company.money_currency()?];
    for code in state_counts::currencies(conn, company.id).await? {
        let currency = stored(&code)?;
        if !all.contains(&currency) {
            all.push(currency);
        }
    }
    Ok(all)
}

/// Amounts from and up to a number of major units, in each currency its own. Where a currency does not have it, like 1.50 in yen, it
/// still stands between two amounts.
async fn ranges<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Vec<(Currency, Condition)>>> {
    if query.filter("min").is_empty() && query.filter("max").is_empty() {
        return Ok(None);
    }
    let currencies = asked_currencies(conn, company, query).await?;
    let bounds = |name: &str| {
        let read = |typed: &str| currencies.iter().map(|currency| Money::around(typed, *currency).ok()).collect::<Option<Vec<_>>>();
        query.read(name, read, |typed| format!("“{typed}” isn't an amount. Write it without separators, like 1000 or 1000.50."))
    };
    let (least, most) = (bounds("min")?, bounds("max")?);
    let range = |(at, currency): (usize, &Currency)| {
        let low = least.as_ref().and_then(|bounds| bounds.get(at)).map(|(_, above)| Column::Amount.gte(above.minor));
        let high = most.as_ref().and_then(|bounds| bounds.get(at)).map(|(below, _)| Column::Amount.lte(below.minor));
        (*currency, Condition::all().add_option(low).add_option(high))
    };
    Ok(Some(currencies.iter().enumerate().map(range).collect()))
}

impl RewardFilter {
    /// What is asked for beside months, amounts, state, search and whose rewards they are. A partner beside a customer stays.
    pub fn rest(&self) -> Condition {
        let beside = self.partner.as_ref().filter(|_| self.customer.is_some());
        Condition::all()
            .add_option(beside.map(|(id, _)| Column::PartnershipId.eq(*id)))
            .add_option(self.source.map(|source| Column::Source.eq(source.word())))
            .add_option(self.group.map(|group| Column::GroupId.eq(group)))
            .add_option(self.currency.map(|currency| Column::Currency.eq(currency.code())))
    }

    /// Everything but state and search, as one condition.
    pub fn everything(&self, company_id: Uuid) -> Condition {
        Condition::all()
            .add(Column::CompanyId.eq(company_id))
            .add_option(self.partner.as_ref().map(|(id, _)| Column::PartnershipId.eq(*id)))
            .add_option(self.customer.as_ref().map(|(id, _)| Column::CustomerId.eq(*id)))
            .add_option(self.source.map(|source| Column::Source.eq(source.word())))
            .add_option(self.group.map(|group| Column::GroupId.eq(group)))
            .add_option(self.currency.map(|currency| Column::Currency.eq(currency.code())))
            .add_option(self.months.condition())
            .add_option(self.any_amount())
    }

    /// What is asked for in a currency: all of it, or a range of amounts. `None`: nothing.
    pub fn range_of(&self, currency: &str) -> Option<Option<Condition>> {
        match &self.amounts {
            None => Some(None),
            Some(ranges) => ranges.iter().find(|(of, _)| of.code() == currency).map(|(_, range)| Some(range.clone())),
        }
    }

    pub fn any_amount(&self) -> Option<Condition> {
        let ranges = self.amounts.as_ref()?;
        let any = ranges.iter().fold(Condition::any(), |any, (currency, range)| {
            any.add(Condition::all().add(Column::Currency.eq(currency.code())).add(range.clone()))
        });
        Some(if any.is_empty() { any.add(Column::Id.eq(Uuid::nil())) } else { any })
    }
}
