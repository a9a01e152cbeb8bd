//! What happened to an invoice and its payouts, the newest first.

use std::collections::HashMap;

use domain::facts::{Fact, Payout};
use domain::states::{PayoutState, SubjectKind};
use domain::zone::Zone;
use domain::{Instant, Money};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::rewards::HistoryEntry;

use data::Result;
use data::store::entities::{audit, invoices, payouts};
use data::store::error::stored;
use data::store::names;
use domain::dates;
use domain::payouts::key;

/// The newest of it.
const ENTRIES_MAX: u64 = 50;

/// An entry, and its order among those of the same instant.
type Dated = ((i64, Uuid), HistoryEntry);

/// `payouts` are the invoice's, the oldest first. Authors are as they are stored, to be named with those of the rest of the page.
pub(super) async fn history<C: ConnectionTrait>(
    conn: &C,
    zone: &Zone,
    invoice: &invoices::Model,
    payouts: &[payouts::Model],
) -> Result<Vec<HistoryEntry>> {
    let mut entries = of_invoice(conn, zone, invoice).await?;
    entries.extend(of_payouts(conn, zone, invoice, payouts).await?);
    entries.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    entries.truncate(usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX));
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

async fn of_invoice<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model) -> Result<Vec<Dated>> {
    let about = Condition::all()
        .add(audit::Column::CompanyId.eq(invoice.company_id))
        .add(audit::Column::SubjectKind.eq(SubjectKind::Invoice.word()))
        .add(audit::Column::Subject.eq(invoice.number.as_str()));
    let rows = audit::Entity::find()
        .filter(about)
        .order_by_desc(audit::Column::At)
        .order_by_desc(audit::Column::Id)
        .limit(ENTRIES_MAX)
        .all(conn)
        .await?;
    let entries = rows.iter().map(|row| {
        let (icon, what, why) = match row.fact() {
            Some(Fact::InvoiceGenerated { .. }) => ("invoice", "generated it", String::new()),
            Some(Fact::InvoicePaused { reason }) => ("pause", "paused it", reason),
            Some(Fact::InvoiceResumed {}) => ("play", "resumed it", String::new()),
            Some(Fact::InvoiceFrozen { .. }) => ("lock", "froze its lines", String::new()),
            Some(Fact::ChargeStarted { .. }) => ("card", "started the charge", String::new()),
            Some(Fact::ChargeFailed { error, .. }) => ("alert", "recorded that the charge failed", error),
            Some(Fact::ChargeSucceeded { .. }) => ("check", "recorded that the charge succeeded", String::new()),
            Some(Fact::InvoiceCharged { .. }) => ("card", "charged it and released the payouts", String::new()),
            Some(Fact::PaymentFileMade { .. }) => ("wallet", "made a payment file", String::new()),
            Some(Fact::ChargeHandedOver { .. }) => ("card", "left the charge to you", String::new()),
            _ => ("edit", "changed it", String::new()),
        };
        dated(zone, row, icon, what.to_owned(), why)
    });
    Ok(entries.collect())
}

/// What happened to its payouts: one entry for all that went as planned, and one each for those that failed or were returned.
async fn of_payouts<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model, rows: &[payouts::Model]) -> Result<Vec<Dated>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (came_back, as_planned): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.attempts > 0);
    let steps = together(&as_planned)?;
    let shown = usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX);
    let first = steps.iter().filter_map(|step| step.payouts.first().copied());
    let asked: Vec<&payouts::Model> = first.chain(came_back.iter().rev().take(shown).copied()).collect();
    let names = names::partners(conn, asked.iter().map(|row| row.partnership_id)).await?;
    let named = |row: &payouts::Model| -> Result<String> {
        let name = names.get(&row.partnership_id).map_or("a partner", |name| &name.label);
        Ok(format!("{name}, {}", Money::new(row.amount, stored(&row.currency)?)))
    };
    let of_key: HashMap<String, &payouts::Model> = asked.iter().map(|row| (key(row.id), *row)).collect();
    let rows = audit::Entity::find()
        .filter(audit::Column::CompanyId.eq(invoice.company_id))
        .filter(audit::Column::SubjectKind.eq(SubjectKind::Payout.word()))
        .filter(audit::Column::Subject.is_in(of_key.keys()))
        .order_by_asc(audit::Column::Id)
        .all(conn)
        .await?;
    let with_fact = |row: audit::Model| row.fact().map(|fact| (row, fact));
    let records: Vec<(audit::Model, Fact)> = rows.into_iter().filter_map(with_fact).collect();
    let mut entries = Vec::new();
    for step in &steps {
        let Some(first) = step.payouts.first() else { continue };
        let whom = match step.payouts.as_slice() {
            [one] => named(one)?,
            many => {
                let total = many.iter().map(|row| i128::from(row.amount)).sum();
                format!(
                    "{} partners, {}",
                    domain::page::grouped(i64::try_from(many.len()).unwrap_or(i64::MAX)),
                    Money::sum(total, stored(&first.currency)?)
                )
            }
        };
        let of = key(first.id);
        let record = records.iter().find(|(record, fact)| record.subject == of && record.at == step.at && step.is(fact));
        let Some((record, _)) = record else { continue };
        let (icon, what) = if step.state == PayoutState::Paid { ("check-all", "paid") } else { ("arrow-right", "sent the payout to") };
        entries.push(dated(zone, record, icon, format!("{what} {whom}"), String::new()));
    }
    for (record, fact) in &records {
        let Some(row) = of_key.get(&record.subject).filter(|row| row.attempts > 0) else { continue };
        let whom = named(row)?;
        let retried = |(other, fact): &(audit::Model, Fact)| {
            other.subject == record.subject && other.id < record.id && matches!(fact, Fact::PayoutRetried { .. })
        };
        let again = if records.iter().any(retried) { " again" } else { "" };
        let (icon, what, detail) = match fact {
            Fact::PayoutPaid(_) => ("check-all", format!("paid {whom}{again}"), String::new()),
            Fact::PayoutSent(_) => ("arrow-right", format!("sent the payout to {whom}{again}"), String::new()),
            Fact::PayoutFailed(payout) => {
                ("alert", format!("recorded that the payout to {whom} failed"), payout.error.clone().unwrap_or_default())
            }
            Fact::PayoutReturned(payout) => {
                ("alert", format!("recorded that the bank returned the payout to {whom}"), returned(zone, payout))
            }
            Fact::PayoutRetried { .. } => ("undo", format!("had the payout to {whom} sent again"), String::new()),
            _ => continue,
        };
        entries.push(dated(zone, record, icon, what, detail));
    }
    Ok(entries)
}

/// Payouts that were sent, or arrived, at one instant.
struct Step<'a> {
    at: i64,
    state: PayoutState,
    payouts: Vec<&'a payouts::Model>,
}

impl Step<'_> {
    /// Whether this fact is it.
    const fn is(&self, fact: &Fact) -> bool {
        match self.state {
            PayoutState::Paid => matches!(fact, Fact::PayoutPaid(_)),
            _ => matches!(fact, Fact::PayoutSent(_)),
        }
    }
}

/// The newest steps of payouts that went as planned. What is paid at the instant at which it is sent is one step.
fn together<'a>(payouts: &[&'a payouts::Model]) -> Result<Vec<Step<'a>>> {
    let mut steps: HashMap<(i64, PayoutState), Vec<&'a payouts::Model>> = HashMap::new();
    for row in payouts {
        let sent = row.sent_at.filter(|at| row.paid_at != Some(*at));
        let reached = [(sent, PayoutState::Sent), (row.paid_at, PayoutState::Paid)];
        for (at, state) in reached.into_iter().filter_map(|(at, state)| Some((at?, state))) {
            steps.entry((at, state)).or_default().push(row);
        }
    }
    let mut steps: Vec<Step<'a>> = steps.into_iter().map(|((at, state), payouts)| Step { at, state, payouts }).collect();
    steps.sort_by_key(|step| std::cmp::Reverse((step.at, step.state)));
    steps.truncate(usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX));
    Ok(steps)
}

fn dated(zone: &Zone, record: &audit::Model, icon: &str, what: String, detail: String) -> Dated {
    let entry =
        HistoryEntry { icon: icon.to_owned(), what, author: record.author.clone(), when: dates::minute(zone, Instant(record.at)), detail };
    ((record.at, record.id), entry)
}

/// "on 8 Jun 2026: account closed"
fn returned(zone: &Zone, payout: &Payout) -> String {
    let on = payout.returned_at.map(|at| format!("on {}", dates::day(zone, at.0)));
    let parts: Vec<String> = on.into_iter().chain(payout.error.clone()).collect();
    parts.join(": ")
}
