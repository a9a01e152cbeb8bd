//! How a page is read, by how many rows match and how they are known.

use domain::page::Count;
use sea_orm::sea_query::{Alias, Condition, Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult};

use super::branches::wrapped;
use super::{Among, FEW, From, List, counted, table};
use crate::Result;

/// How far the sort's order is walked to see how often a match comes, and how far at most to meet a page of them.
const WALK: [u64; 2] = [100, 300];
/// The same where matches are known by their ids, which costs far less than a look at other rows.
const WALK_BY_ID: [u64; 2] = [2_000, 40_000];
/// The same where it is known that there are not few.
const WALK_FAR: u64 = 10_000;

impl<E> List<E>
where
    E: EntityTrait,
    E::Model: FromQueryResult,
{
    pub(super) async fn read<C: ConnectionTrait>(&self, conn: &C, from: From<'_>, count: Count, wanted: u64) -> Result<Vec<E::Model>> {
        if let Some(branches) = &self.branches {
            return self.merged(conn, branches, from, wanted).await;
        }
        let Some(filter) = &self.filter else {
            return self.rows_of(conn, &self.sorted(self.scoped(from), from, wanted)).await;
        };
        if count.is_exact() || self.whole().is_some_and(|among| among.place.is_some()) {
            return self.gathered(conn, self.whole(), from, wanted).await;
        }
        if self.indexed {
            return self.along(conn, filter, from, wanted).await;
        }
        if let Some(among) = self.whole() {
            let known = Condition::all().add(self.id.in_subquery(among.ids.clone())).add_option(among.others.clone());
            return match self.met(conn, &known, from, wanted, WALK_BY_ID).await? {
                Some(rows) => Ok(rows),
                None => self.gathered(conn, Some(among), from, wanted).await,
            };
        }
        if let Some(rows) = self.met(conn, filter, from, wanted, WALK).await? {
            return Ok(rows);
        }
        if self.among.is_some() || self.size(conn).await? <= FEW {
            return self.gathered(conn, self.among.as_ref(), from, wanted).await;
        }
        let rows = self.walked(conn, filter, from, wanted, WALK_FAR).await?;
        if rows.len() as u64 == wanted {
            return Ok(rows);
        }
        let mut page = self.scoped(from);
        page.cond_where(filter.clone());
        self.rows_of(conn, &self.sorted(page, from, wanted)).await
    }

    /// The wanted rows by a walk as long as its beginning says that it must be; `None` if that is longer than `most`, or was
    /// not long enough.
    async fn met<C: ConnectionTrait>(
        &self,
        conn: &C,
        filter: &Condition,
        from: From<'_>,
        wanted: u64,
        [begin, most]: [u64; 2],
    ) -> Result<Option<Vec<E::Model>>> {
        let mut walk = begin;
        loop {
            let rows = self.walked(conn, filter, from, wanted, walk).await?;
            let met = rows.len() as u64;
            if met == wanted {
                return Ok(Some(rows));
            }
            // A quarter more, for they do not lie evenly.
            let needed = walk * wanted * 5 / 4 / Ord::max(met, 1);
            if walk > begin || met == 0 || needed > most {
                return Ok(None);
            }
            walk = needed;
        }
    }

    /// As far along the sort's index as it takes; the wrapped filter is read from there too.
    async fn along<C: ConnectionTrait>(&self, conn: &C, filter: &Condition, from: From<'_>, wanted: u64) -> Result<Vec<E::Model>> {
        let mut ids = Query::select();
        ids.column(self.id.as_column_ref()).from(E::default()).cond_where(self.scope.clone()).and_where(wrapped(filter.clone()));
        if let Some(cursor) = from.cursor {
            ids.and_where(self.beyond(cursor));
        }
        self.with_ids(conn, ids, from, wanted).await
    }

    /// The wanted ones of what a walk of so many rows meets. Of the others no more is read than the filter asks for.
    async fn walked<C: ConnectionTrait>(
        &self,
        conn: &C,
        filter: &Condition,
        from: From<'_>,
        wanted: u64,
        walk: u64,
    ) -> Result<Vec<E::Model>> {
        let mut ids = Query::select();
        let mut order = self.scoped(from);
        if self.among.as_ref().is_some_and(|among| among.others.is_none()) {
            // The sort's index has all that the filter asks for, which SQLite does not see by itself.
            order.clear_selects().columns([self.id.as_column_ref(), self.sort.as_column_ref()]);
        }
        ids.column(self.id.as_column_ref()).from_subquery(self.sorted(order, from, walk), table::<E>()).cond_where(filter.clone());
        self.with_ids(conn, ids, from, wanted).await
    }

    /// The wanted ones of those whose ids and sort values a query has: whole, in order.
    pub(super) async fn with_ids<C: ConnectionTrait>(
        &self,
        conn: &C,
        ids: SelectStatement,
        from: From<'_>,
        wanted: u64,
    ) -> Result<Vec<E::Model>> {
        let mut page = self.columns();
        page.from(E::default()).and_where(self.id.in_subquery(self.sorted(ids, from, wanted)));
        self.rows_of(conn, &self.sorted(page, from, wanted)).await
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
        self.with_ids(conn, ids, from, wanted).await
    }

    /// How many rows match, counted to one above [`FEW`].
    async fn size<C: ConnectionTrait>(&self, conn: &C) -> Result<u64> {
        let mut matches = self.matches(None);
        matches.expr_as(Expr::cust("1"), Alias::new("one"));
        counted(conn, matches, FEW + 1).await
    }
}
