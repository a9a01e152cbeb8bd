//! Who did what to money and permissions: one row in the same transaction.

pub mod list;

use domain::facts::Fact;
use domain::zone::Zone;
use domain::{Instant, dates};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::entities::audit::Model;
use crate::{Error, Result};

/// Who does what nobody does by hand.
pub const SYSTEM: &str = "system";

/// Records what `author` did to the subject: its key, number, address or file name.
pub async fn record<C: ConnectionTrait>(
    tx: &C,
    company_id: impl Into<Option<Uuid>>,
    now: Instant,
    author: &str,
    subject: &str,
    fact: Fact,
) -> Result<()> {
    row(company_id, now, author, subject, &fact)?.into_active_model().reset_all().insert(tx).await?;
    Ok(())
}

/// What [`record`] writes, for those who write many.
pub fn row(company_id: impl Into<Option<Uuid>>, now: Instant, author: &str, subject: &str, fact: &Fact) -> Result<Model> {
    let (action, detail) = stored(fact)?;
    Ok(Model {
        id: Uuid::now_v7(),
        company_id: company_id.into(),
        at: now.0,
        author: author.to_owned(),
        action,
        subject_kind: fact.subject_kind().word().to_owned(),
        subject: subject.to_owned(),
        detail,
    })
}

/// Why something isn't undone once more.
pub fn already_undone(author: &str, at: i64, zone: &Zone) -> Error {
    let by = if author == SYSTEM { String::new() } else { format!(" by {author}") };
    Error::conflict(format!("it was already undone{by} on {}", dates::minute(zone, Instant(at))))
}

/// What decisions about rewards are stored as, before the action's word.
const DECIDED: &str = "reward_";

/// The columns `action` and `detail`.
fn stored(fact: &Fact) -> Result<(String, String)> {
    let unwritable = |error: serde_json::Error| Error::Corrupt(format!("an audit fact can't be written: {error}"));
    if let Fact::RewardDecided(action, change) = fact {
        return Ok((format!("{DECIDED}{action}"), serde_json::to_value(change).map_err(unwritable)?.to_string()));
    }
    #[derive(Deserialize)]
    struct Columns {
        action: String,
        detail: Value,
    }
    // By way of a value, which keeps its fields in order of their names.
    let Columns { action, detail } = serde_json::to_value(fact).and_then(serde_json::from_value).map_err(unwritable)?;
    Ok((action, detail.to_string()))
}

impl Model {
    /// What this row records. `None` for what no version of the product has written.
    pub fn fact(&self) -> Option<Fact> {
        let detail: Value = serde_json::from_str(&self.detail).ok()?;
        match self.action.strip_prefix(DECIDED).and_then(|word| word.parse().ok()) {
            Some(action) => Some(Fact::RewardDecided(action, serde_json::from_value(detail).ok()?)),
            None => serde_json::from_value(json!({ "action": self.action, "detail": detail })).ok(),
        }
    }
}
