//! The month's invoice: when it is due, how a partner's total settles, what is posted, and how its content is sealed.
//!
//! Amounts here are minor units of the invoice's one currency.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::money::mul_div_half_even;
use crate::states::{Account, InvoiceState};
use crate::time::{Instant, Month};
use crate::zone::Zone;

/// Days after the first failed charge on which it is tried again.
pub const RETRY_DAYS: [i64; 3] = [1, 3, 5];

/// Review lasts this many whole local days.
const REVIEW_DAYS: i64 = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub review_ends_at: Instant,
    pub charge_due_at: Instant,
}

/// When the invoice of `month`, issued at `issued_at`, is charged: on day 8 of the next month. Issued after that month's
/// first local day, it still gets seven whole days.
pub fn schedule(zone: &Zone, month: Month, issued_at: Instant) -> Schedule {
    let first_day = month.next().first_day();
    let issued_on = zone.date(issued_at);
    let due_on = if issued_on <= first_day {
        first_day + chrono::Duration::days(REVIEW_DAYS)
    } else {
        issued_on + chrono::Duration::days(REVIEW_DAYS + 1)
    };
    let due = zone.first_instant(due_on);
    Schedule { review_ends_at: due, charge_due_at: due }
}

/// When a charge whose latest attempt failed at `now` is retried, counted from its first failure: on the next of
/// [`RETRY_DAYS`] that is still to come. `None` once they are over: a person has to retry it. However often people tried
/// meanwhile, and however long no server ran, says nothing.
pub fn next_retry(zone: &Zone, first_failure: Instant, now: Instant) -> Option<Instant> {
    let failed_on = zone.date(first_failure);
    RETRY_DAYS.iter().map(|days| zone.first_instant(failed_on + chrono::Duration::days(*days))).find(|due| *due > now)
}

/// What becomes of a charge that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It is retried then.
    At(Instant),
    /// Its time has come: the next run retries it.
    Now,
    /// Only a person retries it.
    ByHand,
}

impl Retry {
    /// From the instant that [`next_retry`] gave.
    pub fn of(retry_at: Option<Instant>, now: Instant) -> Retry {
        match retry_at {
            None => Retry::ByHand,
            Some(at) if at <= now => Retry::Now,
            Some(at) => Retry::At(at),
        }
    }
}

/// What of an invoice says when it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeDates {
    pub state: InvoiceState,
    /// Neither charged nor paid until it is resumed.
    pub paused: bool,
    /// When its review ends and the first attempt is made.
    pub charge_due_at: Instant,
    /// When its failed charge is retried.
    pub retry_at: Option<Instant>,
    pub charged_at: Option<Instant>,
}

impl ChargeDates {
    /// When the invoice was charged or is going to be; `None` while only a person can tell.
    pub fn charge(&self) -> Option<Instant> {
        match self.state {
            InvoiceState::InReview if self.paused => None,
            InvoiceState::InReview | InvoiceState::Charging => Some(self.charge_due_at),
            InvoiceState::ChargeFailed => self.retry_at,
            InvoiceState::Charged | InvoiceState::Paid => Some(self.charged_at.unwrap_or(self.charge_due_at)),
        }
    }
}

/// What a partner has on an invoice: the sum of their lines, how many, and the sum of the lines' fingerprints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerLines {
    pub partnership_id: Uuid,
    pub total: i64,
    pub lines: i64,
    pub fingerprint: i64,
}

/// A partner's share of a frozen invoice: `total + carried_in = payout + carried_out`, carried amounts at or below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerShare {
    pub partnership_id: Uuid,
    pub total: i64,
    pub lines: i64,
    pub fingerprint: i64,
    pub carried_in: i64,
    pub payout: i64,
    pub carried_out: i64,
}

/// A debt from earlier invoices is taken from the total before anything is paid; what is left of it is carried on.
pub fn settle(lines: PartnerLines, carried_in: i64) -> PartnerShare {
    let net = lines.total + carried_in;
    PartnerShare {
        partnership_id: lines.partnership_id,
        total: lines.total,
        lines: lines.lines,
        fingerprint: lines.fingerprint,
        carried_in,
        payout: net.max(0),
        carried_out: net.min(0),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceTotals {
    pub total: i64,
    pub lines: i64,
    pub payouts: i64,
    pub fee: i64,
    /// Payouts and fee: what the company is charged.
    pub charge: i64,
}

pub fn totals(shares: &[PartnerShare], fee_ppm: i64) -> InvoiceTotals {
    let payouts: i64 = shares.iter().map(|share| share.payout).sum();
    let fee = mul_div_half_even(payouts, fee_ppm, 1_000_000);
    InvoiceTotals {
        total: shares.iter().map(|share| share.total).sum(),
        lines: shares.iter().map(|share| share.lines).sum(),
        payouts,
        fee,
        charge: payouts + fee,
    }
}

/// One line of a ledger transfer; credits are above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub account: Account,
    pub partnership_id: Option<Uuid>,
    pub amount: i64,
}

const fn company(account: Account, amount: i64) -> Posting {
    Posting { account, partnership_id: None, amount }
}

const fn partner(partnership_id: Uuid, amount: i64) -> Posting {
    Posting { account: Account::Partner, partnership_id: Some(partnership_id), amount }
}

/// Invoice charged: what was earned goes to the partners' balances, the fee to its account.
pub fn charged(shares: &[PartnerShare], fee: i64) -> Vec<Posting> {
    let total: i64 = shares.iter().map(|share| share.total).sum();
    let mut postings = vec![company(Account::Funds, -total - fee)];
    postings.extend(shares.iter().map(|share| partner(share.partnership_id, share.total)));
    postings.push(company(Account::Fee, fee));
    postings.retain(|posting| posting.amount != 0);
    postings
}

/// What partners newly owe (above zero), or paid back (below), so that the funds moved are exactly what was charged.
pub fn carried_over(shares: &[PartnerShare]) -> Vec<Posting> {
    let carried: i64 = shares.iter().map(|share| share.carried_in - share.carried_out).sum();
    if carried == 0 {
        return Vec::new();
    }
    vec![company(Account::Funds, -carried), company(Account::CarriedOver, carried)]
}

pub fn payout_sent(partnership_id: Uuid, amount: i64) -> Vec<Posting> {
    vec![partner(partnership_id, -amount), company(Account::PaidOut, amount)]
}

pub fn payout_failed(partnership_id: Uuid, amount: i64) -> Vec<Posting> {
    vec![partner(partnership_id, amount), company(Account::PaidOut, -amount)]
}

/// What of a reward never changes once it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardContent<'a> {
    pub id: Uuid,
    pub company_id: Uuid,
    pub partnership_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub transaction_id: Option<Uuid>,
    pub offer_version_id: Option<Uuid>,
    pub trigger_key: Option<&'a str>,
    pub source: &'a str,
    pub reverses: Option<Uuid>,
    pub change_id: Option<Uuid>,
    pub amount: i64,
    pub currency: &'a str,
    pub description: &'a str,
    pub occurred_at: Instant,
    pub created_at: Instant,
}

/// 40 bits of a hash over a reward's content. A few million of them still sum within an `i64`, so a SUM over rewards
/// proves which ones an invoice has and that none was altered.
pub fn fingerprint(reward: &RewardContent<'_>) -> i64 {
    let mut hasher = Sha256::new();
    for id in [reward.id, reward.company_id, reward.partnership_id] {
        hasher.update(id.as_bytes());
    }
    for id in [reward.customer_id, reward.transaction_id, reward.offer_version_id, reward.reverses, reward.change_id] {
        hasher.update(id.unwrap_or_default().as_bytes());
    }
    for number in [reward.amount, reward.occurred_at.0, reward.created_at.0] {
        hasher.update(number.to_be_bytes());
    }
    for text in [reward.trigger_key.unwrap_or_default(), reward.source, reward.currency, reward.description] {
        hasher.update(text.len().to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize()[..5].iter().fold(0, |value, byte| (value << 8) | i64::from(*byte))
}

/// The seal of a frozen invoice: a hash over its number, month, currency, fee and every partner's share. Any order of
/// `shares` gives the same.
pub fn digest(number: &str, month: Month, currency: &str, fee: i64, shares: &[PartnerShare]) -> String {
    let mut sorted: Vec<&PartnerShare> = shares.iter().collect();
    sorted.sort_by_key(|share| share.partnership_id);
    let mut hasher = Sha256::new();
    hasher.update(format!("{number}|{month}|{currency}|{fee}\n").as_bytes());
    for share in sorted {
        hasher.update(share.partnership_id.as_bytes());
        for number in [share.total, share.lines, share.fingerprint, share.carried_in, share.payout, share.carried_out] {
            hasher.update(number.to_be_bytes());
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
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
        let dates =
            ChargeDates { state, paused, charge_due_at: Instant(8), retry_at: retry.map(Instant), charged_at: charged.map(Instant) };
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

    proptest! {
        #[test]
        fn funds_move_by_exactly_the_charge(
            amounts in prop::collection::vec((-100_000i64..100_000, -50_000i64..=0), 0..20), fee_ppm in 0i64..200_000,
        ) {
            let shares: Vec<PartnerShare> =
                (0u128..).zip(amounts).map(|(number, (total, carried_in))| settle(lines(number, total), carried_in)).collect();
            let totals = totals(&shares, fee_ppm);
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
}
