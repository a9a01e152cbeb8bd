//! The month's invoice: when it is due, how a partner's total settles, what is posted, and how its content is sealed.
//!
//! Amounts here are minor units of the invoice's one currency.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::money::{narrowed, sum_mul_div_half_even};
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
    // Where that does not fit, neither do the invoice's totals.
    let net = lines.total.saturating_add(carried_in);
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

/// What an invoice comes to. Sums are wider than amounts: no rewards and no fee make them overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceSums {
    pub total: i128,
    pub lines: i64,
    pub payouts: i128,
    /// What partners newly owe, less what they paid back.
    pub carried: i128,
    pub fee: i128,
    /// Payouts and fee: what the company is charged.
    pub charge: i128,
}

/// [`InvoiceSums`] that can be charged, stored and posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceTotals {
    pub total: i64,
    pub lines: i64,
    pub payouts: i64,
    pub fee: i64,
    pub charge: i64,
}

impl InvoiceSums {
    /// `None` where one of them, or a posting made of them, is larger than any amount that is stored.
    pub fn totals(&self) -> Option<InvoiceTotals> {
        let amount = |sum: i128| i64::try_from(sum).ok();
        if self.total + self.carried != self.payouts {
            return None;
        }
        // What `charged` and `carried_over` post.
        amount(self.total + self.fee)?;
        amount(self.carried)?;
        Some(InvoiceTotals {
            total: amount(self.total)?,
            lines: self.lines,
            payouts: amount(self.payouts)?,
            fee: amount(self.fee)?,
            charge: amount(self.charge)?,
        })
    }
}

pub fn sums(shares: &[PartnerShare], fee_ppm: i64) -> InvoiceSums {
    let payouts = sum(shares, |share| share.payout);
    let fee = sum_mul_div_half_even(payouts, fee_ppm, 1_000_000);
    InvoiceSums {
        total: sum(shares, |share| share.total),
        lines: shares.iter().map(|share| share.lines).sum(),
        payouts,
        carried: sum(shares, |share| share.carried_in) - sum(shares, |share| share.carried_out),
        fee,
        charge: payouts + fee,
    }
}

/// The sum of one amount of every share.
pub fn sum(shares: &[PartnerShare], amount: impl Fn(&PartnerShare) -> i64) -> i128 {
    shares.iter().map(|share| i128::from(amount(share))).sum()
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

/// Invoice charged: what was earned goes to the partners' balances, the fee to its account. The shares are those of an invoice whose
/// sums have [`InvoiceSums::totals`].
pub fn charged(shares: &[PartnerShare], fee: i64) -> Vec<Posting> {
    let earned = narrowed(sum(shares, |share| share.total));
    let mut postings = vec![company(Account::Funds, -earned - fee)];
    postings.extend(shares.iter().map(|share| partner(share.partnership_id, share.total)));
    postings.push(company(Account::Fee, fee));
    postings.retain(|posting| posting.amount != 0);
    postings
}

/// What partners newly owe (above zero), or paid back (below), so that the funds moved are exactly what was charged.
pub fn carried_over(shares: &[PartnerShare]) -> Vec<Posting> {
    let carried = narrowed(sum(shares, |share| share.carried_in) - sum(shares, |share| share.carried_out));
    if carried == 0 {
        return Vec::new();
    }
    vec![company(Account::Funds, -carried), company(Account::CarriedOver, carried)]
}

pub fn payout_sent(partnership_id: Uuid, amount: i64) -> Vec<Posting> {
    vec![partner(partnership_id, -amount), company(Account::PaidOut, amount)]
}

/// It did not arrive, or came back.
pub fn payout_came_back(partnership_id: Uuid, amount: i64) -> Vec<Posting> {
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
mod tests;
