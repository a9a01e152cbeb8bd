//! Review Rewards: the list, one reward, and what people decide about them.

use std::collections::BTreeMap;

use domain::Place;
use domain::list_query::ListQuery;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;
use views::rewards::{ReviewList, RewardDetail};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::ctx::{self, CompanyCtx};
#[cfg(feature = "ssr")]
use crate::error::AppError;
#[cfg(feature = "ssr")]
use data::rewards::selection::{Outcome, SelectionDecision};
#[cfg(feature = "ssr")]
use data::rewards::{Adjustment, Decided, Decision, Review};
#[cfg(feature = "ssr")]
use domain::access::Action;
#[cfg(feature = "ssr")]
use domain::page::{are, counted, number_of};
#[cfg(feature = "ssr")]
use domain::{review::Verb, states::RewardState};

/// The address of a reward's drawer.
pub fn reward_path(key: &str) -> String {
    format!("/rewards/{key}")
}

/// Decisions that are not about a reward's state; the others are [`domain::review::Verb`]s.
pub const MOVE: &str = "move_to_current_invoice";
pub const REMOVE: &str = "remove_from_invoice";

#[server(prefix = "/rpc", endpoint = "rewards/list", protocol = Reading)]
pub async fn list_rewards(#[server(default)] place: Place, query: ListQuery) -> Result<ReviewList> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    let mut list = screens::rewards::list(&cx.db, &cx.company, &query, cx.now).await?;
    list.may_review = cx.may(Action::ReviewRewards);
    Ok(list)
}

#[server(prefix = "/rpc", endpoint = "rewards/detail", protocol = Reading)]
pub async fn get_reward(#[server(default)] place: Place, key: String) -> Result<RewardDetail> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    let mut reward = screens::rewards::detail(&cx.db, &cx.company, &key, cx.now).await?;
    if !cx.may(Action::ReviewRewards) {
        reward.verbs.clear();
        reward.undo.clear();
    }
    if !cx.may(Action::ManageInvoices) {
        for month in [&mut reward.move_to, &mut reward.remove_to, &mut reward.adjust_month] {
            month.clear();
        }
    }
    Ok(reward)
}

/// `decision` is a verb's word, [`MOVE`] or [`REMOVE`]; `seen` is what a drawer knew of its one reward. A form for many has a
/// reason for each decision, and its keys have the states that the list showed: "rwd_1:pending". In place of `keys`, `selection` names everything that was selected by [`select_rewards`].
#[server(prefix = "/rpc", endpoint = "rewards/review")]
pub async fn review_rewards(
    #[server(default)] place: Place,
    #[server(default)] keys: Vec<String>,
    #[server(default)] decision: String,
    #[server(default)] reason: String,
    #[server(default)] hold_reason: String,
    #[server(default)] decline_reason: String,
    #[server(default)] seen: String,
    #[server(default)] selection: String,
) -> Result<Done> {
    let (field, reason) = match decision.as_str() {
        "hold" if reason.is_empty() && seen.is_empty() => ("hold_reason", hold_reason),
        "decline" if reason.is_empty() && seen.is_empty() => ("decline_reason", decline_reason),
        _ => ("reason", reason),
    };
    let action = if decision == MOVE || decision == REMOVE { Action::ManageInvoices } else { Action::ReviewRewards };
    let cx = ctx::company(&place, action).await?;
    if !selection.is_empty() {
        return decide_selection(&cx, &selection, &decision, field, reason).await;
    }
    if keys.is_empty() {
        return Err(AppError::invalid("", "Select at least one reward first."));
    }
    let seen = seen.parse().ok();
    let (keys, shown) = with_states(keys);
    let decided = match decision.as_str() {
        MOVE => data::rewards::move_to_current_invoice(&cx.db, &cx.act(), &keys).await,
        REMOVE => data::rewards::remove_from_invoice(&cx.db, &cx.act(), &keys, &reason).await,
        word => {
            let verb = verb(word)?;
            if verb.needs_reason() && reason.trim().is_empty() {
                return Err(AppError::invalid(field, "Say why; the partner reads it."));
            }
            let review = Review { verb, keys: &keys, reason: &reason, seen, shown: &shown };
            data::rewards::review(&cx.db, &cx.act(), &review).await
        }
    };
    let named = keys.len() > 1;
    Ok(said(&decision, &decided.map_err(|error| by_reward(error, named))?))
}

/// Selects everything that the list finds, as it is now.
#[server(prefix = "/rpc", endpoint = "rewards/select")]
pub async fn select_rewards(
    #[server(default)] place: Place,
    #[server(default)] search: String,
    #[server(default)] sort: String,
    #[server(default)] filters: BTreeMap<String, String>,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ReviewRewards).await?;
    let mut query = ListQuery { search, sort, page: String::new(), filters };
    query.filters.remove("selection");
    let list = format!("/rewards{}", crate::list::address(&query));
    let id = data::rewards::selection::select(&cx.db, &cx.act(), &cx.company, &query, &list).await?;
    query.filters.insert("selection".to_owned(), id.to_string());
    Ok(Done::say("").to(format!("/rewards{}", crate::list::address(&query))))
}

#[server(prefix = "/rpc", endpoint = "rewards/undo")]
pub async fn undo_review(
    #[server(default)] place: Place,
    #[server(default)] batch: String,
    #[server(default)] selection: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ReviewRewards).await?;
    if !selection.is_empty() {
        return undo_selection(&cx, &selection).await;
    }
    let batch = batch.parse().map_err(|_| AppError::NotFound("This decision".to_owned()))?;
    let undone = data::rewards::undo(&cx.db, &cx.act(), batch).await.map_err(|error| by_reward(error, true))?;
    let words = match undone.changed {
        1 => "Undid the decision.".to_owned(),
        count => format!("Undid the decision on {} rewards.", counted(count)),
    };
    Ok(Done::say(format!("{words}{}", went_along(&undone))))
}

/// Withdraws a manual reward or an adjustment that was just given.
#[server(prefix = "/rpc", endpoint = "rewards/withdraw")]
pub async fn withdraw_reward(#[server(default)] place: Place, key: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageInvoices).await?;
    let withdrawn = data::rewards::withdraw(&cx.db, &cx.act(), &key).await?;
    let done = Done::say(format!("Withdrew the reward: it is declined.{}", went_along(&withdrawn)));
    Ok(with_undo(done, &withdrawn))
}

#[server(prefix = "/rpc", endpoint = "rewards/adjust")]
pub async fn adjust_reward(
    #[server(default)] place: Place,
    key: String,
    #[server(default)] difference: String,
    #[server(default)] description: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::ManageInvoices).await?;
    let adjustment = Adjustment { reward_key: key, difference: difference.trim().to_owned(), description };
    let given = data::rewards::adjust(&cx.db, &cx.act(), &adjustment, &ctx::submission()).await?;
    Ok(Done::say(if given.new { "Added the difference as a reward of its own." } else { "It was added already." })
        .to(reward_path(&given.key))
        .undo(WithdrawReward::PATH, [("key", given.key)]))
}

/// Decides about everything that was selected, in pieces, while the person sees how far it is.
#[cfg(feature = "ssr")]
async fn decide_selection(cx: &CompanyCtx, selection: &str, word: &str, field: &str, reason: String) -> Result<Done> {
    let id = selection.parse().map_err(|_| AppError::NotFound("This selection".to_owned()))?;
    let found = data::rewards::selection::find(cx.db.read(), cx.company_id, id)
        .await?
        .ok_or_else(|| AppError::NotFound("This selection".to_owned()))?;
    let decision = match word {
        MOVE => Decision::MoveToCurrent,
        REMOVE => Decision::Remove,
        word => Decision::Decide(verb(word)?),
    };
    if let Decision::Decide(verb) = decision
        && verb.needs_reason()
        && reason.trim().is_empty()
    {
        return Err(AppError::invalid(field, "Say why; the partner reads it."));
    }
    let outcome = in_pieces(cx, "Deciding", move |cx, told| async move {
        data::rewards::selection::decide(&cx.db, &cx.act(), &SelectionDecision { selection: id, decision, reason: &reason }, &told).await
    })
    .await?;
    let done = Decided {
        batch_id: None,
        changed: outcome.changed,
        unchanged: outcome.unchanged,
        followed: outcome.followed,
        left_out: outcome.left_out,
    };
    let mut told = said(word, &done);
    told.message.push_str(&left_out(&outcome));
    if outcome.changed > 0 {
        told = told.undo(UndoReview::PATH, [("selection", id.to_string())]);
    }
    // What was stopped can go on.
    Ok(if outcome.missing == 0 { told.to(found.filter) } else { told })
}

#[cfg(feature = "ssr")]
async fn undo_selection(cx: &CompanyCtx, selection: &str) -> Result<Done> {
    let id = selection.parse().map_err(|_| AppError::NotFound("This selection".to_owned()))?;
    let outcome =
        in_pieces(cx, "Undoing", move |cx, told| async move { data::rewards::selection::undo_all(&cx.db, &cx.act(), id, &told).await })
            .await?;
    Ok(Done::say(format!("Undid the decision on {}.{}", number_of(outcome.changed, "reward", "rewards"), left_out(&outcome))))
}

/// Hears how many of how many are done, and says whether to go on.
#[cfg(feature = "ssr")]
type Told = Box<dyn Fn(u64, u64) -> bool + Send + Sync>;

/// Runs long work on a selection; the person sees how far it is, and can stop it between two pieces.
#[cfg(feature = "ssr")]
async fn in_pieces<W, F>(cx: &CompanyCtx, words: &'static str, work: W) -> Result<Outcome>
where
    W: FnOnce(CompanyCtx, Told) -> F + Send + 'static,
    F: Future<Output = data::Result<Outcome>>,
{
    let running = crate::progress::Running::begin(cx.user.id, words, "Stop");
    let (flag, user_id) = (running.flag(), cx.user.id);
    let told: Told = Box::new(move |done, total| {
        crate::progress::tell(user_id, done, total, format!("{words}: {} of {}", counted(done), counted(total)));
        !*flag.borrow()
    });
    let cx = cx.clone();
    ctx::apart(move || work(cx, told)).await
}

/// What of a selection was not decided about, and why.
#[cfg(feature = "ssr")]
fn left_out(outcome: &Outcome) -> String {
    const REASONS_MAX: usize = 3;
    let mut words = String::new();
    if !outcome.refused.is_empty() {
        let mut reasons: Vec<(&str, &str, usize)> = Vec::new();
        for (key, why) in &outcome.refused {
            match reasons.iter_mut().find(|(_, known, _)| known == why) {
                Some((.., more)) => *more += 1,
                None => reasons.push((key, why, 0)),
            }
        }
        let named = reasons.iter().take(REASONS_MAX).map(|(key, why, more)| match more {
            0 => format!("{key}: {why}"),
            more => format!("{key} and {} more: {why}", counted(*more)),
        });
        let others = if reasons.len() > REASONS_MAX { "; and others" } else { "" };
        let named = named.collect::<Vec<_>>().join("; ");
        words.push_str(&format!(" {} left out ({named}{others}).", counted(outcome.refused.len())));
    }
    if outcome.missing > 0 {
        words.push_str(&format!(" Stopped: {} {} left to do. Send it again to go on.", counted(outcome.missing), are(outcome.missing)));
    }
    words
}

/// Keys, and the states that a list showed, where it is the list that asks.
#[cfg(feature = "ssr")]
fn with_states(keys: Vec<String>) -> (Vec<String>, Vec<RewardState>) {
    let read = |key: &str| key.split_once(':').and_then(|(key, state)| Some((key.to_owned(), state.parse::<RewardState>().ok()?)));
    match keys.iter().map(|key| read(key)).collect::<Option<Vec<_>>>() {
        Some(pairs) => pairs.into_iter().unzip(),
        None => (keys, Vec::new()),
    }
}

#[cfg(feature = "ssr")]
fn verb(word: &str) -> Result<Verb> {
    let found = Verb::ALL.into_iter().find(|verb| verb.word() == word);
    found.ok_or_else(|| AppError::invalid("", "Choose what to do with the selected rewards."))
}

/// What was done, in the past tense, with its undo.
#[cfg(feature = "ssr")]
fn said(decision: &str, decided: &Decided) -> Done {
    let rewards = number_of(decided.changed, "reward", "rewards");
    let mut words = match decision {
        _ if decided.changed == 0 => "Nothing had to change.".to_owned(),
        "approve" => format!("Approved {rewards}."),
        "decline" => format!("Declined {rewards}."),
        "hold" => format!("Put {rewards} on hold."),
        "release" => format!("Released {rewards}."),
        MOVE => format!("Moved {rewards} onto the invoice in review."),
        REMOVE => format!("Took {rewards} off the invoice."),
        _ => format!("Marked {rewards} as paid elsewhere."),
    };
    if decided.changed > 0 && decided.unchanged > 0 {
        words.push_str(&format!(" {} already had this status.", counted(decided.unchanged)));
    }
    words.push_str(&went_along(decided));
    match decided.left_out {
        0 => {}
        1 => words.push_str(" 1 reversal was left out: a reversal always follows the reward it reverses."),
        count => words.push_str(&format!(" {} reversals were left out: a reversal always follows the reward it reverses.", counted(count))),
    }
    with_undo(Done::say(words), decided)
}

/// What went along with the rewards that were decided about.
#[cfg(feature = "ssr")]
fn went_along(decided: &Decided) -> String {
    match decided.followed {
        0 => String::new(),
        1 => " 1 refund or correction followed.".to_owned(),
        count => format!(" {} refunds and corrections followed.", counted(count)),
    }
}

#[cfg(feature = "ssr")]
fn with_undo(done: Done, decided: &Decided) -> Done {
    match decided.batch_id {
        Some(batch) => done.undo(UndoReview::PATH, [("batch", batch.to_string())]),
        None => done,
    }
}

/// Refusals come by reward; a form over a list has no field for each. `named`: it was about several.
#[cfg(feature = "ssr")]
fn by_reward(error: data::Error, named: bool) -> AppError {
    let data::Error::Invalid(mut fields) = error else { return error.into() };
    let refused: Vec<(String, String)> =
        fields.iter().filter(|(field, _)| field.starts_with("rwd_")).map(|(key, why)| (key.clone(), why.clone())).collect();
    if let Some((key, why)) = refused.first() {
        fields.retain(|field, _| !field.starts_with("rwd_"));
        let words = match refused.len() {
            1 if named => format!("Nothing was changed, because of {key}: {why}."),
            1 => format!("Nothing was changed: {why}."),
            count => format!("Nothing was changed: {} of the rewards refuse it. The first one is {key}: {why}.", counted(count)),
        };
        fields.insert(String::new(), words);
    }
    data::Error::Invalid(fields).into()
}
