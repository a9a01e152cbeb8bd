//! What customers paid, and what was given back.

use domain::states::AttributionSource;
use domain::{Instant, Money};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::entities::transactions::{Column, Entity, Model};
use crate::{Db, Error, Result, events, transact};

/// A payment of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The company's own, unique in the company.
    pub key: String,
    pub customer_key: String,
    /// Zero or more.
    pub amount: Money,
    pub occurred_at: Instant,
    pub product_key: Option<String>,
    pub category_key: Option<String>,
}

/// Money given back for one sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub key: String,
    /// The key of the sale.
    pub refund_of: String,
    /// Above zero: how much is given back.
    pub amount: Money,
    pub occurred_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub transaction_id: Uuid,
    /// False: the same transaction was there already, and nothing happened.
    pub new: bool,
    /// How many rewards it made.
    pub rewards: usize,
}

/// Records a sale, its receipt and its rewards. The same again is answered with `new: false`; the same key with other content
/// is refused, for transactions are facts.
pub async fn record(db: &Db, company_id: Uuid, sale: &Sale, source: AttributionSource, by: &str, now: Instant) -> Result<Recorded> {
    transact!(db, |tx| { record_in(tx, company_id, sale, source, by, now).await })
}

pub async fn record_in<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    sale: &Sale,
    source: AttributionSource,
    by: &str,
    now: Instant,
) -> Result<Recorded> {
    events::record_one(tx, company_id, events::Given::sale(sale), source, by, now).await
}

/// Records a refund and takes the same share of the sale's rewards back.
pub async fn refund(db: &Db, company_id: Uuid, refund: &Refund, source: AttributionSource, by: &str, now: Instant) -> Result<Recorded> {
    transact!(db, |tx| { refund_in(tx, company_id, refund, source, by, now).await })
}

pub async fn refund_in<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    refund: &Refund,
    source: AttributionSource,
    by: &str,
    now: Instant,
) -> Result<Recorded> {
    events::record_one(tx, company_id, events::Given::refund(tx, company_id, refund).await?, source, by, now).await
}

pub async fn find_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<Model> {
    Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::Key.eq(key))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the transaction"))
}
