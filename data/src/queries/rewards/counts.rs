//! How many rewards stand in each state and what they add up to, without looking at more than a thousand of each.

use std::collections::BTreeMap;

use domain::page::{COUNT_MAX, Count};
use domain::states::RewardState;
use domain::views::rewards::StateTab;
use domain::{Currency, Money};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, IntoCondition, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::months::Months;
use crate::Result;
use crate::entities::rewards::{Column, Entity};
use crate::error::stored;
use crate::queries::lines::money;

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
}

impl Counts {
    /// Of the open months, nothing else asked for: from the index that invoices are added up from.
    pub async fn of_open_months<C: ConnectionTrait>(conn: &C, company_id: Uuid, months: &Months) -> Result<Counts> {
        let mut states = BTreeMap::new();
        for (state, _) in StateTab::STATES {
            let waits = matches!(state, RewardState::Hold | RewardState::Scheduled);
            let source = if waits { Some(rows_of(company_id, state, None)) } else { shelved(company_id, state, &months.shelves) };
            let holding = match source {
                Some(rows) => grouped(conn, limited(rows)).await?.remove(&state).unwrap_or_default(),
                None => Holding::default(),
            };
            states.insert(state, holding);
        }
        Ok(Counts { states, whole: false })
    }

    /// Of whatever meets `condition`, all states together.
    pub async fn of<C: ConnectionTrait>(conn: &C, condition: Condition) -> Result<Counts> {
        let states = grouped(conn, limited(columns(condition))).await?;
        let counted: i64 = states.values().map(|holding| holding.rows).sum();
        if counted > i64::from(COUNT_MAX) {
            return Ok(Counts { states: BTreeMap::new(), whole: false });
        }
        Ok(Counts { states: filled(states), whole: false })
    }

    /// Of one state of it, where all states together are too many.
    pub async fn add_state<C: ConnectionTrait>(&mut self, conn: &C, state: RewardState, condition: Condition) -> Result<()> {
        if self.states.contains_key(&state) {
            return Ok(());
        }
        let condition = condition.add(Column::State.eq(state.word()));
        let holding = grouped(conn, limited(columns(condition))).await?.remove(&state).unwrap_or_default();
        self.states.insert(state, holding);
        Ok(())
    }

    /// Every row, however many there are.
    pub async fn whole<C: ConnectionTrait>(conn: &C, condition: Condition) -> Result<Counts> {
        Ok(Counts { states: filled(grouped(conn, columns(condition)).await?), whole: true })
    }

    /// Of a state, or of all together.
    pub fn count(&self, state: Option<RewardState>) -> Option<Count> {
        match state {
            Some(state) => self.states.get(&state).map(|holding| self.counted(holding.rows)),
            None if self.states.len() < StateTab::STATES.len() => None,
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

    /// The sums of a state, or of all, `first` before the other currencies; `None` where they were not counted to the end.
    pub fn totals(&self, state: Option<RewardState>, first: Currency) -> Result<Option<Vec<Money>>> {
        if !self.count(state).is_some_and(|count| count.is_exact()) {
            return Ok(None);
        }
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for holding in self.states.iter().filter(|(of, _)| state.is_none_or(|state| state == **of)).map(|(_, holding)| holding) {
            for (currency, sum) in &holding.sums {
                *sums.entry(currency).or_default() += sum;
            }
        }
        let mut sums: Vec<Money> = sums.into_iter().map(|(currency, sum)| money(sum, currency)).collect::<Result<_>>()?;
        sums.sort_by_key(|sum| (sum.currency != first, sum.currency));
        Ok(Some(sums))
    }
}

fn filled(mut states: BTreeMap<RewardState, Holding>) -> BTreeMap<RewardState, Holding> {
    for (state, _) in StateTab::STATES {
        states.entry(state).or_default();
    }
    states
}

/// The rows of a state in the months and currencies that have some: each a short walk along the index.
fn shelved(company_id: Uuid, state: RewardState, shelves: &[(i32, String)]) -> Option<SelectStatement> {
    let mut all: Option<SelectStatement> = None;
    for shelf in shelves {
        let rows = rows_of(company_id, state, Some(shelf));
        match &mut all {
            Some(all) => {
                all.union(UnionType::All, rows);
            }
            None => all = Some(rows),
        }
    }
    all
}

fn rows_of(company_id: Uuid, state: RewardState, shelf: Option<&(i32, String)>) -> SelectStatement {
    let mut condition = Condition::all().add(Column::CompanyId.eq(company_id)).add(Column::State.eq(state.word()));
    if let Some((month, currency)) = shelf {
        condition = condition.add(Column::InvoiceMonth.eq(*month)).add(Column::Currency.eq(currency.as_str()));
    }
    columns(condition)
}

fn columns(condition: impl IntoCondition) -> SelectStatement {
    let mut select = Query::select();
    select.from(Entity).columns([Column::State, Column::Currency, Column::Amount]).cond_where(condition.into_condition());
    select
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
