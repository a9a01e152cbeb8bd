//! Who did what to money and permissions: one row in the same transaction.

use domain::{Instant, bank};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};
use serde_json::Value;
use uuid::Uuid;

use crate::Result;
use crate::entities::audit;

/// Who does what nobody does by hand.
pub const SYSTEM: &str = "system";

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

/// Names of facts that are accounts.
const ACCOUNTS: [&str; 2] = ["iban", "payout_account"];

/// An entry's facts with no more of an account than its last four characters: who may see it all does so where it is kept.
pub fn without_accounts(detail: Value) -> Value {
    fn masked(value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(bank::stored_account(&text).map(|account| account.masked()).unwrap_or_default()),
            Value::Array(items) => Value::Array(items.into_iter().map(masked).collect()),
            other => other,
        }
    }
    match detail {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let value = if ACCOUNTS.contains(&name.as_str()) { masked(value) } else { without_accounts(value) };
                    (name, value)
                })
                .collect(),
        ),
        other => other,
    }
}
