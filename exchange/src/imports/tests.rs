//! A file that is accepted and written in pieces makes just what it makes as a whole, whoever is killed, and whoever comes between.

#![allow(clippy::unwrap_used)]

use data::act::{Act, Actor};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::Money;
use domain::states::AttributionSource;
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::sync::watch;
use uuid::Uuid;

use super::*;
use crate::exports::{Export, Format as ExportFormat, Noun};
use crate::verify;
use data::due::month_end;
use data::programme;
use data::sales::transactions;
use data::store::entities::{audit, import_chunks, imports};
use data::testing::TestDb;
use data::{Db, installation, on_both, transact};

mod voids;

const PROGRAMME: &str = r#"
[company]
key = "northwind"
name = "Northwind"
timezone = "America/New_York"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[offers]]
key = "standard"
description = "A share, a bonus and a welcome"

[[offers.triggers]]
key = "share"
event = "transaction"
percent = "20"
limit = "12 months"
cap_per_month = "90.00"

[[offers.triggers]]
key = "bonus"
event = "transaction"
flat = "1.00"
currency = "USD"
limit = "3 rewards"

[[offers.triggers]]
key = "welcome"
event = "transaction"
flat = "5.00"
currency = "USD"
limit = "first purchase"
"#;
const HEAD: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n";

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

async fn company(db: &Db) -> Uuid {
    let now = at("2026-03-10T12:00:00Z");
    installation::init(db, installation::Mode::Sandbox { start: now }).await.unwrap();
    programme::apply(db, PROGRAMME, false, Actor::Named("test"), now).await.unwrap();
    let company = data::programme::companies::find_by_key(db.read(), "northwind").await.unwrap().id;
    let customers: String = (0..6).map(|number| format!("c-{number},,,p-{},2025-01-01T00:00:00Z\n", number % 2)).collect();
    for (kind, file) in [
        (Kind::Partners, "partner_key,name,email,first_name,last_name,group\np-0,,,,,\np-1,,,,,\n".to_owned()),
        (Kind::Customers, format!("customer_key,name,email,partner_key,created_at\n{customers}")),
    ] {
        let input = Cursor::new(file.into_bytes());
        let report =
            crate::imports::import(db, &Act::named(company, "test", now), kind, input, Options::default(), Arc::new(|_| {})).await.unwrap();
        assert!(!report.refused(), "{report:?}");
    }
    company
}

/// Sales over fourteen months in no order, some of them refunded in parts, some rows twice.
fn sales() -> String {
    let mut rows: Vec<String> = Vec::new();
    for number in 0..120i64 {
        let (month, day) = (number * 3 % 14, number * 11 % 28 + 1);
        let date = format!("{}-{:02}-{day:02}T09:00:00Z", 2025 + month / 12, month % 12 + 1);
        let customer = number * 5 % 6;
        let product = if number % 4 == 0 { "pro" } else { "" };
        rows.push(format!("s-{number},c-{customer},{}.5{},USD,{date},{product},,", number * 13 % 90 + 1, number % 10));
        if number % 5 == 0 {
            for part in 0..2 {
                let back = format!("2026-03-{:02}T0{part}:00:00Z", number % 9 + 1);
                rows.push(format!("r-{number}-{part},c-{customer},-0.{}0,USD,{back},,,s-{number}", number % 3 + 3));
            }
        }
        if number % 20 == 0 {
            rows.push(rows[rows.len() - 1].clone());
        }
    }
    let count = rows.len();
    (0..count).map(|place| format!("{}\n", rows[place * 53 % count])).collect()
}

/// Imports sales: whole if there are at most so many rows, and otherwise in pieces.
async fn import(db: &Db, company_id: Uuid, file: &str, whole_rows: u64, options: Options) -> Report {
    try_import(db, company_id, file, whole_rows, options, Arc::new(|_| {})).await.unwrap()
}

async fn try_import(db: &Db, company_id: Uuid, file: &str, whole_rows: u64, options: Options, progress: ProgressFn) -> Result<Report> {
    match try_begin(db, company_id, file, whole_rows, options, progress.clone()).await? {
        Begun::Ended(report) => Ok(*report),
        Begun::Accepted { import_id, report } => finish(db, import_id, *report, progress).await,
    }
}

async fn try_begin(db: &Db, company: Uuid, file: &str, whole_rows: u64, options: Options, progress: ProgressFn) -> Result<Begun> {
    let input = Cursor::new(format!("{HEAD}{file}").into_bytes());
    begin_with(db, &Act::named(company, "test", at("2026-03-10T12:00:00Z")), Kind::Transactions, input, options, progress, whole_rows).await
}

/// Has the sales accepted, and writes nothing of them.
async fn accepted(db: &Db, company: Uuid) -> Uuid {
    match try_begin(db, company, &sales(), 0, Options::default(), Arc::new(|_| {})).await.unwrap() {
        Begun::Accepted { import_id, .. } => import_id,
        Begun::Ended(report) => panic!("{report:?}"),
    }
}

/// Everything of the company, line by line.
async fn exported(db: &Db, company: Uuid) -> Vec<String> {
    let mut out = Vec::new();
    for noun in [Noun::Partners, Noun::Customers, Noun::Transactions, Noun::Rewards, Noun::Receipts] {
        let mut text = Vec::new();
        let mut export = Export::begin(db.read(), company, noun, ExportFormat::JsonLines).await.unwrap();
        while let Some(piece) = export.next_piece(db.read()).await.unwrap() {
            text.extend(piece);
        }
        out.push(String::from_utf8(text).unwrap());
    }
    out
}

async fn holds(db: &Db) {
    let report = verify::verify(db).await.unwrap();
    assert!(report.holds(), "{:#?}", report.broken().collect::<Vec<_>>());
}

/// Records a sale as a person does; false if it was there.
async fn by_hand_sale(db: &Db, company: Uuid, key: &str, customer: u32, cents: i64) -> bool {
    let sale = transactions::Sale {
        key: key.to_owned(),
        customer_key: format!("c-{customer}"),
        amount: Money::new(cents, Currency::USD),
        occurred_at: at("2026-03-09T10:00:00Z"),
        product_key: None,
        category_key: None,
    };
    transactions::record(db, &Act::named(company, "ada", at("2026-03-10T12:00:00Z")), &sale, AttributionSource::Manual).await.unwrap().new
}

struct NoMail;

#[async_trait::async_trait]
impl data::work::Mailer for NoMail {
    async fn deliver(&self, _: &data::work::QueuedMail) -> std::result::Result<(), String> {
        Ok(())
    }
}

on_both! {
    async fn in_pieces_or_whole_makes_the_same(db: &TestDb) {
        let (whole, pieces) = (company(db).await, TestDb::sqlite().await);
        let other = company(&pieces).await;
        let file = sales();
        let report = import(db, whole, &file, 1_000_000, Options::default()).await;
        assert_eq!((report.created, report.unchanged, report.errors.len()), (168, 6, 0), "{:?}", report.errors);
        let same = import(&pieces, other, &file, 7, Options::default()).await;
        assert_eq!(format!("{same:?}"), format!("{report:?}"));
        let known = exported(db, whole).await;
        assert!(known[3].contains("\"bonus\"") && known[3].contains("\"welcome\"") && known[3].contains("\"refund\""));
        for (one, another) in exported(&pieces, other).await.iter().zip(&known) {
            for (line, same) in one.lines().zip(another.lines()) {
                assert_eq!(line, same);
            }
            assert_eq!(one.lines().count(), another.lines().count());
        }

        let again = import(&pieces, other, &file, 7, Options::default()).await;
        assert_eq!((again.created, again.unchanged), (0, 174));
        assert!(exported(&pieces, other).await == known);
        pieces.remove().await;
    }

    async fn bad_rows_of_a_file_in_pieces_are_named(db: &TestDb) {
        let company = company(db).await;
        let good = sales();
        for (bad, expected) in [
            ("x-1,c-1,much,USD,2026-01-01T00:00:00Z,,,", "row 176, amount: “much” is not an amount"),
            ("x-1,nobody,1.00,USD,2026-01-01T00:00:00Z,,,", "row 176, customer_key: there is no customer “nobody”"),
            ("s-3,c-3,1.00,USD,2026-01-01T00:00:00Z,,,", "key: “s-3” is also in row "),
            ("x-1,c-0,-9000.00,USD,2026-03-09T00:00:00Z,,,s-0", "row 176, amount: $9,000.00 is more "),
            ("x-1,c-1,1.00,USD,2027-01-01T00:00:00Z,,,", "row 176, occurred_at: “2027-01-01T00:00:00Z” is more than a day after now"),
        ] {
            let report = import(db, company, &format!("{good}{bad}\n"), 7, Options::default()).await;
            assert!(report.refused() && report.wrong_rows() == 1, "{bad}: {report:?}");
            assert!(report.errors[0].to_string().contains(expected), "{} is not {expected}", report.errors[0]);
            let written = exported(db, company).await;
            assert_eq!(written[2], "", "{bad}");
        }
        let bad = "x-1,nobody,1.00,USD,2026-01-01T00:00:00Z,,,\nx-2,c-1,much,USD,2026-01-01T00:00:00Z,,,\n";
        let report = import(db, company, &format!("{good}{bad}"), 7, Options { skip_bad: true, ..Options::default() }).await;
        assert_eq!((report.created, report.unchanged, report.skipped), (168, 6, 2));
        let rest = std::io::read_to_string(report.rest.unwrap()).unwrap();
        assert!(rest.contains("there is no customer “nobody”") && rest.contains("“much” is not an amount"), "{rest}");

        let dry = import(db, company, &good.replace("s-", "t-").replace("r-", "q-"), 7, Options { dry_run: true, ..Options::default() }).await;
        assert_eq!((dry.created, dry.dry_run), (168, true));
        assert!(!exported(db, company).await[2].contains("t-1"));
    }

    /// Before it is accepted nothing of it stays; afterwards nobody stops it.
    async fn stopped_before_it_is_accepted_nothing_of_it_stays(db: &TestDb) {
        let company = company(db).await;
        let before = exported(db, company).await;
        for stop_at in 1..4 {
            let (sender, stop) = watch::channel(false);
            let told = AtomicU64::new(0);
            let progress: ProgressFn = Arc::new(move |_| {
                sender.send_replace(told.fetch_add(1, Ordering::SeqCst) + 1 >= stop_at);
            });
            let options = Options { stop: Some(stop), ..Options::default() };
            match try_begin(db, company, &sales(), 7, options, progress).await {
                Err(Error::Stopped) => {}
                Err(other) => panic!("{stop_at}: {other}"),
                Ok(_) => break,
            }
            assert!(stop_at < 3 && exported(db, company).await == before, "{stop_at}");
            let files = imports::Entity::find().all(db.read()).await.unwrap();
            assert!(files.iter().all(|file| file.kind != "transactions"), "{files:?}");
            assert_eq!(import_chunks::Entity::find().count(db.read()).await.unwrap(), 0);
        }
    }

    /// Whoever writes is killed after each step; the next one goes on.
    async fn killed_between_any_two_pieces_it_comes_to_the_same(db: &TestDb) {
        let whole = TestDb::sqlite().await;
        let uninterrupted = company(&whole).await;
        import(&whole, uninterrupted, &sales(), 1_000_000, Options::default()).await;
        let company = company(db).await;
        let import_id = accepted(db, company).await;
        let mut turns = 0;
        loop {
            turns += 1;
            // One piece, then the next worker: the lease of the one before was given back, or has run out.
            let worker = format!("worker {turns}");
            let lease = std::time::Duration::ZERO;
            match go_on(db, import_id, &worker, lease, Some(std::time::Duration::ZERO), &|_, _| {}).await.unwrap() {
                Going::Ended => break,
                Going::More => {}
                Going::Held => panic!("nobody holds it"),
            }
        }
        assert_eq!(exported(db, company).await, exported(&whole, uninterrupted).await);
        assert_eq!(import_chunks::Entity::find().count(db.read()).await.unwrap(), 0);
        let noted = audit::Entity::find().all(db.read()).await.unwrap();
        let noted: Vec<String> = noted.into_iter().filter(|row| row.action == "transactions_imported").map(|row| row.detail).collect();
        assert_eq!(noted.len(), 1);
        assert!(noted[0].contains("\"recorded\":168"), "{noted:?}");
        let status = latest(db.read(), company).await.unwrap().unwrap();
        assert_eq!((status.ended, status.created, status.unchanged, status.impossible), (true, 168, 6, 0));
        holds(db).await;
        whole.remove().await;
    }

    /// A worker that is dropped wherever it waits for the database.
    async fn dropped_at_any_step_it_comes_to_the_same(db: &TestDb) {
        let whole = TestDb::sqlite().await;
        let uninterrupted = company(&whole).await;
        import(&whole, uninterrupted, &sales(), 1_000_000, Options::default()).await;
        let company = company(db).await;
        let import_id = accepted(db, company).await;
        for polls in 1..2_000u32 {
            let worker = format!("worker {polls}");
            let nobody = |_, _| {};
            let work = go_on(db, import_id, &worker, std::time::Duration::ZERO, None, &nobody);
            let mut work = Box::pin(work);
            let mut left = polls;
            let ended = std::future::poll_fn(|cx| {
                left -= 1;
                match work.as_mut().poll(cx) {
                    std::task::Poll::Pending if left > 0 => std::task::Poll::Pending,
                    std::task::Poll::Pending => std::task::Poll::Ready(None),
                    std::task::Poll::Ready(outcome) => std::task::Poll::Ready(Some(outcome)),
                }
            })
            .await;
            drop(work);
            if matches!(ended, Some(Ok(Going::Ended))) {
                break;
            }
            assert!(!matches!(ended, Some(Err(_))), "{polls}: {ended:?}");
        }
        assert_eq!(exported(db, company).await, exported(&whole, uninterrupted).await);
        holds(db).await;
        whole.remove().await;
    }

    /// The month end and exports of its company wait for it; other companies and other writes do not.
    async fn what_counts_on_the_sales_waits_for_them(db: &TestDb) {
        let company = company(db).await;
        let import_id = accepted(db, company).await;
        let later = at("2026-04-02T12:00:00Z");
        assert_eq!(month_end::close_month(db, company, later).await.unwrap(), None);
        let refused = Export::begin(db.read(), company, Noun::Rewards, ExportFormat::Csv).await.err().unwrap();
        assert!(refused.to_string().contains("the import of transactions is under way: 0 of 168 rows"), "{refused}");
        let taken = transact!(db, |tx| { row::take(tx, import_id, "somebody", std::time::Duration::from_secs(600)).await }).unwrap();
        assert!(taken.is_some());
        let waited = wait_for_open(db, company, std::time::Duration::ZERO).await;
        assert!(matches!(waited, Err(Error::Conflict(_))), "{waited:?}");
        transact!(db, |tx| { row::give_back(tx, import_id, "somebody").await }).unwrap();
        let worker = crate::worker(db, Arc::new(NoMail), std::time::Duration::from_secs(15));
        let work = data::due::run_due(db, &worker, later).await.unwrap();
        assert_eq!((work.imported, work.months_closed), (168, 1));
        holds(db).await;
    }

    /// What a piece carries to the next is forgotten when somebody else has used up a month's cap in between.
    async fn a_cap_holds_where_somebody_sells_between_two_pieces(db: &TestDb) {
        let company = company(db).await;
        let import_id = accepted(db, company).await;
        let (url, sold) = (db.url().to_owned(), AtomicU64::new(0));
        let between = |_, _| {
            let (url, number) = (url.clone(), sold.fetch_add(1, Ordering::Relaxed));
            let sale = async move {
                let other = Db::connect(&url).await.unwrap();
                for customer in 0..6 {
                    by_hand_sale(&other, company, &format!("hand-{number}-{customer}"), customer, 10_000).await;
                }
                other.close().await.unwrap();
            };
            // The import waits, on a runtime of its own.
            std::thread::spawn(move || tokio::runtime::Runtime::new().unwrap().block_on(sale)).join().unwrap();
        };
        assert_eq!(go_on(db, import_id, "the import", LEASE, None, &between).await.unwrap(), Going::Ended);
        assert!(sold.into_inner() > 2, "in pieces");
        let mut given: std::collections::BTreeMap<(Uuid, String), i64> = std::collections::BTreeMap::new();
        let rewards = data::store::entities::rewards::Entity::find().all(db.read()).await.unwrap();
        for row in rewards.into_iter().filter(|row| row.trigger_key.as_deref() == Some("share") && row.reverses.is_none()) {
            let zone: domain::zone::Zone = "America/New_York".parse().unwrap();
            *given.entry((row.partnership_id, zone.month(Instant(row.occurred_at)).to_string())).or_default() += row.amount;
        }
        let above: Vec<_> = given.iter().filter(|(_, given)| **given > 9_000).collect();
        assert!(above.is_empty() && given.values().any(|given| *given == 9_000), "{given:?}");
        holds(db).await;
    }

    /// A person who records a sale for a customer of the file is not kept waiting, and the file loses nothing.
    async fn sales_by_hand_come_between_the_pieces(db: &TestDb) {
        let company = company(db).await;
        let import_id = accepted(db, company).await;
        let mut by_hand = 0;
        for number in 0..40u32 {
            let going = go_on(db, import_id, "the import", LEASE, Some(std::time::Duration::ZERO), &|_, _| {}).await.unwrap();
            by_hand += u64::from(by_hand_sale(db, company, &format!("hand-{number}"), number % 6, 1_000).await);
            if going == Going::Ended {
                break;
            }
        }
        assert_eq!(finish(db, import_id, Report::default(), Arc::new(|_| {})).await.unwrap().created, 168);
        let written = exported(db, company).await;
        assert_eq!(written[2].lines().count(), 168 + usize::try_from(by_hand).unwrap());
        holds(db).await;
    }

    /// Each is checked and kept while the other is; the later one waits for its turn.
    async fn two_large_files_at_once_wait_for_each_other(db: &TestDb) {
        let company = company(db).await;
        let other = sales().replace("s-", "t-").replace("r-", "q-");
        let (file, options) = (sales(), Options::default);
        let (one, two) = futures::join!(
            try_import(db, company, &file, 0, options(), Arc::new(|_| {})),
            try_import(db, company, &other, 0, options(), Arc::new(|_| {})),
        );
        assert_eq!((one.unwrap().created, two.unwrap().created), (168, 168));
        assert_eq!(import_chunks::Entity::find().count(db.read()).await.unwrap(), 0);
        // Also for one that a process has that says nothing.
        let import_id = {
            let third = sales().replace("s-", "u-").replace("r-", "p-");
            match try_begin(db, company, &third, 0, options(), Arc::new(|_| {})).await.unwrap() {
                Begun::Accepted { import_id, .. } => import_id,
                Begun::Ended(report) => panic!("{report:?}"),
            }
        };
        transact!(db, |tx| { row::take(tx, import_id, "somebody", std::time::Duration::from_millis(700)).await }).unwrap();
        let begun = tokio::time::Instant::now();
        let fourth = sales().replace("s-", "v-").replace("r-", "o-");
        assert_eq!(try_import(db, company, &fourth, 0, options(), Arc::new(|_| {})).await.unwrap().created, 168);
        assert!(begun.elapsed() >= std::time::Duration::from_millis(300));
        holds(db).await;
    }

    /// What somebody else recorded in the meantime is named, and the rest is imported.
    async fn what_became_impossible_is_named(db: &TestDb) {
        let company = company(db).await;
        let import_id = accepted(db, company).await;
        assert!(by_hand_sale(db, company, "s-3", 3, 77_700).await);
        let report = finish(db, import_id, Report::default(), Arc::new(|_| {})).await.unwrap();
        assert_eq!((report.created, report.unchanged, report.impossible), (167, 6, 1));
        assert!(report.late[0].to_string().contains("“s-3” is recorded already, with"), "{:?}", report.late);
        let again = import(db, company, &sales(), 0, Options { skip_bad: true, ..Options::default() }).await;
        assert_eq!((again.created, again.unchanged, again.skipped), (0, 173, 1));
        holds(db).await;
    }
}
