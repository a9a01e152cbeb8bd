//! Transactions recorded by mistake: voided with everything that follows, shown before it is done, and undone.
//!
//! A voided transaction never was: the customer's other sales are rated anew without it, and what differs from what they
//! earned is written as linked rewards.

mod plan;

use std::collections::{HashMap, HashSet};

use domain::facts::{self, Fact};
use domain::{Instant, fields, ids};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::programme::companies;
use crate::programme::in_force::Programme;
use crate::rewards::receipts::insert_receipts;
use crate::rewards::rows::insert_rewards;
use crate::sales::consequences::Consequences;
use crate::sales::recording::{Customer, History, Months, Partners, roll_up_partners, spans_of};
use crate::store::check::{Checks, shown};
use crate::store::entities::{attribution_changes, customers, receipts, rewards, transactions, voids};
use crate::store::error::stored;
use crate::store::execute_with_rows;
use crate::store::secrets;
use crate::store::seen::refuse_other;
use crate::{Db, Error, Result, audit, transact};

use plan::{Case, Context, Plan, Turn};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voided {
    pub void_id: Uuid,
    /// The keys that count no more, or again.
    pub keys: Vec<String>,
    pub consequences: Consequences,
}

impl Voided {
    /// Says whether somebody was shown just this.
    pub fn digest(&self) -> String {
        secrets::hash(&format!("{:?}{}", self.keys, self.consequences.digest()))
    }
}

/// What [`void`] would do. Writes nothing.
pub async fn preview_void(db: &Db, company_id: Uuid, key: &str, now: Instant) -> Result<Voided> {
    let tx = db.snapshot().await?;
    let voided = void_one(&tx, company_id, key, "", &VoidOptions::alone(Actor::SYSTEM, now), false).await?;
    tx.rollback().await?;
    Ok(voided)
}

/// Voids the transaction with this key, and the refunds of a sale with it.
///
/// # Errors
/// `Invalid` at `reason`; `NotFound` when no transaction that counts has this key.
pub async fn void(db: &Db, act: &Act<'_>, key: &str, reason: &str) -> Result<Voided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| { void_one(tx, company_id, key, reason, &VoidOptions::alone(act.actor, now), true).await })
}

/// As [`void`], for whoever was shown what it would do: refused where that is not what it does by now.
pub async fn void_seen(db: &Db, act: &Act<'_>, key: &str, reason: &str, seen: &str) -> Result<Voided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let voided = void_one(tx, company_id, key, reason, &VoidOptions::alone(act.actor, now), true).await?;
        refuse_other(seen, &voided.digest())?;
        Ok(voided)
    })
}

/// What [`undo`] would do. Writes nothing.
pub async fn preview_undo(db: &Db, company_id: Uuid, void_id: Uuid, now: Instant) -> Result<Voided> {
    let tx = db.snapshot().await?;
    let undone = undo_one(&tx, company_id, void_id, &VoidOptions::alone(Actor::SYSTEM, now), false).await?;
    tx.rollback().await?;
    Ok(undone)
}

/// Undoes a void: the transaction counts again, and what it and the others earned before.
///
/// # Errors
/// `Conflict` when it was undone before, when its key was used again, or when a later void or change of attribution of this
/// customer builds on it.
pub async fn undo(db: &Db, act: &Act<'_>, void_id: Uuid) -> Result<Voided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| { undo_one(tx, company_id, void_id, &VoidOptions::alone(act.actor, now), true).await })
}

/// As [`undo`], for whoever was shown what it would do: refused where that is not what it does by now.
pub async fn undo_seen(db: &Db, act: &Act<'_>, void_id: Uuid, seen: &str) -> Result<Voided> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let undone = undo_one(tx, company_id, void_id, &VoidOptions::alone(act.actor, now), true).await?;
        refuse_other(seen, &undone.digest())?;
        Ok(undone)
    })
}

/// The newest void of a customer that is in force and was recorded since.
pub(crate) async fn newest_since<C: ConnectionTrait>(conn: &C, customer_id: Uuid, since: i64) -> Result<Option<voids::Model>> {
    let rows = voids::Entity::find()
        .filter(voids::Column::CustomerId.eq(customer_id))
        .filter(voids::Column::RecordedAt.gte(since))
        .all(conn)
        .await?;
    let undone: HashSet<Uuid> = rows.iter().filter_map(|row| row.undoes).collect();
    let in_force = rows.into_iter().filter(|row| row.undoes.is_none() && !undone.contains(&row.id));
    Ok(in_force.max_by_key(|row| (row.recorded_at, row.number)))
}

pub struct VoidOptions<'a> {
    pub actor: Actor<'a>,
    pub now: Instant,
    /// The void of a whole import, or its undoing, that this is part of.
    pub import_void: Option<Uuid>,
}

impl VoidOptions<'_> {
    fn alone(actor: Actor<'_>, now: Instant) -> VoidOptions<'_> {
        VoidOptions { actor, now, import_void: None }
    }
}

/// How many changes of attribution the customer has had.
async fn changes<C: ConnectionTrait>(conn: &C, customer_id: Uuid) -> Result<i64> {
    let count = attribution_changes::Entity::find().filter(attribution_changes::Column::CustomerId.eq(customer_id)).count(conn).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What the void of an import does to one customer.
pub struct Part {
    /// Transactions of the import that count no more.
    pub own: u64,
    /// Other refunds of its sales, which go with them.
    pub along: u64,
    pub consequences: Consequences,
}

/// Voids what one customer has by an import; nothing if none of that counts.
pub async fn void_part<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    customer_id: Uuid,
    import_id: Uuid,
    reason: &str,
    options: &VoidOptions<'_>,
    write: bool,
) -> Result<Option<Part>> {
    let loaded = Loaded::load(tx, company_id, customer_id, options.now).await?;
    let rows = &loaded.case.transactions;
    let of_import = |row: &&transactions::Model| row.voided_at.is_none() && row.import_id == Some(import_id);
    let Some(first) = rows.iter().find(of_import) else { return Ok(None) };
    let own: HashSet<Uuid> = rows.iter().filter(of_import).map(|row| row.id).collect();
    let turn = loaded.without(|row| own.contains(&row.id) || row.refund_of.is_some_and(|sale| own.contains(&sale)));
    let gone = turn.before.len() - turn.after.len();
    let voided = loaded.carry_out(tx, first, &turn, reason, options, write).await?;
    Ok(Some(Part { own: own.len() as u64, along: (gone - own.len()) as u64, consequences: voided.consequences }))
}

async fn void_one<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    key: &str,
    reason: &str,
    options: &VoidOptions<'_>,
    write: bool,
) -> Result<Voided> {
    let mut checks = Checks::new();
    // Nobody has written one yet for what is only looked at.
    let reason = if write { checks.take("reason", fields::description(reason)) } else { String::new() };
    checks.finish()?;
    let transaction = crate::sales::transactions::find_by_key(tx, company_id, key.trim()).await?;
    let loaded = Loaded::load(tx, company_id, transaction.customer_id, options.now).await?;
    let turn = loaded.without(|row| row.id == transaction.id || row.refund_of == Some(transaction.id));
    loaded.carry_out(tx, &transaction, &turn, &reason, options, write).await
}

pub async fn undo_one<C: ConnectionTrait>(
    tx: &C,
    company_id: Uuid,
    void_id: Uuid,
    options: &VoidOptions<'_>,
    write: bool,
) -> Result<Voided> {
    let void = voids::Entity::find_by_id(void_id)
        .filter(voids::Column::CompanyId.eq(company_id))
        .filter(voids::Column::Undoes.is_null())
        .one(tx)
        .await?
        .ok_or(Error::NotFound("the void"))?;
    if void.import_void_id.is_some() && options.import_void.is_none() {
        return Err(Error::conflict("it was voided with its whole import: undo that in Settings › Import"));
    }
    if let Some(undone) = voids::Entity::find().filter(voids::Column::Undoes.eq(void_id)).one(tx).await? {
        let zone = companies::get(tx, company_id).await?.zone()?;
        return Err(audit::already_undone(tx, &undone.author, undone.recorded_at, &zone).await?);
    }
    if newest_since(tx, void.customer_id, void.recorded_at).await?.is_some_and(|newest| newest.id != void_id) {
        return Err(Error::conflict("a later void of this customer's builds on this one: undo that first"));
    }
    // By their number: a sandbox's clock stands, and others are set back.
    if changes(tx, void.customer_id).await? != void.changes {
        return Err(Error::conflict(
            "the customer's attribution changed since, so this void can't be undone; record the sale again instead",
        ));
    }
    let loaded = Loaded::load(tx, company_id, void.customer_id, options.now).await?;
    let back: Vec<&transactions::Model> = loaded.case.transactions.iter().filter(|row| row.void_id == Some(void_id)).collect();
    let keys = back.iter().map(|row| row.key.as_str());
    let taken = transactions::Entity::find()
        .filter(transactions::Column::CompanyId.eq(company_id))
        .filter(transactions::Column::Key.is_in(keys))
        .filter(transactions::Column::VoidedAt.is_null())
        .one(tx)
        .await?;
    if let Some(taken) = taken {
        let message = format!("the key “{}” was used again since: void that transaction first", shown(&taken.key));
        return Err(Error::conflict(message));
    }
    let transaction = back.iter().copied().find(|row| row.id == void.transaction_id).ok_or(Error::NotFound("the transaction"))?.clone();
    let before = loaded.live();
    let after = before.iter().copied().chain(back.iter().map(|row| row.id)).collect();
    let turn = Turn { before, after, undone: Some(void_id) };
    loaded.carry_out(tx, &transaction, &turn, "", options, write).await
}

/// What one customer's void needs to be planned.
struct Loaded {
    programme: Programme,
    months: Months,
    partners: Partners,
    history: History,
    customer: customers::Model,
    case: Case,
}

impl Loaded {
    async fn load<C: ConnectionTrait>(tx: &C, company_id: Uuid, customer_id: Uuid, now: Instant) -> Result<Loaded> {
        let programme = Programme::load(tx, company_id).await?;
        let months = Months::load(tx, &programme.company, now).await?;
        let customer = crate::sales::customers::get(tx, company_id, customer_id).await?;
        let spans = spans_of(tx, &[customer_id]).await?.remove(&customer_id).unwrap_or_default();
        let transactions = transactions::Entity::find()
            .filter(transactions::Column::CustomerId.eq(customer_id))
            .order_by_asc(transactions::Column::Seq)
            .all(tx)
            .await?;
        let rewards =
            rewards::Entity::find().filter(rewards::Column::CustomerId.eq(customer_id)).order_by_asc(rewards::Column::Id).all(tx).await?;
        let mut decided: HashMap<Uuid, Vec<receipts::Model>> = HashMap::new();
        for row in receipts::Entity::find().filter(receipts::Column::CustomerId.eq(customer_id)).all(tx).await? {
            decided.entry(row.event_id).or_default().push(row);
        }
        let case = Case { customer: Customer::of_row(customer.clone(), spans), transactions, rewards, receipts: decided };
        let owners = case.customer.spans().iter().filter_map(|span| span.partnership_id).chain(case.customer.partnership_id);
        let sellers = case.transactions.iter().filter_map(|row| row.partnership_id);
        let earners = case.rewards.iter().map(|row| row.partnership_id);
        let partners = Partners::load(tx, company_id, owners.chain(sellers).chain(earners).collect::<Vec<_>>()).await?;
        let times = || case.transactions.iter().map(|row| row.occurred_at);
        let span = (Instant(times().min().unwrap_or(now.0)), Instant(times().max().unwrap_or(now.0)));
        let partner_ids: Vec<Uuid> = partners.ids().collect();
        let history = History::load(tx, &programme, &[&case.customer], &partner_ids, span, None).await?;
        Ok(Loaded { programme, months, partners, history, customer, case })
    }

    /// The transactions that count now.
    fn live(&self) -> HashSet<Uuid> {
        self.case.transactions.iter().filter(|row| row.voided_at.is_none()).map(|row| row.id).collect()
    }

    /// That these transactions do not count any more.
    fn without(&self, gone: impl Fn(&transactions::Model) -> bool) -> Turn {
        let before = self.live();
        let stays = |row: &&transactions::Model| before.contains(&row.id) && !gone(row);
        Turn { after: self.case.transactions.iter().filter(stays).map(|row| row.id).collect(), before, undone: None }
    }

    /// Plans and, if `write`, does it.
    async fn carry_out<C: ConnectionTrait>(
        &self,
        tx: &C,
        transaction: &transactions::Model,
        turn: &Turn,
        reason: &str,
        options: &VoidOptions<'_>,
        write: bool,
    ) -> Result<Voided> {
        let number = voids::Entity::find().filter(voids::Column::CustomerId.eq(self.customer.id)).count(tx).await?;
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let void_id = ids::derive(options.now, &["void", &self.customer.id.to_string(), &number.to_string()]);
        let context = Context {
            programme: &self.programme,
            partners: &self.partners,
            months: &self.months,
            void_id,
            actor: options.actor,
            now: options.now,
        };
        let planned = plan::plan(&context, &self.case, &self.history, turn)?;
        let turned = |row: &&transactions::Model| turn.before.contains(&row.id) != turn.after.contains(&row.id);
        let keys = self.case.transactions.iter().filter(turned).map(|row| row.key.clone()).collect();
        if !write {
            return Ok(Voided { void_id, keys, consequences: planned.consequences });
        }
        let row = voids::ActiveModel {
            id: Set(void_id),
            company_id: Set(self.customer.company_id),
            customer_id: Set(self.customer.id),
            transaction_id: Set(transaction.id),
            number: Set(number),
            reason: Set(reason.to_owned()),
            author: Set(options.actor.stored()),
            recorded_at: Set(options.now.0),
            changes: Set(changes(tx, self.customer.id).await?),
            undoes: Set(turn.undone),
            import_void_id: Set(options.import_void),
        };
        row.insert(tx).await?;
        // The void of an import is in the log as a whole.
        if options.import_void.is_none() {
            let void = facts::Void {
                customer: self.customer.customer_key.clone(),
                amount: transaction.amount,
                currency: stored(&transaction.currency)?,
                reason: reason.to_owned(),
                rewards: planned.rewards.len(),
            };
            let fact = if turn.undone.is_some() { Fact::TransactionVoidUndone(void) } else { Fact::TransactionVoided(void) };
            audit::record(
                tx,
                &Act { company_id: self.customer.company_id, actor: options.actor, now: options.now },
                &transaction.key,
                fact,
            )
            .await?;
        }
        self.mark(tx, turn, void_id, options.now).await?;
        Loaded::write(tx, planned).await.map(|consequences| Voided { void_id, keys, consequences })
    }

    /// Says of the transactions whether they count.
    async fn mark<C: ConnectionTrait>(&self, tx: &C, turn: &Turn, void_id: Uuid, now: Instant) -> Result<()> {
        use transactions::{Column, Entity};
        let (gone, back): (Vec<Uuid>, Vec<Uuid>) =
            (turn.before.difference(&turn.after).copied().collect(), turn.after.difference(&turn.before).copied().collect());
        let (count, uncount) = (i64::try_from(gone.len()).unwrap_or(0), i64::try_from(back.len()).unwrap_or(0));
        Entity::update_many()
            .col_expr(Column::VoidedAt, Expr::value(now.0))
            .col_expr(Column::VoidId, Expr::value(void_id))
            .filter(Column::Id.is_in(gone))
            .exec(tx)
            .await?;
        Entity::update_many()
            .col_expr(Column::VoidedAt, Expr::value(None::<i64>))
            .col_expr(Column::VoidId, Expr::value(None::<Uuid>))
            .filter(Column::Id.is_in(back))
            .exec(tx)
            .await?;
        let counts = |row: &&transactions::Model| turn.after.contains(&row.id);
        let first = self.case.transactions.iter().filter(counts).filter(|row| row.amount > 0).map(|row| row.occurred_at).min();
        customers::Entity::update_many()
            .col_expr(customers::Column::FirstPurchaseAt, Expr::value(first))
            .col_expr(customers::Column::Transactions, Expr::value(self.customer.transactions - count + uncount))
            .col_expr(customers::Column::Voided, Expr::value(self.customer.voided + count - uncount))
            .filter(customers::Column::Id.eq(self.customer.id))
            .exec(tx)
            .await?;
        Ok(())
    }

    async fn write<C: ConnectionTrait>(tx: &C, planned: Plan) -> Result<Consequences> {
        let roll_ups = planned.roll_ups.into_iter().map(|(id, (paid, revenue))| (id, 0, paid, revenue, i64::MIN));
        roll_up_partners(tx, roll_ups).await?;
        execute_with_rows(
            tx,
            "WITH v(id, refunded) AS (VALUES {rows}) UPDATE transactions SET refunded = v.refunded FROM v WHERE transactions.id = v.id",
            planned.refunded.into_iter().map(|(id, refunded)| [id.into(), refunded.into()]),
        )
        .await?;
        insert_receipts(tx, planned.receipts).await?;
        insert_rewards(tx, planned.rewards).await?;
        Ok(planned.consequences)
    }
}
