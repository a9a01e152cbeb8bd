//! Who moves the money: one interface for charges, one for payouts. Every request carries an idempotency key, so that
//! asking again after a lost answer moves nothing twice.

use std::sync::Arc;

use async_trait::async_trait;
use domain::states::ProviderKind;
use domain::{Instant, Money};
use uuid::Uuid;

use crate::Result;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeOrder {
    pub company_id: Uuid,
    pub idempotency_key: String,
    pub amount: Money,
    pub invoice_number: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutOrder {
    pub company_id: Uuid,
    pub idempotency_key: String,
    pub amount: Money,
    /// When it reaches the partner, if the provider takes as long as the payout method usually does.
    pub expected_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The money moved, under the provider's own reference.
    Done { reference: String },
    /// Taken on; whether it arrived can be asked at `settles_at`. Payouts only.
    Accepted { reference: String, settles_at: Instant },
    /// Nothing moved or will move under this key.
    Refused { reason: String },
    /// Nobody knows: to be asked again with the same key.
    Silent { reason: String },
}

#[async_trait]
pub trait ChargeProvider: Send + Sync {
    async fn charge(&self, order: &ChargeOrder, now: Instant) -> Answer;
}

#[async_trait]
pub trait PayoutProvider: Send + Sync {
    /// One answer per order, in their order.
    async fn send(&self, orders: &[PayoutOrder], now: Instant) -> Vec<Answer>;
    /// What became of orders that were accepted.
    async fn outcome(&self, orders: &[PayoutOrder], now: Instant) -> Vec<Answer>;
}

/// The providers at hand. `manual` is none: a person moves the money and confirms it.
#[derive(Clone)]
pub struct Providers {
    simulated_charges: Arc<dyn ChargeProvider>,
    simulated_payouts: Arc<dyn PayoutProvider>,
}

impl Providers {
    pub fn new(simulated_charges: Arc<dyn ChargeProvider>, simulated_payouts: Arc<dyn PayoutProvider>) -> Providers {
        Providers { simulated_charges, simulated_payouts }
    }

    pub fn charge(&self, kind: &str) -> Result<Option<&dyn ChargeProvider>> {
        Ok(match crate::store::error::stored(kind)? {
            ProviderKind::Manual => None,
            ProviderKind::Simulated => Some(self.simulated_charges.as_ref()),
        })
    }

    pub fn payout(&self, kind: &str) -> Result<Option<&dyn PayoutProvider>> {
        Ok(match crate::store::error::stored(kind)? {
            ProviderKind::Manual => None,
            ProviderKind::Simulated => Some(self.simulated_payouts.as_ref()),
        })
    }
}
