//! From an event, its history and the offers in force to a decision. Pure: the same input gives the same decision, whenever it is asked.

use uuid::Uuid;

use crate::conditions::{Field, Subject, TransactionSubject};
use crate::decision::{Decision, Detail, EventSummary, LimitPlace, Line, RewardDraft, TriggerOutcome};
use crate::money::{Currency, Money};
use crate::offers::{Effect, Limit, Trigger};
use crate::reasons::Reason;
use crate::states::{EventKind, PartnershipStatus, RewardState};
use crate::time::{Instant, Month};
use crate::zone::Zone;

mod refund;

pub use refund::{Original, OriginalReward, RefundError, check_refund, reverse};

/// A customer who was created, or a sale. Refunds go to [`reverse`].
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub occurred_at: Instant,
    /// `None`: the customer was created.
    pub sale: Option<Sale<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    pub key: &'a str,
    /// Zero or more.
    pub amount: Money,
    pub product_key: Option<&'a str>,
    pub category_key: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
pub struct CustomerFacts<'a> {
    pub key: &'a str,
    pub email: &'a str,
    pub provider_key: Option<&'a str>,
    pub test: bool,
    /// When the earliest transaction above zero happened, this event included.
    pub first_purchase_at: Option<Instant>,
    /// Whether this event is that transaction.
    pub is_first_purchase: bool,
}

/// The partnership that the customer was attributed to when the event happened.
#[derive(Clone, Copy, Debug)]
pub struct PartnerFacts<'a> {
    pub partnership_id: Uuid,
    pub key: &'a str,
    /// The key of its group at that time.
    pub group: &'a str,
    pub tags: &'a [String],
    /// Its status at that time.
    pub status: PartnershipStatus,
    pub joined_at: Instant,
}

/// An offer's version in force for the event, in the order of the offers' positions.
#[derive(Clone, Copy, Debug)]
pub struct OfferInForce<'a> {
    pub offer_id: Uuid,
    pub version_id: Uuid,
    pub offer_key: &'a str,
    pub number: i32,
    pub description: &'a str,
    pub triggers: &'a [Trigger],
}

/// What a trigger did before this event.
pub trait History {
    /// How many rewards it made for this customer: declined ones count, those superseded by an attribution change do not.
    fn rewards_made(&self, offer_id: Uuid, trigger_key: &str) -> u64;

    /// What it gave this partnership for events of this local month, in minor units: rewards for sales and customers that
    /// no attribution change superseded, without their refunds.
    fn given_in_month(&self, offer_id: Uuid, trigger_key: &str, currency: Currency, month: Month) -> i64;
}

/// Nothing happened before.
impl History for () {
    fn rewards_made(&self, _: Uuid, _: &str) -> u64 {
        0
    }

    fn given_in_month(&self, _: Uuid, _: &str, _: Currency, _: Month) -> i64 {
        0
    }
}

/// Decides about one event.
pub fn rate(
    event: &Event<'_>,
    customer: &CustomerFacts<'_>,
    partner: Option<&PartnerFacts<'_>>,
    offers: &[OfferInForce<'_>],
    history: &impl History,
    zone: Zone,
) -> Decision {
    let mut decision = Decision {
        event: EventSummary {
            kind: if event.sale.is_some() { EventKind::Transaction } else { EventKind::Customer },
            key: event.sale.map_or(customer.key, |sale| sale.key).to_owned(),
            occurred_at: event.occurred_at,
            amount: event.sale.map(|sale| sale.amount),
            refund_of: None,
        },
        reason: Reason::NoOfferInForce,
        partner_key: partner.map(|partner| partner.key.to_owned()),
        triggers: Vec::new(),
        rewards: Vec::new(),
    };
    let partner = match before_offers(event, customer, partner) {
        Ok(partner) => partner,
        Err(reason) => {
            decision.reason = reason;
            return decision;
        }
    };
    let case = Case { event, customer, partner, history, zone };
    for offer in offers {
        let mut stopped = false;
        for trigger in offer.triggers {
            let verdict = if stopped { Verdict::no(Reason::StoppedByEarlierTrigger) } else { case.judge(offer, trigger) };
            stopped = stopped || (verdict.matched && trigger.stop);
            case.note(&mut decision, offer, trigger, verdict);
        }
    }
    if let Some(closest) = decision.triggers.iter().map(|outcome| outcome.reason).max_by_key(closeness) {
        decision.reason = closest;
    }
    decision
}

/// What rules out every reward before any offer is looked at.
fn before_offers<'a>(
    event: &Event<'_>,
    customer: &CustomerFacts<'_>,
    partner: Option<&'a PartnerFacts<'a>>,
) -> Result<&'a PartnerFacts<'a>, Reason> {
    if customer.test {
        return Err(Reason::TestCustomer);
    }
    if event.sale.is_some_and(|sale| sale.amount.minor <= 0) {
        return Err(Reason::AmountZero);
    }
    let partner = partner.ok_or(Reason::NoAttribution)?;
    match partner.status {
        PartnershipStatus::Declined | PartnershipStatus::Archived => Err(Reason::PartnershipNotActive),
        PartnershipStatus::Invited | PartnershipStatus::Pending | PartnershipStatus::Approved => Ok(partner),
    }
}

/// How near a trigger came to a reward: the order in which it is asked.
fn closeness(reason: &Reason) -> u8 {
    match reason {
        Reason::Rewarded => 9,
        Reason::RoundsToZero => 8,
        Reason::CapReached => 7,
        Reason::NotFirstPurchase | Reason::AlreadyRewarded | Reason::LimitMonths | Reason::LimitRewards => 6,
        Reason::BelowMinimum => 5,
        Reason::ConditionNotMet => 4,
        Reason::CurrencyDiffers => 3,
        Reason::StoppedByEarlierTrigger => 2,
        Reason::EventKindDiffers => 1,
        _ => 0,
    }
}

struct Case<'a, H: History> {
    event: &'a Event<'a>,
    customer: &'a CustomerFacts<'a>,
    partner: &'a PartnerFacts<'a>,
    history: &'a H,
    zone: Zone,
}

struct Verdict {
    matched: bool,
    reason: Reason,
    place: Option<LimitPlace>,
    detail: Option<Detail>,
    lines: Vec<Line>,
    reward: Option<Money>,
}

impl Verdict {
    fn no(reason: Reason) -> Verdict {
        Verdict { matched: false, reason, place: None, detail: None, lines: Vec::new(), reward: None }
    }

    fn because(reason: Reason, detail: Detail) -> Verdict {
        Verdict { detail: Some(detail), ..Verdict::no(reason) }
    }
}

impl<H: History> Case<'_, H> {
    fn judge(&self, offer: &OfferInForce<'_>, trigger: &Trigger) -> Verdict {
        let kind = if self.event.sale.is_some() { EventKind::Transaction } else { EventKind::Customer };
        if trigger.event != kind {
            return Verdict::no(Reason::EventKindDiffers);
        }
        self.refuse_currency(trigger)
            .or_else(|| self.refuse_condition(trigger))
            .or_else(|| self.refuse_amount(trigger))
            .or_else(|| self.refuse_limit(offer, trigger))
            .unwrap_or_else(|| self.pay(offer, trigger))
    }

    /// A trigger that compares amounts does so in its own currency only.
    fn refuse_currency(&self, trigger: &Trigger) -> Option<Verdict> {
        let sale = self.event.sale?;
        let capped = trigger.cap_per_month.is_some() && matches!(trigger.effect, Effect::Percent(_));
        let by_condition = trigger.when.as_ref().is_some_and(|when| when.mentions(&|field| field == Field::TransactionAmount));
        let compares = trigger.min_amount.is_some() || capped || by_condition;
        let differs = compares && sale.amount.currency != trigger.currency;
        let detail = Detail::Currency { is: sale.amount.currency, wanted: trigger.currency };
        differs.then(|| Verdict::because(Reason::CurrencyDiffers, detail))
    }

    fn refuse_condition(&self, trigger: &Trigger) -> Option<Verdict> {
        let condition = trigger.when.as_ref()?;
        let joined = self.zone.date(self.event.occurred_at) - self.zone.date(self.partner.joined_at);
        let subject = Subject {
            partner_key: self.partner.key,
            partner_group: self.partner.group,
            partner_tags: self.partner.tags,
            partner_joined_days: joined.num_days(),
            customer_key: self.customer.key,
            customer_email: self.customer.email,
            customer_provider_key: self.customer.provider_key,
            transaction: self.event.sale.map(|sale| TransactionSubject {
                amount: sale.amount,
                product_key: sale.product_key,
                category_key: sale.category_key,
            }),
        };
        condition.evaluate(&subject).err().map(|failed| Verdict::because(Reason::ConditionNotMet, Detail::Condition(failed)))
    }

    fn refuse_amount(&self, trigger: &Trigger) -> Option<Verdict> {
        let (sale, minimum) = (self.event.sale?, trigger.min_money()?);
        let detail = Detail::BelowMinimum { amount: sale.amount, minimum };
        (sale.amount.minor < minimum.minor).then(|| Verdict::because(Reason::BelowMinimum, detail))
    }

    fn refuse_limit(&self, offer: &OfferInForce<'_>, trigger: &Trigger) -> Option<Verdict> {
        let made = || self.history.rewards_made(offer.offer_id, &trigger.key);
        match trigger.limit {
            Limit::Unlimited => None,
            Limit::FirstPurchase if !self.customer.is_first_purchase => Some(Verdict::no(Reason::NotFirstPurchase)),
            Limit::FirstPurchase => (made() > 0).then(|| Verdict::no(Reason::AlreadyRewarded)),
            Limit::Rewards(count) => {
                let made = made();
                (made >= u64::from(count)).then(|| Verdict::because(Reason::LimitRewards, Detail::RewardsMade { made, of: count }))
            }
            Limit::Months(count) => {
                let first = self.customer.first_purchase_at?;
                let end = self.zone.plus_months(first, count);
                let detail = Detail::MonthsOver { months: count, first_purchase_at: first };
                (self.event.occurred_at >= end).then(|| Verdict::because(Reason::LimitMonths, detail))
            }
        }
    }

    fn pay(&self, offer: &OfferInForce<'_>, trigger: &Trigger) -> Verdict {
        let mut lines = Vec::with_capacity(4);
        let mut reward = match (trigger.effect, self.event.sale) {
            (Effect::Percent(rate), Some(sale)) => {
                let share = rate.of(sale.amount);
                lines.push(Line::Sale(sale.amount));
                lines.push(Line::Share { rate, amount: share });
                share
            }
            // Reading a trigger refuses a percentage of a new customer; an old row pays nothing.
            (Effect::Percent(_), None) => Money::new(0, trigger.currency),
            (Effect::Flat(minor), _) => {
                let flat = Money::new(minor, trigger.currency);
                lines.push(Line::Flat(flat));
                flat
            }
        };
        if let Some(cap) = trigger.cap_money() {
            let month = self.zone.month(self.event.occurred_at);
            let given = self.history.given_in_month(offer.offer_id, &trigger.key, trigger.currency, month);
            let room = cap.minor.saturating_sub(given).max(0);
            let used = Money::new(given, cap.currency);
            if room == 0 {
                return Verdict::because(Reason::CapReached, Detail::CapUsed { used, cap, month });
            }
            if reward.minor > room {
                lines.push(Line::Cap { used, cap, month, amount: Money::new(room - reward.minor, cap.currency) });
                reward.minor = room;
            }
        }
        if reward.minor == 0 {
            return Verdict { matched: true, lines, ..Verdict::no(Reason::RoundsToZero) };
        }
        lines.push(Line::Reward(reward));
        Verdict { matched: true, place: self.place_in_limit(offer, trigger), lines, reward: Some(reward), ..Verdict::no(Reason::Rewarded) }
    }

    fn place_in_limit(&self, offer: &OfferInForce<'_>, trigger: &Trigger) -> Option<LimitPlace> {
        match trigger.limit {
            Limit::Unlimited => None,
            Limit::FirstPurchase => Some(LimitPlace::FirstPurchase),
            Limit::Rewards(of) => {
                let before = self.history.rewards_made(offer.offer_id, &trigger.key);
                Some(LimitPlace::Payment { number: before.saturating_add(1), of })
            }
            Limit::Months(of) => {
                let first = self.customer.first_purchase_at?;
                let number = (1..=of).find(|passed| self.event.occurred_at < self.zone.plus_months(first, *passed))?;
                Some(LimitPlace::Month { number, of })
            }
        }
    }

    fn note(&self, decision: &mut Decision, offer: &OfferInForce<'_>, trigger: &Trigger, verdict: Verdict) {
        let held = verdict.reward.is_some() && trigger.hold_days > 0;
        let ready_at = held.then(|| self.zone.plus_days(self.event.occurred_at, i64::from(trigger.hold_days)));
        if let Some(amount) = verdict.reward {
            decision.rewards.push(RewardDraft {
                partnership_id: self.partner.partnership_id,
                offer_id: Some(offer.offer_id),
                offer_version_id: Some(offer.version_id),
                trigger_key: Some(trigger.key.clone()),
                amount,
                description: offer.description.to_owned(),
                state: if held { RewardState::Scheduled } else { RewardState::Pending },
                state_reason: None,
                ready_at,
                reverses: None,
            });
        }
        decision.triggers.push(TriggerOutcome {
            offer_key: offer.offer_key.to_owned(),
            offer_version: offer.number,
            offer_description: offer.description.to_owned(),
            trigger_key: trigger.key.clone(),
            matched: verdict.matched,
            reason: verdict.reason,
            place: verdict.place,
            detail: verdict.detail,
            lines: verdict.lines,
            reward: verdict.reward,
            held_until: ready_at,
            sentence: String::new(),
            words: String::new(),
        });
    }
}

#[cfg(test)]
mod tests;
