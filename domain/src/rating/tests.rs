#![allow(clippy::unwrap_used)]
use std::collections::HashMap;

use rstest::rstest;

use super::*;
use crate::conditions::FailedComparison;
use crate::money::Rate;
use crate::offers::TriggerText;
use crate::time::Instant;

mod reference;
mod refunds;

const PARTNER: Uuid = Uuid::from_u128(1);
const OFFER: Uuid = Uuid::from_u128(2);
const VERSION: Uuid = Uuid::from_u128(3);

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// What a trigger did before, by its key.
#[derive(Default)]
struct Before {
    made: HashMap<String, u64>,
    given: HashMap<(String, Month), i64>,
}

impl History for Before {
    fn rewards_made(&self, _: Uuid, trigger_key: &str) -> u64 {
        self.made.get(trigger_key).copied().unwrap_or(0)
    }

    fn given_in_month(&self, _: Uuid, trigger_key: &str, _: Currency, month: Month) -> i64 {
        self.given.get(&(trigger_key.to_owned(), month)).copied().unwrap_or(0)
    }
}

fn percent(key: &str, percent: &str) -> TriggerText {
    TriggerText { key: key.to_owned(), event: "transaction".to_owned(), percent: percent.to_owned(), ..TriggerText::default() }
}

fn read(text: TriggerText) -> Trigger {
    text.read(Currency::USD).unwrap()
}

struct World {
    zone: Zone,
    amount: Option<Money>,
    occurred_at: Instant,
    first_purchase_at: Option<Instant>,
    is_first: bool,
    test: bool,
    status: Option<PartnershipStatus>,
    before: Before,
}

impl World {
    /// A first purchase on 15 March 2026, noon in New York.
    fn sale(minor: i64) -> World {
        let occurred_at = at("2026-03-15T16:00:00Z");
        World {
            zone: "America/New_York".parse().unwrap(),
            amount: Some(usd(minor)),
            occurred_at,
            first_purchase_at: Some(occurred_at),
            is_first: true,
            test: false,
            status: Some(PartnershipStatus::Approved),
            before: Before::default(),
        }
    }

    fn rate(&self, triggers: &[Trigger]) -> Decision {
        let tags = ["gold".to_owned()];
        let event = Event {
            occurred_at: self.occurred_at,
            sale: self.amount.map(|amount| Sale { key: "t-1", amount, product_key: Some("pro"), category_key: None }),
        };
        let customer = CustomerFacts {
            key: "c-1",
            email: "jo@example.com",
            provider_key: None,
            test: self.test,
            first_purchase_at: self.first_purchase_at,
            is_first_purchase: self.is_first,
        };
        let partner = self.status.map(|status| PartnerFacts {
            partnership_id: PARTNER,
            key: "ada",
            group: "affiliates",
            tags: &tags,
            status,
            joined_at: at("2026-03-01T05:00:00Z"),
        });
        let offer = OfferInForce {
            offer_id: OFFER,
            version_id: VERSION,
            offer_key: "affiliates-2026",
            number: 2,
            description: "20 % for a year",
            triggers,
        };
        let offers = [offer];
        let in_force = if triggers.is_empty() { &[][..] } else { &offers[..] };
        rate(&event, &customer, partner.as_ref(), in_force, &self.before, self.zone)
    }

    fn reason(&self, triggers: &[Trigger]) -> Reason {
        let decision = self.rate(triggers);
        assert_eq!(decision.rewards.is_empty(), decision.reason != Reason::Rewarded);
        decision.reason
    }

    fn minors(&self, triggers: &[Trigger]) -> Vec<i64> {
        self.rate(triggers).rewards.iter().map(|draft| draft.amount.minor).collect()
    }
}

#[test]
fn a_sale_of_200_pays_40() {
    let decision = World::sale(20_000).rate(&[read(TriggerText { limit: "12 months".to_owned(), ..percent("sale", "20") })]);
    assert_eq!(decision.reason, Reason::Rewarded);
    assert_eq!(decision.partner_key.as_deref(), Some("ada"));
    let outcome = &decision.triggers[0];
    assert_eq!(outcome.reward, Some(usd(4_000)));
    assert_eq!(outcome.place, Some(LimitPlace::Month { number: 1, of: 12 }));
    let share = Line::Share { rate: Rate::parse_percent("20").unwrap(), amount: usd(4_000) };
    assert_eq!(outcome.lines, [Line::Sale(usd(20_000)), share, Line::Reward(usd(4_000))]);
    let draft = &decision.rewards[0];
    assert_eq!((draft.partnership_id, draft.offer_id, draft.offer_version_id), (PARTNER, Some(OFFER), Some(VERSION)));
    assert_eq!((draft.state, draft.ready_at), (RewardState::Pending, None));
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
}

/// The stored form of a receipt: changing it would make old receipts unreadable.
#[test]
fn the_stored_form_is_stable() {
    let decision = World::sale(100).rate(&[read(percent("sale", "20"))]);
    let expected = concat!(
        r#"{"event":{"kind":"transaction","key":"t-1","occurred_at":1773590400000,"amount":{"minor":100,"currency":"USD"}},"#,
        r#""reason":"rewarded","partner_key":"ada","triggers":[{"offer_key":"affiliates-2026","offer_version":2,"#,
        r#""offer_description":"20 % for a year","trigger_key":"sale","matched":true,"reason":"rewarded","#,
        r#""lines":[{"sale":{"minor":100,"currency":"USD"}},{"share":{"rate":200000,"amount":{"minor":20,"currency":"USD"}}},"#,
        r#"{"reward":{"minor":20,"currency":"USD"}}],"reward":{"minor":20,"currency":"USD"}}],"#,
        r#""rewards":[{"partnership_id":"00000000-0000-0000-0000-000000000001","offer_id":"00000000-0000-0000-0000-000000000002","#,
        r#""offer_version_id":"00000000-0000-0000-0000-000000000003","trigger_key":"sale","amount":{"minor":20,"currency":"USD"},"#,
        r#""description":"20 % for a year","state":"pending"}]}"#,
    );
    assert_eq!(serde_json::to_string(&decision).unwrap(), expected);
}

/// Receipts of the first versions hold sentences; they read as they were written.
#[test]
fn receipts_of_the_first_versions_are_read() {
    let written = concat!(
        r#"{"event":{"kind":"transaction","key":"t-1","occurred_at":1773590400000,"amount":{"minor":100,"currency":"USD"}},"#,
        r#""reason":"rewarded","partner_key":"ada","triggers":[{"offer_key":"affiliates-2026","offer_version":2,"#,
        r#""offer_description":"20 % for a year","trigger_key":"sale","sentence":"20 % of every payment","matched":true,"#,
        r#""reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Sale","value":"$1.00"},"#,
        r#"{"label":"× 20 %","value":"$0.20"},{"label":"Reward","value":"$0.20"}],"reward":{"minor":20,"currency":"USD"}}],"#,
        r#""rewards":[{"partnership_id":"00000000-0000-0000-0000-000000000001","offer_id":"00000000-0000-0000-0000-000000000002","#,
        r#""offer_version_id":"00000000-0000-0000-0000-000000000003","trigger_key":"sale","amount":{"minor":20,"currency":"USD"},"#,
        r#""description":"20 % for a year","state":"pending"}]}"#,
    );
    let decision: Decision = serde_json::from_str(written).unwrap();
    let outcome = &decision.triggers[0];
    assert_eq!((outcome.sentence.as_str(), outcome.words.as_str()), ("20 % of every payment", "This earned a commission."));
    assert_eq!(outcome.lines[1], Line::Written { label: "× 20 %".to_owned(), value: "$0.20".to_owned() });
    let detailed = written.replace(r#""reward":{"minor":20,"currency":"USD"}}],"#, r#""detail":"$1.00 is below $10.00"}],"#);
    let decision: Decision = serde_json::from_str(&detailed).unwrap();
    assert_eq!(decision.triggers[0].detail, Some(Detail::Written("$1.00 is below $10.00".to_owned())));
    let again = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&again).unwrap(), decision);
}

/// What a receipt may say is read back as it was.
#[test]
fn every_line_and_detail_is_read_back() {
    let failed = |found: Option<&str>| FailedComparison { comparison: "partner.tag = 'x'".to_owned(), found: found.map(str::to_owned) };
    let details = [
        Detail::Currency { is: Currency::EUR, wanted: Currency::USD },
        Detail::Condition(vec![failed(Some("")), failed(None)]),
        Detail::BelowMinimum { amount: usd(1), minimum: usd(2) },
        Detail::RewardsMade { made: 3, of: 3 },
        Detail::MonthsOver { months: 12, first_purchase_at: Instant(5) },
        Detail::CapUsed { used: usd(1), cap: usd(2), month: Month(202603) },
        Detail::Written("so".to_owned()),
    ];
    for detail in details {
        assert_eq!(serde_json::from_str::<Detail>(&serde_json::to_string(&detail).unwrap()).unwrap(), detail);
    }
    let lines = [
        Line::Sale(usd(1)),
        Line::Share { rate: Rate::parse_percent("17.5").unwrap(), amount: usd(1) },
        Line::Flat(usd(1)),
        Line::Cap { used: usd(1), cap: usd(2), month: Month(202603), amount: usd(-1) },
        Line::Reward(usd(1)),
        Line::Original(usd(1)),
        Line::Refunded { refunded: usd(1), of: usd(2), amount: usd(-1) },
        Line::ReversedBefore(usd(-1)),
        Line::ReversedNow(usd(-1)),
        Line::Written { label: "Sale".to_owned(), value: "$1.00".to_owned() },
    ];
    for line in lines {
        assert_eq!(serde_json::from_str::<Line>(&serde_json::to_string(&line).unwrap()).unwrap(), line);
    }
    for place in [LimitPlace::FirstPurchase, LimitPlace::Payment { number: 2, of: 3 }, LimitPlace::Month { number: 4, of: 12 }] {
        assert_eq!(serde_json::from_str::<LimitPlace>(&serde_json::to_string(&place).unwrap()).unwrap(), place);
    }
}

#[test]
fn what_rules_out_every_reward() {
    let sale = [read(percent("sale", "20"))];
    assert_eq!(World { test: true, ..World::sale(100) }.reason(&sale), Reason::TestCustomer);
    assert_eq!(World::sale(0).reason(&sale), Reason::AmountZero);
    assert_eq!(World { status: None, ..World::sale(100) }.reason(&sale), Reason::NoAttribution);
    assert_eq!(World::sale(100).reason(&[]), Reason::NoOfferInForce);
    for (status, reason) in [
        (PartnershipStatus::Invited, Reason::Rewarded),
        (PartnershipStatus::Pending, Reason::Rewarded),
        (PartnershipStatus::Approved, Reason::Rewarded),
        (PartnershipStatus::Declined, Reason::PartnershipNotActive),
        (PartnershipStatus::Archived, Reason::PartnershipNotActive),
    ] {
        assert_eq!(World { status: Some(status), ..World::sale(100) }.reason(&sale), reason);
    }
}

#[rstest]
#[case(999, Reason::BelowMinimum)]
#[case(1_000, Reason::Rewarded)]
fn minimums_are_inclusive(#[case] minor: i64, #[case] reason: Reason) {
    let trigger = read(TriggerText { min_amount: "10.00".to_owned(), ..percent("sale", "20") });
    assert_eq!(World::sale(minor).reason(&[trigger]), reason);
}

#[test]
fn amounts_are_compared_in_the_triggers_currency_only() {
    let world = World { amount: Some(Money::new(5_000, Currency::EUR)), ..World::sale(1) };
    let reason = |text: TriggerText| world.reason(&[read(text)]);
    assert_eq!(reason(percent("sale", "20")), Reason::Rewarded);
    assert_eq!(reason(TriggerText { min_amount: "1".to_owned(), ..percent("sale", "20") }), Reason::CurrencyDiffers);
    assert_eq!(reason(TriggerText { cap_per_month: "1".to_owned(), ..percent("sale", "20") }), Reason::CurrencyDiffers);
    let by_amount = "partner.key = 'ada' OR transaction.amount > 1".to_owned();
    assert_eq!(reason(TriggerText { when: by_amount, ..percent("sale", "20") }), Reason::CurrencyDiffers);
    // A flat reward and its cap are in the trigger's currency, whatever the sale's.
    let flat = TriggerText { percent: String::new(), flat: "5".to_owned(), cap_per_month: "4".to_owned(), ..percent("sale", "") };
    assert_eq!(world.rate(&[read(flat)]).rewards[0].amount, usd(400));
}

#[test]
fn conditions_name_what_failed_to_the_company_only() {
    let trigger = read(TriggerText { when: "partner.joined_days >= 15".to_owned(), ..percent("sale", "20") });
    let decision = World::sale(100).rate(std::slice::from_ref(&trigger));
    assert_eq!(decision.reason, Reason::ConditionNotMet);
    let failed = FailedComparison { comparison: "partner.joined_days >= 15".to_owned(), found: Some("14".to_owned()) };
    assert_eq!(decision.triggers[0].detail, Some(Detail::Condition(vec![failed])));
    let later = World { occurred_at: at("2026-03-16T04:00:00Z"), ..World::sale(100) };
    assert_eq!(later.reason(&[trigger]), Reason::Rewarded);
}

#[test]
fn first_purchase_pays_once() {
    let trigger = [read(TriggerText { limit: "first purchase".to_owned(), ..percent("sale", "20") })];
    assert_eq!(World::sale(100).reason(&trigger), Reason::Rewarded);
    assert_eq!(World { is_first: false, ..World::sale(100) }.reason(&trigger), Reason::NotFirstPurchase);
    // An earlier sale that arrives late is the first purchase, but another one was rewarded as such before.
    let mut late = World::sale(100);
    late.before.made.insert("sale".to_owned(), 1);
    assert_eq!(late.reason(&trigger), Reason::AlreadyRewarded);
}

#[rstest]
// The end is a local clock reading, and excluded.
#[case("2026-01-31T17:00:00Z", "1 month", "2026-02-28T16:59:59Z", Reason::Rewarded)]
#[case("2026-01-31T17:00:00Z", "1 month", "2026-02-28T17:00:00Z", Reason::LimitMonths)]
// Clocks go forward in between: noon stays noon, an hour less has passed.
#[case("2026-02-15T17:00:00Z", "1 month", "2026-03-15T15:59:59Z", Reason::Rewarded)]
#[case("2026-02-15T17:00:00Z", "1 month", "2026-03-15T16:00:00Z", Reason::LimitMonths)]
// The end's clock reading does not exist (02:30 on 8 March): the first instant after the gap counts.
#[case("2026-02-08T07:30:00Z", "1 month", "2026-03-08T06:59:59Z", Reason::Rewarded)]
#[case("2026-02-08T07:30:00Z", "1 month", "2026-03-08T07:00:00Z", Reason::LimitMonths)]
// It exists twice (01:30 on 1 November): the first one counts.
#[case("2026-10-01T05:30:00Z", "1 month", "2026-11-01T05:29:59Z", Reason::Rewarded)]
#[case("2026-10-01T05:30:00Z", "1 month", "2026-11-01T05:30:00Z", Reason::LimitMonths)]
// A leap day's year ends on 28 February.
#[case("2024-02-29T12:00:00Z", "12 months", "2025-02-28T11:59:59Z", Reason::Rewarded)]
#[case("2024-02-29T12:00:00Z", "12 months", "2025-02-28T12:00:00Z", Reason::LimitMonths)]
// A late event before the first purchase known is inside.
#[case("2026-02-08T07:30:00Z", "1 month", "2026-01-01T00:00:00Z", Reason::Rewarded)]
fn months_follow_the_local_clock(#[case] first: &str, #[case] limit: &str, #[case] occurred: &str, #[case] reason: Reason) {
    let trigger = read(TriggerText { limit: limit.to_owned(), ..percent("sale", "20") });
    let world = World { occurred_at: at(occurred), first_purchase_at: Some(at(first)), is_first: false, ..World::sale(100) };
    assert_eq!(world.reason(&[trigger]), reason);
}

#[test]
fn rewards_are_counted() {
    let trigger = [read(TriggerText { limit: "2 rewards".to_owned(), ..percent("sale", "20") })];
    for (made, reason) in [(0, Reason::Rewarded), (1, Reason::Rewarded), (2, Reason::LimitRewards), (3, Reason::LimitRewards)] {
        let mut world = World::sale(100);
        world.before.made.insert("sale".to_owned(), made);
        assert_eq!(world.reason(&trigger), reason);
    }
}

#[test]
fn caps_clip_within_the_local_month() {
    let trigger = [read(TriggerText { cap_per_month: "10".to_owned(), ..percent("sale", "20") })];
    let with = |given: i64, month: i32| {
        let mut world = World::sale(2_000);
        world.before.given.insert(("sale".to_owned(), Month(month)), given);
        world
    };
    assert_eq!(with(0, 202603).minors(&trigger), [400]);
    assert_eq!(with(600, 202603).minors(&trigger), [400]);
    assert_eq!(with(601, 202603).minors(&trigger), [399]);
    assert_eq!(with(1_000, 202603).reason(&trigger), Reason::CapReached);
    assert_eq!(with(1_000, 202602).minors(&trigger), [400]);
    let clipped = with(900, 202603).rate(&trigger);
    let cut = Line::Cap { used: usd(900), cap: usd(1_000), month: Month(202603), amount: usd(-300) };
    assert_eq!(clipped.triggers[0].lines[2..], [cut, Line::Reward(usd(100))]);
    // Just after midnight of 1 April in UTC, New York is still in March.
    let evening = World { occurred_at: at("2026-04-01T03:00:00Z"), ..with(1_000, 202603) };
    assert_eq!(evening.reason(&trigger), Reason::CapReached);
}

#[test]
fn a_match_may_stop_the_ones_after_it() {
    let large = TriggerText { min_amount: "100".to_owned(), stop: true, ..percent("large", "30") };
    let triggers = [read(large), read(percent("any", "20")), read(percent("more", "1"))];
    assert_eq!(World::sale(10_000).minors(&triggers), [3_000]);
    let decision = World::sale(10_000).rate(&triggers);
    assert_eq!(decision.triggers[1].reason, Reason::StoppedByEarlierTrigger);
    assert_eq!(World::sale(9_999).minors(&triggers), [2_000, 100]);
    // A cap that is used up is no match: what comes after still pays.
    let capped = read(TriggerText { cap_per_month: "1".to_owned(), stop: true, ..percent("capped", "30") });
    let mut world = World::sale(10_000);
    world.before.given.insert(("capped".to_owned(), Month(202603)), 100);
    assert_eq!(world.minors(&[capped, read(percent("any", "20"))]), [2_000]);
}

#[test]
fn every_offer_is_asked_and_a_stop_ends_its_own_only() {
    let stopping = [read(TriggerText { stop: true, ..percent("a", "10") }), read(percent("b", "10"))];
    let other = [read(percent("a", "5"))];
    let offer = |id: u128, triggers| OfferInForce {
        offer_id: Uuid::from_u128(id),
        version_id: VERSION,
        offer_key: "offer",
        number: 1,
        description: "",
        triggers,
    };
    let event = Event { occurred_at: Instant(0), sale: Some(Sale { key: "t", amount: usd(1_000), product_key: None, category_key: None }) };
    let customer =
        CustomerFacts { key: "c", email: "", provider_key: None, test: false, first_purchase_at: None, is_first_purchase: false };
    let partner = PartnerFacts {
        partnership_id: PARTNER,
        key: "ada",
        group: "g",
        tags: &[],
        status: PartnershipStatus::Approved,
        joined_at: Instant(0),
    };
    let decision = rate(&event, &customer, Some(&partner), &[offer(1, &stopping), offer(2, &other)], &(), Zone::UTC);
    assert_eq!(decision.rewards.iter().map(|draft| draft.amount.minor).collect::<Vec<_>>(), [100, 50]);
}

#[test]
fn holds_are_counted_in_local_days() {
    let trigger = read(TriggerText { hold_days: "30".to_owned(), ..percent("sale", "20") });
    let world = World { occurred_at: at("2026-02-20T17:00:00Z"), ..World::sale(100) };
    let decision = world.rate(&[trigger]);
    let draft = &decision.rewards[0];
    assert_eq!((draft.state, draft.ready_at), (RewardState::Scheduled, Some(at("2026-03-22T16:00:00Z"))));
    assert_eq!(decision.triggers[0].held_until, draft.ready_at);
}

#[test]
fn new_customers_pay_flat_amounts() {
    let signup = TriggerText { event: "customer".to_owned(), percent: String::new(), flat: "5".to_owned(), ..percent("signup", "") };
    let triggers = [read(percent("sale", "20")), read(signup)];
    let world = World { amount: None, first_purchase_at: None, is_first: false, ..World::sale(0) };
    assert_eq!(world.minors(&triggers), [500]);
    assert_eq!(world.rate(&triggers).triggers[0].reason, Reason::EventKindDiffers);
    assert_eq!(world.rate(&triggers).event.key, "c-1");
    assert_eq!(World::sale(1_000).minors(&triggers), [200]);
}

#[rstest]
#[case(2, "20", Reason::RoundsToZero)]
#[case(3, "20", Reason::Rewarded)]
fn what_rounds_to_zero_makes_no_reward(#[case] minor: i64, #[case] rate: &str, #[case] reason: Reason) {
    assert_eq!(World::sale(minor).reason(&[read(percent("sale", rate))]), reason);
}
