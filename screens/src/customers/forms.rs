//! What the forms around one customer start from.

use domain::{Currency, Instant, Money};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use views::customers::{CustomerForms, RefundableSale};

use data::sales::recording;
use data::sales::recording::{Batch, Largest, TransactionInput};
use data::sales::transactions::Sale;
use data::sales::{customers, transactions};
use data::store::check::shown;
use data::store::entities::transactions::{Column, Entity, Model};
use data::store::entities::{companies, customers as customer_rows};
use data::store::names;
use data::{Db, Error, Result};
use domain::dates;

/// How many sales the refund form lists.
const SALES_LISTED: u64 = 200;

/// `refund_of` is the key of the sale that a refund is about; empty for the other forms.
pub async fn forms(db: &Db, company: &companies::Model, customer_key: &str, refund_of: &str, now: Instant) -> Result<CustomerForms> {
    let conn = &db.snapshot().await?;
    let customer = customers::find_by_key(conn, company.id, customer_key).await?;
    let zone = company.zone()?;
    let partner = match customer.partnership_id {
        Some(id) => names::partners(conn, [id]).await?.remove(&id),
        None => None,
    };
    let mut sales = Entity::find()
        .filter(Column::CustomerId.eq(customer.id))
        .filter(Column::Amount.gt(0))
        .filter(Column::VoidedAt.is_null())
        .filter(Expr::col(Column::Refunded.as_column_ref()).lt(Expr::col(Column::Amount.as_column_ref())))
        .order_by_desc(Column::OccurredAt)
        .order_by_desc(Column::Id)
        .limit(SALES_LISTED)
        .all(conn)
        .await?;
    let mut refusal = String::new();
    let mut chosen = String::new();
    if !refund_of.is_empty() {
        match named(conn, company, &customer, refund_of).await? {
            Ok(sale) => {
                chosen.clone_from(&sale.key);
                if sales.iter().all(|listed| listed.id != sale.id) {
                    sales.insert(0, sale);
                }
            }
            Err(why) => refusal = why,
        }
    }
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
        let left = sale.left()?;
        refundable.push(RefundableSale {
            key: sale.key,
            amount: Money::new(sale.amount, left.currency),
            left,
            occurred: dates::day(&zone, Instant(sale.occurred_at)),
            product: sale.product_key.unwrap_or_default(),
        });
    }
    Ok(CustomerForms {
        customer: names::customer(&customer),
        partner,
        currencies,
        currency,
        now: dates::typed_minute(&zone, now),
        zone: zone.place(),
        refundable,
        chosen,
        refusal,
    })
}

/// What looks wrong about a sale that is about to be recorded by hand. Nothing for a customer who isn't there, and for a sale
/// that is there already.
pub async fn doubts(db: &Db, company: &companies::Model, sale: &Sale, now: Instant) -> Result<Vec<String>> {
    let mut batch = Batch::new();
    batch.push(&TransactionInput {
        key: &sale.key,
        customer_key: &sale.customer_key,
        amount: sale.amount,
        occurred_at: sale.occurred_at,
        product_key: None,
        category_key: None,
        refund_of: None,
        row: 1,
    })?;
    let found = recording::doubts(&db.snapshot().await?, company, &batch, &mut Largest::default(), now).await?;
    Ok(found.into_iter().flat_map(|(_, doubts)| doubts).map(|doubt| doubt.words).collect())
}

/// The sale that somebody wants to refund, or why that cannot be.
async fn named<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    customer: &customer_rows::Model,
    key: &str,
) -> Result<std::result::Result<Model, String>> {
    let found = match transactions::find_by_key(conn, company.id, key).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(Err(format!("There is no sale {}.", shown(key)))),
        Err(error) => return Err(error),
    };
    let why = if found.customer_id != customer.id {
        format!("{} is a sale of another customer.", found.key)
    } else if found.refund_of.is_some() {
        format!("{} is a refund itself.", found.key)
    } else if found.amount == 0 {
        format!("{} is a sale of nothing, so there is nothing to refund.", found.key)
    } else if found.refunded >= found.amount {
        format!("{} has been refunded in full.", found.key)
    } else {
        return Ok(Ok(found));
    };
    Ok(Err(why))
}
