//! `reward_key,decision,reason`: approve, decline, hold and release from a spreadsheet.

use std::collections::HashMap;

use domain::fields;
use domain::review::Verb;
use domain::states::ReviewDecision;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use data::Result;
use data::rewards::{ReviewRow, review_rows};
use data::store::IN_MAX;
use data::store::check::Checks;
use data::store::entities::rewards;
use data::work::batch::{Mode, Scope};

use super::faults::Faults;
use super::table::Fields;
use super::transactions::read as read_cell;
use super::{Counts, Done};

pub fn take(fields: &Fields<'_>, checks: &mut Checks) -> Option<ReviewRow> {
    let reward_key = read_cell(checks, "reward_key", fields.get(0), fields::key);
    let decision = read_cell(checks, "decision", fields.get(1), str::parse::<ReviewDecision>);
    let reason = checks.take_optional("reason", fields.get(2), fields::description);
    let (Some(reward_key), Some(decision), Some(row), true) = (reward_key, decision, fields.number(checks), checks.is_empty()) else {
        return None;
    };
    let verb = match decision {
        ReviewDecision::Approve => Verb::Approve,
        ReviewDecision::Decline => Verb::Decline,
        ReviewDecision::Hold => Verb::Hold,
        ReviewDecision::Release => Verb::Release,
    };
    Some(ReviewRow { row, reward_key, verb, reason })
}

pub fn cells(given: &ReviewRow) -> Vec<String> {
    let decision = match given.verb {
        Verb::Decline => ReviewDecision::Decline,
        Verb::Hold => ReviewDecision::Hold,
        Verb::Release => ReviewDecision::Release,
        _ => ReviewDecision::Approve,
    };
    vec![given.reward_key.clone(), decision.word().to_owned(), given.reason.clone()]
}

/// Refunds and corrections go where the reward goes that they belong to: it has its turn first.
pub async fn put_followers_last<C: ConnectionTrait>(conn: &C, company_id: Uuid, rows: &mut [ReviewRow]) -> Result<()> {
    let mut above: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    let mut ids: HashMap<String, Uuid> = HashMap::new();
    for chunk in rows.chunks(IN_MAX) {
        let found: Vec<(Uuid, String, Option<Uuid>)> = rewards::Entity::find()
            .select_only()
            .columns([rewards::Column::Id, rewards::Column::Key, rewards::Column::Reverses])
            .filter(rewards::Column::CompanyId.eq(company_id))
            .filter(rewards::Column::Key.is_in(chunk.iter().map(|row| row.reward_key.as_str())))
            .into_tuple()
            .all(conn)
            .await?;
        for (id, key, reverses) in found {
            above.insert(id, reverses);
            ids.insert(key, id);
        }
    }
    let reversed = |id: &Uuid| above.get(id).copied().flatten();
    rows.sort_by_cached_key(|row| std::iter::successors(ids.get(&row.reward_key).copied(), reversed).count());
    Ok(())
}

pub async fn write<C: ConnectionTrait>(tx: &C, scope: &Scope<'_>, rows: &[ReviewRow], mode: Mode) -> Result<Done> {
    let total = rows.len() as u64;
    (scope.progress)(0, total)?;
    let outcome = review_rows(tx, &scope.act, rows, mode).await?;
    (scope.progress)(total, total)?;
    let mut faults = Faults::new();
    faults.complain(outcome.complaints)?;
    let counts = Counts { changed: outcome.decided.changed, unchanged: outcome.decided.unchanged, ..Counts::default() };
    Ok(Done { counts, faults, carried: None })
}
