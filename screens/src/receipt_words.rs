//! A decision as people read it: like a till receipt.

use domain::decision::{Decision, TriggerOutcome};
use domain::reasons::Reason;
use domain::states::EventKind;
use domain::time::{Instant, short_date};
use domain::zone::Zone;
use views::receipt::{ReceiptFact, ReceiptLine, ReceiptTrigger, ReceiptView};

/// Who reads it. A partner sees neither details of conditions nor triggers that listen to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Company,
    Partner,
}

/// The receipt of a decision. `number` is the receipt's key, `trigger` the one whose reward is looked at: its arithmetic
/// alone is shown then.
pub fn receipt(decision: &Decision, number: &str, trigger: Option<&str>, reader: Reader, zone: &Zone) -> ReceiptView {
    let shown = |outcome: &&TriggerOutcome| trigger.is_none_or(|key| key == outcome.trigger_key);
    let mut lines = Vec::new();
    for outcome in decision.triggers.iter().filter(shown).filter(|outcome| !outcome.lines.is_empty()) {
        for (at, line) in outcome.lines.iter().enumerate() {
            let total = outcome.reward.is_some() && at + 1 == outcome.lines.len();
            let label = if total { earned(reader) } else { &line.label };
            lines.push(ReceiptLine { label: label.to_owned(), amount: line.value.clone(), total });
        }
    }
    let title = match (decision.rewards.is_empty(), reader) {
        (false, _) => "Why this amount",
        (true, Reader::Company) => "Why no reward",
        (true, Reader::Partner) => "Why no commission",
    };
    let told = |outcome: &&TriggerOutcome| reader == Reader::Company || outcome.reason != Reason::EventKindDiffers;
    ReceiptView {
        title: title.to_owned(),
        number: format!("{number} · {}", moment(decision.event.occurred_at, zone)),
        facts: facts(decision, reader, zone),
        triggers: decision.triggers.iter().filter(told).map(|outcome| line(outcome, reader)).collect(),
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

fn line(outcome: &TriggerOutcome, reader: Reader) -> ReceiptTrigger {
    let text = if outcome.sentence.is_empty() { outcome.offer_description.clone() } else { outcome.sentence.clone() };
    let reason = match (reader, &outcome.detail) {
        (Reader::Company, Some(detail)) => format!("{} {detail}", outcome.reason.for_company()),
        (Reader::Company, None) if outcome.words == outcome.reason.for_partner() => outcome.reason.for_company().to_owned(),
        _ => outcome.words.clone(),
    };
    ReceiptTrigger { hit: outcome.matched, text, reason }
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
    use domain::decision::{EventSummary, ReceiptLine as DecisionLine};
    use domain::money::{Currency, Money};

    fn outcome(key: &str, reason: Reason, detail: Option<&str>) -> TriggerOutcome {
        let matched = reason == Reason::Rewarded;
        TriggerOutcome {
            offer_key: "standard".to_owned(),
            offer_version: 3,
            offer_description: "20 % of every payment".to_owned(),
            trigger_key: key.to_owned(),
            sentence: format!("the promise of {key}"),
            matched,
            reason,
            words: reason.for_partner().to_owned(),
            detail: detail.map(str::to_owned),
            lines: if matched { vec![DecisionLine::new("Sale", "$200.00"), DecisionLine::new("Reward", "$40.00")] } else { Vec::new() },
            reward: matched.then(|| Money::new(4_000, Currency::USD)),
            held_until: None,
        }
    }

    fn decision() -> Decision {
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
                outcome("vip", Reason::ConditionNotMet, Some("customer.email = 'jo@example.com' (it is eve@example.com)")),
                outcome("signup", Reason::EventKindDiffers, None),
            ],
            rewards: Vec::new(),
        }
    }

    fn read(decision: &Decision, reader: Reader) -> ReceiptView {
        receipt(decision, "rct_1", None, reader, &"America/New_York".parse().unwrap())
    }

    #[test]
    fn the_company_reads_everything() {
        let view = read(&decision(), Reader::Company);
        assert_eq!((view.title.as_str(), view.number.as_str()), ("Why no reward", "rct_1 · 3 Mar 2026, 14:12"));
        let facts: Vec<_> = view.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect();
        assert_eq!(facts[0], "Sale: $200.00 · t-1");
        assert_eq!(facts[1], "Partner: ada");
        assert_eq!((view.facts[2].value.as_str(), view.facts[2].note.as_str()), ("20 % of every payment", "standard, version 3"));
        assert_eq!(view.triggers.len(), 2);
        assert!(view.triggers[0].reason.ends_with("(it is eve@example.com)"));
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
        let one = receipt(&decision, "rct_1", Some("a"), Reader::Company, &Zone::UTC);
        let lines: Vec<_> = one.lines.iter().map(|line| (line.label.as_str(), line.amount.as_str(), line.total)).collect();
        assert_eq!(lines, [("Sale", "$200.00", false), ("Reward", "$40.00", true)]);
        assert_eq!(one.triggers[0].reason, "This earned a reward.");
        let own = receipt(&decision, "rct_1", Some("a"), Reader::Partner, &Zone::UTC);
        assert_eq!((own.lines[1].label.as_str(), own.triggers[0].reason.as_str()), ("Commission", "This earned a commission."));
    }
}
