#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn lines(number: u128, total: i64) -> PartnerLines {
    PartnerLines { partnership_id: Uuid::from_u128(number), total, lines: 1, fingerprint: 7 }
}

#[rstest]
// On time, and late on the first day: day 8.
#[case("America/New_York", "2026-03", "2026-04-01T04:00:00Z", "2026-04-08T04:00:00Z")]
#[case("America/New_York", "2026-03", "2026-04-02T03:59:59Z", "2026-04-08T04:00:00Z")]
// From the second day on seven whole days follow.
#[case("America/New_York", "2026-03", "2026-04-02T04:00:00Z", "2026-04-10T04:00:00Z")]
#[case("America/New_York", "2026-03", "2026-05-20T12:00:00Z", "2026-05-28T04:00:00Z")]
// The review crosses a change of clocks.
#[case("Europe/Berlin", "2026-02", "2026-03-23T12:00:00Z", "2026-03-30T22:00:00Z")]
// Midnight of day 8 does not exist.
#[case("America/Santiago", "2019-08", "2019-09-01T04:00:00Z", "2019-09-08T04:00:00Z")]
fn charges_are_due(#[case] zone: &str, #[case] month: &str, #[case] issued: &str, #[case] due: &str) {
    let schedule = schedule(&zone.parse().unwrap(), month.parse().unwrap(), at(issued));
    assert_eq!(schedule.charge_due_at.rfc3339(), due);
    assert_eq!(schedule.review_ends_at, schedule.charge_due_at);
}

#[rstest]
#[case("2026-04-08T20:00:00Z", Some("2026-04-09T18:30:00Z"))]
#[case("2026-04-09T18:30:00Z", Some("2026-04-11T18:30:00Z"))]
#[case("2026-04-11T18:30:01Z", Some("2026-04-13T18:30:00Z"))]
#[case("2026-04-13T18:30:00Z", None)]
fn retries_follow_on_local_days_one_three_and_five(#[case] now: &str, #[case] due: Option<&str>) {
    let zone: Zone = "Asia/Kolkata".parse().unwrap();
    let again = next_retry(&zone, at("2026-04-08T20:00:00Z"), at(now));
    assert_eq!(again.map(|again| again.rfc3339()), due.map(str::to_owned));
}

#[test]
fn a_failed_charge_is_retried_or_waits_for_a_person() {
    let (at, now) = (at("2026-04-09T04:00:00Z"), at("2026-04-08T20:00:00Z"));
    assert_eq!(Retry::of(Some(at), now), Retry::At(at));
    assert_eq!(Retry::of(Some(at), at), Retry::Now);
    assert_eq!(Retry::of(None, now), Retry::ByHand);
}

#[rstest]
#[case(InvoiceState::InReview, false, None, None, Some(8))]
#[case(InvoiceState::InReview, true, None, None, None)]
#[case(InvoiceState::Charging, false, None, None, Some(8))]
#[case(InvoiceState::ChargeFailed, false, Some(9), None, Some(9))]
#[case(InvoiceState::ChargeFailed, false, None, None, None)]
#[case(InvoiceState::Paid, false, None, Some(20), Some(20))]
fn an_invoice_is_charged_on(
    #[case] state: InvoiceState,
    #[case] paused: bool,
    #[case] retry: Option<i64>,
    #[case] charged: Option<i64>,
    #[case] expected: Option<i64>,
) {
    let dates = ChargeDates { state, paused, charge_due_at: Instant(8), retry_at: retry.map(Instant), charged_at: charged.map(Instant) };
    assert_eq!(dates.charge(), expected.map(Instant));
}

#[test]
fn debts_are_carried_and_recouped() {
    let first = settle(lines(1, -1000), 0);
    assert_eq!((first.payout, first.carried_out), (0, -1000));
    let second = settle(lines(1, 600), first.carried_out);
    assert_eq!((second.payout, second.carried_out), (0, -400));
    let third = settle(lines(1, 600), second.carried_out);
    assert_eq!((third.payout, third.carried_out), (200, 0));
}

#[rstest]
// A fee of 1000 % on the largest sum of payouts; debts and credits that cancel out.
#[case(&[1_000_000_000_000_000_000], 0, 10_000_000, None)]
#[case(&[1_000_000_000_000_000_000], 0, 8_000_000, Some(9_000_000_000_000_000_000))]
#[case(&[i64::MAX, i64::MAX, -i64::MAX, -i64::MAX], 0, 0, None)]
#[case(&[i64::MAX - 1, i64::MIN + 1], 0, 0, Some(i64::MAX - 1))]
#[case(&[i64::MIN], -1, 0, None)]
#[case(&[i64::MAX], 0, 1, None)]
fn totals_that_do_not_fit_are_none(#[case] totals: &[i64], #[case] carried_in: i64, #[case] fee_ppm: i64, #[case] charge: Option<i64>) {
    let shares: Vec<PartnerShare> = (0u128..).zip(totals).map(|(number, total)| settle(lines(number, *total), carried_in)).collect();
    let found = sums(&shares, fee_ppm).totals();
    assert_eq!(found.map(|totals| totals.charge), charge);
    if let Some(total) = found {
        let postings = [charged(&shares, total.fee), carried_over(&shares)].concat();
        assert_eq!(postings.iter().map(|posting| i128::from(posting.amount)).sum::<i128>(), 0);
    }
}

proptest! {
    #[test]
    fn funds_move_by_exactly_the_charge(
        amounts in prop::collection::vec((-100_000i64..100_000, -50_000i64..=0), 0..20), fee_ppm in 0i64..200_000,
    ) {
        let shares: Vec<PartnerShare> =
            (0u128..).zip(amounts).map(|(number, (total, carried_in))| settle(lines(number, total), carried_in)).collect();
        let totals = sums(&shares, fee_ppm).totals().unwrap();
        for share in &shares {
            prop_assert_eq!(share.total + share.carried_in, share.payout + share.carried_out);
            prop_assert!(share.payout >= 0 && share.carried_out <= 0 && share.payout * share.carried_out == 0);
        }
        let (charged, carried) = (charged(&shares, totals.fee), carried_over(&shares));
        for postings in [&charged, &carried] {
            prop_assert_eq!(postings.iter().map(|posting| posting.amount).sum::<i64>(), 0);
        }
        let funds: i64 = charged.iter().chain(&carried).filter(|posting| posting.account == Account::Funds).map(|posting| posting.amount).sum();
        prop_assert_eq!(funds, -totals.charge);
    }
}

#[test]
fn fingerprints_and_digests_tell_contents_apart() {
    let reward = RewardContent {
        id: Uuid::from_u128(1),
        company_id: Uuid::from_u128(2),
        partnership_id: Uuid::from_u128(3),
        customer_id: None,
        transaction_id: None,
        offer_version_id: None,
        trigger_key: Some("sale"),
        source: "transaction",
        reverses: None,
        change_id: None,
        amount: 1999,
        currency: "USD",
        description: "20 %",
        occurred_at: Instant(5),
        created_at: Instant(6),
    };
    let one = fingerprint(&reward);
    assert!((0..1 << 40).contains(&one));
    assert_ne!(one, fingerprint(&RewardContent { amount: 2000, ..reward }));
    assert_ne!(one, fingerprint(&RewardContent { trigger_key: Some("sal"), source: "etransaction", ..reward }));

    let shares = [settle(lines(1, 10), 0), settle(lines(2, 20), -5)];
    let month = Month(202603);
    let seal = digest("N-0001", month, "USD", 0, &shares);
    assert_eq!(seal, digest("N-0001", month, "USD", 0, &[shares[1], shares[0]]));
    assert_ne!(seal, digest("N-0001", month, "USD", 0, &[shares[0], settle(lines(2, 21), -5)]));
}
