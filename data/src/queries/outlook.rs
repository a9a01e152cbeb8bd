//! What becomes of rewards: their status and payment date, from the invoices and payouts of their months.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use domain::states::{InvoiceState, PayoutState, RewardState, RewardStatus};
use domain::views::Choice;
use domain::zone::Zone;
use domain::{Instant, Month, timeline};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::entities::{companies, invoices, partnerships, payouts, rewards};
use crate::error::stored;
use crate::queries::{names, words};

/// When the money of a reward comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// It is not going to be paid as things stand.
    Never,
    About(NaiveDate),
    /// Its invoice is paused: no date would hold.
    OnceResumed,
    /// The charge of its invoice failed and isn't retried automatically.
    OnceCharged,
    Paid(NaiveDate),
}

impl Payment {
    pub fn date(self) -> Option<NaiveDate> {
        match self {
            Payment::About(date) | Payment::Paid(date) => Some(date),
            Payment::Never | Payment::OnceResumed | Payment::OnceCharged => None,
        }
    }

    /// "8 Apr 2026", "paid 12 Apr 2026"
    pub fn words(self) -> Option<String> {
        match self {
            Payment::Never => None,
            Payment::About(date) => Some(words::date(date)),
            Payment::OnceResumed => Some("once the pause ends".to_owned()),
            Payment::OnceCharged => Some("once the invoice is charged".to_owned()),
            Payment::Paid(date) => Some(format!("paid {}", words::date(date))),
        }
    }
}

struct Partner {
    name: Choice,
    settlement_days: i32,
}

/// The invoices, payouts and partners that some rewards depend on.
pub struct Outlook {
    zone: Zone,
    invoices: HashMap<(i32, String), (InvoiceState, invoices::Model)>,
    payouts: HashMap<(Uuid, Uuid), (PayoutState, Option<Instant>)>,
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
        let states: Vec<(Uuid, Uuid, String, Option<i64>)> = payouts::Entity::find()
            .select_only()
            .columns([payouts::Column::InvoiceId, payouts::Column::PartnershipId, payouts::Column::State, payouts::Column::PaidAt])
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
        for (invoice, partnership, state, paid_at) in states {
            payouts.insert((invoice, partnership), (stored(&state)?, paid_at.map(Instant)));
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

    fn payout(&self, month: i32, currency: &str, partnership: Uuid) -> Option<(PayoutState, Option<Instant>)> {
        self.invoice(month, currency).and_then(|invoice| self.payouts.get(&(invoice.id, partnership)).copied())
    }

    /// What a person sees of a reward in this state, month and currency.
    pub fn status(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> RewardStatus {
        let payout = self.payout(month, currency, partnership).map(|(state, _)| state);
        timeline::status(state, self.invoice_state(month, currency), payout)
    }

    /// When the partner gets the money of a reward in this state, month and currency.
    pub fn payment(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> Payment {
        match (self.payout(month, currency, partnership), self.payment_date(state, month, currency, partnership)) {
            (Some((PayoutState::Paid, Some(at))), Some(_)) => Payment::Paid(self.zone.date(at)),
            (_, Some(date)) => Payment::About(date),
            (_, None) if !state.payable() => Payment::Never,
            (_, None) if self.invoice_state(month, currency) == Some(InvoiceState::ChargeFailed) => Payment::OnceCharged,
            (_, None) => Payment::OnceResumed,
        }
    }

    /// The estimated payment date; `None` for what is not going to be paid as things stand, and while its invoice waits for a person.
    pub fn payment_date(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> Option<NaiveDate> {
        let charge = match self.invoice(month, currency) {
            Some(invoice) => Some(invoice.charge_dates().ok()?.charge()?),
            None => None,
        };
        let days = self.partners.get(&partnership).map_or(0, |partner| partner.settlement_days);
        timeline::estimated_payment_date(&self.zone, state, Month(month), charge, days)
    }
}

async fn partners<C: ConnectionTrait>(conn: &C, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, Partner>> {
    use partnerships::Column;
    let rows: Vec<(Uuid, String, String, String, i32)> = partnerships::Entity::find()
        .select_only()
        .columns([Column::Id, Column::PartnerKey, Column::Name, Column::Email, Column::SettlementDays])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    let partner = |(id, key, name, email, settlement_days): (Uuid, String, String, String, i32)| {
        (id, Partner { name: names::named(&key, &name, &email), settlement_days })
    };
    Ok(rows.into_iter().map(partner).collect())
}
