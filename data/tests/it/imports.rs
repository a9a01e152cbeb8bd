//! Files, good and bad.

use data::act::Act;
use std::io::Cursor;
use std::sync::Arc;

use data::store::entities::{companies, customers, partnerships, receipts, rewards, transactions};
use data::{Result, on_both};
use exchange::imports::{self, Kind, Options, Report};
use rstest::rstest;
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;

use crate::world::{BY, World};

mod complaints;
mod formats;
mod keys;
mod remarks;
mod stopped;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\n\
    p1,Partner One,one@example.com,Ann,Lee,affiliates\n\
    p2,,two@example.com,Bo,Ek,agencies\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\n\
    c1,Customer One,c1@example.com,p1,2026-01-05T10:00:00Z\n\
    c2,,,p2,\n\
    c3,Nobody's,,,\n";
const TRANSACTIONS: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
    t2,c1,50.00,USD,2026-02-02T10:00:00Z,,,\n\
    r1,c1,-25.00,USD,2026-02-03T10:00:00Z,,,t1\n\
    t1,c1,100.00,USD,2026-02-01T10:00:00Z,pro,books,\n\
    t3,c2,0,USD,2026-02-01T10:00:00Z,,,\n\
    t4,c3,19.99,EUR,2026-02-01T10:00:00Z,,,\n";
const REWARDS: &str = "partner_key,amount,currency,description,customer_key\n\
    p1,15.00,USD,Webinar,c1\n\
    p1,15.00,USD,Webinar,c1\n\
    p2,1000,JPY,Talk,\n";

fn dry() -> Options {
    Options { dry_run: true, ..Options::default() }
}

fn skip_bad() -> Options {
    Options { skip_bad: true, ..Options::default() }
}

fn file(name: &str) -> Options {
    Options { file_name: name.to_owned(), ..Options::default() }
}

impl World<'_> {
    async fn try_import(&self, kind: Kind, file: &[u8], options: Options) -> Result<Report> {
        imports::import(self.db, &Act::named(self.company, BY, self.now), kind, Cursor::new(file.to_vec()), options, Arc::new(|_| {})).await
    }

    async fn import(&self, kind: Kind, file: &str) -> Report {
        self.try_import(kind, file.as_bytes(), Options::default()).await.unwrap()
    }

    /// Imports and says "created/changed/unchanged"; bad rows fail the test.
    async fn good(&self, kind: Kind, file: &str) -> String {
        let report = self.import(kind, file).await;
        assert_eq!(report.errors, [], "{file}");
        assert_eq!(report.read, report.created + report.changed + report.unchanged);
        format!("{}/{}/{}", report.created, report.changed, report.unchanged)
    }

    /// The complaints about a file that is refused.
    async fn bad(&self, kind: Kind, file: &[u8]) -> Vec<String> {
        let report = self.try_import(kind, file, Options::default()).await.unwrap();
        assert!(report.refused());
        assert_eq!((report.created, report.changed, report.unchanged), (0, 0, 0));
        report.errors.iter().map(ToString::to_string).collect()
    }

    async fn with_partners_and_customers(&self) {
        self.good(Kind::Partners, PARTNERS).await;
        self.good(Kind::Customers, CUSTOMERS).await;
    }
}

on_both! {
    async fn every_file_twice_changes_nothing(db: &TestDb) {
        let world = World::new(db).await;
        let attributions = "customer_key,partner_key,from\nc3,p1,2026-02-01T00:00:00Z\nc1,p2,2026-02-02T00:00:00Z\nc1,p1,2026-02-04T00:00:00Z\n";
        for (kind, file, first) in [
            (Kind::Partners, PARTNERS, "2/0/0"),
            (Kind::Customers, CUSTOMERS, "3/0/0"),
            (Kind::Transactions, TRANSACTIONS, "5/0/0"),
            (Kind::Attributions, attributions, "0/3/0"),
            (Kind::Rewards, REWARDS, "3/0/0"),
        ] {
            let planned = world.try_import(kind, file.as_bytes(), dry()).await.unwrap();
            assert_eq!(world.good(kind, file).await, first, "{file}");
            let report = world.import(kind, file).await;
            assert_eq!((report.created, report.changed, report.unchanged), (0, 0, report.read), "{file}");
            assert_eq!(format!("{}/{}/{}", planned.created, planned.changed, planned.unchanged), first, "{file}");
        }
        // Also after attributions changed.
        assert_eq!(world.good(Kind::Customers, CUSTOMERS).await, "0/0/3");
        assert_eq!(world.count(partnerships::Entity).await, 4);
        assert_eq!(world.count(customers::Entity).await, 3);
        assert_eq!(world.count(transactions::Entity).await, 5);
        world.prove().await;
    }

    async fn rows_are_recorded_in_time_order(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        world.good(Kind::Transactions, TRANSACTIONS).await;
        assert_eq!(world.rewards().await, ["p1 20.00 pending transaction", "p1 10.00 pending transaction", "p1 -5.00 pending refund"]);
        assert_eq!((world.transaction("t1").await.seq, world.transaction("t2").await.seq, world.transaction("r1").await.seq), (1, 2, 3));
        let t1 = world.transaction("t1").await;
        assert_eq!((t1.refunded, t1.product_key.as_deref(), t1.category_key.as_deref()), (2_500, Some("pro"), Some("books")));
        assert_eq!(world.transaction("r1").await.refund_of, Some(t1.id));
        assert_eq!(world.count(receipts::Entity).await, 8);
        let p1 = world.partnership("p1").await;
        assert_eq!((p1.signups, p1.paid_customers, p1.revenue), (1, 1, 12_500));
        let c1 = world.customer_row("c1").await;
        assert_eq!((c1.transactions, c1.first_purchase_at), (3, Some(crate::world::at("2026-02-01T10:00:00Z").0)));
        world.prove().await;
    }

    /// However a history is cut into files, it comes to the same.
    async fn one_file_or_many_make_the_same(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let (header, rows) = TRANSACTIONS.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_by_key(|row| row.split(',').nth(4).unwrap().to_owned());
        for row in rows {
            assert_eq!(world.good(Kind::Transactions, &format!("{header}\n{row}\n")).await, "1/0/0");
        }
        assert_eq!(world.rewards().await, ["p1 20.00 pending transaction", "p1 10.00 pending transaction", "p1 -5.00 pending refund"]);
        assert_eq!(world.good(Kind::Transactions, TRANSACTIONS).await, "0/0/5");
        world.prove().await;
    }

    async fn names_and_addresses_may_change(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        assert_eq!(world.good(Kind::Partners, &PARTNERS.replace("Partner One", "Partner 1")).await, "0/1/1");
        assert_eq!(world.partnership("p1").await.name, "Partner 1");
        assert_eq!(world.good(Kind::Customers, &CUSTOMERS.replace("c1@", "one@")).await, "0/1/2");
        assert_eq!(world.customer_row("c1").await.email, "one@example.com");
        // What a file leaves empty stays.
        assert_eq!(world.good(Kind::Customers, &CUSTOMERS.replace("c1@example.com", "")).await, "0/0/3");
        assert_eq!(world.customer_row("c1").await.email, "one@example.com");

        let moved = world.bad(Kind::Partners, PARTNERS.replace("Lee,affiliates", "Lee,agencies").as_bytes()).await;
        assert_eq!(moved, ["row 2, group: “p1” is in the group “affiliates”, not “agencies”: move the partner on its page"]);
        let other = world.bad(Kind::Customers, CUSTOMERS.replace("c1@example.com,p1", "c1@example.com,p2").as_bytes()).await;
        assert_eq!(other, ["row 2, partner_key: “c1” was not referred by “p2”: a file of attributions changes that"]);
        let other = world.bad(Kind::Customers, CUSTOMERS.replace("2026-01-05", "2026-01-06").as_bytes()).await;
        assert_eq!(other, ["row 2, created_at: “c1” was created on 5 Jan 2026, 05:00:00, not on 6 Jan 2026, 05:00:00"]);
        world.prove().await;
    }

    async fn reviews_from_a_spreadsheet(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        world.good(Kind::Transactions, TRANSACTIONS).await;
        let (t1, t2) = (world.reward_key("t1").await, world.reward_key("t2").await);
        let file = format!("reward_key,decision,reason\n{t1},approve,\n{t2},hold,asks for a copy\n");
        assert_eq!(world.good(Kind::Reviews, &file).await, "0/2/0");
        assert_eq!(world.good(Kind::Reviews, &file).await, "0/0/2");
        assert_eq!(world.rewards().await, ["p1 20.00 approved transaction", "p1 10.00 hold transaction", "p1 -5.00 approved refund"]);
        world.prove().await;
    }

    /// Next month's file has the same bonus again: it is asked about, never lost, and never given twice by mistake.
    async fn a_reward_of_another_file_is_asked_about(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let may = "partner_key,amount,currency,description,customer_key\np1,25.00,USD,Monthly bonus,\n";
        let june = "partner_key,amount,currency,description,customer_key\np1,25,USD,Monthly bonus,\np2,10.00,USD,First sale,\n";
        assert_eq!(world.try_import(Kind::Rewards, may.as_bytes(), file("bonus-may.csv")).await.unwrap().created, 1);
        // As a spreadsheet writes numbers: the same file.
        assert_eq!(world.try_import(Kind::Rewards, may.replace("25.00", "25").as_bytes(), file("again.csv")).await.unwrap().unchanged, 1);

        let asked = world.try_import(Kind::Rewards, june.as_bytes(), file("bonus-june.csv")).await.unwrap();
        assert!(asked.refused());
        assert_eq!(asked.repeated, 1);
        assert_eq!(asked.errors[0].to_string(), "row 2: the same reward came in on 10 March 2026 with bonus-may.csv");
        assert_eq!(world.rewards().await.len(), 1);
        let again = Options { again: true, ..file("bonus-june.csv") };
        assert_eq!(world.try_import(Kind::Rewards, june.as_bytes(), again.clone()).await.unwrap().created, 2);
        assert_eq!(world.try_import(Kind::Rewards, june.as_bytes(), again).await.unwrap().unchanged, 2);
        assert_eq!(world.good(Kind::Rewards, june).await, "0/0/2");

        let july = june.replace("Monthly", "July's") + "p1,25.00,USD,Monthly bonus,\n";
        let left_out = world.try_import(Kind::Rewards, july.as_bytes(), Options { skip_bad: true, ..file("bonus-july.csv") }).await.unwrap();
        assert_eq!((left_out.created, left_out.skipped), (1, 2));

        let keyed = "partner_key,amount,currency,description,key\np1,25.00,USD,Monthly bonus,b-1\np1,25.00,USD,Monthly bonus,b-2\n";
        assert_eq!(world.good(Kind::Rewards, keyed).await, "2/0/0");
        assert_eq!(world.good(Kind::Rewards, &keyed.replace("25.00", "25")).await, "0/0/2");
        let changed = world.bad(Kind::Rewards, keyed.replace("25.00", "26.00").as_bytes()).await;
        assert!(changed[0].starts_with("row 2, key: “b-1” was given already, with other content"), "{changed:?}");
        world.prove().await;
    }

    /// Trying a file of any kind needs no lock: here somebody else has it all the time.
    async fn a_trial_waits_for_nobody(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        world.good(Kind::Transactions, TRANSACTIONS).await;
        let key = world.reward_key("t1").await;
        let locked = db.begin().await.unwrap();
        companies::Entity::update_many()
            .col_expr(companies::Column::Name, Expr::value("Locked"))
            .exec(&locked)
            .await
            .unwrap();
        for (kind, file) in [
            (Kind::Partners, PARTNERS.replace("p1", "p9")),
            (Kind::Customers, CUSTOMERS.replace("c1", "c9")),
            (Kind::Transactions, TRANSACTIONS.replace("t1", "t9").replace("r1", "r9")),
            (Kind::Attributions, "customer_key,partner_key,from\nc1,p2,2026-02-01T00:00:00Z\n".to_owned()),
            (Kind::Rewards, REWARDS.to_owned()),
            (Kind::Reviews, format!("reward_key,decision,reason\n{key},approve,\n")),
        ] {
            let tried = world.try_import(kind, file.as_bytes(), dry()).await.unwrap();
            assert!(tried.created + tried.changed > 0, "{kind:?}: {tried:?}");
        }
        locked.rollback().await.unwrap();
        assert_eq!(world.rewards().await.len(), 3);
    }

    /// The same file by two processes at once is recorded once.
    async fn two_imports_at_once_record_once(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let (first, second) = futures::join!(world.import(Kind::Transactions, TRANSACTIONS), world.import(Kind::Transactions, TRANSACTIONS));
        assert_eq!(first.created + second.created, 5);
        assert_eq!(first.unchanged + second.unchanged, 5);
        assert_eq!(world.count(transactions::Entity).await, 5);
        assert_eq!(world.rewards().await.len(), 3);
        world.prove().await;
    }
}

#[rstest]
#[case("partners", Kind::Partners)]
#[case("reviews", Kind::Reviews)]
fn kinds_have_words(#[case] word: &str, #[case] kind: Kind) {
    assert_eq!(word.parse(), Ok(kind));
    assert!("Partners".parse::<Kind>().is_err());
}
