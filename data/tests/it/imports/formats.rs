//! Files as programs, spreadsheets and our own exports write them.

use std::io::Read;

use domain::money::Decimals;
use exchange::exports::{Export, Format, Noun};
use exchange::imports::{Delimiter, Encoding, Told};

use super::*;

on_both! {
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
}
