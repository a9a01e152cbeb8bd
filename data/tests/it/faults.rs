//! A fault at the n-th statement of every write, for n = 1, 2, … until it passes: what was refused left nothing, what was
//! acknowledged is stored once, and the books are those of a run without faults.

use data::act::{Act, Actor};
use std::fmt::Write as _;

use data::due::month_end;
use data::network::partners::{self, PartnerChange};
use data::programme;
use data::rewards::{self, ManualReward};
use data::store::faults::Fault;
use data::testing::TestDb;
use data::{Db, Error, Result, on_both};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::books::Books;
use crate::world::{BY, PROGRAMME, World, at, usd};

const STEPS: &[&str] = &[
    "partner",
    "partner's new name",
    "partner's group",
    "customer",
    "sale",
    "second sale",
    "refund",
    "manual reward",
    "hold",
    "release",
    "decline",
    "new offer version",
    "month end",
    "approval in review",
];

async fn step(world: &World<'_>, step: &str) -> Result<()> {
    let (db, company, now) = (world.db, world.company, world.now);
    let manual = || async { rewards_by_hand(db).await };
    match step {
        "partner" => {
            let new = partners::NewPartner { partner_key: "cleo".to_owned(), group: "affiliates".to_owned(), ..Default::default() };
            partners::create(db, &Act::named(company, BY, now), &new).await.map(drop)
        }
        "partner's new name" => {
            let change = PartnerChange { name: Some("Bob & Sons".to_owned()), ..PartnerChange::default() };
            partners::update(db, &Act::named(company, BY, now), world.partnership("bob").await.id, &change).await.map(drop)
        }
        "partner's group" => {
            partners::move_to_group(db, &Act::named(company, BY, now), world.partnership("bob").await.id, "agencies").await.map(drop)
        }
        "customer" => {
            let new = data::sales::customers::NewCustomer {
                customer_key: "c1".to_owned(),
                partner_key: Some("ada".to_owned()),
                ..Default::default()
            };
            world.create(&new).await.map(drop)
        }
        "sale" => world.try_sale("t1", "c1", usd("100"), "2026-03-10T10:00:00Z").await.map(drop),
        "second sale" => world.try_sale("t2", "c1", usd("50"), "2026-03-10T11:00:00Z").await.map(drop),
        "refund" => world.try_refund("r1", "t1", usd("30"), "2026-03-10T11:30:00Z").await.map(drop),
        "manual reward" => {
            let reward = ManualReward {
                partner_key: "ada".to_owned(),
                amount: "12.50".to_owned(),
                description: "A talk".to_owned(),
                ..ManualReward::default()
            };
            rewards::create_manual_reward(db, &Act::named(company, BY, now), &reward, "token").await.map(drop)
        }
        "hold" => rewards::hold(db, &Act::named(company, BY, now), &[manual().await], "to be checked").await.map(drop),
        "release" => rewards::release(db, &Act::named(company, BY, now), &[manual().await]).await.map(drop),
        "decline" => rewards::decline(db, &Act::named(company, BY, now), &[manual().await], "was a mistake").await.map(drop),
        "new offer version" => {
            let file = PROGRAMME.replace("percent = \"20\"", "percent = \"25\"");
            programme::apply(db, &file, false, Actor::Named(BY), now).await.map(drop)
        }
        "month end" => month_end::close_month(db, company, at("2026-04-02T00:00:00Z")).await.map(drop),
        "approval in review" => {
            let key = world.reward_key("t2").await;
            rewards::approve(db, &Act::named(company, BY, at("2026-04-02T00:00:00Z")), &[key]).await.map(drop)
        }
        other => panic!("{other}"),
    }
}

async fn rewards_by_hand(db: &Db) -> String {
    let backend = db.read().get_database_backend();
    let sql = "SELECT key FROM rewards WHERE source = 'manual'";
    db.read().query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// How many rows each table has.
async fn counts(db: &Db) -> String {
    let conn = db.read();
    let backend = conn.get_database_backend();
    let tables = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        _ => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
    };
    let mut sql = String::new();
    for row in conn.query_all_raw(Statement::from_string(backend, tables)).await.unwrap() {
        let table: String = row.try_get_by_index(0).unwrap();
        let union = if sql.is_empty() { "" } else { " UNION ALL " };
        write!(sql, "{union}SELECT '{table}' AS t, count(*) AS n FROM \"{table}\"").unwrap();
    }
    let mut out = String::new();
    for row in conn.query_all_raw(Statement::from_string(backend, format!("{sql} ORDER BY t"))).await.unwrap() {
        let (table, count): (String, i64) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        writeln!(out, "{table} {count}").unwrap();
    }
    out
}

/// What is there after each step, and how many statements they take.
async fn calm(db: &TestDb) -> (Vec<String>, u32) {
    let world = World::new(db).await;
    let mut after = vec![counts(db).await];
    let mut statements = 0;
    for name in STEPS {
        let (outcome, sent) = db.faults().count(step(&world, name)).await;
        outcome.unwrap();
        statements += sent;
        after.push(counts(db).await);
    }
    after.push(world.rewards().await.join("\n"));
    after.push(world.balances().await.join("\n"));
    (after, statements)
}

#[derive(Default)]
struct Tally {
    writes: usize,
    faults: usize,
    acknowledged: usize,
    refused: usize,
}

/// A write is answered with success or refused in words; refused, it is sent again, as a person would.
async fn disturbed(db: &TestDb, fault: Fault, expected: &[String], tally: &mut Tally) {
    let world = World::new(db).await;
    for (index, name) in STEPS.iter().enumerate() {
        tally.writes += 1;
        for n in 1.. {
            db.faults().plan(n, fault);
            let outcome = step(&world, name).await;
            let struck = !db.faults().cancel();
            tally.faults += usize::from(struck);
            let now = counts(db).await;
            match outcome {
                Ok(()) => tally.acknowledged += 1,
                // Whoever reads that looks, and finds it.
                Err(Error::Uncertain) if now == expected[index + 1] => {}
                Err(error) => {
                    assert!(struck, "{name}: {error}");
                    assert!(matches!(error, Error::Unreachable(_) | Error::Uncertain), "{name}: {error:?}");
                    tally.refused += 1;
                    assert_eq!(now, expected[index], "{name} was refused at statement {n} and left something");
                    continue;
                }
            }
            assert_eq!(now, expected[index + 1], "{name} with a fault at statement {n}");
            break;
        }
    }
    world.prove().await;
    assert_eq!(world.rewards().await.join("\n"), expected[expected.len() - 2]);
    assert_eq!(world.balances().await.join("\n"), expected[expected.len() - 1]);
    // As after a kill.
    let again = Db::open(db.url()).await.unwrap();
    assert_eq!(counts(&again).await, expected[STEPS.len()]);
    again.close().await.unwrap();
}

async fn fresh(like: &TestDb) -> TestDb {
    if like.kind() == "SQLite" { TestDb::sqlite().await } else { TestDb::postgres().await.unwrap() }
}

on_both! {
    async fn a_fault_at_any_statement_loses_and_doubles_nothing(db: &TestDb) {
        let (expected, statements) = calm(db).await;
        let mut tally = Tally::default();
        for fault in [Fault::Undone, Fault::AnswerLost] {
            let db = fresh(db).await;
            disturbed(&db, fault, &expected, &mut tally).await;
            db.remove().await;
        }
        let Tally { writes, faults, acknowledged, refused } = tally;
        eprintln!(
            "kills | operations, {} | writes {writes} | statements {statements} | faults {faults} | acknowledged {acknowledged} | refused {refused} \
             | lost 0 | doubled 0",
            db.kind()
        );
        assert!(faults > 4 * writes, "{faults}");
    }

    async fn months_and_payouts_go_on_after_a_fault_at_any_statement(db: &TestDb) {
        async fn play(db: &Db, fault: Option<Fault>) -> (Vec<String>, u32) {
            let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
            let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
            books.reward(ada, 1000, "USD").await;
            books.reward(bo, 4000, "USD").await;
            let until = at("2026-04-20T00:00:00Z");
            let mut faults = 0;
            for n in 1.. {
                if let Some(fault) = fault {
                    db.faults().plan(n, fault);
                }
                let outcome = data::due::run_until(db, &books.worker, until, &|_, _| {}).await;
                let struck = fault.is_some() && !db.faults().cancel();
                faults += u32::from(struck);
                match outcome {
                    Ok(_) if books.now().await >= until => break,
                    Ok(_) => {}
                    Err(error) => assert!(struck, "{error}"),
                }
            }
            books.prove().await;
            let mut paid = Vec::new();
            for payout in books.payouts("NORTHWIND-0001").await {
                paid.push(format!("{} {}", payout.amount, payout.state));
            }
            paid.sort();
            paid.push(books.invoice("NORTHWIND-0001").await.state);
            paid.push(counts(db).await.lines().filter(|line| !line.starts_with("outbox")).collect::<Vec<_>>().join("\n"));
            (paid, faults)
        }
        let (expected, _) = play(db, None).await;
        for fault in [Fault::Undone, Fault::AnswerLost] {
            let other = fresh(db).await;
            let (found, faults) = play(&other, Some(fault)).await;
            assert_eq!(found, expected, "{fault:?}");
            assert!(faults > 0);
            other.remove().await;
        }
    }
}
