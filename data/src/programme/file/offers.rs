//! Applying a programme file's offers: each with one version, or with its whole history.

use domain::Instant;
use domain::offers::{OfferVersion, Trigger, TriggerText, pays_more_than_the_sale};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::format::Offer;
use crate::act::Act;
use crate::programme::offers::{Published, check_group, publish_dated_in, publish_in, same, versions};
use crate::store::entities::offers;
use crate::{Error, Result};

pub async fn apply<C: ConnectionTrait>(tx: &C, act: &Act<'_>, wanted: &[Offer], differences: &mut Vec<String>) -> Result<()> {
    let company_id = act.company_id;
    let mut done: Vec<&str> = Vec::new();
    for offer in wanted {
        if !done.contains(&offer.key.as_str()) {
            done.push(&offer.key);
            let history: Vec<&Offer> = wanted.iter().filter(|version| version.key == offer.key).collect();
            apply_history(tx, act, &history, differences).await?;
        }
    }
    apply_order(tx, company_id, wanted, differences).await
}

/// Brings one offer to the versions that the file names, in the file's order. The last of them is what holds from then on.
async fn apply_history<C: ConnectionTrait>(tx: &C, act: &Act<'_>, history: &[&Offer], differences: &mut Vec<String>) -> Result<()> {
    let company_id = act.company_id;
    let Some((last, earlier)) = history.split_last() else { return Ok(()) };
    let row = crate::programme::offers::find(tx, company_id, &last.key).await?;
    let known = match &row {
        Some(row) => {
            check_group(tx, row, last.group.as_deref()).await.map_err(|error| at_line(last, error))?;
            versions(tx, company_id, row.id).await?
        }
        None => Vec::new(),
    };
    let latest = known.last();
    // Known versions that the file has not named so far.
    let mut unnamed: Vec<&OfferVersion> = known.iter().collect();
    let mut named = |offer: &Offer| {
        let place = unnamed.iter().position(|version| version.effective_from == begins(offer) && same(version, &offer.terms));
        place.map(|place| unnamed.remove(place)).is_some()
    };
    let mut before = latest.cloned();
    let mut added = false;
    for offer in earlier {
        if named(offer) {
            continue;
        }
        if known.iter().any(|version| version.effective_from == begins(offer)) {
            let from = from_words(begins(offer));
            let message = format!("line {}: a version from {from} is there with other terms, and versions never change", offer.line);
            return Err(Error::invalid("", message));
        }
        let published = if known.is_empty() && !added {
            publish_in(tx, act, &offer.key, offer.group.as_deref(), &offer.terms, offer.effective_from).await
        } else {
            publish_dated_in(tx, act, &offer.key, &offer.terms, begins(offer)).await
        };
        say(offer, published.map_err(|error| at_line(offer, error))?, before.as_ref(), differences);
        before = Some(version_of(offer));
        added = true;
    }
    let is_named = !earlier.is_empty() && named(last);
    let published = if is_named && latest.is_none_or(|latest| unnamed.iter().all(|version| version.number != latest.number)) {
        Ok(Published::Unchanged)
    } else if added && known.iter().all(|version| version.effective_from != begins(last)) {
        publish_dated_in(tx, act, &last.key, &last.terms, begins(last)).await
    } else {
        publish_in(tx, act, &last.key, last.group.as_deref(), &last.terms, last.effective_from).await
    };
    let published = published.map_err(|error| at_line(last, error))?;
    if let (Some(row), Published::Unchanged, true) = (row, &published, added) {
        // What came in before the last version does not describe the offer.
        let shown = offers::ActiveModel { id: Set(row.id), description: Set(last.terms.description.clone()), ..Default::default() };
        shown.update(tx).await?;
    }
    say(last, published, before.as_ref(), differences);
    Ok(())
}

/// When a version of a history begins: what says nothing, at the beginning.
fn begins(offer: &Offer) -> Instant {
    offer.effective_from.unwrap_or(Instant::BEGINNING)
}

fn version_of(offer: &Offer) -> OfferVersion {
    OfferVersion {
        number: 0,
        effective_from: begins(offer),
        applies_to: offer.terms.applies_to,
        description: offer.terms.description.clone(),
        triggers: offer.terms.triggers.clone(),
    }
}

fn at_line(offer: &Offer, error: Error) -> Error {
    match error {
        Error::Invalid(errors) => {
            let messages: Vec<String> =
                errors.into_iter().map(|(field, message)| format!("line {}: {field} {message}", offer.line)).collect();
            Error::invalid("", messages.join("\n"))
        }
        other => other,
    }
}

/// Puts what became of one version with the differences.
fn say(offer: &Offer, published: Published, before: Option<&OfferVersion>, differences: &mut Vec<String>) {
    let published_nothing = matches!(published, Published::Unchanged);
    match published {
        Published::Unchanged => {}
        Published::Created { effective_from } => {
            differences.push(format!("+ offer {} from {}", offer.key, from_words(effective_from)));
            for trigger in &offer.terms.triggers {
                differences.push(format!("    + trigger {}: {}", trigger.key, trigger.company_sentence()));
            }
        }
        Published::Version { number, effective_from } => {
            differences.push(format!("~ offer {}: version {number} from {}", offer.key, from_words(effective_from)));
            if let Some(before) = before {
                terms_differences(before, offer, differences);
            }
        }
    }
    let known = before.map(|before| before.triggers.as_slice()).unwrap_or_default();
    if let (false, Some((sale, pays))) = (published_nothing, pays_more_than_the_sale(&offer.terms.triggers, known)) {
        differences.push(format!("    ! offer {}: a sale of {sale} pays {pays}, more than the sale", offer.key));
    }
}

fn from_words(at: Instant) -> String {
    if at == Instant::BEGINNING { "the beginning".to_owned() } else { at.rfc3339() }
}

fn terms_differences(before: &OfferVersion, offer: &Offer, differences: &mut Vec<String>) {
    let after = &offer.terms;
    if before.description != after.description {
        differences.push(format!("    description “{}” → “{}”", before.description, after.description));
    }
    if before.applies_to != after.applies_to {
        differences.push(format!("    applies_to {} → {}", before.applies_to, after.applies_to));
    }
    for trigger in &after.triggers {
        match before.triggers.iter().find(|known| known.key == trigger.key) {
            None => differences.push(format!("    + trigger {}: {}", trigger.key, trigger.company_sentence())),
            Some(known) => {
                differences.extend(trigger_differences(known, trigger).map(|line| format!("    ~ trigger {}: {line}", trigger.key)))
            }
        }
    }
    for trigger in &before.triggers {
        if after.triggers.iter().all(|known| known.key != trigger.key) {
            differences.push(format!("    - trigger {}", trigger.key));
        }
    }
    let order = |triggers: &[Trigger]| triggers.iter().map(|trigger| trigger.key.clone()).collect::<Vec<_>>();
    let (was, is) = (order(&before.triggers), order(&after.triggers));
    if was != is && was.len() == is.len() && was.iter().all(|key| is.contains(key)) {
        differences.push(format!("    order {} → {}", was.join(", "), is.join(", ")));
    }
}

fn trigger_differences(before: &Trigger, after: &Trigger) -> impl Iterator<Item = String> {
    let (a, b) = (TriggerText::from(before), TriggerText::from(after));
    let shown = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    [
        ("event", a.event, b.event),
        ("percent", a.percent, b.percent),
        ("flat", a.flat, b.flat),
        ("currency", a.currency, b.currency),
        ("limit", a.limit, b.limit),
        ("min_amount", a.min_amount, b.min_amount),
        ("cap_per_month", a.cap_per_month, b.cap_per_month),
        ("when", a.when, b.when),
        ("hold_days", a.hold_days, b.hold_days),
        ("stop", a.stop.to_string(), b.stop.to_string()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(move |(field, before, after)| format!("{field} {} → {}", shown(before), shown(after)))
}

/// Offers are rated in the order of the file; those that it does not name come after.
async fn apply_order<C: ConnectionTrait>(tx: &C, company_id: Uuid, wanted: &[Offer], differences: &mut Vec<String>) -> Result<()> {
    let mut rows = offers::Entity::find()
        .filter(offers::Column::CompanyId.eq(company_id))
        .order_by_asc(offers::Column::Position)
        .order_by_asc(offers::Column::Key)
        .all(tx)
        .await?;
    let place = |key: &str| wanted.iter().position(|offer| offer.key == key);
    let named: Vec<usize> = rows.iter().filter_map(|row| place(&row.key)).collect();
    if named.is_sorted() {
        return Ok(());
    }
    rows.sort_by_key(|row| place(&row.key).unwrap_or(usize::MAX));
    for (position, row) in (0..).zip(&rows) {
        let change = offers::ActiveModel { id: Set(row.id), position: Set(position), ..Default::default() };
        change.update(tx).await?;
    }
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    differences.push(format!("~ order of offers: {}", keys.join(", ")));
    Ok(())
}
