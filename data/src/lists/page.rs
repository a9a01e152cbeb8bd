//! Keyset pages over a table. A page is read in one of two ways:
//! * **in order**: along the index of the sort (scope, column, id) from the cursor on, and each row is tested;
//! * **sorted**: where few rows match, or few pass one part of the filter, all of those are read through an index of their own,
//!   tested and sorted.
//!
//! So an index of a sort has the columns that its list is filtered by behind the id.

use domain::page::{COUNT_MAX, Count, Cursor, PAGE_ROWS, Page, SortValue};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait, QueryFilter, QueryResult, QuerySelect,
    Value,
};

use crate::{Error, Result};

mod branches;
mod id_filter;

pub use branches::{UnionBranch, unindexed};
pub use id_filter::{IdFilter, SORTED_MAX};

/// How many rows are tested in order, where ids are known that can be sorted instead.
const TESTED_MAX: u64 = 2_500;
/// A subquery with a limit is read as it is: neither database moves a condition into or out of it.
const NO_LIMIT: u64 = u32::MAX as u64;

/// A list: which rows, in which order, how many at once.
#[derive(Clone)]
pub struct List<E: EntityTrait> {
    /// What the sort's index begins with: `company_id = …`, or a partner or a customer.
    pub scope: Condition,
    /// What the reader asked for; `None` for everything.
    pub filter: Option<Condition>,
    /// Parts of what the reader asked for, with an index of their own.
    pub id_filters: Vec<IdFilter>,
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
            id_filters: Vec::new(),
            branches: None,
            sort,
            id,
            descending: false,
            rows: PAGE_ROWS,
            part: String::new(),
        }
    }

    /// Adds parts to the filter.
    pub fn with_id_filters(mut self, parts: Vec<IdFilter>) -> Self {
        self.id_filters.extend(parts);
        self
    }

    /// Counts what matches and adds up `columns`, up to [`COUNT_MAX`] rows. Where many rows pass every part of the filter, the first that
    /// pass one are counted, and the count says how many there are at least.
    pub async fn totals<C: ConnectionTrait>(&self, conn: &C, columns: &[E::Column]) -> Result<Totals> {
        let smallest = self.smallest();
        if let Some(part) = smallest.filter(|part| !part.is_few())
            && !self.few_pass_filter(conn).await?
            && let Some(count) = at_least(self.count(conn, self.among(part), &[]).await?.count)
        {
            return Ok(Totals { count, sums: None });
        }
        if self.id_filters.is_empty() && !columns.is_empty() {
            // An index says that there are too many to add up, without a look at the rows themselves.
            let counted = self.count(conn, self.all(), &[]).await?;
            if !counted.count.is_exact() {
                return Ok(counted);
            }
        }
        self.count(conn, self.all(), columns).await
    }

    /// The page at `cursor`, or the first. `count` is what [`List::totals`] said; it decides how the page is read.
    pub async fn page<C: ConnectionTrait>(&self, conn: &C, cursor: Option<&str>, count: Count) -> Result<Page<E::Model>> {
        page(conn, std::slice::from_ref(self), cursor, count).await
    }

    /// The first rows, where nobody turns pages: for comboboxes.
    pub async fn first<C: ConnectionTrait>(&self, conn: &C) -> Result<Vec<E::Model>> {
        let count = self.totals(conn, &[]).await?.count;
        Ok(self.page(conn, None, count).await?.rows)
    }

    async fn read<C: ConnectionTrait>(&self, conn: &C, from: From<'_>, count: Count, wanted: u64) -> Result<Vec<E::Model>> {
        if let Some(branches) = &self.branches {
            return self.merged(conn, branches, from, wanted).await;
        }
        let smallest = self.smallest();
        let filtered = self.filter.is_some() || smallest.is_some();
        if filtered && (count.is_exact() || smallest.is_some_and(IdFilter::is_few)) {
            return self.sort_matches(conn, self.all(), from, wanted).await;
        }
        let rows = self.in_order(conn, from, wanted).await?;
        let Some(smallest) = smallest.filter(|_| (rows.len() as u64) < wanted) else { return Ok(rows) };
        // At the list's end, or too far apart to be met among those that were tested.
        let others = self.sort_matches(conn, self.among(smallest), from, wanted).await?;
        Ok(if others.len() > rows.len() { others } else { rows })
    }

    /// Along the sort's index, from which the filter is read too.
    async fn in_order<C: ConnectionTrait>(&self, conn: &C, from: From<'_>, wanted: u64) -> Result<Vec<E::Model>> {
        let mut ids = Query::select();
        ids.columns([self.id.as_column_ref(), self.sort.as_column_ref()]).from(E::default()).cond_where(self.scope.clone());
        if let Some(filter) = &self.filter {
            ids.and_where(unindexed(filter.clone()));
        }
        if let Some(cursor) = from.cursor {
            ids.and_where(self.beyond(cursor));
        }
        if self.id_filters.is_empty() {
            ids.clear_selects().column(self.id.as_column_ref());
        } else {
            let tested = self.sorted(ids, from, TESTED_MAX);
            ids = Query::select();
            ids.column(self.id.as_column_ref()).from_subquery(tested, table::<E>()).cond_where(self.tests(None));
        }
        self.with_ids(conn, ids, from, wanted).await
    }

    /// All matches, sorted by the database: ids and sort values first, then the wanted rows whole.
    async fn sort_matches<C: ConnectionTrait>(
        &self,
        conn: &C,
        mut matches: SelectStatement,
        from: From<'_>,
        wanted: u64,
    ) -> Result<Vec<E::Model>> {
        matches.columns([self.id.as_column_ref(), self.sort.as_column_ref()]).limit(NO_LIMIT);
        let mut ids = Query::select();
        ids.column(self.id.as_column_ref()).from_subquery(matches, table::<E>());
        if let Some(cursor) = from.cursor {
            ids.and_where(self.beyond(cursor));
        }
        self.with_ids(conn, ids, from, wanted).await
    }

    /// The wanted ones of those whose ids and sort values a query has: whole, in order.
    async fn with_ids<C: ConnectionTrait>(&self, conn: &C, ids: SelectStatement, from: From<'_>, wanted: u64) -> Result<Vec<E::Model>> {
        let mut page = Query::select();
        for column in E::Column::iter() {
            page.column(column.as_column_ref());
        }
        page.from(E::default()).and_where(self.id.in_subquery(self.sorted(ids, from, wanted)));
        let rows: Vec<QueryResult> = conn.query_all(&self.sorted(page, from, wanted)).await?;
        Ok(rows.iter().map(|row| E::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// From all matches, still without columns: by the ids of a part that few rows pass, or by the filter's own index.
    fn all(&self) -> SelectStatement {
        if let Some(part) = self.smallest().filter(|part| part.is_few()) {
            return self.among(part);
        }
        let conditions = self.scope.clone().add_option(self.filter.clone()).add(self.tests(None));
        Query::select().from(E::default()).cond_where(conditions).take()
    }

    /// From the matches among the ids of one part of the filter.
    fn among(&self, part: &IdFilter) -> SelectStatement {
        let rest = self.scope.clone().add_option(self.filter.clone()).add(self.tests(Some(part)));
        // No index of the scope is to be taken for better than the ids.
        Query::select().from(E::default()).and_where(self.id.in_subquery(part.first_ids())).and_where(unindexed(rest)).take()
    }

    async fn few_pass_filter<C: ConnectionTrait>(&self, conn: &C) -> Result<bool> {
        let Some(filter) = &self.filter else { return Ok(false) };
        let mut rows = Query::select();
        rows.expr_as(Expr::cust("1"), Alias::new("one")).from(E::default()).cond_where(self.scope.clone().add(filter.clone()));
        Ok(counted(conn, rows, SORTED_MAX + 1).await? <= SORTED_MAX)
    }

    fn tests(&self, except: Option<&IdFilter>) -> Condition {
        let others = self.id_filters.iter().filter(|part| !except.is_some_and(|except| std::ptr::eq(*part, except)));
        others.fold(Condition::all(), |all, part| all.add(part.test.clone()))
    }

    fn smallest(&self) -> Option<&IdFilter> {
        self.id_filters.iter().min_by_key(|part| (!part.is_few(), part.size))
    }

    async fn count<C: ConnectionTrait>(&self, conn: &C, mut inner: SelectStatement, columns: &[E::Column]) -> Result<Totals> {
        inner.expr_as(Expr::cust("1"), Alias::new("one")).limit(u64::from(COUNT_MAX) + 1);
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

/// In round numbers, of some rows among which all were counted; `None` where those are hardly any.
fn at_least(counted: Count) -> Option<Count> {
    match counted {
        Count::Exactly(..=10) => None,
        Count::Exactly(rows) => {
            let step = if rows > 100 { 100 } else { 10 };
            Some(Count::MoreThan((rows - 1) / step * step))
        }
        more => Some(more),
    }
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
