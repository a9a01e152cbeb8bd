//! A small company to test with.

use data::act::{Act, Actor};
use data::installation::{self, Mode};
use data::network::partners::{self, NewPartner};
use data::programme;
use data::sales::customers::{self, Created, NewCustomer};
use data::sales::recording::Recorded;
use data::sales::transactions::{Refund, Sale};
use data::store::entities::{customers as customer_rows, partnerships, receipts, rewards, transactions};
use data::testing::TestDb;
use data::{Db, Error, Result};
use domain::states::AttributionSource::Manual;
use domain::{Currency, Instant, Money};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

pub const BY: &str = "ada@northwind.test";

pub fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub const PROGRAMME: &str = r#"
[company]
key = "northwind"
name = "Northwind"
timezone = "America/New_York"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[groups]]
key = "agencies"
name = "Agencies"

[[offers]]
key = "standard"
group = "affiliates"
description = "20% of every payment"

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
"#;

/// A company in a sandbox with two groups, the partners "ada" and "bob", and the offers of a programme file.
pub struct World<'a> {
    pub db: &'a Db,
    pub company: Uuid,
    pub now: Instant,
}

impl<'a> World<'a> {
    pub async fn new(db: &'a TestDb) -> World<'a> {
        World::with(db, PROGRAMME).await
    }

    pub async fn with(db: &'a TestDb, file: &str) -> World<'a> {
        let now = at("2026-03-10T12:00:00Z");
        installation::init(db, Mode::Sandbox { start: now }).await.unwrap();
        programme::apply(db, file, false, Actor::Named(BY), now).await.unwrap();
        let company = data::programme::companies::find_by_key(db.read(), "northwind").await.unwrap().id;
        let world = World { db, company, now };
        world.partner("ada", "affiliates").await;
        world.partner("bob", "affiliates").await;
        world
    }

    pub async fn partner(&self, key: &str, group: &str) -> Uuid {
        let input = NewPartner { partner_key: key.to_owned(), group: group.to_owned(), ..NewPartner::default() };
        partners::create(self.db, &Act::named(self.company, BY, self.now), &input).await.unwrap()
    }

    pub async fn customer(&self, key: &str, partner: Option<&str>) -> Created {
        let input = NewCustomer { customer_key: key.to_owned(), partner_key: partner.map(str::to_owned), ..NewCustomer::default() };
        self.create(&input).await.unwrap()
    }

    pub async fn create(&self, input: &NewCustomer) -> Result<Created> {
        customers::create(self.db, &Act::named(self.company, BY, self.now), input, Manual).await
    }

    pub async fn try_sale(&self, key: &str, customer: &str, amount: Money, occurred_at: &str) -> Result<Recorded> {
        let sale = Sale {
            key: key.to_owned(),
            customer_key: customer.to_owned(),
            amount,
            occurred_at: at(occurred_at),
            product_key: None,
            category_key: None,
        };
        data::sales::transactions::record(self.db, &Act::named(self.company, BY, self.now), &sale, Manual).await
    }

    pub async fn sale(&self, key: &str, customer: &str, amount: &str, occurred_at: &str) -> Recorded {
        self.try_sale(key, customer, usd(amount), occurred_at).await.unwrap()
    }

    pub async fn try_refund(&self, key: &str, of: &str, amount: Money, occurred_at: &str) -> Result<Recorded> {
        let refund = Refund { key: key.to_owned(), refund_of: of.to_owned(), amount, occurred_at: at(occurred_at) };
        data::sales::transactions::refund(self.db, &Act::named(self.company, BY, self.now), &refund, Manual).await
    }

    pub async fn refund(&self, key: &str, of: &str, amount: &str, occurred_at: &str) -> Recorded {
        self.try_refund(key, of, usd(amount), occurred_at).await.unwrap()
    }

    /// Every reward as "partner amount state source".
    pub async fn rewards(&self) -> Vec<String> {
        let partners = self.partner_keys().await;
        let rows = rewards::Entity::find()
            .filter(rewards::Column::CompanyId.eq(self.company))
            .order_by_asc(rewards::Column::OccurredAt)
            .order_by_asc(rewards::Column::Amount)
            .all(self.db.read())
            .await
            .unwrap();
        let word = |row: &rewards::Model| {
            let amount = Money::new(row.amount, row.currency.parse().unwrap()).plain();
            format!("{} {amount} {} {}", partners[&row.partnership_id], row.state, row.source)
        };
        rows.iter().map(word).collect()
    }

    /// What each partner's rewards sum to that are neither declined nor paid elsewhere: "ada 4.00".
    pub async fn balances(&self) -> Vec<String> {
        let partners = self.partner_keys().await;
        let mut sums = std::collections::BTreeMap::<String, i64>::new();
        let rows = rewards::Entity::find().filter(rewards::Column::CompanyId.eq(self.company)).all(self.db.read()).await.unwrap();
        for row in rows.iter().filter(|row| !matches!(row.state.as_str(), "declined" | "paid")) {
            *sums.entry(format!("{} {}", partners[&row.partnership_id], row.currency)).or_default() += row.amount;
        }
        sums.into_iter().filter(|(_, sum)| *sum != 0).map(|(partner, sum)| format!("{partner} {sum}")).collect()
    }

    async fn partner_keys(&self) -> std::collections::HashMap<Uuid, String> {
        let rows = partnerships::Entity::find().filter(partnerships::Column::CompanyId.eq(self.company)).all(self.db.read()).await.unwrap();
        rows.into_iter().map(|row| (row.id, row.partner_key)).collect()
    }

    pub async fn partnership(&self, key: &str) -> partnerships::Model {
        partners::find_by_key(self.db.read(), self.company, key).await.unwrap()
    }

    pub async fn customer_row(&self, key: &str) -> customer_rows::Model {
        customers::find_by_key(self.db.read(), self.company, key).await.unwrap()
    }

    pub async fn transaction(&self, key: &str) -> transactions::Model {
        data::sales::transactions::find_by_key(self.db.read(), self.company, key).await.unwrap()
    }

    /// The reason of an event's latest receipt.
    pub async fn reason(&self, event_id: Uuid) -> String {
        let row = receipts::Entity::find()
            .filter(receipts::Column::EventId.eq(event_id))
            .order_by_desc(receipts::Column::Revision)
            .one(self.db.read())
            .await
            .unwrap();
        row.unwrap().reason
    }

    pub async fn count<E: EntityTrait>(&self, _: E) -> u64
    where
        for<'d> <E as EntityTrait>::Model: Send + Sync + 'd,
        E::Model: Sync,
    {
        use sea_orm::PaginatorTrait;
        E::find().count(self.db.read()).await.unwrap()
    }
}

/// The message at one field of a refused input.
pub fn fault<T: std::fmt::Debug>(result: Result<T>, field: &str) -> String {
    match result {
        Err(Error::Invalid(errors)) => errors.get(field).cloned().unwrap_or_else(|| format!("no complaint about {field}: {errors:?}")),
        other => format!("not refused: {other:?}"),
    }
}

impl World<'_> {
    /// Everything that must hold does.
    pub async fn prove(&self) {
        let report = exchange::verify::verify(self.db).await.unwrap();
        let broken: Vec<_> = report.broken().collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    /// The key of the reward that a sale made.
    pub async fn reward_key(&self, transaction: &str) -> String {
        let id = self.transaction(transaction).await.id;
        let row = rewards::Entity::find().filter(rewards::Column::TransactionId.eq(id)).one(self.db.read()).await.unwrap();
        row.unwrap().key
    }

    /// As if this month's invoice in dollars had been charged and the next month were open.
    pub async fn freeze(&self, month: &str) {
        use sea_orm::ActiveModelTrait;
        use sea_orm::ActiveValue::Set;
        let month: domain::Month = month.parse().unwrap();
        let tx = self.db.begin().await.unwrap();
        let invoice = data::store::entities::invoices::ActiveModel {
            id: Set(Uuid::from_u128(1)),
            company_id: Set(self.company),
            seq: Set(1),
            number: Set("NORTHWIND-0001".to_owned()),
            month: Set(month.0),
            currency: Set("USD".to_owned()),
            state: Set("charged".to_owned()),
            issued_at: Set(0),
            review_ends_at: Set(0),
            charge_due_at: Set(0),
            attempts: Set(1),
            ..Default::default()
        };
        invoice.insert(&tx).await.unwrap();
        let company =
            data::store::entities::companies::ActiveModel { id: Set(self.company), open_month: Set(month.next().0), ..Default::default() };
        company.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}
