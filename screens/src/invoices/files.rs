//! What is to be paid by hand, and the payment files that were made of it.

use std::collections::{HashMap, HashSet};

use domain::page::grouped;
use domain::payouts::Attempt;
use domain::states::PayoutState;
use domain::zone::Zone;
use domain::{Currency, Money};
use sea_orm::ConnectionTrait;
use uuid::Uuid;
use views::invoices::{FileOffer, MadeFile, PaymentFiles, PayoutGroup};

use super::partners::Paid;
use data::Result;
use data::act::Authors;
use data::billing::payouts::PayoutRow;
use data::store::entities::{companies, invoices};
use data::store::error::stored;
use domain::dates;
use exchange::payment_files::{Kept, payee_of};

/// So many are named where payouts are told of; the rest is counted; the table of payouts has them.
const NAMED_MAX: usize = 20;
/// Likewise where the sentence is only a note.
const NOTED_MAX: usize = 3;

/// An invoice's payouts as far as people pay them.
pub(super) struct ByHand<'a> {
    currency: Currency,
    kept: &'a [Kept],
    payouts: HashMap<Uuid, PayoutRow>,
    /// Still to be paid, by the partners' keys.
    open: Vec<Uuid>,
    /// Attempts that are in a file.
    held: HashSet<Attempt>,
}

impl<'a> ByHand<'a> {
    pub async fn load<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        invoice: &invoices::Model,
        kept: &'a [Kept],
        paid: &HashMap<Uuid, Paid>,
    ) -> Result<ByHand<'a>> {
        let needed = !kept.is_empty() || paid.values().any(|payout| payout.view.confirm || payout.view.retry);
        let rows = if needed { data::billing::payouts::of_invoice(conn, company.id, invoice.id).await? } else { Vec::new() };
        Ok(ByHand {
            currency: invoice.money_currency()?,
            kept,
            open: rows.iter().filter(|payout| payout.is_open()).map(|payout| payout.id).collect(),
            held: kept.iter().flat_map(|file| file.holds.iter().copied()).collect(),
            payouts: rows.into_iter().map(|payout| (payout.id, payout)).collect(),
        })
    }

    /// What is still to be paid and is in a file, or in none.
    fn open(&self, in_file: bool) -> Result<Vec<&PayoutRow>> {
        let mut some = Vec::new();
        for payout in self.open.iter().filter_map(|id| self.payouts.get(id)) {
            if self.held.contains(&payout.attempt()?) == in_file {
                some.push(payout);
            }
        }
        Ok(some)
    }

    pub fn in_file(&self) -> Result<Option<PayoutGroup>> {
        self.group(&self.open(true)?)
    }

    pub fn in_no_file(&self) -> Result<Option<PayoutGroup>> {
        self.group(&self.open(false)?)
    }

    pub fn came_back(&self) -> Result<Option<PayoutGroup>> {
        let mut some = Vec::new();
        for payout in self.payouts.values() {
            if stored::<PayoutState>(&payout.state)?.came_back() {
                some.push(payout);
            }
        }
        some.sort_by(|one, other| one.partner_key.cmp(&other.partner_key));
        self.group(&some)
    }

    fn group(&self, payouts: &[&PayoutRow]) -> Result<Option<PayoutGroup>> {
        if payouts.is_empty() {
            return Ok(None);
        }
        let mut attempts = Vec::with_capacity(payouts.len());
        for payout in payouts {
            attempts.push(payout.attempt()?.to_string());
        }
        let named = payouts.iter().take(NAMED_MAX).map(|payout| {
            let amount = self.money(payout.amount).display();
            match payee_of(payout) {
                Ok(_) => format!("{} ({amount})", payout.partner_name),
                Err(why) => format!("{} ({amount}, {why})", payout.partner_name),
            }
        });
        Ok(Some(PayoutGroup {
            attempts: attempts.join(" "),
            count: count(payouts.len()),
            total: self.money(payouts.iter().map(|payout| payout.amount).sum()),
            named: listed(named.collect(), payouts.len()),
        }))
    }

    pub fn payment_files(&self, company: &companies::Model, authors: &Authors, zone: &Zone) -> Result<Option<PaymentFiles>> {
        if self.kept.is_empty() && self.open.is_empty() {
            return Ok(None);
        }
        let (fresh, again) = (self.open(false)?, self.open(true)?);
        let left_out: Vec<String> =
            fresh.iter().filter_map(|payout| payee_of(payout).err().map(|why| format!("{} ({why})", payout.partner_name))).collect();
        let renamed: Vec<String> = fresh
            .iter()
            .chain(&again)
            .filter_map(|payout| payee_of(payout).ok().filter(|payee| payee.by_key).map(|payee| (payout, payee)))
            .map(|(payout, payee)| format!("{} as {}", payout.partner_name, payee.name))
            .collect();
        let named = |all: &[String]| listed(all.iter().take(NOTED_MAX).cloned().collect(), all.len());
        let left_out = match left_out.len() {
            0 => String::new(),
            1 => format!("One payout can't be in a payment file: {}", named(&left_out)),
            many => format!("{} payouts can't be in a payment file: {}", grouped(count(many)), named(&left_out)),
        };
        Ok(Some(PaymentFiles {
            no_account: company.iban.is_none(),
            fresh: self.offer(&fresh),
            again: self.offer(&again),
            left_out,
            renamed: named(&renamed),
            made: self.kept.iter().rev().map(|file| self.made(file, authors, zone)).collect(),
        }))
    }

    /// What of these a file can hold.
    fn offer(&self, payouts: &[&PayoutRow]) -> FileOffer {
        let payable: Vec<i64> = payouts.iter().filter(|payout| payee_of(payout).is_ok()).map(|payout| payout.amount).collect();
        FileOffer { payouts: count(payable.len()), total: self.money(payable.iter().sum()) }
    }

    fn made(&self, file: &Kept, authors: &Authors, zone: &Zone) -> MadeFile {
        let mut held: Vec<&PayoutRow> = file.holds.iter().filter_map(|attempt| self.payouts.get(&attempt.payout_id)).collect();
        held.sort_by(|a, b| a.partner_key.cmp(&b.partner_key));
        let named = held.iter().take(NOTED_MAX).map(|payout| payout.partner_name.clone()).collect();
        MadeFile {
            key: file.key(),
            made: dates::minute(zone, file.made_at),
            by: authors.name(&file.made_by).to_owned(),
            message_id: file.message_id.clone(),
            payouts: count(file.holds.len()),
            total: self.money(held.iter().map(|payout| payout.amount).sum()),
            named: listed(named, file.holds.len()),
        }
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

fn count(all: usize) -> i64 {
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// "Ada, Bo and 3 more"
fn listed(named: Vec<String>, all: usize) -> String {
    match all.saturating_sub(named.len()) {
        0 => named.join(", "),
        more => format!("{} and {} more", named.join(", "), grouped(count(more))),
    }
}
