//! Companies: the paying side, with a calendar of their own.

use domain::facts::Fact;
use domain::states::{CustomerVisibility, ProviderKind};
use domain::zone::Zone;
use domain::{Currency, Instant, Month, Rate, bank, fields, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::programme::simulated_money;
use crate::store::check::Checks;
use crate::store::entities::companies::{ActiveModel, Column, Entity, Model};
use crate::store::error::stored;
use crate::store::seen::{self, refuse_stale};
use crate::{Db, Error, Result, audit, installation, transact};

/// What a company says about itself. What is `None` keeps its value, or its default in a new company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: Option<String>,
    /// An IANA name.
    pub timezone: Option<String>,
    pub currency: Option<String>,
    /// As it stands on invoices; empty for none.
    pub address: Option<String>,
    pub charge_provider: Option<ProviderKind>,
    pub payout_provider: Option<ProviderKind>,
    /// What is charged on top of the payouts.
    pub fee: Option<Rate>,
    pub customer_visibility: Option<CustomerVisibility>,
    /// Who holds the account that partners are paid from; empty for the company's name.
    pub account_name: Option<String>,
    /// That account; empty for none.
    pub iban: Option<String>,
    /// Its bank; empty where the IBAN says it all.
    pub bic: Option<String>,
}

/// What changed in a profile: field, before, after.
pub type Changes = Vec<(&'static str, String, String)>;

impl Model {
    pub fn zone(&self) -> Result<Zone> {
        stored(&self.timezone)
    }

    pub fn money_currency(&self) -> Result<Currency> {
        stored(&self.currency)
    }

    /// The month that gathers rewards: the one open in the books, or the local month of now if that is later.
    pub fn accumulating_month(&self, now: Instant) -> Result<Month> {
        Ok(Month(self.open_month).max(self.zone()?.month(now)))
    }

    /// The month that a scheduled reward goes into when it becomes due: one that is closed by then takes no more.
    pub fn month_due(&self, zone: &Zone, ready_at: Instant) -> Month {
        Month(self.open_month).max(zone.month(ready_at))
    }
}

/// Creates a company; its first month is the local month of `now`. Name, time zone and currency are required.
/// Providers default to simulated in a sandbox and to manual elsewhere, where simulated is refused.
pub async fn create(db: &Db, key: &str, profile: &Profile, actor: Actor<'_>, now: Instant) -> Result<Uuid> {
    transact!(db, |tx| { create_in(tx, key, profile, actor, now).await })
}

pub async fn create_in<C: ConnectionTrait>(tx: &C, key: &str, profile: &Profile, actor: Actor<'_>, now: Instant) -> Result<Uuid> {
    let mut checks = Checks::new();
    checks.take("key", fields::slug(key));
    for (field, value) in [("name", &profile.name), ("timezone", &profile.timezone), ("currency", &profile.currency)] {
        if value.is_none() {
            checks.complain(field, "is missing");
        }
    }
    check(&mut checks, profile);
    simulated_money::check_providers(tx, &mut checks, profile.charge_provider, profile.payout_provider).await?;
    if Entity::find().filter(Column::Key.eq(key)).one(tx).await?.is_some() {
        checks.complain("key", format!("“{key}” is taken by another company"));
    }
    checks.finish()?;

    let provider = if installation::mode_in(tx).await?.is_sandbox() { ProviderKind::Simulated } else { ProviderKind::Manual };
    let id = ids::derive(now, &["company", key]);
    let zone: Zone = parse("timezone", profile.timezone.as_deref().unwrap_or_default())?;
    let month = zone.month(now);
    let row = ActiveModel {
        id: Set(id),
        key: Set(key.to_owned()),
        name: Set(profile.name.clone().unwrap_or_default().trim().to_owned()),
        timezone: Set(zone.to_string()),
        currency: Set(profile.currency.clone().unwrap_or_default()),
        open_month: Set(month.0),
        open_month_ends_at: Set(zone.month_start(month.next()).0),
        invoice_count: Set(0),
        charge_provider: Set(profile.charge_provider.unwrap_or(provider).word().to_owned()),
        payout_provider: Set(profile.payout_provider.unwrap_or(provider).word().to_owned()),
        fee_ppm: Set(profile.fee.map_or(0, |rate| rate.0)),
        customer_visibility: Set(profile.customer_visibility.unwrap_or(CustomerVisibility::Name).word().to_owned()),
        address: Set(profile.address.clone().filter(|text| !text.is_empty())),
        created_at: Set(now.0),
        account_name: Set(filled(profile.account_name.as_deref(), fields::name)),
        iban: Set(filled(profile.iban.as_deref(), bank::iban)),
        bic: Set(filled(profile.bic.as_deref(), bank::bic)),
    };
    row.insert(tx).await?;
    audit::record(tx, &Act { company_id: id, actor, now }, key, Fact::CompanyCreated { timezone: zone.to_string() }).await?;
    Ok(id)
}

/// Changes what `profile` names. A new time zone keeps the month that is open and moves its end; a month already over
/// there is due at once. A new currency counts revenue anew in it.
pub async fn update(db: &Db, act: &Act<'_>, profile: &Profile) -> Result<Changes> {
    transact!(db, |tx| { update_in(tx, act, profile).await })
}

/// As [`update`], for a form that shows every value: refused where they are not those that it had seen.
pub async fn update_seen(db: &Db, act: &Act<'_>, profile: &Profile, seen: &str) -> Result<Changes> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let mut checks = Checks::new();
        check(&mut checks, profile);
        checks.finish()?;
        let row = get(tx, company_id).await?;
        let present = edited(&row);
        let changes = differences(&row, profile);
        let wanted = present.iter().map(|(field, label, value)| {
            (*field, *label, changes.iter().find(|(changed, ..)| changed == field).map_or(value, |(.., after)| after).clone())
        });
        refuse_stale("company", seen, &present, &wanted.collect())?;
        update_in(tx, act, profile).await
    })
}

/// What the form shows of a company, as [`differences`] names it, and with its label.
const FIELDS: [(&str, &str); 11] = [
    ("name", "Name"),
    ("timezone", "Time zone"),
    ("currency", "Currency"),
    ("address", "Address"),
    ("charge_provider", "How invoices are charged"),
    ("payout_provider", "How partners are paid"),
    ("fee_percent", "Fee (%)"),
    ("customer_visibility", "What partners see of a customer"),
    ("account_name", "Account holder"),
    ("iban", "IBAN"),
    ("bic", "BIC"),
];

pub fn edited(row: &Model) -> seen::Values {
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let values = [
        row.name.clone(),
        row.timezone.clone(),
        row.currency.clone(),
        some(&row.address),
        row.charge_provider.clone(),
        row.payout_provider.clone(),
        Rate(row.fee_ppm).percent(),
        row.customer_visibility.clone(),
        some(&row.account_name),
        some(&row.iban),
        some(&row.bic),
    ];
    FIELDS.iter().zip(values).map(|((field, label), value)| (*field, *label, value)).collect()
}

pub async fn update_in<C: ConnectionTrait>(tx: &C, act: &Act<'_>, profile: &Profile) -> Result<Changes> {
    let company_id = act.company_id;
    let mut checks = Checks::new();
    check(&mut checks, profile);
    simulated_money::check_providers(tx, &mut checks, profile.charge_provider, profile.payout_provider).await?;
    checks.finish()?;
    let before = get(tx, company_id).await?;
    let changes = differences(&before, profile);
    if changes.is_empty() {
        return Ok(changes);
    }
    let mut after = before.clone();
    for (field, _, value) in &changes {
        match *field {
            "name" => after.name.clone_from(value),
            "timezone" => after.timezone.clone_from(value),
            "currency" => after.currency.clone_from(value),
            "address" => after.address = Some(value.clone()).filter(|text| !text.is_empty()),
            "charge_provider" => after.charge_provider.clone_from(value),
            "payout_provider" => after.payout_provider.clone_from(value),
            "fee_percent" => after.fee_ppm = profile.fee.map_or(before.fee_ppm, |rate| rate.0),
            "customer_visibility" => after.customer_visibility.clone_from(value),
            "account_name" => after.account_name = Some(value.clone()).filter(|text| !text.is_empty()),
            "iban" => after.iban = Some(value.clone()).filter(|text| !text.is_empty()),
            "bic" => after.bic = Some(value.clone()).filter(|text| !text.is_empty()),
            other => return Err(Error::Corrupt(format!("a company has no field {other}"))),
        }
    }
    if after.timezone != before.timezone {
        after.open_month_ends_at = after.zone()?.month_start(Month(after.open_month).next()).0;
    }
    let (key, currency, currency_changed) = (after.key.clone(), after.currency.clone(), after.currency != before.currency);
    let after = after.into_active_model().reset_all().update(tx).await?;
    if currency_changed {
        recount_revenue(tx, company_id, &currency).await?;
    }
    let changed = changes.iter().map(|(field, before, after)| ((*field).to_owned(), (before.clone(), after.clone()))).collect();
    audit::record(tx, act, &key, Fact::CompanyChanged(changed)).await?;
    let provider_changed = (&after.charge_provider, &after.payout_provider) != (&before.charge_provider, &before.payout_provider);
    if provider_changed {
        simulated_money::hand_over_in(tx, act, &after).await?;
    }
    Ok(changes)
}

/// What `update` would change.
pub fn differences(row: &Model, profile: &Profile) -> Changes {
    let mut changes = Vec::new();
    let mut compare = |field: &'static str, before: &str, after: Option<String>| {
        if let Some(after) = after.filter(|after| after != before) {
            changes.push((field, before.to_owned(), after));
        }
    };
    compare("name", &row.name, profile.name.as_ref().map(|name| name.trim().to_owned()));
    compare("timezone", &row.timezone, profile.timezone.clone());
    compare("currency", &row.currency, profile.currency.clone());
    compare("address", row.address.as_deref().unwrap_or_default(), profile.address.clone());
    compare("charge_provider", &row.charge_provider, profile.charge_provider.map(|kind| kind.word().to_owned()));
    compare("payout_provider", &row.payout_provider, profile.payout_provider.map(|kind| kind.word().to_owned()));
    compare("fee_percent", &Rate(row.fee_ppm).percent(), profile.fee.map(|rate| rate.percent()));
    compare("customer_visibility", &row.customer_visibility, profile.customer_visibility.map(|seen| seen.word().to_owned()));
    compare("account_name", row.account_name.as_deref().unwrap_or_default(), given(profile.account_name.as_deref(), fields::name));
    compare("iban", row.iban.as_deref().unwrap_or_default(), given(profile.iban.as_deref(), bank::iban));
    compare("bic", row.bic.as_deref().unwrap_or_default(), given(profile.bic.as_deref(), bank::bic));
    changes
}

/// A text that was checked, in the form in which it is kept; empty stays empty.
fn given<E>(text: Option<&str>, read: impl FnOnce(&str) -> Result<String, E>) -> Option<String> {
    text.map(|text| filled(Some(text), read).unwrap_or_default())
}

fn filled<E>(text: Option<&str>, read: impl FnOnce(&str) -> Result<String, E>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).and_then(|text| read(text).ok())
}

pub async fn get<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Model> {
    Entity::find_by_id(company_id).one(conn).await?.ok_or(Error::NotFound("the company"))
}

pub async fn find_by_key<C: ConnectionTrait>(conn: &C, key: &str) -> Result<Model> {
    Entity::find().filter(Column::Key.eq(key)).one(conn).await?.ok_or(Error::NotFound("the company"))
}

fn check(checks: &mut Checks, profile: &Profile) {
    if let Some(name) = &profile.name {
        checks.take("name", fields::name(name));
    }
    if let Some(zone) = &profile.timezone {
        checks.take("timezone", zone.parse::<Zone>().map(|_| ()));
    }
    if let Some(currency) = &profile.currency {
        checks.take("currency", currency.parse::<Currency>().map(|_| ()));
    }
    if let Some(address) = &profile.address {
        checks.take_optional("address", address, fields::description);
    }
    if let Some(name) = &profile.account_name {
        checks.take("account_name", fields::optional(name, fields::name));
    }
    if let Some(iban) = &profile.iban {
        checks.take("iban", fields::optional(iban, bank::iban));
    }
    if let Some(bic) = &profile.bic {
        checks.take("bic", fields::optional(bic, bank::bic));
    }
}

fn parse<T: std::str::FromStr>(field: &str, text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Error::invalid(field, error.to_string()))
}

async fn recount_revenue<C: ConnectionTrait>(tx: &C, company_id: Uuid, currency: &str) -> Result<()> {
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "UPDATE partnerships SET revenue = COALESCE((SELECT CAST(SUM(t.amount) AS BIGINT) FROM transactions t \
         JOIN customers c ON c.id = t.customer_id \
         WHERE t.company_id = $1 AND t.partnership_id = partnerships.id AND t.currency = $2 AND NOT c.test AND t.voided_at IS NULL), 0) \
         WHERE company_id = $3",
        [company_id.into(), currency.into(), company_id.into()],
    ))
    .await?;
    Ok(())
}
