//! What looks wrong about sales that are about to be recorded.

use std::collections::{HashMap, HashSet};

use domain::doubts::{Doubt, NewSale, of_amount, of_date};
use domain::{Currency, Instant};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::batch::Batch;
use super::people::{Customer, Partners, customers_by_key};
use crate::Result;
use crate::store::IN_MAX;
use crate::store::entities::companies::Model as Company;
use crate::store::entities::transactions::{Column, Entity};
use crate::store::error::stored;

/// Customers whose largest sales are remembered between two batches.
const REMEMBERED_MAX: usize = 200_000;

/// The largest sale of each customer in each currency, those of earlier batches included. Doubtful amounts are no measure.
#[derive(Default)]
pub struct Largest(HashMap<Uuid, Vec<(Currency, i64)>>);

impl Largest {
    async fn load<C: ConnectionTrait>(&mut self, conn: &C, customers: impl Iterator<Item = &Customer>) -> Result<()> {
        if self.0.len() > REMEMBERED_MAX {
            self.0.clear();
        }
        let new: Vec<Uuid> = customers.map(|customer| customer.id).filter(|id| !self.0.contains_key(id)).collect();
        for chunk in new.chunks(IN_MAX) {
            let found: Vec<(Uuid, String, i64)> = Entity::find()
                .select_only()
                .columns([Column::CustomerId, Column::Currency])
                .column_as(Column::Amount.max(), "largest")
                .filter(Column::CustomerId.is_in(chunk.iter().copied()))
                .filter(Column::VoidedAt.is_null())
                .group_by(Column::CustomerId)
                .group_by(Column::Currency)
                .into_tuple()
                .all(conn)
                .await?;
            self.0.extend(chunk.iter().map(|id| (*id, Vec::new())));
            for (customer, currency, largest) in found {
                self.0.entry(customer).or_default().push((stored(&currency)?, largest));
            }
        }
        Ok(())
    }

    fn of(&mut self, customer: Uuid, currency: Currency) -> Option<&mut i64> {
        self.0.get_mut(&customer)?.iter_mut().find(|(known, _)| *known == currency).map(|(_, largest)| largest)
    }

    fn note(&mut self, customer: Uuid, currency: Currency, amount: i64) {
        match self.of(customer, currency) {
            Some(largest) => *largest = amount.max(*largest),
            None => self.0.entry(customer).or_default().push((currency, amount)),
        }
    }
}

/// By row, what looks wrong about the sales of a batch that are not there yet; nothing about those of unknown customers.
pub async fn doubts<C: ConnectionTrait>(
    conn: &C,
    company: &Company,
    batch: &Batch,
    largest: &mut Largest,
    now: Instant,
) -> Result<Vec<(u32, Vec<Doubt>)>> {
    let zone = company.zone()?;
    let keys: Vec<&str> = batch.customers.all().iter().map(|key| &**key).collect();
    let mut found = customers_by_key(conn, company.id, &keys).await?;
    let customers: Vec<Option<Customer>> = keys.iter().map(|key| found.remove(*key)).collect();
    let known = known_keys(conn, company.id, batch).await?;
    let owners = customers.iter().flatten().flat_map(|customer| customer.spans().iter().filter_map(|span| span.partnership_id));
    let partners = Partners::load(conn, company.id, owners.collect::<Vec<_>>()).await?;
    largest.load(conn, customers.iter().flatten()).await?;
    let mut sales: Vec<_> = batch.rows.iter().filter(|row| !row.is_refund() && !known.contains(batch.key(row))).collect();
    sales.sort_by_key(|row| (row.occurred_at, row.row));
    let mut out = Vec::new();
    for row in sales {
        let Some(customer) = &customers[row.customer as usize] else { continue };
        let sale = NewSale {
            amount: row.money(),
            occurred_at: row.occurred_at,
            customer_since: customer.created_at,
            partner_since: partners.find(customer.attributed_at(row.occurred_at))?.map(|partner| partner.joined_at),
            largest_before: largest.of(customer.id, row.currency).copied(),
        };
        let amount = of_amount(&sale);
        if amount.is_none() {
            largest.note(customer.id, row.currency, row.amount);
        }
        let doubts: Vec<Doubt> = of_date(&sale, &zone, now).into_iter().chain(amount).collect();
        if !doubts.is_empty() {
            out.push((row.row, doubts));
        }
    }
    out.sort_by_key(|(row, _)| *row);
    Ok(out)
}

/// The keys of a batch that are recorded already.
async fn known_keys<C: ConnectionTrait>(conn: &C, company_id: Uuid, batch: &Batch) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for chunk in batch.rows.chunks(IN_MAX) {
        let found: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Key)
            .filter(Column::CompanyId.eq(company_id))
            .filter(Column::Key.is_in(chunk.iter().map(|row| batch.key(row))))
            .filter(Column::VoidedAt.is_null())
            .into_tuple()
            .all(conn)
            .await?;
        known.extend(found);
    }
    Ok(known)
}
