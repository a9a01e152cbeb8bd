//! How many rewards stand in each state and what they add up to, without looking at more than a thousand of each.

use std::collections::BTreeMap;

use domain::page::{COUNT_MAX, Count};
use domain::states::RewardState;
use domain::{Currency, Money};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};

use super::index_ranges::IndexRanges;
use super::state_counts::{CountedFilter, StateCounts};
use crate::Result;
use crate::rewards::figures;
use crate::store::entities::rewards::Column;
use crate::store::error::stored;

/// What a state holds: how many rows, and a sum per currency.
#[derive(Clone, Debug, Default)]
struct Holding {
    rows: i64,
    sums: BTreeMap<String, i64>,
}

#[derive(Debug)]
pub struct Counts {
    /// By state; one that is missing was not counted.
    states: BTreeMap<RewardState, Holding>,
    /// Everything was counted, or a thousand of each at most.
    whole: bool,
    /// There are more, among whom a search finds but nobody looked at.
    pub cut: bool,
}

impl Counts {
    /// Everything, from the counts that are kept.
    pub fn kept(state_counts: &StateCounts, counted_filter: &CountedFilter) -> Counts {
        let mut states: BTreeMap<RewardState, Holding> = BTreeMap::new();
        for (currency, row) in state_counts.matching(counted_filter).filter(|(_, row)| row.rewards > 0) {
            let holding = states.entry(row.state).or_default();
            holding.rows += row.rewards;
            let sum = holding.sums.entry(currency.to_owned()).or_default();
            *sum = sum.saturating_add(row.total);
        }
        Counts { states: filled(states), whole: true, cut: false }
    }

    /// All states together, a thousand rows at most; nothing is known where there are more.
    pub async fn together<C: ConnectionTrait>(conn: &C, index_ranges: &IndexRanges) -> Result<Counts> {
        let states = grouped(conn, limited(index_ranges.rows(None))).await?;
        let counted: i64 = states.values().map(|holding| holding.rows).sum();
        let known = counted <= i64::from(COUNT_MAX);
        Ok(Counts { states: if known { filled(states) } else { BTreeMap::new() }, whole: false, cut: false })
    }

    /// One state, where it is not known yet.
    pub async fn add_state<C: ConnectionTrait>(&mut self, conn: &C, state: RewardState, index_ranges: &IndexRanges) -> Result<()> {
        if self.states.contains_key(&state) {
            return Ok(());
        }
        let found = grouped(conn, limited(index_ranges.rows(Some(state)))).await?.remove(&state);
        self.states.insert(state, found.unwrap_or_default());
        Ok(())
    }

    /// Every row, however many there are.
    pub async fn whole<C: ConnectionTrait>(conn: &C, index_ranges: &IndexRanges) -> Result<Counts> {
        Ok(Counts { states: filled(grouped(conn, index_ranges.rows(None)).await?), whole: true, cut: false })
    }

    /// Of a state, or of all together.
    pub fn count(&self, state: Option<RewardState>) -> Option<Count> {
        let count = self.known(state)?;
        Some(match count {
            Count::Exactly(rows) if self.cut && rows > 0 => Count::MoreThan(rows - 1),
            count => count,
        })
    }

    /// Of what was looked at.
    fn known(&self, state: Option<RewardState>) -> Option<Count> {
        match state {
            Some(state) => self.states.get(&state).map(|holding| self.counted(holding.rows)),
            None if self.states.len() < RewardState::ALL.len() => None,
            None if !self.whole && self.states.values().any(|holding| !Count::capped(holding.rows).is_exact()) => {
                Some(Count::MoreThan(COUNT_MAX))
            }
            // States that were each counted to the end add up to an exact number, also above a thousand.
            None => u32::try_from(self.states.values().map(|holding| holding.rows).sum::<i64>()).ok().map(Count::Exactly),
        }
    }

    fn counted(&self, rows: i64) -> Count {
        match u32::try_from(rows) {
            Ok(rows) if self.whole => Count::Exactly(rows),
            _ => Count::capped(rows),
        }
    }

    /// The sums of a state, or of all that was earned, `first` before the other currencies; `None` where they were not counted to the end.
    pub fn totals(&self, state: Option<RewardState>, first: Currency) -> Result<Option<Vec<Money>>> {
        if !self.count(state).is_some_and(|count| count.is_exact()) {
            return Ok(None);
        }
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for holding in self
            .states
            .iter()
            .filter(|(of, _)| match state {
                Some(state) => state == **of,
                None => figures::is_earned(**of),
            })
            .map(|(_, holding)| holding)
        {
            for (currency, sum) in &holding.sums {
                let total = sums.entry(currency).or_default();
                *total = total.saturating_add(*sum);
            }
        }
        let mut sums: Vec<Money> =
            sums.into_iter().map(|(currency, sum)| stored(currency).map(|currency| Money::new(sum, currency))).collect::<Result<_>>()?;
        sums.sort_by_key(|sum| (sum.currency != first, sum.currency));
        Ok(Some(sums))
    }
}

fn filled(mut states: BTreeMap<RewardState, Holding>) -> BTreeMap<RewardState, Holding> {
    for state in RewardState::ALL {
        states.entry(*state).or_default();
    }
    states
}

fn limited(rows: SelectStatement) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns([Column::State, Column::Currency, Column::Amount])
        .from_subquery(rows, Alias::new("found"))
        .limit(u64::from(COUNT_MAX) + 1);
    select
}

async fn grouped<C: ConnectionTrait>(conn: &C, rows: SelectStatement) -> Result<BTreeMap<RewardState, Holding>> {
    let mut select = Query::select();
    let sum = Expr::col(Column::Amount).sum().cast_as(Alias::new("BIGINT"));
    select
        .columns([Column::State, Column::Currency])
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("counted"))
        .expr_as(sum, Alias::new("total"))
        .from_subquery(rows, Alias::new("matches"))
        .group_by_columns([Column::State, Column::Currency]);
    let mut states: BTreeMap<RewardState, Holding> = BTreeMap::new();
    for row in conn.query_all(&select).await? {
        let holding = states.entry(stored(&row.try_get::<String>("", "state")?)?).or_default();
        holding.rows += row.try_get::<i64>("", "counted")?;
        *holding.sums.entry(row.try_get("", "currency")?).or_default() += row.try_get::<i64>("", "total")?;
    }
    Ok(states)
}
