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
pub struct Kinds {
    pub company_id: Uuid,
    pub months: Span,
    pub currency: Option<Currency>,
    pub group: Option<Uuid>,
    pub source: Option<RewardSource>,
}

pub enum Span {
    /// These months and currencies, and what waits outside of any month.
    Open(Vec<(i32, String)>),
    One(Month),
    All,
}

/// The rewards of one state in a month (0: all of them) and currency.
pub struct Cell {
    month: i32,
    currency: String,
    pub state: RewardState,
    /// That match.
    pub rows: i64,
    pub total: i64,
    /// Whatever their group and source.
    all: i64,
}

pub struct Cells(Vec<Cell>);

impl Cells {
    pub async fn load<C: ConnectionTrait>(conn: &C, kinds: &Kinds) -> Result<Cells> {
        let mut months = vec![EVERY_MONTH];
        match &kinds.months {
            Span::Open(shelves) => months.extend(shelves.iter().map(|(month, _)| *month)),
            Span::One(month) => months.push(month.0),
            Span::All => months.clear(),
        }
        let both = Condition::all()
            .add_option(kinds.group.map(|group| Kept::GroupId.eq(group)))
            .add_option(kinds.source.map(|source| Kept::Source.eq(source.word())));
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
            .and_where(Kept::CompanyId.eq(kinds.company_id))
            .cond_where(Condition::all().add_option((!months.is_empty()).then(|| Kept::InvoiceMonth.is_in(months))))
            .group_by_columns([Kept::InvoiceMonth, Kept::Currency, Kept::State]);
        let mut cells = Vec::new();
        for row in conn.query_all(&select).await? {
            cells.push(Cell {
                month: row.try_get("", "invoice_month")?,
                currency: row.try_get("", "currency")?,
                state: stored(&row.try_get::<String>("", "state")?)?,
                rows: row.try_get("", "counted")?,
                total: row.try_get("", "sum")?,
                all: row.try_get("", "everything")?,
            });
        }
        Ok(Cells(cells))
    }

    /// The cells that the filter takes in, in any state.
    pub fn matching<'a>(&'a self, kinds: &'a Kinds) -> impl Iterator<Item = (&'a str, &'a Cell)> {
        let wanted = kinds.currency.as_ref().map(Currency::code);
        self.0
            .iter()
            .filter(move |cell| match &kinds.months {
                Span::Open(_) if cell.month == EVERY_MONTH => waits(cell.state),
                Span::Open(shelves) => {
                    !waits(cell.state) && shelves.iter().any(|(month, currency)| *month == cell.month && *currency == cell.currency)
                }
                Span::One(month) => cell.month == month.0,
                Span::All => cell.month == EVERY_MONTH,
            })
            .filter(move |cell| wanted.is_none_or(|wanted| wanted == cell.currency))
            .map(|cell| (cell.currency.as_str(), cell))
    }

    /// The way to read a page that looks at the fewest rows. `None` where months are asked for and can be read in order (`in_order`).
    pub fn route(&self, kinds: &Kinds, state: Option<RewardState>, in_order: bool) -> Option<Route> {
        if in_order && !matches!(kinds.months, Span::All) {
            return None;
        }
        let matching: Vec<&Cell> =
            self.matching(kinds).map(|(_, cell)| cell).filter(|cell| state.is_none_or(|state| state == cell.state)).collect();
        let matches: i64 = matching.iter().map(|cell| cell.rows).sum();
        let currency = kinds.currency.as_ref().map(Currency::code);
        let here =
            |cell: &&Cell| cell.rows > 0 && currency.is_none_or(|code| code == cell.currency) && state.is_none_or(|of| of == cell.state);
        let months: BTreeSet<i32> = match &kinds.months {
            Span::Open(shelves) => shelves.iter().map(|(month, _)| *month).collect(),
            Span::One(month) => BTreeSet::from([month.0]),
            Span::All => self.0.iter().filter(|cell| cell.month != EVERY_MONTH).filter(here).map(|cell| cell.month).collect(),
        };
        let gathered: i64 = self.0.iter().filter(|cell| months.contains(&cell.month)).map(|cell| cell.all).sum();
        let every: i64 = self.0.iter().filter(|cell| cell.month == EVERY_MONTH).map(|cell| cell.all).sum();
        // As far as it takes if they lie evenly.
        let walked = every.saturating_mul(i64::from(PAGE_ROWS) + 1) / Ord::max(matches, 1);
        Some(if walked < gathered { Route::Along } else { Route::Months(months.into_iter().collect()) })
    }
}

/// Where a page is read.
pub enum Route {
    /// Along all of the company's rewards in the order that is asked for.
    Along,
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
