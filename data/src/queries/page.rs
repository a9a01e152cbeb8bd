//! Keyset pages over a table, at nearly the same price on a million rows as on a thousand.
//!
//! A list names its scope (what every index begins with), its filter and its sort column, for which an index
//! (scope, column, id) exists. How a page is read depends on how many rows match:
//! * no filter: along the sort's index, from the cursor on;
//! * few: all of them, through the filter's own index or from the ids that [`List::narrowed`] names, then sorted;
//! * many: they are common, so a short walk along the sort's index meets enough of them. Where it does not, because the
//!   matches lie elsewhere in that order, the database chooses.
//!
//! Subqueries with a LIMIT fix these routes: neither database moves a condition into or out of one.

use domain::page::{COUNT_MAX, Count, Cursor, PAGE_ROWS, Page, SortValue};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait, QueryResult, Value};

use crate::{Error, Result};

mod arms;

pub use arms::Arm;

/// So many matches are still gathered and sorted.
pub const FEW: u64 = 8_000;
/// How many rows of the sort's order are looked at before it is known whether there are few matches, and after.
const WALK_SHORT: u64 = 600;
const WALK_LONG: u64 = 10_000;

/// A list: which rows, in which order, how many at once.
#[derive(Clone)]
pub struct List<E: EntityTrait> {
    /// What the sort's index begins with: `company_id = …`, or a partner or a customer.
    pub scope: Condition,
    /// What the reader asked for; `None` for everything.
    pub filter: Option<Condition>,
    /// Ids among which all matches are, or at least some: see [`List::narrowed`].
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

/// A part of a filter that other rows decide: a search's words, a tag, a reward on hold.
#[derive(Clone)]
pub struct Narrow {
    /// Selects the ids that pass.
    pub ids: SelectStatement,
    /// How many ids there are, counted to one above [`FEW`].
    pub size: u64,
    /// The same of one row.
    pub test: Expr,
}

#[derive(Clone)]
pub struct Among {
    ids: SelectStatement,
    /// Whether every match is among them.
    whole: bool,
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
        List { scope, filter: None, among: None, arms: None, sort, id, descending: false, rows: PAGE_ROWS, part: String::new() }
    }

    /// Adds parts to the filter. The smallest one drives the queries: from its ids to the rows, if they are few.
    pub fn narrowed(mut self, parts: Vec<Narrow>) -> Self {
        let Some(least) = (0..parts.len()).min_by_key(|at| parts[*at].size) else { return self };
        let whole = parts[least].size <= FEW;
        let mut all = Condition::all().add_option(self.filter.take());
        for (at, part) in parts.into_iter().enumerate() {
            if at == least {
                let mut ids = part.ids;
                if !whole {
                    ids.limit(FEW);
                }
                self.among = Some(Among { ids, whole });
            }
            if at != least || !whole {
                all = all.add(part.test);
            }
        }
        self.filter = Some(all);
        self
    }

    /// Counts what matches and adds up `columns`, up to [`COUNT_MAX`] rows.
    pub async fn totals<C: ConnectionTrait>(&self, conn: &C, columns: &[E::Column]) -> Result<Totals> {
        if let Some(Among { ids, whole: false }) = &self.among {
            let some = self.count(conn, self.matches(Some(ids)), u64::from(COUNT_MAX) + 1, &[]).await?;
            if !some.count.is_exact() {
                return Ok(some);
            }
        }
        self.count(conn, self.matches(self.whole_ids()), u64::from(COUNT_MAX) + 1, columns).await
    }

    /// The page at `cursor`, or the first. `count` is what [`List::totals`] said; it decides the route.
    pub async fn page<C: ConnectionTrait>(&self, conn: &C, cursor: Option<&str>, count: Count) -> Result<Page<E::Model>> {
        page(conn, std::slice::from_ref(self), cursor, count).await
    }

    async fn read<C: ConnectionTrait>(&self, conn: &C, from: From<'_>, count: Count, wanted: u64) -> Result<Vec<E::Model>> {
        if let Some(arms) = &self.arms {
            return self.merged(conn, arms, from, wanted).await;
        }
        let Some(filter) = &self.filter else {
            return self.rows_of(conn, &self.sorted(self.scoped(from), from, wanted)).await;
        };
        if count.is_exact() || self.whole_ids().is_some() {
            return self.gathered(conn, from, wanted).await;
        }
        if let Some(rows) = self.walked(conn, filter, from, wanted, WALK_SHORT).await? {
            return Ok(rows);
        }
        if self.among.is_none() && self.size(conn).await? <= FEW {
            return self.gathered(conn, from, wanted).await;
        }
        if let Some(rows) = self.walked(conn, filter, from, wanted, WALK_LONG).await? {
            return Ok(rows);
        }
        let mut page = self.scoped(from);
        page.cond_where(filter.clone());
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
    async fn gathered<C: ConnectionTrait>(&self, conn: &C, from: From<'_>, wanted: u64) -> Result<Vec<E::Model>> {
        let mut matches = self.matches(self.whole_ids());
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

    /// From the rows that match, still without columns; through `ids` where they are given.
    fn matches(&self, ids: Option<&SelectStatement>) -> SelectStatement {
        let mut select = Query::select();
        select.from(E::default());
        let all = self.scope.clone().add_option(self.filter.clone());
        match ids {
            // Wrapped, so that no index of the scope is taken for better than the ids.
            Some(ids) => select.and_where(self.id.in_subquery(ids.clone())).and_where(arms::wrapped(all)),
            None => select.cond_where(all),
        };
        select
    }

    fn whole_ids(&self) -> Option<&SelectStatement> {
        self.among.as_ref().filter(|among| among.whole).map(|among| &among.ids)
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::entities::partnerships::{Column, Entity, Model};
    use crate::partners::{self, NewPartner};
    use crate::testing::TestDb;
    use crate::{companies, entities::groups, on_both};
    use domain::Instant;
    use sea_orm::{ActiveModelTrait, ActiveValue::Set, QueryFilter};
    use uuid::Uuid;

    const NOW: Instant = Instant(1_775_000_000_000);

    /// A company whose partners p0, p1, … have signups index % 7 and, in every `rare_every`th, one paid customer.
    async fn company(db: &TestDb, partners: usize, rare_every: usize) -> Uuid {
        let profile = companies::Profile {
            name: Some("Northwind".into()),
            timezone: Some("UTC".into()),
            currency: Some("USD".into()),
            ..Default::default()
        };
        let company = companies::create(db, "northwind", &profile, "test", NOW).await.unwrap();
        let group = groups::ActiveModel {
            id: Set(Uuid::from_u128(1)),
            company_id: Set(company),
            key: Set("all".into()),
            name: Set("All".into()),
            created_at: Set(0),
        };
        let group = group.insert(db.read()).await.unwrap();
        let rows: Vec<NewPartner> = (0..partners).map(|at| NewPartner { partner_key: format!("p{at}"), ..Default::default() }).collect();
        let rows: Vec<_> = rows.iter().map(|row| (row, group.id)).collect();
        let ids = crate::transact!(db, |tx| { partners::insert_new(tx, company, &rows, NOW).await }).unwrap();
        for signups in 1..7 {
            let these = ids.iter().enumerate().filter(|(at, _)| at % 7 == signups).map(|(_, id)| *id);
            Entity::update_many()
                .col_expr(Column::Signups, Expr::value(signups as i64))
                .filter(Column::Id.is_in(these))
                .exec(db.read())
                .await
                .unwrap();
        }
        let rare = ids.iter().step_by(rare_every).copied();
        Entity::update_many()
            .col_expr(Column::PaidCustomers, Expr::value(1i64))
            .filter(Column::Id.is_in(rare))
            .exec(db.read())
            .await
            .unwrap();
        company
    }

    fn list(company: Uuid) -> List<Entity> {
        List { descending: true, rows: 40, ..List::new(Condition::all().add(Column::CompanyId.eq(company)), Column::Signups, Column::Id) }
    }

    /// Walks to the end and back, and checks both against the sorted whole.
    async fn walk(db: &TestDb, parts: &[List<Entity>], count: Count, expected: &[Model]) {
        let mut seen: Vec<Model> = Vec::new();
        let mut cursor: Option<String> = None;
        let last = loop {
            let found = page(db.read(), parts, cursor.as_deref(), count).await.unwrap();
            assert_eq!(found.previous.is_some(), cursor.is_some());
            seen.extend(found.rows.clone());
            if found.next.is_none() {
                break found;
            }
            cursor = found.next;
        };
        assert_eq!(seen, expected);
        let mut back = last.rows.clone();
        let mut previous = last.previous;
        while let Some(cursor) = previous {
            let found = page(db.read(), parts, Some(&cursor), count).await.unwrap();
            assert!(found.next.is_some());
            back.splice(0..0, found.rows);
            previous = found.previous;
        }
        assert_eq!(back, expected);
    }

    fn sorted(mut rows: Vec<Model>, keep: impl Fn(&Model) -> bool) -> Vec<Model> {
        rows.retain(|row| keep(row));
        rows.sort_by_key(|row| std::cmp::Reverse((row.signups, row.id)));
        rows
    }

    on_both! {
        async fn every_row_comes_once_in_both_directions(db: &TestDb) {
            let company = company(db, 205, 3).await;
            let all = Entity::find().all(db.read()).await.unwrap();
            walk(db, &[list(company)], Count::Exactly(205), &sorted(all.clone(), |_| true)).await;
            let rare = List { filter: Some(Condition::all().add(Column::PaidCustomers.gt(0))), ..list(company) };
            let expected = sorted(all, |row| row.paid_customers > 0);
            // Each route gives the same rows.
            walk(db, std::slice::from_ref(&rare), Count::Exactly(69), &expected).await;
            walk(db, &[rare], Count::MoreThan(1_000), &expected).await;
        }

        async fn totals_follow_the_filter_and_stop_counting(db: &TestDb) {
            let company = company(db, 1_200, 4).await;
            let whole = list(company).totals(db.read(), &[Column::Signups]).await.unwrap();
            assert_eq!(whole, Totals { count: Count::MoreThan(1_000), sums: None });
            let rare = List { filter: Some(Condition::all().add(Column::PaidCustomers.gt(0))), ..list(company) };
            let totals = rare.totals(db.read(), &[Column::Signups, Column::PaidCustomers]).await.unwrap();
            let signups = (0..1_200i64).step_by(4).map(|at| at % 7).sum();
            assert_eq!(totals, Totals { count: Count::Exactly(300), sums: Some(vec![signups, 300]) });
            let none = List { filter: Some(Condition::all().add(Column::PaidCustomers.gt(5))), ..list(company) };
            let totals = none.totals(db.read(), &[Column::Signups]).await.unwrap();
            assert_eq!(totals, Totals { count: Count::Exactly(0), sums: Some(vec![0]) });
            assert_eq!(none.page(db.read(), None, totals.count).await.unwrap(), Page::empty());
        }

        async fn parts_follow_one_another(db: &TestDb) {
            let company = company(db, 130, 2).await;
            let part = |name: &str, paid: i64| List {
                scope: Condition::all().add(Column::CompanyId.eq(company)).add(Column::PaidCustomers.eq(paid)),
                part: name.to_owned(),
                ..list(company)
            };
            let all = Entity::find().all(db.read()).await.unwrap();
            let mut expected = sorted(all.clone(), |row| row.paid_customers == 1);
            expected.extend(sorted(all, |row| row.paid_customers == 0));
            walk(db, &[part("one", 1), part("none", 0)], Count::Exactly(130), &expected).await;
        }

        async fn other_lists_cursors_begin_the_list(db: &TestDb) {
            let company = company(db, 90, 2).await;
            let first = list(company).page(db.read(), None, Count::Exactly(90)).await.unwrap();
            for cursor in ["nonsense", "f.signups-asc.i3.00000000000000000000000000000000", "f.signups-desc.t33.00000000000000000000000000000000"] {
                assert_eq!(list(company).page(db.read(), Some(cursor), Count::Exactly(90)).await.unwrap(), first);
            }
        }
    }
}
