//! Files, good and bad.

use std::io::{Cursor, Read};
use std::sync::Arc;

use data::entities::{companies, customers, partnerships, receipts, rewards, transactions};
use data::exports::{Export, Format, Noun};
use data::imports::{self, Delimiter, Encoding, Kind, Options, Report, Told};
use data::{Result, on_both};
use domain::money::Decimals;
use rstest::rstest;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::world::{BY, World, fault};

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
fn dry() -> Options {
    Options { dry_run: true, ..Options::default() }
}

fn skip_bad() -> Options {
    Options { skip_bad: true, ..Options::default() }
}

fn file(name: &str) -> Options {
    Options { file_name: name.to_owned(), ..Options::default() }
}

const REWARDS: &str = "partner_key,amount,currency,description,customer_key\n\
    p1,15.00,USD,Webinar,c1\n\
    p1,15.00,USD,Webinar,c1\n\
    p2,1000,JPY,Talk,\n";

impl World<'_> {
    async fn try_import(&self, kind: Kind, file: &[u8], options: Options) -> Result<Report> {
        imports::import(self.db, self.company, kind, Cursor::new(file.to_vec()), options, Arc::new(|_| {}), BY, self.now).await
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

    async fn bad_rows_are_named_and_nothing_is_written(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let file = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
            a,c9,1.00,USD,2026-02-01T10:00:00Z,,,\n\
            b,c1,1.001,USD,2026-02-01T10:00:00Z,,,\n\
            c,c1,1e400,USD,2026-02-01T10:00:00Z,,,\n\
            d,c1,-0,USD,2026-02-01T10:00:00Z,,,\n\
            e,c1,1.00,ABC,2026-02-01T10:00:00Z,,,\n\
            f,c1,1.00,USD,0000-01-01T00:00:00Z,,,\n\
            g,c1,1.00,USD,2026-02-30,,,\n\
            h,c1,-1.00,USD,2026-02-01T10:00:00Z,,,\n\
            i,c1,1.00,USD,2026-03-11T13:00:01+01:00,,,\n\
            ,c1,1.00,USD,2026-02-01T10:00:00Z,,,\n\
            j,c1,10.00,USD,2026-02-01T10:00:00Z,,,\n\
            k,c1,-10.01,USD,2026-02-02T10:00:00Z,,,j\n\
            l,c1,-1.00,USD,2026-01-31T10:00:00Z,,,j\n\
            m,c1,-1.00,EUR,2026-02-02T10:00:00Z,,,j\n\
            n,c2,-1.00,USD,2026-02-02T10:00:00Z,,,j\n\
            o,c1,-1.00,USD,2026-02-02T10:00:00Z,,,zzz\n\
            p,c1,1.00,USD,2026-02-02T10:00:00Z,,,j\n\
            q,c1,-1.00,USD,2026-02-02T10:00:00Z,,,a\n\
            j,c1,11.00,USD,2026-02-01T10:00:00Z,,,\n\
            s,c1,1.5,JPY,2026-02-01T10:00:00Z,,,\n\
            u,c1,99999999999999,USD,2026-02-01T10:00:00Z,,,\n\
            v,c1,1.00,USD,2026-02-01T10:00:00Z\n\
            w,c1,\"1,00\",USD,2026-02-01T10:00:00Z,,,\n";
        let errors = world.bad(Kind::Transactions, file.as_bytes()).await;
        let expected = [
            "row 2, customer_key: there is no customer “c9”",
            "row 3, amount: “1.001” has too many decimals: USD has 2",
            "row 4, amount: “1e400” is not an amount",
            "row 5, amount: negative zero is not an amount",
            "row 6, currency: “ABC” is not an ISO 4217 currency code",
            "row 7, occurred_at: “0000-01-01T00:00:00Z” lies outside the years",
            "row 8, occurred_at: “2026-02-30” is not an RFC 3339 time",
            "row 9, amount: “-1.00” is below zero",
            "row 10, occurred_at: “2026-03-11T13:00:01+01:00” is more than a day after now",
            "row 11, key: is missing",
            "row 13, amount: $10.01 is more than what is left to refund of the sale: $10.00",
            "row 14, occurred_at: a refund cannot be earlier than its sale on 1 Feb 2026, 05:00:00",
            "row 15, currency: the sale was in USD, not in EUR",
            "row 16, customer_key: the sale “j” belongs to another customer",
            "row 17, refund_of: there is no transaction “zzz”",
            "row 18, amount: “1.00”: a refund's amount is below zero",
            "row 19, refund_of: the sale “a” is refused itself",
            "row 20, key: “j” is also in row 12, with another amount",
            "row 21, amount: “1.5” has too many decimals: JPY has 0",
            "row 22, amount: “99999999999999” is too large",
            "row 23: has 5 fields instead of 8",
            "row 24, amount: “1,00” is not an amount",
        ];
        assert_eq!(errors.len(), expected.len(), "{errors:#?}");
        for (error, expected) in errors.iter().zip(expected) {
            assert!(error.starts_with(expected), "{error}\nexpected {expected}");
        }
        assert_eq!(world.count(transactions::Entity).await, 0);

        let report = world.try_import(Kind::Transactions, file.as_bytes(), skip_bad()).await.unwrap();
        assert_eq!((report.read, report.created, report.skipped), (23, 1, 22));
        assert_eq!(world.transaction("j").await.amount, 1_000);
        let rest = std::io::read_to_string(report.rest.unwrap()).unwrap();
        let lines: Vec<&str> = rest.lines().collect();
        assert_eq!(lines.len(), 23);
        assert_eq!(lines[0], "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of,reason");
        assert_eq!(lines[1], "a,c9,1.00,USD,2026-02-01T10:00:00Z,,,,customer_key: there is no customer “c9”");
        assert_eq!(lines[21], "v,c1,1.00,USD,2026-02-01T10:00:00Z,,,,has 5 fields instead of 8");
        assert!(lines[22].starts_with("w,c1,\"1,00\",USD"));
        let again = world.try_import(Kind::Transactions, file.as_bytes(), skip_bad()).await.unwrap();
        assert_eq!((again.created, again.unchanged, again.skipped), (0, 1, 22));
        world.prove().await;
    }

    async fn other_kinds_name_their_bad_rows(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let errors = world.bad(Kind::Partners, b"partner_key,name,email,first_name,last_name,group\nx,X,not-an-address,,,nogroup\n,,,,,affiliates\ny,Y,,,,affiliates\ny,Z,,,,affiliates\n").await;
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert!(errors[0].starts_with("row 2, email: “not-an-address” is not an email address"), "{errors:?}");
        assert_eq!(errors[1], "row 2, group: there is no group “nogroup”");
        assert_eq!(errors[2], "row 3, partner_key: is missing");
        assert_eq!(errors[3], "row 5, partner_key: “y” is also in row 4, with other content");
        let errors = world.bad(Kind::Customers, b"customer_key,name,email,partner_key,created_at\nx,X,,zoe,\ny,,,,yesterday\nz,,,,2026-03-12 05:00:00+05:00\n").await;
        assert_eq!(errors[0], "row 2, partner_key: there is no partner “zoe”");
        assert!(errors[1].starts_with("row 3, created_at: “yesterday” is not an RFC 3339 time"));
        assert!(errors[2].starts_with("row 4, created_at: “2026-03-12 05:00:00+05:00” is more than a day after now"));
        let errors = world.bad(Kind::Attributions, b"customer_key,partner_key,from\nc9,p1,2026-01-01T00:00:00Z\nc1,zoe,2026-01-01T00:00:00Z\nc1,p1,soon\nc1,p1,2026-03-11T00:00:00Z\nc1,,2026-01-01T00:00:00Z\n").await;
        assert_eq!(errors.len(), 5, "{errors:?}");
        assert_eq!(errors[0], "row 2, customer_key: there is no customer “c9”");
        assert_eq!(errors[1], "row 3, partner_key: there is no partner “zoe”");
        assert!(errors[2].starts_with("row 4, from: “soon” is not an RFC 3339 time"));
        assert!(errors[3].starts_with("row 5, from: “2026-03-11T00:00:00Z” is in the future"));
        assert_eq!(errors[4], "row 6, partner_key: is missing");
        let errors = world.bad(Kind::Rewards, b"partner_key,amount,currency,description,customer_key\nzoe,1.00,USD,x,\np1,0,USD,x,\np1,1.00,USD,x,c2\n").await;
        assert_eq!(errors.len(), 3, "{errors:?}");
        let errors = world.bad(Kind::Reviews, b"reward_key,decision,reason\nrwd_1,approve,\nrwd_1,destroy,\n").await;
        assert!(errors.iter().any(|error| error.contains("destroy")), "{errors:?}");
        assert_eq!(world.count(rewards::Entity).await, 0);
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

    async fn files_as_programs_write_them(db: &TestDb) {
        let world = World::new(db).await;
        // Byte order mark, CRLF, another order of columns, quoted line breaks, formulas, no line end at the end.
        let file = "\u{feff}group,partner_key,last_name,first_name,email,name\r\naffiliates,p1,Lee,Ann,,\"=Tribute, \"\"the\"\" one\"\r\naffiliates,p2,,,,@two";
        assert_eq!(world.good(Kind::Partners, file).await, "2/0/0");
        assert_eq!(world.partnership("p1").await.name, "=Tribute, \"the\" one");
        let file = "customer_key,name,email,partner_key,created_at\r\n\"c\n1\",x,,p1,\r\nc2,x,,p1,\r\n";
        assert_eq!(world.bad(Kind::Customers, file.as_bytes()).await, ["row 2, customer_key: contains a line break"]);
        let mut latin = b"partner_key,name,email,first_name,last_name,group\np3,M\xfcller,,,,affiliates\n".to_vec();
        assert_eq!(world.bad(Kind::Partners, &latin).await, ["row 2, name: “M\u{fffd}ller” is not UTF-8"]);
        let mut rest = Vec::new();
        world.try_import(Kind::Partners, &latin, skip_bad()).await.unwrap().rest.unwrap().read_to_end(&mut rest).unwrap();
        latin.truncate(latin.len() - 1);
        assert!(rest.windows(3).any(|bytes| bytes == b"M\xfcl"));
        assert_eq!(world.good(Kind::Transactions, "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n").await, "0/0/0");
        world.prove().await;
    }

    async fn a_wrong_file_is_refused_whole(db: &TestDb) {
        let world = World::new(db).await;
        let header = Kind::Customers.columns().join(",");
        for (file, expected) in [
            (String::new(), "the file is empty"),
            (header.replace(',', "|"), "row 1: column “customer_key” is missing; column “customer_key|name"),
            (header.replace("customer_key,", ""), "row 1: column “customer_key” is missing"),
            (header.replace("customer_key", "customer"), "row 1: column “customer_key” is missing; column “customer” is unknown. A file of customers has the columns customer_key, "),
            (header.replace("email", "name"), "row 1: column “name” is there twice"),
            (header.replace("email", "status"), "row 1: column “status” is unknown"),
            ("PK\u{3}\u{4}".to_owned(), "this is a spreadsheet"),
        ] {
            let message = fault(world.try_import(Kind::Customers, file.as_bytes(), Options::default()).await, "");
            assert!(message.starts_with(expected), "{message}");
        }
    }

    /// Spreadsheets write what their country writes.
    async fn files_as_people_have_them(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let few = "KEY;Customer_Key;Amount;CURRENCY;occurred_at\nx1;c1;1.234,56;USD;2026-02-01T10:00:00Z\nx2;c1;1,00;USD;2026-02-01T10:00:00Z\n";
        let errors = world.bad(Kind::Transactions, few.as_bytes()).await;
        assert!(errors[1].starts_with("row 3, amount: “1,00” is not an amount"), "{errors:?}");
        let told = Told { decimals: Decimals::Comma, ..Told::default() };
        let report = world.try_import(Kind::Transactions, few.as_bytes(), Options { told, ..Options::default() }).await.unwrap();
        assert_eq!((report.created, report.format.delimiter), (2, Delimiter::Semicolon));
        assert_eq!((world.transaction("x1").await.amount, world.transaction("x2").await.amount), (123_456, 100));

        // What the preview guessed is what is confirmed.
        let guess = Told { guess: true, ..Told::default() };
        let tried = world.try_import(Kind::Transactions, few.as_bytes(), Options { told: guess, ..dry() }).await.unwrap();
        assert_eq!((tried.unchanged, tried.format.decimals), (2, Decimals::Comma));
        let same = world.try_import(Kind::Transactions, few.as_bytes(), Options { told: tried.format.told(), ..dry() }).await.unwrap();
        assert_eq!((same.unchanged, same.format), (2, tried.format));

        let wide: Vec<u8> = "\u{feff}customer_key\tname\nc8\tZoë 株式会社\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(world.try_import(Kind::Customers, &wide, Options::default()).await.unwrap().created, 1);
        assert_eq!(world.customer_row("c8").await.name, "Zoë 株式会社");
        let latin = b"customer_key,name\nc9,M\xfcller\n";
        assert_eq!(world.bad(Kind::Customers, latin).await, ["row 2, name: “M\u{fffd}ller” is not UTF-8"]);
        let told = Told { encoding: Some(Encoding::Windows1252), ..Told::default() };
        world.try_import(Kind::Customers, latin, Options { told, ..Options::default() }).await.unwrap();
        assert_eq!(world.customer_row("c9").await.name, "Müller");
        let ambiguous = "key,customer_key,amount,currency,occurred_at\nx3,c1,1.000,USD,2026-02-01T10:00:00Z\n";
        assert!(world.bad(Kind::Transactions, ambiguous.as_bytes()).await[0].contains("write a thousand without a point"));
        world.prove().await;
    }

    /// Every export and download of a noun can be imported again, and changes nothing.
    async fn what_comes_out_goes_in_again(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        world.good(Kind::Transactions, TRANSACTIONS).await;
        world.good(Kind::Partners, "partner_key,name,group\np3,@three,affiliates\n").await;
        world.good(Kind::Customers, "customer_key,name\nc4,=1+1\n").await;
        for (noun, kind) in
            [(Noun::Partners, Kind::Partners), (Noun::Customers, Kind::Customers), (Noun::Transactions, Kind::Transactions)]
        {
            for format in [Format::Csv, Format::SpreadsheetCsv] {
                let mut text = Vec::new();
                let mut export = Export::begin(db.read(), world.company, noun, format).await.unwrap();
                while let Some(piece) = export.next_piece(db.read()).await.unwrap() {
                    text.extend(piece);
                }
                let report = world.try_import(kind, &text, Options::default()).await.unwrap();
                assert_eq!((report.errors.len(), report.created + report.changed), (0, 0), "{kind:?} {format:?}: {report:?}");
                assert_eq!(report.ignored.is_empty(), format == Format::Csv, "{:?}", report.ignored);
            }
        }
        for kind in Kind::ALL {
            let template = kind.template();
            let tried = world.try_import(kind, template.as_bytes(), dry()).await.unwrap();
            assert_eq!(tried.read, 1, "{kind:?}");
        }
    }

    async fn new_keys_have_one_spelling(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let says = "“cafe\u{301}” must be written “café” in Unicode's ordinary characters, so that no two keys look alike";
        for (kind, column, file) in [
            (Kind::Partners, "partner_key", "partner_key,group\ncafe\u{301},affiliates\n"),
            (Kind::Customers, "customer_key", "customer_key\ncafe\u{301}\n"),
            (Kind::Transactions, "key", "key,customer_key,amount,currency,occurred_at\ncafe\u{301},c1,1.00,USD,2026-02-01T10:00:00Z\n"),
            (
                Kind::Transactions,
                "product_key",
                "key,customer_key,amount,currency,occurred_at,product_key\nt8,c1,1.00,USD,2026-02-01T10:00:00Z,cafe\u{301}\n",
            ),
            (Kind::Rewards, "key", "partner_key,amount,currency,description,key\np1,1.00,USD,Talk,cafe\u{301}\n"),
        ] {
            assert_eq!(world.bad(kind, file.as_bytes()).await, [format!("row 2, {column}: {says}")]);
            assert_eq!(world.good(kind, &file.replace("cafe\u{301}", "café")).await, "1/0/0");
        }
        // One that an earlier version took is found as it is.
        let old = customers::Entity::update_many()
            .col_expr(customers::Column::CustomerKey, Expr::value("c\u{327}2"))
            .filter(customers::Column::CustomerKey.eq("c2"));
        old.exec(db.read()).await.unwrap();
        assert_eq!(world.good(Kind::Customers, "customer_key,name\nc\u{327}2,Cedilla\n").await, "0/1/0");
        let sale = "key,customer_key,amount,currency,occurred_at\nt9,c\u{327}2,1.00,USD,2026-02-01T10:00:00Z\n";
        assert_eq!(world.good(Kind::Transactions, sale).await, "1/0/0");
        let old = transactions::Entity::update_many()
            .col_expr(transactions::Column::ProductKey, Expr::value("cafe\u{301}"))
            .filter(transactions::Column::Key.eq("t8"));
        old.exec(db.read()).await.unwrap();
        let same = "key,customer_key,amount,currency,occurred_at,product_key\nt8,c1,1.00,USD,2026-02-01T10:00:00Z,cafe\u{301}\n";
        assert_eq!(world.good(Kind::Transactions, same).await, "0/0/1");
    }

    async fn no_partner_from_then_on(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        assert_eq!(world.good(Kind::Attributions, "customer_key,partner_key,from\nc1,none,2026-02-01T00:00:00Z\nc2,-,2026-02-01T00:00:00Z\n").await, "0/2/0");
        assert_eq!(world.customer_row("c1").await.partnership_id, None);
        assert_eq!(world.customer_row("c2").await.partnership_id, None);
        for key in ["none", "-"] {
            let errors = world.bad(Kind::Partners, format!("partner_key,group\n{key},affiliates\n").as_bytes()).await;
            assert!(errors[0].contains("means no partner in files"), "{errors:?}");
        }
        data::partners::rename_key(db, "northwind", "p1", "p-one", BY).await.unwrap();
        assert_eq!(world.partnership("p-one").await.name, "Partner One");
        assert!(data::partners::rename_key(db, "northwind", "p2", "p-one", BY).await.is_err());
        assert!(data::partners::rename_key(db, "northwind", "p2", "none", BY).await.is_err());
        // The log goes on speaking of the old keys, and one of them may be given to somebody else.
        let one = world.partnership("p-one").await.id;
        data::partners::set_status(db, world.company, one, domain::states::PartnershipStatus::Archived, BY, world.now).await.unwrap();
        data::partners::rename_key(db, "northwind", "p-one", "p-uno", BY).await.unwrap();
        data::partners::rename_key(db, "northwind", "p-uno", "p-1", BY).await.unwrap();
        world.prove().await;
        assert_eq!(world.good(Kind::Partners, "partner_key,group\np-one,affiliates\n").await, "1/0/0");
        world.prove().await;
    }

    /// A partner with a key that means "no partner" stops the way up, in words that say what to do.
    async fn a_reserved_key_is_given_up_first(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let before = db.begin().await.unwrap();
        for table in ["import_rewards", "import_faults", "import_chunks", "imports"] {
            before.execute_unprepared(&format!("DROP TABLE {table}")).await.unwrap();
        }
        for sql in [
            "DROP INDEX ix_transactions_import",
            "ALTER TABLE transactions DROP COLUMN import_id",
            "DROP INDEX ix_voids_import_void",
            "ALTER TABLE voids DROP COLUMN import_void_id",
            "DELETE FROM seaql_migrations WHERE version IN ('m0009_imports', 'm0015_import_voids')",
        ] {
            before.execute_unprepared(sql).await.unwrap();
        }
        before.execute_unprepared("UPDATE partnerships SET partner_key = '-' WHERE partner_key = 'p2'").await.unwrap();
        before.commit().await.unwrap();
        let stopped = crate::migrations::migrate(db).await.unwrap_err().to_string();
        assert!(stopped.contains("tributary partner rename-key - NEW --company northwind"), "{stopped}");
        data::partners::rename_key(db, "northwind", "-", "p-two", BY).await.unwrap();
        crate::migrations::migrate(db).await.unwrap();
        assert_eq!(world.partnership("p-two").await.name, "Bo Ek");
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
