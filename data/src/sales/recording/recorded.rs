//! Which of a batch's keys are taken.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, StatementBuilder};
use uuid::Uuid;

use crate::Result;
use crate::store::entities::transactions;

#[derive(FromQueryResult)]
pub(super) struct Recorded {
    pub id: Uuid,
    pub key: String,
    pub customer_id: Uuid,
    pub customer_key: String,
    pub partnership_id: Option<Uuid>,
    pub amount: i64,
    pub currency: String,
    pub occurred_at: i64,
    pub product_key: Option<String>,
    pub category_key: Option<String>,
    pub refunded: i64,
    pub original_key: Option<String>,
}

/// The transactions of these keys that count.
pub(super) async fn find_recorded<'a, C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    keys: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Recorded>> {
    let (t, o, c) = (Alias::new("t"), Alias::new("o"), Alias::new("c"));
    let mut query = Query::select();
    query
        .from_as(Alias::new("transactions"), t.clone())
        .join_as(
            sea_orm::JoinType::LeftJoin,
            Alias::new("transactions"),
            o.clone(),
            Expr::col((o.clone(), Alias::new("id"))).equals((t.clone(), Alias::new("refund_of"))),
        )
        .join_as(
            sea_orm::JoinType::InnerJoin,
            Alias::new("customers"),
            c.clone(),
            Expr::col((c.clone(), Alias::new("id"))).equals((t.clone(), Alias::new("customer_id"))),
        )
        .expr_as(Expr::col((o, Alias::new("key"))), Alias::new("original_key"))
        .column((c, Alias::new("customer_key")))
        .and_where(Expr::col((t.clone(), Alias::new("company_id"))).eq(company_id))
        .and_where(Expr::col((t.clone(), Alias::new("voided_at"))).is_null())
        .and_where(Expr::col((t.clone(), Alias::new("key"))).is_in(keys));
    for column in
        ["id", "key", "customer_id", "partnership_id", "amount", "currency", "occurred_at", "product_key", "category_key", "refunded"]
    {
        query.column((t.clone(), Alias::new(column)));
    }
    let statement = StatementBuilder::build(&query, &tx.get_database_backend());
    Ok(Recorded::find_by_statement(statement).all(tx).await?)
}

/// How many voided transactions had these keys, where any had.
pub(super) async fn find_voided<'a, C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    keys: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<(String, i64)>> {
    use transactions::Column;
    Ok(transactions::Entity::find()
        .select_only()
        .column(Column::Key)
        .column_as(Column::Id.count(), "voided")
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::VoidedAt.is_not_null())
        .filter(Column::Key.is_in(keys))
        .group_by(Column::Key)
        .into_tuple()
        .all(tx)
        .await?)
}
