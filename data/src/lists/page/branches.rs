//! A list that is read from several ranges of one table, each with an index of its own, and merged.
//!
//! No index begins with "one of these months" or "in this state or that". Each of them by itself has one: a branch of the union.
//! The branches have no row in common.

use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult};

use super::{From, List};
use crate::Result;

#[derive(Clone, Debug)]
pub struct UnionBranch {
    /// What an index begins with.
    pub range: Condition,
    /// The index goes on with the sort's column and the id: read in its order, and only as far as it takes. Otherwise all of
    /// the range is looked at.
    pub ordered: bool,
    /// What else rows must meet. Wrapped, so that no other index is taken for better.
    pub rest: Condition,
}

impl<E> List<E>
where
    E: EntityTrait,
    E::Model: FromQueryResult,
{
    pub(super) async fn merged<C: ConnectionTrait>(
        &self,
        conn: &C,
        branches: &[UnionBranch],
        from: From<'_>,
        wanted: u64,
    ) -> Result<Vec<E::Model>> {
        let mut all: Option<SelectStatement> = None;
        for branch in branches {
            let select = self.branch(branch, from, wanted);
            match &mut all {
                Some(all) => {
                    all.union(UnionType::All, select);
                }
                None => all = Some(select),
            }
        }
        let Some(all) = all else { return Ok(Vec::new()) };
        let mut ids = Query::select();
        ids.column(self.id.as_column_ref()).from_subquery(all, super::table::<E>());
        self.with_ids(conn, ids, from, wanted).await
    }

    fn branch(&self, branch: &UnionBranch, from: From<'_>, wanted: u64) -> SelectStatement {
        let mut rows = Query::select();
        rows.column(self.id.as_column_ref()).column(self.sort.as_column_ref()).from(E::default()).cond_where(branch.range.clone());
        if let Some(cursor) = from.cursor {
            let beyond = self.beyond(cursor);
            // Where the range has no order, an index that has it would lead away from the range.
            rows.and_where(if branch.ordered { beyond } else { unindexed(Condition::all().add(beyond)) });
        }
        if !branch.rest.is_empty() {
            rows.and_where(unindexed(branch.rest.clone()));
        }
        // The limit keeps either database from reading all of the table in the order of the whole.
        let rows = if branch.ordered { self.sorted(rows, from, wanted) } else { rows.limit(super::NO_LIMIT).take() };
        let mut part = Query::select();
        part.columns([self.id, self.sort]).from_subquery(rows, Alias::new("branch"));
        part
    }
}

/// The same condition in a form that no index fits.
pub fn unindexed(condition: Condition) -> Expr {
    let passes = Expr::case(condition, Expr::cust("1")).finally(Expr::cust("0"));
    Expr::expr(passes).eq(Expr::cust("1"))
}
