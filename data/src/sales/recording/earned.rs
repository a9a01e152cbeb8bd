//! What a sale has earned, and what was reversed of it.

use std::collections::{HashMap, HashSet};

use domain::decision::Decision;
use domain::rating::{self, Original, OriginalReward};
use domain::states::{RewardSource, RewardState};
use domain::{Instant, Money, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::store::IN_MAX;
use crate::store::entities::rewards;
use crate::store::error::stored;
use crate::{Error, Result};

use crate::programme::in_force::Programme;

/// A reward of a sale, or an adjustment of one.
#[derive(Clone, Debug)]
pub struct Earned {
    pub id: Uuid,
    pub partnership_id: Uuid,
    pub offer_id: Option<Uuid>,
    pub offer_version_id: Option<Uuid>,
    pub trigger_key: Option<String>,
    pub description: String,
    pub amount: Money,
    /// What refunds took back of it.
    pub reversed: i64,
    pub state: RewardState,
    pub state_reason: Option<String>,
    pub ready_at: Option<Instant>,
    pub invoice_month: Month,
}

impl Earned {
    pub fn of_row(row: &rewards::Model) -> Result<Earned> {
        Ok(Earned {
            id: row.id,
            partnership_id: row.partnership_id,
            offer_id: row.offer_id,
            offer_version_id: row.offer_version_id,
            trigger_key: row.trigger_key.clone(),
            description: row.description.clone(),
            amount: Money::new(row.amount, stored(&row.currency)?),
            reversed: 0,
            state: stored(&row.state)?,
            state_reason: row.state_reason.clone(),
            ready_at: row.ready_at.map(Instant),
            invoice_month: Month(row.invoice_month),
        })
    }
}

/// What each of these sales has earned for whom it belongs to, as far as a refund can reverse it.
pub async fn of_sales<C: ConnectionTrait>(tx: &C, sales: &HashMap<Uuid, Option<Uuid>>) -> Result<HashMap<Uuid, Vec<Earned>>> {
    let mut rows: Vec<rewards::Model> = Vec::new();
    let mut next: Vec<Uuid> = sales.keys().copied().collect();
    let mut column = rewards::Column::TransactionId;
    // First the rewards of the sales, then what reverses or adjusts them, and so on.
    while !next.is_empty() {
        let mut found = Vec::new();
        for chunk in next.chunks(IN_MAX) {
            let linked = rewards::Entity::find().filter(column.is_in(chunk.iter().copied())).order_by_asc(rewards::Column::Id);
            found.extend(linked.all(tx).await?);
        }
        let known: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
        found.retain(|row| !known.contains(&row.id));
        next = found.iter().map(|row| row.id).collect();
        rows.extend(found);
        column = rewards::Column::Reverses;
    }
    let mut linked: HashMap<Uuid, Vec<&rewards::Model>> = HashMap::new();
    for row in &rows {
        if let Some(reversed) = row.reverses {
            linked.entry(reversed).or_default().push(row);
        }
    }
    let mut out: HashMap<Uuid, Vec<Earned>> = HashMap::new();
    for root in rows.iter().filter(|row| row.reverses.is_none()) {
        let Some(sale) = root.transaction_id else { continue };
        if sales.get(&sale).copied().flatten() == Some(root.partnership_id) {
            out.entry(sale).or_default().extend(with_adjustments(root, &linked)?);
        }
    }
    Ok(out)
}

/// What a reward is worth by itself: its amount with what voids corrected it by. `linked` holds rewards by what they reverse.
pub fn effective(row: &rewards::Model, linked: &HashMap<Uuid, Vec<&rewards::Model>>) -> i64 {
    let linked = linked.get(&row.id).into_iter().flatten();
    row.amount + linked.filter(|row| row.source == RewardSource::Void.word()).map(|row| row.amount).sum::<i64>()
}

/// A reward and its adjustments with what was reversed of each. `linked` holds rewards by what they reverse.
pub fn with_adjustments(root: &rewards::Model, linked: &HashMap<Uuid, Vec<&rewards::Model>>) -> Result<Vec<Earned>> {
    let to = |id: Uuid| linked.get(&id).into_iter().flatten().copied();
    let is_adjustment = |row: &&rewards::Model| row.source == RewardSource::Adjustment.word();
    let is_void = |row: &&rewards::Model| row.source == RewardSource::Void.word();
    std::iter::once(root)
        .chain(to(root.id).filter(is_adjustment).filter(|row| row.state != RewardState::Declined.word()))
        .map(|row| {
            let mut earned = Earned::of_row(row)?;
            earned.amount.minor = effective(row, linked);
            earned.reversed = -to(row.id).filter(|row| !is_adjustment(row) && !is_void(row)).map(|row| row.amount).sum::<i64>();
            Ok(earned)
        })
        // What a void left nothing of has nothing to be reversed either.
        .filter(|earned: &Result<Earned>| earned.as_ref().map_or(true, |earned| earned.amount.minor != 0 || earned.reversed != 0))
        .collect()
}

/// Notes what has just been reversed.
pub fn reverse(earned: &mut [Earned], made: &[rewards::Model]) {
    for row in made {
        if let Some(reward) = earned.iter_mut().find(|reward| Some(reward.id) == row.reverses) {
            reward.reversed -= row.amount;
        }
    }
}

/// Decides what a refund reverses of what its sale has earned. `amount` is below zero.
pub fn decide_refund(
    programme: &Programme,
    key: &str,
    amount: Money,
    occurred_at: Instant,
    partner_key: Option<&str>,
    original: &Original<'_>,
    earned: &[Earned],
) -> Result<Decision> {
    let rewards: Vec<OriginalReward<'_>> = earned
        .iter()
        .map(|reward| {
            let (offer_key, offer_version) = programme.version(reward.offer_id, reward.offer_version_id);
            OriginalReward {
                id: reward.id,
                partnership_id: reward.partnership_id,
                offer_id: reward.offer_id,
                offer_version_id: reward.offer_version_id,
                offer_key,
                offer_version,
                trigger_key: reward.trigger_key.as_deref(),
                description: &reward.description,
                amount: reward.amount,
                reversed: reward.reversed,
                state: reward.state,
                state_reason: reward.state_reason.as_deref(),
                ready_at: reward.ready_at,
            }
        })
        .collect();
    rating::reverse(key, amount, occurred_at, partner_key, original, &rewards)
        .map_err(|error| Error::invalid(error.field(), error.to_string()))
}
