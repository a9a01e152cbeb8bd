//! Customers: who was brought, by whom, since when.

use domain::Instant;
use domain::states::AttributionSource;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::entities::customers::{Column, Entity, Model};
use crate::{Db, Error, Result, transact};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCustomer {
    /// The company's own id, unique in the company.
    pub customer_key: String,
    /// Empty where unknown.
    pub name: String,
    /// Empty where unknown.
    pub email: String,
    pub provider_key: Option<String>,
    /// Who brings the customer, from `created_at` on; from the beginning where that is not given.
    pub partner_key: Option<String>,
    /// Now, if not given.
    pub created_at: Option<Instant>,
    /// Test customers never earn.
    pub test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    pub customer_id: Uuid,
    /// How many rewards the new customer made.
    pub rewards: usize,
}

/// What is `None` keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerChange {
    pub name: Option<String>,
    pub email: Option<String>,
    /// Empty for none.
    pub provider_key: Option<String>,
}

/// Creates a customer, attributes it, and fires the triggers on new customers. A taken key is an error at `customer_key`.
pub async fn create(db: &Db, company_id: Uuid, input: &NewCustomer, source: AttributionSource, by: &str, now: Instant) -> Result<Created> {
    transact!(db, |tx| { create_in(tx, company_id, input, source, by, now).await })
}

pub async fn create_in<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    input: &NewCustomer,
    source: AttributionSource,
    by: &str,
    now: Instant,
) -> Result<Created> {
    let _ = (tx, company_id, input, source, by, now);
    Err(Error::conflict("not built yet"))
}

/// Changes what `change` names. Returns whether anything was different.
pub async fn update(db: &Db, company_id: Uuid, customer_id: Uuid, change: &CustomerChange, by: &str, now: Instant) -> Result<bool> {
    transact!(db, |tx| {
        let row = get(tx, company_id, customer_id).await?;
        update_row(tx, row, change, by, now).await
    })
}

pub async fn update_row<C: ConnectionTrait>(tx: &C, row: Model, change: &CustomerChange, by: &str, now: Instant) -> Result<bool> {
    let _ = (tx, row, change, by, now);
    Err(Error::conflict("not built yet"))
}

pub async fn get<C: ConnectionTrait>(conn: &C, company_id: Uuid, customer_id: Uuid) -> Result<Model> {
    Entity::find_by_id(customer_id)
        .filter(Column::CompanyId.eq(company_id))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the customer"))
}

pub async fn find_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, customer_key: &str) -> Result<Model> {
    Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::CustomerKey.eq(customer_key))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the customer"))
}
