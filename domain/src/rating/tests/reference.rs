//! A second, deliberately naive rating, written from the rules and not from the code: it keeps a plain list of everything
//! that happened and was paid, and answers every question by going through the whole list. Compared on random histories.

use chrono::{Datelike, NaiveDate, TimeDelta, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::*;

#[derive(Clone, Debug)]
struct Rule {
    /// Percent with two decimals, or cents.
    percent: Option<u32>,
    flat: i64,
    limit: Limit,
    minimum: Option<i64>,
    cap: Option<i64>,
    stop: bool,
    only_pro: bool,
}

#[derive(Clone, Debug)]
struct Happening {
    customer: usize,
    partner: usize,
    /// Hours after the start: recorded in the list's order, so late events occur.
    hour: i64,
    cents: i64,
    euro: bool,
    pro: bool,
}

#[derive(Clone, Debug)]
struct Paid {
    rule: usize,
    customer: usize,
    partner: usize,
    hour: i64,
    cents: i64,
    euro: bool,
}

fn start() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc.with_ymd_and_hms(2025, 1, 29, 3, 0, 0).unwrap()
}

fn local(zone: Tz, hour: i64) -> chrono::NaiveDateTime {
    (start() + TimeDelta::hours(hour)).with_timezone(&zone).naive_local()
}

fn days_in(year: i32, month: u32) -> u32 {
    (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some()).unwrap()
}

/// Whether local clocks had shown `months` months after the first purchase by then. Chosen hours keep out of the two
/// nights a year in which a clock reading is missing or doubled: those have tests of their own.
fn months_are_over(zone: Tz, first_hour: i64, hour: i64, months: u32) -> bool {
    let (first, now) = (local(zone, first_hour), local(zone, hour));
    let (mut year, mut month) = (first.year(), first.month());
    for _ in 0..months {
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    let day = first.day().min(days_in(year, month));
    now >= NaiveDate::from_ymd_opt(year, month, day).unwrap().and_time(first.time())
}

/// What each rule pays for the happening, given everything recorded before it.
fn naive(zone: Tz, rules: &[Rule], before: &[Happening], paid: &[Paid], event: &Happening) -> Vec<Option<i64>> {
    let mut out = vec![None; rules.len()];
    if event.cents == 0 {
        return out;
    }
    let mut purchases: Vec<&Happening> =
        before.iter().chain([event]).filter(|other| other.customer == event.customer && other.cents > 0).collect();
    // Stable: of two at the same hour the one recorded first stays first.
    purchases.sort_by_key(|purchase| purchase.hour);
    let first = purchases[0];
    for (index, rule) in rules.iter().enumerate() {
        let of_customer = paid.iter().filter(|old| old.rule == index && old.customer == event.customer).count();
        let compares = rule.minimum.is_some() || (rule.cap.is_some() && rule.percent.is_some());
        let too_late = match rule.limit {
            Limit::Unlimited => false,
            Limit::FirstPurchase => !std::ptr::eq(first, event) || of_customer > 0,
            Limit::Rewards(count) => of_customer >= count as usize,
            Limit::Months(months) => months_are_over(zone, first.hour, event.hour, months),
        };
        if (compares && event.euro)
            || rule.minimum.is_some_and(|minimum| event.cents < minimum)
            || (rule.only_pro && !event.pro)
            || too_late
        {
            continue;
        }
        let mut pays = match rule.percent {
            Some(percent) => (Decimal::from(event.cents) * Decimal::new(i64::from(percent), 4))
                .round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven)
                .to_i64()
                .unwrap(),
            None => rule.flat,
        };
        if let Some(cap) = rule.cap {
            let month = |hour: i64| (local(zone, hour).year(), local(zone, hour).month());
            let given: i64 = paid
                .iter()
                .filter(|old| old.rule == index && old.partner == event.partner && !old.euro && month(old.hour) == month(event.hour))
                .map(|old| old.cents)
                .sum();
            if given >= cap {
                continue;
            }
            pays = pays.min(cap - given);
        }
        out[index] = Some(pays).filter(|pays| *pays > 0);
        if rule.stop {
            break;
        }
    }
    out
}

/// The history as the code under test asks for it.
struct Ledger<'a> {
    zone: Zone,
    paid: &'a [Paid],
    customer: usize,
    partner: usize,
}

impl History for Ledger<'_> {
    fn rewards_made(&self, _: Uuid, trigger_key: &str) -> u64 {
        self.paid.iter().filter(|old| rule_key(old.rule) == trigger_key && old.customer == self.customer).count() as u64
    }

    fn given_in_month(&self, _: Uuid, trigger_key: &str, currency: Currency, month: Month) -> i64 {
        let of_month =
            |old: &&Paid| self.zone.month(instant(old.hour)) == month && currency == if old.euro { Currency::EUR } else { Currency::USD };
        self.paid
            .iter()
            .filter(|old| rule_key(old.rule) == trigger_key && old.partner == self.partner)
            .filter(of_month)
            .map(|old| old.cents)
            .sum()
    }
}

fn rule_key(index: usize) -> String {
    format!("rule-{index}")
}

fn instant(hour: i64) -> Instant {
    Instant((start() + TimeDelta::hours(hour)).timestamp_millis())
}

fn trigger(index: usize, rule: &Rule) -> Trigger {
    Trigger {
        key: rule_key(index),
        event: EventKind::Transaction,
        effect: rule.percent.map_or(Effect::Flat(rule.flat), |percent| Effect::Percent(crate::money::Rate(i64::from(percent) * 100))),
        currency: Currency::USD,
        limit: rule.limit,
        min_amount: rule.minimum,
        cap_per_month: rule.cap,
        when: rule.only_pro.then(|| "transaction.product_key = 'pro'".parse().unwrap()),
        hold_days: 0,
        stop: rule.stop,
    }
}

fn tested(zone: Zone, triggers: &[Trigger], before: &[Happening], paid: &[Paid], event: &Happening) -> Vec<Option<i64>> {
    let earlier = before.iter().filter(|other| other.customer == event.customer && other.cents > 0).map(|other| other.hour).min();
    let this = (event.cents > 0).then_some(event.hour);
    let first = [earlier, this].into_iter().flatten().min();
    let amount = Money::new(event.cents, if event.euro { Currency::EUR } else { Currency::USD });
    let key = event.customer.to_string();
    let decision = rate(
        &Event {
            occurred_at: instant(event.hour),
            sale: Some(Sale { key: "t", amount, product_key: event.pro.then_some("pro"), category_key: None }),
        },
        &CustomerFacts {
            key: &key,
            email: "",
            provider_key: None,
            test: false,
            first_purchase_at: first.map(instant),
            is_first_purchase: this.is_some_and(|hour| earlier.is_none_or(|earlier| hour < earlier)),
        },
        Some(&PartnerFacts {
            partnership_id: PARTNER,
            key: "ada",
            group: "g",
            tags: &[],
            status: PartnershipStatus::Approved,
            joined_at: Instant(0),
        }),
        &[OfferInForce { offer_id: OFFER, version_id: VERSION, offer_key: "o", number: 1, description: "", triggers }],
        &Ledger { zone, paid, customer: event.customer, partner: event.partner },
        zone,
    );
    let found = |index: usize| decision.triggers.get(index).and_then(|outcome| outcome.reward).map(|money| money.minor);
    (0..triggers.len()).map(found).collect()
}

fn limits() -> impl Strategy<Value = Limit> {
    prop_oneof![Just(Limit::Unlimited), Just(Limit::FirstPurchase), (1u32..8).prop_map(Limit::Months), (1u32..4).prop_map(Limit::Rewards),]
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule = (
        prop::option::of(1u32..12_000),
        1i64..500,
        limits(),
        prop::option::weighted(0.3, 1i64..3_000),
        prop::option::weighted(0.3, 1i64..2_000),
        any::<bool>(),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(percent, flat, limit, minimum, cap, stop, only_pro)| Rule { percent, flat, limit, minimum, cap, stop, only_pro });
    prop::collection::vec(rule, 1..4)
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = (0usize..3, 0usize..2, 0i64..12_000, prop_oneof![Just(0i64), 1i64..6_000], prop::bool::weighted(0.2), any::<bool>())
        .prop_map(|(customer, partner, hour, cents, euro, pro)| Happening { customer, partner, hour, cents, euro, pro });
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn agrees_with_the_naive_rating(rules in rules(), happenings in happenings(), name in prop::sample::select(vec!["UTC", "America/New_York", "Asia/Kolkata"])) {
        let (zone, naive_zone): (Zone, Tz) = (name.parse().unwrap(), name.parse().unwrap());
        // Nights in which New York's clocks change: left to the tests that name them.
        let changing = |happening: &Happening| (0..4).contains(&{ use chrono::Timelike; local(naive_zone, happening.hour).hour() });
        let happenings: Vec<Happening> = happenings.into_iter().filter(|happening| !changing(happening)).collect();
        let triggers: Vec<Trigger> = rules.iter().enumerate().map(|(index, rule)| trigger(index, rule)).collect();
        let mut paid: Vec<Paid> = Vec::new();
        for (index, event) in happenings.iter().enumerate() {
            let (before, event) = (&happenings[..index], event);
            let expected = naive(naive_zone, &rules, before, &paid, event);
            prop_assert_eq!(&tested(zone, &triggers, before, &paid, event), &expected, "{:?}", event);
            for (rule, cents) in expected.into_iter().enumerate() {
                if let Some(cents) = cents {
                    let euro = event.euro && rules[rule].percent.is_some();
                    paid.push(Paid { rule, customer: event.customer, partner: event.partner, hour: event.hour, cents, euro });
                }
            }
        }
        // Whatever the order: no partner earned more than a cap in a local month.
        for (index, rule) in rules.iter().enumerate() {
            let Some(cap) = rule.cap else { continue };
            let mut months: HashMap<(usize, i32, u32), i64> = HashMap::new();
            for old in paid.iter().filter(|old| old.rule == index) {
                let when = local(naive_zone, old.hour);
                *months.entry((old.partner, when.year(), when.month())).or_default() += old.cents;
            }
            prop_assert!(months.values().all(|sum| *sum <= cap));
        }
    }
}
