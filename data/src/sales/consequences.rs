//! What follows when something that was recorded turns out otherwise: the events that change hands, and the rewards that correct others.

use domain::states::EventKind;
use domain::{Instant, Money, Month};
use uuid::Uuid;

use crate::store::secrets;

/// What a change of attribution or a void does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// The events that change hands, in time order. Refunds go with their sales.
    pub moves: Vec<Move>,
    /// The rewards that are written.
    pub entries: Vec<Entry>,
    /// What `entries` sum to.
    pub totals: Vec<Total>,
}

impl Consequences {
    /// Says whether somebody was shown just these.
    pub fn digest(&self) -> String {
        // New rewards get their ids when they are written.
        let entries = self
            .entries
            .iter()
            .map(|entry| (entry.kind, &entry.event_key, &entry.partner_key, entry.amount, &entry.state, entry.invoice_month));
        secrets::hash(&format!("{:?}{:?}{:?}", self.moves, entries.collect::<Vec<_>>(), self.totals))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub kind: EventKind,
    /// The transaction's key, or the customer's.
    pub key: String,
    pub occurred_at: Instant,
    pub amount: Option<Money>,
    pub from_partner: Option<String>,
    pub to_partner: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Corrects to nothing what the event earned for whom it belonged to.
    Reversed,
    /// Gives back what an earlier change took.
    Restored,
    /// What the event earns for whom it belongs to now.
    Earned,
    /// What refunds reverse of that.
    Refunded,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    pub reward_id: Uuid,
    pub event_key: String,
    pub partner_key: String,
    pub amount: Money,
    pub state: String,
    pub invoice_month: Month,
    /// The reward that it corrects.
    pub reverses: Option<Uuid>,
}

/// The difference for one partner on one invoice; what is held or scheduled included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    pub partner_key: String,
    pub invoice_month: Month,
    pub difference: Money,
}

impl Consequences {
    /// Sums the entries up, per partner, month and currency.
    pub(crate) fn sum_up(&mut self) {
        for entry in &self.entries {
            let same = |total: &&mut Total| {
                total.partner_key == entry.partner_key
                    && total.invoice_month == entry.invoice_month
                    && total.difference.currency == entry.amount.currency
            };
            match self.totals.iter_mut().find(same) {
                Some(total) => total.difference.minor += entry.amount.minor,
                None => self.totals.push(Total {
                    partner_key: entry.partner_key.clone(),
                    invoice_month: entry.invoice_month,
                    difference: entry.amount,
                }),
            }
        }
    }
}
