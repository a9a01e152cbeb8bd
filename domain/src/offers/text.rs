//! A trigger as programme files and forms write it: every value as text.

use serde::{Deserialize, Serialize};

use super::{Effect, HOLD_DAYS_MAX, Limit, Trigger};
use crate::conditions::{Condition, Field};
use crate::fields::{self, FieldErrors, noted};
use crate::money::{Currency, Money, Rate};
use crate::states::EventKind;

/// The fields of a trigger as text; an empty one is absent. Names are those of the programme file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerText {
    pub key: String,
    /// "transaction" or "customer".
    pub event: String,
    /// Exactly one of `percent` and `flat` is set.
    #[serde(default)]
    pub percent: String,
    #[serde(default)]
    pub flat: String,
    /// Empty: the company's.
    #[serde(default)]
    pub currency: String,
    /// Empty: unlimited.
    #[serde(default)]
    pub limit: String,
    #[serde(default)]
    pub min_amount: String,
    #[serde(default)]
    pub cap_per_month: String,
    #[serde(default)]
    pub when: String,
    #[serde(default)]
    pub hold_days: String,
    #[serde(default)]
    pub stop: bool,
}

impl TriggerText {
    /// Reads it, noting everything that is wrong by field.
    pub fn read(&self, company_currency: Currency) -> Result<Trigger, FieldErrors> {
        let mut errors = FieldErrors::new();
        let key = noted(&mut errors, "key", fields::slug(&self.key));
        let event = noted(&mut errors, "event", self.event.trim().parse::<EventKind>());
        let currency = match self.currency.trim() {
            "" => Some(company_currency),
            code => noted(&mut errors, "currency", code.parse::<Currency>()),
        };
        let limit = match self.limit.trim() {
            "" => Some(Limit::Unlimited),
            text => noted(&mut errors, "limit", text.parse::<Limit>()),
        };
        let when = match self.when.trim() {
            "" => None,
            text => noted(&mut errors, "when", text.parse::<Condition>()),
        };
        let hold_days = match self.hold_days.trim() {
            "" => Some(0),
            text => noted(&mut errors, "hold_days", days(text)),
        };
        let money = currency.unwrap_or(company_currency);
        let min_amount = amount(&mut errors, "min_amount", &self.min_amount, money);
        let cap_per_month = amount(&mut errors, "cap_per_month", &self.cap_per_month, money);
        let effect = self.effect(&mut errors, money);
        if event == Some(EventKind::Customer) {
            self.refuse_what_needs_a_transaction(&mut errors, effect, limit, when.as_ref());
        }
        match (key, event, effect, currency, limit, hold_days) {
            (Some(key), Some(event), Some(effect), Some(currency), Some(limit), Some(hold_days)) if errors.is_empty() => {
                Ok(Trigger { key, event, effect, currency, limit, min_amount, cap_per_month, when, hold_days, stop: self.stop })
            }
            _ => Err(errors),
        }
    }

    fn effect(&self, errors: &mut FieldErrors, currency: Currency) -> Option<Effect> {
        match (self.percent.trim(), self.flat.trim()) {
            ("", "") => {
                errors.insert("percent".to_owned(), "give either a percentage or a flat amount".to_owned());
                None
            }
            (percent, "") => {
                let rate = noted(errors, "percent", Rate::parse_percent(percent))?;
                if rate.0 == 0 {
                    errors.insert("percent".to_owned(), "must be more than zero".to_owned());
                }
                Some(Effect::Percent(rate))
            }
            ("", _) => amount(errors, "flat", &self.flat, currency).map(Effect::Flat),
            _ => {
                errors.insert("flat".to_owned(), "give a percentage or a flat amount, not both".to_owned());
                None
            }
        }
    }

    fn refuse_what_needs_a_transaction(
        &self,
        errors: &mut FieldErrors,
        effect: Option<Effect>,
        limit: Option<Limit>,
        when: Option<&Condition>,
    ) {
        let mut refuse = |field: &str, message: &str| errors.insert(field.to_owned(), message.to_owned());
        if matches!(effect, Some(Effect::Percent(_))) {
            refuse("percent", "a new customer has no amount to take a share of: give a flat amount");
        }
        if limit == Some(Limit::FirstPurchase) {
            refuse("limit", "a new customer is not a purchase: leave the limit out");
        }
        if !self.min_amount.trim().is_empty() {
            refuse("min_amount", "a new customer has no amount");
        }
        if when.is_some_and(|condition| condition.mentions(&|field: Field| field.of_transaction())) {
            refuse("when", "a new customer has no transaction to look at");
        }
    }
}

impl From<&Trigger> for TriggerText {
    fn from(trigger: &Trigger) -> TriggerText {
        let plain = |minor: i64| Money::new(minor, trigger.currency).plain();
        let (percent, flat) = match trigger.effect {
            Effect::Percent(rate) => (rate.percent(), String::new()),
            Effect::Flat(minor) => (String::new(), plain(minor)),
        };
        TriggerText {
            key: trigger.key.clone(),
            event: trigger.event.word().to_owned(),
            percent,
            flat,
            currency: trigger.currency.to_string(),
            limit: trigger.limit.to_string(),
            min_amount: trigger.min_amount.map(plain).unwrap_or_default(),
            cap_per_month: trigger.cap_per_month.map(plain).unwrap_or_default(),
            when: trigger.when.as_ref().map(Condition::to_string).unwrap_or_default(),
            hold_days: trigger.hold_days.to_string(),
            stop: trigger.stop,
        }
    }
}

/// An optional amount above zero, in minor units.
fn amount(errors: &mut FieldErrors, field: &str, text: &str, currency: Currency) -> Option<i64> {
    if text.trim().is_empty() {
        return None;
    }
    let money = noted(errors, field, Money::parse(text, currency))?;
    if money.minor <= 0 {
        errors.insert(field.to_owned(), "must be more than zero".to_owned());
        return None;
    }
    Some(money.minor)
}

fn days(text: &str) -> Result<u32, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<u32>()
        .ok()
        .filter(|days| plain && *days <= HOLD_DAYS_MAX)
        .ok_or_else(|| format!("must be a number of days from 0 to {HOLD_DAYS_MAX}"))
}
