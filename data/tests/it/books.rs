//! A company with partners in a sandbox, whose mails are kept in memory.

use data::act::{Act, Actor};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use data::due::run_until;
use data::network::partners::{NewPartner, PartnerChange};
use data::people::accounts::{Place, add_user};
use data::rewards::{Origin, from_draft, insert_rewards};
use data::store::entities::{companies, invoices, partnerships, payouts, rewards};
use data::work::{Mailer, QueuedMail, Work, Worker};
use data::{Db, installation, transact};
use domain::decision::RewardDraft;
use domain::facts::Fact;
use domain::states::{CompanyRole, RewardSource, RewardState};
use domain::{Instant, Money, Month};
use exchange::verify::verify;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

pub fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Keeps what is delivered; fails while told to.
#[derive(Default)]
pub struct Post {
    pub mails: Mutex<Vec<QueuedMail>>,
    pub down: Mutex<bool>,
}

#[async_trait]
impl Mailer for Post {
    async fn deliver(&self, mail: &QueuedMail) -> Result<(), String> {
        if *self.down.lock().unwrap() {
            return Err("no connection".to_owned());
        }
        self.mails.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

impl Post {
    /// How many mails of a kind arrived, counting one that came twice once.
    pub fn count(&self, kind: &str) -> usize {
        let mails = self.mails.lock().unwrap();
        let ids: HashMap<Uuid, ()> = mails.iter().filter(|mail| mail.kind == kind).map(|mail| (mail.id, ())).collect();
        ids.len()
    }
}

pub struct Books<'a> {
    pub db: &'a Db,
    pub company_id: Uuid,
    pub worker: Worker,
    pub post: Arc<Post>,
    /// How many rewards were given: names the next one, so that the same test makes the same books everywhere.
    given: AtomicU32,
}

pub const OWNER: &str = "owner@northwind.example";

impl<'a> Books<'a> {
    /// A sandbox with the company "northwind", its owner, and the offer of 20% on every sale.
    pub async fn open(db: &'a Db, zone: &str, now: &str) -> Books<'a> {
        let now = at(now);
        installation::init(db, installation::Mode::Sandbox { start: now }).await.unwrap();
        Books::in_database(db, zone, now).await
    }

    pub async fn in_database(db: &'a Db, zone: &str, now: Instant) -> Books<'a> {
        let sale = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"20\"\nlimit = \"unlimited\"\n";
        Books::with_triggers(db, "northwind", zone, sale, now).await
    }

    /// One more company, whose one offer has these triggers.
    pub async fn with_triggers(db: &'a Db, key: &str, zone: &str, triggers: &str, now: Instant) -> Books<'a> {
        let programme = format!(
            "[company]\nkey = \"{key}\"\nname = \"Northwind\"\ntimezone = \"{zone}\"\ncurrency = \"USD\"\n\
             [[groups]]\nkey = \"affiliates\"\nname = \"Affiliates\"\n\
             [[offers]]\nkey = \"sales\"\ngroup = \"affiliates\"\ndescription = \"What partners get\"\n{triggers}"
        );
        data::programme::apply(db, &programme, false, Actor::Named("test"), now).await.unwrap();
        let company_id = data::programme::companies::find_by_key(db.read(), key).await.unwrap().id;
        add_user(db, Place::Company(company_id, CompanyRole::Owner), OWNER, Some("Olga Owner"), None, Actor::Named("test"), now)
            .await
            .unwrap();
        let post = Arc::new(Post::default());
        let worker = exchange::worker(db, post.clone(), Duration::from_secs(2));
        Books { db, company_id, worker, post, given: AtomicU32::new(0) }
    }

    pub async fn now(&self) -> Instant {
        installation::now(self.db).await.unwrap()
    }

    pub async fn company(&self) -> companies::Model {
        data::programme::companies::get(self.db.read(), self.company_id).await.unwrap()
    }

    pub async fn partner(&self, key: &str) -> Uuid {
        let partner = NewPartner { partner_key: key.to_owned(), email: format!("{key}@partners.example"), ..NewPartner::default() };
        data::network::partners::create(self.db, &Act::named(self.company_id, "test", self.now().await), &partner).await.unwrap()
    }

    pub async fn settles_in(&self, partner: Uuid, days: i32) {
        let change = PartnerChange { settlement_days: Some(days), ..PartnerChange::default() };
        data::network::partners::update(self.db, &Act::named(self.company_id, "test", self.now().await), partner, &change).await.unwrap();
    }

    /// A manual reward in the month that accumulates now.
    pub async fn reward(&self, partner: Uuid, minor: i64, currency: &str) -> Uuid {
        self.reward_in(partner, minor, currency, RewardState::Pending, None).await
    }

    pub async fn reward_in(&self, partner: Uuid, minor: i64, currency: &str, state: RewardState, ready_at: Option<Instant>) -> Uuid {
        let now = self.now().await;
        let company = self.company().await;
        let row = partnerships::Entity::find_by_id(partner).one(self.db.read()).await.unwrap().unwrap();
        let draft = RewardDraft {
            partnership_id: partner,
            offer_id: None,
            offer_version_id: None,
            trigger_key: None,
            amount: Money::new(minor, currency.parse().unwrap()),
            description: "Bonus".to_owned(),
            state,
            state_reason: None,
            ready_at,
            reverses: None,
        };
        let cause = self.given.fetch_add(1, Ordering::Relaxed).to_string();
        let origin = Origin {
            company_id: self.company_id,
            cause: &cause,
            source: RewardSource::Manual,
            group_id: row.group_id,
            customer_id: None,
            transaction_id: None,
            change_id: None,
            invoice_month: company.accumulating_month(now).unwrap(),
            occurred_at: now,
            created_at: now,
            actor: Actor::Named("test"),
        };
        let reward = from_draft(&origin, &draft);
        let id = reward.id;
        transact!(self.db, |tx| {
            insert_rewards(tx, vec![reward.clone()]).await?;
            let fact = Fact::RewardCreated {
                partner: row.partner_key.clone(),
                customer: String::new(),
                amount: minor,
                currency: reward.currency.parse().unwrap(),
                description: reward.description.clone(),
                month: Month(reward.invoice_month),
            };
            data::audit::record(tx, &Act::named(self.company_id, "test", now), &reward.key, fact).await
        })
        .unwrap();
        id
    }

    pub async fn until(&self, text: &str) -> Work {
        run_until(self.db, &self.worker, at(text), &|_, _| ()).await.unwrap()
    }

    pub async fn invoices(&self) -> Vec<invoices::Model> {
        invoices::Entity::find().order_by_asc(invoices::Column::Seq).all(self.db.read()).await.unwrap()
    }

    pub async fn invoice(&self, number: &str) -> invoices::Model {
        data::billing::invoices::find(self.db.read(), self.company_id, number).await.unwrap()
    }

    pub async fn payouts(&self, number: &str) -> Vec<payouts::Model> {
        let invoice = self.invoice(number).await;
        payouts::Entity::find()
            .filter(payouts::Column::InvoiceId.eq(invoice.id))
            .order_by_asc(payouts::Column::PartnershipId)
            .all(self.db.read())
            .await
            .unwrap()
    }

    pub async fn stored_reward(&self, id: Uuid) -> rewards::Model {
        rewards::Entity::find_by_id(id).one(self.db.read()).await.unwrap().unwrap()
    }

    /// Everything that must hold does.
    pub async fn prove(&self) {
        let report = verify(self.db).await.unwrap();
        let broken: Vec<_> = report.broken().collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }
}

/// Polls a future so often, then drops it.
pub async fn stop_after<F: std::future::Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
