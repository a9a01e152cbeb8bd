//! Which rows of a batch can be recorded, in which order, and what is wrong with the others.

use std::collections::HashMap;

use domain::rating::{self, RefundError, check_refund};
use domain::zone::Zone;
use domain::{Currency, Instant, Money};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::store::IN_MAX;
use crate::store::check::{FUTURE_MS_MAX, IN_THE_FUTURE, new_key_fault, shown};
use crate::store::error::stored;
use crate::{Error, Result};
use domain::dates::second;

use super::batch::{Batch, Row};
use super::people::{self, Customer};
use super::recorded::{Recorded, find_recorded, find_voided};
use crate::work::batch::Complaint;

pub(super) struct Plan {
    /// Rows to record, by (occurred_at, refunds last, place in the file).
    pub order: Vec<u32>,
    /// Rows that were recorded before, or stand in the file twice.
    pub unchanged: u64,
    pub complaints: Vec<Complaint>,
    /// By the batch's customer numbers; filled for every row in `order`.
    pub customers: Vec<Option<Customer>>,
    pub originals: Originals,
    /// The transaction that the only row of a batch repeats.
    pub present: Option<Uuid>,
    /// Rows whose key voided transactions had, with how many.
    pub voided: HashMap<u32, i64>,
}

/// Sales that rows of the batch refund.
#[derive(Default)]
pub(super) struct Originals {
    pub sales: Vec<Original>,
    /// Refund row to its sale in `sales`.
    pub of_refund: HashMap<u32, usize>,
    /// Sale row of the batch to `sales`.
    pub of_sale: HashMap<u32, usize>,
}

pub(super) struct Original {
    /// `None` for a sale of the batch, until it is recorded.
    pub id: Option<Uuid>,
    pub key: String,
    pub customer: u32,
    pub partnership_id: Option<Uuid>,
    pub amount: Money,
    pub occurred_at: Instant,
    /// What recorded refunds took back, before this batch.
    pub refunded_before: i64,
    /// The same with the accepted refunds of this batch.
    pub refunded: i64,
}

impl Original {
    pub fn facts(&self, refunded: i64) -> rating::Original<'_> {
        rating::Original { key: &self.key, occurred_at: self.occurred_at, amount: self.amount, refunded }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RowOutcome {
    New,
    Unchanged,
    Refused,
}

struct Checker<'a> {
    batch: &'a Batch,
    now: Instant,
    zone: Zone,
    outcomes: Vec<RowOutcome>,
    complaints: Vec<Complaint>,
    customers: Vec<Option<Customer>>,
    /// Rows by key, then by place.
    by_key: Vec<u32>,
    present: Option<Uuid>,
    voided: HashMap<u32, i64>,
}

pub(super) async fn plan<C: ConnectionTrait>(tx: &C, company_id: Uuid, batch: &Batch, now: Instant) -> Result<Plan> {
    let keys: Vec<&str> = batch.customers.all().iter().map(|key| &**key).collect();
    let mut found = people::customers_by_key(tx, company_id, &keys).await?;
    let mut by_key: Vec<u32> = (0..to_u32(batch.rows.len())).collect();
    by_key.sort_unstable_by_key(|row| (batch.key(batch.row(*row)), *row));
    let mut checker = Checker {
        batch,
        now,
        zone: crate::programme::companies::get(tx, company_id).await?.zone()?,
        outcomes: vec![RowOutcome::New; batch.rows.len()],
        complaints: Vec::new(),
        customers: keys.iter().map(|key| found.remove(*key)).collect(),
        by_key,
        present: None,
        voided: HashMap::new(),
    };
    checker.check_alone();
    checker.check_duplicates();
    checker.check_recorded(tx, company_id).await?;
    checker.check_new_keys();
    let order = checker.order();
    let originals = checker.check_refunds(tx, company_id, &order).await?;

    let order = order.into_iter().filter(|row| checker.outcomes[*row as usize] == RowOutcome::New).collect();
    let unchanged = checker.outcomes.iter().filter(|outcome| **outcome == RowOutcome::Unchanged).count() as u64;
    let mut complaints = checker.complaints;
    complaints.sort_by_key(|complaint| complaint.row);
    Ok(Plan { order, unchanged, complaints, customers: checker.customers, originals, present: checker.present, voided: checker.voided })
}

impl Batch {
    pub(super) fn row(&self, row: u32) -> &Row {
        &self.rows[row as usize]
    }
}

impl Checker<'_> {
    fn refuse(&mut self, row: u32, field: &'static str, message: String) {
        self.outcomes[row as usize] = RowOutcome::Refused;
        self.complaints.push(Complaint { row: self.batch.row(row).row, field, message });
    }

    /// What needs no other row.
    fn check_alone(&mut self) {
        let latest = self.now.plus_ms(FUTURE_MS_MAX);
        for number in 0..to_u32(self.batch.rows.len()) {
            let row = self.batch.row(number);
            let fault = if row.is_refund() && row.amount >= 0 {
                Some(("amount", format!("“{}”: a refund's amount is below zero", row.money().plain())))
            } else if !row.is_refund() && row.amount < 0 {
                Some(("amount", format!("“{}” is below zero: a refund names its sale in refund_of", row.money().plain())))
            } else if row.occurred_at > latest {
                Some(("occurred_at", IN_THE_FUTURE.to_owned()))
            } else if self.customers[row.customer as usize].is_none() {
                let key = &self.batch.customers.all()[row.customer as usize];
                Some(("customer_key", format!("there is no customer “{}”", shown(key))))
            } else {
                None
            };
            if let Some((field, message)) = fault {
                self.refuse(number, field, message);
            }
        }
    }

    /// The same key twice in one file: the same again is fine, anything else is not.
    fn check_duplicates(&mut self) {
        let by_key = std::mem::take(&mut self.by_key);
        for pair in by_key.windows(2) {
            let (mut first, second) = (pair[0], pair[1]);
            let key = self.batch.key(self.batch.row(second));
            if self.batch.key(self.batch.row(first)) != key || self.outcomes[second as usize] == RowOutcome::Refused {
                continue;
            }
            if self.outcomes[first as usize] == RowOutcome::Refused {
                // The first of this key that was not refused is the one to compare with.
                let place = by_key.partition_point(|row| self.batch.key(self.batch.row(*row)) < key);
                let earlier = by_key[place..]
                    .iter()
                    .copied()
                    .take_while(|row| *row < second)
                    .find(|row| self.outcomes[*row as usize] == RowOutcome::New);
                let Some(found) = earlier else { continue };
                first = found;
            }
            match self.difference(first, second) {
                None => self.outcomes[second as usize] = RowOutcome::Unchanged,
                Some(what) => {
                    let message = format!("“{}” is also in row {}, {what}", shown(key), self.batch.row(first).row);
                    self.refuse(second, "key", message);
                }
            }
        }
        self.by_key = by_key;
    }

    fn difference(&self, first: u32, second: u32) -> Option<String> {
        let (a, b) = (self.batch.row(first), self.batch.row(second));
        let field = if a.customer != b.customer {
            "customer_key"
        } else if a.money() != b.money() {
            "amount"
        } else if a.occurred_at != b.occurred_at {
            "occurred_at"
        } else if self.batch.product(a) != self.batch.product(b) {
            "product_key"
        } else if self.batch.category(a) != self.batch.category(b) {
            "category_key"
        } else if self.batch.refund_of(a) != self.batch.refund_of(b) {
            "refund_of"
        } else {
            return None;
        };
        Some(format!("with another {field}"))
    }

    /// Rows that were recorded before: the same again changes nothing; facts are never overwritten.
    async fn check_recorded<C: ConnectionTrait>(&mut self, tx: &C, company_id: Uuid) -> Result<()> {
        let batch = self.batch;
        let candidates: Vec<u32> = self.by_key.iter().copied().filter(|row| self.outcomes[*row as usize] == RowOutcome::New).collect();
        for chunk in candidates.chunks(IN_MAX) {
            let keys = chunk.iter().map(|row| batch.key(batch.row(*row)));
            for (key, count) in find_voided(tx, company_id, keys.clone()).await? {
                let place = candidates.partition_point(|row| batch.key(batch.row(*row)) < key.as_str());
                if let Some(row) = candidates.get(place).copied().filter(|row| batch.key(batch.row(*row)) == key) {
                    self.voided.insert(row, count);
                }
            }
            for recorded in find_recorded(tx, company_id, keys).await? {
                let place = candidates.partition_point(|row| batch.key(batch.row(*row)) < recorded.key.as_str());
                let Some(row) = candidates.get(place).copied().filter(|row| batch.key(batch.row(*row)) == recorded.key) else { continue };
                match self.recorded_difference(row, &recorded) {
                    None => {
                        self.outcomes[row as usize] = RowOutcome::Unchanged;
                        self.present = Some(recorded.id);
                    }
                    Some((field, what)) => {
                        let message =
                            format!("“{}” is recorded already, with {what}; transactions are never changed", shown(&recorded.key));
                        self.refuse(row, field, message);
                    }
                }
            }
        }
        Ok(())
    }

    /// A voided transaction's key is known too, and free again as it is. A refund carries the keys of its sale, whatever they are.
    fn check_new_keys(&mut self) {
        let batch = self.batch;
        for number in 0..to_u32(batch.rows.len()) {
            if self.outcomes[number as usize] != RowOutcome::New || self.voided.contains_key(&number) {
                continue;
            }
            let row = batch.row(number);
            let (product, category) = if row.is_refund() { (None, None) } else { (batch.product(row), batch.category(row)) };
            let keys = [("key", Some(batch.key(row))), ("product_key", product), ("category_key", category)];
            if let Some((field, fault)) = keys.into_iter().find_map(|(field, key)| Some((field, new_key_fault(key?)?))) {
                self.refuse(number, field, fault);
            }
        }
    }

    fn recorded_difference(&self, row: u32, recorded: &Recorded) -> Option<(&'static str, String)> {
        let row = self.batch.row(row);
        let customer = self.customers[row.customer as usize].as_ref().map(|customer| customer.id);
        let other = |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), |text| format!("“{}”", shown(text)));
        if customer != Some(recorded.customer_id) {
            return Some(("customer_key", "another customer".to_owned()));
        }
        if row.currency.code() != recorded.currency {
            return Some(("currency", format!("currency {}", recorded.currency)));
        }
        if row.amount != recorded.amount {
            return Some(("amount", format!("amount {}", Money::new(recorded.amount, row.currency).plain())));
        }
        if row.occurred_at.0 != recorded.occurred_at {
            return Some(("occurred_at", format!("occurred_at {}", second(&self.zone, Instant(recorded.occurred_at)))));
        }
        if self.batch.refund_of(row) != recorded.original_key.as_deref() {
            return Some(("refund_of", format!("refund_of {}", other(&recorded.original_key))));
        }
        if self.batch.product(row) != recorded.product_key.as_deref() {
            return Some(("product_key", format!("product_key {}", other(&recorded.product_key))));
        }
        if self.batch.category(row) != recorded.category_key.as_deref() {
            return Some(("category_key", format!("category_key {}", other(&recorded.category_key))));
        }
        None
    }

    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> =
            (0..to_u32(self.batch.rows.len())).filter(|row| self.outcomes[*row as usize] == RowOutcome::New).collect();
        order.sort_unstable_by_key(|number| {
            let row = self.batch.row(*number);
            (row.occurred_at, row.is_refund(), *number)
        });
        order
    }

    /// Finds each refund's sale and sees that refunds are never more than it was, in the order in which they happened.
    async fn check_refunds<C: ConnectionTrait>(&mut self, tx: &C, company_id: Uuid, order: &[u32]) -> Result<Originals> {
        let batch = self.batch;
        let refunds: Vec<u32> = order.iter().copied().filter(|row| batch.row(*row).is_refund()).collect();
        let mut originals = Originals::default();
        if refunds.is_empty() {
            return Ok(originals);
        }
        let mut elsewhere: Vec<&str> =
            refunds.iter().filter_map(|row| batch.refund_of(batch.row(*row))).filter(|key| self.new_sale(key).is_none()).collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let mut by_key: HashMap<String, usize> = HashMap::new();
        for chunk in elsewhere.chunks(IN_MAX) {
            for recorded in find_recorded(tx, company_id, chunk.iter().copied()).await? {
                by_key.insert(recorded.key.clone(), originals.sales.len());
                originals.sales.push(self.recorded_original(recorded)?);
            }
        }
        for refund in refunds {
            let row = batch.row(refund);
            let key = batch.refund_of(row).unwrap_or_default();
            let found = match self.new_sale(key) {
                Some(sale) if originals.of_sale.contains_key(&sale) => originals.of_sale.get(&sale).copied(),
                Some(sale) => {
                    originals.of_sale.insert(sale, originals.sales.len());
                    originals.sales.push(self.new_original(sale));
                    Some(originals.sales.len() - 1)
                }
                None => by_key.get(key).copied(),
            };
            let Some(found) = found else {
                let message = if self.any_row(key) {
                    format!("the sale “{}” is refused itself", shown(key))
                } else {
                    format!("there is no transaction “{}”", shown(key))
                };
                self.refuse(refund, "refund_of", message);
                continue;
            };
            let original = &originals.sales[found];
            if original.customer != row.customer {
                self.refuse(refund, "customer_key", format!("the sale “{}” belongs to another customer", shown(key)));
                continue;
            }
            if let Err(error) = check_refund(row.money(), row.occurred_at, &original.facts(original.refunded)) {
                let when = match error {
                    RefundError::BeforeSale(at) => format!(" on {}", second(&self.zone, at)),
                    _ => String::new(),
                };
                self.refuse(refund, error.field(), format!("{error}{when}"));
                continue;
            }
            originals.sales[found].refunded -= row.amount;
            originals.of_refund.insert(refund, found);
        }
        Ok(originals)
    }

    /// The row of this batch that records the sale `key` for the first time.
    fn new_sale(&self, key: &str) -> Option<u32> {
        let place = self.by_key.partition_point(|row| self.batch.key(self.batch.row(*row)) < key);
        self.by_key[place..]
            .iter()
            .copied()
            .take_while(|row| self.batch.key(self.batch.row(*row)) == key)
            .find(|row| self.outcomes[*row as usize] == RowOutcome::New)
    }

    fn any_row(&self, key: &str) -> bool {
        let place = self.by_key.partition_point(|row| self.batch.key(self.batch.row(*row)) < key);
        self.by_key.get(place).is_some_and(|row| self.batch.key(self.batch.row(*row)) == key)
    }

    fn new_original(&self, sale: u32) -> Original {
        let row = self.batch.row(sale);
        Original {
            id: None,
            key: self.batch.key(row).to_owned(),
            customer: row.customer,
            partnership_id: self.customers[row.customer as usize].as_ref().and_then(|customer| customer.attributed_at(row.occurred_at)),
            amount: row.money(),
            occurred_at: row.occurred_at,
            refunded_before: 0,
            refunded: 0,
        }
    }

    fn recorded_original(&self, recorded: Recorded) -> Result<Original> {
        let currency: Currency = stored(&recorded.currency)?;
        Ok(Original {
            id: Some(recorded.id),
            customer: self.batch.customers.find(&recorded.customer_key).unwrap_or(u32::MAX),
            key: recorded.key,
            partnership_id: recorded.partnership_id,
            amount: Money::new(recorded.amount, currency),
            occurred_at: Instant(recorded.occurred_at),
            refunded_before: recorded.refunded,
            refunded: recorded.refunded,
        })
    }
}

fn to_u32(count: usize) -> u32 {
    // A batch refuses to grow beyond this: see `Batch::push`.
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A complaint about the only row there is, as a form shows it.
pub(super) fn as_error(complaints: Vec<Complaint>) -> Error {
    Error::Invalid(complaints.into_iter().map(|complaint| (complaint.field.to_owned(), complaint.message)).collect())
}
