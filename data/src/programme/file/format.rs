//! Reading a programme file. Whatever is wrong is said with its line.

use std::ops::Range;

use domain::offers::{AppliesTo, TriggerText};
use domain::states::{CustomerVisibility, ProviderKind};
use domain::zone::Zone;
use domain::{Currency, Instant, Rate, bank, fields};
use serde::Deserialize;
use toml::Spanned;

use crate::programme::companies::Profile;
use crate::programme::offers::Terms;
use crate::{Error, Result};

/// What a programme file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub company_key: String,
    pub profile: Profile,
    pub groups: Vec<Group>,
    /// Those with the same key are the versions of one offer.
    pub offers: Vec<Offer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub key: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub key: String,
    /// A group's key; none for every partner.
    pub group: Option<String>,
    pub effective_from: Option<Instant>,
    pub terms: Terms,
    /// Where its key stands.
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    company: RawCompany,
    #[serde(default)]
    groups: Vec<RawGroup>,
    #[serde(default)]
    offers: Vec<RawOffer>,
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCompany {
    key: Text,
    name: Option<Text>,
    timezone: Option<Text>,
    currency: Option<Text>,
    address: Option<Text>,
    charge_provider: Option<Text>,
    payout_provider: Option<Text>,
    fee_percent: Option<Text>,
    customer_visibility: Option<Text>,
    account_name: Option<Text>,
    iban: Option<Text>,
    bic: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    key: Text,
    name: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOffer {
    key: Text,
    group: Option<Text>,
    description: Text,
    effective_from: Option<Spanned<toml::value::Datetime>>,
    applies_to: Option<Text>,
    #[serde(default)]
    triggers: Vec<Spanned<RawTrigger>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTrigger {
    key: Text,
    event: Text,
    percent: Option<Text>,
    flat: Option<Text>,
    currency: Option<Text>,
    limit: Option<Text>,
    min_amount: Option<Text>,
    cap_per_month: Option<Text>,
    when: Option<Text>,
    hold_days: Option<Spanned<i64>>,
    stop: Option<bool>,
}

/// Reads a programme file. `known_currency` is that of the company, if it exists and the file does not say.
pub fn read(text: &str, known_currency: Option<Currency>) -> Result<File> {
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or_else(String::new, |span| format!("line {}: ", line_of(text, span.start)));
        Error::invalid("", format!("{line}{}", error.message()))
    })?;
    let mut reader = Reader { text, faults: Vec::new() };
    let file = reader.file(raw, known_currency);
    if reader.faults.is_empty() {
        return Ok(file);
    }
    reader.faults.sort();
    let messages: Vec<String> = reader.faults.into_iter().map(|(line, message)| format!("line {line}: {message}")).collect();
    Err(Error::invalid("", messages.join("\n")))
}

struct Reader<'a> {
    text: &'a str,
    faults: Vec<(usize, String)>,
}

impl Reader<'_> {
    fn fault(&mut self, span: Range<usize>, message: String) {
        self.faults.push((line_of(self.text, span.start), message));
    }

    fn line(&self, span: Range<usize>) -> usize {
        line_of(self.text, span.start)
    }

    /// The value read, or nothing with the fault noted.
    fn take<T, E: std::fmt::Display>(&mut self, name: &str, value: &Text, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        match read(value.get_ref()) {
            Ok(read) => Some(read),
            Err(error) => {
                self.fault(value.span(), format!("{name} {error}"));
                None
            }
        }
    }

    fn optional<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        value: Option<&Text>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        value.and_then(|value| self.take(name, value, read))
    }

    /// Like `optional`, where an empty text takes the value away.
    fn emptiable<E: std::fmt::Display>(
        &mut self,
        name: &str,
        value: Option<&Text>,
        read: impl FnOnce(&str) -> Result<String, E>,
    ) -> Option<String> {
        self.optional(name, value, |text| fields::optional(text, read)).map(Option::unwrap_or_default)
    }

    fn file(&mut self, raw: RawFile, known_currency: Option<Currency>) -> File {
        let company = raw.company;
        let company_key = self.take("key", &company.key, fields::slug).unwrap_or_default();
        let currency = self.optional("currency", company.currency.as_ref(), str::parse::<Currency>);
        let profile = Profile {
            name: self.optional("name", company.name.as_ref(), fields::name),
            timezone: self.optional("timezone", company.timezone.as_ref(), str::parse::<Zone>).map(|zone| zone.to_string()),
            currency: currency.map(|currency| currency.to_string()),
            address: self.emptiable("address", company.address.as_ref(), fields::description),
            charge_provider: self.optional("charge_provider", company.charge_provider.as_ref(), str::parse::<ProviderKind>),
            payout_provider: self.optional("payout_provider", company.payout_provider.as_ref(), str::parse::<ProviderKind>),
            fee: self.optional("fee_percent", company.fee_percent.as_ref(), Rate::parse_percent),
            customer_visibility: self.optional(
                "customer_visibility",
                company.customer_visibility.as_ref(),
                str::parse::<CustomerVisibility>,
            ),
            account_name: self.emptiable("account_name", company.account_name.as_ref(), fields::name),
            iban: self.emptiable("iban", company.iban.as_ref(), bank::iban),
            bic: self.emptiable("bic", company.bic.as_ref(), bank::bic),
        };
        let groups = raw.groups.iter().filter_map(|group| self.group(group)).collect();
        let trigger_currency = currency.or(known_currency).unwrap_or(Currency::USD);
        let offers = raw.offers.iter().filter_map(|offer| self.offer(offer, trigger_currency)).collect();
        let file = File { company_key, profile, groups, offers };
        self.refuse_twins("group", raw.groups.iter().map(|group| &group.key));
        self.check_histories(&raw.offers, &file.offers);
        file
    }

    fn refuse_twins<'t>(&mut self, what: &str, keys: impl Iterator<Item = &'t Text>) {
        let mut seen: Vec<&str> = Vec::new();
        for key in keys {
            if seen.contains(&key.get_ref().as_str()) {
                self.fault(key.span(), format!("there are two {what}s with the key “{}”", key.get_ref()));
            }
            seen.push(key.get_ref());
        }
    }

    /// Several offers with one key are the versions of one offer.
    fn check_histories(&mut self, raw: &[RawOffer], offers: &[Offer]) {
        let mut faults = Vec::new();
        for (place, offer) in offers.iter().enumerate() {
            let earlier: Vec<&Offer> = offers[..place].iter().filter(|earlier| earlier.key == offer.key).collect();
            let Some(first) = earlier.first() else { continue };
            let replaces = |earlier: &Offer| {
                let for_fewer = earlier.terms.applies_to == AppliesTo::Everyone && offer.terms.applies_to == AppliesTo::NewCustomers;
                earlier.effective_from == offer.effective_from && !for_fewer
            };
            if first.group != offer.group {
                faults.push((offer.line, format!("every version of the offer “{}” is for the same group", offer.key)));
            } else if offer.effective_from.is_none() {
                let message =
                    format!("the offer “{}” is on line {} too; each further version of it needs effective_from", offer.key, first.line);
                faults.push((offer.line, message));
            } else if let Some(twin) = earlier.iter().find(|earlier| replaces(earlier)) {
                faults.push((offer.line, format!("the version of “{}” in line {} begins at the same time", offer.key, twin.line)));
            }
        }
        // An offer that could not be read is not among `offers`: then its own faults are enough.
        if raw.len() == offers.len() {
            self.faults.extend(faults);
        }
    }

    fn group(&mut self, raw: &RawGroup) -> Option<Group> {
        let key = self.take("key", &raw.key, fields::slug);
        let name = self.take("name", &raw.name, fields::name);
        Some(Group { key: key?, name: name? })
    }

    fn offer(&mut self, raw: &RawOffer, currency: Currency) -> Option<Offer> {
        let key = self.take("key", &raw.key, fields::slug);
        let description = self.take("description", &raw.description, fields::description);
        let group = raw.group.as_ref().map(|group| self.take("group", group, fields::slug));
        let effective_from = raw.effective_from.as_ref().map(|at| self.instant(at));
        let applies_to = match &raw.applies_to {
            Some(text) => self.take("applies_to", text, |text| text.replace(' ', "_").parse::<AppliesTo>()),
            None => Some(AppliesTo::Everyone),
        };
        let triggers: Vec<_> = raw.triggers.iter().map(|trigger| self.trigger(trigger, currency)).collect();
        self.refuse_twins("trigger", raw.triggers.iter().map(|trigger| &trigger.get_ref().key));
        let terms = Terms { description: description?, applies_to: applies_to?, triggers: triggers.into_iter().collect::<Option<_>>()? };
        Some(Offer {
            key: key?,
            group: group.map_or(Some(None), |group| group.map(Some))?,
            effective_from: effective_from.map_or(Some(None), |at| at.map(Some))?,
            terms,
            line: self.line(raw.key.span()),
        })
    }

    fn instant(&mut self, raw: &Spanned<toml::value::Datetime>) -> Option<Instant> {
        match Instant::parse(&raw.get_ref().to_string()) {
            Ok(at) => Some(at),
            Err(error) => {
                self.fault(raw.span(), format!("effective_from {error}"));
                None
            }
        }
    }

    fn trigger(&mut self, raw: &Spanned<RawTrigger>, currency: Currency) -> Option<domain::offers::Trigger> {
        let whole = raw.span();
        let raw = raw.get_ref();
        let text = |value: &Option<Text>| value.as_ref().map(|text| text.get_ref().clone()).unwrap_or_default();
        let words = TriggerText {
            key: raw.key.get_ref().clone(),
            event: raw.event.get_ref().clone(),
            percent: text(&raw.percent),
            flat: text(&raw.flat),
            currency: text(&raw.currency),
            limit: text(&raw.limit),
            min_amount: text(&raw.min_amount),
            cap_per_month: text(&raw.cap_per_month),
            when: text(&raw.when),
            hold_days: raw.hold_days.as_ref().map(|days| days.get_ref().to_string()).unwrap_or_default(),
            stop: raw.stop.unwrap_or(false),
        };
        match words.read(currency) {
            Ok(trigger) => Some(trigger),
            Err(errors) => {
                for (field, message) in errors {
                    let span = match field.as_str() {
                        "key" => Some(raw.key.span()),
                        "event" => Some(raw.event.span()),
                        "percent" => raw.percent.as_ref().map(Spanned::span),
                        "flat" => raw.flat.as_ref().map(Spanned::span),
                        "currency" => raw.currency.as_ref().map(Spanned::span),
                        "limit" => raw.limit.as_ref().map(Spanned::span),
                        "min_amount" => raw.min_amount.as_ref().map(Spanned::span),
                        "cap_per_month" => raw.cap_per_month.as_ref().map(Spanned::span),
                        "when" => raw.when.as_ref().map(Spanned::span),
                        "hold_days" => raw.hold_days.as_ref().map(Spanned::span),
                        _ => None,
                    };
                    self.fault(span.unwrap_or(whole.clone()), format!("{field} {message}"));
                }
                None
            }
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
