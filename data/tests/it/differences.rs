//! Adjustments and refunds in any order, with decisions in between: whatever happens, refunds take the same share of a reward
//! and of every difference of it, and a sale refunded in full leaves nothing.

use data::act::Act;
use data::rewards::{Adjustment, adjust, approve, decline, hold, release, undo, withdraw};
use data::store::entities::{rewards, transactions};
use data::testing::TestDb;
use data::{Error, on_both};
use domain::Money;
use domain::money::mul_div_half_even;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::books::Books;
use crate::rewards::{BY, all, counts, keys, position, refund, said, sale, two_partners};

async fn rows(books: &Books<'_>) -> Vec<rewards::Model> {
    let found = rewards::Entity::find().filter(rewards::Column::CompanyId.eq(books.company_id)).order_by_asc(rewards::Column::Id);
    found.all(books.db.read()).await.unwrap()
}

async fn the_sale(books: &Books<'_>, key: &str) -> transactions::Model {
    data::sales::transactions::find_by_key(books.db.read(), books.company_id, key).await.unwrap()
}

fn difference(of: &str, amount: &str) -> Adjustment {
    Adjustment { reward_key: of.to_owned(), difference: amount.to_owned(), description: "Counted wrongly".to_owned() }
}

/// Every reward of the sale that counts, and every difference that does, is reversed by the share that was refunded.
async fn prove_shares(books: &Books<'_>, step: usize) {
    let all = rows(books).await;
    let sale = the_sale(books, "t1").await;
    let counts = |row: &&rewards::Model| row.state != "declined";
    for row in all.iter().filter(|row| ["transaction", "adjustment"].contains(&row.source.as_str())).filter(counts) {
        let taken: i64 = all
            .iter()
            .filter(|other| other.reverses == Some(row.id) && other.source == "refund")
            .filter(counts)
            .map(|row| row.amount)
            .sum();
        assert_eq!(-taken, mul_div_half_even(row.amount, sale.refunded, sale.amount), "step {step}: {} of {}", row.source, row.amount);
    }
    if sale.refunded == sale.amount {
        assert_eq!(all.iter().filter(counts).map(|row| row.amount).sum::<i64>(), 0, "step {step}");
    }
}

async fn shuffle(db: &TestDb, seed: u64) {
    let books = two_partners(db).await;
    let (id, mut rng) = (books.company_id, StdRng::seed_from_u64(seed));
    let one = sale(&books, "t1", "c1", "99.99").await;
    let mut batches: Vec<Uuid> = Vec::new();
    let mut done = 0;
    for step in 0..40 {
        let now = books.now().await;
        let left = {
            let sale = the_sale(&books, "t1").await;
            sale.amount - sale.refunded
        };
        let adjustments: Vec<String> = rows(&books).await.into_iter().filter(|row| row.source == "adjustment").map(|row| row.key).collect();
        let either = {
            let mut keys = adjustments.clone();
            keys.push(one.clone());
            keys.choose(&mut rng).unwrap().clone()
        };
        let happened = match rng.random_range(0..12) {
            0..4 => {
                let amount = Money::new(rng.random_range(-900..900), domain::Currency::USD).plain();
                adjust(db, &Act::named(id, BY, now), &difference(&one, &amount), &format!("a{step}")).await.map(|_| None)
            }
            4 | 5 if left > 0 => {
                let amount = if step > 30 { left } else { rng.random_range(1..=left.min(2_500)) };
                refund(&books, &format!("r{step}"), "t1", &Money::new(amount, domain::Currency::USD).plain()).await;
                Ok(None)
            }
            6 => decline(db, &Act::named(id, BY, now), &[either], "no").await.map(|decided| decided.batch_id),
            7 => approve(db, &Act::named(id, BY, now), &[either]).await.map(|decided| decided.batch_id),
            8 => hold(db, &Act::named(id, BY, now), &keys(&[&one]), "checking").await.map(|decided| decided.batch_id),
            9 => release(db, &Act::named(id, BY, now), &keys(&[&one])).await.map(|decided| decided.batch_id),
            10 => match (adjustments.choose(&mut rng), batches.choose(&mut rng)) {
                (Some(key), _) if rng.random_bool(0.5) => withdraw(db, &Act::named(id, BY, now), key).await.map(|decided| decided.batch_id),
                (_, Some(batch)) => undo(db, &Act::named(id, BY, now), *batch).await.map(|_| None),
                _ => Ok(None),
            },
            _ => {
                books.until(&now.plus_ms(rng.random_range(1..6 * domain::Instant::DAY_MS)).rfc3339()).await;
                Ok(None)
            }
        };
        match happened {
            Ok(batch) => {
                done += 1;
                batches.extend(batch);
            }
            Err(Error::Conflict(_) | Error::Invalid(_)) => {}
            Err(error) => panic!("step {step}: {error}"),
        }
        prove_shares(&books, step).await;
    }
    let sale = the_sale(&books, "t1").await;
    if sale.refunded < sale.amount {
        let left = Money::new(sale.amount - sale.refunded, domain::Currency::USD).plain();
        refund(&books, "last", "t1", &left).await;
        prove_shares(&books, 40).await;
    }
    assert!(done > 15, "only {done} steps did anything");
    books.prove().await;
}

on_both! {
    async fn in_any_order_one(db: &TestDb) {
        shuffle(db, 1).await;
    }

    async fn in_any_order_two(db: &TestDb) {
        shuffle(db, 2).await;
    }

    async fn in_any_order_three(db: &TestDb) {
        shuffle(db, 3).await;
    }

    async fn a_difference_shares_the_refunds_before_it(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let one = sale(&books, "t1", "c1", "100").await;
        refund(&books, "r1", "t1", "40").await;
        adjust(db, &Act::named(id, BY, now), &difference(&one, "5"), "a1").await.unwrap();
        assert_eq!(
            all(&books).await,
            ["2000 pending 202603 transaction", "500 pending 202603 adjustment", "-200 pending 202603 refund", "-800 pending 202603 refund"]
        );
        // Half of each counts: $12 and $3 are left, of which the share of what is taken away is less.
        let too_much = adjust(db, &Act::named(id, BY, now), &difference(&one, "-25.01"), "a2").await;
        assert_eq!(said(too_much, "difference"), "takes away more than is left of the reward: $15.00");
        refund(&books, "r2", "t1", "60").await;
        prove_shares(&books, 0).await;
        let refused = adjust(db, &Act::named(id, BY, now), &difference(&one, "5"), "a3").await;
        assert!(said(refused, "").contains("refunded in full"));
        let company = data::programme::companies::get(db.read(), id).await.unwrap();
        let shown = screens::rewards::detail(db, &company, &one, now).await.unwrap();
        assert_eq!(shown.adjust_month, "");
        books.prove().await;
    }

    async fn what_was_given_by_hand_is_withdrawn(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let one = sale(&books, "t1", "c1", "100").await;
        refund(&books, "r1", "t1", "40").await;
        let given = adjust(db, &Act::named(id, BY, now), &difference(&one, "5"), "a1").await.unwrap().key;
        assert!(said(withdraw(db, &Act::named(id, BY, now), &one).await, "").contains("given by hand"));
        let back = withdraw(db, &Act::named(id, BY, now), &given).await.unwrap();
        assert_eq!(counts(&back), (1, 0, 1));
        assert_eq!(position(&books, &given).await, ("declined".to_owned(), 202603, Some("Withdrawn by the company".to_owned())));
        assert!(said(withdraw(db, &Act::named(id, BY, now), &given).await, "").starts_with(&format!("it was already withdrawn by {BY} on ")));
        undo(db, &Act::named(id, BY, now), back.batch_id.unwrap()).await.unwrap();
        assert_eq!(position(&books, &given).await, ("pending".to_owned(), 202603, None));
        prove_shares(&books, 0).await;

        let manual = data::rewards::ManualReward { partner_key: "ada".to_owned(), amount: "7".to_owned(), description: "Talk".to_owned(), ..Default::default() };
        let late = data::rewards::create_manual_reward(db, &Act::named(id, BY, now), &manual, "m1").await.unwrap().key;
        let other = Books::with_triggers(db, "globex", "UTC", "", now).await.company_id;
        assert!(matches!(withdraw(db, &Act::named(other, BY, now), &late).await, Err(Error::NotFound(_))));
        books.until("2026-04-09T12:00:00Z").await;
        let refused = said(withdraw(db, &Act::named(id, BY, books.now().await), &late).await, "");
        assert_eq!(refused, "it is on the invoice of March 2026, which is charged or about to be and cannot change");
        books.prove().await;
    }
}
