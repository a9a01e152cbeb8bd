//! Forms whose values somebody else changed meanwhile.

use axum::http::StatusCode;
use exchange::imports::Kind;

use super::{PROFILE, SAVE, changes, profile, send};
use crate::harness::{TestApp, hidden};
use crate::on_both;

on_both! {
    async fn two_people_editing_the_same_are_told_of_each_other(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let (first, second) = (profile(&app, &owner, "1").await, profile(&app, &owner, "2").await);
        send(&app, SAVE, "/settings", &format!("{first}&iban=DE89370400440532013000"), Some(&owner)).await;
        assert_eq!(changes(&app).await, 1);
        assert_eq!(app.call(SAVE, &second, Some(&owner)).await.status, StatusCode::CONFLICT);
        send(&app, SAVE, "/settings", &second, Some(&owner)).await;
        assert_eq!(changes(&app).await, 1, "the account is not put back");
        let page = app.get("/settings", Some(&owner)).await.body;
        assert!(page.contains("IBAN is now “DE89370400440532013000”") && page.contains("value=\"2\""), "{page}");
        // Having seen it, they may.
        let (token, seen) = (hidden(&page, SAVE, "form_token"), hidden(&page, SAVE, "seen"));
        send(&app, SAVE, "/settings", &format!("{PROFILE}&fee_percent=2&seen={seen}&form_token={token}"), Some(&owner)).await;
        assert_eq!(changes(&app).await, 2);

        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        app.import(Kind::Customers, "customer_key,name,email,partner_key,created_at\nc-1,Carla,,acme,2026-01-05T10:00:00Z\n").await;
        for (page, path, form, change) in [
            ("/partners/acme/edit", "/rpc/partners/save", "key=acme&settlement_days=3", "payout_account=DE89370400440532013000"),
            ("/customers/c-1/edit", "/rpc/customers/save", "key=c-1", "email=carla%40example.com"),
        ] {
            let seen = hidden(&app.get(page, Some(&owner)).await.body, path, "seen");
            let saved = app.call(path, &format!("{form}&name=One&{change}&seen={seen}"), Some(&owner)).await;
            assert_eq!(saved.status, StatusCode::OK, "{path}: {}", saved.body);
            let stale = app.call(path, &format!("{form}&name=Two&seen={seen}"), Some(&owner)).await;
            assert_eq!(stale.status, StatusCode::CONFLICT, "{path}: {}", stale.body);
            assert!(stale.body.contains("is now"), "{}", stale.body);
        }
        // A change of attribution that would do something else by now than what was shown.
        const CHANGE: &str = "/rpc/customers/attribution";
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nbolt,Bolt,,,,affiliates\n").await;
        let shown = app.get("/customers/c-1/attribution?partner=bolt&from=2026-01-10T10%3A00", Some(&owner)).await.body;
        let form = format!("key=c-1&partner=bolt&from=2026-01-10T10%3A00&reason=Mistake&seen={}", hidden(&shown, CHANGE, "seen"));
        let sale = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\ns-1,c-1,9.00,USD,2026-02-01T10:00:00Z,,,\n";
        app.import(Kind::Transactions, sale).await;
        let stale = app.call(CHANGE, &form, Some(&owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("Show it again"), "{}", stale.body);
        let shown = app.get("/customers/c-1/attribution?partner=bolt&from=2026-01-10T10%3A00", Some(&owner)).await.body;
        let form = format!("key=c-1&partner=bolt&from=2026-01-10T10%3A00&reason=Mistake&seen={}", hidden(&shown, CHANGE, "seen"));
        let changed = app.call(CHANGE, &form, Some(&owner)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        // Taking it back too; "Undo" beside what was just done has seen it.
        const UNDO: &str = "/rpc/customers/undo-attribution";
        let undo = serde_json::from_str::<app::forms::Done>(&changed.body).unwrap().undo.unwrap();
        let form: Vec<String> = undo.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let sale = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\ns-2,c-1,9.00,USD,2026-02-02T10:00:00Z,,,\n";
        app.import(Kind::Transactions, sale).await;
        let stale = app.call(UNDO, &form.join("&"), Some(&owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("Show it again"), "{}", stale.body);
        let shown = app.get(&format!("/customers/c-1/attribution?undo={}", undo.fields[1].1), Some(&owner)).await.body;
        let form = format!("key=c-1&change={}&seen={}", undo.fields[1].1, hidden(&shown, UNDO, "seen"));
        let undone = app.call(UNDO, &form, Some(&owner)).await;
        assert_eq!(undone.status, StatusCode::OK, "{}", undone.body);
        // A void whose sale has a refund by now, though neither earned anything.
        const VOID: &str = "/rpc/customers/void";
        let void = async || {
            let shown = app.get("/customers/c-1/void?transaction=s-1", Some(&owner)).await.body;
            format!("customer_key=c-1&transaction=s-1&reason=Mistake&seen={}", hidden(&shown, VOID, "seen"))
        };
        let form = void().await;
        let refund = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\nr-1,c-1,-1.00,USD,2026-02-03T10:00:00Z,,,s-1\n";
        app.import(Kind::Transactions, refund).await;
        let stale = app.call(VOID, &form, Some(&owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("Show it again"), "{}", stale.body);
        let voided = app.call(VOID, &void().await, Some(&owner)).await;
        assert_eq!(voided.status, StatusCode::OK, "{}", voided.body);
        let undo = serde_json::from_str::<app::forms::Done>(&voided.body).unwrap().undo.unwrap();
        let form: Vec<String> = undo.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let stale = app.call(&undo.action, &form.join("&").replace("seen=", "seen=x"), Some(&owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("Show it again"), "{}", stale.body);
        let undone = app.call(&undo.action, &form.join("&"), Some(&owner)).await;
        assert_eq!(undone.status, StatusCode::OK, "{}", undone.body);

        const PUBLISH: &str = "/rpc/offers/publish";
        let seen = hidden(&app.get("/offers/affiliates-2026/version", Some(&owner)).await.body, PUBLISH, "seen");
        let offer = |percent: u32| {
            format!(
                "key=affiliates-2026&group=affiliates&description=Other&seen={seen}&triggers%5B0%5D%5Bkey%5D=sale\
                 &triggers%5B0%5D%5Bevent%5D=transaction&triggers%5B0%5D%5Bpercent%5D={percent}"
            )
        };
        let published = app.call(PUBLISH, &offer(30), Some(&owner)).await;
        assert_eq!(published.status, StatusCode::OK, "{}", published.body);
        let stale = app.call(PUBLISH, &offer(40), Some(&owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("version 2 of this offer"), "{}", stale.body);
        let taken = app.call(PUBLISH, &offer(40).replace(&format!("seen={seen}"), "seen=0"), Some(&owner)).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", taken.body);
    }

    async fn a_refused_form_has_seen_only_what_its_own_page_showed(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        app.import(Kind::Customers, "customer_key,name,email,partner_key,created_at\nc-1,Carla,,acme,2026-01-05T10:00:00Z\n").await;
        const OFFER: &str = "key=affiliates-2026&group=affiliates&triggers%5B0%5D%5Bkey%5D=sale&triggers%5B0%5D%5Bevent%5D=transaction";
        const PERCENT: &str = "&triggers%5B0%5D%5Bpercent%5D=";
        let offer = |words: &str, percent: &str| format!("description={words}{PERCENT}{percent}");
        for (page, path, form, wrong, other, right) in [
            ("/settings", SAVE, PROFILE, "fee_percent=much".into(), "iban=DE89370400440532013000".into(), "fee_percent=2".to_owned()),
            (
                "/partners/acme/edit",
                "/rpc/partners/save",
                "key=acme&settlement_days=3&name=Acme",
                "email=nowhere".into(),
                "payout_account=DE89370400440532013000".into(),
                "email=acme%40example.com".into(),
            ),
            (
                "/customers/c-1/edit",
                "/rpc/customers/save",
                "key=c-1",
                "name=One&email=nowhere".into(),
                "name=Two".into(),
                "name=One&email=c%40example.com".into(),
            ),
            ("/offers/affiliates-2026/version", "/rpc/offers/publish", OFFER, offer("One", "much"), offer("Two", "30"), offer("One", "40")),
        ] {
            let seen = hidden(&app.get(page, Some(&owner)).await.body, path, "seen");
            send(&app, path, page, &format!("{form}&seen={seen}&{wrong}"), Some(&owner)).await;
            let changed = app.call(path, &format!("{form}&seen={seen}&{other}"), Some(&owner)).await;
            assert_eq!(changed.status, StatusCode::OK, "{path}: {}", changed.body);
            let back = app.get(page, Some(&owner)).await.body;
            assert!(back.contains("Please check"), "{path}: {back}");
            assert_eq!(hidden(&back, path, "seen"), seen, "{path}");
            send(&app, path, page, &format!("{form}&seen={seen}&{right}"), Some(&owner)).await;
            let told = app.get(page, Some(&owner)).await.body;
            assert!(told.contains("while you were editing it"), "{path}: {told}");
            let named = hidden(&told, path, "seen");
            assert_ne!(named, seen, "{path}");
            let replaced = app.call(path, &format!("{form}&seen={named}&{right}"), Some(&owner)).await;
            assert_eq!(replaced.status, StatusCode::OK, "{path}: {}", replaced.body);
            // A form that says nothing of it has seen nothing.
            let blind = app.call(path, &format!("{form}&seen=&{other}"), Some(&owner)).await;
            assert!(blind.status.is_client_error(), "{path}: {}", blind.body);
        }
    }
}
