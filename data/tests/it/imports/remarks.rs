//! Rows that were voided where they come from, and rows that look wrong.

use data::act::{Act, Actor};
use data::sales::voids;
use exchange::exports::{Export, Format, Noun};

use super::*;
use crate::world::PROGRAMME;

async fn export(world: &World<'_>, noun: Noun, format: Format) -> String {
    let mut text = Vec::new();
    let mut export = Export::begin(world.db.read(), world.company, noun, format).await.unwrap();
    while let Some(piece) = export.next_piece(world.db.read()).await.unwrap() {
        text.extend(piece);
    }
    String::from_utf8(text).unwrap()
}

/// Another company of the same programme, and nobody in it.
async fn empty<'a>(world: &World<'a>) -> World<'a> {
    let file = PROGRAMME.replace("key = \"northwind\"", "key = \"southwind\"");
    data::programme::apply(world.db, &file, false, Actor::Named(BY), world.now).await.unwrap();
    let company = companies::Entity::find().all(world.db.read()).await.unwrap().into_iter().find(|row| row.key == "southwind").unwrap();
    World { db: world.db, company: company.id, now: world.now }
}

fn said(remarks: &imports::Remarks) -> Vec<String> {
    assert!(remarks.groups.iter().all(|group| group.rows == group.named.len() as u64), "{remarks:?}");
    let mut named: Vec<_> = remarks.groups.iter().flat_map(|group| &group.named).collect();
    named.sort_by_key(|said| said.row);
    named.into_iter().map(ToString::to_string).collect()
}

async fn long_since_partners(world: &World<'_>) {
    let update = partnerships::Entity::update_many()
        .col_expr(partnerships::Column::JoinedAt, Expr::value(crate::world::at("2024-01-01T00:00:00Z").0));
    update.exec(world.db.read()).await.unwrap();
}

on_both! {
    async fn what_was_voided_is_left_out_and_named(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        world.good(Kind::Transactions, TRANSACTIONS).await;
        // A sale with its refund; and another that was recorded again under the same key.
        for key in ["t1", "t4"] {
            voids::void(db, &Act::named(world.company, BY, world.now), key, "typed twice").await.unwrap();
        }
        world.sale("t4", "c3", "7.00", "2026-02-05T10:00:00Z").await;
        let other = empty(&world).await;
        for (noun, kind) in [(Noun::Partners, Kind::Partners), (Noun::Customers, Kind::Customers)] {
            other.good(kind, &export(&world, noun, Format::Csv).await).await;
        }
        let file = export(&world, Noun::Transactions, Format::SpreadsheetCsv).await;
        let plain = export(&world, Noun::Transactions, Format::Csv).await;
        assert!(plain.starts_with("key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of,voided_at\n"), "{plain}");
        let tried = other.try_import(Kind::Transactions, plain.as_bytes(), dry()).await.unwrap();
        assert_eq!((tried.created, tried.voided.rows, tried.ignored.len()), (3, 3, 0), "{tried:?}");
        let tried = other.try_import(Kind::Transactions, file.as_bytes(), dry()).await.unwrap();
        let report = other.import(Kind::Transactions, &file).await;
        for report in [&tried, &report] {
            assert_eq!((report.read, report.created, report.unchanged, report.skipped), (6, 3, 0, 0), "{report:?}");
            assert_eq!(said(&report.voided), ["row 2: voided on 10 March 2026", "row 3: voided on 10 March 2026", "row 6: voided on 10 March 2026"]);
            assert!(!report.refused() && !report.ignored.contains(&"voided_at".to_owned()), "{report:?}");
        }
        let live = |csv: String| csv.lines().filter(|row| row.ends_with(',')).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(live(export(&other, Noun::Transactions, Format::Csv).await), live(plain));
        assert_eq!(other.balances().await, world.balances().await);
        let again = other.import(Kind::Transactions, &file).await;
        assert_eq!((again.unchanged, again.voided.rows), (3, 3));
        // A voided row may say what it likes; a blank is no void.
        let file = "key,customer_key,amount,currency,occurred_at,voided_at\nv,nobody,much,,,3. M\u{e4}rz\nw,c3,1.00,USD,2026-02-01T10:00:00Z, \n";
        let report = other.import(Kind::Transactions, file).await;
        assert_eq!((report.created, said(&report.voided)), (1, vec!["row 2: voided: 3. M\u{e4}rz".to_owned()]));
        let only = "key,customer_key,amount,currency,occurred_at,voided_at\nv,c3,1.00,USD,2026-02-01T10:00:00Z,2026-02-01T10:00:00Z\n";
        let report = other.import(Kind::Transactions, only).await;
        assert_eq!((report.read, report.created, report.voided.rows), (1, 0, 1));
        world.prove().await;
    }

    async fn what_looks_wrong_is_named_and_taken(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        long_since_partners(&world).await;
        world.good(Kind::Transactions, "key,customer_key,amount,currency,occurred_at\nt1,c1,80.00,USD,2026-02-01T10:00:00Z\n").await;
        let file = "key,customer_key,amount,currency,occurred_at,refund_of\n\
            a,c1,900.00,USD,2026-02-05T10:00:00Z,\n\
            b,c1,10.00,USD,2020-01-01T10:00:00Z,\n\
            c,c1,10.00,USD,2025-12-01T10:00:00Z,\n\
            d,c1,-90.00,USD,2026-02-06T10:00:00Z,a\n\
            e,c3,20.00,EUR,2026-03-10T10:00:00Z,\n\
            f,c3,201.00,EUR,2026-03-10T11:00:00Z,\n\
            g,c3,1000000,USD,2026-03-10T10:00:00Z,\n\
            h,c1,9000.00,USD,2020-01-01T10:00:00Z,\n\
            e,c3,20.00,EUR,2026-03-10T10:00:00Z,\n\
            t1,c1,80.00,USD,2026-02-01T10:00:00Z,\n";
        let tried = world.try_import(Kind::Transactions, file.as_bytes(), dry()).await.unwrap();
        assert!(tried.errors.is_empty() && tried.created == 8, "{tried:?}");
        let expected = [
            "row 2: $900.00 is more than ten times the customer's largest sale so far, $80.00.",
            "row 3: It is dated 1 January 2020, more than a year ago.",
            "row 4: It is dated 1 December 2025, before the customer's start on 5 January 2026.",
            "row 7: €201.00 is more than ten times the customer's largest sale so far, €20.00.",
            "row 8: $1,000,000.00 is unusually high.",
            "row 9: $9,000.00 is more than ten times the customer's largest sale so far, $80.00.",
            "row 9: It is dated 1 January 2020, more than a year ago.",
        ];
        assert_eq!(said(&tried.doubts), expected);
        // What is alike is together, and a row is counted once.
        let groups: Vec<_> = tried.doubts.groups.iter().map(|group| (group.rows, group.about)).collect();
        assert_eq!(groups, [
            (3, "of more than ten times the customer's largest sale"), (2, "dated more than a year ago"),
            (1, "dated before the customer's start"), (1, "of an unusually high amount"),
        ]);
        assert_eq!(tried.doubts.rows, 6);
        let taken = world.import(Kind::Transactions, file).await;
        assert_eq!((taken.created, taken.doubts.rows), (8, 0));
        // Nothing of it is new any more.
        assert_eq!(world.try_import(Kind::Transactions, file.as_bytes(), dry()).await.unwrap().doubts.rows, 0);
        world.prove().await;
    }

    async fn large_rewards_are_named(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let file = "partner_key,amount,currency,description,key\n\
            p1,1000.00,USD,Usual,k1\np1,10000.00,USD,Usual still,k2\np1,200000.00,USD,Typing error,k3\np2,1001.00,EUR,First,k4\np1,0,USD,Wrong,k5\n";
        let options = Options { dry_run: true, skip_bad: true, ..Options::default() };
        let tried = world.try_import(Kind::Rewards, file.as_bytes(), options).await.unwrap();
        assert_eq!(
            said(&tried.doubts),
            [
                "row 4: This gives the partner $200,000.00. The largest reward so far is $10,000.00.",
                "row 5: This gives the partner €1,001.00. There is no reward in EUR yet."
            ]
        );
        assert_eq!(world.try_import(Kind::Rewards, file.as_bytes(), skip_bad()).await.unwrap().created, 4);
        assert_eq!(world.try_import(Kind::Rewards, file.as_bytes(), Options { dry_run: true, ..skip_bad() }).await.unwrap().doubts.rows, 0);
    }

    /// Also of a file that is checked in parts, in the order of time.
    async fn the_first_hundred_are_named_and_all_are_counted(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        long_since_partners(&world).await;
        let mut file = "key,customer_key,amount,currency,occurred_at\n".to_owned();
        for row in 0..5_200 {
            let (amount, at) = if row < 150 { ("500.00", "2026-02-02T10:00:00Z") } else { ("20.00", "2026-02-01T10:00:00Z") };
            file.push_str(&format!("k{row},c1,{amount},USD,{at}\n"));
        }
        let tried = world.try_import(Kind::Transactions, file.as_bytes(), dry()).await.unwrap();
        let group = &tried.doubts.groups[0];
        assert_eq!((tried.created, tried.doubts.rows, group.rows, group.named.len()), (5_200, 150, 150, 100));
        assert_eq!(group.named[0].message, "$500.00 is more than ten times the customer's largest sale so far, $20.00.");
    }
}
