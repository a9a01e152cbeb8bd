//! Who did what to money and permissions: one row in the same transaction.

pub mod list;

use domain::facts::Fact;
use domain::zone::Zone;
use domain::{Instant, dates};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::act::{Act, Actor, Authors, is_system, people};
use crate::store::entities::audit::Model;
use crate::{Error, Result};

/// Records what was done to the subject: its key, number, address or file name.
pub async fn record<C: ConnectionTrait>(tx: &C, act: &Act<'_>, subject: &str, fact: Fact) -> Result<()> {
    row(act, subject, &fact)?.into_active_model().reset_all().insert(tx).await?;
    Ok(())
}

/// Records what concerns no single company.
pub async fn record_for_installation<C: ConnectionTrait>(tx: &C, actor: Actor<'_>, now: Instant, subject: &str, fact: Fact) -> Result<()> {
    written(None, actor, now, subject, &fact)?.into_active_model().reset_all().insert(tx).await?;
    Ok(())
}

/// What [`record`] writes, for those who write many.
pub fn row(act: &Act<'_>, subject: &str, fact: &Fact) -> Result<Model> {
    written(Some(act.company_id), act.actor, act.now, subject, fact)
}

fn written(company_id: Option<Uuid>, actor: Actor<'_>, now: Instant, subject: &str, fact: &Fact) -> Result<Model> {
    let (action, detail) = stored(fact)?;
    Ok(Model {
        id: Uuid::now_v7(),
        company_id,
        at: now.0,
        author: actor.stored(),
        action,
        subject_kind: fact.subject_kind().word().to_owned(),
        subject: subject.to_owned(),
        detail,
    })
}

/// Why something isn't undone once more.
pub async fn already_undone<C: ConnectionTrait>(conn: &C, author: &str, at: i64, zone: &Zone) -> Result<Error> {
    let authors = Authors::load(conn, people([author])).await?;
    let by = if is_system(author) { String::new() } else { format!(" by {}", authors.name(author)) };
    Ok(Error::conflict(format!("it was already undone{by} on {}", dates::minute(zone, Instant(at)))))
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
