//! `partner_key,amount,currency,description,customer_key,key`: manual rewards.

use std::collections::HashMap;

use domain::{Currency, Money, fields};
use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};

use data::rewards::{ManualReward, ManualRow, create_manual_rewards, import_identity};
use data::store::check::Checks;
use data::work::batch::{Mode, Scope};
use data::{Error, Result};

use super::faults::Faults;
use super::table::Fields;
use super::{Context, Counts, Done};

/// Where a row that was kept has its identity and those of earlier versions: after the kind's columns.
const IDENTITY: usize = 6;
const EARLIER: usize = 7;

pub fn take(fields: &Fields<'_>, checks: &mut Checks, context: &Context) -> Result<Option<ManualRow>> {
    let text = |column| fields.get(column).to_owned();
    let mut reward = ManualReward {
        partner_key: text(0),
        amount: text(1),
        currency: text(2),
        description: text(3),
        customer_key: text(4),
        onto_invoice: false,
        invoice_month: None,
    };
    let key = checks.take_optional("key", fields.get(5), fields::key);
    let Some(row) = fields.number(checks) else { return Ok(None) };
    let earlier = earlier_identities(fields.get(EARLIER))?;
    let written = reward.amount.clone();
    // A currency that there is not is complained about later, with the rest of the row.
    if let Some(currency) = currency_of(&reward, context)
        && !written.trim().is_empty()
    {
        match Money::parse_written(&written, currency, context.decimals) {
            Ok(money) => reward.amount = money.plain(),
            Err(error) => checks.complain("amount", error.to_string()),
        }
    }
    if !checks.is_empty() {
        return Ok(None);
    }
    let key = Some(key).filter(|key| !key.is_empty());
    Ok(Some(ManualRow { row, key, identity: text(IDENTITY), earlier, written, reward }))
}

pub fn cells(given: &ManualRow) -> Vec<String> {
    let reward = &given.reward;
    vec![
        reward.partner_key.clone(),
        reward.amount.clone(),
        reward.currency.clone(),
        reward.description.clone(),
        reward.customer_key.clone(),
        given.key.clone().unwrap_or_default(),
        given.identity.clone(),
        json!(given.earlier).to_string(),
    ]
}

fn earlier_identities(text: &str) -> Result<Vec<String>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(|error| Error::Corrupt(error.to_string()))
}

fn currency_of(reward: &ManualReward, context: &Context) -> Option<Currency> {
    match reward.currency.trim() {
        "" => Some(context.currency),
        code => code.parse().ok(),
    }
}

/// Gives each row of a file what makes it the same reward when it comes again: its key, or else the file, as values in any order, its
/// own values and how often they came before in the file.
pub fn identify(rows: &mut [ManualRow], context: &Context) {
    let values = |given: &ManualRow| {
        let reward = &given.reward;
        let code = currency_of(reward, context).map_or_else(|| reward.currency.trim().to_owned(), |currency| currency.code().to_owned());
        json!([reward.partner_key.trim(), reward.amount.trim(), code, reward.description.trim(), reward.customer_key.trim()]).to_string()
    };
    let mut all: Vec<String> = rows.iter().map(|given| json!([values(given), given.key]).to_string()).collect();
    all.sort_unstable();
    let mut hash = Sha256::new();
    for row in &all {
        hash.update(row.len().to_be_bytes());
        hash.update(row.as_bytes());
    }
    let file: String = hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    // The same line twice is two rewards; the same file twice is not.
    let mut occurrences: HashMap<String, u32> = HashMap::new();
    let mut earlier_occurrences: HashMap<String, u32> = HashMap::new();
    for given in rows {
        let values = values(given);
        let occurrence = occurrences.entry(values.clone()).or_default();
        given.identity = match &given.key {
            Some(key) => json!(["key", key]).to_string(),
            None => json!(["file", file, values, *occurrence]).to_string(),
        };
        *occurrence += 1;
        if given.key.is_none() {
            // Before files had an identity, a row was known by its text and by how often it came before.
            let mut texts = vec![given.written.clone(), given.reward.amount.clone(), shortest(&given.reward.amount).to_owned()];
            texts.dedup();
            for amount in texts {
                let as_written = ManualReward { amount, ..given.reward.clone() };
                let before = earlier_occurrences.entry(import_identity(&as_written, 0)).or_default();
                given.earlier.push(import_identity(&as_written, *before));
                *before += 1;
            }
        }
    }
}

/// "25" for "25.00", as spreadsheets write numbers.
fn shortest(amount: &str) -> &str {
    if amount.contains('.') { amount.trim_end_matches('0').trim_end_matches('.') } else { amount }
}

pub async fn write<C: ConnectionTrait>(tx: &C, scope: &Scope<'_>, rows: &[ManualRow], mode: Mode) -> Result<Done> {
    let outcome = create_manual_rewards(tx, scope, rows, mode).await?;
    let mut faults = Faults::new();
    faults.complain(outcome.complaints)?;
    for (row, message) in outcome.repeats {
        faults.repeat(u64::from(row), &message)?;
    }
    Ok(Done { counts: Counts { created: outcome.created, unchanged: outcome.unchanged, ..Counts::default() }, faults, carried: None })
}
