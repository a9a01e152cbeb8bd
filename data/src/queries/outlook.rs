//! What becomes of rewards: their status and payment date, from the invoices and payouts of their months.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use domain::states::{InvoiceState, PayoutState, RewardState, RewardStatus};
use domain::zone::Zone;
use domain::{Instant, Month, timeline};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Result;
use crate::entities::{companies, invoices, partnerships, payouts, rewards};
use crate::error::stored;

/// The invoices, payouts and settlement days that some rewards depend on.
pub struct Outlook {
    zone: Zone,
    invoices: HashMap<(i32, String), (InvoiceState, invoices::Model)>,
    payouts: HashMap<(Uuid, Uuid), PayoutState>,
    settlement_days: HashMap<Uuid, i32>,
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
        let states: Vec<(Uuid, Uuid, String)> = payouts::Entity::find()
            .select_only()
            .columns([payouts::Column::InvoiceId, payouts::Column::PartnershipId, payouts::Column::State])
            .filter(payouts::Column::InvoiceId.is_in(paying))
            .filter(payouts::Column::PartnershipId.is_in(partnerships.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let settlement: Vec<(Uuid, i32)> = partnerships::Entity::find()
            .select_only()
            .columns([partnerships::Column::Id, partnerships::Column::SettlementDays])
            .filter(partnerships::Column::Id.is_in(partnerships))
            .into_tuple()
            .all(conn)
            .await?;
        let mut invoices = HashMap::with_capacity(rows.len());
        for row in rows {
            invoices.insert((row.month, row.currency.clone()), (stored(&row.state)?, row));
        }
        let mut payouts = HashMap::with_capacity(states.len());
        for (invoice, partnership, state) in states {
            payouts.insert((invoice, partnership), stored(&state)?);
        }
        Ok(Outlook { zone: company.zone()?, invoices, payouts, settlement_days: settlement.into_iter().collect() })
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The invoice of a month and currency, once there is one.
    pub fn invoice(&self, month: i32, currency: &str) -> Option<&invoices::Model> {
        self.invoices.get(&(month, currency.to_owned())).map(|(_, invoice)| invoice)
    }

    pub fn invoice_state(&self, month: i32, currency: &str) -> Option<InvoiceState> {
        self.invoices.get(&(month, currency.to_owned())).map(|(state, _)| *state)
    }

    /// What a person sees of a reward in this state, month and currency.
    pub fn status(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> RewardStatus {
        let payout = self.invoice(month, currency).and_then(|invoice| self.payouts.get(&(invoice.id, partnership)).copied());
        timeline::status(state, self.invoice_state(month, currency), payout)
    }

    /// The day on which the partner can expect it; `None` for what is not going to be paid as things stand.
    pub fn payment_date(&self, state: RewardState, month: i32, currency: &str, partnership: Uuid) -> Option<NaiveDate> {
        let charge = self.invoice(month, currency).map(|invoice| Instant(invoice.charged_at.unwrap_or(invoice.charge_due_at)));
        let days = self.settlement_days.get(&partnership).copied().unwrap_or(0);
        timeline::estimated_payment_date(&self.zone, state, Month(month), charge, days)
    }
}
