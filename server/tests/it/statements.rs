//! How many statements a page takes. More of them are more to wait for, and mostly the same row asked for once more.

use axum::http::StatusCode;

use crate::access::Crowd;
use crate::on_both;

/// Pages with something on them. A number that falls is written down here; one that rises says why. Receipts ask what was recorded after
/// them; an invoice in review asks how many of its rewards are new.
const COMPANY: [(&str, u32); 12] = [
    ("/c/northwind", 33),
    ("/c/northwind/partners", 14),
    ("/c/northwind/partners/acme", 22),
    ("/c/northwind/partners/acme/rewards", 22),
    ("/c/northwind/customers", 13),
    ("/c/northwind/customers/c-1", 38),
    ("/c/northwind/rewards?month=all", 21),
    ("/c/northwind/rewards/{reward}", 29),
    ("/c/northwind/invoices", 15),
    ("/c/northwind/invoices/{invoice}", 22),
    ("/c/northwind/offers", 13),
    ("/c/northwind/settings/audit", 10),
];
const PARTNER: [(&str, u32); 4] =
    [("/p/{acme}", 29), ("/p/{acme}/commissions", 22), ("/p/{acme}/commissions/{reward}", 24), ("/p/{acme}/payouts", 17)];

on_both! {
    async fn pages_take_no_more_statements_than_they_did(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let (owner, member) = (crowd.cookie_of_owner(), crowd.cookie_of_member());
        let mut found = Vec::new();
        for (pages, cookie) in [(&COMPANY[..], &owner), (&PARTNER[..], &member)] {
            for (page, expected) in pages {
                crowd.app.db.reads().take();
                let answer = crowd.app.get(&crowd.fill(page), Some(cookie)).await;
                assert_eq!(answer.status, StatusCode::OK, "{page}");
                let taken = crowd.app.db.reads().take();
                if taken != *expected {
                    found.push(format!("{page}: {taken}, not {expected}"));
                }
            }
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}
