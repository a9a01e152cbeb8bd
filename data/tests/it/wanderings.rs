//! Customers that wander between partners while sales, refunds, months and charges go on. Whatever happens, each sale's
//! reward ends with whom the sale belongs to, less its refunds, and with nobody else.

use data::act::Act;
use std::collections::HashMap;

use data::sales::attributions::{self, Change};
use data::sales::customers::NewCustomer;
use data::sales::transactions::{Refund, Sale};
use data::store::entities::{rewards, transactions};
use data::testing::TestDb;
use data::{Error, on_both};
use domain::money::mul_div_half_even;
use domain::states::AttributionSource::Manual;
use domain::{Currency, Instant, Money};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::books::Books;

const BY: &str = "olga@northwind.example";
const TRIGGERS: &str = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"17.5\"\n\
    [[offers.triggers]]\nkey = \"more\"\nevent = \"transaction\"\npercent = \"3.333\"\nhold_days = 20\n\
    [[offers.triggers]]\nkey = \"lead\"\nevent = \"customer\"\nflat = \"5.00\"\n";

struct Wandering<'a> {
    books: Books<'a>,
    rng: StdRng,
    step: u32,
    customers: Vec<(String, Uuid)>,
    changes: Vec<Uuid>,
    done: u32,
}

impl<'a> Wandering<'a> {
    async fn begin(db: &'a TestDb, seed: u64) -> Wandering<'a> {
        let now = crate::books::at("2026-03-10T12:00:00Z");
        data::installation::init(db, data::installation::Mode::Sandbox { start: now }).await.unwrap();
        let books = Books::with_triggers(db, "northwind", "America/New_York", TRIGGERS, now).await;
        for key in ["ada", "bob", "cem"] {
            books.partner(key).await;
        }
        let mut customers = Vec::new();
        for (key, partner) in [("c1", Some("ada")), ("c2", Some("bob")), ("c3", None)] {
            let input = NewCustomer { customer_key: key.to_owned(), partner_key: partner.map(str::to_owned), ..NewCustomer::default() };
            let created = data::sales::customers::create(db, &Act::named(books.company_id, BY, now), &input, Manual).await.unwrap();
            customers.push((key.to_owned(), created.customer_id));
        }
        Wandering { books, rng: StdRng::seed_from_u64(seed), step: 0, customers, changes: Vec::new(), done: 0 }
    }

    /// One thing that can happen; what is refused does not count.
    async fn step(&mut self) {
        self.step += 1;
        let (db, company) = (self.books.db, self.books.company_id);
        let now = self.books.now().await;
        let past = now.plus_ms(-self.rng.random_range(0..40 * Instant::DAY_MS));
        let customer = self.customers.choose(&mut self.rng).unwrap().clone();
        let happened = match self.rng.random_range(0..10) {
            0..4 => {
                let sale = Sale {
                    key: format!("s{}", self.step),
                    customer_key: customer.0,
                    amount: Money::new(self.rng.random_range(0..50_000), Currency::USD),
                    occurred_at: past,
                    product_key: None,
                    category_key: None,
                };
                data::sales::transactions::record(db, &Act::named(company, BY, now), &sale, Manual).await.map(|_| ())
            }
            4..6 => {
                let sales: Vec<_> =
                    self.transactions().await.into_iter().filter(|row| row.refund_of.is_none() && row.amount > row.refunded).collect();
                let Some(sale) = sales.choose(&mut self.rng) else { return };
                let amount = self.rng.random_range(1..=sale.amount - sale.refunded);
                let refund = Refund {
                    key: format!("r{}", self.step),
                    refund_of: sale.key.clone(),
                    amount: Money::new(amount, Currency::USD),
                    occurred_at: past.max(Instant(sale.occurred_at)),
                };
                data::sales::transactions::refund(db, &Act::named(company, BY, now), &refund, Manual).await.map(|_| ())
            }
            6..8 => {
                let partner = ["ada", "bob", "cem", ""].choose(&mut self.rng).unwrap();
                let change = Change { partner_key: Some((*partner).to_owned()), from: past, reason: "Found out later".to_owned() };
                let preview = attributions::preview_change(db, company, customer.1, &change, now).await.unwrap();
                let changed = attributions::apply_change(db, &Act::named(company, BY, now), customer.1, &change, Manual).await;
                changed.map(|changed| {
                    assert_eq!(preview.totals, changed.consequences.totals);
                    self.changes.extend(changed.change_id);
                })
            }
            8 => {
                let Some(change) = self.changes.choose(&mut self.rng).copied() else { return };
                attributions::undo_change(db, &Act::named(company, BY, now), change)
                    .await
                    .map(|undone| self.changes.extend(undone.change_id))
            }
            _ => {
                let later = now.plus_ms(self.rng.random_range(1..12 * Instant::DAY_MS));
                self.books.until(&later.rfc3339()).await;
                Ok(())
            }
        };
        match happened {
            Ok(()) => self.done += 1,
            Err(Error::Conflict(_)) => {}
            Err(error) => panic!("step {}: {error}", self.step),
        }
    }

    async fn transactions(&self) -> Vec<transactions::Model> {
        use sea_orm::QueryOrder;
        transactions::Entity::find().order_by_asc(transactions::Column::Id).all(self.books.db.read()).await.unwrap()
    }

    /// Every sale's rewards, summed by sale and partner, against what the offer promises.
    async fn prove(&self) {
        self.books.prove().await;
        let rows = rewards::Entity::find().all(self.books.db.read()).await.unwrap();
        let by_id: HashMap<Uuid, &rewards::Model> = rows.iter().map(|row| (row.id, row)).collect();
        let root = |row: &rewards::Model| {
            let mut at = row.id;
            while let Some(next) = by_id[&at].reverses {
                at = next;
            }
            by_id[&at].transaction_id
        };
        let mut sums: HashMap<(Uuid, Uuid), i64> = HashMap::new();
        for row in &rows {
            if let Some(sale) = root(row) {
                *sums.entry((sale, row.partnership_id)).or_default() += row.amount;
            }
        }
        for sale in self.transactions().await.iter().filter(|row| row.refund_of.is_none()) {
            let share = |ppm: i64| {
                let reward = mul_div_half_even(sale.amount, ppm, 1_000_000);
                if sale.amount == 0 { 0 } else { reward - mul_div_half_even(reward, sale.refunded, sale.amount) }
            };
            let mut expected = HashMap::new();
            if let Some(owner) = sale.partnership_id {
                expected.insert((sale.id, owner), share(175_000) + share(33_330));
            }
            expected.retain(|_, sum| *sum != 0);
            let found: HashMap<_, _> =
                sums.iter().filter(|((id, _), sum)| *id == sale.id && **sum != 0).map(|(key, sum)| (*key, *sum)).collect();
            assert_eq!(found, expected, "step {}: {}", self.step, sale.key);
        }
    }
}

async fn wander(db: &TestDb, seed: u64) {
    let mut wandering = Wandering::begin(db, seed).await;
    for _ in 0..70 {
        wandering.step().await;
    }
    wandering.prove().await;
    // All invoices of what happened are charged and paid.
    let later = wandering.books.now().await.plus_ms(80 * Instant::DAY_MS);
    wandering.books.until(&later.rfc3339()).await;
    wandering.prove().await;
    assert!(wandering.done > 35, "only {} steps did anything", wandering.done);
}

on_both! {
    async fn rewards_stay_with_their_sales_one(db: &TestDb) {
        wander(db, 1).await;
    }

    async fn rewards_stay_with_their_sales_two(db: &TestDb) {
        wander(db, 2).await;
    }

    async fn rewards_stay_with_their_sales_three(db: &TestDb) {
        wander(db, 3).await;
    }
}
