//! What an invoice's page tells of its payouts.

use data::act::Act;
use data::billing::payouts::{Shown, confirm, mark_failed, mark_returned, retry};
use data::on_both;
use data::programme::companies;
use domain::list_query::ListQuery;
use domain::states::ProviderKind;
use screens::invoices::detail;

use crate::books::Books;

const NUMBER: &str = "NORTHWIND-0001";

/// The entries after the charge, the oldest first: when, who, what, and why.
async fn told(books: &Books<'_>) -> Vec<String> {
    let company = books.company().await;
    let invoice = detail(books.db, &company, NUMBER, &ListQuery::default(), books.now().await).await.unwrap();
    let entries = invoice.history.into_iter().rev().skip_while(|entry| !entry.what.starts_with("charged it")).skip(1);
    entries.map(|entry| format!("{}, {} {}; {}", entry.when, entry.author, entry.what, entry.detail)).collect()
}

async fn payout_of(books: &Books<'_>, minor: i64) -> data::store::entities::payouts::Model {
    books.payouts(NUMBER).await.into_iter().find(|payout| payout.amount == minor).unwrap()
}

on_both! {
    async fn payouts_are_told_with_who_when_and_why(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
        let profile = companies::Profile { payout_provider: Some(ProviderKind::Manual), ..companies::Profile::default() };
        companies::update(db, &Act::named(books.company_id, "test", books.now().await), &profile).await.unwrap();
        for (key, minor) in [("ada", 1000), ("bo", 2000), ("zoe", 3000)] {
            let partner = books.partner(key).await;
            books.reward(partner, minor, "USD").await;
        }
        books.until("2026-04-10T10:00:00Z").await;
        assert_eq!(told(&books).await, [""; 0]);
        let id = books.company_id;
        let zoe = payout_of(&books, 3000).await.attempt().unwrap();
        mark_failed(db, &Act::named(id, "olga", books.now().await), zoe, "no account").await.unwrap();
        books.until("2026-04-11T10:00:00Z").await;
        let attempts = vec![payout_of(&books, 1000).await.attempt().unwrap(), payout_of(&books, 2000).await.attempt().unwrap()];
        confirm(db, &Act::named(id, "olga", books.now().await), &Shown { attempts, total: Some(3000) }).await.unwrap();
        let first = ["10 Apr 2026, 12:00, olga recorded that the payout to zoe, $30.00 failed; no account".to_owned()];
        let together = ["11 Apr 2026, 12:00, olga paid 2 partners, $30.00; ".to_owned()];
        assert_eq!(told(&books).await, [&first[..], &together[..]].concat());

        books.until("2026-04-12T10:00:00Z").await;
        let bo = payout_of(&books, 2000).await.attempt().unwrap();
        let on = "2026-04-11".parse().unwrap();
        mark_returned(db, &Act::named(id, "olga", books.now().await), bo, on, "account closed").await.unwrap();
        books.until("2026-04-13T10:00:00Z").await;
        retry(db, &Act::named(id, "olga", books.now().await), bo).await.unwrap();
        books.until("2026-04-14T10:00:00Z").await;
        let again = vec![payout_of(&books, 2000).await.attempt().unwrap()];
        confirm(db, &Act::named(id, "bea", books.now().await), &Shown { attempts: again, total: None }).await.unwrap();
        let told = told(&books).await;
        assert!(told.contains(&"11 Apr 2026, 12:00, olga paid ada, $10.00; ".to_owned()), "{told:#?}");
        assert!(told.contains(&"11 Apr 2026, 12:00, olga paid bo, $20.00; ".to_owned()), "{told:#?}");
        assert_eq!(
            told[told.len() - 3..],
            [
                "12 Apr 2026, 12:00, olga recorded that the bank returned the payout to bo, $20.00; on 11 Apr 2026: account closed",
                "13 Apr 2026, 12:00, olga had the payout to bo, $20.00 sent again; ",
                "14 Apr 2026, 12:00, bea paid bo, $20.00 again; ",
            ]
        );
        books.prove().await;
    }

    async fn money_on_its_way_is_told_too(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 3).await;
        books.reward(ada, 1000, "USD").await;
        books.until("2026-04-20T00:00:00Z").await;
        let told = told(&books).await;
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told[0].contains("Tributary sent the payout to ada, $10.00; "), "{told:#?}");
        assert_eq!(told[1], "11 Apr 2026, 00:00, Tributary paid ada, $10.00; ");
    }
}
