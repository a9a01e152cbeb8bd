#![allow(clippy::unwrap_used)]

use data::act::Act;
use domain::states::AttributionSource;
use domain::{Currency, Instant, Money};

use super::*;
use data::fixture::northwind;
use data::network::partners::NewPartner;
use data::on_both;
use data::sales::customers::NewCustomer;
use data::sales::transactions::{Refund, Sale};
use data::testing::TestDb;
use domain::page::Count;

const NOW: Instant = Instant(1_775_000_000_000);

/// One partner with two customers, one of which bought and got a part back, and a test customer of nobody.
async fn programme(db: &TestDb) -> companies::Model {
    let (company, _) = northwind(db, "America/New_York", &[("all", "All")], NOW).await;
    let partner = NewPartner { partner_key: "ada".into(), name: "Ada Review".into(), ..Default::default() };
    data::network::partners::create(db, &Act::named(company, "test", NOW), &partner).await.unwrap();
    for (key, name, partner, test) in
        [("c1", "Acme Foods", Some("ada"), false), ("c2", "", Some("ada"), false), ("c3", "Trial", None, true)]
    {
        let customer = NewCustomer {
            customer_key: key.into(),
            name: name.into(),
            email: format!("{key}@acme.example"),
            partner_key: partner.map(str::to_owned),
            test,
            ..Default::default()
        };
        data::sales::customers::create(db, &Act::named(company, "test", NOW), &customer, AttributionSource::Manual).await.unwrap();
    }
    let usd = |minor| Money::new(minor, Currency::USD);
    let sale = Sale {
        key: "t1".into(),
        customer_key: "c1".into(),
        amount: usd(20_000),
        occurred_at: NOW,
        product_key: Some("team".into()),
        category_key: None,
    };
    data::sales::transactions::record(db, &Act::named(company, "test", NOW), &sale, AttributionSource::Manual).await.unwrap();
    let refund = Refund { key: "t2".into(), refund_of: "t1".into(), amount: usd(5_000), occurred_at: NOW.plus_ms(1) };
    data::sales::transactions::refund(db, &Act::named(company, "test", NOW.plus_ms(1)), &refund, AttributionSource::Manual).await.unwrap();
    data::programme::companies::get(db.read(), company).await.unwrap()
}

fn query(search: &str, filters: &[(&str, &str)]) -> ListQuery {
    let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListQuery { search: search.into(), sort: "email".into(), page: String::new(), filters }
}

on_both! {
    async fn customers_are_found_and_filtered(db: &TestDb) {
        let company = programme(db).await;
        for (search, filters, expected) in [
            ("", vec![], vec!["c1", "c2", "c3"]),
            ("acme fo", vec![], vec!["c1"]),
            ("c2@acme", vec![], vec!["c2"]),
            ("", vec![("partner", "ada")], vec!["c1", "c2"]),
            ("", vec![("partner", "nobody")], vec![]),
            ("", vec![("bought", "yes")], vec!["c1"]),
            ("", vec![("bought", "no"), ("test", "no")], vec!["c2"]),
            ("trial", vec![("test", "yes")], vec!["c3"]),
        ] {
            let found = list(db, &company, &query(search, &filters)).await.unwrap();
            let keys: Vec<&str> = found.page.rows.iter().map(|row| row.key.as_str()).collect();
            assert_eq!(keys, expected, "{search} {filters:?}");
        }
        let whole = list(db, &company, &query("", &[])).await.unwrap();
        assert_eq!((whole.count, whole.transactions), (Count::Exactly(3), Some(2)));
        assert_eq!(whole.page.rows[1].title, "c2@acme.example");
        assert_eq!(whole.page.rows[0].partner.as_ref().unwrap().label, "Ada Review");
    }

    async fn a_customers_page_says_why_for_every_transaction(db: &TestDb) {
        let company = programme(db).await;
        let customer = detail::detail(db, &company, "c1", &ListQuery::default()).await.unwrap();
        assert_eq!(customer.revenue, [Money::new(15_000, Currency::USD)]);
        assert!(customer.rewards.is_empty() && customer.rewards_total.is_empty());
        let lines: Vec<_> = customer.transactions.rows.iter().map(|row| (row.line.key.as_str(), row.line.refund_of.as_str())).collect();
        assert_eq!(lines, [("t2", "t1"), ("t1", "")]);
        assert_eq!(customer.transactions.rows[1].line.refunded, Money::new(5_000, Currency::USD));
        // No offer is in force, and each of them says so.
        for row in &customer.transactions.rows {
            assert_eq!(row.receipts.len(), 1);
            assert!(!row.line.why.is_empty());
        }
        // A decision knows the partner's key; the receipt has the name too.
        let receipts = customer.transactions.rows.iter().flat_map(|row| &row.receipts).chain(&customer.receipt);
        let partners: Vec<_> = receipts.flat_map(|receipt| &receipt.facts).filter(|fact| fact.label == "Partner").collect();
        assert_eq!(partners.len(), 3);
        assert!(partners.iter().all(|fact| (fact.value.as_str(), fact.note.as_str()) == ("Ada Review", "ada")));
        assert_eq!(customer.attributions.len(), 1);
        assert_eq!(customer.attributions[0].from, "the beginning");
        let forms = forms::forms(db, &company, "c1", "", NOW).await.unwrap();
        assert_eq!(forms.refundable[0].left, Money::new(15_000, Currency::USD));
        assert_eq!(&forms.currencies[..2], ["USD", "AED"]);
        let of = async |key: &str| forms::forms(db, &company, "c1", key, NOW).await.unwrap();
        assert_eq!((of("t1").await.chosen.as_str(), of("t1").await.refusal.as_str()), ("t1", ""));
        assert_eq!(of("t2").await.refusal, "t2 is a refund itself.");
        assert_eq!(of("t9").await.refusal, "There is no sale t9.");
    }
}
