//! A file that is recorded in pieces makes just what it makes as a whole.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

use super::*;
use crate::exports::{Export, Format, Noun};
use crate::imports::{Kind, Options, Progress, ProgressFn, Waiting};
use crate::testing::TestDb;
use crate::{Db, installation, on_both, programme};

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
    programme::apply(db, PROGRAMME, false, "test", now).await.unwrap();
    let company = crate::companies::find_by_key(db.read(), "northwind").await.unwrap().id;
    let customers: String = (0..6).map(|number| format!("c-{number},,,p-{},2025-01-01T00:00:00Z\n", number % 2)).collect();
    for (kind, file) in [
        (Kind::Partners, "partner_key,name,email,first_name,last_name,group\np-0,,,,,\np-1,,,,,\n".to_owned()),
        (Kind::Customers, format!("customer_key,name,email,partner_key,created_at\n{customers}")),
    ] {
        let input = Cursor::new(file.into_bytes());
        let report = crate::imports::import(db, company, kind, input, Options::default(), Arc::new(|_| {}), "test", now).await.unwrap();
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

async fn import(db: &Db, company_id: Uuid, file: &str, piece_rows: usize, options: Options) -> Report {
    try_import(db, company_id, file, piece_rows, options, Arc::new(|_| {})).await.unwrap()
}

async fn try_import(db: &Db, company_id: Uuid, file: &str, piece_rows: usize, options: Options, progress: ProgressFn) -> Result<Report> {
    let waiting = Waiting { progress, stop: options.stop.clone() };
    let job = Job { db, company_id, options, waiting, by: "test", now: at("2026-03-10T12:00:00Z") };
    import_in_pieces(&job, Cursor::new(format!("{HEAD}{file}").into_bytes()), piece_rows).await
}

/// Everything of the company, line by line.
async fn exported(db: &Db, company: Uuid) -> Vec<String> {
    let mut out = Vec::new();
    for noun in [Noun::Partners, Noun::Customers, Noun::Transactions, Noun::Rewards, Noun::Receipts] {
        let mut text = Vec::new();
        let mut export = Export::begin(db.read(), company, noun, Format::JsonLines).await.unwrap();
        while let Some(piece) = export.next_piece(db.read()).await.unwrap() {
            text.extend(piece);
        }
        out.push(String::from_utf8(text).unwrap());
    }
    out
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
            ("s-3,c-3,1.00,USD,2026-01-01T00:00:00Z,,,", "key: “s-3” stands in row "),
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

    /// Between two pieces, in the middle of one, and after the last one.
    async fn stopped_among_its_pieces_nothing_of_it_stays(db: &TestDb) {
        let company = company(db).await;
        let before = exported(db, company).await;
        for after in [7, 50, 168] {
            let (sender, stop) = watch::channel(false);
            let progress: ProgressFn = Arc::new(move |progress| {
                sender.send_replace(matches!(progress, Progress::Writing { done, .. } if done >= after));
            });
            for dry_run in [false, true] {
                let options = Options { dry_run, stop: Some(stop.clone()), ..Options::default() };
                let outcome = try_import(db, company, &sales(), 7, options, progress.clone()).await;
                assert!(matches!(outcome, Err(Error::Stopped)), "{after}: {outcome:?}");
                assert!(exported(db, company).await == before, "{after}");
            }
        }
        assert_eq!(import(db, company, &sales(), 7, Options::default()).await.created, 168);
    }
}
