//! A declined reward that counts again: what was refunded of its sale in the meantime is taken back now.

use std::collections::{HashMap, HashSet};

use domain::decision::RewardDraft;
use domain::money::mul_div_half_even;
use domain::states::{RewardSource, RewardState};
use domain::{Instant, Money};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::change::Change;
use super::desk::Desk;
use super::rows::{Origin, from_draft, insert_rewards};
use crate::db::IN_MAX;
use crate::entities::{receipts, transactions};
use crate::error::stored;
use crate::{Error, Result};

/// A refund takes nothing back of a declined reward. Counting again, the reward owes its share.
pub(super) async fn reinstate<C: ConnectionTrait>(tx: &C, desk: &Desk, changes: &[Change], by: &str) -> Result<()> {
    let back: Vec<&Change> = changes.iter().filter(|change| is_back(change)).collect();
    if back.is_empty() {
        return Ok(());
    }
    refuse_superseded(tx, &back).await?;
    let sales = refunded_sales(tx, &back).await?;
    let linked = super::desk::linked_to(tx, back.iter().map(|change| change.row.id).collect()).await?;
    let mut rows = Vec::new();
    for change in back {
        let Some((sale, refund)) = change.row.transaction_id.and_then(|id| sales.get(&id)) else { continue };
        let reward = &change.row;
        let due = mul_div_half_even(reward.amount, sale.refunded, sale.amount);
        let refunds = linked.iter().filter(|row| row.reverses == Some(reward.id) && row.source == RewardSource::Refund.word());
        let taken: i64 = -refunds.map(|row| row.amount).sum::<i64>();
        if due == taken {
            continue;
        }
        let draft = RewardDraft {
            partnership_id: reward.partnership_id,
            offer_id: reward.offer_id,
            offer_version_id: reward.offer_version_id,
            trigger_key: reward.trigger_key.clone(),
            amount: Money::new(taken - due, stored(&reward.currency)?),
            description: format!("Refund: {}", reward.description),
            state: change.to.state,
            state_reason: change.state_reason.clone(),
            ready_at: change.to.ready_at,
            reverses: Some(reward.id),
        };
        let cause = format!("{}/reinstated", refund.id);
        let origin = Origin {
            company_id: desk.company.id,
            cause: &cause,
            source: RewardSource::Refund,
            group_id: reward.group_id,
            customer_id: reward.customer_id,
            transaction_id: Some(refund.id),
            change_id: None,
            invoice_month: change.to.month,
            occurred_at: Instant(refund.occurred_at),
            created_at: desk.now,
            author: by,
        };
        rows.push(from_draft(&origin, &draft));
    }
    insert_rewards(tx, rows).await
}

fn is_back(change: &Change) -> bool {
    let sources = [RewardSource::Transaction, RewardSource::Customer, RewardSource::Adjustment].map(|source| source.word());
    change.row.state == RewardState::Declined.word() && change.to.state != RewardState::Declined && sources.contains(&change.row.source.as_str())
}

/// Declined, a reward is not corrected when its event goes to another partner: it must not come back beside the other's.
async fn refuse_superseded<C: ConnectionTrait>(tx: &C, back: &[&Change]) -> Result<()> {
    let event = |change: &Change| match change.row.source == RewardSource::Customer.word() {
        true => change.row.customer_id,
        false => change.row.transaction_id,
    };
    let events: HashSet<Uuid> = back.iter().filter_map(|change| event(change)).collect();
    let events: Vec<Uuid> = events.into_iter().collect();
    let mut owners: HashMap<Uuid, (i32, Option<Uuid>)> = HashMap::new();
    for chunk in events.chunks(IN_MAX) {
        for row in receipts::Entity::find().filter(receipts::Column::EventId.is_in(chunk.iter().copied())).all(tx).await? {
            let newest = owners.entry(row.event_id).or_insert((row.revision, row.partnership_id));
            if row.revision >= newest.0 {
                *newest = (row.revision, row.partnership_id);
            }
        }
    }
    for change in back {
        let owner = event(change).and_then(|id| owners.get(&id)).map(|(_, owner)| *owner);
        if owner.is_some_and(|owner| owner != Some(change.row.partnership_id)) {
            let message = format!("{} cannot count again: what it was for belongs to another partner now", change.row.key);
            return Err(Error::conflict(message));
        }
    }
    Ok(())
}

/// The refunded ones among the sales of these rewards, each with its latest refund.
async fn refunded_sales<C: ConnectionTrait>(
    tx: &C,
    back: &[&Change],
) -> Result<HashMap<Uuid, (transactions::Model, transactions::Model)>> {
    let ids: HashSet<Uuid> = back.iter().filter_map(|change| change.row.transaction_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut out = HashMap::new();
    for chunk in ids.chunks(IN_MAX) {
        let sales = transactions::Entity::find()
            .filter(transactions::Column::Id.is_in(chunk.iter().copied()))
            .filter(transactions::Column::Refunded.gt(0))
            .all(tx)
            .await?;
        let refunds = transactions::Entity::find()
            .filter(transactions::Column::RefundOf.is_in(sales.iter().map(|sale| sale.id)))
            .order_by_asc(transactions::Column::OccurredAt)
            .order_by_asc(transactions::Column::Seq)
            .all(tx)
            .await?;
        // The latest comes last and stays.
        let mut latest: HashMap<Uuid, transactions::Model> =
            refunds.into_iter().filter_map(|refund| refund.refund_of.map(|sale| (sale, refund))).collect();
        out.extend(sales.into_iter().filter_map(|sale| {
            let refund = latest.remove(&sale.id)?;
            Some((sale.id, (sale, refund)))
        }));
    }
    Ok(out)
}
