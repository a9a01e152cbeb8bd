//! A believable company: two years of partners, customers, sales, refunds, holds and paid invoices, and one in review.
//! Everything goes through the operations that people use; the same seed gives the same company.

use std::io::Cursor;
use std::sync::Arc;

use domain::states::{CompanyRole, PartnerRole, SimulatedOutcome};
use domain::zone::Zone;
use domain::{Instant, Month};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::imports::{self, Kind, Options};
use data::act::{Act, Actor};
use data::billing::simulated;
use data::due;
use data::installation::{self, Mode};
use data::network::partners;
use data::network::partners::PartnerChange;
use data::people::accounts::{self, Place};
use data::programme::{self, companies, offers};
use data::rewards::ManualReward;
use data::sales::attributions::{self, Change};
use data::store::entities::{customers, partnerships, rewards};
use data::work::Worker;
use data::work::{Mailer, QueuedMail};
use data::{Db, Error, Result};

mod decisions;
mod names;
mod random;
mod story;

use random::Random;
use story::{Chapter, MONTHS, Story};

const PROGRAMME: &str = include_str!("demo/programme.toml");
pub const COMPANY: &str = "northwind";
const SEED: u64 = 20_261_104;
const FIRST_MONTH: Month = Month(202_411);
/// Wednesday 4 November 2026, 10:20 in New York: day 4 of the review of October.
const NOW: &str = "2026-11-04T15:20:00Z";
pub const OWNER: &str = "mia.bennett@northwind.example";
pub const PASSWORD: &str = "northwind-demo";

/// Who can sign in, and what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    pub company: String,
    pub owner_email: String,
    pub partner_email: String,
    pub partner_name: String,
    pub password: &'static str,
    pub now: Instant,
}

/// Fills an empty database. `progress` hears how many of how many steps are done.
///
/// # Errors
/// `Conflict` where the database is in use already.
pub async fn fill(db: &Db, worker: &Worker, real_now: Instant, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Demo> {
    let now = Instant::parse(NOW).map_err(|error| Error::Corrupt(error.to_string()))?;
    let zone: Zone = "America/New_York".parse().map_err(|error: domain::zone::UnknownZone| Error::Corrupt(error.to_string()))?;
    let start = zone.month_start(FIRST_MONTH);
    if !installation::init(db, Mode::Sandbox { start }).await? || companies::find_by_key(db.read(), COMPANY).await.is_ok() {
        return Err(Error::conflict("this database is in use already: the demo company wants one of its own"));
    }
    programme::apply(db, PROGRAMME, false, Actor::Named(OWNER), start).await?;
    let company_id = companies::find_by_key(db.read(), COMPANY).await?.id;
    accounts::add_user(
        db,
        Place::Company(company_id, CompanyRole::Owner),
        OWNER,
        Some("Mia Bennett"),
        Some(PASSWORD),
        Actor::Named("demo"),
        real_now,
    )
    .await?;

    // Mail of years ago was read long ago; what is new goes where mail goes.
    let past = Worker { mailer: Arc::new(Read), ..worker.clone() };
    let mut teller = Teller { db, company_id, zone, now, past, recent: worker, random: Random::new(SEED ^ 0x5eed) };
    let Story { months } = story::tell(SEED, FIRST_MONTH, zone);
    let total = u64::try_from(MONTHS).unwrap_or(0);
    for (index, chapter) in months.iter().enumerate() {
        teller.record_month(chapter, index).await?;
        progress(u64::try_from(index).unwrap_or(0) + 1, total);
    }
    let partner = teller.partner_with_most().await?;
    accounts::add_user(
        db,
        Place::Partner(partner.partner_id, PartnerRole::Owner),
        &partner.email,
        Some(&partner.name),
        Some(PASSWORD),
        Actor::Named("demo"),
        real_now,
    )
    .await?;
    Ok(Demo {
        company: "Northwind".to_owned(),
        owner_email: OWNER.to_owned(),
        partner_email: partner.email,
        partner_name: partner.name,
        password: PASSWORD,
        now,
    })
}

/// Takes mails and keeps none.
struct Read;

#[async_trait::async_trait]
impl Mailer for Read {
    async fn deliver(&self, _: &QueuedMail) -> std::result::Result<(), String> {
        Ok(())
    }
}

struct Teller<'a> {
    db: &'a Db,
    company_id: Uuid,
    zone: Zone,
    now: Instant,
    past: Worker,
    recent: &'a Worker,
    random: Random,
}

impl Teller<'_> {
    /// A month of the story, recorded piece by piece as it happens: in quarters, the last two months day by day.
    async fn record_month(&mut self, chapter: &Chapter, index: usize) -> Result<()> {
        let last_months = index + 2 >= usize::try_from(MONTHS).unwrap_or(0);
        let ends = self.zone.month_start(chapter.month.next());
        let begins = self.zone.month_start(chapter.month);
        let mut from = Instant::BEGINNING;
        let days: Vec<i64> = if last_months { (1..=31).collect() } else { vec![4, 11, 18, 25, 31] };
        for day in days {
            let until = self.zone.plus_days(begins, day).min(ends.plus_ms(-60_000)).min(self.now);
            if until <= from {
                break;
            }
            let worker = if last_months { self.recent.clone() } else { self.past.clone() };
            due::run_until(self.db, &worker, until, &|_, _| {}).await?;
            if from == Instant::BEGINNING {
                self.join(chapter).await?;
            }
            self.record(chapter, from, until).await?;
            if day == 4 {
                self.decide(chapter.month, index).await?;
            }
            from = until;
        }
        Ok(())
    }

    /// The partners who join in this month, and new terms.
    async fn join(&mut self, chapter: &Chapter) -> Result<()> {
        let rows = chapter.partners.iter().map(|partner| {
            vec![
                partner.key.clone(),
                partner.name.clone(),
                partner.email.clone(),
                partner.first_name.clone(),
                partner.last_name.clone(),
                partner.group.to_owned(),
            ]
        });
        self.import(Kind::Partners, rows.collect()).await?;
        let now = installation::now(self.db).await?;
        for partner in chapter.partners.iter().filter(|partner| partner.group == "agencies") {
            let row = partners::find_by_key(self.db.read(), self.company_id, &partner.key).await?;
            let change = PartnerChange {
                payout_method: Some("Bank transfer".to_owned()),
                settlement_days: Some(2),
                tags: Some(vec![if self.random.chance(30) { "certified" } else { "agency" }.to_owned()]),
                manager: Some("Jonas Keller".to_owned()),
                ..PartnerChange::default()
            };
            partners::update(self.db, &Act::named(self.company_id, OWNER, now), row.id, &change).await?;
        }
        if chapter.month == Month(202_601) {
            self.raise_affiliates(now).await?;
        }
        Ok(())
    }

    /// From 2026 on affiliates get more for new customers; who came before keeps the old terms.
    async fn raise_affiliates(&self, now: Instant) -> Result<()> {
        let offer = offers::find(self.db.read(), self.company_id, "affiliates").await?.ok_or(Error::NotFound("the offer"))?;
        let versions = offers::versions(self.db.read(), self.company_id, offer.id).await?;
        let mut triggers = versions.last().map(|version| version.triggers.clone()).unwrap_or_default();
        for trigger in &mut triggers {
            trigger.effect = domain::offers::Effect::Percent(domain::Rate(250_000));
        }
        let terms = offers::Terms {
            description: "25% of every payment in a customer's first 12 months".to_owned(),
            applies_to: domain::offers::AppliesTo::NewCustomers,
            triggers,
        };
        offers::publish(self.db, &Act::named(self.company_id, OWNER, now), "affiliates", Some("affiliates"), &terms, Some(now)).await?;
        Ok(())
    }

    /// Customers and sales of a span, its end included.
    async fn record(&mut self, chapter: &Chapter, after: Instant, until: Instant) -> Result<()> {
        let inside = |at: Instant| after < at && at <= until;
        let customers = chapter.customers.iter().filter(|customer| inside(customer.created_at)).map(|customer| {
            let partner = customer.partner.clone().unwrap_or_default();
            vec![customer.key.clone(), customer.name.clone(), customer.email.clone(), partner, customer.created_at.rfc3339()]
        });
        self.import(Kind::Customers, customers.collect()).await?;
        let sales = chapter.sales.iter().filter(|sale| inside(sale.at)).map(|sale| {
            vec![
                sale.key.clone(),
                sale.customer.clone(),
                sale.amount().plain(),
                sale.currency.to_owned(),
                sale.at.rfc3339(),
                sale.product.to_owned(),
                sale.category.to_owned(),
                sale.refund_of.clone().unwrap_or_default(),
            ]
        });
        self.import(Kind::Transactions, sales.collect()).await
    }

    async fn import(&self, kind: Kind, rows: Vec<Vec<String>>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        let written = std::iter::once(kind.columns().iter().map(|name| (*name).to_owned()).collect())
            .chain(rows)
            .try_for_each(|row: Vec<String>| writer.write_record(row));
        written.map_err(|error| Error::Corrupt(error.to_string()))?;
        let bytes = writer.into_inner().map_err(|error| Error::Corrupt(error.to_string()))?;
        let now = installation::now(self.db).await?;
        let quiet = Arc::new(|_| {});
        let report =
            imports::import(self.db, &Act::named(self.company_id, OWNER, now), kind, Cursor::new(bytes), Options::default(), quiet).await?;
        match report.errors.first() {
            None => Ok(()),
            Some(error) => Err(Error::Corrupt(format!("the demo's {}: {error:?}", kind.word()))),
        }
    }

    async fn partner_with_most(&self) -> Result<partnerships::Model> {
        partnerships::Entity::find()
            .filter(partnerships::Column::CompanyId.eq(self.company_id))
            .order_by_desc(partnerships::Column::Revenue)
            .order_by_asc(partnerships::Column::PartnerKey)
            .one(self.db.read())
            .await?
            .ok_or(Error::NotFound("partner"))
    }
}
