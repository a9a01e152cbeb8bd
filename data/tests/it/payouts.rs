//! Payouts: after the charge, once each; failures give the money back to the partner's balance.

use std::time::Duration;

use data::entities::{outbox, simulated_requests};
use data::on_both;
use data::payouts::{confirm, confirm_all, mark_failed, retry};
use data::providers::simulated::{self, Kind};
use data::testing::TestDb;
use data::{Error, companies, due, installation};
use domain::Instant;
use domain::states::{ProviderKind, SimulatedOutcome};
use sea_orm::EntityTrait;

use crate::books::{Books, at};

async fn plan(books: &Books<'_>, outcomes: &[SimulatedOutcome]) {
    for outcome in outcomes {
        simulated::plan(books.db, books.company_id, Kind::Payout, *outcome, "test", books.now().await).await.unwrap();
    }
}

async fn by_hand(books: &Books<'_>) {
    let profile = companies::Profile { payout_provider: Some(ProviderKind::Manual), ..companies::Profile::default() };
    companies::update(books.db, books.company_id, &profile, "test", books.now().await).await.unwrap();
}

async fn with_two_partners(db: &TestDb) -> Books<'_> {
    let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
    let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
    books.reward(ada, 1000, "USD").await;
    books.reward(bo, 4000, "USD").await;
    books
}

on_both! {
    async fn money_that_takes_days_is_sent_first_and_paid_then(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 3).await;
        books.reward(ada, 1000, "USD").await;
        let work = books.until("2026-04-10T00:00:00Z").await;
        assert_eq!((work.payouts_sent, work.payouts_paid), (1, 0));
        let payout = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((payout.state.as_str(), Instant(payout.due_at).rfc3339().as_str()), ("sent", "2026-04-10T22:00:00Z"));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charged");
        books.prove().await;
        books.until("2026-04-10T22:00:00Z").await;
        let payout = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((payout.state.as_str(), payout.paid_at), ("paid", Some(at("2026-04-10T22:00:00Z").0)));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        let letters = books.post.letters.lock().unwrap().clone();
        let letter = letters.iter().find(|letter| letter.kind == "payout_coming").unwrap();
        assert!(letter.body.contains("$10.00") && letter.body.contains("11 April 2026"), "{}", letter.body);
        books.prove().await;
    }

    async fn a_payout_that_comes_back_is_owed_again_and_sent_again(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 2).await;
        books.reward(ada, 1000, "USD").await;
        plan(&books, &[SimulatedOutcome::Fail]).await;
        let work = books.until("2026-04-20T00:00:00Z").await;
        assert_eq!((work.payouts_sent, work.payouts_failed), (1, 1));
        let payout = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((payout.state.as_str(), payout.attempts), ("failed", 1));
        let balance = data::ledger::partner_balances(db, books.company_id, ada).await.unwrap();
        assert_eq!(balance.iter().map(|money| money.minor).collect::<Vec<_>>(), [1000]);
        assert_eq!(books.post.count("payout_failed"), 1);
        books.prove().await;
        retry(db, books.company_id, payout.id, "olga", books.now().await).await.unwrap();
        assert!(matches!(retry(db, books.company_id, payout.id, "olga", books.now().await).await, Err(Error::Conflict(_))));
        books.until("2026-04-25T00:00:00Z").await;
        let paid = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((paid.state.as_str(), paid.id), ("paid", payout.id));
        assert_ne!(paid.idempotency_key, payout.idempotency_key);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn lost_answers_pay_nobody_twice(db: &TestDb) {
        let books = with_two_partners(db).await;
        plan(&books, &[SimulatedOutcome::TimeOutButDone, SimulatedOutcome::TimeOut]).await;
        let work = books.until("2026-04-10T00:00:00Z").await;
        assert_eq!((work.unanswered, work.payouts_paid), (2, 2));
        let remembered = simulated_requests::Entity::find().all(db.read()).await.unwrap();
        let sent: i64 = remembered.iter().filter(|request| request.kind == "payout").map(|request| request.amount).sum();
        assert_eq!((remembered.len(), sent), (3, 5000));
        books.prove().await;
    }

    async fn by_hand_payouts_are_confirmed_one_by_one_or_all(db: &TestDb) {
        let books = with_two_partners(db).await;
        by_hand(&books).await;
        books.until("2026-04-10T00:00:00Z").await;
        let payouts = books.payouts("NORTHWIND-0001").await;
        assert!(payouts.iter().all(|payout| payout.state == "pending"));
        let now = books.now().await;
        let foreign = confirm(db, uuid::Uuid::nil(), &[payouts[0].id], "olga", now).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
        assert_eq!(confirm(db, books.company_id, &[payouts[0].id], "olga", now).await.unwrap(), 1);
        assert!(matches!(confirm(db, books.company_id, &[payouts[0].id], "olga", now).await, Err(Error::Conflict(_))));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charged");
        books.prove().await;
        assert_eq!(confirm_all(db, books.company_id, "NORTHWIND-0001", "olga", now).await.unwrap(), 1);
        assert_eq!(confirm_all(db, books.company_id, "NORTHWIND-0001", "olga", now).await.unwrap(), 0);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn by_hand_a_failed_payout_is_retried(db: &TestDb) {
        let books = with_two_partners(db).await;
        by_hand(&books).await;
        books.until("2026-04-10T00:00:00Z").await;
        let payouts = books.payouts("NORTHWIND-0001").await;
        let now = books.now().await;
        mark_failed(db, books.company_id, payouts[0].id, "account closed", "olga", now).await.unwrap();
        assert_eq!(confirm_all(db, books.company_id, "NORTHWIND-0001", "olga", now).await.unwrap(), 1);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charged");
        books.prove().await;
        retry(db, books.company_id, payouts[0].id, "olga", now).await.unwrap();
        confirm(db, books.company_id, &[payouts[0].id], "olga", now).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        assert!(matches!(mark_failed(db, books.company_id, payouts[0].id, "late", "olga", now).await, Err(Error::Conflict(_))));
        books.prove().await;
    }

    async fn mail_waits_for_its_transport_and_keeps_its_id(db: &TestDb) {
        let books = with_two_partners(db).await;
        *books.post.down.lock().unwrap() = true;
        let april = at("2026-03-31T22:00:00Z");
        installation_at(db, april).await;
        due::run_due(db, &books.ctx, april).await.unwrap();
        let mail = outbox::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((mail.attempts, mail.due_at, mail.error.as_deref()), (1, april.0 + 60_000, Some("no connection")));
        *books.post.down.lock().unwrap() = false;
        books.until("2026-03-31T22:01:00Z").await;
        let letters = books.post.letters.lock().unwrap().clone();
        assert_eq!(letters.iter().map(|letter| letter.id).collect::<Vec<_>>(), [mail.id]);
        books.prove().await;
    }

    /// A worker that died while it held leases: its work is taken over once they run out.
    async fn the_work_of_a_dead_worker_is_taken_over(db: &TestDb) {
        let books = with_two_partners(db).await;
        books.until("2026-04-07T00:00:00Z").await;
        let charge_day = at("2026-04-07T22:00:00Z");
        installation_at(db, charge_day).await;
        // Dropped at another await point each time, as a crash would.
        for steps in 0..60u32 {
            let mut ctx = books.ctx.clone();
            ctx.lease = Duration::from_millis(30);
            ctx.worker = format!("worker {steps}");
            let _ = stop_after(steps * 3, due::run_due(db, &ctx, charge_day)).await;
        }
        let mut ctx = books.ctx.clone();
        ctx.worker = "the survivor".to_owned();
        due::run_due(db, &ctx, charge_day).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        assert_eq!(books.post.count("payout_coming"), 2);
        books.prove().await;
    }
}

async fn installation_at(db: &TestDb, to: Instant) {
    let from = installation::now(db).await.unwrap();
    let tx = db.begin().await.unwrap();
    assert!(installation::advance(&tx, from, to).await.unwrap());
    tx.commit().await.unwrap();
}

/// Polls a future so often, then drops it.
async fn stop_after<F: std::future::Future>(polls: u32, future: F) -> Option<F::Output> {
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
