//! The words that rows carry for their state, stable in files, the database and the API.

use serde::{Deserialize, Serialize};

/// Declares an enum whose variants have one stable word each.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal / $label:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word in files and the database.
            pub const fn word(&self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The word on the screen.
            pub const fn label(&self) -> &'static str {
                match self { $($name::$variant => $label),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok($name::$variant),)+
                    _ => Err(UnknownWord {
                        text: text.chars().take(40).collect(),
                        known: concat!($($word, ", "),+).trim_end_matches(", "),
                    }),
                }
            }
        }
    };
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not one of {known}")]
pub struct UnknownWord {
    pub text: String,
    pub known: &'static str,
}

words! {
    /// What is recorded of a reward. Whether it is invoiced or paid follows from its invoice and payout: see [`RewardStatus`].
    RewardState {
        Pending = "pending" / "New",
        Approved = "approved" / "Approved",
        Hold = "hold" / "On hold",
        Declined = "declined" / "Declined",
        /// Within the offer's hold days; becomes pending by itself.
        Scheduled = "scheduled" / "Scheduled",
        /// Paid elsewhere, never invoiced.
        Paid = "paid" / "Paid elsewhere",
    }
}

impl RewardState {
    /// Whether a reward in this state is a line of its month's invoice.
    pub const fn payable(&self) -> bool {
        matches!(self, RewardState::Pending | RewardState::Approved)
    }
}

words! {
    /// What a person sees of a reward.
    RewardStatus {
        New = "new" / "New",
        Approved = "approved" / "Approved",
        OnHold = "on_hold" / "On hold",
        Declined = "declined" / "Declined",
        Scheduled = "scheduled" / "Scheduled",
        /// Its invoice has been charged, the partner is not paid yet.
        Invoiced = "invoiced" / "Invoiced",
        Paid = "paid" / "Paid",
        PaidElsewhere = "paid_elsewhere" / "Paid elsewhere",
    }
}

words! {
    RewardSource {
        Transaction = "transaction" / "Sale",
        Customer = "customer" / "New customer",
        Manual = "manual" / "Manual reward",
        Refund = "refund" / "Refund",
        Attribution = "attribution" / "Attribution change",
        Adjustment = "adjustment" / "Adjustment",
        Void = "void" / "Voided sale",
    }
}

words! {
    /// What was done to a reward, in its records. The label goes after "it has been".
    RewardAction {
        Approve = "approve" / "approved",
        Decline = "decline" / "declined",
        Hold = "hold" / "put on hold",
        Release = "release" / "released",
        MarkPaidElsewhere = "mark_paid_elsewhere" / "marked as paid elsewhere",
        MoveToCurrentInvoice = "move_to_current_invoice" / "moved onto the invoice in review",
        RemoveFromInvoice = "remove_from_invoice" / "taken off its invoice",
        /// A reward given by hand, by whoever gave it.
        Withdraw = "withdraw" / "withdrawn",
        /// A decision about it.
        Undo = "undo" / "changed back",
        Adjust = "adjust" / "adjusted",
        /// By itself, when the offer's hold days are over.
        HoldDaysOver = "hold_days_over" / "released",
    }
}

words! {
    /// What a row of the audit log is about.
    SubjectKind {
        Partner = "partner" / "Partner",
        Customer = "customer" / "Customer",
        Transaction = "transaction" / "Transaction",
        Reward = "reward" / "Reward",
        Invoice = "invoice" / "Invoice",
        Payout = "payout" / "Payout",
        Offer = "offer" / "Offer",
        Group = "group" / "Group",
        Import = "import" / "Import",
        User = "user" / "User",
        Company = "company" / "Company",
        Provider = "provider" / "Provider",
        Installation = "installation" / "Installation",
    }
}

words! {
    InvoiceState {
        InReview = "in_review" / "In review",
        /// Its lines are frozen and a charge is due, in flight or waits for confirmation.
        Charging = "charge_pending" / "Charge pending",
        ChargeFailed = "charge_failed" / "Failed",
        Charged = "charged" / "Charged",
        Paid = "paid" / "Paid",
    }
}

impl InvoiceState {
    /// Whether rewards may still come onto it or leave it.
    pub const fn open(&self) -> bool {
        matches!(self, InvoiceState::InReview)
    }
}

words! {
    PayoutState {
        Pending = "pending" / "To pay",
        Sending = "sending" / "Sending",
        Sent = "sent" / "Sent",
        Paid = "paid" / "Paid",
        Failed = "failed" / "Failed",
        /// It counted as paid, and the bank sent it back.
        Returned = "returned" / "Returned",
    }
}

impl PayoutState {
    /// Whether the money did not arrive, or came back: it is owed again and can be sent again.
    pub const fn came_back(&self) -> bool {
        matches!(self, PayoutState::Failed | PayoutState::Returned)
    }
}

words! {
    AttemptState {
        InFlight = "in_flight" / "In flight",
        Succeeded = "succeeded" / "Succeeded",
        Failed = "failed" / "Failed",
    }
}

words! {
    ProviderKind {
        Manual = "manual" / "You pay, and confirm here",
        Simulated = "simulated" / "Simulated",
    }
}

words! {
    /// What the simulated provider is asked to do next.
    SimulatedOutcome {
        Succeed = "succeed" / "Succeed",
        Fail = "fail" / "Fail",
        /// The answer is lost and nothing was done.
        TimeOut = "time_out" / "Time out",
        /// The answer is lost although the money moved.
        TimeOutButDone = "time_out_but_done" / "Time out, though it was done",
    }
}

words! {
    PartnershipStatus {
        Invited = "invited" / "Invited",
        Pending = "pending" / "Pending",
        Approved = "approved" / "Approved",
        Declined = "declined" / "Declined",
        Archived = "archived" / "Archived",
    }
}

words! {
    AttributionSource {
        Manual = "manual" / "By hand",
        Import = "import" / "Import",
        Api = "api" / "API",
        Click = "click" / "Click",
        Coupon = "coupon" / "Coupon",
        Lead = "lead" / "Lead",
    }
}

words! {
    EventKind {
        Customer = "customer" / "Customer created",
        Transaction = "transaction" / "Transaction",
    }
}

words! {
    /// Accounts of the ledger. Credits are positive; every transfer sums to zero.
    Account {
        /// Money the company was charged (negative: received from outside).
        Funds = "funds" / "Company funds",
        /// What the company owes one partner.
        Partner = "partner" / "Partner balance",
        /// Money that left to partners.
        PaidOut = "paid_out" / "Paid out",
        Fee = "fee" / "Fee",
        /// What partners owe back, held against their next rewards.
        CarriedOver = "carried_over" / "Carried over",
    }
}

words! {
    TransferKind {
        InvoiceCharged = "invoice_charged" / "Invoice charged",
        BalanceCarriedOver = "balance_carried_over" / "Balance carried over",
        PayoutSent = "payout_sent" / "Payout sent",
        PayoutFailed = "payout_failed" / "Payout failed",
        PayoutReturned = "payout_returned" / "Payout returned",
    }
}

words! {
    /// A decision on a reward, as reviewers and files name it.
    ReviewDecision {
        Approve = "approve" / "Approve",
        Decline = "decline" / "Decline",
        Hold = "hold" / "Hold",
        Release = "release" / "Release",
    }
}

words! {
    /// What a person may do at a company.
    CompanyRole {
        Owner = "owner" / "Owner",
        Admin = "admin" / "Administrator",
        /// Partners, customers and money, but not the settings.
        Teammate = "teammate" / "Teammate",
        /// Partners and customers, no money.
        ProgramManager = "program_manager" / "Program manager",
        ReadOnly = "read_only" / "Read-only",
    }
}

words! {
    PartnerRole {
        Owner = "owner" / "Owner",
        Admin = "admin" / "Administrator",
        Member = "member" / "Member",
        Finance = "finance" / "Finance",
    }
}

words! {
    /// How much of a customer a partner sees.
    CustomerVisibility {
        Name = "name" / "Name",
        Masked = "masked" / "First letter only",
        Hidden = "hidden" / "Nothing",
    }
}
