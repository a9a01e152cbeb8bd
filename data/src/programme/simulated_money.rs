//! Simulated money is for sandboxes. A production database takes no company that has it; one that has it from before is neither
//! charged nor paid until its profile says otherwise, and nothing recorded is rewritten.

use std::collections::BTreeSet;

use domain::Instant;
use domain::facts::Fact;
use domain::states::{AttemptState, PayoutState, ProviderKind};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::act::Act;
use crate::store::check::Checks;
use crate::store::entities::{charge_attempts, companies, invoices, payouts};
use crate::{Db, Error, Result, audit, installation, transact};

const SIMULATED: &str = ProviderKind::Simulated.word();
const MANUAL: &str = ProviderKind::Manual.word();

/// Whether a company's charges or payouts are simulated.
fn simulates(company: &companies::Model) -> bool {
    company.charge_provider == SIMULATED || company.payout_provider == SIMULATED
}

/// Complains about a profile that a production database cannot take.
pub(super) async fn check_providers<C: ConnectionTrait>(
    tx: &C,
    checks: &mut Checks,
    charge: Option<ProviderKind>,
    payout: Option<ProviderKind>,
) -> Result<()> {
    let asked = [("charge_provider", charge), ("payout_provider", payout)];
    let simulated = asked.into_iter().filter(|(_, kind)| *kind == Some(ProviderKind::Simulated));
    let fields: Vec<&str> = simulated.map(|(field, _)| field).collect();
    if !fields.is_empty() && !installation::mode_in(tx).await?.is_sandbox() {
        for field in fields {
            checks.complain(field, "“simulated” moves no money: it is for sandboxes only");
        }
    }
    Ok(())
}

/// The companies of a production database whose money is simulated; none in a sandbox.
pub async fn waiting_companies<C: ConnectionTrait>(conn: &C) -> Result<Vec<companies::Model>> {
    if installation::mode_in(conn).await?.is_sandbox() {
        return Ok(Vec::new());
    }
    let simulated =
        Condition::any().add(companies::Column::ChargeProvider.eq(SIMULATED)).add(companies::Column::PayoutProvider.eq(SIMULATED));
    Ok(companies::Entity::find().filter(simulated).order_by_asc(companies::Column::Key).all(conn).await?)
}

/// Whether this company's charges and payouts wait because its money is simulated in a production database.
pub async fn waits<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<bool> {
    Ok(simulates(company) && !installation::mode_in(conn).await?.is_sandbox())
}

/// # Errors
/// `Conflict` for a company that waits, with what to do about it.
pub async fn must_move_money<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<()> {
    if waits(conn, company).await? {
        return Err(Error::conflict(format!(
            "The money of {} is simulated, which is for sandboxes only. Choose how invoices are charged and partners are paid in the company profile first.",
            company.name
        )));
    }
    Ok(())
}

/// What must not be worked on.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    production: bool,
    company_ids: Vec<Uuid>,
}

impl Held {
    pub async fn load<C: ConnectionTrait>(conn: &C) -> Result<Held> {
        let production = !installation::mode_in(conn).await?.is_sandbox();
        let company_ids = waiting_companies(conn).await?.into_iter().map(|company| company.id).collect();
        Ok(Held { production, company_ids })
    }

    /// The rows that may be worked on, by their company and their provider.
    pub fn free(&self, company_id: impl ColumnTrait, provider: impl ColumnTrait) -> Condition {
        let real = self.production.then(|| provider.ne(SIMULATED));
        Condition::all().add(self.companies(company_id)).add_option(real)
    }

    /// The rows that may be worked on, by their company.
    pub fn companies(&self, company_id: impl ColumnTrait) -> Condition {
        let others = (!self.company_ids.is_empty()).then(|| company_id.is_not_in(self.company_ids.iter().copied()));
        Condition::all().add_option(others)
    }
}

/// What no real provider has answered, of a company whose money is not simulated any more: people do it by hand from here.
pub async fn hand_over(db: &Db, company_id: Uuid, now: Instant) -> Result<()> {
    if !left_by_simulation(db.read()).await?.contains(&company_id) {
        return Ok(());
    }
    transact!(db, |tx| {
        let company = companies::Entity::find_by_id(company_id).one(tx).await?.ok_or(Error::NotFound("the company"))?;
        hand_over_in(tx, &Act::system(company_id, now), &company).await
    })
}

fn open_attempts() -> Condition {
    use charge_attempts::Column;
    Condition::all().add(Column::State.eq(AttemptState::InFlight.word())).add(Column::Provider.eq(SIMULATED))
}

fn open_payouts() -> Condition {
    use payouts::Column;
    let open = [PayoutState::Pending, PayoutState::Sending].map(|state| state.word());
    Condition::all().add(Column::State.is_in(open)).add(Column::Provider.eq(SIMULATED))
}

/// The companies of a production database whose charges or payouts were left to a simulation; none in a sandbox.
pub(crate) async fn left_by_simulation<C: ConnectionTrait>(conn: &C) -> Result<BTreeSet<Uuid>> {
    if installation::mode_in(conn).await?.is_sandbox() {
        return Ok(BTreeSet::new());
    }
    let attempts = charge_attempts::Entity::find().select_only().column(charge_attempts::Column::CompanyId).filter(open_attempts());
    let payouts = payouts::Entity::find().select_only().column(payouts::Column::CompanyId).filter(open_payouts());
    let mut left: BTreeSet<Uuid> = attempts.distinct().into_tuple().all(conn).await?.into_iter().collect();
    left.extend(payouts.distinct().into_tuple::<Uuid>().all(conn).await?);
    Ok(left)
}

/// As [`hand_over`], in a transaction; nothing in a sandbox.
pub(crate) async fn hand_over_in<C: ConnectionTrait>(tx: &C, act: &Act<'_>, company: &companies::Model) -> Result<()> {
    if installation::mode_in(tx).await?.is_sandbox() {
        return Ok(());
    }
    if company.charge_provider == MANUAL {
        use charge_attempts::{Column, Entity};
        for attempt in Entity::find().filter(open_attempts()).filter(Column::CompanyId.eq(company.id)).all(tx).await? {
            Entity::update_many().col_expr(Column::Provider, Expr::value(MANUAL)).filter(Column::Id.eq(attempt.id)).exec(tx).await?;
            let invoice = invoices::Entity::find_by_id(attempt.invoice_id).one(tx).await?.ok_or(Error::NotFound("the invoice"))?;
            let fact = Fact::ChargeHandedOver { attempt: attempt.number, provider: (ProviderKind::Simulated, ProviderKind::Manual) };
            audit::record(tx, act, &invoice.number, fact).await?;
        }
    }
    if company.payout_provider == MANUAL {
        use payouts::{Column, Entity};
        for payout in Entity::find().filter(open_payouts()).filter(Column::CompanyId.eq(company.id)).all(tx).await? {
            Entity::update_many()
                .col_expr(Column::Provider, Expr::value(MANUAL))
                .col_expr(Column::State, Expr::value(PayoutState::Pending.word()))
                .col_expr(Column::LeasedUntil, Expr::value(0i64))
                .filter(Column::Id.eq(payout.id))
                .exec(tx)
                .await?;
            let fact = Fact::PayoutHandedOver { provider: (ProviderKind::Simulated, ProviderKind::Manual) };
            audit::record(tx, act, &domain::payouts::key(payout.id), fact).await?;
        }
    }
    Ok(())
}
