//! Transactions on their way in, a few dozen bytes each, so that millions fit into memory.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Currency, Instant, Money};

use crate::{Error, Result};

/// A transaction as somebody gave it. A refund has an amount below zero and names its sale.
#[derive(Clone, Copy, Debug)]
pub struct TransactionInput<'a> {
    pub key: &'a str,
    pub customer_key: &'a str,
    pub amount: Money,
    pub occurred_at: Instant,
    pub product_key: Option<&'a str>,
    pub category_key: Option<&'a str>,
    pub refund_of: Option<&'a str>,
    /// Its place in the file, from 1.
    pub row: u32,
}

/// A text in [`Batch::texts`].
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug)]
pub(super) struct Row {
    key: Span,
    /// Empty: a sale.
    refund_of: Span,
    pub customer: u32,
    product: u32,
    category: u32,
    pub currency: Currency,
    pub amount: i64,
    pub occurred_at: Instant,
    pub row: u32,
}

impl Row {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    pub fn is_refund(&self) -> bool {
        self.refund_of.start != self.refund_of.end
    }
}

/// Texts that occur often, each stored once and known by its number.
#[derive(Debug, Default)]
pub(super) struct Names {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Names {
    fn number(&mut self, text: &str) -> Result<u32> {
        if let Some(known) = self.numbers.get(text) {
            return Ok(*known);
        }
        let number = narrow(self.texts.len())?;
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        Ok(number)
    }

    pub fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub fn all(&self) -> &[Arc<str>] {
        &self.texts
    }
}

const NO_LABEL: u32 = u32::MAX;

/// Transactions to be recorded together.
#[derive(Debug, Default)]
pub struct Batch {
    texts: String,
    pub(super) rows: Vec<Row>,
    pub(super) customers: Names,
    labels: Names,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes a transaction in. Fails only when the batch outgrows four gigabytes of keys.
    pub fn push(&mut self, given: &TransactionInput<'_>) -> Result<()> {
        let key = self.text(given.key)?;
        let refund_of = self.text(given.refund_of.unwrap_or_default())?;
        let row = Row {
            key,
            refund_of,
            customer: self.customers.number(given.customer_key)?,
            product: self.label(given.product_key)?,
            category: self.label(given.category_key)?,
            currency: given.amount.currency,
            amount: given.amount.minor,
            occurred_at: given.occurred_at,
            row: given.row,
        };
        self.rows.push(row);
        Ok(())
    }

    pub(super) fn key(&self, row: &Row) -> &str {
        self.get(row.key)
    }

    pub(super) fn refund_of(&self, row: &Row) -> Option<&str> {
        row.is_refund().then(|| self.get(row.refund_of))
    }

    pub(super) fn product(&self, row: &Row) -> Option<&str> {
        self.label_text(row.product)
    }

    pub(super) fn category(&self, row: &Row) -> Option<&str> {
        self.label_text(row.category)
    }

    fn get(&self, span: Span) -> &str {
        &self.texts[span.start as usize..span.end as usize]
    }

    fn text(&mut self, text: &str) -> Result<Span> {
        let start = narrow(self.texts.len())?;
        self.texts.push_str(text);
        Ok(Span { start, end: narrow(self.texts.len())? })
    }

    fn label(&mut self, text: Option<&str>) -> Result<u32> {
        text.map_or(Ok(NO_LABEL), |text| self.labels.number(text))
    }

    fn label_text(&self, number: u32) -> Option<&str> {
        self.labels.all().get(number as usize).map(|text| &**text)
    }
}

fn narrow(length: usize) -> Result<u32> {
    u32::try_from(length)
        .ok()
        .filter(|length| *length < NO_LABEL)
        .ok_or_else(|| Error::invalid("", "this is too much for one import: split the file"))
}
