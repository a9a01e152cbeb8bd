//! Refunds: however a sale is refunded, what it earned is reversed exactly.

use proptest::prelude::*;

use super::*;
use crate::money::split;

fn original(minor: i64, refunded: i64) -> Original<'static> {
    Original { key: "t-1", occurred_at: at("2026-03-15T16:00:00Z"), amount: usd(minor), refunded }
}

fn reward(minor: i64, reversed: i64, state: RewardState) -> OriginalReward<'static> {
    OriginalReward {
        id: Uuid::from_u128(9),
        partnership_id: PARTNER,
        offer_id: Some(OFFER),
        offer_version_id: Some(VERSION),
        offer_key: "affiliates-2026",
        offer_version: 2,
        trigger_key: Some("sale"),
        description: "20 % for a year",
        amount: usd(minor),
        reversed,
        state,
        state_reason: None,
        ready_at: None,
    }
}

fn refund(minor: i64, sale: &Original<'_>, rewards: &[OriginalReward<'_>]) -> Result<Decision, RefundError> {
    reverse("r-1", usd(minor), at("2026-04-01T00:00:00Z"), Some("ada"), sale, rewards)
}

#[test]
fn a_half_refund_takes_half_back() {
    let decision = refund(-10_000, &original(20_000, 0), &[reward(4_000, 0, RewardState::Approved)]).unwrap();
    assert_eq!(decision.reason, Reason::RefundReversed);
    let draft = &decision.rewards[0];
    assert_eq!((draft.amount, draft.state, draft.reverses), (usd(-2_000), RewardState::Approved, Some(Uuid::from_u128(9))));
    assert_eq!((draft.offer_id, draft.trigger_key.as_deref()), (Some(OFFER), Some("sale")));
    let refunded = Line::Refunded { refunded: usd(10_000), of: usd(20_000), amount: usd(-2_000) };
    assert_eq!(decision.triggers[0].lines, [Line::Original(usd(4_000)), refunded, Line::ReversedNow(usd(-2_000))]);
    assert_eq!(decision.event.refund_of.as_deref(), Some("t-1"));
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
}

#[test]
fn reversals_follow_the_state() {
    for state in [RewardState::Pending, RewardState::Approved, RewardState::Hold, RewardState::Scheduled, RewardState::Paid] {
        let held = OriginalReward { ready_at: Some(Instant(5)), state_reason: Some("why"), ..reward(4_000, 0, state) };
        let decision = refund(-20_000, &original(20_000, 0), &[held]).unwrap();
        let draft = &decision.rewards[0];
        assert_eq!((draft.state, draft.ready_at, draft.state_reason.as_deref()), (state, Some(Instant(5)), Some("why")));
    }
    let declined = refund(-20_000, &original(20_000, 0), &[reward(4_000, 0, RewardState::Declined)]).unwrap();
    assert_eq!((declined.reason, declined.rewards.len()), (Reason::OriginalDeclined, 0));
    let none = refund(-20_000, &original(20_000, 0), &[]).unwrap();
    assert_eq!((none.reason, none.rewards.len()), (Reason::OriginalNotRewarded, 0));
    let tiny = refund(-1, &original(20_000, 0), &[reward(4_000, 0, RewardState::Pending)]).unwrap();
    assert_eq!((tiny.reason, tiny.rewards.len()), (Reason::RoundsToZero, 0));
}

#[test]
fn impossible_refunds_are_refused() {
    let sale = original(20_000, 15_000);
    let when = at("2026-04-01T00:00:00Z");
    assert_eq!(check_refund(usd(0), when, &sale), Err(RefundError::NotNegative));
    assert_eq!(check_refund(usd(-5_000), when, &sale), Ok(()));
    let too_much = check_refund(usd(-5_001), when, &sale).unwrap_err();
    assert_eq!(too_much.to_string(), "$50.01 is more than what is left to refund of the sale: $50.00");
    assert_eq!(too_much.field(), "amount");
    assert_eq!(check_refund(Money::new(-1, Currency::EUR), when, &sale).unwrap_err().field(), "currency");
    assert_eq!(check_refund(usd(-1), at("2026-03-15T15:59:59Z"), &sale).unwrap_err().field(), "occurred_at");
    assert_eq!(check_refund(usd(-1), when, &original(0, 0)), Err(RefundError::NotASale));
}

proptest! {
    /// Any sale, any rate, any split of the whole amount into refunds: what is left is nothing, and at every point the
    /// part reversed is within half a minor unit of its share.
    #[test]
    fn full_refunds_leave_nothing(amount in 1i64..2_000_000, ppm in 0i64..2_000_000, weights in prop::collection::vec(0i64..1_000, 1..12)) {
        let earned = crate::money::Rate(ppm).of(usd(amount)).minor;
        prop_assume!(earned != 0 && weights.iter().sum::<i64>() > 0);
        let (mut refunded, mut reversed) = (0, 0);
        for part in split(amount, &weights).into_iter().filter(|part| *part > 0) {
            let decision = refund(-part, &original(amount, refunded), &[reward(earned, reversed, RewardState::Pending)]).unwrap();
            refunded += part;
            for draft in &decision.rewards {
                prop_assert!(draft.amount.minor != 0);
                reversed -= draft.amount.minor;
            }
            let off = i128::from(reversed) * i128::from(amount) - i128::from(earned) * i128::from(refunded);
            prop_assert!(off.abs() * 2 <= i128::from(amount), "{reversed} of {earned} after {refunded} of {amount}");
        }
        prop_assert_eq!(refunded, amount);
        prop_assert_eq!(reversed, earned);
        let more = refund(-1, &original(amount, refunded), &[]);
        prop_assert!(matches!(more, Err(RefundError::NothingLeft(_))), "{:?}", more);
    }

    /// The split does not matter: two ways to the same refunded amount reverse the same.
    #[test]
    fn the_order_does_not_matter(amount in 2i64..1_000_000, earned in 1i64..1_000_000, cut in 0.0f64..1.0) {
        let first = ((amount as f64 * cut) as i64).clamp(1, amount - 1);
        let taken = |parts: &[i64]| {
            let (mut refunded, mut reversed) = (0, 0);
            for part in parts {
                let decision = refund(-part, &original(amount, refunded), &[reward(earned, reversed, RewardState::Hold)]).unwrap();
                refunded += part;
                reversed -= decision.rewards.iter().map(|draft| draft.amount.minor).sum::<i64>();
            }
            reversed
        };
        prop_assert_eq!(taken(&[first, amount - first]), taken(&[amount]));
        prop_assert_eq!(taken(&[first, amount - first]), taken(&[amount - first, first]));
    }
}
