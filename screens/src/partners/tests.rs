#![allow(clippy::unwrap_used)]

use data::act::{Act, Actor};
use domain::Instant;
use domain::list_query::ListQuery;
use domain::page::Count;
use domain::states::{CompanyRole, PartnershipStatus};

use super::*;
use data::fixture::northwind;
use data::network::partners::{NewPartner, PartnerChange};
use data::on_both;
use data::testing::TestDb;

const DAY: i64 = Instant::DAY_MS;
const NOW: Instant = Instant(1_775_000_000_000);

/// Three partners in two groups, each joined a day after the other.
async fn programme(db: &TestDb) -> companies::Model {
    let (company, _) = northwind(db, "America/New_York", &[("affiliates", "Affiliates"), ("agencies", "Agencies")], NOW).await;
    let partner = |key: &str, name: &str, email: &str, group: &str, tags: &[&str]| NewPartner {
        partner_key: key.into(),
        name: name.into(),
        email: email.into(),
        group: group.into(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Default::default()
    };
    let inputs = [
        partner("ada-7", "The Ada O'Neil Review", "ada@oneil.example", "agencies", &["VIP", "press"]),
        partner("bluebird", "bluebird media", "Hello@Bluebird.example", "affiliates", &[]),
        partner("carl", "Carl Ångström", "carl@studio.example", "agencies", &["vip"]),
    ];
    for (at, input) in inputs.iter().enumerate() {
        let joined = Instant(NOW.0 + DAY * i64::try_from(at).unwrap());
        data::network::partners::create(db, &Act::named(company, "test", joined), input).await.unwrap();
    }
    data::programme::companies::get(db.read(), company).await.unwrap()
}

fn query(search: &str, sort: &str, filters: &[(&str, &str)]) -> ListQuery {
    let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListQuery { search: search.into(), sort: sort.into(), page: String::new(), filters }
}

async fn keys(db: &TestDb, company: &companies::Model, query: &ListQuery) -> Vec<String> {
    list(db, company, query).await.unwrap().page.rows.into_iter().map(|row| row.key).collect()
}

on_both! {
    async fn partners_are_found_by_the_beginnings_of_their_words(db: &TestDb) {
        let company = programme(db).await;
        for (typed, expected) in [
            ("ada", vec!["ada-7"]), ("ADA rev", vec!["ada-7"]), ("neil", vec!["ada-7"]), ("o'n", vec!["ada-7"]),
            ("hello@blue", vec!["bluebird"]), ("bluebird.example", vec!["bluebird"]), ("media", vec!["bluebird"]),
            ("ångs", vec!["carl"]), ("7", vec!["ada-7"]), ("ada media", vec![]), ("dia", vec![]), ("100%", vec![]),
            ("  ", vec!["ada-7", "bluebird", "carl"]), ("example", vec![]),
        ] {
            assert_eq!(keys(db, &company, &query(typed, "joined", &[])).await, expected, "{typed}");
        }
    }

    async fn a_changed_name_is_found_and_the_old_one_is_not(db: &TestDb) {
        let company = programme(db).await;
        let id = data::network::partners::find_by_key(db.read(), company.id, "carl").await.unwrap().id;
        let change = PartnerChange { name: Some("Zebra Works".into()), tags: Some(vec!["new".into()]), ..Default::default() };
        data::network::partners::update(db, &Act::named(company.id, "test", NOW), id, &change).await.unwrap();
        assert_eq!(keys(db, &company, &query("zebra", "", &[])).await, ["carl"]);
        assert_eq!(keys(db, &company, &query("ångström", "", &[])).await, Vec::<String>::new());
        assert_eq!(list(db, &company, &query("", "", &[])).await.unwrap().tags, ["new", "press", "vip"]);
    }

    async fn every_column_sorts_both_ways(db: &TestDb) {
        let company = programme(db).await;
        for sort in data::network::list::SORTS {
            let ascending = keys(db, &company, &query("", sort, &[])).await;
            let mut descending = keys(db, &company, &query("", &format!("-{sort}"), &[])).await;
            descending.reverse();
            assert_eq!(ascending, descending, "{sort}");
            assert_eq!(ascending.len(), 3);
        }
        assert_eq!(keys(db, &company, &query("", "name", &[])).await, ["bluebird", "carl", "ada-7"]);
        assert_eq!(keys(db, &company, &query("", "group", &[])).await, ["bluebird", "ada-7", "carl"]);
        assert_eq!(keys(db, &company, &query("", "-joined", &[])).await, ["carl", "bluebird", "ada-7"]);
    }

    async fn filters_narrow_the_list_and_its_totals(db: &TestDb) {
        let company = programme(db).await;
        let id = data::network::partners::find_by_key(db.read(), company.id, "carl").await.unwrap().id;
        data::network::partners::set_status(db, &Act::named(company.id, "test", NOW), id, PartnershipStatus::Archived).await.unwrap();
        type Filters = &'static [(&'static str, &'static str)];
        let cases: [(Filters, &[&str]); 8] = [
            (&[("group", "agencies")], &["ada-7", "carl"]),
            (&[("group", "nobody")], &[]),
            (&[("status", "archived")], &["carl"]),
            (&[("tag", "vip")], &["ada-7", "carl"]),
            (&[("tag", "VIP"), ("status", "approved")], &["ada-7"]),
            (&[("held", "yes")], &[]),
            // 1 April in New York is when the first one joined.
            (&[("to", "2026-03-31")], &["ada-7"]),
            (&[("from", "2026-04-01"), ("to", "2026-04-01")], &["bluebird"]),
        ];
        for (filters, expected) in cases {
            let found = list(db, &company, &query("", "joined", filters)).await.unwrap();
            let found_keys: Vec<&str> = found.page.rows.iter().map(|row| row.key.as_str()).collect();
            assert_eq!(found_keys, expected, "{filters:?}");
            assert_eq!(found.count, Count::Exactly(u32::try_from(expected.len()).unwrap()));
            assert_eq!(found.totals.unwrap().signups, 0);
            assert!(!found.empty);
        }
    }

    async fn the_longest_names_and_many_tags_are_kept_and_found(db: &TestDb) {
        let company = programme(db).await;
        // Letters of four bytes each that no compression makes short.
        let long = |seed: u32, length: u32| -> String {
            (0..length).map(|at| char::from_u32(0x2_0000 + at.wrapping_mul(seed) % 40_000).unwrap()).collect()
        };
        let input = NewPartner {
            partner_key: long(7_919, 255),
            name: long(104_729, 200),
            email: "long@partners.example".into(),
            group: "affiliates".into(),
            tags: (1..40).map(|seed| long(seed * 31, 100)).collect(),
            ..Default::default()
        };
        data::network::partners::create(db, &Act::named(company.id, "test", NOW), &input).await.unwrap();
        for sort in ["name", "owner", "-revenue"] {
            let tagged = query("", sort, &[("tag", input.tags[3].as_str())]);
            assert_eq!(keys(db, &company, &tagged).await, std::slice::from_ref(&input.partner_key));
        }
        assert_eq!(keys(db, &company, &query(&input.name, "name", &[])).await, [input.partner_key]);
    }

    async fn another_companys_partners_are_out_of_reach(db: &TestDb) {
        let company = programme(db).await;
        let profile = data::programme::companies::Profile {
            name: Some("Other".into()), timezone: Some("UTC".into()), currency: Some("EUR".into()), ..Default::default()
        };
        let other = data::programme::companies::create(db, "other", &profile, Actor::Named("test"), NOW).await.unwrap();
        let other = data::programme::companies::get(db.read(), other).await.unwrap();
        let found = list(db, &other, &query("ada", "", &[])).await.unwrap();
        assert!(found.empty && found.page.rows.is_empty() && found.tags.is_empty() && found.groups.is_empty());
        assert!(matches!(detail::head(db, &other, CompanyRole::Owner, "ada-7").await, Err(data::Error::NotFound(_))));
        assert!(matches!(detail::overview(db, &other, "ada-7", NOW).await, Err(data::Error::NotFound(_))));
        let head = detail::head(db, &company, CompanyRole::ReadOnly, "ada-7").await.unwrap();
        assert_eq!((head.tags.join(" "), head.may_manage), ("VIP press".to_owned(), false));
    }
}
