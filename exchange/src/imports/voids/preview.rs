//! What voiding an import, or undoing that, would do.

use std::collections::{BTreeMap, HashSet};

use domain::states::RewardState;
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Func, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::pieces::{customer_key, parts};
use super::{import_of, live, void_of};
use data::act::Actor;
use data::programme::companies;
use data::sales::consequences::Consequences;
use data::sales::recording::Months;
use data::sales::voids::{VoidOptions, undo_one, void_part};
use data::store::entities::{imports, rewards, transactions, voids};
use data::store::error::stored;
use data::store::secrets;
use data::{Db, Error, Result};

/// Up to so many transactions it is planned what becomes of rewards; of more it is what they have earned.
const PLANNED_MAX: u64 = 500;
/// Parts that cannot be undone and are named.
const NAMED_MAX: usize = 100;

#[derive(Debug)]
pub struct Preview {
    /// The import, or the void that would be undone.
    pub of: imports::Model,
    /// The transactions that would turn, by currency.
    pub turning: Vec<Turning>,
    pub customers: u64,
    /// Other refunds that go with them.
    pub along: u64,
    /// Rows of the import that do not count already.
    pub before: u64,
    /// How rewards change, by month and currency.
    pub differences: BTreeMap<(Month, Currency), i64>,
    /// How many rewards are written, or, not planned, were earned.
    pub rewards: u64,
    pub planned: bool,
    /// What cannot be undone any more, by customer: the first of it, and of how many customers.
    pub impossible: Vec<(String, String)>,
    pub impossible_count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turning {
    pub currency: Currency,
    pub sales: u64,
    pub sold: i64,
    pub refunds: u64,
    pub refunded: i64,
}

/// Writes nothing, and holds nobody up.
pub async fn preview_void(db: &Db, company_id: Uuid, import_id: Uuid, now: Instant) -> Result<Preview> {
    let tx = db.snapshot().await?;
    let import = import_of(&tx, company_id, import_id).await?;
    let mut preview = Preview::begin(&tx, import, live(import_id)).await?;
    preview.before = preview.of.created.unsigned_abs().saturating_sub(preview.count());
    preview.along = along(&tx, import_id).await?;
    if preview.planned {
        for customer_id in customers_of(&tx, live(import_id)).await? {
            let options = VoidOptions { actor: Actor::SYSTEM, now, import_void: Some(import_id) };
            if let Some(part) = void_part(&tx, company_id, customer_id, import_id, "", &options, false).await? {
                preview.take(&part.consequences);
            }
        }
    } else {
        let ids = live(import_id).select_only().column(transactions::Column::Id).into_query();
        preview.estimate(&tx, company_id, rewards::Column::TransactionId.in_subquery(ids), now).await?;
    }
    tx.rollback().await?;
    Ok(preview)
}

/// The same for the undoing of a void.
pub async fn preview_undo(db: &Db, company_id: Uuid, void_id: Uuid, now: Instant) -> Result<Preview> {
    let tx = db.snapshot().await?;
    let void = void_of(&tx, company_id, void_id).await?;
    let in_force = || parts(void_id).select_only().column(voids::Column::Id).into_query();
    let back = transactions::Entity::find()
        .filter(transactions::Column::CompanyId.eq(company_id))
        .filter(transactions::Column::VoidedAt.is_not_null())
        .filter(transactions::Column::VoidId.in_subquery(in_force()));
    let mut preview = Preview::begin(&tx, void, back).await?;
    if preview.planned {
        for part in parts(void_id).order_by_asc(voids::Column::Id).all(&tx).await? {
            let options = VoidOptions { actor: Actor::SYSTEM, now, import_void: Some(void_id) };
            match undo_one(&tx, company_id, part.id, &options, false).await {
                Ok(undone) => preview.take(&undone.consequences),
                Err(Error::Conflict(message)) => {
                    preview.impossible_count += 1;
                    if preview.impossible.len() < NAMED_MAX {
                        preview.impossible.push((customer_key(&tx, part.customer_id).await?, message));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    } else {
        preview.estimate(&tx, company_id, rewards::Column::ChangeId.in_subquery(in_force()), now).await?;
    }
    tx.rollback().await?;
    Ok(preview)
}

impl Preview {
    async fn begin<C: ConnectionTrait>(conn: &C, of: imports::Model, turn: Select<transactions::Entity>) -> Result<Preview> {
        use transactions::Column;
        let mut by_currency: BTreeMap<Currency, Turning> = BTreeMap::new();
        for refund in [false, true] {
            let kind = if refund { Column::RefundOf.is_not_null() } else { Column::RefundOf.is_null() };
            let rows: Vec<(String, i64, i64)> = turn
                .clone()
                .filter(kind)
                .select_only()
                .column(Column::Currency)
                .column_as(Column::Id.count(), "rows")
                .column_as(sum(Column::Amount), "amount")
                .group_by(Column::Currency)
                .into_tuple()
                .all(conn)
                .await?;
            for (code, rows, amount) in rows {
                let currency = stored(&code)?;
                let none = Turning { currency, sales: 0, sold: 0, refunds: 0, refunded: 0 };
                let of = by_currency.entry(currency).or_insert(none);
                let (count, sum) = if refund { (&mut of.refunds, &mut of.refunded) } else { (&mut of.sales, &mut of.sold) };
                (*count, *sum) = (rows.unsigned_abs(), amount);
            }
        }
        let customers: Option<i64> = turn
            .select_only()
            .column_as(Expr::expr(Func::count_distinct(Expr::col(Column::CustomerId))), "customers")
            .into_tuple()
            .one(conn)
            .await?;
        let mut preview = Preview {
            of,
            turning: by_currency.into_values().collect(),
            customers: customers.unwrap_or(0).unsigned_abs(),
            along: 0,
            before: 0,
            differences: BTreeMap::new(),
            rewards: 0,
            planned: false,
            impossible: Vec::new(),
            impossible_count: 0,
        };
        preview.planned = preview.count() <= PLANNED_MAX;
        Ok(preview)
    }

    /// Says whether somebody was shown just this.
    pub fn digest(&self) -> String {
        let does = (&self.turning, self.customers, self.along, self.before, &self.differences, self.rewards);
        secrets::hash(&format!("{does:?}{:?}{}", self.impossible, self.impossible_count))
    }

    /// How many transactions turn.
    pub fn count(&self) -> u64 {
        self.turning.iter().map(|turning| turning.sales + turning.refunds).sum()
    }

    fn take(&mut self, consequences: &Consequences) {
        self.rewards += consequences.entries.len() as u64;
        for total in &consequences.totals {
            self.differ(total.invoice_month, total.difference.currency, total.difference.minor);
        }
    }

    fn differ(&mut self, month: Month, currency: Currency, by: i64) {
        let sum = self.differences.entry((month, currency)).or_default();
        *sum = sum.saturating_add(by);
    }

    /// As if just these rewards were corrected to nothing.
    async fn estimate<C: ConnectionTrait>(&mut self, conn: &C, company_id: Uuid, of: impl Into<Condition>, now: Instant) -> Result<()> {
        use rewards::Column;
        let company = companies::get(conn, company_id).await?;
        let months = Months::load(conn, &company, now).await?;
        let rows: Vec<(i32, String, i64, i64)> = rewards::Entity::find()
            .select_only()
            .columns([Column::InvoiceMonth, Column::Currency])
            .column_as(Column::Id.count(), "rows")
            .column_as(sum(Column::Amount), "amount")
            .filter(Column::CompanyId.eq(company_id))
            .filter(Column::State.ne(RewardState::Declined.word()))
            .filter(of.into())
            .group_by(Column::InvoiceMonth)
            .group_by(Column::Currency)
            .into_tuple()
            .all(conn)
            .await?;
        for (month, code, rows, amount) in rows {
            let currency = stored(&code)?;
            self.rewards += rows.unsigned_abs();
            self.differ(months.place(Month(month), currency), currency, amount.saturating_neg());
        }
        Ok(())
    }
}

fn sum(column: impl ColumnTrait) -> sea_orm::sea_query::SimpleExpr {
    column.sum().cast_as(Alias::new("BIGINT"))
}

/// Refunds of the import's sales that did not come with it.
async fn along<C: ConnectionTrait>(conn: &C, import_id: Uuid) -> Result<u64> {
    use transactions::Column;
    let sales: SelectStatement = live(import_id).select_only().column(Column::Id).into_query();
    let other = Condition::any().add(Column::ImportId.is_null()).add(Column::ImportId.ne(import_id));
    let refunds = transactions::Entity::find().filter(Column::RefundOf.in_subquery(sales)).filter(Column::VoidedAt.is_null()).filter(other);
    Ok(refunds.count(conn).await?)
}

/// In the order in which they are voided.
async fn customers_of<C: ConnectionTrait>(conn: &C, of: Select<transactions::Entity>) -> Result<Vec<Uuid>> {
    let rows: Vec<Uuid> =
        of.select_only().column(transactions::Column::CustomerId).order_by_asc(transactions::Column::Id).into_tuple().all(conn).await?;
    let mut seen = HashSet::new();
    Ok(rows.into_iter().filter(|id| seen.insert(*id)).collect())
}
