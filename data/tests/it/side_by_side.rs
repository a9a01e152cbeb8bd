//! Writes at the same time, and writes that wait: nobody else is stopped, and nobody is told of keys and codes.

use data::act::{Act, Actor};
use std::time::Duration;

use data::network::partners::{self, NewPartner};
use data::programme;
use data::store::Settings;
use data::testing::TestDb;
use data::{Db, Error, Result, on_both, transact};
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::world::{BY, PROGRAMME, World};

/// Far more than any of it takes; only a test that hangs meets it.
const HANGS: Duration = Duration::from_secs(60);

fn in_words<T: std::fmt::Debug>(outcome: &Result<T>) -> bool {
    matches!(outcome, Ok(_) | Err(Error::Invalid(_) | Error::Conflict(_) | Error::Busy))
}

on_both! {
    async fn the_same_key_at_the_same_time_is_a_refusal_in_words(db: &TestDb) {
        let world = World::new(db).await;
        let new = NewPartner { partner_key: "same".to_owned(), group: "affiliates".to_owned(), ..NewPartner::default() };
        let act = Act::named(world.company, BY, world.now);
        let outcomes = join_all((0..24).map(|_| partners::create(db, &act, &new))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(in_words), "{outcomes:?}");

        let customer = data::sales::customers::NewCustomer { customer_key: "c".to_owned(), ..Default::default() };
        let outcomes = join_all((0..24).map(|_| world.create(&customer))).await;
        assert!(outcomes.iter().all(in_words), "{outcomes:?}");

        let files: Vec<String> = (1..=24).map(|percent| PROGRAMME.replace("\"20\"", &format!("\"{percent}\""))).collect();
        let outcomes = join_all(files.iter().map(|file| programme::apply(db, file, false, Actor::Named(BY), world.now))).await;
        assert!(outcomes.iter().any(Result::is_ok));
        assert!(outcomes.iter().all(in_words), "{outcomes:?}");
        let company = |key: &str| PROGRAMME.replace("northwind", key);
        let file = company("another");
        let outcomes = join_all((0..12).map(|_| programme::apply(db, &file, false, Actor::Named(BY), world.now))).await;
        assert!(outcomes.iter().all(in_words), "{outcomes:?}");
        world.prove().await;
    }

    async fn a_write_whose_turn_does_not_come_is_refused_in_words(db: &TestDb) {
        World::new(db).await;
        let settings = Settings { turn: Duration::from_millis(200), ..Settings::default() };
        let patient = Db::connect_with(db.url(), settings).await.unwrap();
        let holder = db.begin().await.unwrap();
        holder.execute_unprepared("UPDATE companies SET name = 'held'").await.unwrap();
        let outcome: Result<()> = transact!(patient, |tx| {
            tx.execute_unprepared("UPDATE companies SET name = 'mine'").await?;
            Ok(())
        });
        assert!(matches!(outcome, Err(Error::Busy)), "{outcome:?}");
        // Reading goes on.
        tokio::time::timeout(HANGS, data::installation::mode(&patient)).await.unwrap().unwrap();
        assert_eq!(patient.write_failure().await, None, "busy is no failure");
        holder.rollback().await.unwrap();
        let outcome: Result<()> = transact!(patient, |tx| {
            tx.execute_unprepared("UPDATE companies SET name = 'mine'").await?;
            Ok(())
        });
        outcome.unwrap();
        patient.close().await.unwrap();
    }

    async fn a_newer_schema_is_refused_in_words(db: &TestDb) {
        World::new(db).await;
        transact!(db, |tx| {
            tx.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)").await?;
            Ok(())
        })
        .unwrap();
        // This one was running before, and has written nothing since.
        assert_eq!(db.write_failure().await, Some("the database was brought up to date by a newer Tributary"));
        let outcome: Result<()> = transact!(db, |tx| {
            tx.execute_unprepared("UPDATE companies SET name = 'old'").await?;
            Ok(())
        });
        assert!(matches!(outcome, Err(Error::NewerSchema)), "{outcome:?}");
        assert_eq!(data::programme::companies::find_by_key(db.read(), "northwind").await.unwrap().name, "Northwind");
        let opened = Db::open(db.url()).await;
        let Err(error) = opened else { panic!("opened") };
        assert_eq!(error.to_string(), "this database was made by a newer Tributary; use that version, or a newer one");
    }

    async fn health_tells_of_writes_that_fail_and_of_their_end(db: &TestDb) {
        use data::store::faults::Fault;
        World::new(db).await;
        let write = || async {
            let outcome: Result<()> = transact!(db, |tx| {
                tx.execute_unprepared("UPDATE companies SET name = 'N'").await?;
                Ok(())
            });
            outcome
        };
        assert_eq!(db.write_failure().await, None);
        // Without its table no trial succeeds.
        let away = transact!(db, |tx| {
            tx.execute_unprepared("ALTER TABLE write_trials RENAME TO away").await?;
            Ok(())
        });
        away.unwrap();
        assert_eq!(db.write_failure().await, None, "nothing is tried while writes succeed");
        let failed = Some("the connection to the database was lost");
        db.faults().plan(2, Fault::Undone);
        assert!(write().await.is_err());
        assert_eq!(db.write_failure().await, failed);
        assert_eq!(db.write_failure().await, failed);
        write().await.unwrap();
        assert_eq!(db.write_failure().await, None, "a write that succeeds ends it");

        db.faults().plan(2, Fault::Undone);
        assert!(write().await.is_err());
        assert_eq!(db.write_failure().await, failed);
        let back = Db::connect(db.url()).await.unwrap();
        let renamed = transact!(back, |tx| {
            tx.execute_unprepared("ALTER TABLE away RENAME TO write_trials").await?;
            Ok(())
        });
        renamed.unwrap();
        back.close().await.unwrap();
        let recovers = async {
            while db.write_failure().await.is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(HANGS, recovers).await.expect("a trial ends it, without a write of anybody");
    }
}

async fn rename(db: &Db) -> Result<()> {
    transact!(db, |tx| {
        tx.execute_unprepared("UPDATE companies SET name = 'mine'").await?;
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_told_soon_that_another_process_holds_the_file() {
    let db = TestDb::sqlite().await;
    World::new(&db).await;
    let settings = Settings { patience: Duration::from_millis(300), ..Settings::default() };
    let other = Db::connect_with(db.url(), settings).await.unwrap();
    let holder = db.begin().await.unwrap();
    let told = tokio::time::timeout(HANGS, rename(&other.for_people())).await.expect("told soon");
    assert!(matches!(told, Err(Error::Busy)), "{told:?}");
    // Work that nobody waits for goes on asking.
    let release = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        holder.rollback().await
    };
    let (renamed, released) = tokio::join!(rename(&other), release);
    renamed.unwrap();
    released.unwrap();
    other.close().await.unwrap();
    db.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_wait_stop_no_page_and_no_other_write() {
    let Some(db) = TestDb::postgres().await else { return };
    World::new(&db).await;
    transact!(db, |tx| {
        tx.execute_unprepared("CREATE TABLE notes (id bigint PRIMARY KEY, n bigint NOT NULL); INSERT INTO notes VALUES (1, 0), (2, 0)")
            .await?;
        Ok(())
    })
    .unwrap();
    let settings = Settings { writers: 3, readers: 2, ..Settings::default() };
    let small = Db::connect_with(db.url(), settings).await.unwrap();
    let holder = db.begin().await.unwrap();
    holder.execute_unprepared("UPDATE notes SET n = 1 WHERE id = 1").await.unwrap();
    let waiting: Vec<_> = (0..12)
        .map(|_| {
            let small = small.clone();
            tokio::spawn(async move {
                let outcome: Result<()> = transact!(small, |tx| {
                    tx.execute_unprepared("UPDATE notes SET n = n + 1 WHERE id = 1").await?;
                    Ok(())
                });
                outcome
            })
        })
        .collect();
    let others = async {
        for _ in 0..3 {
            data::installation::mode(&small).await.unwrap();
            small.snapshot().await.unwrap().rollback().await.unwrap();
            let outcome: Result<()> = transact!(small, |tx| {
                tx.execute_unprepared("UPDATE notes SET n = n + 1 WHERE id = 2").await?;
                Ok(())
            });
            outcome.unwrap();
        }
    };
    tokio::time::timeout(HANGS, others).await.expect("the others wait for the row that is held");
    // Those that wait leave connections to the others: one of three waits in the database, the rest here.
    let one_waits = async {
        let mut looks_in_a_row = 0;
        while looks_in_a_row < 30 {
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let counted = db.read().query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
            let waiting: i64 = counted.try_get_by_index(0).unwrap();
            looks_in_a_row = if waiting <= 1 { looks_in_a_row + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(HANGS, one_waits).await.expect("rows that wait keep the connections");
    holder.rollback().await.unwrap();
    for waited in waiting {
        let outcome = waited.await.unwrap();
        assert!(in_words(&outcome), "{outcome:?}");
    }
    small.close().await.unwrap();
    db.remove().await;
}
