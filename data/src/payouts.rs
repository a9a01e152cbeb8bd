//! Payouts: released once their invoice is charged, sent under one key each, recorded with their ledger transfer.

use domain::states::PayoutState;
use domain::{Money, ids};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::Result;
use crate::error::stored;

mod by_hand;
mod record;
mod send;

pub use by_hand::{confirm, confirm_all, mark_failed, retry};
pub use send::{send_due, settle_due};

/// What people call a payout.
pub fn key(id: Uuid) -> String {
    ids::key("pay", id)
}

/// A payout's key with its provider: a new one for each attempt that follows a failure.
pub fn idempotency_key(id: Uuid, attempt: i32) -> String {
    format!("{id}-{attempt}")
}

/// Everything that stands in a payment order or a list of payouts.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PayoutRow {
    pub id: Uuid,
    pub invoice_id: Uuid,
    pub invoice_number: String,
    pub month: i32,
    pub partnership_id: Uuid,
    pub partner_key: String,
    pub partner_name: String,
    pub payout_method: String,
    pub payout_account: Option<String>,
    pub amount: i64,
    pub currency: String,
    pub state: String,
    pub provider: String,
    pub due_at: i64,
    pub sent_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub error: Option<String>,
}

impl PayoutRow {
    /// Whether it is still to be made.
    pub fn is_open(&self) -> bool {
        self.state == PayoutState::Pending.word()
    }

    pub fn money(&self) -> Result<Money> {
        Ok(Money::new(self.amount, stored(&self.currency)?))
    }
}

/// An invoice's payouts in order of the partners' keys.
pub async fn of_invoice<C: ConnectionTrait>(conn: &C, company_id: Uuid, invoice_id: Uuid) -> Result<Vec<PayoutRow>> {
    Ok(PayoutRow::find_by_statement(Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT p.id, p.invoice_id, i.number AS invoice_number, i.month, p.partnership_id, s.partner_key, s.name AS partner_name, \
         s.payout_method, s.payout_account, p.amount, p.currency, p.state, p.provider, p.due_at, p.sent_at, p.paid_at, p.error \
         FROM payouts p JOIN invoices i ON i.id = p.invoice_id JOIN partnerships s ON s.id = p.partnership_id \
         WHERE p.company_id = $1 AND p.invoice_id = $2 ORDER BY s.partner_key",
        [company_id.into(), invoice_id.into()],
    ))
    .all(conn)
    .await?)
}
