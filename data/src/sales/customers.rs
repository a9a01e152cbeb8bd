//! Customers: who was brought, by whom, since when.

mod insert;
pub mod list;

use domain::facts::{CustomerFields, Fact};
use domain::states::AttributionSource;
use domain::{Instant, fields};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

pub use insert::{Ready, insert_new};

use crate::act::Act;
use crate::lists::search;
use crate::network::partners;
use crate::store::check::{Checks, new_key_fault, search_text, shown};
use crate::store::check::{FUTURE_MS_MAX, IN_THE_FUTURE};
use crate::store::entities::customers::{Column, Entity, Model};
use crate::store::seen::{self, refuse_stale};
use crate::{Db, Error, Result, audit, transact};

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
pub async fn create(db: &Db, act: &Act<'_>, input: &NewCustomer, source: AttributionSource) -> Result<Created> {
    transact!(db, |tx| { create_in(tx, act, input, source).await })
}

pub async fn create_in<C: ConnectionTrait>(tx: &C, act: &Act<'_>, input: &NewCustomer, source: AttributionSource) -> Result<Created> {
    let Act { company_id, now, .. } = *act;
    let mut input = read(input, now)?;
    let partnership_id = match &input.partner_key {
        Some(key) => {
            let known = partners::ids_by_key(tx, company_id, &[key]).await?;
            let unknown = || Error::invalid("partner_key", format!("there is no partner “{}”", shown(key)));
            Some(*known.get(key).ok_or_else(unknown)?)
        }
        None => None,
    };
    let taken = Entity::find().filter(Column::CompanyId.eq(company_id)).filter(Column::CustomerKey.eq(&input.customer_key)).one(tx).await?;
    if taken.is_some() {
        return Err(Error::invalid("customer_key", format!("“{}” is taken by another customer", shown(&input.customer_key))));
    }
    if let Some(fault) = new_key_fault(&input.customer_key) {
        return Err(Error::invalid("customer_key", fault));
    }
    if let Some(fault) = input.provider_key.as_deref().and_then(new_key_fault) {
        return Err(Error::invalid("provider_key", fault));
    }
    let (key, partner) = (input.customer_key.clone(), input.partner_key.take());
    let created = insert_new(tx, act, &[Ready { input, partnership_id }], source).await?;
    let created = created.into_iter().next().ok_or(Error::NotFound("the customer"))?;
    audit::record(tx, act, &key, Fact::CustomerCreated { partner }).await?;
    Ok(created)
}

/// A new customer as it will be stored.
pub fn read(input: &NewCustomer, now: Instant) -> Result<NewCustomer> {
    let mut checks = Checks::new();
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let customer = NewCustomer {
        customer_key: checks.take("customer_key", fields::key(&input.customer_key)),
        name: checks.take_optional("name", &input.name, fields::name),
        email: checks.take_optional("email", &input.email, fields::email),
        provider_key: some(checks.take_optional("provider_key", input.provider_key.as_deref().unwrap_or_default(), fields::key)),
        partner_key: some(input.partner_key.as_deref().unwrap_or_default().trim().to_owned()),
        created_at: input.created_at,
        test: input.test,
    };
    if input.created_at.is_some_and(|at| at > now.plus_ms(FUTURE_MS_MAX)) {
        checks.complain("created_at", IN_THE_FUTURE);
    }
    checks.finish()?;
    Ok(customer)
}

/// Changes what `change` names. Returns whether anything was different.
pub async fn update(db: &Db, act: &Act<'_>, customer_id: Uuid, change: &CustomerChange) -> Result<bool> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let row = get(tx, company_id, customer_id).await?;
        update_row(tx, act, row, change).await
    })
}

/// As [`update`], for a form that shows every value: refused where they are not those that it had seen.
pub async fn update_seen(db: &Db, act: &Act<'_>, customer_id: Uuid, change: &CustomerChange, seen: &str) -> Result<bool> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let row = get(tx, company_id, customer_id).await?;
        refuse_stale("customer", seen, &edited(&row), &edited(&changed(&row, change)?))?;
        update_row(tx, act, row, change).await
    })
}

/// What the form shows of a customer.
pub fn edited(row: &Model) -> seen::Values {
    let provider_key = row.provider_key.clone().unwrap_or_default();
    vec![("name", "Name", row.name.clone()), ("email", "Email", row.email.clone()), ("provider_key", "Provider key", provider_key)]
}

/// The row as `change` would leave it.
fn changed(before: &Model, change: &CustomerChange) -> Result<Model> {
    let mut checks = Checks::new();
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = checks.take_optional("name", name, fields::name);
    }
    if let Some(email) = &change.email {
        after.email = checks.take_optional("email", email, fields::email);
    }
    if let Some(key) = &change.provider_key {
        after.provider_key = checks.take("provider_key", fields::optional(key, fields::key));
        if after.provider_key != before.provider_key
            && let Some(fault) = after.provider_key.as_deref().and_then(new_key_fault)
        {
            checks.complain("provider_key", fault);
        }
    }
    checks.finish()?;
    after.search = search_text(&[&after.name, &after.email, &after.customer_key]);
    Ok(after)
}

pub async fn update_row<C: ConnectionTrait>(tx: &C, act: &Act<'_>, before: Model, change: &CustomerChange) -> Result<bool> {
    let after = changed(&before, change)?;
    if after == before {
        return Ok(false);
    }
    after.clone().into_active_model().reset_all().update(tx).await?;
    search::replace_customer(tx, &after).await?;
    let fields = |of: Model| CustomerFields { name: of.name, email: of.email, provider_key: of.provider_key };
    let key = after.customer_key.clone();
    audit::record(tx, act, &key, Fact::CustomerChanged { before: fields(before), after: fields(after) }).await?;
    Ok(true)
}

pub async fn get<C: ConnectionTrait>(conn: &C, company_id: Uuid, customer_id: Uuid) -> Result<Model> {
    Entity::find_by_id(customer_id).filter(Column::CompanyId.eq(company_id)).one(conn).await?.ok_or(Error::NotFound("the customer"))
}

pub async fn find_by_key<C: ConnectionTrait>(conn: &C, company_id: Uuid, customer_key: &str) -> Result<Model> {
    Entity::find()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::CustomerKey.eq(customer_key))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("the customer"))
}
