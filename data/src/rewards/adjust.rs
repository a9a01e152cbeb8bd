//! Correcting a reward by its difference: the reward stays as it was, a linked one adds or takes away.

use domain::decision::RewardDraft;
use domain::facts::Fact;
use domain::money::mul_div_half_even;
use domain::review::InvoiceMonths;
use domain::states::{RewardAction, RewardSource, RewardState};
use domain::{Currency, Money, Month, fields};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;

use super::change::reinstate::reverse_refunded;
use super::change::{Change, audit_row};
use super::context::{ReviewContext, linked_to};
use super::manual::CreatedReward;
use super::rows::{Origin, from_draft, insert_rewards};
use crate::act::{Act, Actor};
use crate::store::check::Checks;
use crate::store::entities::{rewards, transactions};
use crate::store::error::stored;
use crate::store::insert_all;
use crate::{Db, Error, Result, transact};

/// A difference as a form writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adjustment {
    pub reward_key: String,
    /// Major units of the reward's currency: "5.00" adds, "-5.00" takes away.
    pub difference: String,
    /// Why; the partner reads it.
    pub description: String,
}

/// Writes the difference as a linked reward: in the month of the reward it corrects while that one is ahead, otherwise in
/// the one accumulating. It is part of what the sale earned: what was refunded of the sale before is reversed of the difference
/// at once, what is refunded later then. The same `token` again changes nothing.
///
/// # Errors
/// `Invalid` by field: difference, description. `Conflict` when the reward cannot be adjusted, or its sale was refunded in full.
pub async fn adjust(db: &Db, act: &Act<'_>, adjustment: &Adjustment, token: &str) -> Result<CreatedReward> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let original = super::find(tx, company_id, &adjustment.reward_key).await?;
        let currency: Currency = stored(&original.currency)?;
        let mut checks = Checks::new();
        let description = checks.take("description", fields::description(&adjustment.description));
        let difference = match Money::parse(&adjustment.difference, currency) {
            Ok(money) => money,
            Err(error) => {
                checks.complain("difference", error.to_string());
                Money::new(1, currency)
            }
        };
        if difference.minor == 0 {
            checks.complain("difference", "must not be zero");
        }
        checks.finish()?;
        refuse_voided(tx, &original).await?;
        let row = linked_row(&context, &original, difference, description, token, act.actor)?;
        if rewards::Entity::find_by_id(row.id).one(tx).await?.is_some() {
            return Ok(CreatedReward { key: row.key, new: false });
        }
        let refunded = refunded_of(tx, &original).await?;
        if refunded.is_some_and(|(refunded, amount)| refunded == amount) {
            return Err(Error::conflict(
                "its sale was refunded in full, so nothing of it is left to adjust; a manual reward pays for something else",
            ));
        }
        let reversed = refunded.map_or(0, |(refunded, amount)| mul_div_half_even(difference.minor, refunded, amount));
        refuse_more_than_is_left(tx, &original, difference, reversed).await?;
        let fact = Fact::RewardAdjusted {
            adjusts: original.key.clone(),
            difference: row.amount,
            currency,
            description: row.description.clone(),
            month: Month(row.invoice_month),
        };
        let noted = audit_row(&context, act.actor, &original.key, &fact)?;
        let key = row.key.clone();
        insert_rewards(tx, vec![row.clone()]).await?;
        insert_all(tx, [noted]).await?;
        let added = Change {
            to: row.position()?,
            state_reason: row.state_reason.clone(),
            reason: None,
            action: RewardAction::Adjust,
            undoes: None,
            follows: false,
            row,
        };
        reverse_refunded(tx, &context, &[&added], added.row.id, act.actor).await?;
        Ok(CreatedReward { key, new: true })
    })
}

fn linked_row(
    context: &ReviewContext,
    original: &rewards::Model,
    difference: Money,
    description: String,
    token: &str,
    actor: Actor<'_>,
) -> Result<rewards::Model> {
    let position = original.position()?;
    if original.reverses.is_some() {
        return Err(Error::conflict("this reward corrects another one; adjust that one instead"));
    }
    let state = match position.state {
        RewardState::Declined => return Err(Error::conflict("a declined reward cannot be adjusted; approve it first")),
        RewardState::Paid => return Err(Error::conflict("a reward that was paid elsewhere cannot be adjusted")),
        RewardState::Hold | RewardState::Scheduled => position.state,
        RewardState::Pending | RewardState::Approved => RewardState::Pending,
    };
    let months: &InvoiceMonths = context.months(&original.currency);
    let draft = RewardDraft {
        partnership_id: original.partnership_id,
        offer_id: original.offer_id,
        offer_version_id: original.offer_version_id,
        trigger_key: original.trigger_key.clone(),
        amount: difference,
        description,
        state,
        state_reason: original.state_reason.clone().filter(|_| !state.payable()),
        ready_at: position.ready_at,
        reverses: Some(original.id),
    };
    let cause = json!(["adjust", token]).to_string();
    let origin = Origin {
        company_id: context.company.id,
        cause: &cause,
        source: RewardSource::Adjustment,
        group_id: original.group_id,
        customer_id: original.customer_id,
        transaction_id: original.transaction_id,
        change_id: None,
        invoice_month: months.accumulating.max(position.month),
        occurred_at: context.now,
        created_at: context.now,
        actor,
    };
    Ok(from_draft(&origin, &draft))
}

/// How much of a reward's sale was refunded, and of how much, where something was.
pub async fn refunded_of<C: ConnectionTrait>(conn: &C, original: &rewards::Model) -> Result<Option<(i64, i64)>> {
    let Some(id) = original.transaction_id else { return Ok(None) };
    let sale = transactions::Entity::find_by_id(id).one(conn).await?;
    Ok(sale.filter(|sale| sale.refunded > 0).map(|sale| (sale.refunded, sale.amount)))
}

/// Of a sale that was voided nothing is left to adjust.
async fn refuse_voided<C: ConnectionTrait>(tx: &C, original: &rewards::Model) -> Result<()> {
    let Some(id) = original.transaction_id else { return Ok(()) };
    match transactions::Entity::find_by_id(id).one(tx).await? {
        Some(sale) if sale.voided_at.is_some() => {
            Err(Error::conflict("its sale was voided, so nothing of it is left to adjust; a manual reward pays for something else"))
        }
        _ => Ok(()),
    }
}

/// Corrections never turn what a partner earned into a debt. `reversed` is what refunds take of the difference.
async fn refuse_more_than_is_left<C: ConnectionTrait>(tx: &C, original: &rewards::Model, difference: Money, reversed: i64) -> Result<()> {
    let linked = linked_to(tx, vec![original.id]).await?;
    let moved = linked.iter().filter(|row| row.source == RewardSource::Attribution.word()).map(|row| row.amount).sum::<i64>() != 0;
    if moved {
        return Err(Error::conflict("this reward went to another partner with its customer; adjust that partner's instead"));
    }
    let declined = RewardState::Declined.word();
    let left = original.amount + linked.iter().filter(|row| row.state != declined).map(|row| row.amount).sum::<i64>();
    if left + difference.minor - reversed < 0 {
        let left = Money::new(left, difference.currency);
        return Err(Error::invalid("difference", format!("takes away more than is left of the reward: {left}")));
    }
    Ok(())
}
