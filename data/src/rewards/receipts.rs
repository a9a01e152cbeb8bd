//! Receipts: the decision about one event, kept for ever.

use domain::decision::Decision;
use domain::states::EventKind;
use domain::{Instant, ids};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use crate::store::entities::receipts;
use crate::store::insert_all;
use crate::{Error, Result};

/// What makes the rewards of one rating unique.
pub(crate) fn cause(event_id: Uuid, revision: i32) -> String {
    format!("{event_id}/{revision}")
}

/// What a receipt is about.
pub(crate) struct About {
    pub company_id: Uuid,
    pub kind: EventKind,
    pub event_id: Uuid,
    pub revision: i32,
    pub customer_id: Uuid,
    pub partnership_id: Option<Uuid>,
    pub change_id: Option<Uuid>,
}

pub(crate) fn receipt(about: &About, decision: &Decision, now: Instant) -> Result<receipts::Model> {
    let text = serde_json::to_string(decision).map_err(|error| Error::Corrupt(format!("a decision cannot be written: {error}")))?;
    Ok(receipts::Model {
        // In the order of the events, as the ids of their rewards.
        id: ids::derive(decision.event.occurred_at, &["receipt", &about.event_id.to_string(), &about.revision.to_string()]),
        company_id: about.company_id,
        event_kind: about.kind.word().to_owned(),
        event_id: about.event_id,
        revision: about.revision,
        customer_id: about.customer_id,
        partnership_id: about.partnership_id,
        reason: decision.reason.code().to_owned(),
        decision: text,
        rewards: i32::try_from(decision.rewards.len()).unwrap_or(i32::MAX),
        occurred_at: decision.event.occurred_at.0,
        rated_at: now.0,
        change_id: about.change_id,
    })
}

pub(crate) async fn insert_receipts<C: ConnectionTrait>(tx: &C, rows: Vec<receipts::Model>) -> Result<()> {
    insert_all(tx, rows.into_iter().map(|row| row.into_active_model().reset_all())).await
}
