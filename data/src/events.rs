//! From what happened to receipts and rewards.

use domain::Instant;
use domain::states::AttributionSource;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::transactions::{Recorded, Refund, Sale};
use crate::{Error, Result};

pub struct Given;

impl Given {
    pub fn sale(_sale: &Sale) -> Given {
        Given
    }

    pub async fn refund<C: ConnectionTrait>(_tx: &C, _company_id: Uuid, _refund: &Refund) -> Result<Given> {
        Ok(Given)
    }
}

pub async fn record_one<C: ConnectionTrait>(
    _tx: &C,
    _company_id: Uuid,
    _given: Given,
    _source: AttributionSource,
    _by: &str,
    _now: Instant,
) -> Result<Recorded> {
    Err(Error::conflict("not built yet"))
}
