//! A sandbox's clock in its owner's hands: where it can go, what that will set off, and going there.

use std::collections::{BTreeMap, HashMap};

use domain::facts::{At, Fact};
use domain::invoicing::{PartnerLines, schedule, settle, sums};
use domain::states::{AttemptState, InvoiceState, ProviderKind, RewardState};
use domain::zone::Zone;
use domain::{Instant, Month};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::act::Actor;
use crate::billing::charges;
use crate::due::run_until;
use crate::store::entities::{charge_attempts, companies, invoices, outbox as mails, partnerships, rewards};
use crate::work::{Work, Worker, isolated};
use crate::{Db, Error, Result, audit, installation, outbox, transact};

/// Where a company's people may want to go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    pub now: Instant,
    /// The next local day's first instant.
    pub tomorrow: Instant,
    /// When the open month is over and its invoices come.
    pub month_end: Instant,
    /// When the next review ends.
    pub charge_day: Instant,
}

/// What a jump will set off, provided that nothing else is done meanwhile and that no provider refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub released: usize,
    pub months_closed: usize,
    pub invoices: usize,
    pub charges: usize,
    /// Invoices that a person is asked to pay.
    pub asked: usize,
    /// Payouts that come into being.
    pub payouts: usize,
    pub mails: usize,
}

pub async fn targets<C: ConnectionTrait>(conn: &C, company: &companies::Model, now: Instant) -> Result<Targets> {
    let zone = company.zone()?;
    let review_ends: Option<i64> = invoices::Entity::find()
        .select_only()
        .column_as(charges::due_at().min(), "at")
        .filter(invoices::Column::CompanyId.eq(company.id))
        .filter(charges::due_condition())
        .filter(charges::due_at().gt(now.0))
        .into_tuple::<Option<i64>>()
        .one(conn)
        .await?
        .flatten();
    let month_end = Instant(company.open_month_ends_at);
    let charge_day = review_ends.map_or_else(|| schedule(&zone, Month(company.open_month), month_end).charge_due_at, Instant);
    let tomorrow = zone.date(now).succ_opt().map_or(now, |date| zone.first_instant(date));
    Ok(Targets { now, tomorrow, month_end, charge_day })
}

/// The instant `days` local days after now.
pub async fn days_on(db: &Db, company_id: Uuid, days: u16) -> Result<Instant> {
    let now = sandbox_now(db).await?;
    let company = crate::programme::companies::get(db.read(), company_id).await?;
    Ok(company.zone()?.plus_days(now, i64::from(days)))
}

/// Moves the clock to `until` and does all that falls due on the way.
///
/// # Errors
/// `Forbidden` in a production database, `Invalid` (field `until`) when the clock is past it.
pub async fn advance(
    db: &Db,
    worker: &Worker,
    until: Instant,
    actor: Actor<'_>,
    progress: &(dyn Fn(Instant, Work) + Sync),
) -> Result<Work> {
    let now = sandbox_now(db).await?;
    if until < now {
        return Err(Error::invalid("until", format!("the clock is at {now} and does not go back")));
    }
    transact!(db, |tx| {
        audit::record_for_installation(tx, actor, now, "clock", Fact::ClockMoved { from: At(now), until: At(until) }).await
    })?;
    run_until(db, worker, until, progress).await
}

/// What moving the clock to `until` will set off.
pub async fn preview(db: &Db, until: Instant) -> Result<Preview> {
    let now = sandbox_now(db).await?;
    let snapshot = db.snapshot().await?;
    let mut preview = Preview::default();
    let waiting =
        mails::Entity::find().filter(mails::Column::SentAt.is_null()).filter(mails::Column::DueAt.lte(until.0)).count(&snapshot).await?;
    preview.mails = usize::try_from(waiting).unwrap_or(usize::MAX);
    for company in companies::Entity::find().all(&snapshot).await? {
        let foreseen = isolated(async { Forecast::load(&snapshot, &company, now, until).await?.run(&snapshot, &mut preview).await });
        match foreseen.await {
            Err(error) if error.is_everyones() => return Err(error),
            // Its own work will fail too, and say so.
            Err(error) => tracing::warn!(company = company.key, %error, "what falls due for a company can't be foreseen"),
            Ok(()) => {}
        }
    }
    Ok(preview)
}

async fn sandbox_now(db: &Db) -> Result<Instant> {
    match installation::time(db).await? {
        time if time.sandbox => Ok(time.now),
        _ => Err(Error::Forbidden("a production database has no clock to move".to_owned())),
    }
}

/// One company's books, played forward in memory.
struct Forecast<'a> {
    company: &'a companies::Model,
    zone: Zone,
    now: Instant,
    until: Instant,
    owners: usize,
    /// Rewards whose hold days end in time: the instant, partnership, currency, amount.
    ready: Vec<(Instant, Uuid, String, i64)>,
    debts: HashMap<String, HashMap<Uuid, i64>>,
}

impl<'a> Forecast<'a> {
    async fn load<C: ConnectionTrait>(conn: &C, company: &'a companies::Model, now: Instant, until: Instant) -> Result<Self> {
        let ready: Vec<(Option<i64>, Uuid, String, i64)> = rewards::Entity::find()
            .select_only()
            .columns([rewards::Column::ReadyAt, rewards::Column::PartnershipId, rewards::Column::Currency, rewards::Column::Amount])
            .filter(rewards::Column::State.eq(RewardState::Scheduled.word()))
            .filter(rewards::Column::ReadyAt.lte(until.0))
            .filter(rewards::Column::CompanyId.eq(company.id))
            .into_tuple()
            .all(conn)
            .await?;
        Ok(Forecast {
            company,
            zone: company.zone()?,
            now,
            until,
            owners: outbox::owners(conn, company.id).await?.len(),
            ready: ready.into_iter().map(|(at, id, currency, amount)| (Instant(at.unwrap_or(0)), id, currency, amount)).collect(),
            debts: HashMap::new(),
        })
    }

    async fn run<C: ConnectionTrait>(mut self, conn: &C, preview: &mut Preview) -> Result<()> {
        preview.released += self.ready.len();
        let mut reviews = self.in_review(conn).await?;
        let mut month = Month(self.company.open_month);
        let mut ends_at = Instant(self.company.open_month_ends_at);
        while ends_at <= self.until {
            let currencies = self.month_lines(conn, month).await?;
            preview.months_closed += 1;
            preview.invoices += currencies.len();
            preview.mails += if currencies.is_empty() { 0 } else { self.owners };
            let due = schedule(&self.zone, month, ends_at.max(self.now)).charge_due_at;
            for (currency, lines) in currencies {
                reviews.push((due, currency, lines));
            }
            month = month.next();
            ends_at = self.zone.month_start(month.next());
        }
        reviews.retain(|(due, _, _)| *due <= self.until);
        reviews.sort_by_key(|(due, _, _)| *due);
        for (_, currency, lines) in reviews {
            self.charge(conn, &currency, lines, preview).await?;
        }
        self.charge_again(conn, preview).await
    }

    /// Invoices in review whose charge is due in time.
    async fn in_review<C: ConnectionTrait>(&self, conn: &C) -> Result<Vec<(Instant, String, BTreeMap<Uuid, i64>)>> {
        let rows = invoices::Entity::find()
            .filter(invoices::Column::CompanyId.eq(self.company.id))
            .filter(invoices::Column::State.eq(InvoiceState::InReview.word()))
            .filter(invoices::Column::PausedAt.is_null())
            .filter(invoices::Column::ChargeDueAt.lte(self.until.0))
            .all(conn)
            .await?;
        let mut reviews = Vec::with_capacity(rows.len());
        for row in rows {
            let lines = crate::billing::invoices::partner_lines(conn, self.company.id, Month(row.month), &row.currency).await?;
            let lines = lines.into_iter().map(|line| (line.partnership_id, line.total)).collect();
            reviews.push((Instant(row.charge_due_at), row.currency, lines));
        }
        Ok(reviews)
    }

    /// What a month that is still open will hold at its end, per currency and partner.
    async fn month_lines<C: ConnectionTrait>(&self, conn: &C, month: Month) -> Result<BTreeMap<String, BTreeMap<Uuid, i64>>> {
        let mut currencies: BTreeMap<String, BTreeMap<Uuid, i64>> = BTreeMap::new();
        for lines in crate::billing::invoices::currency_lines(conn, self.company.id, month).await? {
            let partners = crate::billing::invoices::partner_lines(conn, self.company.id, month, &lines.currency).await?;
            currencies.insert(lines.currency, partners.into_iter().map(|line| (line.partnership_id, line.total)).collect());
        }
        let open = Month(self.company.open_month);
        for (at, partnership_id, currency, amount) in &self.ready {
            if self.zone.month(*at).max(open) == month {
                let total = currencies.entry(currency.clone()).or_default().entry(*partnership_id).or_default();
                *total = total.saturating_add(*amount);
            }
        }
        Ok(currencies)
    }

    async fn charge<C: ConnectionTrait>(
        &mut self,
        conn: &C,
        currency: &str,
        lines: BTreeMap<Uuid, i64>,
        preview: &mut Preview,
    ) -> Result<()> {
        if !self.debts.contains_key(currency) {
            let debts = crate::billing::invoices::debts(conn, self.company.id, currency).await?;
            self.debts.insert(currency.to_owned(), debts);
        }
        let debts = self.debts.entry(currency.to_owned()).or_default();
        let mut shares = Vec::with_capacity(lines.len());
        for (partnership_id, total) in lines {
            let lines = PartnerLines { partnership_id, total, lines: 0, fingerprint: 0 };
            let share = settle(lines, debts.get(&partnership_id).copied().unwrap_or_default());
            debts.insert(partnership_id, share.carried_out);
            shares.push(share);
        }
        let Some(sums) = sums(&shares, self.company.fee_ppm).totals() else { return Ok(()) };
        if sums.charge != 0 && self.company.charge_provider == ProviderKind::Manual.word() {
            // A person has to confirm before anything follows.
            preview.asked += 1;
            preview.mails += self.owners;
            return Ok(());
        }
        preview.charges += usize::from(sums.charge != 0);
        let paid: Vec<Uuid> = shares.iter().filter(|share| share.payout > 0).map(|share| share.partnership_id).collect();
        self.paid(conn, paid, preview).await
    }

    async fn paid<C: ConnectionTrait>(&self, conn: &C, partnership_ids: Vec<Uuid>, preview: &mut Preview) -> Result<()> {
        preview.payouts += partnership_ids.len();
        preview.mails += self.owners;
        for ids in partnership_ids.chunks(1000) {
            let told = partnerships::Entity::find()
                .filter(partnerships::Column::Id.is_in(ids.iter().copied()))
                .filter(partnerships::Column::Email.ne(""))
                .count(conn)
                .await?;
            preview.mails += usize::try_from(told).unwrap_or(usize::MAX);
        }
        Ok(())
    }

    /// Charges in flight, and failed ones that are retried in time.
    async fn charge_again<C: ConnectionTrait>(&self, conn: &C, preview: &mut Preview) -> Result<()> {
        let retried: Vec<Uuid> = invoices::Entity::find()
            .select_only()
            .column(invoices::Column::Id)
            .filter(invoices::Column::CompanyId.eq(self.company.id))
            .filter(invoices::Column::State.eq(InvoiceState::ChargeFailed.word()))
            .filter(invoices::Column::RetryAt.lte(self.until.0))
            .into_tuple()
            .all(conn)
            .await?;
        let in_flight: Vec<Uuid> = charge_attempts::Entity::find()
            .select_only()
            .column(charge_attempts::Column::InvoiceId)
            .filter(charge_attempts::Column::CompanyId.eq(self.company.id))
            .filter(charge_attempts::Column::State.eq(AttemptState::InFlight.word()))
            .filter(charge_attempts::Column::Provider.ne(ProviderKind::Manual.word()))
            .into_tuple()
            .all(conn)
            .await?;
        preview.charges += retried.len() + in_flight.len();
        for invoice_id in retried.into_iter().chain(in_flight) {
            let shares = crate::billing::invoices::stored_shares(conn, invoice_id).await?;
            let paid = shares.iter().filter(|share| share.payout > 0).map(|share| share.partnership_id).collect();
            self.paid(conn, paid, preview).await?;
        }
        Ok(())
    }
}
