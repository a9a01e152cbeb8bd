//! Many workers at once, workers that die, and the sandbox's clock.

use data::act::{Act, Actor};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use data::billing::simulated::{Kind, plan};
use data::due::clock::{self, Preview};
use data::due::{self, run_until};
use data::on_both;
use data::store::entities::{companies, invoices, outbox, payouts, simulated_requests};
use data::testing::TestDb;
use data::work::{Work, Worker};
use data::{Db, Error, installation};
use domain::list_query::ListQuery;
use domain::states::{CompanyRole, RewardState, SimulatedOutcome};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Value};
use uuid::Uuid;

use crate::books::{Books, at, stop_after};

/// Half a year of rewards in two currencies, some held, some negative, for a dozen partners.
async fn half_a_year(books: &Books<'_>) {
    let mut partners = Vec::new();
    for name in 0..12 {
        let partner = books.partner(&format!("p-{name:02}")).await;
        books.settles_in(partner, name % 4).await;
        partners.push(partner);
    }
    for (place, partner) in (1i64..).zip(&partners) {
        books.reward(*partner, 1000 * place - 3500, "USD").await;
        books.reward(*partner, 77 * place, "JPY").await;
        for month in 2..6 {
            let ready = at(&format!("2026-{month:02}-{:02}T09:30:00Z", 3 + place * 2));
            books.reward_in(*partner, 250 * place * month, "USD", RewardState::Scheduled, Some(ready)).await;
        }
    }
    for outcome in [SimulatedOutcome::TimeOutButDone, SimulatedOutcome::Fail, SimulatedOutcome::TimeOut, SimulatedOutcome::Succeed] {
        for kind in [Kind::Charge, Kind::Payout] {
            plan(books.db, &Act::named(books.company_id, "test", books.now().await), kind, outcome).await.unwrap();
        }
    }
}

/// What the books came to: comparable between runs and databases.
async fn outcome(db: &Db) -> Vec<String> {
    let mut lines = Vec::new();
    for invoice in invoices::Entity::find().all(db.read()).await.unwrap() {
        lines.push(format!(
            "{} {:?} {:?} {:?} {:?}",
            invoice.number, invoice.total, invoice.charge_amount, invoice.frozen_at, invoice.digest
        ));
    }
    for payout in payouts::Entity::find().all(db.read()).await.unwrap() {
        lines.push(format!("{} {} {} {}", payout.id, payout.state, payout.amount, payout.currency));
    }
    for mail in outbox::Entity::find().all(db.read()).await.unwrap() {
        lines.push(format!("{} {} {:?}", mail.id, mail.dedupe_key.split('/').next().unwrap_or_default(), mail.sent_at.is_some()));
    }
    lines.sort();
    lines
}

const END: &str = "2026-07-01T00:00:00Z";

/// One more company with a reward of $10.00, and what its invoice comes to.
async fn with_reward<'a>(db: &'a Db, key: &str) -> Books<'a> {
    let sale = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"20\"\nlimit = \"unlimited\"\n";
    let books = Books::with_triggers(db, key, "Europe/Berlin", sale, installation::now(db).await.unwrap()).await;
    let partner = books.partner(&format!("{key}-partner")).await;
    books.reward(partner, 1000, "USD").await;
    books
}

async fn set(db: &Db, company_id: Uuid, column: companies::Column, value: impl Into<Value>) {
    let value = value.into();
    let changed: data::Result<()> = data::transact!(db, |tx| {
        companies::Entity::update_many()
            .col_expr(column, Expr::value(value.clone()))
            .filter(companies::Column::Id.eq(company_id))
            .exec(tx)
            .await?;
        Ok(())
    });
    changed.unwrap();
}

on_both! {
    async fn a_company_whose_work_fails_or_panics_holds_up_no_other(db: &TestDb) {
        let first = Books::open(db, "Europe/Berlin", "2026-01-10T12:00:00Z").await;
        let panics = with_reward(db, "panics").await;
        let fails = with_reward(db, "fails").await;
        let fine = with_reward(db, "works").await;
        // No month follows this one, and no clock is kept there.
        set(db, panics.company_id, companies::Column::OpenMonth, i32::MAX).await;
        set(db, panics.company_id, companies::Column::OpenMonthEndsAt, 0i64).await;
        set(db, fails.company_id, companies::Column::Timezone, "Nowhere/Never").await;

        let until = at("2026-02-10T00:00:00Z");
        assert!(clock::preview(db, until).await.unwrap().charges >= 1);
        let work = run_until(db, &fine.worker, until, &|_, _| ()).await.unwrap();
        assert_eq!((work.failed, fine.now().await), (2, until));
        assert_eq!(fine.invoice("WORKS-0001").await.state, "paid");
        let troubles = fine.worker.troubles.companies();
        let found = |key: &str| troubles.iter().find(|trouble| trouble.company_key == key).map(|trouble| trouble.error.as_str()).unwrap();
        assert!(found("panics").starts_with("the program panicked: attempt to "), "{troubles:?}");
        assert!(found("fails").contains("Nowhere/Never"), "{troubles:?}");
        assert!(fine.worker.troubles.is_company_in(panics.company_id) && !fine.worker.troubles.is_company_in(fine.company_id));

        // Mended, they catch up.
        let month = first.company().await.open_month;
        set(db, panics.company_id, companies::Column::OpenMonth, month - 1).await;
        set(db, fails.company_id, companies::Column::Timezone, "Europe/Berlin").await;
        assert_eq!(fine.until("2026-03-20T00:00:00Z").await.failed, 0);
        assert_eq!(fine.worker.troubles.companies(), []);
        assert_eq!(fails.invoice("FAILS-0001").await.state, "paid");
    }

    async fn an_invoice_too_large_to_be_charged_is_paused_and_says_so(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-01-10T12:00:00Z").await;
        let other = with_reward(db, "works").await;
        let ada = books.partner("ada").await;
        for _ in 0..20 {
            books.reward(ada, 50_000_000_000_000_000, "USD").await;
        }
        set(db, books.company_id, companies::Column::FeePpm, 10_000_000i64).await;
        let [month_end, charged] = ["2026-02-02T00:00:00Z", "2026-02-10T00:00:00Z"].map(at);
        let largest = "more than $92,233,720,368,547,758.07";
        for until in [month_end, charged] {
            assert!(clock::preview(db, until).await.is_ok());
            assert_eq!(run_until(db, &books.worker, until, &|_, _| ()).await.unwrap().failed, 0);
            let (company, now) = (books.company().await, books.now().await);
            let home = screens::home::home(db, &company, CompanyRole::Owner, now).await.unwrap();
            assert_eq!(home.in_review.len(), 1);
            let list = screens::invoices::list(db, &company, &ListQuery::default(), now).await.unwrap();
            assert_eq!(list.page.rows[0].amount.display(), largest);
            let detail = screens::invoices::detail(db, &company, "NORTHWIND-0001", &ListQuery::default(), now).await.unwrap();
            assert_eq!((detail.totals.rewards.display().as_str(), detail.totals.charge.display().as_str()), ("$10,000,000,000,000,000.00", largest));
            screens::invoices::print(db, &company, "NORTHWIND-0001", now).await.unwrap();
            let paused = detail.paused.contains("by Tributary") && detail.paused.contains("too large to be charged");
            assert_eq!((paused, detail.may.resume), (until == charged, until == charged), "{}", detail.paused);
        }
        assert_eq!(other.invoice("WORKS-0001").await.state, "paid");
        // With a smaller fee it can be.
        set(db, books.company_id, companies::Column::FeePpm, 0i64).await;
        data::billing::invoices::resume(db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0001").await.unwrap();
        books.until("2026-02-11T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn four_workers_do_what_one_does(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-01-10T12:00:00Z").await;
        half_a_year(&books).await;
        let workers: Vec<Worker> = (0..4).map(|_| exchange::worker(db, books.post.clone(), Duration::from_secs(2))).collect();
        let runs = workers.iter().map(|worker| run_until(db, worker, at(END), &|_, _| ()));
        for done in futures::future::join_all(runs).await {
            done.unwrap();
        }
        assert_eq!(books.now().await, at(END));
        books.prove().await;
        let together = outcome(db).await;

        let alone = TestDb::sqlite().await;
        let books = Books::open(&alone, "America/New_York", "2026-01-10T12:00:00Z").await;
        half_a_year(&books).await;
        books.until(END).await;
        let of_one = outcome(&alone).await;
        // Which payout a plan hits depends on the order of the workers; what everything comes to does not.
        let sums = |lines: &[String]| lines.iter().filter(|line| line.starts_with("NORTHWIND")).cloned().collect::<Vec<_>>();
        assert_eq!(sums(&together), sums(&of_one));
        assert_eq!(together.len(), of_one.len());
        alone.remove().await;
    }

    /// Workers are dropped at random await points and begun anew, as if killed, until one gets to the end.
    async fn workers_that_die_anywhere_break_nothing(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-01-10T12:00:00Z").await;
        half_a_year(&books).await;
        let deaths = AtomicU32::new(0);
        let lives = (0..4u64).map(|seed| {
            let (books, deaths) = (&books, &deaths);
            async move {
                let mut random = StdRng::seed_from_u64(seed);
                let mut worker = exchange::worker(db, books.post.clone(), Duration::from_millis(150));
                worker.name = format!("worker {seed}");
                for _ in 0..40 {
                    // Counted in steps, not in time: fast machines die as often as slow ones.
                    match stop_after(random.random_range(5..400), run_until(db, &worker, at(END), &|_, _| ())).await {
                        Some(done) => return done.unwrap(),
                        None => deaths.fetch_add(1, Ordering::Relaxed),
                    };
                }
                // The last life is long enough to arrive.
                run_until(db, &worker, at(END), &|_, _| ()).await.unwrap()
            }
        });
        futures::future::join_all(lives).await;
        assert!(deaths.load(Ordering::Relaxed) > 4);
        assert_eq!(books.now().await, at(END));
        assert_eq!(due::next_instant(db.read()).await.unwrap().map(|next| next > at(END)), Some(true));
        books.prove().await;
        let delivered = books.post.mails.lock().unwrap().len();
        let mails = outbox::Entity::find().count(db.read()).await.unwrap();
        assert!(delivered as u64 >= mails);
        let asked = simulated_requests::Entity::find().count(db.read()).await.unwrap();
        assert!(asked > 50, "{asked}");
    }

    async fn the_preview_says_what_the_jump_does(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-01-10T12:00:00Z").await;
        let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
        books.reward(ada, 1000, "USD").await;
        books.reward(bo, -400, "USD").await;
        books.reward_in(bo, 900, "USD", RewardState::Scheduled, Some(at("2026-02-03T00:00:00Z"))).await;
        let targets = clock::targets(db.read(), &books.company().await, books.now().await).await.unwrap();
        assert_eq!(targets.tomorrow, at("2026-01-10T23:00:00Z"));
        assert_eq!(targets.month_end, at("2026-01-31T23:00:00Z"));
        assert_eq!(targets.charge_day, at("2026-02-07T23:00:00Z"));
        assert_eq!(clock::days_on(db, books.company_id, 3).await.unwrap(), at("2026-01-13T12:00:00Z"));

        assert_eq!(clock::preview(db, targets.tomorrow).await.unwrap(), Preview::default());
        let month_end = clock::preview(db, targets.month_end).await.unwrap();
        assert_eq!(month_end, Preview { months_closed: 1, invoices: 1, mails: 1, ..Preview::default() });
        for until in [targets.month_end, targets.charge_day, at("2026-03-20T00:00:00Z"), at("2026-06-20T00:00:00Z")] {
            let foreseen = clock::preview(db, until).await.unwrap();
            let payouts_before = payouts::Entity::find().count(db.read()).await.unwrap();
            let work = clock::advance(db, &books.worker, until, Actor::Named("olga"), &|_, _| ()).await.unwrap();
            let made = payouts::Entity::find().count(db.read()).await.unwrap() - payouts_before;
            let done = Preview {
                released: work.released, months_closed: work.months_closed, invoices: work.invoices,
                charges: work.charges_done, asked: 0, payouts: usize::try_from(made).unwrap(), mails: work.mails,
            };
            assert_eq!(foreseen, done, "until {until}");
            assert_eq!(books.now().await, until);
        }
        books.prove().await;
    }

    async fn a_lease_taken_while_the_clock_was_ahead_holds_nothing_up(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-01-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 1000, "USD").await;
        run_until(db, &books.worker, at("2026-02-01T06:00:00Z"), &|_, _| ()).await.unwrap();
        assert_eq!(outbox::Entity::find().count(db.read()).await.unwrap(), 1);
        // As if a worker had taken the mail while its clock was ahead, and vanished.
        let taken_until = chrono::Utc::now().timestamp_millis() + 40 * 24 * 60 * 60_000;
        let taken: data::Result<()> = data::transact!(db, |tx| {
            outbox::Entity::update_many()
                .col_expr(outbox::Column::SentAt, Expr::value(None::<i64>))
                .col_expr(outbox::Column::LeasedUntil, Expr::value(taken_until))
                .exec(tx)
                .await?;
            Ok(())
        });
        taken.unwrap();
        assert_eq!(due::run_due(db, &books.worker, at("2026-02-01T06:00:00Z")).await.unwrap().mails, 1);
    }

    async fn a_production_database_has_no_clock_to_move(db: &TestDb) {
        installation::init(db, installation::Mode::Production).await.unwrap();
        let now = at("2026-01-10T12:00:00Z");
        let books = Books::in_database(db, "UTC", now).await;
        let until = at("2030-01-01T00:00:00Z");
        let refused = [
            clock::advance(db, &books.worker, until, Actor::Named("olga"), &|_, _| ()).await.err(),
            clock::preview(db, until).await.err(),
            run_until(db, &books.worker, until, &|_, _| ()).await.err(),
            plan(db, &Act::named(books.company_id, "olga", now), Kind::Charge, SimulatedOutcome::Fail).await.err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(Error::Forbidden(_))), "{error:?}");
        }
        assert_eq!(installation::mode(db).await.unwrap(), installation::Mode::Production);
    }

    async fn the_clock_does_not_go_back(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-01-10T12:00:00Z").await;
        let refused = clock::advance(db, &books.worker, at("2026-01-10T11:59:59Z"), Actor::Named("olga"), &|_, _| ()).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let nothing = clock::advance(db, &books.worker, at("2026-01-10T12:00:00Z"), Actor::Named("olga"), &|_, _| ()).await.unwrap();
        assert_eq!(nothing, Work::default());
    }
}
