//! What the forms around one customer start from.

use domain::views::customers::{CustomerForms, RefundableSale};
use domain::{Currency, Instant, Money};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entities::companies;
use crate::entities::transactions::{Column, Entity};
use crate::error::stored;
use crate::queries::{names, words};
use crate::{Db, Result, customers};

/// How many sales the refund form lists.
const SALES_LISTED: u64 = 200;

pub async fn forms(db: &Db, company: &companies::Model, customer_key: &str, now: Instant) -> Result<CustomerForms> {
    let conn = &db.snapshot().await?;
    let customer = customers::find_by_key(conn, company.id, customer_key).await?;
    let zone = company.zone()?;
    let partner = match customer.partnership_id {
        Some(id) => names::partners(conn, [id]).await?.remove(&id),
        None => None,
    };
    let sales = Entity::find()
        .filter(Column::CustomerId.eq(customer.id))
        .filter(Column::Amount.gt(0))
        .filter(Expr::col(Column::Refunded.as_column_ref()).lt(Expr::col(Column::Amount.as_column_ref())))
        .order_by_desc(Column::OccurredAt)
        .order_by_desc(Column::Id)
        .limit(SALES_LISTED)
        .all(conn)
        .await?;
    let mut currencies: Vec<String> = Vec::new();
    let paid_in = sales.iter().map(|sale| sale.currency.clone());
    for code in std::iter::once(company.currency.clone()).chain(paid_in).chain(Currency::all().map(str::to_owned)) {
        if !currencies.contains(&code) {
            currencies.push(code);
        }
    }
    let currency = sales.first().map_or_else(|| company.currency.clone(), |sale| sale.currency.clone());
    let mut refundable = Vec::with_capacity(sales.len());
    for sale in sales {
        let unit: Currency = stored(&sale.currency)?;
        refundable.push(RefundableSale {
            key: sale.key,
            amount: Money::new(sale.amount, unit),
            left: Money::new(sale.amount - sale.refunded, unit),
            occurred: words::day(&zone, Instant(sale.occurred_at)),
            product: sale.product_key.unwrap_or_default(),
        });
    }
    Ok(CustomerForms {
        customer: names::customer(&customer),
        partner,
        currencies,
        currency,
        now: words::typed_minute(&zone, now),
        zone: zone.place(),
        refundable,
    })
}
