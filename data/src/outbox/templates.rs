//! What the mails of month end, charges and payouts say.

use domain::invoicing::{PartnerShare, Retry};
use domain::page::number_of;
use domain::payouts::{not_arrived, within};
use domain::states::PayoutState;
use domain::time::long_date;
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month};

use super::Mail;
use crate::Result;
use crate::store::entities::{companies, invoices, partnerships, payouts, users};
use crate::store::error::stored;

/// One invoice as a mail names it.
pub struct Issued<'a> {
    pub invoice: &'a invoices::Model,
    pub lines: i64,
    pub total: Money,
}

/// A mail to an owner of the company. `about` tells it from others of its kind.
fn to_owner(company: &companies::Model, owner: &users::Model, kind: &'static str, about: &str, subject: &str, words: &str) -> Mail {
    Mail {
        company_id: Some(company.id),
        kind,
        dedupe_key: format!("{kind}/{about}/{}", owner.id),
        recipient: owner.email.clone(),
        subject: format!("{}: {subject}", company.name),
        body: format!("Hello {},\n\n{words}\n\nTributary\n", owner.name),
    }
}

/// The month is over: what is in review until when.
pub fn in_review(company: &companies::Model, zone: &Zone, month: Month, issued: &[Issued<'_>], owner: &users::Model) -> Mail {
    let due = issued.first().map_or(Instant::BEGINNING, |one| Instant(one.invoice.charge_due_at));
    let listed: String = issued
        .iter()
        .map(|one| format!("  {}  {}  ({})\n", one.invoice.number, one.total, number_of(one.lines, "reward", "rewards")))
        .collect();
    let subject = format!("the partner invoice for {} is ready to review", month.long());
    let words = format!(
        "Your partners' rewards for {} are on {}:\n\n{listed}\nYou can review, decline, hold or add rewards until {}, {}. \
         Then {} and your partners are paid.",
        month.long(),
        if issued.len() == 1 { "this invoice" } else { "these invoices, one per currency" },
        long_date(zone.date(due)),
        zone.place(),
        if issued.len() == 1 { "the invoice is charged" } else { "the invoices are charged" },
    );
    to_owner(company, owner, "invoice_in_review", &format!("{}/{month}", company.id), &subject, &words)
}

/// With the provider `manual`, a person pays and confirms.
pub fn charge_waits(company: &companies::Model, invoice: &invoices::Model, attempt: i32, amount: Money, owner: &users::Model) -> Mail {
    let subject = format!("invoice {} for {amount} is due", invoice.number);
    let words = format!(
        "The review of invoice {} has ended and {amount} is due. Pay it, then confirm the payment on the invoice's page. \
         Your partners' payouts are listed there once you have.",
        invoice.number,
    );
    to_owner(company, owner, "charge_waits", &format!("{}/{attempt}", invoice.id), &subject, &words)
}

/// A charge was refused.
#[expect(clippy::too_many_arguments, reason = "everything that the mail says")]
pub fn charge_failed(
    company: &companies::Model,
    zone: &Zone,
    invoice: &invoices::Model,
    attempt: i32,
    amount: Money,
    error: &str,
    retry: Retry,
    owner: &users::Model,
) -> Mail {
    let next = match retry {
        Retry::At(at) => {
            format!("We'll retry it on {}, or earlier if you press Charge again on the invoice's page.", long_date(zone.date(at)))
        }
        Retry::Now => "We're about to retry it.".to_owned(),
        Retry::ByHand => "We won't retry it automatically. Please fix the cause and press Charge again on the invoice's page.".to_owned(),
    };
    let subject = format!("the charge of invoice {} failed", invoice.number);
    let words =
        format!("{amount} for invoice {} couldn't be charged: {error}.\n{next} Your partners are paid once it succeeds.", invoice.number);
    to_owner(company, owner, "charge_failed", &format!("{}/{attempt}", invoice.id), &subject, &words)
}

/// The invoice is charged; its number of payouts and their sum.
pub fn charged(company: &companies::Model, invoice: &invoices::Model, amount: Money, payouts: usize, owner: &users::Model) -> Mail {
    let subject = format!("invoice {} for {amount} was charged", invoice.number);
    let payouts = number_of(payouts, "payout", "payouts");
    let words =
        format!("Invoice {} for {amount} was charged. It includes {payouts} to partners. Nothing on it can change now.", invoice.number);
    to_owner(company, owner, "invoice_charged", &invoice.id.to_string(), &subject, &words)
}

/// When a partner can expect their money.
pub enum Expected<'a> {
    On(&'a str),
    /// The company pays by hand and knows no account of theirs.
    NoAccount,
}

/// To a partner: what they are owed and what comes next. Nothing has been sent yet.
pub fn payout_coming(
    company: &companies::Model,
    invoice: &invoices::Model,
    currency: Currency,
    share: &PartnerShare,
    name: &str,
    email: &str,
    expected: &Expected<'_>,
) -> Mail {
    let amount = Money::new(share.payout, currency);
    let earned = Money::new(share.total, currency);
    let carried = if share.carried_in == 0 {
        String::new()
    } else {
        format!(" {} is deducted for earlier months.", Money::new(-share.carried_in, currency))
    };
    let next = match expected {
        Expected::On(day) => format!("{amount} will be paid to you. Estimated payment date: {day}."),
        Expected::NoAccount => {
            format!("{amount} will be paid to you, but {} doesn't have your account yet. Please tell them where to send it.", company.name)
        }
    };
    Mail {
        company_id: Some(company.id),
        kind: "payout_coming",
        dedupe_key: format!("payout_coming/{}/{}", invoice.id, share.partnership_id),
        recipient: email.to_owned(),
        subject: format!("{}: {amount} for {}", company.name, Month(invoice.month).long()),
        body: format!(
            "Hello {name},\n\nYou earned {earned} with {} in {}.{carried}\n{next}\n\nTributary\n",
            company.name,
            Month(invoice.month).long(),
        ),
    }
}

/// To the owner: money did not reach a partner, or came back.
pub fn payout_failed(
    company: &companies::Model,
    payout: &payouts::Model,
    state: PayoutState,
    partner: &str,
    error: &str,
    owner: &users::Model,
) -> Result<Mail> {
    let amount = Money::new(payout.amount, stored(&payout.currency)?);
    let (subject, happened) = match state {
        PayoutState::Returned => (format!("{amount} to {partner} came back"), "was returned by the bank"),
        _ => (format!("{amount} did not reach {partner}"), "failed"),
    };
    let words = format!(
        "The payout of {amount} to {partner} {happened}: {}.\nThe money counts as owed to them again. Check their account, then pay \
         it again from the invoice's page.",
        within(error),
    );
    Ok(to_owner(company, owner, "payout_failed", &payout.idempotency_key, &subject, &words))
}

/// To the partner, likewise.
pub fn payout_not_arrived(
    company: &companies::Model,
    payout: &payouts::Model,
    state: PayoutState,
    partner: &partnerships::Model,
    error: &str,
) -> Result<Mail> {
    let amount = Money::new(payout.amount, stored(&payout.currency)?);
    let has_account = partner.payout_account.as_deref().is_some_and(|account| !account.trim().is_empty());
    let words = not_arrived(state, error, &company.name, has_account);
    Ok(Mail {
        company_id: Some(company.id),
        kind: "payout_not_arrived",
        dedupe_key: format!("payout_not_arrived/{}/{}", payout.idempotency_key, partner.id),
        recipient: partner.email.clone(),
        subject: format!("{}: your payment of {amount} didn't arrive", company.name),
        body: format!("Hello {},\n\nThis is about your payment of {amount} from {}. {words}\n\nTributary\n", partner.name, company.name),
    })
}

#[cfg(test)]
mod tests;
