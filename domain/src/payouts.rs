//! Payouts as forms, files and banks name them.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::ids;
use crate::states::PayoutState;

/// The prefix of a payout's key.
pub const PREFIX: &str = "pay";

/// What people call a payout.
pub fn key(id: Uuid) -> String {
    ids::key(PREFIX, id)
}

/// One attempt to pay a payout, "pay_01h….2": what a form showed, and what a payment file holds. After a failure the next attempt
/// is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    pub payout_id: Uuid,
    /// From 1 on.
    pub number: i32,
}

impl Attempt {
    /// The one that a payout is at, after so many that ended without the money arriving.
    pub const fn of(payout_id: Uuid, state: PayoutState, came_back: i32) -> Attempt {
        // The last one that came back is the one it is at until it is paid again.
        let number = if state.came_back() { came_back } else { came_back + 1 };
        Attempt { payout_id, number }
    }

    /// The reference that travels with the money, in the letters and the length that banks take.
    pub fn end_to_end_id(&self) -> String {
        format!("{}-{}", ids::key(PREFIX, self.payout_id).replace('_', "-"), self.number)
    }
}

/// What a partner reads of money that did not arrive, and what they can do.
pub fn not_arrived(state: PayoutState, reason: &str, company: &str, has_account: bool) -> String {
    let happened = match state {
        PayoutState::Returned => "Your bank sent the payment back",
        _ => "Your payment didn't arrive",
    };
    let next = match has_account {
        true => format!("Tell {company} if your account has changed, so that they can pay you again."),
        false => format!("Ask {company} to add your account."),
    };
    match within(reason) {
        reason if reason.is_empty() => format!("{happened}. {next}"),
        reason => format!("{happened}: {reason}. {next}"),
    }
}

/// A reason as it stands within a sentence: "No account." is "no account". Words in capitals stay.
pub fn within(reason: &str) -> String {
    let reason = reason.trim().trim_end_matches('.');
    let mut letters = reason.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(reason.chars().skip(1)).collect()
        }
        _ => reason.to_owned(),
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", ids::key(PREFIX, self.payout_id), self.number)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an attempt at a payout like pay_….1")]
pub struct NotAnAttempt(String);

impl FromStr for Attempt {
    type Err = NotAnAttempt;

    fn from_str(text: &str) -> Result<Attempt, NotAnAttempt> {
        let wrong = || NotAnAttempt(text.chars().take(60).collect());
        let (key, number) = text.split_once('.').ok_or_else(wrong)?;
        let payout_id = ids::parse_key(PREFIX, key).ok_or_else(wrong)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
        Ok(Attempt { payout_id, number })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_attempt_is_read_as_it_is_written() {
        let second = Attempt::of(Uuid::from_u128(7), PayoutState::Pending, 1);
        assert_eq!(second.number, 2);
        assert_eq!(second.to_string().parse::<Attempt>(), Ok(second));
        assert_eq!(Attempt::of(Uuid::from_u128(7), PayoutState::Failed, 1).number, 1);
        for text in
            ["", "pay_", "pay_00000000000000000000000007", "pay_00000000000000000000000007.0", "pay_00000000000000000000000007.x", "x.1"]
        {
            assert!(text.parse::<Attempt>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_partner_reads_what_happened_and_what_to_do() {
        assert_eq!(
            not_arrived(PayoutState::Failed, "No account.", "Northwind", false),
            "Your payment didn't arrive: no account. Ask Northwind to add your account."
        );
        assert_eq!(
            not_arrived(PayoutState::Returned, "IBAN closed", "Northwind", true),
            "Your bank sent the payment back: IBAN closed. Tell Northwind if your account has changed, so that they can pay you again."
        );
    }

    #[test]
    fn each_attempt_has_a_reference_of_its_own_that_banks_take() {
        let reference = |number| Attempt { payout_id: Uuid::from_u128(u128::MAX), number }.end_to_end_id();
        assert_ne!(reference(1), reference(2));
        assert!(reference(9_999).len() <= 35, "{}", reference(9_999));
        assert!(reference(2).chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'));
    }
}
