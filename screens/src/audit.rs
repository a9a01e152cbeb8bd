//! The audit log in words.

use domain::facts::{Attribution, CustomerFields, Fact, PartnerFields};
use domain::offers::Trigger;
use domain::states::{CustomerVisibility, ProviderKind, SubjectKind};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month, addresses, bank, dates};
use views::settings::AuditEntry;

use data::act::Authors;
use data::store::entities::audit;

/// More triggers than these are only counted.
const LISTED_MAX: usize = 5;

pub fn entry(zone: &Zone, row: audit::Model, authors: &Authors) -> AuditEntry {
    let href = match row.subject_kind.parse() {
        Ok(SubjectKind::Partner) => addresses::partner(&row.subject),
        Ok(SubjectKind::Customer) => addresses::customer(&row.subject),
        Ok(SubjectKind::Reward) => format!("/rewards/{}", row.subject),
        Ok(SubjectKind::Invoice) => format!("/invoices/{}", row.subject),
        Ok(SubjectKind::Offer) => addresses::offer(&row.subject),
        Ok(SubjectKind::Company) => "/settings".to_owned(),
        _ => String::new(),
    };
    let fact = row.fact();
    AuditEntry {
        id: row.id.to_string(),
        at: dates::minute(zone, Instant(row.at)),
        action: title(&row.action, fact.as_ref()),
        subject_kind: readable(&row.subject_kind),
        detail: fact.map(|fact| details(zone, fact)).unwrap_or_default(),
        author: author(authors, &row.author).to_owned(),
        subject: row.subject,
        href,
    }
}

/// Who did it, as people read it.
pub fn author<'a>(authors: &'a Authors, stored: &'a str) -> &'a str {
    if data::act::is_system(stored) { "Tributary" } else { authors.name(stored) }
}

/// "Customer created", "Reward put on hold"
pub fn title(action: &str, fact: Option<&Fact>) -> String {
    match fact {
        Some(Fact::RewardDecided(action, _)) => format!("Reward {}", action.label()),
        Some(Fact::OfferVersionPublished { terms, .. }) if terms.is_empty() => "Offer retired".to_owned(),
        _ => readable(action),
    }
}

/// "customer_created" → "Customer created"
pub fn readable(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Labels with their words; what is empty is left out.
struct Details<'a> {
    zone: &'a Zone,
    list: Vec<(String, String)>,
}

impl Details<'_> {
    fn add(&mut self, label: &str, words: impl ToString) {
        let words = words.to_string();
        if !words.is_empty() {
            self.list.push((label.to_owned(), words));
        }
    }

    fn amount(&mut self, label: &str, minor: i64, currency: Currency) {
        self.add(label, Money::new(minor, currency).display());
    }

    fn at(&mut self, label: &str, at: Instant) {
        self.add(label, dates::minute(self.zone, at));
    }

    /// What was before and is after, where they differ.
    fn change(&mut self, label: &str, before: impl ToString, after: impl ToString) {
        let (before, after) = (before.to_string(), after.to_string());
        let told = |words: String| if words.is_empty() { "none".to_owned() } else { words };
        if before != after {
            self.add(label, format!("{} → {}", told(before), told(after)));
        }
    }

    fn change_of_partner(&mut self, before: PartnerFields, after: PartnerFields) {
        let account = |account: Option<String>| masked(&account.unwrap_or_default());
        self.change("Name", before.name, after.name);
        self.change("Email", before.email, after.email);
        self.change("Tags", tags(&before.tags), tags(&after.tags));
        self.change("Manager", before.manager.unwrap_or_default(), after.manager.unwrap_or_default());
        self.change("Payout method", before.payout_method, after.payout_method);
        self.change("Settlement days", before.settlement_days, after.settlement_days);
        self.change("Payout account", account(before.payout_account), account(after.payout_account));
    }

    fn change_of_customer(&mut self, before: CustomerFields, after: CustomerFields) {
        self.change("Name", before.name, after.name);
        self.change("Email", before.email, after.email);
        self.change("Provider key", before.provider_key.unwrap_or_default(), after.provider_key.unwrap_or_default());
    }

    fn attribution(&mut self, change: Attribution) {
        self.add("Partner", change.partner.as_deref().unwrap_or("none"));
        self.at("From", change.from.0);
        self.add("Reason", change.reason);
        self.add("Events", change.events);
        self.add("Rewards", change.rewards);
    }

    fn attempt(&mut self, attempt: i32, amount: i64, currency: Currency) {
        self.add("Attempt", attempt);
        self.amount("Amount", amount, currency);
    }
}

/// What a fact holds beside its subject.
fn details(zone: &Zone, fact: Fact) -> Vec<(String, String)> {
    let mut told = Details { zone, list: Vec::new() };
    match fact {
        Fact::CompanyCreated { timezone } => told.add("Time zone", place(&timezone)),
        Fact::CompanyChanged(fields) => {
            for (field, (before, after)) in fields {
                told.change(&company_label(&field), company_words(&field, &before), company_words(&field, &after));
            }
        }
        Fact::GroupCreated { name } => told.add("Name", name),
        Fact::GroupChanged { name: (before, after) } => told.change("Name", before, after),
        Fact::OfferCreated { terms } => told.add("Pays", pays(&terms)),
        Fact::OfferVersionPublished { number, effective_from, terms } => {
            told.add("Version", number);
            told.at("Effective from", effective_from.0);
            told.add("Pays", pays(&terms));
        }
        Fact::PartnerCreated { group, name } => {
            told.add("Group", group);
            told.add("Name", name);
        }
        Fact::PartnerChanged { before, after } => told.change_of_partner(before, after),
        Fact::PartnerMovedToGroup { from, to } => {
            told.add("From", from.unwrap_or_default());
            told.add("To", to.unwrap_or_default());
        }
        Fact::PartnerStatusChanged { from, to } => {
            told.add("From", from.label());
            told.add("To", to.label());
        }
        Fact::PartnerKeyGivenUp { from, to } | Fact::PartnerKeyChanged { from, to } => {
            told.add("From", from);
            told.add("To", to);
        }
        Fact::MemberAdded { role, email } | Fact::MemberRemoved { role, email } => {
            told.add("Role", role.label());
            told.add("Email", email);
        }
        Fact::UserAdded { role } | Fact::UserRemoved { role } => told.add("Role", role.label()),
        Fact::UserSignedOut { sessions } => told.add("Sessions", sessions),
        Fact::SignedIn { network } | Fact::SignInLinkUsed { network } => told.add("Network", network),
        Fact::SignInFailed { network, tries } => {
            told.add("Network", network);
            told.add("Tries", tries);
        }
        Fact::CustomerCreated { partner } => told.add("Partner", partner.unwrap_or_default()),
        Fact::CustomerChanged { before, after } => told.change_of_customer(before, after),
        Fact::AttributionChanged(change) | Fact::AttributionChangeUndone(change) => told.attribution(change),
        Fact::SaleRecorded(recorded) | Fact::RefundRecorded(recorded) => {
            told.add("Amount", recorded.money().map_or_else(|| recorded.amount.clone(), |amount| amount.display()));
            told.add("Customer", recorded.customer);
            told.at("Occurred at", recorded.occurred_at.0);
            told.add("Refund of", recorded.refund_of.unwrap_or_default());
        }
        Fact::TransactionVoided(void) | Fact::TransactionVoidUndone(void) => {
            told.amount("Amount", void.amount, void.currency);
            told.add("Customer", void.customer);
            told.add("Reason", void.reason);
            told.add("Rewards", void.rewards);
        }
        Fact::RewardCreated { partner, customer, amount, currency, description, month } => {
            told.amount("Amount", amount, currency);
            told.add("Partner", partner);
            told.add("Customer", customer);
            told.add("Description", description);
            told.add("Month", month.long());
        }
        Fact::RewardAdjusted { adjusts: _, difference, currency, description, month } => {
            told.amount("Difference", difference, currency);
            told.add("Description", description);
            told.add("Month", month.long());
        }
        Fact::RewardDecided(_, change) => {
            told.amount("Amount", change.amount, change.currency);
            told.add("From", change.from.label());
            told.add("To", change.to.label());
            told.change("Month", change.from_month.long(), change.to_month.long());
            told.add("Reason", change.reason.unwrap_or_default());
        }
        Fact::PartnersImported { created } | Fact::CustomersImported { created } => told.add("Created", created),
        Fact::TransactionsImported { recorded, rewards, unchanged } => {
            told.add("Recorded", recorded);
            told.add("Rewards", rewards);
            told.add("Unchanged", unchanged);
        }
        Fact::ImportVoided { transactions, reason } => {
            told.add("Transactions", transactions);
            told.add("Reason", reason);
        }
        Fact::ImportVoidUndone { transactions } => told.add("Transactions", transactions),
        Fact::InvoiceGenerated { month, currency, lines, total } => {
            told.add("Month", month.parse::<Month>().map_or(month, |month| month.long()));
            told.add("Rewards", lines);
            told.amount("Total", total, currency);
        }
        Fact::InvoicePaused { reason } => told.add("Reason", reason),
        Fact::InvoiceResumed {} => {}
        Fact::InvoiceFrozen { total, charge, fee, currency, partners } => {
            told.amount("Total", total, currency);
            told.amount("Charge", charge, currency);
            told.amount("Fee", fee, currency);
            told.add("Partners", partners);
        }
        Fact::InvoiceCharged { amount, currency, payouts, mails } => {
            told.amount("Amount", amount, currency);
            told.add("Payouts", payouts);
            told.add("Emails", mails);
        }
        Fact::ChargeStarted { attempt, amount, currency, provider } => {
            told.attempt(attempt, amount, currency);
            told.add("Provider", provider.label());
        }
        Fact::ChargeSucceeded { attempt, amount, currency } | Fact::PayoutRetried { attempt, amount, currency } => {
            told.attempt(attempt, amount, currency);
        }
        Fact::ChargeFailed { attempt, amount, currency, error } => {
            told.attempt(attempt, amount, currency);
            told.add("Error", error);
        }
        Fact::ChargeHandedOver { attempt, provider: (before, after) } => {
            told.add("Attempt", attempt);
            told.change("Provider", before.label(), after.label());
        }
        Fact::PaymentFileMade { message_id, payouts, amount, currency, again } => {
            told.add("Message ID", message_id);
            told.add("Payouts", payouts);
            told.amount("Amount", amount, currency);
            told.add("Again", again);
        }
        Fact::PayoutSent(payout) | Fact::PayoutPaid(payout) | Fact::PayoutFailed(payout) | Fact::PayoutReturned(payout) => {
            told.amount("Amount", payout.amount, payout.currency);
            told.add("Error", payout.error.unwrap_or_default());
            if let Some(at) = payout.returned_at {
                told.at("Returned at", at.0);
            }
        }
        Fact::PayoutHandedOver { provider: (before, after) } => told.change("Provider", before.label(), after.label()),
        Fact::SimulationPlanned { outcome } => told.add("Outcome", readable(&outcome)),
        Fact::ClockMoved { from, until } => {
            told.at("From", from.0);
            told.at("Until", until.0);
        }
    }
    told.list
}

fn company_label(field: &str) -> String {
    let label = match field {
        "iban" => "IBAN",
        "bic" => "BIC",
        "timezone" => "Time zone",
        "fee_percent" => "Fee (%)",
        "customer_visibility" => "What partners see of a customer",
        "charge_provider" => "How invoices are charged",
        "payout_provider" => "How partners are paid",
        other => return readable(other),
    };
    label.to_owned()
}

fn company_words(field: &str, value: &str) -> String {
    let provider = || value.parse::<ProviderKind>().map(|provider| provider.label());
    let visibility = || value.parse::<CustomerVisibility>().map(|visibility| visibility.label());
    match field {
        "iban" => masked(value),
        "timezone" => place(value),
        "charge_provider" | "payout_provider" => provider().unwrap_or(value).to_owned(),
        "customer_visibility" => visibility().unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    }
}

/// No more of an account than its last four characters: who may see it all does so where it is kept.
fn masked(account: &str) -> String {
    bank::stored_account(account).map(|account| account.masked()).unwrap_or_default()
}

/// "America/New_York" → "America/New York"
fn place(timezone: &str) -> String {
    timezone.replace('_', " ")
}

/// As they are kept: a list in JSON.
fn tags(stored: &str) -> String {
    serde_json::from_str::<Vec<String>>(stored).map_or_else(|_| stored.to_owned(), |tags| tags.join(", "))
}

fn pays(terms: &[Trigger]) -> String {
    match terms.len() {
        count if count > LISTED_MAX => count.to_string(),
        _ => terms.iter().map(Trigger::brief).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn entry_of(action: &str, detail: &str) -> AuditEntry {
        let zone: Zone = "America/New_York".parse().unwrap();
        let row = audit::Model {
            id: Uuid::nil(),
            company_id: None,
            at: 0,
            author: data::act::Actor::SYSTEM.stored(),
            action: action.to_owned(),
            subject_kind: "reward".to_owned(),
            subject: "rwd_1".to_owned(),
            detail: detail.to_owned(),
        };
        entry(&zone, row, &Authors::default())
    }

    fn read(action: &str, detail: &str) -> Vec<String> {
        entry_of(action, detail).detail.into_iter().map(|(label, words)| format!("{label}: {words}")).collect()
    }

    /// As they are stored since the first version.
    #[test]
    fn details_read_as_words() {
        let changed = read("company_changed", r#"{"timezone":["UTC","America/New_York"],"iban":["","DE89370400440532013000"]}"#);
        assert_eq!(changed, ["IBAN: none → ••••3000", "Time zone: UTC → America/New York"]);
        let providers = read("company_changed", r#"{"payout_provider":["simulated","manual"]}"#);
        let told = format!("How partners are paid: {} → {}", ProviderKind::Simulated.label(), ProviderKind::Manual.label());
        assert_eq!(providers, [told]);
        let released = r#"{"amount":2475,"batch":"01a1a725-4500-8eba-a6ec-294777d5a420","currency":"USD","from":"hold",
            "from_month":202608,"reason":null,"to":"pending","to_month":202611}"#;
        let told = ["Amount: $24.75", "From: On hold", "To: New", "Month: August 2026 → November 2026"];
        assert_eq!(read("reward_release", released), told);
        let moved = r#"{"events":2,"from":"2026-11-04T15:20:00Z","partner":null,"reason":"Ours","rewards":0,"undoes":null}"#;
        let told = ["Partner: none", "From: 4 Nov 2026, 10:20", "Reason: Ours", "Events: 2", "Rewards: 0"];
        assert_eq!(read("attribution_changed", moved), told);
        let partner = |name: &str, tags: &str, account: &str| {
            format!(
                r#"{{"name":"{name}","email":"a@x.test","tags":"{tags}","manager":null,"payout_method":"bank","settlement_days":3,"payout_account":{account}}}"#
            )
        };
        let (before, after) = (partner("Ada", r#"[\"gold\",\"early\"]"#, "null"), partner("Bo", "[]", "\"GB82 WEST 1234 5698 7654 32\""));
        let changed = read("partner_changed", &format!(r#"{{"before":{before},"after":{after}}}"#));
        assert_eq!(changed, ["Name: Ada → Bo", "Tags: gold, early → none", "Payout account: none → ••••5432"]);
    }

    /// What a company calls its things is no state, date or id of ours.
    #[test]
    fn keys_are_told_as_they_are() {
        let sale = r#"{"amount":"1000.00","currency":"USD","customer":"01a1a725-4500-8eba-a6ec-294777d5a420",
            "occurred_at":"2026-11-04T15:20:00Z","refund_of":"approved"}"#;
        let told = [
            "Amount: $1,000.00",
            "Customer: 01a1a725-4500-8eba-a6ec-294777d5a420",
            "Occurred at: 4 Nov 2026, 10:20",
            "Refund of: approved",
        ];
        assert_eq!(read("refund_recorded", sale), told);
        assert_eq!(
            read("partner_key_changed", r#"{"from":"hold","to":"2026-11-04T15:20:00Z"}"#),
            ["From: hold", "To: 2026-11-04T15:20:00Z"]
        );
    }

    #[test]
    fn titles_are_what_happened() {
        let title = |action: &str, detail: &str| entry_of(action, detail).action;
        assert_eq!(title("partner_moved_to_group", "{}"), "Partner moved to group");
        let held = r#"{"amount":1,"batch":"01a1a725-4500-8eba-a6ec-294777d5a420","currency":"USD","from":"pending","from_month":202608,"to":"hold","to_month":202608}"#;
        assert_eq!(title("reward_hold", held), "Reward put on hold");
        let version = r#"{"number":2,"effective_from":"2026-11-04T15:20:00Z","terms":[]}"#;
        assert_eq!(title("offer_version_published", version), "Offer retired");
    }

    #[test]
    fn what_nobody_wrote_is_shown_without_details() {
        let unknown = entry_of("something_else", r#"{"amount":1}"#);
        assert_eq!((unknown.action.as_str(), unknown.detail.len(), unknown.author.as_str()), ("Something else", 0, "Tributary"));
    }
}
