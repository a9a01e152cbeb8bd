//! Why an event did or did not make a reward: stable codes, each with words for the partner and for the company.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares the reasons: variant, code, words for the partner, words for the company.
macro_rules! reasons {
    ($($variant:ident = $code:literal / $partner:literal / $company:literal),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason { $(#[serde(rename = $code)] $variant),+ }

        impl Reason {
            pub const ALL: &'static [Reason] = &[$(Reason::$variant),+];

            /// The code in files, the database and the API. Never changes.
            pub const fn code(&self) -> &'static str {
                match self { $(Reason::$variant => $code),+ }
            }

            /// A sentence for the partner, who sees neither conditions nor other partners.
            pub const fn for_partner(&self) -> &'static str {
                match self { $(Reason::$variant => $partner),+ }
            }

            /// A sentence for the company.
            pub const fn for_company(&self) -> &'static str {
                match self { $(Reason::$variant => $company),+ }
            }
        }

        impl std::str::FromStr for Reason {
            type Err = UnknownReason;

            fn from_str(text: &str) -> Result<Self, UnknownReason> {
                match text {
                    $($code => Ok(Reason::$variant),)+
                    _ => Err(UnknownReason(text.chars().take(40).collect())),
                }
            }
        }
    };
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a known reason")]
pub struct UnknownReason(String);

reasons! {
    Rewarded = "rewarded" / "This earned a commission." / "This earned a reward.",
    RefundReversed = "refund_reversed" / "The customer was refunded, so the same share of the commission was reversed."
        / "The refunded share of the original reward was reversed.",
    SupersededByAttribution = "superseded_by_attribution" / "The customer was assigned to another partner from this date on."
        / "An attribution change moved this event to another partnership.",
    Voided = "voided" / "The payment was recorded by mistake and voided, so it earned nothing."
        / "The transaction was voided because it was recorded by mistake.",
    TestCustomer = "test_customer" / "This is a test customer. Test customers never earn a commission."
        / "Test customers never earn rewards.",
    AmountZero = "amount_zero" / "The payment was zero, so there is nothing to share." / "The transaction's amount is zero.",
    NoAttribution = "no_attribution" / "At that time the customer was not assigned to a partner."
        / "The customer was not attributed to a partnership when this happened.",
    PartnershipNotActive = "partnership_not_active" / "Your partnership was not active when this happened, so it earned nothing."
        / "The partnership was declined or archived when this happened, so it earned nothing.",
    NoOfferInForce = "no_offer_in_force" / "No offer was in force for you when this happened."
        / "No offer of the partner's group, or for everyone, was in force for this customer when this happened.",
    EventKindDiffers = "event_kind_differs" / "This offer pays for something else." / "It pays only for sales or only for new customers, and this was the other.",
    StoppedByEarlierTrigger = "stopped_by_earlier_trigger" / "An earlier part of the same offer already paid for this."
        / "An earlier trigger of the offer matched and stops the ones after it.",
    CurrencyDiffers = "currency_differs" / "The payment was made in a currency that this offer does not cover."
        / "The trigger compares amounts in its own currency and the transaction is in another one.",
    BelowMinimum = "below_minimum" / "The payment is below the offer's minimum amount." / "The transaction is below the trigger's minimum amount.",
    ConditionNotMet = "condition_not_met" / "The offer has a condition that this did not meet." / "The trigger's condition was not met.",
    NotFirstPurchase = "not_first_purchase" / "The offer pays for a customer's first purchase, and this was not the first."
        / "The trigger pays for the first purchase only; this is not the customer's earliest transaction above zero.",
    AlreadyRewarded = "already_rewarded" / "The offer pays once per customer and has paid for this customer already."
        / "The trigger pays for the first purchase only and has already rewarded this customer.",
    LimitMonths = "limit_months" / "The months in which the offer pays for this customer are over."
        / "The months counted from the customer's first purchase are over.",
    LimitRewards = "limit_rewards" / "The offer has paid as often for this customer as it promises."
        / "The trigger has made as many rewards for this customer as its limit allows.",
    CapReached = "cap_reached" / "Your commissions of this month have reached the offer's monthly maximum."
        / "The trigger's monthly cap for this partnership is used up.",
    RoundsToZero = "rounds_to_zero" / "The commission would be smaller than the smallest coin." / "The reward rounds to zero, so no row was made.",
    OriginalNotRewarded = "original_not_rewarded" / "The refunded payment had earned no commission, so nothing is reversed."
        / "The refunded transaction made no reward.",
    OriginalDeclined = "original_declined" / "The commission of the refunded payment was declined, so nothing is reversed."
        / "The original reward was declined; there is nothing to reverse.",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back() {
        for reason in Reason::ALL {
            assert_eq!(reason.code().parse::<Reason>().unwrap(), *reason);
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.code()));
            assert!(reason.for_partner().ends_with('.') && reason.for_company().ends_with('.'));
        }
        assert!("nonsense".parse::<Reason>().is_err());
    }
}
