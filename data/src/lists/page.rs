//! Keyset pages over a table, at nearly the same price on a million rows as on a thousand.
//!
//! A list names its scope (what every index begins with), its filter and its sort column, for which an index
//! (scope, column, id) exists. How a page is read depends on how many rows match:
//! * no filter: along the sort's index, from the cursor on;
//! * few: all of them, through the filter's own index or from the ids that [`List::with_id_filters`] names, then sorted;
//! * many, by columns that the sort's index has too ([`List::indexed`]): along that index alone, as far as it takes;
//! * many others: they are common, so a walk along the sort's index meets enough of them; its first steps say how long it
//!   would have to be. Where that is too long, the database chooses; of a search that finds so many, the first are taken.
//!
//! Subqueries with a LIMIT fix these routes: neither database moves a condition into or out of one.

use domain::page::{COUNT_MAX, Count, Cursor, PAGE_ROWS, Page, SortValue};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait, QueryFilter, QueryResult, QuerySelect,
    Value,
};

use crate::{Error, Result};

mod branches;
mod ways;

pub use branches::{UnionBranch, wrapped};

/// So many matches are still gathered and sorted.
pub const FEW: u64 = 8_000;
/// So many of a search's matches are looked at where it finds more than are counted, and where a filter takes out some of them.
const FOUND: u64 = 250;
const FOUND_FILTERED: u64 = 500;
/// A search finds a row by so many of its words at most.
pub const WORDS_ALIKE: u64 = 4;
/// A search's words are counted to this: so many belong to more rows than are counted.
pub const WORDS_COUNTED: u64 = (COUNT_MAX as u64 + 1) * WORDS_ALIKE;
/// What the only column of [`IdFilter::ids`] is called.
pub const ID: &str = "found";

/// A list: which rows, in which order, how many at once.
#[derive(Clone)]
pub struct List<E: EntityTrait> {
    /// What the sort's index begins with: `company_id = …`, or a partner or a customer.
    pub scope: Condition,
    /// What the reader asked for; `None` for everything.
    pub filter: Option<Condition>,
    /// Every sort's index has the columns that `filter` names.
    pub indexed: bool,
    /// Ids among which all matches are, or the first: see [`List::with_id_filters`].
    pub among: Option<Among>,
    /// Where to read, instead of scope and filter.
    pub branches: Option<Vec<UnionBranch>>,
    /// Never null in any row.
    pub sort: E::Column,
    pub id: E::Column,
    pub descending: bool,
    pub rows: u32,
    /// Tells the parts of a list apart that is read in parts: see [`page`].
    pub part: String,
}

/// A part of a filter that other rows decide: a search's words, a tag.
#[derive(Clone)]
pub struct IdFilter {
    /// A search for somebody: if it finds very many, the first will do.
    pub search: bool,
    /// Selects the ids that pass.
    pub ids: SelectStatement,
    /// How many ids there are, counted to one above [`FEW`], of a search to [`WORDS_COUNTED`]: it finds some rows by several words.
    pub size: u64,
    /// The same of one row.
    pub test: Expr,
    /// All of them meet this, and few others: it has an index with the columns of every sort.
    pub place: Option<Condition>,
}

#[derive(Clone)]
pub struct Among {
    ids: SelectStatement,
    /// Where they are only the first: as many as are counted.
    all: Option<SelectStatement>,
    /// Each is there once, and there are more than are counted.
    many: bool,
    /// What else the rows must meet.
    others: Option<Condition>,
    /// Where they are found better than by their ids.
    place: Option<Condition>,
}

/// How many rows match and, where they were few enough to add up, the sums that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    pub count: Count,
    /// In the order of the columns; `None` when there are more rows than are counted.
    pub sums: Option<Vec<i64>>,
}

impl<E> List<E>
where
    E: EntityTrait,
    E::Model: FromQueryResult,
{
    /// The whole scope, by one column, [`PAGE_ROWS`] at a time.
    pub fn new(scope: Condition, sort: E::Column, id: E::Column) -> List<E> {
        List {
            scope,
            filter: None,
            indexed: false,
            among: None,
            branches: None,
            sort,
            id,
            descending: false,
            rows: PAGE_ROWS,
            part: String::new(),
        }
    }

    /// Adds parts to the filter. The smallest one drives the queries, from its ids to the rows, if they are few or a search's.
    pub fn with_id_filters(mut self, parts: Vec<IdFilter>) -> Self {
        let Some(least) = (0..parts.len()).min_by_key(|at| parts[*at].size) else { return self };
        self.indexed = false;
        let mut others = Condition::all().add_option(self.filter.take());
        let mut driving = None;
        for (at, part) in parts.into_iter().enumerate() {
            if at == least {
                driving = Some(part);
            } else {
                others = others.add(part.test);
            }
        }
        let Some(IdFilter { search, mut ids, size, test, place }) = driving else { return self };
        let whole = size <= if search { u64::from(COUNT_MAX) } else { FEW };
        self.filter = Some(if whole { others.clone() } else { others.clone().add(test) });
        if whole || search {
            let all = (!whole).then(|| first_of(ids.clone(), WORDS_COUNTED, u64::from(COUNT_MAX) + 1));
            if whole {
                // Cuts nothing off: PostgreSQL goes by it when it chooses between ids and the whole table.
                ids.limit(Ord::max(size, 1));
            } else {
                let most = if others.is_empty() { FOUND } else { FOUND_FILTERED };
                ids = first_of(ids, most * WORDS_ALIKE, most);
            }
            let many = !search && size > u64::from(COUNT_MAX);
            self.among = Some(Among { ids, all, many, others: (!others.is_empty()).then_some(others), place });
        }
        self
    }

    /// Counts what matches and adds up `columns`, up to [`COUNT_MAX`] rows.
    pub async fn totals<C: ConnectionTrait>(&self, conn: &C, columns: &[E::Column]) -> Result<Totals> {
        let most = u64::from(COUNT_MAX) + 1;
        let found = match &self.among {
            Some(Among { many: true, others: None, .. }) => most,
            Some(Among { all: Some(all), others: None, .. }) => counted(conn, all.clone(), most).await?,
            Some(among @ Among { all: Some(_), .. }) => {
                let mut matches = self.matches(Some(among));
                matches.expr_as(Expr::cust("1"), Alias::new("one"));
                counted(conn, matches, FOUND_FILTERED).await?
            }
            _ => 0,
        };
        // So many at least, in round numbers; fewer are counted one by one.
        let step = if found > 100 { 100 } else { 10 };
        let at_least = u32::try_from(found.saturating_sub(1) / step * step).unwrap_or(COUNT_MAX);
        if at_least > 0 {
            return Ok(Totals { count: Count::MoreThan(at_least), sums: None });
        }
        if self.among.is_none() && !columns.is_empty() {
            // An index says that there are too many to add up, without a look at the rows themselves.
            let counted = self.count(conn, self.matches(None), most, &[]).await?;
            if !counted.count.is_exact() {
                return Ok(counted);
            }
        }
        self.count(conn, self.matches(self.whole()), most, columns).await
    }

    /// The page at `cursor`, or the first. `count` is what [`List::totals`] said; it decides the route.
    pub async fn page<C: ConnectionTrait>(&self, conn: &C, cursor: Option<&str>, count: Count) -> Result<Page<E::Model>> {
        page(conn, std::slice::from_ref(self), cursor, count).await
    }

    /// The first rows, where nobody turns pages: for comboboxes.
    pub async fn first<C: ConnectionTrait>(&self, conn: &C) -> Result<Vec<E::Model>> {
        let count = self.totals(conn, &[]).await?.count;
        Ok(self.page(conn, None, count).await?.rows)
    }

    /// From the rows that match, still without columns; through ids where they are given.
    fn matches(&self, among: Option<&Among>) -> SelectStatement {
        let mut select = Query::select();
        select.from(E::default());
        match among {
            Some(Among { ids, others, place: Some(place), .. }) => {
                let these = Condition::all().add(self.id.in_subquery(ids.clone())).add_option(others.clone());
                select.cond_where(self.scope.clone().add(place.clone())).and_where(wrapped(these))
            }
            // Wrapped, so that no index of the scope is taken for better than the ids.
            Some(Among { ids, others, .. }) => {
                select.and_where(self.id.in_subquery(ids.clone())).and_where(wrapped(self.scope.clone().add_option(others.clone())))
            }
            None => select.cond_where(self.scope.clone().add_option(self.filter.clone())),
        };
        select
    }

    fn whole(&self) -> Option<&Among> {
        self.among.as_ref().filter(|among| among.all.is_none())
    }

    async fn count<C: ConnectionTrait>(&self, conn: &C, mut inner: SelectStatement, most: u64, columns: &[E::Column]) -> Result<Totals> {
        inner.expr_as(Expr::cust("1"), Alias::new("one")).limit(most);
        for column in columns {
            inner.column(column.as_column_ref());
        }
        let mut outer = Query::select();
        outer.expr_as(Expr::cust("COUNT(*)"), Alias::new("counted")).from_subquery(inner, Alias::new("matches"));
        for column in columns {
            let sum = Expr::col(Alias::new(column.as_str())).sum().cast_as(Alias::new("BIGINT"));
            outer.expr_as(Expr::expr(sum).if_null(0), Alias::new(format!("sum_{}", column.as_str())));
        }
        let row = conn.query_one(&outer).await?.ok_or_else(no_count)?;
        let count = Count::capped(row.try_get("", "counted")?);
        let sums = columns.iter().map(|column| row.try_get("", &format!("sum_{}", column.as_str()))).collect::<Result<_, _>>();
        Ok(Totals { count, sums: count.is_exact().then_some(sums?) })
    }

    /// Every column under the table's own name, so that conditions read the same inside and outside a subquery.
    fn columns(&self) -> SelectStatement {
        let mut select = Query::select();
        for column in E::Column::iter() {
            select.column(column.as_column_ref());
        }
        select
    }

    fn scoped(&self, from: From<'_>) -> SelectStatement {
        let mut select = self.columns();
        select.from(E::default()).cond_where(self.scope.clone());
        if let Some(cursor) = from.cursor {
            select.and_where(self.beyond(cursor));
        }
        select
    }

    fn sorted(&self, mut select: SelectStatement, from: From<'_>, rows: u64) -> SelectStatement {
        let downward = self.descending != from.backward;
        let order = if downward { Order::Desc } else { Order::Asc };
        select.order_by(self.sort.as_column_ref(), order.clone()).order_by(self.id.as_column_ref(), order).limit(rows);
        select
    }

    /// One comparison of (sort value, id): both databases walk an index by it.
    fn beyond(&self, cursor: &Cursor) -> Expr {
        let at: Value = match &cursor.value {
            SortValue::Int(value) => (*value).into(),
            SortValue::Text(text) => text.clone().into(),
        };
        let row = Expr::tuple([Expr::col(self.sort.as_column_ref()), Expr::col(self.id.as_column_ref())]);
        let here = Expr::tuple([Expr::val(at), Expr::val(cursor.id)]);
        if self.descending != cursor.backward { row.lt(here) } else { row.gt(here) }
    }

    async fn rows_of<C: ConnectionTrait>(&self, conn: &C, select: &SelectStatement) -> Result<Vec<E::Model>> {
        let rows: Vec<QueryResult> = conn.query_all(select).await?;
        Ok(rows.iter().map(|row| E::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    fn cursor_at(&self, row: &E::Model, backward: bool) -> Result<Cursor> {
        let value = match row.get(self.sort) {
            Value::BigInt(Some(value)) => SortValue::Int(value),
            Value::Int(Some(value)) => SortValue::Int(value.into()),
            Value::String(Some(text)) => SortValue::Text(text),
            _ => return Err(Error::Corrupt(format!("no list sorts by {}", self.sort.as_str()))),
        };
        match row.get(self.id) {
            Value::Uuid(Some(id)) => Ok(Cursor { backward, value, id }),
            _ => Err(Error::Corrupt("a row without an id".to_owned())),
        }
    }

    fn sort_name(&self) -> String {
        format!("{}-{}{}", self.sort.as_str(), if self.descending { "desc" } else { "asc" }, self.part)
    }

    /// A cursor whose value is not of the column's kind was made up.
    fn fits(&self, cursor: &Cursor) -> bool {
        let text = matches!(self.sort.def().get_column_type(), sea_orm::ColumnType::Text | sea_orm::ColumnType::String(_));
        text == matches!(cursor.value, SortValue::Text(_))
    }
}

/// Whether there is any row at all in this scope: tells an empty list from one that the filters empty.
pub async fn any<C: ConnectionTrait, E: EntityTrait>(conn: &C, scope: Expr) -> Result<bool> {
    Ok(E::find().filter(scope).limit(1).one(conn).await?.is_some())
}

/// The first ids, each once, so many among the first `looked_at`. Without that, PostgreSQL would look at all of them for the first.
pub fn first_of(mut ids: SelectStatement, looked_at: u64, most: u64) -> SelectStatement {
    ids.limit(looked_at);
    let mut first = Query::select();
    first.distinct().column(Alias::new(ID)).from_subquery(ids, Alias::new("looked_at")).limit(most);
    first
}

/// How many rows a query has, counted to `most`.
pub async fn counted<C: ConnectionTrait>(conn: &C, mut inner: SelectStatement, most: u64) -> Result<u64> {
    inner.limit(most);
    let mut outer = Query::select();
    outer.expr_as(Expr::cust("COUNT(*)"), Alias::new("counted")).from_subquery(inner, Alias::new("matches"));
    let counted: i64 = conn.query_one(&outer).await?.ok_or_else(no_count)?.try_get("", "counted")?;
    Ok(u64::try_from(counted).unwrap_or(0))
}

fn no_count() -> Error {
    Error::Corrupt("a count without a row".to_owned())
}

/// Where reading begins: at a row or, without one, at the list's beginning or end.
#[derive(Clone, Copy)]
struct From<'a> {
    cursor: Option<&'a Cursor>,
    backward: bool,
}

/// The page at `cursor`, or the first, of a list that is read in parts, one after the other: what sorts by something that
/// few rows differ in (a group, a state) has one part for each. Every part has its own name and the same number of rows.
pub async fn page<E, C>(conn: &C, parts: &[List<E>], cursor: Option<&str>, count: Count) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult,
    C: ConnectionTrait,
{
    let found = cursor.and_then(|text| {
        parts
            .iter()
            .enumerate()
            .find_map(|(at, part)| Cursor::decode(text, &part.sort_name()).filter(|cursor| part.fits(cursor)).map(|cursor| (at, cursor)))
    });
    let backward = found.as_ref().is_some_and(|(_, cursor)| cursor.backward);
    let size = parts.first().map_or(0, |part| part.rows as usize);
    let begin = found.as_ref().map_or(0, |(at, _)| *at);
    let order: Vec<usize> = if backward { (0..=begin).rev().collect() } else { (begin..parts.len()).collect() };
    let mut rows: Vec<(usize, E::Model)> = Vec::with_capacity(size + 1);
    for at in order {
        let here = found.as_ref().filter(|(part, _)| *part == at).map(|(_, cursor)| cursor);
        let missing = (size + 1 - rows.len()) as u64;
        let read = parts[at].read(conn, From { cursor: here, backward }, count, missing).await?;
        rows.extend(read.into_iter().map(|row| (at, row)));
        if rows.len() > size {
            break;
        }
    }
    let more = rows.len() > size;
    rows.truncate(size);
    if backward {
        rows.reverse();
    }
    let link = |row: Option<&(usize, E::Model)>, backward: bool| match row {
        Some((at, row)) => Ok(Some(parts[*at].cursor_at(row, backward)?.encode(&parts[*at].sort_name()))),
        None => Ok::<_, Error>(None),
    };
    // Going back from a page means that this page was there; going on from one likewise.
    let (before, after) = if backward { (more, true) } else { (found.is_some(), more) };
    let previous = if before { link(rows.first(), true)? } else { None };
    let next = if after { link(rows.last(), false)? } else { None };
    Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), previous, next })
}

fn table<E: EntityTrait>() -> Alias {
    Alias::new(E::default().table_name())
}

#[cfg(test)]
mod tests;
