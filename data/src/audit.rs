//! Who did what to money and permissions: one row in the same transaction.

use domain::Instant;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};
use serde_json::Value;
use uuid::Uuid;

use crate::Result;
use crate::entities::audit;

/// Records that `author` did `action` ("customer_created") to the `subject` (its key or number) of a kind ("customer").
#[expect(clippy::too_many_arguments, reason = "an audit row is exactly these eight facts")]
pub async fn record<C: ConnectionTrait>(
    tx: &C,
    company_id: impl Into<Option<Uuid>>,
    now: Instant,
    author: &str,
    action: &str,
    subject_kind: &str,
    subject: &str,
    detail: Value,
) -> Result<()> {
    let row = audit::ActiveModel {
        id: Set(Uuid::now_v7()),
        company_id: Set(company_id.into()),
        at: Set(now.0),
        author: Set(author.to_owned()),
        action: Set(action.to_owned()),
        subject_kind: Set(subject_kind.to_owned()),
        subject: Set(subject.to_owned()),
        detail: Set(detail.to_string()),
    };
    row.insert(tx).await?;
    Ok(())
}
