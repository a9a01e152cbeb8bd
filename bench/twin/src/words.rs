//! What both pages write in the same words.

use std::fmt::Write;

use domain::invoicing::ChargeDates;
use domain::states::{InvoiceState, RewardState, RewardStatus};
use domain::zone::Zone;
use domain::{Instant, Money, Month, dates};
use maud::{Markup, html};
use sha2::{Digest, Sha256};
use siphasher::sip128::SipHasher24;
use uuid::Uuid;

use crate::queries::{Invoice, Reward};
use crate::{Error, Person, Twin};

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the forms of one page are signed with, as the product signs them.
pub struct PageKey {
    page: Uuid,
    user: Uuid,
    key: [u8; 16],
}

impl PageKey {
    pub fn new(twin: &Twin, person: &Person) -> PageKey {
        let page = Uuid::now_v7();
        let signed = Sha256::new().chain_update(&twin.secret).chain_update(page).chain_update(person.id).finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&signed[..16]);
        PageKey { page, user: person.id, key }
    }

    /// The hidden fields of a form.
    pub fn fields(&self, action: &str, place: &str, name: &str) -> Markup {
        let signed = SipHasher24::new_with_key(&self.key).hash(format!("0\n{action}\n{place}").as_bytes()).as_u128();
        html! {
            input type="hidden" name="form_token" value={ (self.page.simple()) "." (self.user.simple()) ".0." (format_args!("{signed:032x}")) };
            input type="hidden" name="place" value=(place);
            input type="hidden" name="form_name" value=(name);
        }
    }
}

pub fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ "/icons.svg#" (name) } {} } }
}

/// The first that is known: name, address, key.
pub fn title<'a>(name: &'a str, email: &'a str, key: &'a str) -> &'a str {
    [name, email, key].into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// Long words break after their signs.
pub fn breakable(text: &str) -> Markup {
    let mut pieces = vec![];
    let mut rest = text;
    for word in text.split_inclusive(char::is_whitespace) {
        if word.trim_end().chars().count() <= 16 {
            continue;
        }
        let begins = word.as_ptr() as usize - text.as_ptr() as usize;
        let signs = word.char_indices().filter(|(at, letter)| {
            matches!(letter, '@' | '.' | '-' | '_') && word[at + 1..].chars().next().is_some_and(char::is_alphanumeric)
        });
        for (at, _) in signs {
            let (piece, after) = rest.split_at(begins + at + 1 - (text.len() - rest.len()));
            pieces.push(piece);
            rest = after;
        }
    }
    html! { @for piece in pieces { (piece) wbr; } (rest) }
}

/// `code`: with the currency's letters behind it.
pub fn amount(of: Money, code: bool) -> Markup {
    let text = of.display();
    let plain = if code { text.trim_start_matches(of.currency.code()).trim_start_matches('\u{a0}') } else { &text };
    html! {
        span.num data-decimals=(of.currency.exponent()) { (plain) }
        @if code { span.code { " " (of.currency) } }
    }
}

pub fn badge(status: RewardStatus) -> Markup {
    let (word, picture) = match status {
        RewardStatus::New => ("new", "new"),
        RewardStatus::Approved => ("approved", "check"),
        RewardStatus::OnHold => ("on-hold", "hold"),
        RewardStatus::Declined => ("declined", "decline"),
        RewardStatus::Scheduled => ("scheduled", "calendar"),
        RewardStatus::Invoiced => ("invoiced", "invoice"),
        RewardStatus::Paid | RewardStatus::PaidElsewhere => ("paid", "check-all"),
    };
    html! { span.badge data-status=(word) { (icon(picture)) span { (status.label()) } } }
}

pub fn totals(words: &str, sums: &[Money]) -> Markup {
    html! {
        p.totals aria-live="polite" {
            span { strong { (words) } }
            @for sum in sums {
                @match sum.currency.symbol() {
                    Some(_) => { span { strong { (sum.display()) } " " (sum.currency) } }
                    None => { span { strong { (sum.display()) } } }
                }
            }
            span.muted { "earned, not counting declined ones" }
        }
    }
}

/// The first page of a list: `last` is the row before the next page.
pub fn pager(words: &str, last: Option<&Reward>) -> Markup {
    html! {
        nav.pager aria-label="Pages" {
            span { (words) }
            @if let Some(last) = last {
                span.btn-group {
                    a.btn.small aria-disabled="true" role="link" { (icon("chevron-left")) span { "Previous" } }
                    a.btn.small href={ "?page=f.created_at-desc.i" (last.created_at) "." (last.id.simple()) } {
                        span { "Next" } (icon("chevron-right"))
                    }
                }
            }
        }
    }
}

/// What a reward is for, and by which trigger where several paid for the same sale in the same words.
pub async fn description(twin: &Twin, row: &Reward) -> Result<String, Error> {
    let plain = || row.description.clone();
    let (Some(alike), Some(key), Some(version)) = (&row.alike, &row.trigger_key, row.offer_version_id) else { return Ok(plain()) };
    if !alike.split(',').any(|other| other != key) {
        return Ok(plain());
    }
    let triggers = twin.triggers(version).await?;
    let Some(own) = triggers.iter().find(|trigger| trigger.key == *key) else { return Ok(plain()) };
    let brief = own.brief();
    let same = triggers.iter().any(|other| other.key != own.key && alike.split(',').any(|key| key == other.key) && other.brief() == brief);
    let told = if same { own.sentence() } else { brief };
    Ok(if row.description.ends_with(&told) { plain() } else { format!("{} · {told}", row.description) })
}

/// Why a reward is as it is, and the month that it is for.
pub fn reason(zone: &Zone, row: &Reward, state: RewardState, open_month: i32) -> (String, Month) {
    match row.ready_at.map(Instant).filter(|_| state == RewardState::Scheduled) {
        Some(at) => {
            let month = Month(open_month).max(zone.month(at));
            (dates::due(zone, at, month), month)
        }
        None => (row.state_reason.clone().unwrap_or_default(), Month(row.invoice_month)),
    }
}

impl Invoice {
    pub fn state(&self) -> Result<InvoiceState, Error> {
        Ok(self.state.parse()?)
    }

    /// When it was charged or is going to be.
    pub fn charge(&self) -> Result<Option<Instant>, Error> {
        let dates = ChargeDates {
            state: self.state()?,
            paused: self.paused_at.is_some(),
            charge_due_at: Instant(self.charge_due_at),
            retry_at: self.retry_at.map(Instant),
            charged_at: self.charged_at.map(Instant),
        };
        Ok(dates.charge())
    }
}
