//! What was answered with success is stored, whatever becomes of a connection in between.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use data::testing::TestDb;
use data::{Db, Error, Result, on_both, transact};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

/// A table of their own, so that each test knows every row.
async fn lay_out(db: &Db) {
    transact!(db, |tx| {
        tx.execute_unprepared("CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL)").await?;
        Ok(())
    })
    .unwrap();
}

async fn write(db: &Db, id: i64) -> Result<()> {
    transact!(db, |tx| {
        insert(tx, id).await?;
        insert(tx, -id).await?;
        Ok(())
    })
}

/// A row that needs pages of its own.
async fn insert<C: ConnectionTrait>(tx: &C, id: i64) -> Result<()> {
    let body = "x".repeat(20_000);
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO notes (id, body) VALUES ($1, $2)",
        [id.into(), body.into()],
    ))
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// The rows as another process sees them, in order.
async fn stored(db: &TestDb) -> Vec<i64> {
    let other = Db::connect(db.url()).await.unwrap();
    let backend = other.read().get_database_backend();
    let rows = Id::find_by_statement(Statement::from_string(backend, "SELECT id FROM notes ORDER BY id")).all(other.read()).await.unwrap();
    other.close().await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

/// Both rows of each write.
fn pairs(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut all: Vec<i64> = ids.into_iter().flat_map(|id| [-id, id]).collect();
    all.sort_unstable();
    all
}

async fn refused(db: &Db) {
    let outcome: Result<()> = transact!(db, |tx| {
        insert(tx, 99).await?;
        Err(Error::conflict("no"))
    });
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
}

/// No page more than there are, for the connection that writes.
async fn fill_the_disk(db: &Db) {
    leave_pages(db, 0).await;
}

/// No more pages than so many, for the connection that writes.
async fn leave_pages(db: &Db, left: i64) {
    let tx = db.begin().await.unwrap();
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count")).await.unwrap().unwrap();
    let pages: i64 = row.try_get_by_index(0).unwrap();
    tx.execute_unprepared(&format!("PRAGMA max_page_count = {}", pages + left)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_full_disk_success_means_stored() {
    for failures in 1..=3 {
        for refusals in 0..=2 {
            let db = TestDb::sqlite().await;
            lay_out(&db).await;
            for id in 1..=failures {
                fill_the_disk(&db).await;
                let outcome = write(&db, id).await;
                assert!(matches!(&outcome, Err(error) if error.to_string().contains("full")), "{outcome:?}");
            }
            for _ in 0..refusals {
                refused(&db).await;
            }
            for id in 100..110 {
                write(&db, id).await.unwrap();
            }
            assert_eq!(stored(&db).await, pairs(100..110), "after {failures} failures and {refusals} refusals");
            // Another process can write too.
            let other = Db::connect(db.url()).await.unwrap();
            write(&other, 200).await.unwrap();
            other.close().await.unwrap();
            let url = db.url().to_owned();
            let again = Db::open(&url).await.unwrap();
            again.close().await.unwrap();
            db.remove().await;
        }
    }
}

async fn write_large(db: &Db, id: i64) -> Result<()> {
    transact!(db, |tx| {
        let values = [id.into(), "x".repeat(400_000).into()];
        let insert = "INSERT INTO notes (id, body) VALUES ($1, $2)";
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), insert, values)).await?;
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_is_bad_until_what_failed_for_lack_of_room_has_room() {
    let full = Some("the disk is full");
    let db = TestDb::sqlite().await;
    lay_out(&db).await;
    fill_the_disk(&db).await;
    assert!(write_large(&db, 1).await.is_err());
    // A trial that is smaller than what failed would pass.
    leave_pages(&db, 50).await;
    assert_eq!(db.write_failure().await, full);
    // There is room again, and without its table no trial tells.
    leave_pages(&db, 10_000).await;
    let other = Db::connect(db.url()).await.unwrap();
    let away: Result<()> = transact!(other, |tx| {
        tx.execute_unprepared("ALTER TABLE write_trials RENAME TO away").await?;
        Ok(())
    });
    away.unwrap();
    other.close().await.unwrap();
    write(&db, 2).await.unwrap();
    assert_eq!(db.write_failure().await, full, "a small write says nothing about large ones");
    write_large(&db, 3).await.unwrap();
    assert_eq!(db.write_failure().await, None);
    db.remove().await;
}

/// Drops the future after so many polls, unless it has ended by then.
async fn given_up_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut done = 0;
    poll_fn(|context| {
        if done == polls {
            return Poll::Ready(None);
        }
        done += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

on_both! {
    async fn a_statement_that_failed_dooms_its_transaction(db: &TestDb) {
        lay_out(db).await;
        write(db, 1).await.unwrap();
        let outcome: Result<()> = transact!(db, |tx| {
            insert(tx, 2).await?;
            assert!(insert(tx, 1).await.is_err());
            assert!(insert(tx, 3).await.is_err(), "no statement follows one that failed");
            Ok(())
        });
        assert!(outcome.is_err());
        assert_eq!(stored(db).await, pairs([1]));
        write(db, 4).await.unwrap();
        assert_eq!(stored(db).await, pairs([1, 4]));
    }

    async fn a_write_given_up_at_any_moment_leaves_all_or_nothing(db: &TestDb) {
        lay_out(db).await;
        let mut acknowledged = Vec::new();
        let mut completed = false;
        for polls in 1.. {
            let id = i64::try_from(polls).unwrap() * 10;
            if let Some(outcome) = given_up_after(polls, write(db, id)).await {
                outcome.unwrap();
                acknowledged.push(id);
                completed = true;
            }
            write(db, id + 1).await.unwrap();
            acknowledged.push(id + 1);
            if completed && polls > 20 {
                break;
            }
        }
        let rows = stored(db).await;
        for id in &acknowledged {
            assert!(rows.contains(id), "{id} was acknowledged");
        }
        let positive = rows.iter().copied().filter(|id| *id > 0);
        assert_eq!(rows, pairs(positive), "each write whole or not at all");
    }

    async fn a_snapshot_given_up_leaves_its_connection_usable(db: &TestDb) {
        lay_out(db).await;
        write(db, 1).await.unwrap();
        let look = || async {
            let tx = db.snapshot().await.unwrap();
            let backend = tx.get_database_backend();
            let count = Id::find_by_statement(Statement::from_string(backend, "SELECT id FROM notes")).all(&tx).await.unwrap().len();
            (count, Id::find_by_statement(Statement::from_string(backend, "SELECT id FROM notes")).all(&tx).await.unwrap().len())
        };
        let mut ends = 0;
        for polls in 1..200 {
            ends += usize::from(given_up_after(polls % 12 + 1, look()).await.is_some());
        }
        assert_eq!(look().await, (2, 2));
        write(db, 2).await.unwrap();
        assert_eq!(look().await, (4, 4), "no connection is left in an old snapshot");
        assert!(ends < 199);
    }
}
