//! What a new line of attribution makes of a customer's events: the same for a preview and for the deed.

use std::collections::HashMap;

use domain::decision::{Decision, EventSummary, RewardDraft};
use domain::reasons::Reason;
use domain::states::{EventKind, RewardSource, RewardState};
use domain::{Instant, Money, Month};
use uuid::Uuid;

use crate::Result;
use crate::act::Actor;
use crate::programme::in_force::Programme;
use crate::rewards::receipts::{About, receipt};
use crate::rewards::rows::{Origin, from_draft};
use crate::sales::recording::{Attributed, Customer, History, Months, Partners, attributed_at, effective};
use crate::store::entities::{receipts, rewards, transactions};
use crate::store::error::stored;

use crate::sales::consequences::{Consequences, Entry, EntryKind, Move};

mod given;

/// A customer with everything that ever happened to it.
pub struct Case {
    pub customer: Customer,
    /// In time order, refunds after sales of the same instant.
    pub transactions: Vec<transactions::Model>,
    pub rewards: Vec<rewards::Model>,
    pub receipts: HashMap<Uuid, Vec<receipts::Model>>,
}

pub struct Context<'a> {
    pub programme: &'a Programme,
    pub partners: &'a Partners,
    pub months: &'a Months,
    pub change_id: Uuid,
    pub actor: Actor<'a>,
    pub now: Instant,
}

/// The rows that carry a change out.
#[derive(Default)]
pub struct Plan {
    pub consequences: Consequences,
    pub rewards: Vec<rewards::Model>,
    pub receipts: Vec<receipts::Model>,
    /// Transactions with whom they belong to from now on.
    pub owners: Vec<(Uuid, Option<Uuid>)>,
    /// By partnership: signups, paid customers, revenue, last active at.
    pub roll_ups: HashMap<Uuid, (i64, i64, i64, i64)>,
    /// Who brings the customer now.
    pub current: Option<Uuid>,
}

struct Planner<'a> {
    context: &'a Context<'a>,
    case: &'a Case,
    history: &'a mut History,
    linked: HashMap<Uuid, Vec<&'a rewards::Model>>,
    first_purchase: Option<(Instant, Uuid)>,
    revisions: HashMap<Uuid, i32>,
    plan: Plan,
}

/// An event that changes hands.
#[derive(Clone, Copy)]
struct Moved<'a> {
    /// `None`: the customer's creation.
    sale: Option<&'a transactions::Model>,
    at: Instant,
    from: Option<Uuid>,
    to: Option<Uuid>,
}

pub fn plan(context: &Context<'_>, case: &Case, history: &mut History, line: &[Attributed]) -> Result<Plan> {
    let mut linked: HashMap<Uuid, Vec<&rewards::Model>> = HashMap::new();
    for row in &case.rewards {
        if let Some(reversed) = row.reverses {
            linked.entry(reversed).or_default().push(row);
        }
    }
    let first_purchase = case.transactions.iter().filter(|row| row.amount > 0).min_by_key(|row| (row.occurred_at, row.seq));
    let mut planner = Planner {
        context,
        case,
        history,
        linked,
        first_purchase: first_purchase.map(|row| (Instant(row.occurred_at), row.id)),
        revisions: HashMap::new(),
        plan: Plan::default(),
    };
    let moved = planner.moved(line);
    for event in &moved {
        for root in planner.roots(event).filter(|root| Some(root.partnership_id) == event.from) {
            planner.history.forget(context.programme, root, effective(root, &planner.linked))?;
        }
    }
    for event in &moved {
        planner.carry(event)?;
    }
    planner.roll_up_customer(line);
    planner.plan.consequences.sum_up();
    Ok(planner.plan)
}

impl<'a> Planner<'a> {
    fn moved(&self, line: &[Attributed]) -> Vec<Moved<'a>> {
        let customer = &self.case.customer;
        let created = Moved {
            sale: None,
            at: customer.created_at,
            from: customer.attributed_at(customer.created_at),
            to: attributed_at(line, customer.created_at),
        };
        let sales = self.case.transactions.iter().filter(|row| row.refund_of.is_none()).map(|row| {
            let at = Instant(row.occurred_at);
            Moved { sale: Some(row), at, from: row.partnership_id, to: attributed_at(line, at) }
        });
        let mut moved: Vec<Moved<'_>> = std::iter::once(created).chain(sales).filter(|event| event.from != event.to).collect();
        moved.sort_by_key(|event| (event.at, event.sale.map(|sale| sale.seq)));
        moved
    }

    /// What triggers made of an event, for whomever.
    fn roots(&self, event: &Moved<'a>) -> impl Iterator<Item = &'a rewards::Model> + use<'a> {
        let source = if event.sale.is_some() { RewardSource::Transaction } else { RewardSource::Customer };
        let sale = event.sale.map(|sale| sale.id);
        let case = self.case;
        case.rewards.iter().filter(move |row| row.reverses.is_none() && row.transaction_id == sale && row.source == source.word())
    }

    /// A reward with everything that corrects it.
    fn net(&self, root: &rewards::Model) -> i64 {
        let declined = RewardState::Declined.word();
        let linked = self.linked.get(&root.id).into_iter().flatten().filter(|row| row.state != declined);
        root.amount + linked.map(|row| self.net(row)).sum::<i64>()
    }

    fn carry(&mut self, event: &Moved<'a>) -> Result<()> {
        let refunds: Vec<&transactions::Model> =
            self.case.transactions.iter().filter(|row| event.sale.is_some_and(|sale| row.refund_of == Some(sale.id))).collect();
        self.note_move(event, &refunds)?;
        self.reverse(event, &refunds)?;
        let event_id = event.sale.map_or(self.case.customer.id, |sale| sale.id);
        let rated_before = self.last_receipt(event_id, event.to).map(|row| row.decision.clone());
        match (event.to, rated_before) {
            (Some(_), Some(decision)) => self.restore(event, &decision, &refunds),
            _ => self.rate(event, &refunds),
        }
    }

    fn note_move(&mut self, event: &Moved<'a>, refunds: &[&transactions::Model]) -> Result<()> {
        let partners = self.context.partners;
        let key = |id: Option<Uuid>| partners.find(id).map(|partner| partner.map(|partner| partner.key.clone()));
        self.plan.consequences.moves.push(Move {
            kind: if event.sale.is_some() { EventKind::Transaction } else { EventKind::Customer },
            key: self.event_key(event).to_owned(),
            occurred_at: event.at,
            amount: event.sale.map(money).transpose()?,
            from_partner: key(event.from)?,
            to_partner: key(event.to)?,
        });
        let company_currency = self.context.programme.currency.code();
        for row in event.sale.into_iter().chain(refunds.iter().copied()) {
            self.plan.owners.push((row.id, event.to));
            let counts = !self.case.customer.test && row.currency == company_currency;
            let revenue = if counts { row.amount } else { 0 };
            if let Some(from) = event.from {
                self.roll_up(from).2 -= revenue;
            }
            if let Some(to) = event.to {
                let roll_up = self.roll_up(to);
                roll_up.2 += revenue;
                roll_up.3 = roll_up.3.max(row.occurred_at);
            }
        }
        Ok(())
    }

    fn roll_up(&mut self, partnership_id: Uuid) -> &mut (i64, i64, i64, i64) {
        self.plan.roll_ups.entry(partnership_id).or_insert((0, 0, 0, i64::MIN))
    }

    fn event_key(&self, event: &Moved<'a>) -> &'a str {
        event.sale.map_or(self.case.customer.key.as_str(), |sale| sale.key.as_str())
    }

    /// Corrects to nothing what the event has earned so far, for everybody but the partner who has it now.
    fn reverse(&mut self, event: &Moved<'a>, refunds: &[&transactions::Model]) -> Result<()> {
        let mut drafts = Vec::new();
        let roots: Vec<&rewards::Model> = self.roots(event).filter(|root| Some(root.partnership_id) != event.to).collect();
        for root in roots {
            let net = self.net(root);
            if net != 0 && root.state != RewardState::Declined.word() {
                drafts.push(self.correct(event, root, -net, EntryKind::Reversed)?);
            }
        }
        if event.from.is_some() {
            let id = event.sale.map_or(self.case.customer.id, |sale| sale.id);
            self.supersede(event, id, self.summary(event)?, drafts)?;
            for refund in refunds {
                let sale_key = self.event_key(event).to_owned();
                let summary = EventSummary {
                    kind: EventKind::Transaction,
                    key: refund.key.clone(),
                    occurred_at: Instant(refund.occurred_at),
                    amount: Some(money(refund)?),
                    refund_of: Some(sale_key),
                };
                self.supersede(event, refund.id, summary, Vec::new())?;
            }
        }
        Ok(())
    }

    fn summary(&self, event: &Moved<'a>) -> Result<EventSummary> {
        Ok(EventSummary {
            kind: if event.sale.is_some() { EventKind::Transaction } else { EventKind::Customer },
            key: self.event_key(event).to_owned(),
            occurred_at: event.at,
            amount: event.sale.map(money).transpose()?,
            refund_of: None,
        })
    }

    /// The last word to whom the event belonged.
    fn supersede(&mut self, event: &Moved<'a>, event_id: Uuid, summary: EventSummary, drafts: Vec<RewardDraft>) -> Result<()> {
        let decision = Decision {
            event: summary,
            reason: Reason::SupersededByAttribution,
            partner_key: self.partner_key(event.from)?,
            triggers: Vec::new(),
            rewards: drafts,
        };
        self.push_receipt(event_id, event.from, &decision, true)
    }

    /// Corrects a reward by `amount`.
    fn correct(&mut self, event: &Moved<'a>, root: &rewards::Model, amount: i64, kind: EntryKind) -> Result<RewardDraft> {
        let currency = stored(&root.currency)?;
        let draft = RewardDraft {
            partnership_id: root.partnership_id,
            offer_id: root.offer_id,
            offer_version_id: root.offer_version_id,
            trigger_key: root.trigger_key.clone(),
            amount: Money::new(amount, currency),
            description: format!("Attribution changed: {}", root.description),
            state: stored(&root.state)?,
            state_reason: root.state_reason.clone(),
            ready_at: root.ready_at.map(Instant),
            reverses: Some(root.id),
        };
        let month = self.context.months.place(Month(root.invoice_month), currency);
        let cause = self.context.change_id.to_string();
        self.push_reward(event, &draft, RewardSource::Attribution, &cause, root.transaction_id, month, event.at, kind)?;
        Ok(draft)
    }

    #[expect(clippy::too_many_arguments, reason = "a reward's row has this many origins")]
    fn push_reward(
        &mut self,
        event: &Moved<'a>,
        draft: &RewardDraft,
        source: RewardSource,
        cause: &str,
        transaction_id: Option<Uuid>,
        month: Month,
        occurred_at: Instant,
        kind: EntryKind,
    ) -> Result<rewards::Model> {
        let partner = self.context.partners.get(draft.partnership_id)?;
        let origin = Origin {
            company_id: self.context.programme.company.id,
            cause,
            source,
            group_id: partner.group_id,
            customer_id: Some(self.case.customer.id),
            transaction_id,
            change_id: Some(self.context.change_id),
            invoice_month: month,
            occurred_at,
            created_at: self.context.now,
            actor: self.context.actor,
        };
        let row = from_draft(&origin, draft);
        self.plan.consequences.entries.push(Entry {
            kind,
            reward_id: row.id,
            event_key: self.event_key(event).to_owned(),
            partner_key: partner.key.clone(),
            amount: draft.amount,
            state: row.state.clone(),
            invoice_month: month,
            reverses: row.reverses,
        });
        self.plan.rewards.push(row.clone());
        Ok(row)
    }

    fn partner_key(&self, id: Option<Uuid>) -> Result<Option<String>> {
        Ok(self.context.partners.find(id)?.map(|partner| partner.key.clone()))
    }

    /// The latest decision about an event for this owner.
    fn last_receipt(&self, event_id: Uuid, owner: Option<Uuid>) -> Option<&'a receipts::Model> {
        let superseded = Reason::SupersededByAttribution.code();
        let case = self.case;
        let all = case.receipts.get(&event_id).into_iter().flatten();
        all.filter(|row| row.partnership_id == owner && row.reason != superseded).max_by_key(|row| row.revision)
    }

    fn next_revision(&self, event_id: Uuid) -> i32 {
        let written = || self.case.receipts.get(&event_id).into_iter().flatten().map(|row| row.revision).max();
        self.revisions.get(&event_id).copied().or_else(written).map_or(0, |revision| revision + 1)
    }

    /// `corrections` says that the decision's rewards correct earlier ones: a receipt counts what its event earned.
    fn push_receipt(&mut self, event_id: Uuid, partnership_id: Option<Uuid>, decision: &Decision, corrections: bool) -> Result<()> {
        let revision = self.next_revision(event_id);
        let about = About {
            company_id: self.context.programme.company.id,
            kind: decision.event.kind,
            event_id,
            revision,
            customer_id: self.case.customer.id,
            partnership_id,
            change_id: Some(self.context.change_id),
        };
        let mut row = receipt(&about, decision, self.context.now)?;
        if corrections {
            row.rewards = 0;
        }
        self.plan.receipts.push(row);
        self.revisions.insert(event_id, revision);
        Ok(())
    }

    fn roll_up_customer(&mut self, line: &[Attributed]) {
        let customer = &self.case.customer;
        let current = attributed_at(line, self.context.now);
        self.plan.current = current;
        if current == customer.partnership_id || customer.test {
            return;
        }
        let paid = i64::from(customer.first_purchase_at.is_some());
        for (id, sign) in [(customer.partnership_id, -1), (current, 1)] {
            if let Some(id) = id {
                let roll_up = self.roll_up(id);
                roll_up.0 += sign;
                roll_up.1 += sign * paid;
            }
        }
    }
}

fn money(row: &transactions::Model) -> Result<Money> {
    Ok(Money::new(row.amount, stored(&row.currency)?))
}
