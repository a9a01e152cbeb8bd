//! What a change of attribution does, in words: before it is done, and before it is undone.

use std::collections::{HashMap, HashSet};

use domain::states::{EventKind, InvoiceState};
use domain::{Instant, Money, Month};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use views::Choice;
use views::customers::{ChangeEntry, ChangePreview, Difference, MovedEvent, VoidPreview};

use crate::lines;
use data::network::partners;
use data::rewards::outlook::Outlook;
use data::sales::attributions::{self, Change};
use data::sales::consequences::{Consequences, EntryKind};
use data::sales::voids::Voided;
use data::sales::{customers, transactions, voids};
use data::store::entities::{attribution_changes, companies, partnerships, transactions as transaction_rows, voids as void_rows};
use data::store::error::stored;
use data::store::names;
use data::{Db, Error, Result};
use domain::dates;

/// Gives the customer to the partner with this key, or to nobody, from an instant on.
pub async fn preview(
    db: &Db,
    company: &companies::Model,
    customer_key: &str,
    partner_key: Option<&str>,
    from: Instant,
    now: Instant,
) -> Result<ChangePreview> {
    let customer = customers::find_by_key(db.read(), company.id, customer_key).await?;
    let to = match partner_key {
        Some(key) => Some(partner(db, company.id, key).await?),
        None => None,
    };
    let change = Change { partner_key: partner_key.map(str::to_owned), from, reason: String::new() };
    let does = attributions::preview_change(db, company.id, customer.id, &change, now).await?;
    in_words(db, company, to, from, does).await
}

/// Undoes the change with this id.
pub async fn preview_undo(db: &Db, company: &companies::Model, change: &str, now: Instant) -> Result<ChangePreview> {
    let id = Uuid::try_parse(change).map_err(|_| Error::NotFound("the change of attribution"))?;
    let row = attribution_changes::Entity::find_by_id(id)
        .filter(attribution_changes::Column::CompanyId.eq(company.id))
        .one(db.read())
        .await?
        .ok_or(Error::NotFound("the change of attribution"))?;
    let does = attributions::preview_undo(db, company.id, id, now).await?;
    in_words(db, company, None, Instant(row.from_at), does).await
}

/// Voids the transaction with this key.
pub async fn preview_void(db: &Db, company: &companies::Model, key: &str, now: Instant) -> Result<VoidPreview> {
    let transaction = transactions::find_by_key(db.read(), company.id, key).await?;
    let does = voids::preview_void(db, company.id, key, now).await?;
    void_in_words(db, company, transaction, does, now).await
}

/// Undoes the void with this id.
pub async fn preview_undo_void(db: &Db, company: &companies::Model, void: &str, now: Instant) -> Result<VoidPreview> {
    let id = Uuid::try_parse(void).map_err(|_| Error::NotFound("the void"))?;
    let does = voids::preview_undo(db, company.id, id, now).await?;
    let row = void_rows::Entity::find_by_id(id).one(db.read()).await?.ok_or(Error::NotFound("the void"))?;
    let transaction = transaction_rows::Entity::find_by_id(row.transaction_id).one(db.read()).await?;
    void_in_words(db, company, transaction.ok_or(Error::NotFound("the transaction"))?, does, now).await
}

async fn void_in_words(
    db: &Db,
    company: &companies::Model,
    transaction: transaction_rows::Model,
    does: Voided,
    now: Instant,
) -> Result<VoidPreview> {
    let customer = customers::get(db.read(), company.id, transaction.customer_id).await?;
    let seen = does.digest();
    Ok(VoidPreview {
        customer: names::customer(&customer),
        title: title(EventKind::Transaction, Some(lines::money(transaction.amount, &transaction.currency)?)),
        occurred: dates::minute(&company.zone()?, Instant(transaction.occurred_at)),
        refund: transaction.refund_of.is_some(),
        refunds: does.keys.iter().filter(|key| **key != transaction.key).count(),
        does: ChangePreview { seen, ..in_words(db, company, None, now, does.consequences).await? },
        key: transaction.key,
    })
}

async fn partner(db: &Db, company_id: Uuid, key: &str) -> Result<Choice> {
    match partners::find_by_key(db.read(), company_id, key).await {
        Ok(row) => Ok(names::partner(&row)),
        Err(Error::NotFound(_)) => Err(Error::invalid("partner", format!("No partner has the key “{key}”. Choose one from the list."))),
        Err(error) => Err(error),
    }
}

async fn in_words(db: &Db, company: &companies::Model, to: Option<Choice>, from: Instant, does: Consequences) -> Result<ChangePreview> {
    let zone = company.zone()?;
    let moved = does.moves.iter().flat_map(|event| [event.from_partner.clone(), event.to_partner.clone()]).flatten();
    let keys: HashSet<String> = moved.chain(does.entries.iter().map(|entry| entry.partner_key.clone())).collect();
    let known = by_key(db, company.id, keys).await?;
    let named = |key: &str| known.get(key).cloned().unwrap_or_else(|| Choice::new(key, key));
    let owner = |key: &Option<String>| key.as_deref().map_or("nobody".to_owned(), |key| named(key).label);
    let months = does.totals.iter().map(|total| total.invoice_month.0).collect();
    let outlook = Outlook::load(db.read(), company, months, HashSet::new()).await?;

    let moves = does.moves.iter().map(|event| MovedEvent {
        title: title(event.kind, event.amount),
        key: event.key.clone(),
        occurred: dates::minute(&zone, event.occurred_at),
        from_partner: owner(&event.from_partner),
        to_partner: owner(&event.to_partner),
    });
    let mut entries = Vec::with_capacity(does.entries.len());
    for entry in &does.entries {
        entries.push(ChangeEntry {
            what: what(entry.kind).to_owned(),
            event_key: entry.event_key.clone(),
            partner: named(&entry.partner_key),
            amount: entry.amount,
            state: stored(&entry.state)?,
            month: entry.invoice_month.long(),
        });
    }
    let differences = does.totals.iter().map(|total| {
        let code = total.difference.currency.code();
        let stage = stage(&outlook, total.invoice_month, code);
        Difference { partner: named(&total.partner_key), amount: total.difference, month: total.invoice_month.long(), stage }
    });
    Ok(ChangePreview {
        to,
        from: if from <= Instant::BEGINNING {
            "the beginning".to_owned()
        } else {
            format!("{} {}", dates::minute(&zone, from), zone.place())
        },
        moves: moves.collect(),
        entries,
        differences: differences.collect(),
        seen: does.digest(),
    })
}

/// Where the invoice of a month stands.
pub(crate) fn stage(outlook: &Outlook, month: Month, code: &str) -> String {
    match (outlook.invoice_state(month.0, code), outlook.invoice(month.0, code)) {
        (Some(InvoiceState::InReview), Some(invoice)) => format!("Invoice {}, in review", invoice.number),
        (Some(_), Some(invoice)) => format!("Invoice {}", invoice.number),
        _ => "Accumulating".to_owned(),
    }
}

fn title(kind: EventKind, amount: Option<Money>) -> String {
    match (kind, amount) {
        (EventKind::Customer, _) => "New customer".to_owned(),
        (_, Some(amount)) if amount.minor < 0 => format!("Refund of {}", Money::new(-amount.minor, amount.currency)),
        (_, Some(amount)) => format!("Sale of {amount}"),
        (_, None) => "Transaction".to_owned(),
    }
}

const fn what(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Reversed => "Reversed",
        EntryKind::Restored => "Given back",
        EntryKind::Earned => "Earned",
        EntryKind::Refunded => "Refunded",
    }
}

async fn by_key(db: &Db, company_id: Uuid, keys: HashSet<String>) -> Result<HashMap<String, Choice>> {
    let rows = partnerships::Entity::find()
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.is_in(keys))
        .all(db.read())
        .await?;
    Ok(rows.iter().map(|row| (row.partner_key.clone(), names::partner(row))).collect())
}
