//! From what happened to receipts and rewards: one transaction or a million go the same way.

mod batch;
mod check;
mod doubts;
mod earned;
mod history;
mod months;
mod people;
mod record;
mod recorded;

use domain::facts::{At, Fact, Transaction};
use domain::states::AttributionSource;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

pub use batch::{Batch, TransactionInput};
pub use doubts::{Largest, doubts};
pub use record::{Outcome, RecordOptions, check_batch, record_batch};

pub(crate) use earned::{Earned, decide_refund, effective, reverse, with_adjustments};
pub use history::CarriedCaps;
pub(crate) use history::History;
pub use months::Months;
pub(crate) use people::{Attributed, Customer, Partners, attributed_at, spans_of};
pub(crate) use record::{due_at_once, rate_event, roll_up_partners};

use crate::act::Act;
use crate::work::batch::Mode;
use crate::{Error, Result, audit};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub transaction_id: Uuid,
    /// False: the same transaction was there already, and nothing happened.
    pub new: bool,
    /// How many rewards it made.
    pub rewards: usize,
}

/// Records one transaction, with its audit row.
pub(crate) async fn record_one<C: ConnectionTrait>(
    tx: &C,
    act: &Act<'_>,
    given: &TransactionInput<'_>,
    source: AttributionSource,
) -> Result<Recorded> {
    let Act { company_id, now, .. } = *act;
    let mut batch = Batch::new();
    batch.push(given)?;
    let options =
        RecordOptions { source, import_id: None, actor: act.actor, now, mode: Mode::Whole, carried: None, progress: &|_, _| Ok(()) };
    let outcome = record_batch(tx, company_id, &batch, &options).await?;
    if !outcome.complaints.is_empty() {
        return Err(check::as_error(outcome.complaints));
    }
    let transaction_id = outcome.transaction_id.ok_or(Error::NotFound("the transaction"))?;
    let new = outcome.recorded > 0;
    if new {
        let recorded = Transaction {
            customer: given.customer_key.to_owned(),
            amount: given.amount.plain(),
            currency: given.amount.currency,
            occurred_at: At(given.occurred_at),
            refund_of: given.refund_of.map(str::to_owned),
        };
        let fact = if given.refund_of.is_some() { Fact::RefundRecorded(recorded) } else { Fact::SaleRecorded(recorded) };
        audit::record(tx, act, given.key, fact).await?;
    }
    Ok(Recorded { transaction_id, new, rewards: usize::try_from(outcome.rewards).unwrap_or(usize::MAX) })
}
