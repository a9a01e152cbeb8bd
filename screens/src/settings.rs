//! Company profile and audit log.

use domain::addresses;
use domain::bank;
use domain::list_query::ListQuery;
use domain::offers::Trigger;
use domain::page::Page;
use domain::review::Verb;
use domain::states::{CompanyRole, CustomerVisibility, PartnerRole, PartnershipStatus, ProviderKind, RewardState};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month, Rate};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value};
use uuid::Uuid;
use views::Choice;
use views::settings::{AuditEntry, AuditLog, CompanyProfile};

use data::entities::{audit, companies};
use data::{Db, Result, installation, lists, providers};
use domain::dates;

const ROWS: u64 = 50;

pub async fn profile<C: ConnectionTrait>(conn: &C, company: &companies::Model, may_change: bool) -> Result<CompanyProfile> {
    let sandbox = installation::mode_in(conn).await?.is_sandbox();
    let providers = ProviderKind::ALL.iter().filter(|kind| sandbox || **kind != ProviderKind::Simulated);
    let account = bank::stored_account(company.iban.as_deref().unwrap_or_default());
    Ok(CompanyProfile {
        key: company.key.clone(),
        name: company.name.clone(),
        timezone: company.timezone.clone(),
        currency: company.currency.clone(),
        address: company.address.clone().unwrap_or_default(),
        charge_provider: company.charge_provider.clone(),
        payout_provider: company.payout_provider.clone(),
        providers: providers.map(|kind| Choice::new(kind.word(), kind.label())).collect(),
        simulated: providers::waits(conn, company).await?,
        fee_percent: Rate(company.fee_ppm).percent(),
        customer_visibility: company.customer_visibility.clone(),
        account_name: company.account_name.clone().unwrap_or_default(),
        iban: account.map(|account| if may_change { account.shown() } else { account.masked() }).unwrap_or_default(),
        bic: company.bic.clone().unwrap_or_default(),
        zones: Zone::all().map(str::to_owned).collect(),
        may_change,
        seen: data::seen::digest(&data::companies::edited(company)),
    })
}

/// The log, newest first: search finds a subject or an author exactly, and with a partner its rewards; `kind` keeps one kind of subject.
pub async fn audit_log(db: &Db, company: &companies::Model, query: &ListQuery) -> Result<AuditLog> {
    let zone = company.zone()?;
    query.order(&["when"], true)?;
    let scope =
        Condition::all().add(audit::Column::CompanyId.eq(company.id)).add(lists::audit::filter_of(db.read(), company.id, query).await?);
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
        "partner" => addresses::partner(&row.subject),
        "customer" => addresses::customer(&row.subject),
        "reward" => format!("/rewards/{}", row.subject),
        "invoice" => format!("/invoices/{}", row.subject),
        "offer" => addresses::offer(&row.subject),
        "company" => "/settings".to_owned(),
        _ => String::new(),
    };
    AuditEntry {
        id: row.id.to_string(),
        at: dates::minute(zone, Instant(row.at)),
        author: if row.author == data::audit::SYSTEM { "Tributary".to_owned() } else { row.author },
        action: deed(&row.action, &row.detail),
        subject_kind: readable(&row.subject_kind),
        subject: row.subject,
        href,
        detail: facts(zone, &row.detail),
    }
}

/// "customer_created" → "Customer created".
fn readable(word: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(name, _)| *name == word) {
        return (*label).to_owned();
    }
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// "reward_release" → "Reward released": decisions carry the verb of their button.
fn deed(action: &str, detail: &str) -> String {
    // A version that promises nothing ends its offer.
    if action == "offer_version_published" && detail.contains("\"terms\":[]") {
        return "Offer retired".to_owned();
    }

    let verb = action.strip_prefix("reward_").and_then(|word| Verb::ALL.iter().find(|verb| verb.word() == word));
    match verb {
        Some(verb) => format!("Reward {}", verb.done()),
        None => readable(action),
    }
}

/// Names of facts that people call otherwise.
const LABELS: [(&str, &str); 9] = [
    ("iban", "IBAN"),
    ("bic", "BIC"),
    ("timezone", "Time zone"),
    ("fee_percent", "Fee (%)"),
    ("customer_visibility", "What partners see of a customer"),
    ("charge_provider", "How invoices are charged"),
    ("payout_provider", "How partners are paid"),
    ("message_id", "Message ID"),
    ("terms", "Pays"),
];
/// Names of facts that are words of ours.
const WORDS: [&str; 6] = ["role", "provider", "charge_provider", "payout_provider", "customer_visibility", "outcome"];
/// Names of facts that are amounts in minor units of the entry's currency.
const AMOUNTS: [&str; 5] = ["amount", "total", "charge", "fee", "difference"];
/// More than these are only counted.
const LISTED_MAX: usize = 5;

/// The facts of an entry as label and words. Left out are what is empty, ids that say nothing, and the currency where an amount
/// says it.
fn facts(zone: &Zone, detail: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(fields)) = serde_json::from_str(detail) else { return Vec::new() };
    let Value::Object(fields) = data::audit::without_accounts(Value::Object(compared(fields))) else { return Vec::new() };
    let currency = fields.get("currency").and_then(Value::as_str).and_then(|code| code.parse().ok());
    let reading = Reading { zone, currency };
    let with_amount = currency.is_some() && fields.keys().any(|name| AMOUNTS.contains(&name.as_str()));
    fields
        .into_iter()
        .filter(|(name, _)| name != "batch" && !(with_amount && name == "currency"))
        .map(|(name, value)| (readable(&name), reading.told(&name, &value)))
        .filter(|(_, words)| !words.is_empty())
        .collect()
}

/// What was before and is after, fact by fact, as far as they differ.
fn compared(mut fields: Map<String, Value>) -> Map<String, Value> {
    match (fields.remove("before"), fields.remove("after")) {
        (Some(Value::Object(before)), Some(Value::Object(mut after))) => {
            for (name, before) in before {
                let after = after.remove(&name).unwrap_or(Value::Null);
                if before != after {
                    fields.insert(name, Value::Array(vec![before, after]));
                }
            }
        }
        (before, after) => {
            fields.extend(before.map(|before| ("before".to_owned(), before)));
            fields.extend(after.map(|after| ("after".to_owned(), after)));
        }
    }
    fields
}

/// What the words of a fact depend on.
struct Reading<'a> {
    zone: &'a Zone,
    currency: Option<Currency>,
}

impl Reading<'_> {
    fn told(&self, name: &str, value: &Value) -> String {
        if name == "terms"
            && value.is_object()
            && let Ok(trigger) = serde_json::from_value::<Trigger>(value.clone())
        {
            return trigger.brief();
        }
        match value {
            Value::Null => String::new(),
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => self.number(name, number.as_i64()).unwrap_or_else(|| number.to_string()),
            // As they are kept: a list of their own.
            Value::String(text) if name == "tags" => {
                serde_json::from_str::<Vec<String>>(text).map_or_else(|_| text.clone(), |tags| tags.join(", "))
            }
            Value::String(text) => self.text(name, text),
            // Before and after.
            Value::Array(pair) if pair.len() == 2 && !pair[0].is_object() => {
                let told =
                    |value: &Value| Some(self.told(name, value)).filter(|words| !words.is_empty()).unwrap_or_else(|| "none".to_owned());
                format!("{} → {}", told(&pair[0]), told(&pair[1]))
            }
            Value::Array(items) if items.len() > LISTED_MAX => items.len().to_string(),
            Value::Array(items) => items.iter().map(|item| self.told(name, item)).collect::<Vec<_>>().join(", "),
            // A thing is told by its key, where it has one.
            Value::Object(fields) if fields.contains_key("key") => self.told("key", &fields["key"]),
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| format!("{}: {}", readable(name), self.told(name, value))).collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn number(&self, name: &str, number: Option<i64>) -> Option<String> {
        if name.ends_with("month") {
            let month = Month(i32::try_from(number?).ok()?);
            return Some(month.long());
        }
        let amount = AMOUNTS.contains(&name).then_some(Money::new(number?, self.currency?))?;
        Some(amount.display())
    }

    /// States in the words of their badges, instants in the company's zone; ids say nothing.
    fn text(&self, name: &str, text: &str) -> String {
        if ["reason", "description", "name", "note"].contains(&name) {
            return text.to_owned();
        }
        if Uuid::try_parse(text).is_ok() {
            return String::new();
        }
        if WORDS.contains(&name) {
            return word(text);
        }
        if let Ok(state) = text.parse::<RewardState>() {
            return state.label().to_owned();
        }
        if let Ok(status) = text.parse::<PartnershipStatus>() {
            return status.label().to_owned();
        }
        if let (true, Ok(month)) = (name.ends_with("month"), text.parse::<Month>()) {
            return month.long();
        }
        if name == "timezone" {
            return text.replace('_', " ");
        }
        // Sales write theirs as decimals.
        if let (true, Some(Ok(amount))) = (AMOUNTS.contains(&name), self.currency.map(|currency| Money::parse(text, currency))) {
            return amount.display();
        }
        match Instant::parse(text) {
            Ok(at) => dates::minute(self.zone, at),
            Err(_) => text.to_owned(),
        }
    }
}

/// A word of ours, as the screens have it.
fn word(text: &str) -> String {
    let known = (text.parse::<CompanyRole>().map(|role| role.label()))
        .or_else(|_| text.parse::<PartnerRole>().map(|role| role.label()))
        .or_else(|_| text.parse::<ProviderKind>().map(|provider| provider.label()))
        .or_else(|_| text.parse::<CustomerVisibility>().map(|seen| seen.label()));
    known.map_or_else(|_| readable(text), str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(detail: &str) -> Vec<String> {
        let zone: Zone = "America/New_York".parse().unwrap();
        facts(&zone, detail).into_iter().map(|(label, words)| format!("{label}: {words}")).collect()
    }

    #[test]
    fn details_read_as_words() {
        let changed = read(r#"{"timezone":["UTC","America/New_York"],"note":null,"count":3}"#);
        assert_eq!(changed, ["Count: 3", "Time zone: UTC → America/New York"]);
        assert_eq!(read(r#"{"amount":"1000.00","currency":"USD"}"#), ["Amount: $1,000.00"]);
        let released = r#"{"amount":2475,"batch":"01a1a725-4500-8eba-a6ec-294777d5a420","currency":"USD","from":"hold",
            "from_month":202608,"to":"pending","to_month":202611}"#;
        let told = ["Amount: $24.75", "From: On hold", "From month: August 2026", "To: New", "To month: November 2026"];
        assert_eq!(read(released), told);
        assert_eq!(read(r#"{"from":"2026-11-04T15:20:00Z","currency":"USD"}"#), ["Currency: USD", "From: 4 Nov 2026, 10:20"]);
        let moved = read(
            r#"{"iban":["","DE89370400440532013000"],"before":{"payout_account":null},"after":{"payout_account":"GB82 WEST 1234 5698 7654 32"}}"#,
        );
        assert_eq!(moved, ["IBAN: none → ••••3000", "Payout account: none → ••••5432"]);
        let renamed = read(r#"{"before":{"name":"Ada","email":"a@x.test"},"after":{"name":"Bo","email":"a@x.test"}}"#);
        assert_eq!(renamed, ["Name: Ada → Bo"]);
        let tagged = read(r#"{"before":{"tags":"[\"gold\",\"early\"]"},"after":{"tags":"[]"}}"#);
        assert_eq!(tagged, ["Tags: gold, early → none"]);
        assert_eq!(
            read(r#"{"role":"read_only","provider":["simulated","manual"]}"#),
            [
                format!("Provider: {} → {}", ProviderKind::Simulated.label(), ProviderKind::Manual.label()),
                format!("Role: {}", CompanyRole::ReadOnly.label()),
            ]
        );
        assert_eq!(readable("partner_moved_to_group"), "Partner moved to group");
        assert_eq!(deed("reward_hold", "{}"), "Reward put on hold");
        assert_eq!(deed("offer_version_published", r#"{"number":2,"terms":[]}"#), "Offer retired");
        assert_eq!(deed("offer_version_published", r#"{"number":2,"terms":[{}]}"#), "Offer version published");
    }
}
