//! A declined reward that counts again, or an adjustment that comes late: what was refunded of its sale before is reversed now.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::decision::Decision;
use domain::rating::{self, Original, OriginalReward};
use domain::states::{EventKind, RewardSource, RewardState};
use domain::{Currency, Instant, Money};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::super::context::{ReviewContext, linked_to};
use super::super::rows::{Origin, from_draft, insert_rewards};
use super::Change;
use crate::act::Actor;
use crate::programme::in_force::Programme;
use crate::rewards::receipts::{About, cause, insert_receipts, receipt};
use crate::store::IN_MAX;
use crate::store::entities::{receipts, rewards, transactions};
use crate::store::error::stored;
use crate::{Error, Result};

/// A refund takes nothing back of a declined reward. Counting again, the reward owes its share: the sale's latest refund is
/// rated once more, with a receipt of its own.
pub(in crate::rewards) async fn reinstate<C: ConnectionTrait>(
    tx: &C,
    context: &ReviewContext,
    changes: &[Change],
    batch_id: Uuid,
    actor: Actor<'_>,
) -> Result<()> {
    let back: Vec<&Change> = changes.iter().filter(|change| is_back(change)).collect();
    if back.is_empty() {
        return Ok(());
    }
    refuse_superseded(tx, &back).await?;
    reverse_refunded(tx, context, &back, batch_id, actor).await
}

/// Reverses of these rewards what was refunded of their sales and has not been reversed yet.
pub(in crate::rewards) async fn reverse_refunded<C: ConnectionTrait>(
    tx: &C,
    context: &ReviewContext,
    back: &[&Change],
    change_id: Uuid,
    actor: Actor<'_>,
) -> Result<()> {
    let sales = refunded_sales(tx, back).await?;
    if sales.is_empty() {
        return Ok(());
    }
    let linked = linked_to(tx, back.iter().map(|change| change.row.id).collect()).await?;
    let programme = Programme::load(tx, context.company.id).await?;
    let (mut made, mut receipts) = (Vec::new(), Vec::new());
    for (sale, refund) in sales.values() {
        let of_sale: Vec<&Change> = back.iter().copied().filter(|change| change.row.transaction_id == Some(sale.id)).collect();
        let decision = rate_again(tx, &programme, sale, refund, &of_sale, &linked).await?;
        if decision.rewards.is_empty() {
            continue;
        }
        let about = About {
            company_id: context.company.id,
            kind: EventKind::Transaction,
            event_id: refund.id,
            revision: next_revision(tx, refund.id).await?,
            customer_id: refund.customer_id,
            partnership_id: of_sale.first().map(|change| change.row.partnership_id),
            change_id: Some(change_id),
        };
        let cause = cause(refund.id, about.revision);
        for draft in &decision.rewards {
            let Some(of) = of_sale.iter().find(|change| Some(change.row.id) == draft.reverses) else { continue };
            let origin = Origin {
                company_id: context.company.id,
                cause: &cause,
                source: RewardSource::Refund,
                group_id: of.row.group_id,
                customer_id: of.row.customer_id,
                transaction_id: Some(refund.id),
                change_id: Some(change_id),
                invoice_month: of.to.month,
                occurred_at: Instant(refund.occurred_at),
                created_at: context.now,
                actor,
            };
            made.push(from_draft(&origin, draft));
        }
        receipts.push(receipt(&about, &decision, context.now)?);
    }
    insert_rewards(tx, made).await?;
    insert_receipts(tx, receipts).await
}

async fn rate_again<C: ConnectionTrait>(
    tx: &C,
    programme: &Programme,
    sale: &transactions::Model,
    refund: &transactions::Model,
    of_sale: &[&Change],
    linked: &[rewards::Model],
) -> Result<Decision> {
    let currency: Currency = stored(&sale.currency)?;
    let partner = match of_sale.first() {
        Some(change) => Some(crate::network::partners::get(tx, change.row.company_id, change.row.partnership_id).await?.partner_key),
        None => None,
    };
    let original = Original {
        key: &sale.key,
        occurred_at: Instant(sale.occurred_at),
        amount: Money::new(sale.amount, currency),
        refunded: sale.refunded + refund.amount,
    };
    let mut rewards = Vec::with_capacity(of_sale.len());
    for change in of_sale {
        let row = &change.row;
        let of_row = |source: RewardSource| {
            let of_row = linked.iter().filter(move |other| other.reverses == Some(row.id) && other.source == source.word());
            of_row.map(|other| other.amount).sum::<i64>()
        };
        let (offer_key, offer_version) = programme.version(row.offer_id, row.offer_version_id);
        rewards.push(OriginalReward {
            id: row.id,
            partnership_id: row.partnership_id,
            offer_id: row.offer_id,
            offer_version_id: row.offer_version_id,
            offer_key,
            offer_version,
            trigger_key: row.trigger_key.as_deref(),
            description: &row.description,
            amount: Money::new(row.amount + of_row(RewardSource::Void), stored(&row.currency)?),
            reversed: -of_row(RewardSource::Refund),
            state: change.to.state,
            state_reason: change.state_reason.as_deref(),
            ready_at: change.to.ready_at,
        });
    }
    let amount = Money::new(refund.amount, currency);
    rating::reverse(&refund.key, amount, Instant(refund.occurred_at), partner.as_deref(), &original, &rewards)
        .map_err(|error| Error::Corrupt(format!("the refund {}: {error}", refund.key)))
}

async fn next_revision<C: ConnectionTrait>(tx: &C, event_id: Uuid) -> Result<i32> {
    let last: Option<Option<i32>> = receipts::Entity::find()
        .select_only()
        .column_as(receipts::Column::Revision.max(), "last")
        .filter(receipts::Column::EventId.eq(event_id))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(last.flatten().map_or(0, |last| last + 1))
}

fn is_back(change: &Change) -> bool {
    let sources = [RewardSource::Transaction, RewardSource::Customer, RewardSource::Adjustment].map(|source| source.word());
    change.row.state == RewardState::Declined.word()
        && change.to.state != RewardState::Declined
        && sources.contains(&change.row.source.as_str())
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
) -> Result<BTreeMap<Uuid, (transactions::Model, transactions::Model)>> {
    let ids: HashSet<Uuid> = back.iter().filter_map(|change| change.row.transaction_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(IN_MAX) {
        let sales = transactions::Entity::find()
            .filter(transactions::Column::Id.is_in(chunk.iter().copied()))
            .filter(transactions::Column::Refunded.gt(0))
            .all(tx)
            .await?;
        let refunds = transactions::Entity::find()
            .filter(transactions::Column::RefundOf.is_in(sales.iter().map(|sale| sale.id)))
            .filter(transactions::Column::VoidedAt.is_null())
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
