//! What becomes of rewards: their status and payment date, from the invoices and payouts of their months.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use domain::payouts::{not_arrived, within};
use domain::states::{InvoiceState, PayoutState, RewardState, RewardStatus};
use domain::time::short_date;
use domain::zone::Zone;
use domain::{Choice, Instant, Month, payment};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::store::entities::{companies, invoices, partnerships, payouts, rewards};
use crate::store::error::stored;
use crate::store::names;

/// When the money of a reward comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payment {
    /// It is not going to be paid as things stand.
    Never,
    /// It is scheduled: no date holds before it is due.
    OnceDue,
    About(NaiveDate),
    /// Its invoice is paused: no date would hold.
    OnceResumed,
    /// The charge of its invoice failed and isn't retried automatically.
    OnceCharged,
    Paid(NaiveDate),
    /// It did not arrive, or came back; no date holds until it is paid again.
    CameBack(CameBack),
}

/// Why the money of a payout is owed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBack {
    pub state: PayoutState,
    pub reason: String,
    /// The partner has an account that it could be paid to.
    pub has_account: bool,
}

impl CameBack {
    /// "payment failed: no account"
    pub fn words(&self) -> String {
        let what = if self.state == PayoutState::Returned { "payment returned" } else { "payment failed" };
        match within(&self.reason) {
            reason if reason.is_empty() => what.to_owned(),
            reason => format!("{what}: {reason}"),
        }
    }

    /// As the partner reads it, with what to do.
    pub fn for_partner(&self, company: &str) -> String {
        not_arrived(self.state, &self.reason, company, self.has_account)
    }
}

impl Payment {
    pub fn date(&self) -> Option<NaiveDate> {
        match self {
            Payment::About(date) | Payment::Paid(date) => Some(*date),
            Payment::Never | Payment::OnceDue | Payment::OnceResumed | Payment::OnceCharged | Payment::CameBack(_) => None,
        }
    }

    /// "8 Apr 2026", "paid 12 Apr 2026", "payment failed: no account"
    pub fn words(&self) -> Option<String> {
        match self {
            Payment::Never => None,
            Payment::OnceDue => Some("once it is due".to_owned()),
            Payment::About(date) => Some(short_date(*date)),
            Payment::OnceResumed => Some("once the pause ends".to_owned()),
            Payment::OnceCharged => Some("once the invoice is charged".to_owned()),
            Payment::Paid(date) => Some(format!("paid {}", short_date(*date))),
            Payment::CameBack(why) => Some(why.words()),
        }
    }
}

struct Partner {
    name: Choice,
    settlement_days: i32,
    has_account: bool,
}

struct Payout {
    state: PayoutState,
    paid_at: Option<Instant>,
    error: String,
}

/// The invoices, payouts and partners that some rewards depend on.
pub struct Outlook {
    zone: Zone,
    invoices: HashMap<(i32, String), (InvoiceState, invoices::Model)>,
    payouts: HashMap<(Uuid, Uuid), Payout>,
    partners: HashMap<Uuid, Partner>,
}

impl Outlook {
    /// For these rewards of one company.
    pub async fn of<C: ConnectionTrait>(conn: &C, company: &companies::Model, rewards: &[rewards::Model]) -> Result<Outlook> {
        let months = rewards.iter().map(|reward| reward.invoice_month).collect();
        let partnerships = rewards.iter().map(|reward| reward.partnership_id).collect();
        Outlook::load(conn, company, months, partnerships).await
    }

    /// For all rewards of these partnerships in these months.
    pub async fn load<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        months: HashSet<i32>,
        partnerships: HashSet<Uuid>,
    ) -> Result<Outlook> {
        let rows = invoices::Entity::find()
            .filter(invoices::Column::CompanyId.eq(company.id))
            .filter(invoices::Column::Month.is_in(months))
            .all(conn)
            .await?;
        let paying: Vec<Uuid> = rows.iter().map(|invoice| invoice.id).collect();
        use payouts::Column;
        type Row = (Uuid, Uuid, String, Option<i64>, Option<String>);
        let states: Vec<Row> = payouts::Entity::find()
            .select_only()
            .columns([Column::InvoiceId, Column::PartnershipId, Column::State, Column::PaidAt, Column::Error])
            .filter(payouts::Column::InvoiceId.is_in(paying))
            .filter(payouts::Column::PartnershipId.is_in(partnerships.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let partners = partners(conn, partnerships).await?;
        let mut invoices = HashMap::with_capacity(rows.len());
        for row in rows {
            invoices.insert((row.month, row.currency.clone()), (stored(&row.state)?, row));
        }
        let mut payouts = HashMap::with_capacity(states.len());
        for (invoice, partnership, state, paid_at, error) in states {
            let payout = Payout { state: stored(&state)?, paid_at: paid_at.map(Instant), error: error.unwrap_or_default() };
            payouts.insert((invoice, partnership), payout);
        }
        Ok(Outlook { zone: company.zone()?, invoices, payouts, partners })
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What the partner is called.
    pub fn partner(&self, id: Uuid) -> Option<&Choice> {
        self.partners.get(&id).map(|partner| &partner.name)
    }

    /// The invoice of a month and currency, once there is one.
    pub fn invoice(&self, month: i32, currency: &str) -> Option<&invoices::Model> {
        self.invoices.get(&(month, currency.to_owned())).map(|(_, invoice)| invoice)
    }

    pub fn invoice_state(&self, month: i32, currency: &str) -> Option<InvoiceState> {
        self.invoices.get(&(month, currency.to_owned())).map(|(state, _)| *state)
    }

    fn payout(&self, month: i32, currency: &str, partnership: Uuid) -> Option<&Payout> {
        self.invoice(month, currency).and_then(|invoice| self.payouts.get(&(invoice.id, partnership)))
    }

    /// Why the partner's payout of this month is owed again, if it is.
    pub fn came_back(&self, month: i32, currency: &str, partnership: Uuid) -> Option<CameBack> {
        let payout = self.payout(month, currency, partnership).filter(|payout| payout.state.came_back())?;
        let has_account = self.partners.get(&partnership).is_some_and(|partner| partner.has_account);
        Some(CameBack { state: payout.state, reason: payout.error.clone(), has_account })
    }

    /// What a person sees of a reward in this state, month and currency.
    pub fn status(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> RewardStatus {
        let payout = self.payout(month, currency, partnership).map(|payout| payout.state);
        payment::status(state, self.invoice_state(month, currency), payout)
    }

    /// When the partner gets the money of a reward in this state, month and currency.
    pub fn payment(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> Payment {
        if let Some(why) = self.came_back(month, currency, partnership).filter(|_| state.payable()) {
            return Payment::CameBack(why);
        }
        match (self.payout(month, currency, partnership), self.payment_date(state, month, currency, partnership)) {
            (Some(Payout { state: PayoutState::Paid, paid_at: Some(at), .. }), Some(_)) => Payment::Paid(self.zone.date(*at)),
            (_, Some(date)) => Payment::About(date),
            (_, None) if state == RewardState::Scheduled => Payment::OnceDue,
            (_, None) if !state.payable() => Payment::Never,
            (_, None) if self.invoice_state(month, currency) == Some(InvoiceState::ChargeFailed) => Payment::OnceCharged,
            (_, None) => Payment::OnceResumed,
        }
    }

    /// The estimated payment date; `None` for what is not going to be paid as things stand, while its invoice waits for a person, and
    /// where the money came back.
    pub fn payment_date(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> Option<NaiveDate> {
        if self.payout(month, currency, partnership).is_some_and(|payout| payout.state.came_back()) {
            return None;
        }
        let charge = match self.invoice(month, currency) {
            Some(invoice) => Some(invoice.charge_dates().ok()?.charge()?),
            None => None,
        };
        let days = self.partners.get(&partnership).map_or(0, |partner| partner.settlement_days);
        payment::estimated_payment_date(&self.zone, state, Month(month), charge, days)
    }
}

async fn partners<C: ConnectionTrait>(conn: &C, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, Partner>> {
    use partnerships::Column;
    let rows: Vec<(Uuid, String, String, String, i32, Option<String>)> = partnerships::Entity::find()
        .select_only()
        .columns([Column::Id, Column::PartnerKey, Column::Name, Column::Email, Column::SettlementDays, Column::PayoutAccount])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for (id, key, name, email, settlement_days, account) in rows {
        let has_account = account.is_some_and(|account| !account.trim().is_empty());
        found.insert(id, Partner { name: names::named(&key, &name, &email), settlement_days, has_account });
    }
    Ok(found)
}
