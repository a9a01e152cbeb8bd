//! Forms as the browser sends them by itself: refused, repeated, sent after the session has ended; and files.

use app::AppError;
use app::forms::Done;
use app::server_fns::session::GetViewer;
use app::wire::{BUILD_HEADER, PACKED, Packed};
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, REFERER};
use axum::http::{Method, StatusCode};
use data::store::entities::audit;
use domain::states::CompanyRole;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use views::session::Viewer;

use server::edge::assets::Assets;

use crate::harness::{Answer, PASSWORD, PLACE, TestApp, hidden, request};
use crate::on_both;

mod conflicts;
mod uploads;

pub use uploads::{multipart, upload, upload_of};

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
        // A sum of the bytes comes behind what earlier versions read.
        assert!(old.body.starts_with("\u{101}\u{100}"), "{}", old.body);
        assert_eq!(old.body.parse::<Packed>().unwrap().open::<Result<Viewer, AppError>>(), Ok(Err(AppError::Outdated)));
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
