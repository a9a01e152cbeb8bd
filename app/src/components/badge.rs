//! Status as icon, word and tint: the same everywhere.

use domain::Money;
use domain::states::{InvoiceState, PartnershipStatus, PayoutState, RewardStatus};
use leptos::prelude::*;

use super::Icon;

/// Anything with a status that the screens show.
pub trait Status {
    /// The status of the style sheet, its icon and its word.
    fn look(&self) -> (&'static str, &'static str, &'static str);
}

impl Status for RewardStatus {
    fn look(&self) -> (&'static str, &'static str, &'static str) {
        let (status, icon) = match self {
            RewardStatus::New => ("new", "new"),
            RewardStatus::Approved => ("approved", "check"),
            RewardStatus::OnHold => ("on-hold", "hold"),
            RewardStatus::Declined => ("declined", "decline"),
            RewardStatus::Scheduled => ("scheduled", "calendar"),
            RewardStatus::Invoiced => ("invoiced", "invoice"),
            RewardStatus::Paid | RewardStatus::PaidElsewhere => ("paid", "check-all"),
        };
        (status, icon, self.label())
    }
}

impl Status for InvoiceState {
    fn look(&self) -> (&'static str, &'static str, &'static str) {
        let (status, icon) = match self {
            InvoiceState::InReview => ("in-review", "clock"),
            InvoiceState::Charging => ("pending", "clock"),
            InvoiceState::ChargeFailed => ("failed", "alert"),
            InvoiceState::Charged => ("charged", "card"),
            InvoiceState::Paid => ("paid", "check-all"),
        };
        (status, icon, self.label())
    }
}

impl Status for PayoutState {
    fn look(&self) -> (&'static str, &'static str, &'static str) {
        let (status, icon) = match self {
            PayoutState::Pending => ("pending", "clock"),
            PayoutState::Sending | PayoutState::Sent => ("charged", "arrow-right"),
            PayoutState::Paid => ("paid", "check-all"),
            PayoutState::Failed | PayoutState::Returned => ("failed", "alert"),
        };
        (status, icon, self.label())
    }
}

impl Status for PartnershipStatus {
    fn look(&self) -> (&'static str, &'static str, &'static str) {
        let (status, icon) = match self {
            PartnershipStatus::Invited => ("scheduled", "mail"),
            PartnershipStatus::Pending => ("pending", "clock"),
            PartnershipStatus::Approved => ("approved", "check"),
            PartnershipStatus::Declined => ("declined", "decline"),
            PartnershipStatus::Archived => ("archived", "lock"),
        };
        (status, icon, self.label())
    }
}

#[component]
pub fn StatusBadge<S: Status>(of: S) -> impl IntoView {
    let (status, icon, word) = of.look();
    view! { <Badge status=status icon=icon word=word/> }
}

/// A badge for what has no type of its own ("paused", "retired"): `status` is a word of the style sheet.
#[component]
pub fn Badge(status: &'static str, icon: &'static str, #[prop(into)] word: String) -> impl IntoView {
    view! {
        <span class="badge" data-status=status>
            <Icon name=icon/>
            <span>{word}</span>
        </span>
    }
}

/// An amount with its currency, in tabular figures; `code` adds the currency's letters where several are on the page.
/// In a column of several currencies the points stand under each other.
#[component]
pub fn Amount(of: Money, #[prop(optional)] code: bool) -> impl IntoView {
    // Currencies without a sign of their own have their letters before the amount; here all have them behind it.
    let amount = if code { of.display().replace(&format!("{}\u{a0}", of.currency), "") } else { of.display() };
    let letters = code.then(|| view! { <span class="code">{format!(" {}", of.currency)}</span> });
    view! {
        <span class="num" data-decimals=of.currency.exponent()>{amount}</span>
        {letters}
    }
}
