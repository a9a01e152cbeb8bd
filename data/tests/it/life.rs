//! Random lives of rewards: sales, refunds, decisions, moves, undos and months, in any order. Whatever happens, the books
//! hold, and refunds reverse exactly their share of what counts.

use data::act::Act;
use data::rewards::{
    Adjustment, ManualReward, Review, adjust, create_manual_reward, move_to_current_invoice, remove_from_invoice, review, undo,
};
use data::sales::customers::NewCustomer;
use data::sales::transactions::{Refund, Sale};
use data::store::entities::{rewards, transactions};
use data::testing::TestDb;
use data::{Error, Result, on_both};
use domain::money::mul_div_half_even;
use domain::review::Verb;
use domain::states::AttributionSource::Manual;
use domain::{Currency, Instant, Money};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;

use crate::books::Books;

const BY: &str = "olga@northwind.example";
const STEPS: u32 = 90;
const TRIGGERS: &str = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"17.5\"\n\
    [[offers.triggers]]\nkey = \"more\"\nevent = \"transaction\"\npercent = \"3.333\"\nhold_days = 20\nmin_amount = \"50\"\n";

struct Life<'a> {
    books: Books<'a>,
    rng: StdRng,
    step: u32,
    batches: Vec<Uuid>,
    done: u32,
    refused: u32,
}

impl<'a> Life<'a> {
    async fn begin(db: &'a TestDb, seed: u64) -> Life<'a> {
        let mut books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let now = books.now().await;
        books = Books::with_triggers(db, "globex", "America/New_York", TRIGGERS, now).await;
        for (partner, customer) in [("ada", "c1"), ("bo", "c2")] {
            books.partner(partner).await;
            let new = NewCustomer { customer_key: customer.to_owned(), partner_key: Some(partner.to_owned()), ..NewCustomer::default() };
            data::sales::customers::create(db, &Act::named(books.company_id, BY, now), &new, Manual).await.unwrap();
        }
        Life { books, rng: StdRng::seed_from_u64(seed), step: 0, batches: Vec::new(), done: 0, refused: 0 }
    }

    /// Refusals are part of life; anything else is not.
    fn note<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => {
                self.done += 1;
                Some(value)
            }
            Err(Error::Invalid(_) | Error::Conflict(_) | Error::NotFound(_)) => {
                self.refused += 1;
                None
            }
            Err(other) => panic!("step {}: {other}", self.step),
        }
    }

    async fn any_reward(&mut self, direct: bool) -> Option<String> {
        let rows = rewards::Entity::find().order_by_asc(rewards::Column::Id).all(self.books.db.read()).await.unwrap();
        let fits = |row: &&rewards::Model| !direct || row.source != "refund";
        let rows: Vec<_> = rows.iter().filter(fits).collect();
        rows.choose(&mut self.rng).map(|row| row.key.clone())
    }

    async fn live(&mut self) {
        self.step += 1;
        let now = self.books.now().await;
        match self.rng.random_range(0..100) {
            0..22 => self.sell(now).await,
            22..40 => self.refund(now).await,
            40..70 => self.decide(now).await,
            70..78 => self.shift(now).await,
            78..86 => self.undo_recent(now).await,
            86..92 => self.give(now).await,
            _ => {
                let days = self.rng.random_range(1..20);
                self.books.until(&now.plus_ms(days * Instant::DAY_MS).rfc3339()).await;
            }
        }
    }

    async fn sell(&mut self, now: Instant) {
        let sale = Sale {
            key: format!("t{}", self.step),
            customer_key: ["c1", "c2"].choose(&mut self.rng).unwrap().to_string(),
            amount: Money::new(self.rng.random_range(0..20_000), Currency::USD),
            occurred_at: now,
            product_key: None,
            category_key: None,
        };
        let sold = data::sales::transactions::record(self.books.db, &Act::named(self.books.company_id, BY, now), &sale, Manual).await;
        self.note(sold);
    }

    async fn refund(&mut self, now: Instant) {
        let sales = transactions::Entity::find().order_by_asc(transactions::Column::Id).all(self.books.db.read()).await.unwrap();
        let open: Vec<_> = sales.iter().filter(|sale| sale.amount > sale.refunded && sale.refund_of.is_none()).collect();
        let Some(sale) = open.choose(&mut self.rng) else { return };
        let left = sale.amount - sale.refunded;
        let part = if self.rng.random_bool(0.5) { left } else { self.rng.random_range(1..=left) };
        let refund = Refund {
            key: format!("r{}", self.step),
            refund_of: sale.key.clone(),
            amount: Money::new(part, Currency::USD),
            occurred_at: now,
        };
        let refunded = data::sales::transactions::refund(self.books.db, &Act::named(self.books.company_id, BY, now), &refund, Manual).await;
        assert!(self.note(refunded).is_some(), "step {}", self.step);
    }

    async fn decide(&mut self, now: Instant) {
        let verb = *Verb::ALL.choose(&mut self.rng).unwrap();
        let mut keys = Vec::new();
        for _ in 0..self.rng.random_range(1..3) {
            // A reversal may be held for a while, but neither forgiven nor paid elsewhere: that would change the sums below.
            keys.extend(self.any_reward(matches!(verb, Verb::Decline | Verb::MarkPaidElsewhere)).await);
        }
        let asked = Review { verb, keys: &keys, reason: "because", seen: None, shown: &[] };
        let decided = review(self.books.db, &Act::named(self.books.company_id, BY, now), &asked).await;
        let batch = self.note(decided).and_then(|decided| decided.batch_id);
        self.batches.extend(batch);
    }

    async fn shift(&mut self, now: Instant) {
        let Some(key) = self.any_reward(false).await else { return };
        let (db, company) = (self.books.db, self.books.company_id);
        let moved = match self.rng.random_bool(0.6) {
            true => move_to_current_invoice(db, &Act::named(company, BY, now), &[key]).await,
            false => remove_from_invoice(db, &Act::named(company, BY, now), &[key], "").await,
        };
        let batch = self.note(moved).and_then(|decided| decided.batch_id);
        self.batches.extend(batch);
    }

    async fn undo_recent(&mut self, now: Instant) {
        let recent = self.batches.len().saturating_sub(4);
        let Some(batch) = self.batches[recent..].choose(&mut self.rng).copied() else { return };
        let undone = undo(self.books.db, &Act::named(self.books.company_id, BY, now), batch).await;
        self.note(undone);
    }

    async fn give(&mut self, now: Instant) {
        let (db, company, token) = (self.books.db, self.books.company_id, self.step.to_string());
        if self.rng.random_bool(0.4) {
            let reward = ManualReward {
                partner_key: "ada".to_owned(),
                amount: "12.34".to_owned(),
                description: "Bonus".to_owned(),
                onto_invoice: self.rng.random_bool(0.3),
                ..ManualReward::default()
            };
            let given = create_manual_reward(db, &Act::named(company, BY, now), &reward, &token).await;
            self.note(given);
            return;
        }
        let Some(reward_key) = self.any_reward(true).await else { return };
        let difference = Money::new(self.rng.random_range(-500..500), Currency::USD).plain();
        let adjustment = Adjustment { reward_key, difference, description: "Correction".to_owned() };
        let adjusted = adjust(db, &Act::named(company, BY, now), &adjustment, &token).await;
        self.note(adjusted);
    }

    /// Of every reward that counts, refunds took back their share, and follow it.
    async fn prove_refunds(&self) {
        let rows = rewards::Entity::find().all(self.books.db.read()).await.unwrap();
        let sales = transactions::Entity::find().all(self.books.db.read()).await.unwrap();
        for row in rows.iter().filter(|row| matches!(row.source.as_str(), "transaction" | "adjustment") && row.state != "declined") {
            let Some(sale) = sales.iter().find(|sale| Some(sale.id) == row.transaction_id && sale.amount > 0) else { continue };
            let of_row: Vec<_> = rows.iter().filter(|other| other.reverses == Some(row.id) && other.source == "refund").collect();
            let taken: i64 = of_row.iter().map(|refund| refund.amount).sum();
            let share = mul_div_half_even(row.amount, sale.refunded, sale.amount);
            // An adjustment made after a refund is what somebody wanted then; the next refund reverses it.
            let late = row.source == "adjustment" && (share.min(0)..=share.max(0)).contains(&-taken);
            assert!(-taken == share || late, "{}: {taken} instead of −{share} of {}", row.key, sale.key);
            for refund in of_row {
                assert_ne!(refund.state, "declined", "{} reverses {}, which counts", refund.key, row.key);
                assert!(refund.invoice_month >= row.invoice_month, "{} is invoiced before {}", refund.key, row.key);
            }
        }
    }
}

async fn lives(db: &TestDb, seed: u64) {
    let mut life = Life::begin(db, seed).await;
    for _ in 0..STEPS {
        life.live().await;
    }
    life.prove_refunds().await;
    life.books.prove().await;
    // Everything still open runs out: three more months.
    let end = life.books.now().await.plus_ms(100 * Instant::DAY_MS);
    life.books.until(&end.rfc3339()).await;
    life.prove_refunds().await;
    life.books.prove().await;
    assert!(life.done > STEPS / 3 && life.refused > 0, "seed {seed}: {} done, {} refused", life.done, life.refused);
}

on_both! {
    async fn the_books_hold_in_life_one(db: &TestDb) {
        lives(db, 1).await;
    }

    async fn the_books_hold_in_life_two(db: &TestDb) {
        lives(db, 2).await;
    }

    async fn the_books_hold_in_life_three(db: &TestDb) {
        lives(db, 3).await;
    }

    async fn the_books_hold_in_life_four(db: &TestDb) {
        lives(db, 4).await;
    }
}
