//! What triggers did before: how often for a customer, how much for a partnership in a month.

use std::collections::{HashMap, HashSet};

use domain::decision::RewardDraft;
use domain::rating;
use domain::states::RewardSource;
use domain::{Currency, Instant, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::db::IN_MAX;
use crate::entities::rewards;
use crate::error::stored;

use super::programme::{Programme, TriggerNumber};

/// The sources of a reward that a trigger made.
const BY_TRIGGER: [&str; 2] = [RewardSource::Transaction.word(), RewardSource::Customer.word()];

#[derive(Debug, Default)]
pub struct History {
    made: HashMap<(Uuid, TriggerNumber), u64>,
    given: HashMap<(Uuid, TriggerNumber, Currency, Month), i64>,
}

type Row = (Uuid, Option<Uuid>, Uuid, Option<Uuid>, Option<String>, String, Option<Uuid>, i64, String, i64);

impl History {
    /// What is needed to rate events of these customers and partnerships, where the programme counts or caps at all.
    /// Of events outside `span` no month is capped.
    pub async fn load<C: ConnectionTrait>(
        tx: &C,
        programme: &Programme,
        customers: &[Uuid],
        partnerships: &[Uuid],
        span: (Instant, Instant),
    ) -> Result<History> {
        let mut history = History::default();
        if programme.counts_anything() {
            for chunk in customers.chunks(IN_MAX) {
                let rows = select(rewards::Column::CustomerId, chunk).into_tuple::<Row>().all(tx).await?;
                history.count(programme, &rows);
            }
        }
        if programme.caps_anything() {
            let zone = programme.zone;
            let from = zone.month_start(zone.month(span.0));
            let to = zone.month_start(zone.month(span.1).next());
            for chunk in partnerships.chunks(IN_MAX) {
                let rows = select(rewards::Column::PartnershipId, chunk)
                    .filter(rewards::Column::OccurredAt.gte(from.0))
                    .filter(rewards::Column::OccurredAt.lt(to.0))
                    .into_tuple::<Row>()
                    .all(tx)
                    .await?;
                history.sum(programme, &rows)?;
            }
        }
        Ok(history)
    }

    fn count(&mut self, programme: &Programme, rows: &[Row]) {
        for (_, customer, _, offer, trigger, ..) in live(rows) {
            let (Some(customer), Some(offer), Some(trigger)) = (customer, offer, trigger) else { continue };
            if let Some(number) = programme.trigger(*offer, trigger).filter(|number| programme.is_counted(*number)) {
                *self.made.entry((*customer, number)).or_default() += 1;
            }
        }
    }

    fn sum(&mut self, programme: &Programme, rows: &[Row]) -> Result<()> {
        for (_, _, partnership, offer, trigger, _, _, amount, currency, occurred_at) in live(rows) {
            let (Some(offer), Some(trigger)) = (offer, trigger) else { continue };
            if let Some(number) = programme.trigger(*offer, trigger).filter(|number| programme.is_capped(*number)) {
                let month = programme.zone.month(Instant(*occurred_at));
                *self.given.entry((*partnership, number, stored(currency)?, month)).or_default() += amount;
            }
        }
        Ok(())
    }

    /// Takes a reward just made into account.
    pub fn note(&mut self, programme: &Programme, customer: Uuid, occurred_at: Instant, draft: &RewardDraft) {
        let (Some(offer), Some(trigger)) = (draft.offer_id, &draft.trigger_key) else { return };
        let Some(number) = programme.trigger(offer, trigger) else { return };
        if programme.is_counted(number) {
            *self.made.entry((customer, number)).or_default() += 1;
        }
        if programme.is_capped(number) {
            let month = programme.zone.month(occurred_at);
            *self.given.entry((draft.partnership_id, number, draft.amount.currency, month)).or_default() += draft.amount.minor;
        }
    }

    /// Takes a reward out that an attribution change has just superseded.
    pub fn forget(&mut self, programme: &Programme, customer: Uuid, occurred_at: Instant, draft: &RewardDraft) {
        let (Some(offer), Some(trigger)) = (draft.offer_id, &draft.trigger_key) else { return };
        let Some(number) = programme.trigger(offer, trigger) else { return };
        if let Some(made) = self.made.get_mut(&(customer, number)) {
            *made = made.saturating_sub(1);
        }
        let month = programme.zone.month(occurred_at);
        if let Some(given) = self.given.get_mut(&(draft.partnership_id, number, draft.amount.currency, month)) {
            *given -= draft.amount.minor;
        }
    }

    /// The history as one event sees it.
    pub fn of<'a>(&'a self, programme: &'a Programme, customer: Uuid, partnership: Option<Uuid>) -> Seen<'a> {
        Seen { history: self, programme, customer, partnership }
    }
}

/// Rewards made by triggers that no attribution change has superseded.
fn live(rows: &[Row]) -> impl Iterator<Item = &Row> {
    let mut corrected: HashMap<Uuid, i64> = HashMap::new();
    for (_, _, _, _, _, source, reverses, amount, ..) in rows {
        if let Some(reversed) = reverses.filter(|_| source == RewardSource::Attribution.word()) {
            *corrected.entry(reversed).or_default() += amount;
        }
    }
    let superseded: HashSet<Uuid> = corrected.into_iter().filter(|(_, sum)| *sum != 0).map(|(id, _)| id).collect();
    rows.iter().filter(move |row| BY_TRIGGER.contains(&row.5.as_str()) && !superseded.contains(&row.0))
}

fn select(column: rewards::Column, ids: &[Uuid]) -> sea_orm::Select<rewards::Entity> {
    use rewards::Column as C;
    let sources = BY_TRIGGER.into_iter().chain([RewardSource::Attribution.word()]);
    rewards::Entity::find()
        .select_only()
        .columns([
            C::Id,
            C::CustomerId,
            C::PartnershipId,
            C::OfferId,
            C::TriggerKey,
            C::Source,
            C::Reverses,
            C::Amount,
            C::Currency,
            C::OccurredAt,
        ])
        .filter(column.is_in(ids.iter().copied()))
        .filter(C::Source.is_in(sources))
        .filter(C::OfferId.is_not_null())
}

/// See [`History::of`].
pub struct Seen<'a> {
    history: &'a History,
    programme: &'a Programme,
    customer: Uuid,
    partnership: Option<Uuid>,
}

impl rating::History for Seen<'_> {
    fn rewards_made(&self, offer_id: Uuid, trigger_key: &str) -> u64 {
        let number = self.programme.trigger(offer_id, trigger_key);
        number.and_then(|number| self.history.made.get(&(self.customer, number))).copied().unwrap_or(0)
    }

    fn given_in_month(&self, offer_id: Uuid, trigger_key: &str, currency: Currency, month: Month) -> i64 {
        let number = self.programme.trigger(offer_id, trigger_key);
        let key = self.partnership.zip(number).map(|(partnership, number)| (partnership, number, currency, month));
        key.and_then(|key| self.history.given.get(&key)).copied().unwrap_or(0)
    }
}
