//! A question has the same answer in every list, in every file and in the search over everything, however its letters are written.

use data::act::Act;
use std::collections::BTreeSet;

use data::network::partners::NewPartner;
use data::on_both;
use data::sales::customers::NewCustomer;
use domain::list_query::ListQuery;
use exchange::exports::{Export, Noun};
use views::search::HitKind;

use crate::world::{BY, World};

/// What partners and customers are called; each has one sale.
const NAMES: [&str; 14] = [
    "50% off GmbH",
    r"C:\temp",
    "Zoë Ødegård",
    "Zoe\u{308} Nfd",
    "Straße Nord",
    "İstanbul Café",
    "O’Neil & Sons",
    "Łukasz Żółć",
    "uml_äut",
    "Acme Foods",
    "C# Consulting",
    "میخواهم",
    "株式会社",
    "Élan",
];

/// A question and how many of the names it finds.
const QUESTIONS: [(&str, usize); 22] = [
    ("%", 1),
    ("50%", 1),
    ("\\", 1),
    ("_", 1),
    ("#", 1),
    ("&", 1),
    ("ZOE ODEGARD", 1),
    ("zoë", 2),
    ("Zoe\u{308}", 2),
    ("strasse", 1),
    ("STRASSE", 1),
    ("istanbul", 1),
    ("CAFE", 1),
    ("o'neil", 1),
    ("O’NEIL", 1),
    ("lukasz zolc", 1),
    ("umlaut", 0),
    ("uml_aut", 1),
    ("uml%", 0),
    ("ac_e", 0),
    ("میخواهم", 1),
    ("elan", 1),
];

on_both! {
    async fn a_question_has_one_answer(db: &TestDb) {
        let world = World::new(db).await;
        for (number, name) in NAMES.iter().enumerate() {
            let (partner_key, customer_key) = (format!("pp{number}"), format!("cc{number}"));
            let partner = NewPartner { partner_key: partner_key.clone(), name: (*name).into(), group: "affiliates".into(), ..Default::default() };
            data::network::partners::create(db, &Act::named(world.company, BY, world.now), &partner).await.unwrap();
            let customer =
                NewCustomer { customer_key: customer_key.clone(), name: (*name).into(), partner_key: Some(partner_key), ..Default::default() };
            world.create(&customer).await.unwrap();
            world.sale(&format!("order{number}"), &customer_key, "100.00", "2026-03-05T12:00:00Z").await;
        }
        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        for (question, expected) in QUESTIONS {
            let query = ListQuery { search: question.to_owned(), ..ListQuery::default() };
            let partners = screens::partners::list(db, &company, &query).await.unwrap();
            let partners: BTreeSet<String> = partners.page.rows.into_iter().map(|row| row.key.replace("pp", "")).collect();
            assert_eq!(partners.len(), expected, "{question}: {partners:?}");
            let customers = screens::customers::list(db, &company, &query).await.unwrap();
            let customers: BTreeSet<String> = customers.page.rows.into_iter().map(|row| row.key.replace("cc", "")).collect();
            assert_eq!(customers, partners, "{question}");
            let rewards = screens::rewards::list(db, &company, &query, world.now).await.unwrap();
            let rewards: BTreeSet<String> = rewards.page.rows.into_iter().map(|row| row.partner_key.replace("pp", "")).collect();
            assert_eq!(rewards, partners, "{question}");
            for (noun, column) in [(Noun::Partners, "partner_key"), (Noun::Customers, "customer_key"), (Noun::Rewards, "partner_key")] {
                let mut export = Export::of_list(db.read(), world.company, noun, &query, world.now).await.unwrap();
                let mut bytes = Vec::new();
                while let Some(piece) = export.next_piece(db.read()).await.unwrap() {
                    bytes.extend(piece);
                }
                let mut reader = csv::Reader::from_reader(bytes.as_slice());
                let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
                let keys: BTreeSet<String> = reader.records().map(|row| row.unwrap()[at][2..].to_owned()).collect();
                assert_eq!(keys, partners, "{question} {}", noun.word());
            }
            let everything = screens::search::search(db, &company, question).await.unwrap();
            for kind in [HitKind::Partner, HitKind::Customer] {
                let hits = everything.groups.iter().find(|group| group.kind == kind).map_or(0, |group| group.hits.len());
                assert_eq!(hits, expected, "{question} {kind:?}");
            }
            assert_eq!(screens::partners::choices(db, world.company, question).await.unwrap().len(), expected, "{question}");
            assert_eq!(screens::customers::choices(db, world.company, question).await.unwrap().len(), expected, "{question}");
        }
        assert!(screens::search::search(db, &company, "z").await.unwrap().groups.is_empty());
    }

    async fn names_are_in_the_same_order_on_every_database(db: &TestDb) {
        let world = World::new(db).await;
        for (number, name) in ["Éa", "eb", "Z", "a-b", "a b", "ab", "Öl"].iter().enumerate() {
            let partner = NewPartner { partner_key: format!("k{number}"), name: (*name).into(), group: "affiliates".into(), ..Default::default() };
            data::network::partners::create(db, &Act::named(world.company, BY, world.now), &partner).await.unwrap();
        }
        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        let query = ListQuery { sort: "name".to_owned(), ..ListQuery::default() };
        let list = screens::partners::list(db, &company, &query).await.unwrap();
        let names: Vec<String> = list.page.rows.into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["a b", "a-b", "ab", "ada", "bob", "Éa", "eb", "Öl", "Z"]);
        if db.kind() == "PostgreSQL" {
            use sea_orm::{ConnectionTrait, Statement};
            let sql = "SELECT COUNT(*) FROM information_schema.columns WHERE table_name IN ('partnerships', 'customers') \
                       AND column_name IN ('search', 'email', 'partner_key') AND collation_name = 'C'";
            let statement = Statement::from_string(db.read().get_database_backend(), sql);
            let counted: i64 = db.read().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
            assert_eq!(counted, 5);
        }
    }

    async fn whoever_is_typed_in_full_is_found_and_several_are_named(db: &TestDb) {
        let world = World::new(db).await;
        for (key, name, email) in [("w1", "Wild Studio", "wild@one.example"), ("w2", "Lark Books", "lark@two.example"), ("w3", "lark books", "")] {
            let partner = NewPartner { partner_key: key.into(), name: name.into(), email: email.into(), group: "affiliates".into(), ..Default::default() };
            data::network::partners::create(db, &Act::named(world.company, BY, world.now), &partner).await.unwrap();
            let customer = NewCustomer { customer_key: format!("c-{key}"), name: name.into(), partner_key: Some(key.into()), ..Default::default() };
            world.create(&customer).await.unwrap();
        }
        let partner = async |typed: &str| data::lists::pick::partner_key(db.read(), world.company, "partner_key", typed).await;
        for (typed, key) in [("w1", "w1"), ("Wild Studio", "w1"), (" wild studio ", "w1"), ("WILD@one.example", "w1"), ("lark@two.example", "w2"), ("Wild", "Wild"), ("", "")] {
            assert_eq!(partner(typed).await.unwrap(), key, "{typed}");
        }
        let several = partner("Lark Books").await.unwrap_err().to_string();
        assert_eq!(several, "partner_key: Several partners match “Lark Books”: w2, w3. Write the key of the one you mean.");
        let customer = async |of: &str, typed: &str| data::lists::pick::customer_key(db.read(), world.company, of, "customer_key", typed).await;
        assert_eq!(customer("", "wild studio").await.unwrap(), "c-w1");
        assert_eq!(customer("w3", "Lark Books").await.unwrap(), "c-w3");
        assert!(customer("", "Lark Books").await.is_err());
    }
}
