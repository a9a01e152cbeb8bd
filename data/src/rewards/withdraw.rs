//! Taking back what a person gave by hand: a manual reward or an adjustment, until something else is decided about it.

use domain::review::{Verb, decide};
use domain::states::{RewardAction, RewardSource};

use super::change::{Change, Decided, apply};
use super::context::ReviewContext;
use super::meanwhile;
use crate::act::{Act, Authors, people};
use crate::store::error::stored;
use crate::{Db, Error, Result, transact};

/// What the partner reads beside it.
const REASON: &str = "Withdrawn by the company";

/// Withdraws a manual reward or an adjustment, as long as nothing was decided about it and it is on no frozen invoice. It stays,
/// declined, and so does the trace of both; [`super::undo`] gives it again.
///
/// # Errors
/// `Conflict` when it was not given by hand, something was decided about it since, or its invoice is frozen.
pub async fn withdraw(db: &Db, act: &Act<'_>, key: &str) -> Result<Decided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let row = super::find(tx, company_id, key).await?;
        if !matches!(row.reward_source()?, RewardSource::Manual | RewardSource::Adjustment) {
            return Err(Error::conflict("only a reward that was given by hand can be withdrawn; decline this one instead"));
        }
        if let Some(record) = meanwhile::records(tx, row.id).await?.first() {
            let authors = Authors::load(tx, people([&record.author])).await?;
            return Err(Error::conflict(match stored(&record.action)? {
                RewardAction::Withdraw => format!("it was already {}", meanwhile::done(record, &authors, &context.company.zone()?)),
                _ => meanwhile::since(record, &authors),
            }));
        }
        let reached = decide(Verb::Decline, REASON, &row.position()?, context.months(&row.currency), now);
        let to = reached
            .map_err(|refusal| Error::conflict(refusal.to_string()))?
            .ok_or_else(|| Error::conflict("this has already been undone"))?;
        let reason = Some(REASON.to_owned());
        let change = Change { row, to, state_reason: reason.clone(), reason, action: RewardAction::Withdraw, undoes: None, follows: false };
        apply(tx, &context, vec![change], act.actor).await
    })
}
