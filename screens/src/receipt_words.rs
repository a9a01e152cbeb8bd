//! A decision as people read it: like a till receipt.

use std::collections::HashMap;

use domain::decision::{Decision, Detail, LimitPlace, Line, TriggerOutcome};
use domain::offers::Limit;
use domain::page::number_of;
use domain::reasons::Reason;
use domain::states::EventKind;
use domain::time::{Instant, long_date, short_date};
use domain::zone::Zone;
use views::receipt::{ReceiptFact, ReceiptLine, ReceiptTrigger, ReceiptView};

/// What triggers promise, in words, by offer, version and trigger.
pub type Promises = HashMap<(String, i32, String), String>;

/// Who reads it. A partner sees neither details of conditions nor triggers that listen to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Company,
    Partner,
}

/// The receipt of a decision. `number` is the receipt's key, `trigger` the one whose reward is looked at: its arithmetic
/// alone is shown then. `earlier`: when a purchase was recorded that came before the event and was not known to the decision.
pub fn receipt(
    decision: &Decision,
    number: &str,
    trigger: Option<&str>,
    promises: &Promises,
    earlier: Option<Instant>,
    reader: Reader,
    zone: &Zone,
) -> ReceiptView {
    let shown = |outcome: &&TriggerOutcome| trigger.is_none_or(|key| key == outcome.trigger_key);
    let mut lines = Vec::new();
    for outcome in decision.triggers.iter().filter(shown).filter(|outcome| !outcome.lines.is_empty()) {
        for (at, line) in outcome.lines.iter().enumerate() {
            let total = outcome.reward.is_some() && at + 1 == outcome.lines.len();
            let (label, amount) = words_of_line(line, reader);
            lines.push(ReceiptLine { label: if total { earned(reader).to_owned() } else { label }, amount, total });
        }
    }
    // Where another partner has the event now or it was voided, the decision has rewards that only take back.
    let earns = decision.triggers.iter().any(|outcome| outcome.reward.is_some());
    let title = match (earns, reader) {
        (true, _) => "Why this amount",
        (false, Reader::Company) => "Why no reward",
        (false, Reader::Partner) => "Why no commission",
    };
    let told = |outcome: &&TriggerOutcome| reader == Reader::Company || outcome.reason != Reason::EventKindDiffers;
    ReceiptView {
        title: title.to_owned(),
        number: format!("{number} · {}", moment(decision.event.occurred_at, zone)),
        facts: facts(decision, reader, zone),
        triggers: decision.triggers.iter().filter(told).map(|outcome| trigger_line(outcome, promises, earlier, reader, zone)).collect(),
        lines,
    }
}

fn facts(decision: &Decision, reader: Reader, zone: &Zone) -> Vec<ReceiptFact> {
    let event = &decision.event;
    let amount = event.amount.map(|amount| amount.display()).unwrap_or_default();
    let (label, value) = match (event.kind, &event.refund_of) {
        (EventKind::Customer, _) => ("New customer", event.key.clone()),
        (EventKind::Transaction, None) => ("Sale", format!("{amount} · {}", event.key)),
        (EventKind::Transaction, Some(original)) => ("Refund", format!("{amount} of {original} · {}", event.key)),
    };
    let mut facts = vec![fact(label, value, moment(event.occurred_at, zone))];
    match (&decision.partner_key, reader) {
        (Some(partner), Reader::Company) => facts.push(fact(ReceiptView::PARTNER, partner.clone(), String::new())),
        (None, Reader::Company) => facts.push(fact(ReceiptView::PARTNER, "unattributed".to_owned(), String::new())),
        (_, Reader::Partner) => {}
    }
    let mut offers: Vec<&str> = Vec::new();
    for outcome in &decision.triggers {
        if !offers.contains(&outcome.offer_key.as_str()) {
            offers.push(&outcome.offer_key);
            let note =
                if reader == Reader::Company { format!("{}, version {}", outcome.offer_key, outcome.offer_version) } else { String::new() };
            facts.push(fact("Offer", outcome.offer_description.clone(), note));
        }
    }
    let why = match reader {
        Reader::Company => decision.reason.for_company(),
        Reader::Partner => decision.reason.for_partner(),
    };
    facts.push(fact("Outcome", why.to_owned(), String::new()));
    facts
}

fn trigger_line(outcome: &TriggerOutcome, promises: &Promises, earlier: Option<Instant>, reader: Reader, zone: &Zone) -> ReceiptTrigger {
    let promise = || promises.get(&(outcome.offer_key.clone(), outcome.offer_version, outcome.trigger_key.clone())).cloned();
    let text = match outcome.sentence.as_str() {
        "" => promise().unwrap_or_else(|| outcome.offer_description.clone()),
        written => written.to_owned(),
    };
    let written = Some(outcome.words.as_str()).filter(|words| !words.is_empty() && *words != outcome.reason.for_partner());
    let reason = match (reader, &outcome.detail, outcome.place, written) {
        (Reader::Company, Some(detail), ..) => format!("{} {}", outcome.reason.for_company(), words_of_detail(detail, zone)),
        (_, _, Some(place), _) => words_of_place(place, earlier, zone),
        (_, _, None, Some(written)) => written.to_owned(),
        (Reader::Company, None, None, None) => outcome.reason.for_company().to_owned(),
        (Reader::Partner, _, None, None) => outcome.reason.for_partner().to_owned(),
    };
    ReceiptTrigger { hit: outcome.matched, text, reason }
}

/// "Month 4 of 12 since the customer's first purchase.": as it was known then.
fn words_of_place(place: LimitPlace, earlier: Option<Instant>, zone: &Zone) -> String {
    let words = match place {
        LimitPlace::FirstPurchase => "The customer's first purchase.".to_owned(),
        LimitPlace::Payment { number, of } => return format!("Payment {number} of {of} for this customer."),
        LimitPlace::Month { number, of } => format!("Month {number} of {of} since the customer's first purchase."),
    };
    match earlier {
        Some(at) => format!("{words} An earlier purchase was recorded on {}.", long_date(zone.date(at))),
        None => words,
    }
}

fn words_of_detail(detail: &Detail, zone: &Zone) -> String {
    match detail {
        Detail::Currency { is, wanted } => format!("{is} instead of {wanted}"),
        Detail::Condition(failed) => {
            let one = |failed: &domain::conditions::FailedComparison| match failed.found.as_deref() {
                Some("") => format!("{} (it is empty)", failed.comparison),
                Some(found) => format!("{} (it is {found})", failed.comparison),
                None => failed.comparison.clone(),
            };
            failed.iter().map(one).collect::<Vec<_>>().join("; nor ")
        }
        Detail::BelowMinimum { amount, minimum } => format!("{amount} is below {minimum}"),
        Detail::RewardsMade { made, of } => {
            let were = if *made == 1 { "was" } else { "were" };
            format!("{made} of {} {were} made before", number_of(*of, "reward", "rewards"))
        }
        Detail::MonthsOver { months, first_purchase_at } => {
            let since = long_date(zone.date(*first_purchase_at));
            format!("{} from the first purchase on {since} are over", Limit::Months(*months))
        }
        Detail::CapUsed { used, cap, month } => format!("{used} of {cap} given in {}", month.long()),
        Detail::Written(words) => words.clone(),
    }
}

/// Label and amount.
fn words_of_line(line: &Line, reader: Reader) -> (String, String) {
    let (label, amount) = match line {
        Line::Sale(amount) => ("Sale".to_owned(), amount),
        Line::Share { rate, amount } => (format!("× {}%", rate.percent()), amount),
        Line::Flat(amount) => ("Flat amount".to_owned(), amount),
        Line::Cap { used, cap, month, amount } => (format!("{used} of {cap} given in {}", month.long()), amount),
        Line::Reward(amount) | Line::ReversedNow(amount) => (earned(reader).to_owned(), amount),
        Line::Original(amount) => (format!("Original {}", earned(reader).to_lowercase()), amount),
        Line::Refunded { refunded, of, amount } => (format!("× {refunded} of {of} refunded"), amount),
        Line::ReversedBefore(amount) => ("Reversed before".to_owned(), amount),
        Line::Written { label, value } => return (label.clone(), value.clone()),
    };
    (label, amount.display())
}

/// What it is called that a partner earns.
pub const fn earned(reader: Reader) -> &'static str {
    match reader {
        Reader::Company => "Reward",
        Reader::Partner => "Commission",
    }
}

fn fact(label: &str, value: String, note: String) -> ReceiptFact {
    ReceiptFact { label: label.to_owned(), value, note }
}

/// "3 Mar 2026, 14:12".
fn moment(at: Instant, zone: &Zone) -> String {
    let local = zone.local(at);
    format!("{}, {}", short_date(local.date()), local.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::conditions::FailedComparison;
    use domain::decision::EventSummary;
    use domain::money::{Currency, Money};

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn outcome(key: &str, reason: Reason, detail: Option<Detail>) -> TriggerOutcome {
        let matched = reason == Reason::Rewarded;
        TriggerOutcome {
            offer_key: "standard".to_owned(),
            offer_version: 3,
            offer_description: "20% of every payment".to_owned(),
            trigger_key: key.to_owned(),
            matched,
            reason,
            place: None,
            detail,
            lines: if matched { vec![Line::Sale(usd(20_000)), Line::Reward(usd(4_000))] } else { Vec::new() },
            reward: matched.then(|| usd(4_000)),
            held_until: None,
            sentence: String::new(),
            words: String::new(),
        }
    }

    fn decision() -> Decision {
        let failed =
            FailedComparison { comparison: "customer.email = 'jo@example.com'".to_owned(), found: Some("eve@example.com".to_owned()) };
        Decision {
            event: EventSummary {
                kind: EventKind::Transaction,
                key: "t-1".to_owned(),
                occurred_at: Instant::parse("2026-03-03T19:12:00Z").unwrap(),
                amount: Some(Money::new(20_000, Currency::USD)),
                refund_of: None,
            },
            reason: Reason::ConditionNotMet,
            partner_key: Some("ada".to_owned()),
            triggers: vec![
                outcome("vip", Reason::ConditionNotMet, Some(Detail::Condition(vec![failed]))),
                outcome("signup", Reason::EventKindDiffers, None),
            ],
            rewards: Vec::new(),
        }
    }

    fn promises() -> Promises {
        Promises::from([(("standard".to_owned(), 3, "vip".to_owned()), "20% for VIPs".to_owned())])
    }

    fn read(decision: &Decision, reader: Reader) -> ReceiptView {
        receipt(decision, "rct_1", None, &promises(), None, reader, &"America/New_York".parse().unwrap())
    }

    #[test]
    fn the_company_reads_everything() {
        let view = read(&decision(), Reader::Company);
        assert_eq!((view.title.as_str(), view.number.as_str()), ("Why no reward", "rct_1 · 3 Mar 2026, 14:12"));
        let facts: Vec<_> = view.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect();
        assert_eq!(facts[0], "Sale: $200.00 · t-1");
        assert_eq!(facts[1], "Partner: ada");
        assert_eq!((view.facts[2].value.as_str(), view.facts[2].note.as_str()), ("20% of every payment", "standard, version 3"));
        assert_eq!(view.triggers.len(), 2);
        assert!(view.triggers[0].reason.ends_with("customer.email = 'jo@example.com' (it is eve@example.com)"));
        assert_eq!((view.triggers[0].text.as_str(), view.triggers[1].text.as_str()), ("20% for VIPs", "20% of every payment"));
    }

    #[test]
    fn a_partner_is_called_by_name() {
        let mut view = read(&decision(), Reader::Company);
        view.name_partner(|_| None);
        assert_eq!((view.facts[1].value.as_str(), view.facts[1].note.as_str()), ("ada", ""));
        view.name_partner(|key| (key == "ada").then(|| "Ada Moreau".to_owned()));
        assert_eq!((view.facts[1].value.as_str(), view.facts[1].note.as_str()), ("Ada Moreau", "ada"));
    }

    #[test]
    fn a_partner_reads_nothing_of_conditions() {
        let view = read(&decision(), Reader::Partner);
        assert_eq!(view.title, "Why no commission");
        assert_eq!(view.triggers.len(), 1);
        assert_eq!(view.triggers[0].reason, Reason::ConditionNotMet.for_partner());
        assert!(!format!("{view:?}").contains("example.com"));
    }

    #[test]
    fn the_arithmetic_of_one_reward_ends_in_its_sum() {
        let mut decision = decision();
        decision.triggers = vec![outcome("a", Reason::Rewarded, None), outcome("b", Reason::Rewarded, None)];
        let all = read(&decision, Reader::Company);
        assert_eq!(all.lines.iter().filter(|line| line.total).count(), 2);
        let one = receipt(&decision, "rct_1", Some("a"), &Promises::new(), None, Reader::Company, &Zone::UTC);
        let lines: Vec<_> = one.lines.iter().map(|line| (line.label.as_str(), line.amount.as_str(), line.total)).collect();
        assert_eq!(lines, [("Sale", "$200.00", false), ("Reward", "$40.00", true)]);
        assert_eq!(one.triggers[0].reason, "This earned a reward.");
        let own = receipt(&decision, "rct_1", Some("a"), &Promises::new(), None, Reader::Partner, &Zone::UTC);
        assert_eq!((own.lines[1].label.as_str(), own.triggers[0].reason.as_str()), ("Commission", "This earned a commission."));
    }

    /// What the first versions wrote stands as it was written.
    #[test]
    fn what_was_written_in_words_is_read_as_it_is() {
        let mut decision = decision();
        decision.triggers = vec![TriggerOutcome {
            sentence: "20% of every payment of a VIP".to_owned(),
            words: "Month 4 of 12 since the customer's first purchase.".to_owned(),
            lines: vec![
                Line::Written { label: "Sale".to_owned(), value: "$200.00".to_owned() },
                Line::Written { label: "Reward".to_owned(), value: "$40.00".to_owned() },
            ],
            ..outcome("vip", Reason::Rewarded, None)
        }];
        for reader in [Reader::Company, Reader::Partner] {
            let view = read(&decision, reader);
            assert_eq!(view.triggers[0].text, "20% of every payment of a VIP");
            assert_eq!(view.triggers[0].reason, "Month 4 of 12 since the customer's first purchase.");
            assert_eq!((view.lines[1].label.as_str(), view.lines[1].amount.as_str()), (earned(reader), "$40.00"));
        }
        decision.triggers[0].detail = Some(Detail::Written("$1.00 is below $10.00".to_owned()));
        assert!(read(&decision, Reader::Company).triggers[0].reason.ends_with("$1.00 is below $10.00"));
    }

    #[test]
    fn a_purchase_that_came_to_light_later_is_named() {
        let at = Instant::parse("2026-04-02T12:00:00Z").unwrap();
        let said = |place: LimitPlace| words_of_place(place, Some(at), &Zone::UTC);
        let earlier = "An earlier purchase was recorded on 2 April 2026.";
        assert_eq!(said(LimitPlace::FirstPurchase), format!("The customer's first purchase. {earlier}"));
        assert!(said(LimitPlace::Month { number: 1, of: 12 }).ends_with(&format!("first purchase. {earlier}")));
        assert_eq!(said(LimitPlace::Payment { number: 1, of: 3 }), "Payment 1 of 3 for this customer.");
    }

    #[test]
    fn every_detail_has_words() {
        let said = |detail: Detail| words_of_detail(&detail, &"America/New_York".parse().unwrap());
        assert_eq!(said(Detail::Currency { is: Currency::EUR, wanted: Currency::USD }), "EUR instead of USD");
        assert_eq!(said(Detail::BelowMinimum { amount: usd(999), minimum: usd(1_000) }), "$9.99 is below $10.00");
        assert_eq!(said(Detail::RewardsMade { made: 3, of: 3 }), "3 of 3 rewards were made before");
        assert_eq!(said(Detail::RewardsMade { made: 1, of: 1 }), "1 of 1 reward was made before");
        let first_purchase_at = Instant::parse("2025-03-01T03:00:00Z").unwrap();
        let over = "12 months from the first purchase on 28 February 2025 are over";
        assert_eq!(said(Detail::MonthsOver { months: 12, first_purchase_at }), over);
        let month = domain::Month(202603);
        assert_eq!(said(Detail::CapUsed { used: usd(900), cap: usd(1_000), month }), "$9.00 of $10.00 given in March 2026");
        let failed = |found: Option<&str>| FailedComparison { comparison: "partner.tag = 'x'".to_owned(), found: found.map(str::to_owned) };
        let words = "partner.tag = 'x' (it is empty); nor partner.tag = 'x'";
        assert_eq!(said(Detail::Condition(vec![failed(Some("")), failed(None)])), words);
    }
}
