//! The receipts of what a void, or its undoing, decides.

use std::collections::HashMap;

use domain::Instant;
use domain::decision::{Decision, EventSummary, RewardDraft};
use domain::reasons::Reason;
use domain::states::EventKind;
use uuid::Uuid;

use super::{Aim, Planner, money};
use crate::rewards::receipts::{About, receipt};
use crate::sales::recording::due_at_once;
use crate::store::entities::{receipts, transactions};
use crate::{Error, Result};

impl Planner<'_> {
    /// The receipt of a sale that turned, or was rated anew.
    pub(super) fn write_receipt(&mut self, sale: &transactions::Model, aim: Aim, corrections: Vec<RewardDraft>, earned: i32) -> Result<()> {
        let decision = match aim {
            Aim::AsTheyAre => return Ok(()),
            Aim::Nothing => self.summary(sale, None, Reason::Voided, corrections)?,
            Aim::AsTheyWere(void) => match self.decided_before(sale.id, void)? {
                Some(decision) => decision,
                None => return Ok(()),
            },
            Aim::Anew(mut decision) => {
                due_at_once(&mut decision, self.context.now);
                decision
            }
        };
        self.push_receipt(sale, sale.id, &decision, earned)
    }

    /// The receipts of a sale's refunds: of those that turned, and of those whose part changed.
    pub(super) fn write_refund_receipts(&mut self, sale: &transactions::Model, reversals: Vec<(Uuid, RewardDraft)>) -> Result<()> {
        let mut drafts: HashMap<Uuid, Vec<RewardDraft>> = HashMap::new();
        for (refund, draft) in reversals {
            drafts.entry(refund).or_default().push(draft);
        }
        for refund in self.refunds(sale) {
            let drafts = drafts.remove(&refund.id).unwrap_or_default();
            if drafts.is_empty() && !self.turns(refund.id) {
                continue;
            }
            let count = i32::try_from(drafts.len()).unwrap_or(i32::MAX);
            let counts = self.turn.after.contains(&refund.id);
            let reason = if counts { Reason::RefundReversed } else { Reason::Voided };
            let before = match self.turn.undone.filter(|_| counts && self.turns(refund.id)) {
                Some(void) => self.decided_before(refund.id, void)?,
                None => None,
            };
            let decision = match before {
                Some(before) => before,
                None => self.summary(refund, Some(&sale.key), reason, drafts)?,
            };
            self.push_receipt(sale, refund.id, &decision, count)?;
        }
        Ok(())
    }

    fn summary(&self, row: &transactions::Model, refund_of: Option<&str>, reason: Reason, rewards: Vec<RewardDraft>) -> Result<Decision> {
        let partner = self.context.partners.find(row.partnership_id)?;
        Ok(Decision {
            event: EventSummary {
                kind: EventKind::Transaction,
                key: row.key.clone(),
                occurred_at: Instant(row.occurred_at),
                amount: Some(money(row)?),
                refund_of: refund_of.map(str::to_owned),
            },
            reason,
            partner_key: partner.map(|partner| partner.key.clone()),
            triggers: Vec::new(),
            rewards,
        })
    }

    /// The latest decision about an event that is not of this void.
    fn decided_before(&self, event_id: Uuid, void: Uuid) -> Result<Option<Decision>> {
        let receipts = self.case.receipts.get(&event_id).into_iter().flatten();
        let last = receipts.filter(|row| row.change_id != Some(void)).max_by_key(|row| row.revision);
        let read = |row: &receipts::Model| {
            serde_json::from_str(&row.decision).map_err(|error| Error::Corrupt(format!("the receipt {}: {error}", row.id)))
        };
        last.map(read).transpose()
    }

    /// `made` is how many rewards it has made now.
    fn push_receipt(&mut self, sale: &transactions::Model, event_id: Uuid, decision: &Decision, made: i32) -> Result<()> {
        let revision = self.next_revision(event_id);
        let about = About {
            company_id: self.context.programme.company.id,
            kind: EventKind::Transaction,
            event_id,
            revision,
            customer_id: self.case.customer.id,
            partnership_id: sale.partnership_id,
            change_id: Some(self.context.void_id),
        };
        let row = receipt(&about, decision, self.context.now)?;
        self.plan.receipts.push(receipts::Model { rewards: made, ..row });
        self.revisions.insert(event_id, revision);
        Ok(())
    }
}
