//! Charges: once each, whatever the provider does and whoever pauses.

use data::Error;
use data::act::Act;
use data::billing::charges;
use data::billing::invoices::{pause, resume};
use data::billing::simulated::{self, Kind};
use data::on_both;
use data::programme::companies;
use data::store::entities::{charge_attempts, ledger_entries, simulated_requests};
use data::testing::TestDb;
use domain::list_query::ListQuery;
use domain::states::{CompanyRole, ProviderKind, SimulatedOutcome};
use domain::{Instant, Rate};
use screens::{home, invoices as invoice_pages, partners as partner_pages};
use sea_orm::{EntityTrait, QueryOrder};
use views::home::WaitingKind;

use crate::books::{Books, at};

async fn attempts(db: &TestDb) -> Vec<charge_attempts::Model> {
    charge_attempts::Entity::find().order_by_asc(charge_attempts::Column::StartedAt).all(db.read()).await.unwrap()
}

async fn plan(books: &Books<'_>, outcomes: &[SimulatedOutcome]) {
    for outcome in outcomes {
        simulated::plan(books.db, &Act::named(books.company_id, "test", books.now().await), Kind::Charge, *outcome).await.unwrap();
    }
}

/// A company in New York with one invoice of $50 for March in review.
async fn in_review(db: &TestDb) -> Books<'_> {
    let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
    let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
    books.reward(ada, 1000, "USD").await;
    books.reward(bo, 4000, "USD").await;
    books.until("2026-04-02T00:00:00Z").await;
    books
}

/// What is said of the failed charge, everywhere: `note` in lists, on Home and on the partner's page, `strip` beneath the days.
async fn said(books: &Books<'_>, now: Instant, note: &str, strip: &str) {
    let company = companies::get(books.db.read(), books.company_id).await.unwrap();
    let query = ListQuery::default();
    let page = invoice_pages::detail(books.db, &company, "NORTHWIND-0001", &query, now).await.unwrap();
    assert_eq!(page.strip.unwrap().charge, strip);
    let list = invoice_pages::list(books.db, &company, &query, now).await.unwrap();
    assert_eq!(list.page.rows[0].note, format!("the charge failed and {note}"));
    let waiting = home::home(books.db, &company, CompanyRole::Owner, now).await.unwrap().waiting;
    let failed = waiting.iter().find(|waiting| waiting.kind == WaitingKind::ChargeFailed).unwrap();
    assert_eq!(failed.detail, note);
    let partner = partner_pages::detail::overview(books.db, &company, "ada", now).await.unwrap();
    assert_eq!(partner.upcoming[0].stage, format!("The charge failed and {note}"));
}

/// The newest mail that a charge failed.
fn last_failure(books: &Books<'_>) -> String {
    let mails = books.post.mails.lock().unwrap();
    mails.iter().rfind(|mail| mail.kind == "charge_failed").unwrap().body.clone()
}

on_both! {
    async fn a_review_ends_in_charge_payouts_and_mails(db: &TestDb) {
        let books = in_review(db).await;
        books.until("2026-04-08T03:59:59Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "in_review");
        let work = books.until("2026-04-08T04:00:00Z").await;
        assert_eq!((work.charges_started, work.charges_done, work.payouts_paid), (1, 1, 2));
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.total, invoice.charge_amount, invoice.fee), ("paid", Some(5000), Some(5000), Some(0)));
        let mut paid: Vec<_> = books.payouts("NORTHWIND-0001").await.into_iter().map(|payout| (payout.amount, payout.state)).collect();
        paid.sort();
        assert_eq!(paid, [(1000, "paid".to_owned()), (4000, "paid".to_owned())]);
        assert_eq!((books.post.count("invoice_charged"), books.post.count("payout_coming")), (1, 2));
        books.prove().await;
    }

    async fn the_fee_is_charged_on_top(db: &TestDb) {
        let books = in_review(db).await;
        let profile = companies::Profile { fee: Some(Rate::parse_percent("2.5").unwrap()), ..companies::Profile::default() };
        companies::update(db, &Act::named(books.company_id, "test", books.now().await), &profile).await.unwrap();
        books.until("2026-04-08T04:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.charge_amount, invoice.fee, invoice.total), (Some(5125), Some(125), Some(5000)));
        assert_eq!(attempts(db).await[0].amount, 5125);
        books.prove().await;
    }

    async fn a_refused_charge_is_tried_again_on_days_one_three_and_five(db: &TestDb) {
        let books = in_review(db).await;
        plan(&books, &[SimulatedOutcome::Fail, SimulatedOutcome::Fail, SimulatedOutcome::Fail]).await;
        books.until("2026-04-12T12:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.attempts, invoice.retry_at), ("charge_failed", 3, Some(at("2026-04-13T04:00:00Z").0)));
        assert_eq!(invoice.charge_due_at, at("2026-04-08T04:00:00Z").0);
        assert!(books.payouts("NORTHWIND-0001").await.is_empty());
        assert_eq!(books.post.count("charge_failed"), 3);
        books.prove().await;
        books.until("2026-04-13T04:00:00Z").await;
        let started: Vec<String> = attempts(db).await.iter().map(|attempt| Instant(attempt.started_at).rfc3339()).collect();
        assert_eq!(started, ["2026-04-08T04:00:00Z", "2026-04-09T04:00:00Z", "2026-04-11T04:00:00Z", "2026-04-13T04:00:00Z"]);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn however_often_people_try_it_is_retried_the_next_day_and_everything_says_so(db: &TestDb) {
        let books = in_review(db).await;
        plan(&books, &[SimulatedOutcome::Fail; 4]).await;
        books.until("2026-04-08T04:00:00Z").await;
        for hour in ["05", "06", "07"] {
            let now = format!("2026-04-08T{hour}:00:00Z");
            books.until(&now).await;
            charges::retry_now(db, &Act::named(books.company_id, "olga", at(&now)), "NORTHWIND-0001").await.unwrap();
            assert_eq!(books.invoice("NORTHWIND-0001").await.retry_at, None);
            books.until(&now).await;
        }
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.attempts, invoice.retry_at), ("charge_failed", 4, Some(at("2026-04-09T04:00:00Z").0)));
        said(&books, at("2026-04-08T08:00:00Z"), "will be retried on 9 Apr 2026", "Will be retried on 9 April, 00:00 New York time").await;
        assert!(last_failure(&books).contains("We'll retry it on 9 April 2026"), "{}", last_failure(&books));
        // The estimated payment date is that of the retry.
        let company = companies::get(db.read(), books.company_id).await.unwrap();
        let partner = partner_pages::detail::overview(db, &company, "ada", at("2026-04-08T08:00:00Z")).await.unwrap();
        assert_eq!(partner.upcoming[0].date, "9 Apr 2026");
        books.prove().await;
        books.until("2026-04-09T03:59:59Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.attempts, 4);
        books.until("2026-04-09T04:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    /// No server ran from day 8 to day 20: the retry that was due is made at once, and after it a person decides.
    async fn a_retry_that_comes_too_late_is_the_last_and_everything_says_so(db: &TestDb) {
        let books = in_review(db).await;
        plan(&books, &[SimulatedOutcome::Fail; 2]).await;
        books.until("2026-04-08T04:00:00Z").await;
        let late = at("2026-04-20T12:00:00Z");
        said(&books, late, "will be retried shortly", "Will be retried shortly").await;
        data::due::run_due(db, &books.worker, late).await.unwrap();
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.attempts, invoice.retry_at), ("charge_failed", 2, None));
        said(&books, late, "won't be retried automatically", "Won't be retried automatically").await;
        assert!(last_failure(&books).contains("We won't retry it automatically."), "{}", last_failure(&books));
        let company = companies::get(db.read(), books.company_id).await.unwrap();
        let partner = partner_pages::detail::overview(db, &company, "ada", late).await.unwrap();
        assert_eq!(partner.upcoming[0].date, "once the invoice is charged");
        data::due::run_due(db, &books.worker, at("2026-04-25T00:00:00Z")).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.attempts, 2);
        books.prove().await;
    }

    async fn after_the_last_retry_a_person_decides(db: &TestDb) {
        let books = in_review(db).await;
        plan(&books, &[SimulatedOutcome::Fail; 4]).await;
        books.until("2026-04-30T00:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.attempts), ("charge_failed", 4));
        books.prove().await;
        let now = books.now().await;
        charges::retry_now(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001").await.unwrap();
        let again = charges::retry_now(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001").await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
        books.until("2026-04-30T00:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.attempts), ("paid", 5));
        books.prove().await;
    }

    async fn a_lost_answer_is_asked_for_with_the_same_key(db: &TestDb) {
        let books = in_review(db).await;
        plan(&books, &[SimulatedOutcome::TimeOutButDone]).await;
        let work = books.until("2026-04-08T04:00:00Z").await;
        assert_eq!((work.unanswered, work.charges_done), (1, 1));
        let remembered = simulated_requests::Entity::find().all(db.read()).await.unwrap();
        let charges: Vec<_> = remembered.iter().filter(|request| request.kind == "charge").collect();
        assert_eq!(charges.len(), 1);
        assert_eq!((charges[0].asked, charges[0].outcome.as_str(), charges[0].amount), (2, "time_out_but_done", 5000));
        assert_eq!(attempts(db).await.len(), 1);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn a_lost_question_is_asked_again_until_it_is_refused(db: &TestDb) {
        let books = in_review(db).await;
        plan(&books, &[SimulatedOutcome::TimeOut, SimulatedOutcome::TimeOut, SimulatedOutcome::Fail]).await;
        let work = books.until("2026-04-08T04:00:00Z").await;
        assert_eq!((work.unanswered, work.charges_failed), (2, 1));
        let attempts = attempts(db).await;
        assert_eq!((attempts.len(), attempts[0].state.as_str()), (1, "failed"));
        books.prove().await;
        books.until("2026-04-09T04:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn a_paused_invoice_is_charged_once_it_is_resumed(db: &TestDb) {
        let books = in_review(db).await;
        let now = books.now().await;
        let refused = pause(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", "  ").await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        pause(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", "figures to be checked").await.unwrap();
        assert!(matches!(pause(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", "again").await, Err(Error::Conflict(_))));
        books.until("2026-04-20T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "in_review");
        books.prove().await;
        resume(db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0001").await.unwrap();
        books.until("2026-04-20T00:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.frozen_at), ("paid", Some(at("2026-04-20T00:00:00Z").0)));
        assert!(matches!(pause(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", "late").await, Err(Error::Conflict(_))));
        books.prove().await;
    }

    async fn by_hand_a_charge_waits_for_its_confirmation(db: &TestDb) {
        let books = in_review(db).await;
        let profile = companies::Profile {
            charge_provider: Some(ProviderKind::Manual), payout_provider: Some(ProviderKind::Manual), ..companies::Profile::default()
        };
        companies::update(db, &Act::named(books.company_id, "test", books.now().await), &profile).await.unwrap();
        books.until("2026-04-09T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charge_pending");
        assert_eq!(books.post.count("charge_waits"), 1);
        books.prove().await;
        let now = books.now().await;
        charges::confirm_failed(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", None, "account was empty").await.unwrap();
        assert!(matches!(charges::confirm(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", None).await, Err(Error::Conflict(_))));
        assert_eq!(books.invoice("NORTHWIND-0001").await.retry_at, Some(at("2026-04-09T04:00:00Z").0));
        books.until("2026-04-10T00:00:00Z").await;
        // The first attempt is what a page of before shows; what waits now is another one.
        let stale = charges::confirm(db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0001", Some(1)).await;
        assert!(matches!(stale, Err(Error::Conflict(ref words)) if words.contains("charged again meanwhile")), "{stale:?}");
        let stale = charges::confirm_failed(db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0001", Some(1), "none").await;
        assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
        charges::confirm(db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0001", Some(2)).await.unwrap();
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.attempts), ("charged", 2));
        assert_eq!(books.payouts("NORTHWIND-0001").await.len(), 2);
        assert!(simulated_requests::Entity::find().all(db.read()).await.unwrap().is_empty());
        books.prove().await;
    }

    async fn debts_are_carried_over_and_recouped(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-01-10T00:00:00Z").await;
        let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
        books.reward(ada, -3000, "USD").await;
        books.reward(bo, 1000, "USD").await;
        books.until("2026-02-10T00:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.total, invoice.charge_amount), (Some(-2000), Some(1000)));
        books.prove().await;
        books.reward(ada, 2000, "USD").await;
        books.until("2026-03-10T00:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0002").await;
        assert_eq!((invoice.total, invoice.charge_amount, invoice.state.as_str()), (Some(2000), Some(0), "paid"));
        books.reward(ada, 1500, "USD").await;
        // Another currency is another account.
        books.reward(ada, 800, "EUR").await;
        books.until("2026-04-10T00:00:00Z").await;
        let amounts = |number| { let books = &books; async move { books.payouts(number).await.into_iter().map(|payout| payout.amount).collect::<Vec<_>>() } };
        assert_eq!((amounts("NORTHWIND-0003").await, amounts("NORTHWIND-0004").await), (vec![800], vec![500]));
        assert!(data::billing::ledger::partner_balances(db, books.company_id, ada).await.unwrap().is_empty());
        books.prove().await;
    }

    /// Two invoices frozen before either is charged: the debt is deducted once.
    async fn a_debt_is_recouped_once_while_a_charge_hangs(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-01-10T00:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, -1000, "USD").await;
        books.until("2026-02-10T00:00:00Z").await;
        plan(&books, &[SimulatedOutcome::Fail; 4]).await;
        books.reward(ada, 3000, "USD").await;
        books.until("2026-03-20T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0002").await.state, "charge_failed");
        books.reward(ada, 500, "USD").await;
        books.until("2026-04-10T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0003").await.charge_amount, Some(500));
        charges::retry_now(db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0002").await.unwrap();
        books.until("2026-04-11T00:00:00Z").await;
        assert_eq!(books.payouts("NORTHWIND-0002").await[0].amount, 2000);
        assert!(data::billing::ledger::partner_balances(db, books.company_id, ada).await.unwrap().is_empty());
        books.prove().await;
    }

    async fn the_ledger_says_what_moved(db: &TestDb) {
        let books = in_review(db).await;
        books.until("2026-04-09T00:00:00Z").await;
        let mut accounts: Vec<_> =
            data::billing::ledger::balances(db, books.company_id).await.unwrap().into_iter().map(|b| (b.account.word(), b.minor)).collect();
        accounts.sort_unstable();
        assert_eq!(accounts, [("funds", -5000), ("paid_out", 5000), ("partner", 0)]);
        let entries = ledger_entries::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(entries.len(), 3 + 4);
    }
}
