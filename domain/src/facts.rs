//! What happened to money and permissions, as the audit log keeps it.
//!
//! The names of facts and of their fields are stored for good: they never change, and a field that is added later is optional.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::offers::Trigger;
use crate::states::{CompanyRole, PartnerRole, PartnershipStatus, PayoutState, ProviderKind, RewardAction, RewardState, SubjectKind};
use crate::time::{Instant, Month};
use crate::{Currency, Money};

/// One thing that happened to one subject. Amounts are in minor units of the fact's currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", content = "detail", rename_all = "snake_case")]
pub enum Fact {
    CompanyCreated {
        timezone: String,
    },
    /// By field, before and after.
    CompanyChanged(BTreeMap<String, (String, String)>),
    GroupCreated {
        name: String,
    },
    GroupChanged {
        name: (String, String),
    },
    OfferCreated {
        terms: Vec<Trigger>,
    },
    /// A version without triggers retires its offer.
    OfferVersionPublished {
        number: i32,
        effective_from: At,
        terms: Vec<Trigger>,
    },

    PartnerCreated {
        group: String,
        name: String,
    },
    PartnerChanged {
        before: PartnerFields,
        after: PartnerFields,
    },
    /// Names of groups.
    PartnerMovedToGroup {
        from: Option<String>,
        to: Option<String>,
    },
    PartnerStatusChanged {
        from: PartnershipStatus,
        to: PartnershipStatus,
    },
    /// Recorded under the old key, beside [`Fact::PartnerKeyChanged`] under the new one.
    PartnerKeyGivenUp {
        from: String,
        to: String,
    },
    PartnerKeyChanged {
        from: String,
        to: String,
    },
    MemberAdded {
        role: PartnerRole,
        email: String,
    },
    MemberRemoved {
        role: PartnerRole,
        email: String,
    },

    UserAdded {
        role: CompanyRole,
    },
    UserRemoved {
        role: CompanyRole,
    },
    UserSignedOut {
        sessions: u64,
    },
    SignedIn {
        network: String,
    },
    SignInLinkUsed {
        network: String,
    },
    /// From one network within one hour.
    SignInFailed {
        network: String,
        tries: i64,
    },

    CustomerCreated {
        partner: Option<String>,
    },
    CustomerChanged {
        before: CustomerFields,
        after: CustomerFields,
    },
    AttributionChanged(Attribution),
    AttributionChangeUndone(Attribution),

    SaleRecorded(Transaction),
    RefundRecorded(Transaction),
    TransactionVoided(Void),
    TransactionVoidUndone(Void),

    RewardCreated {
        partner: String,
        customer: String,
        amount: i64,
        currency: Currency,
        description: String,
        month: Month,
    },
    RewardAdjusted {
        adjusts: String,
        difference: i64,
        currency: Currency,
        description: String,
        month: Month,
    },
    /// Stored as "reward_" and the action's word.
    #[serde(skip)]
    RewardDecided(RewardAction, RewardChange),

    PartnersImported {
        created: u64,
    },
    CustomersImported {
        created: u64,
    },
    TransactionsImported {
        recorded: u64,
        rewards: u64,
        unchanged: u64,
    },
    ImportVoided {
        transactions: i64,
        reason: String,
    },
    ImportVoidUndone {
        transactions: i64,
    },

    InvoiceGenerated {
        month: String,
        currency: Currency,
        lines: i64,
        total: i64,
    },
    InvoicePaused {
        reason: String,
    },
    InvoiceResumed {},
    InvoiceFrozen {
        total: i64,
        charge: i64,
        fee: i64,
        currency: Currency,
        partners: usize,
    },
    InvoiceCharged {
        amount: i64,
        currency: Currency,
        payouts: usize,
        mails: usize,
    },
    ChargeStarted {
        attempt: i32,
        amount: i64,
        currency: Currency,
        provider: ProviderKind,
    },
    ChargeSucceeded {
        attempt: i32,
        amount: i64,
        currency: Currency,
    },
    ChargeFailed {
        attempt: i32,
        amount: i64,
        currency: Currency,
        error: String,
    },
    ChargeHandedOver {
        attempt: i32,
        provider: (ProviderKind, ProviderKind),
    },
    PaymentFileMade {
        message_id: String,
        payouts: usize,
        amount: i64,
        currency: Currency,
        again: usize,
    },

    PayoutSent(Payout),
    PayoutPaid(Payout),
    PayoutFailed(Payout),
    PayoutReturned(Payout),
    PayoutRetried {
        attempt: i32,
        amount: i64,
        currency: Currency,
    },
    PayoutHandedOver {
        provider: (ProviderKind, ProviderKind),
    },

    SimulationPlanned {
        outcome: String,
    },
    ClockMoved {
        from: At,
        until: At,
    },
}

/// An instant, stored as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct At(pub Instant);

impl TryFrom<String> for At {
    type Error = crate::time::TimeError;

    fn try_from(text: String) -> Result<At, Self::Error> {
        Instant::parse(&text).map(At)
    }
}

impl From<At> for String {
    fn from(At(at): At) -> String {
        at.rfc3339()
    }
}

/// What may be changed of a partner; `tags` is a list in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerFields {
    pub name: String,
    pub email: String,
    pub tags: String,
    pub manager: Option<String>,
    pub payout_method: String,
    pub settlement_days: i32,
    pub payout_account: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerFields {
    pub name: String,
    pub email: String,
    pub provider_key: Option<String>,
}

/// A change of whose a customer is: to which partner, from when on, and how many events and rewards that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    pub partner: Option<String>,
    pub from: At,
    pub reason: String,
    pub undoes: Option<Uuid>,
    pub events: usize,
    pub rewards: usize,
}

/// A sale or a refund; the amount is a plain decimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    pub customer: String,
    pub amount: String,
    pub currency: Currency,
    pub occurred_at: At,
    pub refund_of: Option<String>,
}

impl Transaction {
    pub fn money(&self) -> Option<Money> {
        Money::parse(&self.amount, self.currency).ok()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    pub customer: String,
    pub amount: i64,
    pub currency: Currency,
    pub reason: String,
    pub rewards: usize,
}

/// What a decision did to a reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardChange {
    pub from: RewardState,
    pub to: RewardState,
    pub from_month: Month,
    pub to_month: Month,
    pub amount: i64,
    pub currency: Currency,
    pub reason: Option<String>,
    /// Rewards that were decided about together.
    pub batch: Uuid,
}

/// What became of a payout: why not, and when the bank returned it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    pub amount: i64,
    pub currency: Currency,
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<At>,
}

impl Payout {
    /// The fact of a payout that has come to this state.
    pub fn reached(self, state: PayoutState) -> Fact {
        match state {
            PayoutState::Failed => Fact::PayoutFailed(self),
            PayoutState::Returned => Fact::PayoutReturned(self),
            PayoutState::Sent => Fact::PayoutSent(self),
            PayoutState::Pending | PayoutState::Sending | PayoutState::Paid => Fact::PayoutPaid(self),
        }
    }
}

impl Fact {
    /// What it happened to.
    pub const fn subject_kind(&self) -> SubjectKind {
        match self {
            Fact::CompanyCreated { .. } | Fact::CompanyChanged(_) => SubjectKind::Company,
            Fact::GroupCreated { .. } | Fact::GroupChanged { .. } => SubjectKind::Group,
            Fact::OfferCreated { .. } | Fact::OfferVersionPublished { .. } => SubjectKind::Offer,
            Fact::PartnerCreated { .. }
            | Fact::PartnerChanged { .. }
            | Fact::PartnerMovedToGroup { .. }
            | Fact::PartnerStatusChanged { .. }
            | Fact::PartnerKeyGivenUp { .. }
            | Fact::PartnerKeyChanged { .. }
            | Fact::MemberAdded { .. }
            | Fact::MemberRemoved { .. } => SubjectKind::Partner,
            Fact::UserAdded { .. }
            | Fact::UserRemoved { .. }
            | Fact::UserSignedOut { .. }
            | Fact::SignedIn { .. }
            | Fact::SignInLinkUsed { .. }
            | Fact::SignInFailed { .. } => SubjectKind::User,
            Fact::CustomerCreated { .. }
            | Fact::CustomerChanged { .. }
            | Fact::AttributionChanged(_)
            | Fact::AttributionChangeUndone(_) => SubjectKind::Customer,
            Fact::SaleRecorded(_) | Fact::RefundRecorded(_) | Fact::TransactionVoided(_) | Fact::TransactionVoidUndone(_) => {
                SubjectKind::Transaction
            }
            Fact::RewardCreated { .. } | Fact::RewardAdjusted { .. } | Fact::RewardDecided(..) => SubjectKind::Reward,
            Fact::PartnersImported { .. }
            | Fact::CustomersImported { .. }
            | Fact::TransactionsImported { .. }
            | Fact::ImportVoided { .. }
            | Fact::ImportVoidUndone { .. } => SubjectKind::Import,
            Fact::InvoiceGenerated { .. }
            | Fact::InvoicePaused { .. }
            | Fact::InvoiceResumed {}
            | Fact::InvoiceFrozen { .. }
            | Fact::InvoiceCharged { .. }
            | Fact::ChargeStarted { .. }
            | Fact::ChargeSucceeded { .. }
            | Fact::ChargeFailed { .. }
            | Fact::ChargeHandedOver { .. }
            | Fact::PaymentFileMade { .. } => SubjectKind::Invoice,
            Fact::PayoutSent(_)
            | Fact::PayoutPaid(_)
            | Fact::PayoutFailed(_)
            | Fact::PayoutReturned(_)
            | Fact::PayoutRetried { .. }
            | Fact::PayoutHandedOver { .. } => SubjectKind::Payout,
            Fact::SimulationPlanned { .. } => SubjectKind::Provider,
            Fact::ClockMoved { .. } => SubjectKind::Installation,
        }
    }
}
