//! What a customer's new partner gets for an event: what it earned them before, or what it earns them now.

use domain::decision::Decision;
use domain::rating::{CustomerFacts, Event, Original, Sale};
use domain::states::{RewardSource, RewardState};
use domain::{Instant, Month};

use super::{Moved, Planner, money};
use crate::rewards::receipts::cause;
use crate::sales::consequences::EntryKind;
use crate::sales::recording::{Earned, decide_refund, due_at_once, effective, rate_event, reverse, with_adjustments};
use crate::store::entities::{rewards, transactions};
use crate::{Error, Result};

impl<'a> Planner<'a> {
    /// The new owner had the event before: what it earned then is given back, less what was refunded.
    pub(super) fn restore(&mut self, event: &Moved<'a>, decision: &str, refunds: &[&transactions::Model]) -> Result<()> {
        let mut decision: Decision =
            serde_json::from_str(decision).map_err(|error| Error::Corrupt(format!("a receipt of {}: {error}", self.event_key(event))))?;
        decision.rewards.clear();
        let roots: Vec<&rewards::Model> = self.roots(event).filter(|root| Some(root.partnership_id) == event.to).collect();
        let mut earned = Vec::new();
        for root in roots {
            let mut parts = with_adjustments(root, &self.linked)?;
            parts.iter_mut().for_each(|part| part.reversed = 0);
            let whole: i64 = parts.iter().map(|part| part.amount.minor - refunded_share(part, event.sale)).sum();
            let net = self.net(root);
            if whole != net && root.state != RewardState::Declined.word() {
                decision.rewards.push(self.correct(event, root, whole - net, EntryKind::Restored)?);
            }
            self.history.note_row(self.context.programme, root, effective(root, &self.linked))?;
            earned.extend(parts);
        }
        self.push_receipt(event.sale.map_or(self.case.customer.id, |sale| sale.id), event.to, &decision, true)?;
        self.explain_refunds(event, refunds, &mut earned, false)
    }

    /// The event is new to its owner: it is rated as if it had always been theirs.
    pub(super) fn rate(&mut self, event: &Moved<'a>, refunds: &[&transactions::Model]) -> Result<()> {
        let customer = &self.case.customer;
        let sale = event.sale;
        let amount = sale.map(money).transpose()?;
        let rated = Event {
            occurred_at: event.at,
            sale: sale.zip(amount).map(|(sale, amount)| Sale {
                key: &sale.key,
                amount,
                product_key: sale.product_key.as_deref(),
                category_key: sale.category_key.as_deref(),
            }),
        };
        let facts = CustomerFacts {
            key: &customer.key,
            email: &customer.email,
            provider_key: customer.provider_key.as_deref(),
            test: customer.test,
            first_purchase_at: self.first_purchase.map(|(at, _)| at),
            is_first_purchase: sale.is_some_and(|sale| self.first_purchase.is_some_and(|(_, id)| id == sale.id)),
        };
        let (programme, partners) = (self.context.programme, self.context.partners);
        let mut decision = rate_event(programme, partners, self.history, customer.id, customer.created_at, event.to, &rated, &facts)?;
        due_at_once(&mut decision, self.context.now);

        let id = sale.map_or(customer.id, |sale| sale.id);
        let source = if sale.is_some() { RewardSource::Transaction } else { RewardSource::Customer };
        let replaced = self.roots(event).find(|root| Some(root.partnership_id) == event.from).map(|root| Month(root.invoice_month));
        let cause = cause(id, self.next_revision(id));
        let mut earned = Vec::new();
        for draft in &decision.rewards {
            let wanted = replaced.unwrap_or(self.context.months.accumulating);
            let month = self.context.months.place(wanted, draft.amount.currency);
            let row = self.push_reward(event, draft, source, &cause, sale.map(|sale| sale.id), month, event.at, EntryKind::Earned)?;
            self.history.note(programme, customer.id, event.at, draft);
            earned.push(Earned::of_row(&row)?);
        }
        self.push_receipt(id, event.to, &decision, false)?;
        self.explain_refunds(event, refunds, &mut earned, true)
    }

    /// What the sale's refunds reverse of what it earned; `write` says whether that is still to be done.
    fn explain_refunds(&mut self, event: &Moved<'a>, refunds: &[&transactions::Model], earned: &mut [Earned], write: bool) -> Result<()> {
        let Some(sale) = event.sale else { return Ok(()) };
        let mut refunded = 0;
        let partner_key = self.partner_key(event.to)?;
        for refund in refunds {
            let original = Original { key: &sale.key, occurred_at: event.at, amount: money(sale)?, refunded };
            let at = Instant(refund.occurred_at);
            let mut decision =
                decide_refund(self.context.programme, &refund.key, money(refund)?, at, partner_key.as_deref(), &original, earned)?;
            refunded -= refund.amount;
            if write {
                let cause = cause(refund.id, self.next_revision(refund.id));
                let mut made = Vec::new();
                for draft in &decision.rewards {
                    let reversed = earned.iter().find(|reward| Some(reward.id) == draft.reverses);
                    let month = reversed.map_or(self.context.months.accumulating, |reward| reward.invoice_month);
                    made.push(self.push_reward(
                        event,
                        draft,
                        RewardSource::Refund,
                        &cause,
                        Some(refund.id),
                        month,
                        at,
                        EntryKind::Refunded,
                    )?);
                }
                reverse(earned, &made);
            } else {
                for draft in &decision.rewards {
                    if let Some(reward) = earned.iter_mut().find(|reward| Some(reward.id) == draft.reverses) {
                        reward.reversed -= draft.amount.minor;
                    }
                }
                decision.rewards.clear();
            }
            self.push_receipt(refund.id, event.to, &decision, false)?;
        }
        Ok(())
    }
}

/// What refunds reverse of a reward in all.
fn refunded_share(part: &Earned, sale: Option<&transactions::Model>) -> i64 {
    match sale {
        Some(sale) if sale.amount > 0 => domain::money::mul_div_half_even(part.amount.minor, sale.refunded, sale.amount),
        _ => 0,
    }
}
