//! A decision as people read it: like a till receipt.

use crate::decision::{Decision, TriggerOutcome};
use crate::reasons::Reason;
use crate::states::EventKind;
use crate::time::{Instant, short_date};
use crate::views::receipt::{ReceiptFact, ReceiptLine, ReceiptTrigger, ReceiptView};
use crate::zone::Zone;

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
            lines.push(ReceiptLine { label: line.label.clone(), amount: line.value.clone(), total });
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
        (Some(partner), Reader::Company) => facts.push(fact("Partner", partner.clone(), String::new())),
        (None, Reader::Company) => facts.push(fact("Partner", "none".to_owned(), String::new())),
        (_, Reader::Partner) => {}
    }
    let mut offers: Vec<&str> = Vec::new();
    for outcome in &decision.triggers {
        if !offers.contains(&outcome.offer_key.as_str()) {
            offers.push(&outcome.offer_key);
            let note = if reader == Reader::Company { format!("{}, version {}", outcome.offer_key, outcome.offer_version) } else { String::new() };
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
    let mut reason = outcome.words.clone();
    if let (Reader::Company, Some(detail)) = (reader, &outcome.detail) {
        reason = format!("{} {detail}", outcome.reason.for_company());
    }
    ReceiptTrigger { hit: outcome.matched, text, reason }
}

fn fact(label: &str, value: String, note: String) -> ReceiptFact {
    ReceiptFact { label: label.to_owned(), value, note }
}

/// "3 Mar 2026, 14:12".
fn moment(at: Instant, zone: &Zone) -> String {
    let local = zone.local(at);
    format!("{}, {}", short_date(local.date()), local.format("%H:%M"))
}
