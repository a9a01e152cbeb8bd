//! What the triggers of a version promise together: one that stops takes its events from those below it.

use super::{Limit, Trigger};
use crate::money::Money;
use crate::states::EventKind;

/// What one trigger promises beside the others of its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise<'a> {
    trigger: &'a Trigger,
    /// What it matches, triggers below it don't see.
    instead: bool,
    /// Sales of so many minor units or more go to a trigger above it.
    below: Option<i64>,
}

/// What these triggers promise, in their order. Those that an earlier one leaves nothing for promise nothing.
pub fn promises(triggers: &[Trigger]) -> Vec<Promise<'_>> {
    let mut promised = Vec::with_capacity(triggers.len());
    for (at, trigger) in triggers.iter().enumerate() {
        let same_event = |other: &&Trigger| other.event == trigger.event;
        let above = || triggers[..at].iter().filter(same_event).filter(|other| other.stop);
        if above().any(Trigger::always_matches) {
            continue;
        }
        let instead = trigger.stop && !trigger.always_matches() && triggers[at + 1..].iter().any(|other| same_event(&other));
        let below = above().filter(|other| other.currency == trigger.currency).filter_map(Trigger::matches_from).min();
        promised.push(Promise { trigger, instead, below });
    }
    promised
}

impl Promise<'_> {
    /// As the partner reads it.
    pub fn sentence(&self) -> String {
        self.completed(self.trigger.sentence())
    }

    /// As the company reads it, with the condition spelled out.
    pub fn company_sentence(&self) -> String {
        self.completed(self.trigger.company_sentence())
    }

    /// A worked example, of a sale that no trigger above takes.
    pub fn example(&self) -> String {
        self.trigger.example_of(self.example_sale())
    }

    fn completed(&self, sentence: String) -> String {
        match (self.instead, self.trigger.event) {
            (false, _) => sentence,
            (true, EventKind::Transaction) => format!("{sentence}, instead of what payments earn below"),
            (true, EventKind::Customer) => format!("{sentence}, instead of what new customers earn below"),
        }
    }

    fn example_sale(&self) -> Money {
        let usual = self.trigger.example_sale();
        let below = self.below.filter(|below| usual.minor >= *below);
        let minor = below.map_or(usual.minor, |below| (below / 2).max(self.trigger.min_amount.unwrap_or(1)));
        Money::new(minor, usual.currency)
    }
}

impl Trigger {
    /// Whether every event of its kind matches, whoever it is about and whatever came before.
    fn always_matches(&self) -> bool {
        self.min_amount.is_none() && self.matches_from().is_some()
    }

    /// From how many minor units on every payment in its currency matches; `None` where more than the amount decides.
    fn matches_from(&self) -> Option<i64> {
        let free = self.when.is_none() && self.limit == Limit::Unlimited && self.cap_per_month.is_none();
        free.then(|| self.min_amount.unwrap_or(0))
    }
}
