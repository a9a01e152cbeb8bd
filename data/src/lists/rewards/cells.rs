//! How many rewards there are of each kind, from the counts that are kept, and where to read a page of them.

use std::collections::BTreeMap;

use domain::page::PAGE_ROWS;
use domain::states::{RewardSource, RewardState};
use domain::{Currency, Month};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::states::{IN_A_MONTH, waiting, waits};
use crate::Result;
use crate::entities::reward_counts::{self, Column as Kept};
use crate::entities::rewards::Column;
use crate::error::stored;
use crate::lists::page::Arm;
use crate::rewards::tally::EVERY_MONTH;

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
    of_group: i64,
    of_source: i64,
}

pub struct Cells(Vec<Cell>);

/// Month and currency, where they are told apart, and the state of what waits.
type Place<'a> = (i32, Option<&'a str>, Option<RewardState>);

impl Cells {
    pub async fn load<C: ConnectionTrait>(conn: &C, kinds: &Kinds) -> Result<Cells> {
        let mut months = vec![EVERY_MONTH];
        match &kinds.months {
            Span::Open(shelves) => months.extend(shelves.iter().map(|(month, _)| *month)),
            Span::One(month) => months = vec![month.0],
            Span::All => {}
        }
        let group = kinds.group.map_or_else(Condition::all, |group| Condition::all().add(Kept::GroupId.eq(group)));
        let source = kinds.source.map_or_else(Condition::all, |source| Condition::all().add(Kept::Source.eq(source.word())));
        let both = Condition::all().add(group.clone()).add(source.clone());
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
            .expr_as(sum(Kept::Rewards, &group), Alias::new("of_group"))
            .expr_as(sum(Kept::Rewards, &source), Alias::new("of_source"))
            .from(reward_counts::Entity)
            .and_where(Kept::CompanyId.eq(kinds.company_id))
            .and_where(Kept::InvoiceMonth.is_in(months))
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
                of_group: row.try_get("", "of_group")?,
                of_source: row.try_get("", "of_source")?,
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
                Span::One(_) | Span::All => true,
            })
            .filter(move |cell| wanted.is_none_or(|wanted| wanted == cell.currency))
            .map(|cell| (cell.currency.as_str(), cell))
    }

    /// Where a page is read: for each month and currency the place in which least is looked at.
    pub async fn arms<C: ConnectionTrait>(&self, conn: &C, kinds: &Kinds, state: Option<RewardState>, sort: Column) -> Result<Vec<Arm>> {
        let mut shelves: BTreeMap<Place<'_>, Vec<&Cell>> = BTreeMap::new();
        for (currency, cell) in self.matching(kinds) {
            // What waits is found by its state alone.
            let waiting = (matches!(kinds.months, Span::Open(_)) && cell.month == EVERY_MONTH).then_some(cell.state);
            // All months are read as one where that needs no order of amounts.
            let apart = cell.month != EVERY_MONTH || (matches!(sort, Column::Amount) && kinds.source != Some(RewardSource::Refund));
            if waiting.is_none() || state.is_none_or(|state| state == cell.state) {
                shelves.entry((cell.month, apart.then_some(currency), waiting)).or_default().push(cell);
            }
        }
        let mut arms = Vec::new();
        for ((month, currency, waiting), cells) in shelves {
            let shelf = Shelf { kinds, month, currency, state: state.or(waiting), sort, all: &self.0, cells };
            match shelf.ways().into_iter().min_by_key(|way| way.looked_at) {
                Some(way) if way.month_by_month => {
                    for month in months(conn, kinds).await? {
                        let place = way.arm.place.clone().add(Column::InvoiceMonth.eq(month));
                        arms.push(Arm { place, ordered: true, rest: way.arm.rest.clone() });
                    }
                }
                Some(way) => arms.push(way.arm),
                None => {}
            }
        }
        Ok(arms)
    }
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

/// The months that have rewards of this group and source.
async fn months<C: ConnectionTrait>(conn: &C, kinds: &Kinds) -> Result<Vec<i32>> {
    let mut select = reward_counts::Entity::find()
        .select_only()
        .column(Kept::InvoiceMonth)
        .filter(Kept::CompanyId.eq(kinds.company_id))
        .filter(Kept::InvoiceMonth.gt(EVERY_MONTH))
        .filter(Kept::Rewards.gt(0));
    if let Some(group) = kinds.group {
        select = select.filter(Kept::GroupId.eq(group));
    }
    if let Some(source) = kinds.source {
        select = select.filter(Kept::Source.eq(source.word()));
    }
    Ok(select.distinct().order_by_asc(Kept::InvoiceMonth).into_tuple().all(conn).await?)
}

/// A month and currency, all months, or what waits in one state.
struct Shelf<'a> {
    kinds: &'a Kinds,
    month: i32,
    /// None: every one that was asked for.
    currency: Option<&'a str>,
    state: Option<RewardState>,
    sort: Column,
    all: &'a [Cell],
    cells: Vec<&'a Cell>,
}

struct Way {
    arm: Arm,
    /// An estimate in index entries; a row that has to be fetched counts as five.
    looked_at: i64,
    /// The arm is one for each month.
    month_by_month: bool,
}

const FETCHED: i64 = 5;
/// What it takes to begin reading somewhere.
const SOUGHT: i64 = 10;

impl Shelf<'_> {
    fn ways(&self) -> Vec<Way> {
        let matches: i64 = self.cells.iter().filter(|cell| self.state.is_none_or(|state| state == cell.state)).map(|cell| cell.rows).sum();
        if matches == 0 {
            return Vec::new();
        }
        let by_amount = matches!(self.sort, Column::Amount);
        let anywhere = self.month == EVERY_MONTH;
        let kinds = self.kinds;
        let company = Condition::all().add(Column::CompanyId.eq(kinds.company_id));
        let here = |condition: Condition| if anywhere { condition } else { condition.add(Column::InvoiceMonth.eq(self.month)) };
        let currency = self.currency.or(kinds.currency.as_ref().map(Currency::code)).map(|currency| Column::Currency.eq(currency));
        let group = kinds.group.map(|group| Column::GroupId.eq(group));
        let source = kinds.source.map(|source| Column::Source.eq(source.word()));
        let state = match (self.state, &kinds.months) {
            (Some(state), _) => Some(Column::State.eq(state.word())),
            (None, Span::Open(_)) => Some(Column::State.is_in(IN_A_MONTH.iter().map(RewardState::word))),
            (None, _) => None,
        };
        let mut ways = Vec::new();
        let mut add = |place: Condition, ordered: bool, rest: Condition, rows: i64, price: i64, month_by_month: bool| {
            let begun = if month_by_month { 100 * SOUGHT } else { SOUGHT };
            let walked = rows.saturating_mul(i64::from(PAGE_ROWS) + 1) / matches;
            let read = if ordered { Ord::min(rows, walked) } else { rows };
            // No key is empty. SQLite would rather read a wide index from end to end than look rows up by a narrow one; a column
            // that no index has leaves it no choice.
            let rest = if ordered || price == 1 { rest } else { rest.add(Column::Key.ne("")) };
            ways.push(Way { arm: Arm { place, ordered, rest }, looked_at: begun + read.saturating_mul(price), month_by_month });
        };
        // All of the month and currency, in order. The indexes by amount know group and source, those by time do not, and that
        // of all months not the state either.
        let known = by_amount || (group.is_none() && source.is_none() && (!anywhere || state.is_none()));
        let rest = Condition::all().add_option(state.clone()).add_option(group.clone()).add_option(source.clone());
        let price = if known { 1 } else { FETCHED };
        if by_amount && kinds.source == Some(RewardSource::Refund) {
            // Amounts below zero lie together at one end: the way there may lead through everything.
        } else if self.currency.is_some() {
            add(here(company.clone()).add_option(currency.clone()), true, rest, self.rows(|cell| cell.all), price, false);
        } else {
            add(company.clone(), true, rest.add_option(currency.clone()), self.rows(|cell| cell.all), price, false);
        }
        if let (Some(of), Some(state)) = (self.state, &state) {
            let rest = Condition::all().add_option(group.clone()).add_option(source.clone());
            if anywhere {
                // The index of what waits has all that is asked for.
                let (only, price) = if waits(of) { (waiting(of), 1) } else { (state.clone(), FETCHED) };
                let rows = self.every_currency(|cell| if cell.state == of { cell.all } else { 0 });
                add(company.clone().add(only), !by_amount, rest.add_option(currency.clone()), rows, price, false);
            } else {
                let place = here(company.clone()).add_option(currency.clone()).add(state.clone());
                add(place, false, rest, self.rows(|cell| if cell.state == of { cell.all } else { 0 }), FETCHED, false);
            }
        }
        let mut by = |own: &Expr, other: Option<&Expr>, rows: fn(&Cell) -> i64| {
            let place = company.clone().add(own.clone());
            let rest = Condition::all().add_option(currency.clone()).add_option(state.clone()).add_option(other.cloned());
            let rows = self.every_currency(rows);
            // Their indexes have the other columns too.
            add(here(place.clone()), !anywhere && !by_amount, rest.clone(), rows, 1, false);
            if anywhere && !by_amount {
                add(place, true, rest, rows, 1, true);
            }
        };
        if let Some(group) = &group {
            by(group, source.as_ref(), |cell| cell.of_group);
        }
        if let Some(source) = &source {
            by(source, group.as_ref(), |cell| cell.of_source);
        }
        ways
    }

    fn rows(&self, of: impl Fn(&Cell) -> i64) -> i64 {
        let here = |cell: &&Cell| cell.month == self.month && self.currency.is_none_or(|currency| currency == cell.currency);
        self.all.iter().filter(here).map(of).sum()
    }

    fn every_currency(&self, of: impl Fn(&Cell) -> i64) -> i64 {
        self.all.iter().filter(|cell| cell.month == self.month).map(of).sum()
    }
}
