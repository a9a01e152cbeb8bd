//! Decisions about rewards: for one or for many at once, all or nothing.

use std::collections::{BTreeMap, HashMap};

use domain::review::{self, Refusal, RewardPosition, Verb};
use domain::states::{RewardAction, RewardState};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::change::{Change, Decided, apply};
use super::context::{ReviewContext, by_ids, by_keys};
use super::meanwhile;
use crate::act::{Act, Actor, Authors, people};
use crate::store::check::shown;
use crate::store::entities::rewards;
use crate::store::error::stored;
use crate::work::batch::Complaint;
use crate::work::batch::Mode;
use crate::{Db, Error, Result, transact};

/// One decision on rewards by their keys.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    pub verb: Verb,
    pub keys: &'a [String],
    /// Required to decline and to hold; otherwise may be empty.
    pub reason: &'a str,
    /// How many records the form had seen of its one reward: refused if there are others by now.
    pub seen: Option<i64>,
    /// The state of each as a list showed it, or nothing: one that is in another by now is not decided about without being looked at.
    pub shown: &'a [RewardState],
}

/// A row of a file of reviews.
#[derive(Clone, Debug)]
pub struct ReviewRow {
    /// Its place in the file.
    pub row: u32,
    pub reward_key: String,
    pub verb: Verb,
    pub reason: String,
}

#[derive(Debug)]
pub struct ReviewRows {
    pub decided: Decided,
    /// Not empty and bad rows not skipped: nothing was decided.
    pub complaints: Vec<Complaint>,
}

/// Decides about all of the rewards or none.
///
/// # Errors
/// `Invalid` names each reward that is refused, by its key, or the field `reason`. `Stale` when something else was decided since `seen`,
/// `Conflict` when it was the same.
pub async fn review(db: &Db, act: &Act<'_>, review: &Review<'_>) -> Result<Decided> {
    let Act { company_id, now, .. } = *act;
    if review.verb.needs_reason() && review.reason.trim().is_empty() {
        return Err(Error::invalid("reason", Refusal::ReasonMissing.to_string()));
    }
    check_reason(review.reason)?;
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let requested = review.keys.iter().enumerate().map(|(place, key)| RequestedDecision {
            row: 0,
            key,
            step: Decision::Decide(review.verb),
            reason: review.reason,
            shown: review.shown.get(place).copied(),
        });
        let requested: Vec<RequestedDecision<'_>> = requested.collect();
        if let (Some(seen), [key]) = (review.seen, review.keys) {
            refuse_stale(tx, &context, review, key, seen).await?;
        }
        all_or_none(tx, &context, &requested, act.actor).await
    })
}

pub async fn approve(db: &Db, act: &Act<'_>, keys: &[String]) -> Result<Decided> {
    review(db, act, &Review { verb: Verb::Approve, keys, reason: "", seen: None, shown: &[] }).await
}

pub async fn decline(db: &Db, act: &Act<'_>, keys: &[String], reason: &str) -> Result<Decided> {
    review(db, act, &Review { verb: Verb::Decline, keys, reason, seen: None, shown: &[] }).await
}

pub async fn hold(db: &Db, act: &Act<'_>, keys: &[String], reason: &str) -> Result<Decided> {
    review(db, act, &Review { verb: Verb::Hold, keys, reason, seen: None, shown: &[] }).await
}

pub async fn release(db: &Db, act: &Act<'_>, keys: &[String]) -> Result<Decided> {
    review(db, act, &Review { verb: Verb::Release, keys, reason: "", seen: None, shown: &[] }).await
}

pub async fn mark_paid_elsewhere(db: &Db, act: &Act<'_>, keys: &[String], reason: &str) -> Result<Decided> {
    review(db, act, &Review { verb: Verb::MarkPaidElsewhere, keys, reason, seen: None, shown: &[] }).await
}

/// Puts rewards onto the invoice in review of their currency.
pub async fn move_to_current_invoice(db: &Db, act: &Act<'_>, keys: &[String]) -> Result<Decided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let requested: Vec<RequestedDecision<'_>> =
            keys.iter().map(|key| RequestedDecision { row: 0, key, step: Decision::MoveToCurrent, reason: "", shown: None }).collect();
        all_or_none(tx, &context, &requested, act.actor).await
    })
}

/// Takes rewards off their invoice and puts them into the next month.
pub async fn remove_from_invoice(db: &Db, act: &Act<'_>, keys: &[String], reason: &str) -> Result<Decided> {
    let Act { company_id, now, .. } = *act;
    check_reason(reason)?;
    transact!(db, |tx| {
        let context = ReviewContext::open(tx, company_id, now).await?;
        let requested: Vec<RequestedDecision<'_>> =
            keys.iter().map(|key| RequestedDecision { row: 0, key, step: Decision::Remove, reason, shown: None }).collect();
        all_or_none(tx, &context, &requested, act.actor).await
    })
}

/// Decides about each of these that lets it, in the transaction given. The others are named with why they don't; one that only follows
/// another reward, with None.
pub(super) async fn review_each<C: ConnectionTrait>(
    tx: &C,
    context: &ReviewContext,
    keys: &[&str],
    decision: Decision,
    reason: &str,
    actor: Actor<'_>,
) -> Result<(Decided, HashMap<String, Option<String>>)> {
    let requested: Vec<RequestedDecision<'_>> =
        keys.iter().map(|key| RequestedDecision { row: 0, key, step: decision, reason, shown: None }).collect();
    let plan = plan(tx, context, &requested).await?;
    let refused = plan.refused.into_iter();
    let refused =
        refused.map(|(index, refused)| (requested[index].key.to_owned(), (!refused.follows).then_some(refused.message))).collect();
    Ok((Decided { unchanged: plan.unchanged, ..apply(tx, context, plan.changes, actor).await? }, refused))
}

/// Decides as a file says, or sees what that would do.
pub async fn review_rows<C: ConnectionTrait>(tx: &C, act: &Act<'_>, rows: &[ReviewRow], mode: Mode) -> Result<ReviewRows> {
    let Act { company_id, now, .. } = *act;
    let context = ReviewContext::open(tx, company_id, now).await?;
    let requested: Vec<RequestedDecision<'_>> = rows
        .iter()
        .map(|row| RequestedDecision {
            row: row.row,
            key: &row.reward_key,
            step: Decision::Decide(row.verb),
            reason: &row.reason,
            shown: None,
        })
        .collect();
    let plan = plan(tx, &context, &requested).await?;
    let complaints: Vec<Complaint> = plan
        .refused
        .into_iter()
        .map(|(index, refused)| Complaint { row: requested[index].row, field: refused.field, message: refused.message })
        .collect();
    let decided = if mode.writes(!complaints.is_empty()) {
        apply(tx, &context, plan.changes, act.actor).await?
    } else {
        let named = plan.changes.iter().filter(|change| mode == Mode::Check && !change.follows).count();
        Decided { batch_id: None, changed: named as u64, unchanged: 0, followed: 0, left_out: 0 }
    };
    let decided = Decided { unchanged: plan.unchanged, ..decided };
    Ok(ReviewRows { decided, complaints })
}

/// What is decided about a reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Decide(Verb),
    MoveToCurrent,
    Remove,
}

impl Decision {
    const fn action(self) -> RewardAction {
        match self {
            Decision::Decide(Verb::Approve) => RewardAction::Approve,
            Decision::Decide(Verb::Decline) => RewardAction::Decline,
            Decision::Decide(Verb::Hold) => RewardAction::Hold,
            Decision::Decide(Verb::Release) => RewardAction::Release,
            Decision::Decide(Verb::MarkPaidElsewhere) => RewardAction::MarkPaidElsewhere,
            Decision::MoveToCurrent => RewardAction::MoveToCurrentInvoice,
            Decision::Remove => RewardAction::RemoveFromInvoice,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct RequestedDecision<'a> {
    row: u32,
    key: &'a str,
    step: Decision,
    reason: &'a str,
    shown: Option<RewardState>,
}

struct Refused {
    field: &'static str,
    message: String,
    /// Another reward decides where this one goes.
    follows: bool,
}

impl Refused {
    fn unknown(message: impl Into<String>) -> Refused {
        Refused { field: "reward_key", message: message.into(), follows: false }
    }
}

#[derive(Default)]
struct Plan {
    changes: Vec<Change>,
    unchanged: u64,
    /// By place in what was asked.
    refused: Vec<(usize, Refused)>,
}

/// Decides about all or none. Among several, what only follows another reward is left out and stops nothing.
async fn all_or_none<C: ConnectionTrait>(
    tx: &C,
    context: &ReviewContext,
    requested: &[RequestedDecision<'_>],
    actor: Actor<'_>,
) -> Result<Decided> {
    if requested.is_empty() {
        return Err(Error::invalid("", "choose at least one reward"));
    }
    let plan = plan(tx, context, requested).await?;
    let several = requested.len() > 1;
    let (left_out, refused): (Vec<_>, Vec<_>) = plan.refused.into_iter().partition(|(_, refused)| several && refused.follows);
    if !refused.is_empty() {
        let errors: BTreeMap<String, String> =
            refused.into_iter().map(|(index, refused)| (shown(requested[index].key), refused.message)).collect();
        return Err(Error::Invalid(errors));
    }
    if plan.changes.is_empty() && plan.unchanged == 0 {
        let words = "Nothing was changed: each of these reverses another reward and follows the decision about that one.";
        return Err(Error::invalid("", words));
    }
    let left_out = u64::try_from(left_out.len()).unwrap_or(u64::MAX);
    Ok(Decided { unchanged: plan.unchanged, left_out, ..apply(tx, context, plan.changes, actor).await? })
}

/// Where everything asked for would lead, without writing.
async fn plan<C: ConnectionTrait>(tx: &C, context: &ReviewContext, requested: &[RequestedDecision<'_>]) -> Result<Plan> {
    let keys: Vec<&str> = requested.iter().map(|requested| requested.key).collect();
    let mut rows = by_keys(tx, context.company.id, &keys).await?;
    let originals = by_ids(tx, context.company.id, rows.values().filter_map(|row| row.reverses)).await?;
    let named: HashMap<Uuid, (Decision, Option<Uuid>)> =
        requested.iter().filter_map(|requested| rows.get(requested.key).map(|row| (row.id, (requested.step, row.reverses)))).collect();
    let mut first: HashMap<&str, Decision> = HashMap::new();
    let mut plan = Plan::default();
    let (mut alone, mut after) = (Vec::new(), Vec::new());
    for (index, requested) in requested.iter().enumerate() {
        match first.get(requested.key) {
            Some(step) if *step == requested.step => plan.unchanged += 1,
            Some(_) => plan.refused.push((index, Refused::unknown("is decided in an earlier row already"))),
            None => {
                first.insert(requested.key, requested.step);
                match rows.remove(requested.key) {
                    None => plan.refused.push((index, Refused::unknown(format!("there is no reward “{}”", shown(requested.key))))),
                    Some(row) if row.reverses.is_some_and(|id| named.contains_key(&id)) => after.push((index, row)),
                    Some(row) => alone.push((index, row)),
                }
            }
        }
    }
    // What reverses or corrects comes after what it belongs to: where that one goes, it goes along.
    let above = |id: &Uuid| named.get(id).and_then(|(_, reverses)| *reverses);
    after.sort_by_cached_key(|(_, row)| std::iter::successors(row.reverses, above).count());
    let mut moving: HashMap<Uuid, Decision> = HashMap::new();
    for (index, row) in alone.into_iter().chain(after) {
        let requested = &requested[index];
        if std::iter::successors(row.reverses, above).any(|id| moving.get(&id) == Some(&requested.step)) {
            continue;
        }
        let original = row.reverses.and_then(|id| originals.get(&id));
        let reached = match (reached(context, &row, original, requested)?, requested.shown) {
            (Ok(Some(_)), Some(shown)) if shown.word() != row.state => Err(Refusal::Meanwhile(stored(&row.state)?)),
            (reached, _) => reached,
        };
        match reached {
            Ok(Some(to)) => {
                moving.insert(row.id, requested.step);
                plan.changes.push(change(row, to, requested));
            }
            Ok(None) => plan.unchanged += 1,
            // Among others it stands where all of them are to stand.
            Err(Refusal::AlreadyThere(_)) if keys.len() > 1 => plan.unchanged += 1,
            Err(refusal) => {
                let field = if refusal == Refusal::ReasonMissing { "reason" } else { "decision" };
                plan.refused.push((index, Refused { field, message: refusal.to_string(), follows: refusal.follows() }));
            }
        }
    }
    plan.refused.sort_by_key(|(index, _)| *index);
    Ok(plan)
}

/// Where one reward would stand.
fn reached(
    context: &ReviewContext,
    row: &rewards::Model,
    original: Option<&rewards::Model>,
    requested: &RequestedDecision<'_>,
) -> Result<Result<Option<RewardPosition>, Refusal>> {
    let position = row.position()?;
    let months = context.months(&row.currency);
    Ok(match requested.step {
        Decision::Decide(verb) => match original {
            Some(original) if verb != Verb::Approve && review::must_follow(row.reward_source()?, &original.position()?, months) => {
                match review::decide(verb, requested.reason, &position, months, context.now) {
                    Ok(None) => Ok(None),
                    _ => Err(Refusal::Follows(original.key.clone())),
                }
            }
            _ => review::decide(verb, requested.reason, &position, months, context.now),
        },
        Decision::MoveToCurrent => {
            let before = original.map(|original| (original.key.as_str(), domain::Month(original.invoice_month)));
            review::move_to_current_invoice(&position, before, months).map(Some)
        }
        Decision::Remove => review::remove_from_invoice(&position, months).map(Some),
    })
}

fn change(row: rewards::Model, to: RewardPosition, requested: &RequestedDecision<'_>) -> Change {
    let reason = Some(requested.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let state_reason = match requested.step {
        Decision::Decide(_) => reason.clone(),
        Decision::MoveToCurrent | Decision::Remove => row.state_reason.clone(),
    };
    Change { row, to, state_reason, reason, action: requested.step.action(), undoes: None, follows: false }
}

pub(super) fn check_reason(reason: &str) -> Result<()> {
    if reason.trim().is_empty() {
        return Ok(());
    }
    domain::fields::description(reason).map_err(|error| Error::invalid("reason", error.to_string()))?;
    Ok(())
}

/// Refuses a decision by somebody who has not seen the newest one, and says which that is.
async fn refuse_stale<C: ConnectionTrait>(tx: &C, context: &ReviewContext, requested: &Review<'_>, key: &str, seen: i64) -> Result<()> {
    let row = super::find(tx, context.company.id, key).await?;
    let records = meanwhile::records(tx, row.id).await?;
    let last = records.first().map_or(0, |record| record.seq);
    if last == seen {
        return Ok(());
    }
    let zone = context.company.zone()?;
    let authors = Authors::load(tx, people(records.iter().map(|record| &record.author))).await?;
    let reached = review::decide(requested.verb, requested.reason, &row.position()?, context.months(&row.currency), context.now);
    if matches!(reached, Ok(None)) {
        // A move to another month may have come after it.
        let decided = records.iter().find(|record| record.from_state != record.to_state);
        let done = decided.map_or_else(|| requested.verb.done().to_owned(), |record| meanwhile::done(record, &authors, &zone));
        return Err(Error::conflict(format!("This reward was already {done}.")));
    }
    let done = records.first().map_or_else(|| "changed".to_owned(), |record| meanwhile::done(record, &authors, &zone));
    let message = format!("This reward was {done}. Look at it again, then decide.");
    Err(Error::Stale { message, seen: Some(last.to_string()), fresh: BTreeMap::new() })
}
