//! An offer in words that a partner understands, and a worked example.

use super::{Effect, Limit, Trigger};
use crate::money::Money;
use crate::states::EventKind;

impl Trigger {
    /// "20% of every payment in a customer's first 12 months, from $10.00 a payment, due 30 days later".
    pub fn sentence(&self) -> String {
        let mut sentence = self.brief();
        if let (EventKind::Customer, Limit::Months(_) | Limit::Rewards(_)) = (self.event, self.limit) {
            sentence.push_str(&format!(" ({})", self.limit));
        }
        if let Some(minimum) = self.min_money() {
            sentence.push_str(&format!(", from {minimum} a payment"));
        }
        if let Some(cap) = self.cap_money() {
            sentence.push_str(&format!(", up to {cap} a month"));
        }
        if self.when.is_some() {
            sentence.push_str(", on certain conditions");
        }
        match self.hold_days {
            0 => {}
            1 => sentence.push_str(", due 1 day later"),
            days => sentence.push_str(&format!(", due {days} days later")),
        }
        sentence
    }

    /// What it pays, and for what: "20% of every payment in a customer's first 12 months".
    pub fn brief(&self) -> String {
        match (self.event, self.effect) {
            (EventKind::Customer, Effect::Flat(minor)) => format!("{} for every new customer", self.money(minor)),
            (EventKind::Customer, Effect::Percent(rate)) => format!("{}% for every new customer", rate.percent()),
            (EventKind::Transaction, Effect::Percent(rate)) => format!("{}% of {}", rate.percent(), self.payments()),
            (EventKind::Transaction, Effect::Flat(minor)) => format!("{} for {}", self.money(minor), self.payments()),
        }
    }

    /// The sentence for the company, with the condition spelled out.
    pub fn company_sentence(&self) -> String {
        match &self.when {
            None => self.sentence(),
            Some(condition) => self.sentence().replacen("on certain conditions", &format!("when {}", condition.words(self.currency)), 1),
        }
    }

    /// "A sale of $200.00 pays $40.00."
    pub fn example(&self) -> String {
        self.example_of(self.example_sale())
    }

    pub(super) fn example_of(&self, sale: Money) -> String {
        let rate = match self.effect {
            Effect::Percent(rate) => rate,
            Effect::Flat(minor) => {
                let what = if self.event == EventKind::Customer { "new customer" } else { "sale" };
                return format!("A {what} pays {}.", self.money(minor));
            }
        };
        let pays = rate.of(sale);
        match self.cap_money() {
            Some(cap) if pays.minor > cap.minor => format!("A sale of {sale} pays {cap}: {pays}, limited to the month's maximum."),
            _ => format!("A sale of {sale} pays {pays}."),
        }
    }

    /// 200 major units, or the minimum where that is higher.
    pub(super) fn example_sale(&self) -> Money {
        let unit = 10i64.pow(u32::from(self.currency.exponent()));
        let usual = if self.currency.exponent() == 0 { 20_000 } else { 200 * unit };
        Money::new(usual.max(self.min_amount.unwrap_or(0)), self.currency)
    }

    fn payments(&self) -> String {
        match self.limit {
            Limit::FirstPurchase => "a customer's first purchase".to_owned(),
            Limit::Months(1) => "every payment in a customer's first month".to_owned(),
            Limit::Months(count) => format!("every payment in a customer's first {count} months"),
            Limit::Rewards(1) => "one payment of a customer".to_owned(),
            Limit::Rewards(count) => format!("a customer's first {count} payments"),
            Limit::Unlimited => "every payment".to_owned(),
        }
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}
