//! What becomes of a customer's events when some transactions do not count any more, or count again: the same for a preview and
//! for the deed.

use std::collections::{HashMap, HashSet};

use domain::decision::{Decision, RewardDraft};
use domain::money::mul_div_half_even;
use domain::rating::{CustomerFacts, Event, Sale};
use domain::states::{RewardSource, RewardState};
use domain::{Instant, Money, Month};
use uuid::Uuid;

use crate::act::Actor;
use crate::programme::in_force::Programme;
use crate::rewards::receipts::cause;
use crate::rewards::rows::{Origin, from_draft};
use crate::sales::consequences::{Consequences, Entry, EntryKind};
use crate::sales::recording::{Customer, History, Months, Partners, effective, rate_event};
use crate::store::entities::{receipts as receipt_rows, rewards, transactions};
use crate::store::error::stored;
use crate::{Error, Result};

mod receipts;

/// A customer with everything that ever happened to it, voided transactions included, as they were recorded.
pub struct Case {
    pub customer: Customer,
    pub transactions: Vec<transactions::Model>,
    pub rewards: Vec<rewards::Model>,
    pub receipts: HashMap<Uuid, Vec<receipt_rows::Model>>,
}

pub struct Context<'a> {
    pub programme: &'a Programme,
    pub partners: &'a Partners,
    pub months: &'a Months,
    pub void_id: Uuid,
    pub actor: Actor<'a>,
    pub now: Instant,
}

/// Which transactions count before and after.
pub struct Turn {
    pub before: HashSet<Uuid>,
    pub after: HashSet<Uuid>,
    /// The void that is undone.
    pub undone: Option<Uuid>,
}

/// The rows that carry it out.
#[derive(Default)]
pub struct Plan {
    pub consequences: Consequences,
    pub rewards: Vec<rewards::Model>,
    pub receipts: Vec<receipt_rows::Model>,
    /// Sales with what of them is refunded from now on.
    pub refunded: Vec<(Uuid, i64)>,
    /// By partnership: paid customers, revenue.
    pub roll_ups: HashMap<Uuid, (i64, i64)>,
}

/// What a sale's rewards are brought to.
enum Aim {
    /// It never was.
    Nothing,
    /// As they are: only its refunds changed.
    AsTheyAre,
    /// As they were before the void that is undone.
    AsTheyWere(Uuid),
    /// What it earns, rated anew.
    Anew(Decision),
}

pub fn plan(context: &Context<'_>, case: &Case, history: &History, turn: &Turn) -> Result<Plan> {
    let mut linked: HashMap<Uuid, Vec<&rewards::Model>> = HashMap::new();
    for row in &case.rewards {
        if let Some(reversed) = row.reverses {
            linked.entry(reversed).or_default().push(row);
        }
    }
    let mut planner = Planner { context, case, turn, linked, revisions: HashMap::new(), plan: Plan::default() };
    let others = planner.without_own_sales(history)?;
    let (before, mut after) = (planner.replay(&others, &turn.before)?, planner.replay(&others, &turn.after)?);
    for sale in case.transactions.iter().filter(|row| row.refund_of.is_none()) {
        if let Some(aim) = planner.aim(sale, before.get(&sale.id), after.remove(&sale.id)) {
            planner.bring(sale, aim)?;
        }
    }
    planner.roll_up();
    planner.plan.consequences.sum_up();
    Ok(planner.plan)
}

struct Planner<'a> {
    context: &'a Context<'a>,
    case: &'a Case,
    turn: &'a Turn,
    linked: HashMap<Uuid, Vec<&'a rewards::Model>>,
    revisions: HashMap<Uuid, i32>,
    plan: Plan,
}

impl<'a> Planner<'a> {
    /// What triggers did before, but for this customer's sales.
    fn without_own_sales(&self, history: &History) -> Result<History> {
        let mut others = history.clone();
        let made = self.case.rewards.iter().filter(|row| row.reverses.is_none() && row.source == RewardSource::Transaction.word());
        for root in made.filter(|row| self.case.customer.attributed_at(Instant(row.occurred_at)) == Some(row.partnership_id)) {
            others.forget(self.context.programme, root, effective(root, &self.linked))?;
        }
        Ok(others)
    }

    /// What each of these sales earns if only these transactions had been recorded, in the order in which they were.
    fn replay(&self, others: &History, live: &HashSet<Uuid>) -> Result<HashMap<Uuid, Decision>> {
        let (programme, customer) = (self.context.programme, &self.case.customer);
        let mut history = others.clone();
        let mut first: Option<Instant> = None;
        let mut decisions = HashMap::new();
        for row in self.case.transactions.iter().filter(|row| live.contains(&row.id)) {
            let at = Instant(row.occurred_at);
            let is_first_purchase = row.amount > 0 && first.is_none_or(|first| at < first);
            if is_first_purchase {
                first = Some(at);
            }
            if row.refund_of.is_some() {
                continue;
            }
            let sale = Sale {
                key: &row.key,
                amount: money(row)?,
                product_key: row.product_key.as_deref(),
                category_key: row.category_key.as_deref(),
            };
            let event = Event { occurred_at: at, sale: Some(sale) };
            let facts = CustomerFacts {
                key: &customer.key,
                email: &customer.email,
                provider_key: customer.provider_key.as_deref(),
                test: customer.test,
                first_purchase_at: first,
                is_first_purchase,
            };
            let (partners, owner) = (self.context.partners, row.partnership_id);
            let decision = rate_event(programme, partners, &history, customer.id, customer.created_at, owner, &event, &facts)?;
            for draft in &decision.rewards {
                history.note(programme, customer.id, at, draft);
            }
            decisions.insert(row.id, decision);
        }
        Ok(decisions)
    }

    /// What a sale's rewards are brought to; `None` when nothing changes for it.
    fn aim(&self, sale: &transactions::Model, before: Option<&Decision>, after: Option<Decision>) -> Option<Aim> {
        let (was, is) = (self.turn.before.contains(&sale.id), self.turn.after.contains(&sale.id));
        if !was && !is {
            return None;
        }
        let touched = |void: Uuid| self.case.rewards.iter().any(|row| row.change_id == Some(void) && row.transaction_id == Some(sale.id));
        match (self.turn.undone, before, after) {
            _ if !is => Some(Aim::Nothing),
            (Some(void), ..) if !was || touched(void) => Some(Aim::AsTheyWere(void)),
            (_, Some(before), Some(after)) if earns(before) != earns(&after) => Some(Aim::Anew(after)),
            _ => self.refunds(sale).any(|refund| self.turns(refund.id)).then_some(Aim::AsTheyAre),
        }
    }

    /// Whether a transaction counts only before, or only after.
    fn turns(&self, id: Uuid) -> bool {
        self.turn.before.contains(&id) != self.turn.after.contains(&id)
    }

    fn refunds(&self, sale: &transactions::Model) -> impl Iterator<Item = &'a transactions::Model> + use<'a> {
        let id = sale.id;
        self.case.transactions.iter().filter(move |row| row.refund_of == Some(id))
    }

    /// What triggers made of a sale, for whom it belongs to.
    fn roots(&self, sale: &transactions::Model) -> impl Iterator<Item = &'a rewards::Model> + use<'a> {
        let (id, owner) = (sale.id, sale.partnership_id);
        self.case.rewards.iter().filter(move |row| {
            let made = row.reverses.is_none() && row.source == RewardSource::Transaction.word();
            made && row.transaction_id == Some(id) && Some(row.partnership_id) == owner
        })
    }

    fn bring(&mut self, sale: &'a transactions::Model, aim: Aim) -> Result<()> {
        let refunded: i64 = -self.refunds(sale).filter(|row| self.turn.after.contains(&row.id)).map(|row| row.amount).sum::<i64>();
        if refunded != sale.refunded {
            self.plan.refunded.push((sale.id, refunded));
        }
        let mut left = match &aim {
            Aim::Anew(decision) => decision.rewards.clone(),
            _ => Vec::new(),
        };
        let why = match &aim {
            Aim::Nothing => "Voided sale",
            Aim::AsTheyWere(_) => "Void undone",
            Aim::AsTheyAre | Aim::Anew(_) => "Corrected for a voided sale",
        };
        let mut reversals = Vec::new();
        let mut corrections = Vec::new();
        for root in self.roots(sale) {
            let now = effective(root, &self.linked);
            let wanted = match &aim {
                Aim::Nothing => 0,
                Aim::AsTheyAre => now,
                Aim::AsTheyWere(void) if root.change_id == Some(*void) => 0,
                Aim::AsTheyWere(void) => now - self.corrected_by(root, *void),
                Aim::Anew(_) => take(&mut left, root).map_or(0, |draft| draft.amount.minor),
            };
            corrections.extend(self.correct(sale, root, wanted, why)?);
            reversals.extend(self.reverse(sale, root, wanted, refunded)?);
            let adjustments: Vec<&rewards::Model> = self.adjustments(root).collect();
            for adjustment in adjustments {
                let wanted = if wanted == 0 { 0 } else { adjustment.amount };
                corrections.extend(self.correct(sale, adjustment, wanted, why)?);
                reversals.extend(self.reverse(sale, adjustment, wanted, refunded)?);
            }
        }
        let earned = self.earn(sale, left, refunded, &mut reversals)?;
        self.write_receipt(sale, aim, corrections, earned)?;
        self.write_refund_receipts(sale, reversals)
    }

    fn adjustments(&self, root: &rewards::Model) -> impl Iterator<Item = &'a rewards::Model> + use<'a> {
        let linked: Vec<&'a rewards::Model> = self.linked.get(&root.id).into_iter().flatten().copied().collect();
        linked.into_iter().filter(|row| row.source == RewardSource::Adjustment.word())
    }

    /// What a void corrected a reward by.
    fn corrected_by(&self, root: &rewards::Model, void: Uuid) -> i64 {
        let linked = self.linked.get(&root.id).into_iter().flatten();
        linked.filter(|row| row.source == RewardSource::Void.word() && row.change_id == Some(void)).map(|row| row.amount).sum()
    }

    /// Corrects a reward, or an adjustment of one, to what it should have been.
    fn correct(&mut self, sale: &transactions::Model, of: &rewards::Model, wanted: i64, why: &str) -> Result<Option<RewardDraft>> {
        let difference = wanted - effective(of, &self.linked);
        if difference == 0 {
            return Ok(None);
        }
        let kind = if difference < 0 { EntryKind::Reversed } else { EntryKind::Restored };
        let mut draft = linked_draft(of, difference, format!("{why}: {}", of.description))?;
        if of.reverses.is_some() {
            // An adjustment counts towards no limit, and neither does what corrects it.
            draft.trigger_key = None;
        }
        let cause = self.context.void_id.to_string();
        let month = self.context.months.place(Month(of.invoice_month), draft.amount.currency);
        self.push(sale, &draft, RewardSource::Void, &cause, sale.id, month, Instant(sale.occurred_at), kind)?;
        Ok(Some(draft))
    }

    /// Brings what refunds took back of a reward to its share of what is refunded now.
    fn reverse(
        &mut self,
        sale: &transactions::Model,
        of: &rewards::Model,
        wanted: i64,
        refunded: i64,
    ) -> Result<Option<(Uuid, RewardDraft)>> {
        if of.state == RewardState::Declined.word() || sale.amount <= 0 {
            return Ok(None);
        }
        let corrections = [RewardSource::Void, RewardSource::Adjustment].map(|source| source.word());
        let linked = self.linked.get(&of.id).into_iter().flatten();
        let taken: i64 = -linked.filter(|row| !corrections.contains(&row.source.as_str())).map(|row| row.amount).sum::<i64>();
        let difference = taken - mul_div_half_even(wanted, refunded, sale.amount);
        self.push_reversal(sale, of, difference)
    }

    fn push_reversal(&mut self, sale: &transactions::Model, of: &rewards::Model, difference: i64) -> Result<Option<(Uuid, RewardDraft)>> {
        if difference == 0 {
            return Ok(None);
        }
        let turned = self.refunds(sale).find(|refund| self.turns(refund.id));
        let refund = turned.or_else(|| self.refunds(sale).max_by_key(|refund| (refund.occurred_at, refund.seq)));
        let refund = refund.ok_or_else(|| Error::Corrupt(format!("a reward of {} is reversed without a refund", sale.key)))?;
        let draft = linked_draft(of, difference, format!("Refund: {}", of.description))?;
        let cause = cause(refund.id, self.next_revision(refund.id));
        let month = self.context.months.place(Month(of.invoice_month), draft.amount.currency);
        self.push(sale, &draft, RewardSource::Refund, &cause, refund.id, month, Instant(refund.occurred_at), EntryKind::Refunded)?;
        Ok(Some((refund.id, draft)))
    }

    /// What a sale earns that it did not before, less what is refunded of it. Returns how many rewards that makes.
    fn earn(
        &mut self,
        sale: &'a transactions::Model,
        drafts: Vec<RewardDraft>,
        refunded: i64,
        reversals: &mut Vec<(Uuid, RewardDraft)>,
    ) -> Result<i32> {
        let cause = cause(sale.id, self.next_revision(sale.id));
        let mut count = 0;
        for mut draft in drafts {
            if draft.state == RewardState::Scheduled && draft.ready_at.is_some_and(|at| at <= self.context.now) {
                draft.state = RewardState::Pending;
            }
            let month = self.context.months.accumulating;
            let at = Instant(sale.occurred_at);
            let row = self.push(sale, &draft, RewardSource::Transaction, &cause, sale.id, month, at, EntryKind::Earned)?;
            reversals.extend(self.push_reversal(sale, &row, -mul_div_half_even(row.amount, refunded, sale.amount))?);
            count += 1;
        }
        Ok(count)
    }

    #[expect(clippy::too_many_arguments, reason = "a reward's row has this many origins")]
    fn push(
        &mut self,
        sale: &transactions::Model,
        draft: &RewardDraft,
        source: RewardSource,
        cause: &str,
        transaction_id: Uuid,
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
            transaction_id: Some(transaction_id),
            change_id: Some(self.context.void_id),
            invoice_month: month,
            occurred_at,
            created_at: self.context.now,
            actor: self.context.actor,
        };
        let row = from_draft(&origin, draft);
        self.plan.consequences.entries.push(Entry {
            kind,
            reward_id: row.id,
            event_key: sale.key.clone(),
            partner_key: partner.key.clone(),
            amount: draft.amount,
            state: row.state.clone(),
            invoice_month: month,
            reverses: row.reverses,
        });
        self.plan.rewards.push(row.clone());
        Ok(row)
    }

    fn next_revision(&self, event_id: Uuid) -> i32 {
        let written = || self.case.receipts.get(&event_id).into_iter().flatten().map(|row| row.revision).max();
        self.revisions.get(&event_id).copied().or_else(written).map_or(0, |revision| revision + 1)
    }

    fn roll_up(&mut self) {
        let customer = &self.case.customer;
        if customer.test {
            return;
        }
        let bought = |live: &HashSet<Uuid>| self.case.transactions.iter().any(|row| row.amount > 0 && live.contains(&row.id));
        let paid = i64::from(bought(&self.turn.after)) - i64::from(bought(&self.turn.before));
        if let Some(partner) = customer.partnership_id.filter(|_| paid != 0) {
            self.plan.roll_ups.entry(partner).or_default().0 += paid;
        }
        let currency = self.context.programme.currency.code();
        for row in self.case.transactions.iter().filter(|row| row.currency == currency) {
            let Some(owner) = row.partnership_id.filter(|_| self.turns(row.id)) else { continue };
            let revenue = if self.turn.after.contains(&row.id) { row.amount } else { -row.amount };
            self.plan.roll_ups.entry(owner).or_default().1 += revenue;
        }
    }
}

/// What decides whether two decisions pay the same.
fn earns(decision: &Decision) -> Vec<(Option<Uuid>, Option<&str>, Money)> {
    decision.rewards.iter().map(|draft| (draft.offer_id, draft.trigger_key.as_deref(), draft.amount)).collect()
}

/// Takes the draft out that a reward has been written for.
fn take(drafts: &mut Vec<RewardDraft>, root: &rewards::Model) -> Option<RewardDraft> {
    let same = |draft: &RewardDraft| draft.offer_id == root.offer_id && draft.trigger_key == root.trigger_key;
    drafts.iter().position(same).map(|at| drafts.remove(at))
}

/// A reward that changes another one by `amount`, and goes where that one goes.
fn linked_draft(of: &rewards::Model, amount: i64, description: String) -> Result<RewardDraft> {
    Ok(RewardDraft {
        partnership_id: of.partnership_id,
        offer_id: of.offer_id,
        offer_version_id: of.offer_version_id,
        trigger_key: of.trigger_key.clone(),
        amount: Money::new(amount, stored(&of.currency)?),
        description,
        state: stored(&of.state)?,
        state_reason: of.state_reason.clone(),
        ready_at: of.ready_at.map(Instant),
        reverses: Some(of.id),
    })
}

fn money(row: &transactions::Model) -> Result<Money> {
    Ok(Money::new(row.amount, stored(&row.currency)?))
}
