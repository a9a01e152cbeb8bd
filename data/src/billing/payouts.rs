//! Payouts: released once their invoice is charged, sent under one key each, recorded with their ledger transfer.

use std::collections::HashMap;

use domain::Money;
use domain::payouts::Attempt;
use domain::states::{PayoutState, ProviderKind};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement};
use uuid::Uuid;

use crate::Result;
use crate::store::IN_MAX;
use crate::store::entities::payout_failures;
use crate::store::entities::payouts::Model;
use crate::store::error::stored;

mod by_hand;
mod record;
mod send;

pub use by_hand::{Confirmed, Shown, confirm, mark_failed, mark_returned, retry};
pub use send::{send_due, settle_due};

impl Model {
    /// The attempt it is at.
    pub fn attempt(&self) -> Result<Attempt> {
        Ok(Attempt::of(self.id, stored(&self.state)?, self.attempts))
    }
}

/// A payout's key with its provider: a new one for each attempt that follows a failure.
pub fn idempotency_key(id: Uuid, attempt: i32) -> String {
    format!("{id}-{attempt}")
}

/// Everything that a payment order or a list of payouts shows.
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
    pub attempts: i32,
    pub provider: String,
    pub due_at: i64,
    pub sent_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub error: Option<String>,
}

impl PayoutRow {
    /// Whether a person is still to make it.
    pub fn is_open(&self) -> bool {
        self.state == PayoutState::Pending.word() && self.provider == ProviderKind::Manual.word()
    }

    /// The attempt it is at.
    pub fn attempt(&self) -> Result<Attempt> {
        Ok(Attempt::of(self.id, stored(&self.state)?, self.attempts))
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
         s.payout_method, s.payout_account, p.amount, p.currency, p.state, p.attempts, p.provider, p.due_at, p.sent_at, p.paid_at, p.error \
         FROM payouts p JOIN invoices i ON i.id = p.invoice_id JOIN partnerships s ON s.id = p.partnership_id \
         WHERE p.company_id = $1 AND p.invoice_id = $2 ORDER BY s.partner_key",
        [company_id.into(), invoice_id.into()],
    ))
    .all(conn)
    .await?)
}

/// The attempts of these payouts whose money did not arrive or came back, each payout's in their order.
pub async fn failures<C: ConnectionTrait>(
    conn: &C,
    payout_ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<payout_failures::Model>>> {
    let ids: Vec<Uuid> = payout_ids.into_iter().collect();
    let mut found: HashMap<Uuid, Vec<payout_failures::Model>> = HashMap::new();
    for some in ids.chunks(IN_MAX) {
        let rows = payout_failures::Entity::find()
            .filter(payout_failures::Column::PayoutId.is_in(some.iter().copied()))
            .order_by_asc(payout_failures::Column::Attempt)
            .all(conn)
            .await?;
        for row in rows {
            found.entry(row.payout_id).or_default().push(row);
        }
    }
    Ok(found)
}
