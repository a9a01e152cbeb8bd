//! Bad rows are named, and what is wrong with them; a file of another kind is refused whole.

use super::*;
use crate::world::fault;

on_both! {
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
}
