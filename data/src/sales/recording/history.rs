//! What triggers did before: how often for a customer, how much for a partnership in a month.

use std::collections::{HashMap, HashSet};

use domain::decision::RewardDraft;
use domain::rating;
use domain::states::RewardSource;
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use crate::Result;
use crate::rewards::tally::EVERY_MONTH;
use crate::store::IN_MAX;
use crate::store::entities::{attribution_changes, attributions, reward_counts, rewards};
use crate::store::error::stored;

use super::people::Customer;
use crate::programme::in_force::{Programme, TriggerNumber};

/// The sources of a reward that a trigger made, and of what corrects it where a sale was voided.
const BY_TRIGGER: [&str; 3] = [RewardSource::Transaction.word(), RewardSource::Customer.word(), RewardSource::Void.word()];

#[derive(Clone, Debug, Default)]
pub struct History {
    made: HashMap<(Uuid, TriggerNumber), u64>,
    given: GivenAmounts,
    /// The partnerships and months that `given` knows.
    known: HashSet<(Uuid, Month)>,
}

type GivenAmounts = HashMap<(Uuid, TriggerNumber, Currency, Month), i64>;

/// What capped triggers have given, carried from one piece of an import to the next: read anew for each, it would be read as often as
/// there are pieces, and a busy partner's month is long.
#[derive(Clone, Debug, Default)]
pub struct CarriedCaps {
    /// None: nothing is carried yet.
    of: Option<State>,
    given: GivenAmounts,
    known: HashSet<(Uuid, Month)>,
}

/// What tells whether anybody else changed something meanwhile that caps depend on. Rewards are only ever added.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    rewards: i64,
    attribution_changes: u64,
    offer_versions: usize,
    timezone: String,
}

impl State {
    async fn read<C: ConnectionTrait>(tx: &C, programme: &Programme) -> Result<State> {
        use reward_counts::{Column, Entity};
        let company = &programme.company;
        let rewards: Option<Option<i64>> = Entity::find()
            .select_only()
            .expr(Expr::col(Column::Rewards).sum().cast_as(Alias::new("BIGINT")))
            .filter(Column::CompanyId.eq(company.id))
            .filter(Column::InvoiceMonth.eq(EVERY_MONTH))
            .into_tuple()
            .one(tx)
            .await?;
        let changes = attribution_changes::Entity::find().filter(attribution_changes::Column::CompanyId.eq(company.id)).count(tx).await?;
        Ok(State {
            rewards: rewards.flatten().unwrap_or(0),
            attribution_changes: changes,
            offer_versions: programme.versions(),
            timezone: company.timezone.clone(),
        })
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    customer_id: Uuid,
    partnership_id: Uuid,
    offer_id: Option<Uuid>,
    trigger_key: Option<String>,
    amount: i64,
    currency: String,
    occurred_at: i64,
    /// Only of what corrects another reward.
    reverses: Option<Uuid>,
}

impl History {
    /// What is needed to rate events of these customers and partnerships, where the programme counts or caps at all.
    /// Of events outside `span` no month is capped. What is `carried` is not read again, if it is still so.
    pub async fn load<C: ConnectionTrait>(
        tx: &C,
        programme: &Programme,
        customers: &[&Customer],
        partnerships: &[Uuid],
        span: (Instant, Instant),
        carried: Option<&CarriedCaps>,
    ) -> Result<History> {
        let mut history = History::default();
        if programme.counts_anything() {
            let by_id: HashMap<Uuid, &Customer> = customers.iter().map(|customer| (customer.id, *customer)).collect();
            let ids: Vec<Uuid> = by_id.keys().copied().collect();
            for chunk in ids.chunks(IN_MAX) {
                let rows = select(rewards::Column::CustomerId, chunk).into_model::<Row>().all(tx).await?;
                history.count(programme, &by_id, &rows);
            }
        }
        if programme.caps_anything() {
            let zone = programme.zone;
            let (first, last) = (zone.month(span.0), zone.month(span.1));
            let months: Vec<Month> = std::iter::successors(Some(first), |month| Some(month.next()).filter(|next| *next <= last)).collect();
            if let Some(CarriedCaps { of: Some(state), given, known }) = carried
                && *state == State::read(tx, programme).await?
            {
                (history.given, history.known) = (given.clone(), known.clone());
            }
            let known = |id: &Uuid| months.iter().all(|month| history.known.contains(&(*id, *month)));
            let unknown: HashSet<Uuid> = partnerships.iter().copied().filter(|id| !known(id)).collect();
            history.given.retain(|(id, _, _, month), _| !(unknown.contains(id) && (first..=last).contains(month)));
            history.known.extend(unknown.iter().flat_map(|id| months.iter().map(move |month| (*id, *month))));
            let unknown: Vec<Uuid> = unknown.into_iter().collect();
            let (from, to) = (zone.month_start(first), zone.month_start(last.next()));
            for chunk in unknown.chunks(IN_MAX) {
                let rows = select(rewards::Column::PartnershipId, chunk)
                    .filter(rewards::Column::OccurredAt.gte(from.0))
                    .filter(rewards::Column::OccurredAt.lt(to.0))
                    .filter(Expr::exists(span_in_force()))
                    .into_model::<Row>()
                    .all(tx)
                    .await?;
                history.sum(programme, &rows)?;
            }
        }
        Ok(history)
    }

    /// For the next piece of the same import, in the same transaction as what was noted.
    pub async fn carry<C: ConnectionTrait>(self, tx: &C, programme: &Programme) -> Result<CarriedCaps> {
        if !programme.caps_anything() {
            return Ok(CarriedCaps::default());
        }
        Ok(CarriedCaps { of: Some(State::read(tx, programme).await?), given: self.given, known: self.known })
    }

    fn count(&mut self, programme: &Programme, customers: &HashMap<Uuid, &Customer>, rows: &[Row]) {
        let mut corrected: HashMap<Uuid, i64> = HashMap::new();
        for row in rows {
            if let Some(of) = row.reverses {
                *corrected.entry(of).or_default() += row.amount;
            }
        }
        for row in rows.iter().filter(|row| row.reverses.is_none()) {
            let (Some(customer), Some(offer), Some(trigger)) = (customers.get(&row.customer_id), row.offer_id, &row.trigger_key) else {
                continue;
            };
            // What belongs to somebody else by now was superseded, and of what was voided nothing is left.
            let left = row.amount + corrected.get(&row.id).copied().unwrap_or(0);
            if customer.attributed_at(Instant(row.occurred_at)) != Some(row.partnership_id) || left == 0 {
                continue;
            }
            if let Some(number) = programme.trigger(offer, trigger).filter(|number| programme.is_counted(*number)) {
                *self.made.entry((customer.id, number)).or_default() += 1;
            }
        }
    }

    fn sum(&mut self, programme: &Programme, rows: &[Row]) -> Result<()> {
        for row in rows {
            let (Some(offer), Some(trigger)) = (row.offer_id, &row.trigger_key) else { continue };
            if let Some(number) = programme.trigger(offer, trigger).filter(|number| programme.is_capped(*number)) {
                let month = programme.zone.month(Instant(row.occurred_at));
                *self.given.entry((row.partnership_id, number, stored(&row.currency)?, month)).or_default() += row.amount;
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

    /// Takes a reward into account that belongs to its partner again. `worth` is what voids left of it.
    pub fn note_row(&mut self, programme: &Programme, row: &rewards::Model, worth: i64) -> Result<()> {
        self.shift(programme, row, worth, 1)
    }

    /// Takes a reward out that an attribution change supersedes, or whose sale is rated anew.
    pub fn forget(&mut self, programme: &Programme, row: &rewards::Model, worth: i64) -> Result<()> {
        self.shift(programme, row, worth, -1)
    }

    fn shift(&mut self, programme: &Programme, row: &rewards::Model, worth: i64, by: i64) -> Result<()> {
        if worth == 0 {
            return Ok(());
        }
        let (Some(customer), Some(offer), Some(trigger)) = (row.customer_id, row.offer_id, &row.trigger_key) else { return Ok(()) };
        let Some(number) = programme.trigger(offer, trigger) else { return Ok(()) };
        if programme.is_counted(number) {
            let made = self.made.entry((customer, number)).or_default();
            *made = made.saturating_add_signed(by);
        }
        if programme.is_capped(number) {
            let month = programme.zone.month(Instant(row.occurred_at));
            *self.given.entry((row.partnership_id, number, stored(&row.currency)?, month)).or_default() += by * worth;
        }
        Ok(())
    }

    /// The history as one event sees it.
    pub fn of<'a>(&'a self, programme: &'a Programme, customer: Uuid, partnership: Option<Uuid>) -> Seen<'a> {
        Seen { history: self, programme, customer, partnership }
    }
}

fn select(column: rewards::Column, ids: &[Uuid]) -> Select<rewards::Entity> {
    use rewards::Column as C;
    rewards::Entity::find()
        .select_only()
        .columns([C::Id, C::CustomerId, C::PartnershipId, C::OfferId, C::TriggerKey, C::Amount, C::Currency, C::OccurredAt, C::Reverses])
        .filter(column.is_in(ids.iter().copied()))
        .filter(C::Source.is_in(BY_TRIGGER))
        .filter(C::CustomerId.is_not_null())
}

/// The reward's customer belongs, as of the event, to the reward's partnership still.
fn span_in_force() -> SelectStatement {
    use attributions::Column as A;
    let mut query = Query::select();
    query
        .expr(Expr::value(1))
        .from(attributions::Entity)
        .and_where(Expr::col((attributions::Entity, A::CustomerId)).equals((rewards::Entity, rewards::Column::CustomerId)))
        .and_where(Expr::col((attributions::Entity, A::PartnershipId)).equals((rewards::Entity, rewards::Column::PartnershipId)))
        .and_where(A::SupersededAt.is_null())
        .and_where(Expr::col((attributions::Entity, A::ValidFrom)).lte(Expr::col((rewards::Entity, rewards::Column::OccurredAt))))
        .cond_where(
            Condition::any()
                .add(A::ValidTo.is_null())
                .add(Expr::col((attributions::Entity, A::ValidTo)).gt(Expr::col((rewards::Entity, rewards::Column::OccurredAt)))),
        );
    query
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
