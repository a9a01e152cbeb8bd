//! Forms as the browser sends them by itself: refused, repeated, sent after the session has ended; and files.

use app::AppError;
use app::forms::Done;
use app::server_fns::session::GetViewer;
use app::wire::{BUILD_HEADER, PACKED, Packed};
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, REFERER};
use axum::http::{Method, StatusCode};
use data::entities::{audit, transactions};
use data::imports::Kind;
use domain::states::CompanyRole;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use views::session::Viewer;

use server::edge::assets::Assets;

use crate::harness::{Answer, PASSWORD, PLACE, TestApp, hidden, request};
use crate::on_both;

const SAVE: &str = "/rpc/settings/save-profile";
const PROFILE: &str = "name=Northwind+Ltd&timezone=America/New_York&currency=USD&charge_provider=manual&payout_provider=manual\
                       &customer_visibility=name";

/// The profile's form as its page sends it, with another name and this fee.
async fn profile(app: &TestApp, owner: &str, fee: &str) -> String {
    let page = app.get("/settings", Some(owner)).await.body;
    let (token, seen) = (hidden(&page, SAVE, "form_token"), hidden(&page, SAVE, "seen"));
    format!("{PROFILE}&fee_percent={fee}&seen={seen}&form_token={token}")
}

async fn send(app: &TestApp, path: &str, from: &str, form: &str, cookie: Option<&str>) -> Answer {
    let request = request(Method::POST, path, cookie)
        .header("sec-fetch-site", "same-origin")
        .header(ACCEPT, "text/html,application/xhtml+xml")
        .header(REFERER, format!("http://tributary.test{from}"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    app.send(request.body(Body::from(app.signed(path, form, cookie).await)).unwrap()).await
}

async fn changes(app: &TestApp) -> u64 {
    audit::Entity::find().filter(audit::Column::Action.eq("company_changed")).count(app.db.read()).await.unwrap()
}

/// Sends the owner's form after their session has ended; answers with what the visitor keeps.
async fn strand(app: &TestApp) -> String {
    let owner = app.owner().await;
    let form = profile(app, &owner, "1").await;
    let answer = send(app, SAVE, "/settings", &form, None).await;
    assert_eq!(answer.location(), "/sign-in?next=/settings");
    assert_eq!(answer.cookie(), None, "a visitor has no session");
    answer.flash().unwrap()
}

/// Signs in from the page that a stranded form led to.
async fn sign_in(app: &TestApp, email: &str, visitor: &str) -> String {
    let form = format!("email={email}&password={PASSWORD}&next=/settings");
    let answer = send(app, "/rpc/session/sign-in", "/sign-in?next=/settings", &form, Some(visitor)).await;
    assert_eq!(answer.location(), "/settings");
    let person = answer.cookie().unwrap();
    assert_ne!(person, visitor, "a new session id");
    person
}

on_both! {
    async fn a_refused_form_comes_back_with_what_was_typed(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let answer = send(&app, SAVE, "/settings", &profile(&app, &owner, "much").await, Some(&owner)).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/settings"));
        let page = app.get("/settings", Some(&owner)).await.body;
        assert!(page.contains("error-summary") && page.contains("“much” is not a rate"), "says what is wrong");
        assert!(page.contains("value=\"Northwind Ltd\"") && page.contains("value=\"much\""), "keeps what was typed");
        assert!(page.contains("aria-invalid=\"true\""), "marks the field");
        let again = app.get("/settings", Some(&owner)).await.body;
        assert!(!again.contains("error-summary") && again.contains("value=\"Northwind\""), "only once");
        assert_eq!(changes(&app).await, 0);
    }

    async fn a_form_sent_twice_is_done_once_and_answered_alike(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let form = profile(&app, &owner, "1").await;
        for _ in 0..2 {
            let answer = send(&app, SAVE, "/settings", &form, Some(&owner)).await;
            assert_eq!(answer.location(), "/settings");
            assert!(app.get("/settings", Some(&owner)).await.body.contains("Saved 4 changes."), "the same answer");
        }
        assert_eq!(changes(&app).await, 1);
        send(&app, SAVE, "/settings", &profile(&app, &owner, "2").await, Some(&owner)).await;
        assert_eq!(changes(&app).await, 2, "from a page loaded since, it is another form");
    }

    async fn two_at_once_are_done_once(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let form = profile(&app, &owner, "1").await;
        let (one, two) = tokio::join!(send(&app, SAVE, "/settings", &form, Some(&owner)), send(&app, SAVE, "/settings", &form, Some(&owner)));
        assert_eq!((one.status, two.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        assert_eq!(changes(&app).await, 1);
    }

    async fn a_form_sent_after_the_session_ended_waits_for_the_sign_in(db: &TestDb) {
        let app = TestApp::new(db).await;
        let visitor = strand(&app).await;
        let page = app.get("/sign-in?next=/settings", Some(&visitor)).await.body;
        assert!(page.contains("You were signed out in the meantime"));

        let owner = sign_in(&app, "owner%40northwind.example", &visitor).await;
        let page = app.get("/settings", Some(&owner)).await.body;
        assert!(page.contains("value=\"Northwind Ltd\"") && page.contains("Look at it and send it again"));
        assert_eq!(changes(&app).await, 0);
    }

    async fn a_form_that_waits_is_shown_to_nobody_else(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user("other@northwind.example", CompanyRole::Admin).await;
        let visitor = strand(&app).await;
        let other = sign_in(&app, "other%40northwind.example", &visitor).await;
        let page = app.get("/settings", Some(&other)).await.body;
        assert!(!page.contains("Northwind Ltd") && !page.contains("signed out"), "what the owner typed");
        // It waits for the owner, on its own page.
        let owner = sign_in(&app, "owner%40northwind.example", &visitor).await;
        assert!(!app.get("/settings/audit", Some(&owner)).await.body.contains("Look at it and send it again"));
        assert!(app.get("/settings", Some(&owner)).await.body.contains("value=\"Northwind Ltd\""));
        assert!(!app.get("/settings", Some(&owner)).await.body.contains("value=\"Northwind Ltd\""), "once");
    }

    async fn a_form_of_somebody_else_is_not_sent(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let form = profile(&app, &owner, "1").await;
        let id = app.add_user("other@northwind.example", CompanyRole::Admin).await;
        let other = app.session_of(id).await;
        let answer = send(&app, SAVE, "/settings", &form, Some(&other)).await;
        assert_eq!(answer.location(), "/settings");
        let page = app.get("/settings", Some(&other)).await.body;
        assert!(page.contains("A form that somebody else filled in here was not sent") && !page.contains("Northwind Ltd"), "{page}");
        assert_eq!(changes(&app).await, 0);
        assert!(app.get("/settings", Some(&owner)).await.body.contains("value=\"Northwind Ltd\""));
    }

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

    async fn a_refusal_in_the_background_is_no_fault_of_the_page(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let form = profile(&app, &owner, "much").await;
        let answer = app.call(SAVE, &form, Some(&owner)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let quiet = request(Method::POST, SAVE, Some(&owner))
            .header("sec-fetch-site", "same-origin")
            .header(ACCEPT, PACKED)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let quiet = app.send(quiet.body(Body::from(app.signed(SAVE, &form, Some(&owner)).await)).unwrap()).await;
        assert_eq!((quiet.status, quiet.header("x-tributary-refused")), (StatusCode::OK, "422"));
        assert_eq!(quiet.header("content-type"), PACKED);
        let error: AppError = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(quiet.body.parse::<Packed>().unwrap().answer::<Done>(), Err(error));
    }

    async fn the_client_reads_packed_and_everybody_else_json(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        const VIEWER: &str = "/rpc/session/viewer";
        let json = app.call(VIEWER, &format!("place={PLACE}"), Some(&owner)).await;
        let viewer: Viewer = serde_json::from_str(&json.body).unwrap();
        let ask = |build: &str| {
            request(Method::POST, VIEWER, Some(&owner))
                .header("sec-fetch-site", "same-origin")
                .header(ACCEPT, PACKED)
                .header(CONTENT_TYPE, PACKED)
                .header(BUILD_HEADER, build)
                .body(Body::from(Packed::of(&GetViewer { place: PLACE.to_owned().into() }).to_string()))
                .unwrap()
        };
        let packed = app.send(ask(&Assets::embedded().client().company.wasm)).await;
        assert_eq!((packed.status, packed.header("content-type")), (StatusCode::OK, PACKED));
        assert_eq!(packed.body.parse::<Packed>().unwrap().answer::<Viewer>(), Ok(viewer));
        // A page from before an update is told so, in words that every build understands.
        let old = app.send(ask("/pkg/another.wasm")).await;
        assert_eq!((old.status, old.body.parse::<Packed>().unwrap().answer::<Viewer>()), (StatusCode::CONFLICT, Err(AppError::Outdated)));
        assert_eq!(old.body.chars().map(u32::from).collect::<Vec<_>>(), [0x101, 0x100]);
    }

    async fn nobody_is_sent_elsewhere(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.owner().await;
        for next in ["//evil.example", "https%3A%2F%2Fevil.example", "%2Fa%0d%0aSet-Cookie%3Ax", "%5Cevil"] {
            let form = format!("email=owner%40northwind.example&password={PASSWORD}&next={next}");
            let answer = send(&app, "/rpc/session/sign-in", "/sign-in", &form, None).await;
            assert_eq!(answer.location(), "/", "{next}");
        }
        assert_eq!(app.get("/rewards?status=pending", None).await.location(), "/sign-in?next=/rewards%3Fstatus%3Dpending");
    }
}

pub async fn upload(app: &TestApp, cookie: &str, kind: &str, name: &str, content: &str) -> Answer {
    let token = app.token("/upload/import", PLACE, Some(cookie)).await;
    app.send(upload_with(&token, cookie, kind, name, content)).await
}

/// What a browser sends of a file that somebody chose.
pub fn multipart(token: &str, kind: &str, name: &str, content: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"place\"\r\n\r\n{PLACE}\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n--edge\r\ncontent-disposition: form-data; \
         name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n{content}\r\n--edge--\r\n"
    )
}

fn upload_with(token: &str, cookie: &str, kind: &str, name: &str, content: &str) -> axum::http::Request<Body> {
    let body = multipart(token, kind, name, content);
    request(Method::POST, "/c/northwind/upload/import", Some(cookie))
        .header("sec-fetch-site", "same-origin")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .unwrap()
}

/// The value of the hidden field that names the file.
pub fn upload_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"upload\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// Waits for this person's work and wants it to stop all the while.
async fn stopping(app: &TestApp, cookie: &str, work: impl Future<Output = Answer>) {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            answer = &mut work => {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
                return;
            }
            stopped = app.call("/rpc/running/stop", "", Some(cookie)) => assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.body),
        }
    }
}

on_both! {
    async fn a_file_is_tried_before_it_is_imported(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let file = "partner_key,name,email,first_name,last_name,group\nbluebird,Bluebird Media,ada@bluebird.example,Ada,Moreau,affiliates\n\
                    kestrel,Kestrel,nobody,Jonas,Weber,nowhere\n";
        let answer = upload(&app, &owner, "partners", "partners.csv", file).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/c/northwind/settings/import"));
        let page = app.get("/settings/import", Some(&owner)).await.body;
        assert!(page.contains("partners.csv") && page.contains("Import the good row"), "{page}");
        assert!(page.contains("One row cannot be imported"));
        let partners = async || data::entities::partnerships::Entity::find().count(app.db.read()).await.unwrap();
        assert_eq!(partners().await, 0, "nothing is written yet");
        let waiting = app.spooled();
        assert_eq!(waiting.len(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&waiting[0]).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Another file takes its place.
        upload(&app, &owner, "partners", "partners.csv", file).await;
        assert_eq!(app.spooled().len(), 1);
        assert_ne!(app.spooled(), waiting);
        let page = app.get("/settings/import", Some(&owner)).await.body;

        let form = format!("upload={}&skip_bad=true", upload_of(&page));
        send(&app, "/rpc/imports/apply", "/settings/import", &form, Some(&owner)).await;
        let page = app.get("/settings/import", Some(&owner)).await.body;
        assert!(page.contains("Imported partners.csv: 1 new, 1 left out."));
        assert_eq!(partners().await, 1);
        let rest = app.get("/upload/import/rest.csv", Some(&owner)).await;
        assert!(rest.body.contains("kestrel") && !rest.body.contains("bluebird"), "{}", rest.body);
        assert_eq!(app.spooled().len(), 1, "only the rows that were left out are kept");

        let again = send(&app, "/rpc/imports/apply", "/settings/import", &form, Some(&owner)).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        assert!(app.get("/settings/import", Some(&owner)).await.body.contains("was imported already"));
    }

    async fn a_file_that_is_none_is_refused_in_words(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        upload(&app, &owner, "partners", "notes.txt", "this is not a table").await;
        assert!(app.get("/settings/import", Some(&owner)).await.body.contains("error-summary"));
        upload(&app, &owner, "pancakes", "partners.csv", "partner_key\n").await;
        assert!(app.get("/settings/import", Some(&owner)).await.body.contains("is not one of partners"));
        assert!(app.get("/upload/import/rest.csv", Some(&owner)).await.status == StatusCode::NOT_FOUND);
        let answer = upload(&app, "tributary=none", "partners", "partners.csv", "partner_key\n").await;
        assert_eq!(answer.location(), "/c/northwind/settings/import", "which leads a visitor to the sign-in page");
    }

    async fn one_file_waits_however_many_are_sent(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let file = |key: &str| format!("partner_key,name,email,first_name,last_name,group\n{key},One,,,,affiliates\n");
        let (one, two) = (file("one"), file("two"));
        tokio::join!(upload(&app, &owner, "partners", "one.csv", &one), upload(&app, &owner, "partners", "two.csv", &two));
        assert_eq!(app.spooled().len(), 1);
        let page = app.get("/settings/import", Some(&owner)).await.body;
        let waits = format!("{}.csv", upload_of(&page));
        assert_eq!(app.spooled()[0].file_name().unwrap().to_str().unwrap(), waits, "the file that the page shows");

        // What is wrong with the next file does not stand over this one.
        upload(&app, &owner, "partners", "notes.txt", "this is not a table").await;
        let page = app.get("/settings/import", Some(&owner)).await.body;
        assert!(page.contains("error-summary") && !page.contains("name=\"upload\""), "{page}");
        assert_eq!(app.spooled().len(), 0);
    }

    async fn what_is_said_about_a_file_is_bounded(db: &TestDb) {
        use data::entities::flashes;
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let columns = (0..100_000).map(|number| format!("column{number}")).collect::<Vec<_>>().join(",");
        upload(&app, &owner, "partners", "wide.csv", &format!("{columns}\n")).await;
        upload(&app, &owner, &"kind".repeat(1_000_000), "kind.csv", "partner_key\n").await;
        let kept = flashes::Entity::find().all(app.db.read()).await.unwrap();
        assert!(kept.len() == 1 && kept[0].content.len() < 100_000, "{}", kept[0].content.len());
        assert!(app.get("/settings/import", Some(&owner)).await.body.contains("error-summary"));
        assert_eq!(app.spooled().len(), 0);
    }

    async fn a_file_from_no_page_of_ours_is_not_read(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let file = "partner_key,name,email,first_name,last_name,group\none,One,,,,affiliates\n";
        for token in [String::new(), app.token("/rpc/imports/apply", PLACE, Some(&owner)).await] {
            app.send(upload_with(&token, &owner, "partners", "one.csv", file)).await;
            assert_eq!(app.spooled().len(), 0);
            assert!(app.get("/settings/import", Some(&owner)).await.body.contains("The file was not read"));
        }
    }

    async fn an_import_is_stopped_by_whom_it_is_for(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        app.import(Kind::Customers, "customer_key,name,email,partner_key,created_at\nc-1,,,acme,2026-01-05T10:00:00Z\n").await;
        let row = |number: u32| format!("s-{number},c-1,9.00,USD,2026-02-{:02}T10:00:00Z,,,\n", number % 28 + 1);
        let rows: String = (0..4_000).map(row).collect();
        let file = format!("key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n{rows}");
        let send = || upload(&app, &owner, "transactions", "sales.csv", &file);

        app.get("/settings/import", Some(&owner)).await;
        stopping(&app, &owner, send()).await;
        let page = app.get("/settings/import", Some(&owner)).await.body;
        assert!(page.contains("Stopped. Nothing was imported.") && !page.contains("name=\"upload\""), "{page}");
        assert_eq!(app.spooled().len(), 0);

        send().await;
        let page = app.get("/settings/import", Some(&owner)).await.body;
        let form = format!("upload={}", upload_of(&page));
        stopping(&app, &owner, app.post("/rpc/imports/apply", &form, Some(&owner))).await;
        let page = app.get("/settings/import", Some(&owner)).await.body;
        // The file waits for another decision.
        assert!(page.contains("Stopped. Nothing was imported.") && page.contains("Import 4,000 rows"), "{page}");
        assert_eq!(transactions::Entity::find().count(app.db.read()).await.unwrap(), 0);

        app.post("/rpc/imports/apply", &form, Some(&owner)).await;
        assert!(app.get("/settings/import", Some(&owner)).await.body.contains("Imported sales.csv: 4,000 new."));
        assert_eq!(transactions::Entity::find().count(app.db.read()).await.unwrap(), 4_000);
    }
}
