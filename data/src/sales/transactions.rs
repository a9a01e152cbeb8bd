//! What customers paid, and what was given back.

use domain::states::AttributionSource;
use domain::{Instant, Money, fields};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::act::Act;
use crate::sales::recording::{Recorded, TransactionInput};
use crate::sales::{customers, recording};
use crate::store::check::{Checks, shown};
use crate::store::entities::transactions::{Column, Entity, Model};
use crate::store::error::stored;
use crate::{Db, Error, Result, transact};

impl Model {
    /// What of a sale was not refunded yet.
    pub fn left(&self) -> Result<Money> {
        Ok(Money::new(self.amount - self.refunded, stored(&self.currency)?))
    }
}

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

/// Records a sale, its receipt and its rewards. The same again is answered with `new: false`; the same key with other content
/// is refused, for transactions are facts.
pub async fn record(db: &Db, act: &Act<'_>, sale: &Sale, source: AttributionSource) -> Result<Recorded> {
    transact!(db, |tx| { record_in(tx, act, sale, source).await })
}

pub async fn record_in<C: ConnectionTrait>(tx: &C, act: &Act<'_>, sale: &Sale, source: AttributionSource) -> Result<Recorded> {
    let mut checks = Checks::new();
    let key = checks.take("key", fields::key(&sale.key));
    let product = checks.take_optional("product_key", sale.product_key.as_deref().unwrap_or_default(), fields::key);
    let category = checks.take_optional("category_key", sale.category_key.as_deref().unwrap_or_default(), fields::key);
    checks.finish()?;
    let given = TransactionInput {
        key: &key,
        customer_key: sale.customer_key.trim(),
        amount: sale.amount,
        occurred_at: sale.occurred_at,
        product_key: Some(product.as_str()).filter(|text| !text.is_empty()),
        category_key: Some(category.as_str()).filter(|text| !text.is_empty()),
        refund_of: None,
        row: 1,
    };
    recording::record_one(tx, act, &given, source).await
}

/// Records a refund and takes the same share of the sale's rewards back.
pub async fn refund(db: &Db, act: &Act<'_>, refund: &Refund, source: AttributionSource) -> Result<Recorded> {
    transact!(db, |tx| { refund_in(tx, act, refund, source).await })
}

pub async fn refund_in<C: ConnectionTrait>(tx: &C, act: &Act<'_>, refund: &Refund, source: AttributionSource) -> Result<Recorded> {
    let company_id = act.company_id;
    let mut checks = Checks::new();
    let key = checks.take("key", fields::key(&refund.key));
    if refund.amount.minor <= 0 {
        checks.complain("amount", "is above zero: how much is given back");
    }
    checks.finish()?;
    let sale = find_by_key(tx, company_id, refund.refund_of.trim()).await.map_err(|error| match error {
        Error::NotFound(_) => Error::invalid("refund_of", format!("there is no transaction “{}”", shown(&refund.refund_of))),
        other => other,
    })?;
    let customer = customers::get(tx, company_id, sale.customer_id).await?;
    let given = TransactionInput {
        key: &key,
        customer_key: &customer.customer_key,
        amount: Money::new(-refund.amount.minor, refund.amount.currency),
        occurred_at: refund.occurred_at,
        product_key: sale.product_key.as_deref(),
        category_key: sale.category_key.as_deref(),
        refund_of: Some(&sale.key),
        row: 1,
    };
    recording::record_one(tx, act, &given, source).await
}

/// The transaction with this key; a voided one is none.
pub async fn find_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<Model> {
    Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::Key.eq(key))
        .filter(Column::VoidedAt.is_null())
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the transaction"))
}
