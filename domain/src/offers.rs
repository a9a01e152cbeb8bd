//! What partners are promised: offers, their dated versions, and the triggers in them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::conditions::Condition;
use crate::money::{Currency, Money, Rate};
use crate::states::EventKind;
use crate::time::Instant;

mod promises;
mod text;
mod words;

pub use promises::{Promise, promises};
pub use text::TriggerText;

/// Triggers per version, and months or rewards in a limit: far above any real offer.
pub const TRIGGERS_MAX: usize = 50;
pub const HOLD_DAYS_MAX: u32 = 730;

/// How much a match pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A share of the transaction, in its currency.
    Percent(Rate),
    /// Minor units of the trigger's currency.
    Flat(i64),
}

/// For how long, or how often, a trigger pays for one customer. Its text: "first purchase", "12 months", "3 rewards", "unlimited".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    FirstPurchase,
    /// Calendar months from the customer's first purchase; the end is outside.
    Months(u32),
    Rewards(u32),
    Unlimited,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("“{0}” is not a limit: write “first purchase”, “12 months”, “3 rewards” or “unlimited”")]
pub struct BadLimit(String);

/// Which customers a version is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    Everyone,
    /// Customers created from the version's start on; older ones keep their terms.
    NewCustomers,
}

/// One promise of an offer. Serialised as the elements of `offer_versions.triggers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    pub key: String,
    pub event: EventKind,
    pub effect: Effect,
    /// Of a flat effect, of the minimum and the cap, and of amounts in the condition.
    pub currency: Currency,
    pub limit: Limit,
    /// Minor units; a transaction of exactly this much is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_amount: Option<i64>,
    /// Minor units that one partnership can earn with this trigger per local calendar month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_per_month: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Days after the event until its reward becomes pending.
    #[serde(default)]
    pub hold_days: u32,
    /// Whether a match ends the offer's remaining triggers.
    #[serde(default)]
    pub stop: bool,
}

/// A sale for which these triggers together would pay more than it brings, and what they would pay. Conditions and limits are taken
/// as met. What the triggers `before` paid for the same sale is known already.
pub fn pays_more_than_the_sale(triggers: &[Trigger], before: &[Trigger]) -> Option<(Money, Money)> {
    let (of_sales, before) = (of_sales(triggers), of_sales(before));
    of_sales.iter().find_map(|trigger| {
        let least = trigger.min_amount.map(|minor| Money::new(minor, trigger.currency)).filter(|least| least.minor > 0);
        let mut sales = least.into_iter().chain([trigger.example_sale()]).map(|sale| (sale, paid_for(sale, &of_sales)));
        sales.find(|(sale, pays)| pays.minor > sale.minor.max(paid_for(*sale, &before).minor))
    })
}

fn of_sales(triggers: &[Trigger]) -> Vec<&Trigger> {
    triggers.iter().filter(|trigger| trigger.event == EventKind::Transaction).collect()
}

fn paid_for(sale: Money, triggers: &[&Trigger]) -> Money {
    let mut pays: i64 = 0;
    for trigger in triggers {
        if trigger.min_amount.is_some_and(|least| trigger.currency != sale.currency || sale.minor < least) {
            continue;
        }
        let minor = match trigger.effect {
            Effect::Percent(rate) => rate.of(sale).minor,
            Effect::Flat(minor) if trigger.currency == sale.currency => minor,
            Effect::Flat(_) => continue,
        };
        pays = pays.saturating_add(minor);
        if trigger.stop && trigger.when.is_none() {
            break;
        }
    }
    Money::new(pays, sale.currency)
}

/// A version of an offer. Immutable; without triggers it retires the offer from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferVersion {
    pub number: i32,
    pub effective_from: Instant,
    pub applies_to: AppliesTo,
    pub description: String,
    pub triggers: Vec<Trigger>,
}

impl Trigger {
    pub fn min_money(&self) -> Option<Money> {
        self.min_amount.map(|minor| Money::new(minor, self.currency))
    }

    pub fn cap_money(&self) -> Option<Money> {
        self.cap_per_month.map(|minor| Money::new(minor, self.currency))
    }
}

/// The version of one offer that rates an event: the latest that had begun when it happened and is for this customer.
pub fn version_in_force(versions: &[OfferVersion], occurred_at: Instant, customer_created_at: Instant) -> Option<&OfferVersion> {
    versions
        .iter()
        .filter(|version| version.effective_from <= occurred_at)
        .filter(|version| version.applies_to == AppliesTo::Everyone || customer_created_at >= version.effective_from)
        .max_by_key(|version| (version.effective_from, version.number))
}

impl AppliesTo {
    pub const ALL: [AppliesTo; 2] = [AppliesTo::Everyone, AppliesTo::NewCustomers];

    pub const fn word(&self) -> &'static str {
        match self {
            AppliesTo::Everyone => "everyone",
            AppliesTo::NewCustomers => "new_customers",
        }
    }

    pub const fn label(&self) -> &'static str {
        match self {
            AppliesTo::Everyone => "Every customer",
            AppliesTo::NewCustomers => "Only customers created from then on",
        }
    }
}

impl fmt::Display for AppliesTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("“{0}” is neither everyone nor new_customers")]
pub struct BadAudience(String);

impl FromStr for AppliesTo {
    type Err = BadAudience;

    fn from_str(text: &str) -> Result<Self, BadAudience> {
        AppliesTo::ALL.into_iter().find(|known| known.word() == text).ok_or_else(|| BadAudience(text.chars().take(40).collect()))
    }
}

impl FromStr for Limit {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        let bad = || BadLimit(text.chars().take(40).collect());
        let words: Vec<&str> = text.split_whitespace().collect();
        let count = |digits: &str, max: u32| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|count| plain && (1..=max).contains(count)).ok_or_else(bad)
        };
        match words.as_slice() {
            ["unlimited"] => Ok(Limit::Unlimited),
            ["first", "purchase"] => Ok(Limit::FirstPurchase),
            [digits, "month" | "months"] => count(digits, 1_200).map(Limit::Months),
            [digits, "reward" | "rewards"] => count(digits, 1_000_000).map(Limit::Rewards),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::FirstPurchase => f.write_str("first purchase"),
            Limit::Months(1) => f.write_str("1 month"),
            Limit::Months(count) => write!(f, "{count} months"),
            Limit::Rewards(1) => f.write_str("1 reward"),
            Limit::Rewards(count) => write!(f, "{count} rewards"),
            Limit::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl TryFrom<String> for Limit {
    type Error = BadLimit;

    fn try_from(text: String) -> Result<Self, BadLimit> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> String {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests;
