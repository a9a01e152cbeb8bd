//! How many rewards there are of each kind, from the counts that are kept.

use std::collections::BTreeSet;

use domain::page::PAGE_ROWS;
use domain::states::{RewardSource, RewardState};
use domain::{Currency, Month};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::states::waits;
use crate::Result;
use crate::rewards::tally::EVERY_MONTH;
use crate::store::entities::reward_counts::{self, Column as Kept};
use crate::store::error::stored;

/// A filter that the kept counts know: months, currency, group, source, and a state beside it.
pub struct CountedFilter {
    pub company_id: Uuid,
    pub months: MonthScope,
    pub currency: Option<Currency>,
    pub group: Option<Uuid>,
    pub source: Option<RewardSource>,
}

pub enum MonthScope {
    /// These months and currencies, and what waits outside of any month.
    Open(Vec<(i32, String)>),
    One(Month),
    All,
}

/// The rewards of one state in a month (0: all of them) and currency.
pub struct StateCount {
    month: i32,
    currency: String,
    pub state: RewardState,
    /// That match.
    pub rewards: i64,
    pub total: i64,
    /// Whatever their group and source.
    all: i64,
}

pub struct StateCounts(Vec<StateCount>);

impl StateCounts {
    pub async fn load<C: ConnectionTrait>(conn: &C, counted_filter: &CountedFilter) -> Result<StateCounts> {
        let mut months = vec![EVERY_MONTH];
        match &counted_filter.months {
            MonthScope::Open(month_currencies) => months.extend(month_currencies.iter().map(|(month, _)| *month)),
            MonthScope::One(month) => months.push(month.0),
            MonthScope::All => months.clear(),
        }
        let both = Condition::all()
            .add_option(counted_filter.group.map(|group| Kept::GroupId.eq(group)))
            .add_option(counted_filter.source.map(|source| Kept::Source.eq(source.word())));
        let sum = |of: Kept, among: &Condition| {
            let counted =
                if among.is_empty() { Expr::col(of) } else { Expr::case(among.clone(), Expr::col(of)).finally(Expr::cust("0")).into() };
            counted.sum().cast_as(Alias::new("BIGINT"))
        };
        let mut select = Query::select();
        select
            .columns([Kept::InvoiceMonth, Kept::Currency, Kept::State])
            .expr_as(sum(Kept::Rewards, &both), Alias::new("counted"))
            .expr_as(sum(Kept::Total, &both), Alias::new("sum"))
            .expr_as(sum(Kept::Rewards, &Condition::all()), Alias::new("everything"))
            .from(reward_counts::Entity)
            .and_where(Kept::CompanyId.eq(counted_filter.company_id))
            .cond_where(Condition::all().add_option((!months.is_empty()).then(|| Kept::InvoiceMonth.is_in(months))))
            .group_by_columns([Kept::InvoiceMonth, Kept::Currency, Kept::State]);
        let mut state_counts = Vec::new();
        for row in conn.query_all(&select).await? {
            state_counts.push(StateCount {
                month: row.try_get("", "invoice_month")?,
                currency: row.try_get("", "currency")?,
                state: stored(&row.try_get::<String>("", "state")?)?,
                rewards: row.try_get("", "counted")?,
                total: row.try_get("", "sum")?,
                all: row.try_get("", "everything")?,
            });
        }
        Ok(StateCounts(state_counts))
    }

    /// The counts that the filter takes in, in any state.
    pub fn matching<'a>(&'a self, counted_filter: &'a CountedFilter) -> impl Iterator<Item = (&'a str, &'a StateCount)> {
        let wanted = counted_filter.currency.as_ref().map(Currency::code);
        self.0
            .iter()
            .filter(move |row| match &counted_filter.months {
                MonthScope::Open(_) if row.month == EVERY_MONTH => waits(row.state),
                MonthScope::Open(month_currencies) => {
                    !waits(row.state) && month_currencies.iter().any(|(month, currency)| *month == row.month && *currency == row.currency)
                }
                MonthScope::One(month) => row.month == month.0,
                MonthScope::All => row.month == EVERY_MONTH,
            })
            .filter(move |row| wanted.is_none_or(|wanted| wanted == row.currency))
            .map(|row| (row.currency.as_str(), row))
    }

    /// Where to read a page so that it looks at the fewest rows. `None` where months are asked for and can be read in order (`in_order`).
    pub fn access_path(&self, counted_filter: &CountedFilter, state: Option<RewardState>, in_order: bool) -> Option<AccessPath> {
        if in_order && !matches!(counted_filter.months, MonthScope::All) {
            return None;
        }
        let matching: Vec<&StateCount> =
            self.matching(counted_filter).map(|(_, row)| row).filter(|row| state.is_none_or(|state| state == row.state)).collect();
        let matches: i64 = matching.iter().map(|row| row.rewards).sum();
        let currency = counted_filter.currency.as_ref().map(Currency::code);
        let here = |row: &&StateCount| {
            row.rewards > 0 && currency.is_none_or(|code| code == row.currency) && state.is_none_or(|of| of == row.state)
        };
        let months: BTreeSet<i32> = match &counted_filter.months {
            MonthScope::Open(month_currencies) => month_currencies.iter().map(|(month, _)| *month).collect(),
            MonthScope::One(month) => BTreeSet::from([month.0]),
            MonthScope::All => self.0.iter().filter(|row| row.month != EVERY_MONTH).filter(here).map(|row| row.month).collect(),
        };
        let in_months: i64 = self.0.iter().filter(|row| months.contains(&row.month)).map(|row| row.all).sum();
        let every: i64 = self.0.iter().filter(|row| row.month == EVERY_MONTH).map(|row| row.all).sum();
        // As far as it takes if they lie evenly.
        let steps_in_order = every.saturating_mul(i64::from(PAGE_ROWS) + 1) / Ord::max(matches, 1);
        Some(if steps_in_order < in_months { AccessPath::InOrder } else { AccessPath::Months(months.into_iter().collect()) })
    }
}

/// Where a page is read.
pub enum AccessPath {
    /// Along all of the company's rewards in the order that is asked for.
    InOrder,
    /// In the months that are asked for; where all are, in those that have matches.
    Months(Vec<i32>),
}

/// The currencies that there are rewards in.
pub async fn currencies<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Vec<String>> {
    let select = reward_counts::Entity::find()
        .select_only()
        .column(Kept::Currency)
        .filter(Kept::CompanyId.eq(company_id))
        .filter(Kept::InvoiceMonth.eq(EVERY_MONTH))
        .filter(Kept::Rewards.gt(0));
    Ok(select.distinct().order_by_asc(Kept::Currency).into_tuple().all(conn).await?)
}
