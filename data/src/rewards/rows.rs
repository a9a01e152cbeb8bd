//! Rewards as rows: their id, key and fingerprint follow from what they are.

use domain::decision::RewardDraft;
use domain::invoicing::{RewardContent, fingerprint};
use domain::states::RewardSource;
use domain::{Instant, Month, ids};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use super::tally::Tally;
use crate::Result;
use crate::act::Actor;
use crate::store::entities::rewards;
use crate::store::insert_all;

/// The prefix of a reward's key.
pub const KEY_PREFIX: &str = "rwd";

/// Where a reward comes from, besides its draft.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub company_id: Uuid,
    /// What caused it, unique in the company: the event's id and its receipt's revision, the change's id, the form's token.
    /// Offer, trigger and reversed reward are added to it, so that one cause may make several rewards.
    pub cause: &'a str,
    pub source: RewardSource,
    /// The partnership's group now.
    pub group_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub transaction_id: Option<Uuid>,
    pub change_id: Option<Uuid>,
    pub invoice_month: Month,
    pub occurred_at: Instant,
    pub created_at: Instant,
    pub actor: Actor<'a>,
}

impl Origin<'_> {
    /// The id of the reward that this draft becomes: in the order of what they are for, so that those of one import lie side by
    /// side in the indexes. A manual reward's does not depend on when it is recorded, so that the same one given twice is found
    /// again.
    pub fn id(&self, draft: &RewardDraft) -> Uuid {
        let at = if self.source == RewardSource::Manual { Instant(0) } else { self.occurred_at };
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        ids::derive(
            at,
            &[
                "reward",
                &self.company_id.to_string(),
                self.source.word(),
                self.cause,
                &text(draft.offer_id),
                draft.trigger_key.as_deref().unwrap_or_default(),
                &text(draft.reverses),
            ],
        )
    }
}

/// The id of the manual reward that this caused.
pub fn manual_id(company_id: Uuid, cause: &str) -> Uuid {
    ids::derive(Instant(0), &["reward", &company_id.to_string(), RewardSource::Manual.word(), cause, "", "", ""])
}

/// The row that a draft becomes.
pub fn from_draft(origin: &Origin<'_>, draft: &RewardDraft) -> rewards::Model {
    let id = origin.id(draft);
    let content = RewardContent {
        id,
        company_id: origin.company_id,
        partnership_id: draft.partnership_id,
        customer_id: origin.customer_id,
        transaction_id: origin.transaction_id,
        offer_version_id: draft.offer_version_id,
        trigger_key: draft.trigger_key.as_deref(),
        source: origin.source.word(),
        reverses: draft.reverses,
        change_id: origin.change_id,
        amount: draft.amount.minor,
        currency: draft.amount.currency.code(),
        description: &draft.description,
        occurred_at: origin.occurred_at,
        created_at: origin.created_at,
    };
    rewards::Model {
        id,
        company_id: origin.company_id,
        key: ids::key(KEY_PREFIX, id),
        partnership_id: draft.partnership_id,
        group_id: origin.group_id,
        customer_id: origin.customer_id,
        transaction_id: origin.transaction_id,
        offer_id: draft.offer_id,
        offer_version_id: draft.offer_version_id,
        trigger_key: draft.trigger_key.clone(),
        source: origin.source.word().to_owned(),
        reverses: draft.reverses,
        change_id: origin.change_id,
        amount: draft.amount.minor,
        currency: draft.amount.currency.code().to_owned(),
        description: draft.description.clone(),
        state: draft.state.word().to_owned(),
        state_reason: draft.state_reason.clone(),
        ready_at: draft.ready_at.map(|at| at.0),
        invoice_month: origin.invoice_month.0,
        occurred_at: origin.occurred_at.0,
        created_at: origin.created_at.0,
        author: origin.actor.stored(),
        fingerprint: fingerprint(&content),
    }
}

/// Writes rewards that are not there yet; one that is violates the unique key of its company.
pub async fn insert_rewards<C: ConnectionTrait>(tx: &C, rows: Vec<rewards::Model>) -> Result<()> {
    let mut tally = Tally::default();
    rows.iter().for_each(|row| tally.add(row));
    insert_all(tx, rows.into_iter().map(|row| row.into_active_model().reset_all())).await?;
    tally.write(tx).await
}
