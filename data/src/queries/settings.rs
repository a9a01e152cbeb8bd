//! Company profile and audit log.

use domain::bank;
use domain::page::Page;
use domain::views::ListQuery;
use domain::views::settings::{AuditEntry, AuditLog, CompanyProfile};
use domain::zone::Zone;
use domain::{Instant, Rate};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::words;
use crate::entities::{audit, companies};
use crate::{Db, Result};

const ROWS: u64 = 50;

pub fn profile(company: &companies::Model, may_change: bool) -> CompanyProfile {
    CompanyProfile {
        key: company.key.clone(),
        name: company.name.clone(),
        timezone: company.timezone.clone(),
        currency: company.currency.clone(),
        address: company.address.clone().unwrap_or_default(),
        charge_provider: company.charge_provider.clone(),
        payout_provider: company.payout_provider.clone(),
        fee_percent: Rate(company.fee_ppm).percent(),
        customer_visibility: company.customer_visibility.clone(),
        account_name: company.account_name.clone().unwrap_or_default(),
        iban: company.iban.as_deref().map(bank::grouped_iban).unwrap_or_default(),
        bic: company.bic.clone().unwrap_or_default(),
        zones: Zone::all().map(str::to_owned).collect(),
        may_change,
    }
}

/// The log, newest first: search finds a subject or an author exactly, `kind` keeps one kind of subject.
pub async fn audit_log(db: &Db, company: &companies::Model, query: &ListQuery) -> Result<AuditLog> {
    let zone = company.zone()?;
    let scope = Condition::all().add(audit::Column::CompanyId.eq(company.id)).add(audit_filter(query));
    let cursor = Position::read(&query.page);
    let backward = cursor.is_some_and(|cursor| cursor.backward);
    let mut select = audit::Entity::find().filter(scope);
    if let Some(Position { at, id, .. }) = cursor {
        let (beyond, level) = match backward {
            true => (audit::Column::At.gt(at), audit::Column::Id.gt(id)),
            false => (audit::Column::At.lt(at), audit::Column::Id.lt(id)),
        };
        select = select.filter(Condition::any().add(beyond).add(Condition::all().add(audit::Column::At.eq(at)).add(level)));
    }
    select = match backward {
        true => select.order_by_asc(audit::Column::At).order_by_asc(audit::Column::Id),
        false => select.order_by_desc(audit::Column::At).order_by_desc(audit::Column::Id),
    };
    let mut rows = select.limit(ROWS + 1).all(db.read()).await?;
    let more = u64::try_from(rows.len()).unwrap_or(0) > ROWS;
    rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    if backward {
        rows.reverse();
    }
    let at = |row: Option<&audit::Model>, backward| row.map(|row| Position { backward, at: row.at, id: row.id }.write());
    let previous = at(rows.first(), true).filter(|_| if backward { more } else { cursor.is_some() });
    let next = at(rows.last(), false).filter(|_| backward || more);
    let rows = rows.into_iter().map(|row| entry(&zone, row)).collect();
    Ok(AuditLog { page: Page { rows, previous, next }, zone: zone.place() })
}

/// What the log is filtered by, beside the company.
pub fn audit_filter(query: &ListQuery) -> Condition {
    let mut filter = Condition::all();
    if !query.search.is_empty() {
        let text = query.search.as_str();
        filter = filter.add(Condition::any().add(audit::Column::Subject.eq(text)).add(audit::Column::Author.eq(text)));
    }
    let kind = query.filter("kind");
    if !kind.is_empty() {
        filter = filter.add(audit::Column::SubjectKind.eq(kind));
    }
    filter
}

/// Where a page of the log lies: beside a row.
#[derive(Clone, Copy)]
struct Position {
    backward: bool,
    at: i64,
    id: Uuid,
}

impl Position {
    fn write(self) -> String {
        format!("{}.{}.{}", if self.backward { "b" } else { "f" }, self.at, self.id.simple())
    }

    fn read(text: &str) -> Option<Position> {
        let mut parts = text.split('.');
        let (direction, at, id) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Position { backward: direction == "b", at: at.parse().ok()?, id: Uuid::try_parse(id).ok()? })
    }
}

fn entry(zone: &Zone, row: audit::Model) -> AuditEntry {
    let href = match row.subject_kind.as_str() {
        "partner" => format!("/partners/{}", words::path_segment(&row.subject)),
        "customer" => format!("/customers/{}", words::path_segment(&row.subject)),
        "reward" => format!("/rewards/{}", row.subject),
        "invoice" => format!("/invoices/{}", row.subject),
        "offer" => format!("/offers/{}", words::path_segment(&row.subject)),
        "company" => "/settings".to_owned(),
        _ => String::new(),
    };
    AuditEntry {
        id: row.id.to_string(),
        at: words::minute(zone, Instant(row.at)),
        author: row.author,
        action: readable(&row.action),
        subject_kind: readable(&row.subject_kind),
        subject: row.subject,
        href,
        detail: facts(&row.detail),
    }
}

/// "customer_created" → "Customer created".
fn readable(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The facts of an entry as label and words; what is empty is left out.
fn facts(detail: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(detail) else { return Vec::new() };
    fields.into_iter().map(|(name, value)| (readable(&name), told(&value))).filter(|(_, words)| !words.is_empty()).collect()
}

fn told(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        // Before and after.
        Value::Array(pair) if pair.len() == 2 => format!("{} → {}", told(&pair[0]), told(&pair[1])),
        Value::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(", "),
        // A thing is told by its key, where it has one.
        Value::Object(fields) if fields.contains_key("key") => told(&fields["key"]),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{}: {}", readable(name), told(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_read_as_words() {
        let facts = facts(r#"{"timezone":["UTC","Europe/Berlin"],"note":null,"count":3}"#);
        assert_eq!(facts, [("Count".to_owned(), "3".to_owned()), ("Timezone".to_owned(), "UTC → Europe/Berlin".to_owned())]);
        assert_eq!(readable("partner_moved_to_group"), "Partner moved to group");
    }
}
