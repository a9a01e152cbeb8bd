//! Keyset pages over a table, at nearly the same price on a million rows as on a thousand.
//!
//! A list names its scope (what every index begins with), its filter and its sort column, for which an index
//! (scope, column, id) exists. How a page is read depends on how many rows match:
//! * no filter: along the sort's index, from the cursor on;
//! * few: all of them, through the filter's own index or from the ids that [`List::narrowed`] names, then sorted;
//! * many, by columns that the sort's index has too ([`List::indexed`]): along that index alone, as far as it takes;
//! * many others: they are common, so a short walk along the sort's index meets enough of them. Where it does not, because
//!   the matches lie elsewhere in that order, the database chooses. Of a search that finds so many, the first are taken.
//!
//! Subqueries with a LIMIT fix these routes: neither database moves a condition into or out of one.

use domain::page::{COUNT_MAX, Count, Cursor, PAGE_ROWS, Page, SortValue};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait, QueryFilter, QueryResult, QuerySelect,
    Value,
};

use crate::{Error, Result};

mod arms;

pub use arms::{Arm, wrapped};

/// So many matches are still gathered and sorted.
pub const FEW: u64 = 8_000;
/// So many of a search's matches are looked at where it finds more than [`FEW`].
const FOUND: u64 = 1_000;
/// How many rows of the sort's order are looked at before it is known whether there are few matches, and after.
const WALK_SHORT: u64 = 300;
const WALK_LONG: u64 = 10_000;

/// A list: which rows, in which order, how many at once.
#[derive(Clone)]
pub struct List<E: EntityTrait> {
    /// What the sort's index begins with: `company_id = …`, or a partner or a customer.
    pub scope: Condition,
    /// What the reader asked for; `None` for everything.
    pub filter: Option<Condition>,
    /// Every sort's index has the columns that `filter` names.
    pub indexed: bool,
    /// Ids among which all matches are, or the first: see [`List::narrowed`].
    pub among: Option<Among>,
    /// Where to read, instead of scope and filter.
    pub arms: Option<Vec<Arm>>,
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
pub struct Narrow {
    /// A search for somebody: if it finds very many, the first will do.
    pub search: bool,
    /// Selects the ids that pass.
    pub ids: SelectStatement,
    /// How many ids there are, counted to one above [`FEW`]; a search finds some rows by several words.
    pub size: u64,
    /// The same of one row.
    pub test: Expr,
}

#[derive(Clone)]
pub struct Among {
    ids: SelectStatement,
    /// Whether every match is among them.
    whole: bool,
    /// Each is there once, and there are more than are counted.
    many: bool,
    /// What else the rows must meet.
    others: Option<Condition>,
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
            arms: None,
            sort,
            id,
            descending: false,
            rows: PAGE_ROWS,
            part: String::new(),
        }
    }

    /// Adds parts to the filter. The smallest one drives the queries, from its ids to the rows, if they are few or a search's.
    pub fn narrowed(mut self, parts: Vec<Narrow>) -> Self {
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
        let Some(Narrow { search, mut ids, size, test }) = driving else { return self };
        let whole = size <= FEW;
        self.filter = Some(if whole { others.clone() } else { others.clone().add(test) });
        if whole || search {
            if whole {
                // Cuts nothing off: PostgreSQL goes by it when it chooses between ids and the whole table.
                ids.limit(Ord::max(size, 1));
            } else {
                ids.distinct().limit(FOUND);
            }
            let many = !search && size > u64::from(COUNT_MAX);
            self.among = Some(Among { ids, whole, many, others: (!others.is_empty()).then_some(others) });
        }
        self
    }

    /// Counts what matches and adds up `columns`, up to [`COUNT_MAX`] rows.
    pub async fn totals<C: ConnectionTrait>(&self, conn: &C, columns: &[E::Column]) -> Result<Totals> {
        let found = match &self.among {
            Some(Among { many: true, others: None, .. }) => u64::from(COUNT_MAX) + 1,
            Some(Among { whole: false, others: None, ids, .. }) => counted(conn, ids.clone(), u64::from(COUNT_MAX) + 1).await?,
            Some(among @ Among { whole: false, .. }) => {
                let mut matches = self.matches(Some(among));
                matches.expr_as(Expr::cust("1"), Alias::new("one"));
                counted(conn, matches, FOUND).await?
            }
            _ => 0,
        };
        // So many at least, in hundreds; fewer are counted one by one.
        let hundreds = u32::try_from(found.saturating_sub(1) / 100 * 100).unwrap_or(COUNT_MAX);
        if hundreds > 0 {
            return Ok(Totals { count: Count::MoreThan(hundreds), sums: None });
        }
        self.count(conn, self.matches(self.whole()), u64::from(COUNT_MAX) + 1, columns).await
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

    async fn read<C: ConnectionTrait>(&self, conn: &C, from: From<'_>, count: Count, wanted: u64) -> Result<Vec<E::Model>> {
        if let Some(arms) = &self.arms {
            return self.merged(conn, arms, from, wanted).await;
        }
        let Some(filter) = &self.filter else {
            return self.rows_of(conn, &self.sorted(self.scoped(from), from, wanted)).await;
        };
        if count.is_exact() || self.whole().is_some() {
            return self.gathered(conn, self.whole(), from, wanted).await;
        }
        if self.indexed {
            return self.along(conn, filter, from, wanted).await;
        }
        if let Some(rows) = self.walked(conn, filter, from, wanted, WALK_SHORT).await? {
            return Ok(rows);
        }
        if self.among.is_some() || self.size(conn).await? <= FEW {
            return self.gathered(conn, self.among.as_ref(), from, wanted).await;
        }
        if let Some(rows) = self.walked(conn, filter, from, wanted, WALK_LONG).await? {
            return Ok(rows);
        }
        let mut page = self.scoped(from);
        page.cond_where(filter.clone());
        self.rows_of(conn, &self.sorted(page, from, wanted)).await
    }

    /// As far along the sort's index as it takes; the wrapped filter is read from there too.
    async fn along<C: ConnectionTrait>(&self, conn: &C, filter: &Condition, from: From<'_>, wanted: u64) -> Result<Vec<E::Model>> {
        let mut ids = Query::select();
        ids.column(self.id.as_column_ref()).from(E::default()).cond_where(self.scope.clone()).and_where(wrapped(filter.clone()));
        if let Some(cursor) = from.cursor {
            ids.and_where(self.beyond(cursor));
        }
        let mut page = self.columns();
        page.from(E::default()).and_where(self.id.in_subquery(self.sorted(ids, from, wanted)));
        self.rows_of(conn, &self.sorted(page, from, wanted)).await
    }

    /// The wanted ones of what a walk of so many rows meets; `None` if it does not meet enough.
    async fn walked<C: ConnectionTrait>(
        &self,
        conn: &C,
        filter: &Condition,
        from: From<'_>,
        wanted: u64,
        walk: u64,
    ) -> Result<Option<Vec<E::Model>>> {
        let mut page = self.columns();
        page.from_subquery(self.sorted(self.scoped(from), from, walk), table::<E>()).cond_where(filter.clone());
        let rows = self.rows_of(conn, &self.sorted(page, from, wanted)).await?;
        Ok((rows.len() as u64 == wanted).then_some(rows))
    }

    /// All matches, sorted by the database: ids and sort values first, then the wanted rows whole.
    async fn gathered<C: ConnectionTrait>(&self, conn: &C, among: Option<&Among>, from: From<'_>, wanted: u64) -> Result<Vec<E::Model>> {
        let mut matches = self.matches(among);
        matches.column(self.id.as_column_ref()).column(self.sort.as_column_ref()).limit(FEW + 1);
        let mut ids = Query::select();
        ids.column(self.id.as_column_ref()).from_subquery(matches, table::<E>());
        if let Some(cursor) = from.cursor {
            ids.and_where(self.beyond(cursor));
        }
        let mut page = self.columns();
        page.from(E::default()).and_where(self.id.in_subquery(self.sorted(ids, from, wanted)));
        self.rows_of(conn, &self.sorted(page, from, wanted)).await
    }

    /// From the rows that match, still without columns; through ids where they are given.
    fn matches(&self, among: Option<&Among>) -> SelectStatement {
        let mut select = Query::select();
        select.from(E::default());
        match among {
            // Wrapped, so that no index of the scope is taken for better than the ids.
            Some(Among { ids, others, .. }) => {
                select.and_where(self.id.in_subquery(ids.clone())).and_where(wrapped(self.scope.clone().add_option(others.clone())))
            }
            None => select.cond_where(self.scope.clone().add_option(self.filter.clone())),
        };
        select
    }

    fn whole(&self) -> Option<&Among> {
        self.among.as_ref().filter(|among| among.whole)
    }

    /// How many rows match, counted to one above [`FEW`].
    async fn size<C: ConnectionTrait>(&self, conn: &C) -> Result<u64> {
        let mut matches = self.matches(None);
        matches.expr_as(Expr::cust("1"), Alias::new("one"));
        counted(conn, matches, FEW + 1).await
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
