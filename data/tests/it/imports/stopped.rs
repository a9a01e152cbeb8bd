//! Whoever waits for an import may stop it until it is committed: nothing of it stays.

use data::act::Act;
use std::fmt::Write as _;
use std::sync::Mutex;

use data::Error;
use data::store::entities::audit;
use exchange::imports::{Progress, ProgressFn};
use tokio::sync::watch;

use super::*;

/// What an import wrote may be seen here.
async fn traces(world: &World<'_>) -> Vec<u64> {
    vec![
        world.count(partnerships::Entity).await,
        world.count(customers::Entity).await,
        world.count(transactions::Entity).await,
        world.count(receipts::Entity).await,
        world.count(rewards::Entity).await,
        world.count(audit::Entity).await,
    ]
}

/// Imports, and stops at the first report that `at` picks. Returns all reports.
async fn stopped(world: &World<'_>, kind: Kind, file: &str, options: Options, at: fn(Progress) -> bool) -> Vec<Progress> {
    let (sender, stop) = watch::channel(false);
    let told = Arc::new(Mutex::new(Vec::new()));
    let progress: ProgressFn = {
        let told = told.clone();
        Arc::new(move |progress| {
            told.lock().unwrap().push(progress);
            if at(progress) {
                sender.send_replace(true);
            }
        })
    };
    let (before, shown) = (traces(world).await, world.rewards().await);
    let input = Cursor::new(file.as_bytes().to_vec());
    let options = Options { stop: Some(stop), ..options };
    let outcome = imports::import(world.db, &Act::named(world.company, BY, world.now), kind, input, options, progress).await;
    assert!(matches!(outcome, Err(Error::Stopped)), "{kind:?}: {outcome:?}");
    assert_eq!((traces(world).await, world.rewards().await), (before, shown), "{kind:?}");
    let told = told.lock().unwrap().clone();
    assert!(at(told[told.len() - 1]), "{kind:?} went on: {told:?}");
    told
}

/// So many rows below the header.
fn file(kind: Kind, rows: u32, row: impl Fn(u32) -> String) -> String {
    let mut file = kind.columns().join(",");
    for number in 0..rows {
        write!(file, "\n{}", row(number)).unwrap();
    }
    file
}

on_both! {
    async fn while_it_reads(db: &TestDb) {
        let world = World::new(db).await;
        for kind in Kind::ALL {
            let text = "x".repeat(60);
            let wrong = file(kind, 40_000, |number| format!("{number}{text}"));
            for options in [Options::default(), dry(), skip_bad()] {
                let told = stopped(&world, kind, &wrong, options, |progress| matches!(progress, Progress::Reading { .. })).await;
                assert_eq!(told.len(), 1, "{kind:?}: {told:?}");
            }
        }
    }

    async fn while_it_writes(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        world.good(Kind::Transactions, TRANSACTIONS).await;
        let (t1, t2) = (world.reward_key("t1").await, world.reward_key("t2").await);
        let sale = |number| format!("s{number},c1,5.00,USD,2026-02-{:02}T10:00:00Z,,,", number % 28 + 1);
        let files = [
            (Kind::Partners, file(Kind::Partners, 1_500, |number| format!("n{number},,,,,affiliates"))),
            (Kind::Partners, PARTNERS.replace("Partner One", "Partner 1").replace("two@", "2@")),
            (Kind::Customers, CUSTOMERS.replace("c1@", "one@") + "n1,,,p1,\nn2,,,p2,\n"),
            (Kind::Attributions, file(Kind::Attributions, 3, |number| format!("c{},p1,2026-02-05T00:00:00Z", number + 1))),
            (Kind::Transactions, file(Kind::Transactions, 1_500, sale)),
            (Kind::Rewards, file(Kind::Rewards, 1_500, |_| "p1,15.00,USD,Webinar,,".to_owned())),
            (Kind::Reviews, format!("reward_key,decision,reason\n{t1},approve,\n{t2},hold,asks for a copy\n")),
        ];
        for (kind, file) in &files {
            let first = |progress| matches!(progress, Progress::Writing { .. });
            let last = |progress| matches!(progress, Progress::Writing { done, total } if done == total);
            stopped(&world, *kind, file, Options::default(), first).await;
            stopped(&world, *kind, file, skip_bad(), last).await;
            stopped(&world, *kind, file, dry(), last).await;
        }
        // Nobody stops it now.
        for (kind, file) in &files {
            let report = world.import(*kind, file).await;
            assert!(!report.refused() && report.created + report.changed > 0, "{kind:?}: {report:?}");
        }
        world.prove().await;
    }
}
