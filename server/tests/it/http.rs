//! What every answer carries, and which requests are turned away.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use data::people::accounts::Place;
use data::store::entities::flashes;
use domain::states::PartnerRole;
use exchange::imports::Kind;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use crate::harness::{TestApp, request};
use crate::on_both;
use crate::testing::TestDb;

on_both! {
    async fn the_health_check_answers_without_a_session(db: &TestDb) {
        let app = TestApp::new(db).await;
        let answer = app.get("/health", None).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, r#"{"status":"ok","version":"0.1.0"}"#));
        assert_eq!(answer.set_cookie(), None);
    }

    /// Programs have no page that they come from, and read no page either.
    async fn a_program_is_answered_in_one_shape(db: &TestDb) {
        let app = TestApp::new(db).await;
        let ask = |method: Method, path: &str| Request::builder().method(method).uri(path).header("host", "tributary.test");
        for (method, path, status, code) in [
            (Method::POST, "/api/v1/transactions", StatusCode::NOT_FOUND, "not_found"),
            (Method::GET, "/api/v1/transactions?a=b", StatusCode::NOT_FOUND, "not_found"),
            (Method::DELETE, "/api/v1/customers/c-1", StatusCode::NOT_FOUND, "not_found"),
            (Method::GET, "/api/v1/customers/%00", StatusCode::BAD_REQUEST, "unreadable"),
        ] {
            let answer = app.send(ask(method, path).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, status, "{path}");
            let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body["error"]["code"], code, "{path}");
            assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
            assert_eq!(body["error"]["request_id"], answer.header("x-request-id"), "{path}");
            assert_eq!(answer.set_cookie(), None);
        }
        let large = ask(Method::POST, "/api/v1/transactions").header("content-length", 64 * 1024 * 1024);
        let answer = app.send(large.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.body.contains(r#""code":"too_large""#), "{}", answer.body);
        // Everywhere else a write must come from one of our pages.
        for path in ["/sign-out", "/rpc/session/sign-in", "/c/northwind/upload/import"] {
            let answer = app.send(ask(Method::POST, path).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let answer = app.send(ask(Method::POST, "/health").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn every_answer_tells_the_browser_to_be_careful(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        for (path, cookie) in [("/sign-in", None), ("/", Some(owner.as_str())), ("/health", None), ("/pkg/none.js", None), ("/nowhere", None)] {
            let answer = app.get(path, cookie).await;
            assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
            assert!(!answer.header("content-security-policy").contains("unsafe-inline"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        }
    }

    async fn a_page_allows_its_own_scripts_only(db: &TestDb) {
        let app = TestApp::new(db).await;
        let (first, second) = (app.get("/sign-in", None).await, app.get("/sign-in", None).await);
        assert_eq!(first.status, StatusCode::OK);
        let nonce = nonce_of(first.header("content-security-policy"));
        assert_ne!(nonce, nonce_of(second.header("content-security-policy")));
        let scripts: Vec<&str> =
            first.body.match_indices("<script").map(|(at, _)| &first.body[at..first.body[at..].find('>').unwrap() + at]).collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{script}");
        }
        assert!(!first.body.contains(" style=\""), "inline styles are refused by the policy");
    }
}

fn nonce_of(policy: &str) -> &str {
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    rest.split_once('\'').unwrap().0
}

on_both! {
    async fn writes_from_other_sites_change_nothing(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("x-nothing", "")]
        {
            for path in ["/sign-out", "/rpc/running/stop"] {
                let request = request(Method::POST, path, Some(&owner)).header(name, value).body(Body::empty()).unwrap();
                assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value} {path}");
            }
        }
        assert_eq!(app.get("/", Some(&owner)).await.status, StatusCode::OK, "still signed in");
        let same = request(Method::POST, "/sign-out", Some(&owner)).header("origin", "http://tributary.test").body(Body::empty()).unwrap();
        assert_eq!(app.send(same).await.location(), "/sign-in");
        assert_eq!(app.get("/", Some(&owner)).await.location(), "/sign-in");
    }

    async fn what_is_too_large_is_refused_in_words(db: &TestDb) {
        let app = TestApp::new(db).await;
        let large = vec![b'x'; 34 * 1024 * 1024];
        let request = request(Method::POST, "/rpc/session/sign-in", None)
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .header("content-length", large.len())
            .body(Body::from(large))
            .unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.body.contains("32 MB"), "{}", answer.body);
    }

    async fn what_is_not_there_says_so(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        assert_eq!(app.get("/no-such-page", Some(&owner)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get("/pkg/none.js", None).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get("/../../etc/passwd", Some(&owner)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get("/export/secrets.csv", Some(&owner)).await.status, StatusCode::NOT_FOUND);
    }

    async fn an_address_that_leads_nowhere_says_so_among_ones_own_pages(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        let acme = data::people::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let partner = app.add_user_at(Place::Partner(acme, PartnerRole::Owner), "ada@acme.example").await;
        let partner = app.session_of(partner).await;
        let (companys, partners) = ("href=\"/c/northwind/offers\"", "/commissions\"");
        for (path, cookie, shown, hidden) in [
            ("/nowhere", &owner, companys, partners),
            ("/rewards/none/at/all", &owner, companys, partners),
            ("/partner/nowhere", &partner, partners, companys),
            ("/partner/commissions/none/at/all", &partner, partners, companys),
            ("/nowhere", &partner, partners, companys),
        ] {
            let answer = app.get(path, Some(cookie)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.body.contains("This page doesn"), "{path}");
            assert!(answer.body.contains(shown) && !answer.body.contains(hidden), "{path}");
            assert_eq!(answer.body.matches("<main").count(), 1, "{path}");
        }
        for path in ["/sign-in/nowhere", "/c/nobody", "/c/nobody/partners", "/p/nobody/commissions", "/p/northwind"] {
            let answer = app.ask(path, Some(&owner)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.body.contains("This page doesn") && !answer.body.contains("<nav"), "{path}: {}", answer.body);
        }
        // Visitors are asked who they are, except where nobody is.
        assert_eq!(app.get("/partner/nowhere", None).await.location(), "/sign-in?next=/partner/nowhere");
        let answer = app.get("/sign-in/nowhere", None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.body.contains("This page doesn") && !answer.body.contains("<nav"), "{}", answer.body);
    }

    async fn an_unknown_action_is_not_found_in_the_shape_of_other_errors(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        const PATH: &str = "/rpc/partners/none";
        let json = app.call(PATH, "key=acme", Some(&owner)).await;
        let error: app::AppError = serde_json::from_str(&json.body).unwrap();
        assert_eq!((json.status, error), (StatusCode::NOT_FOUND, app::AppError::NotFound("This action".to_owned())));
        let visitor = app.call(PATH, "key=acme", None).await;
        assert_eq!((visitor.status, visitor.body), (json.status, json.body));
        let plain = app.post(PATH, "key=acme", Some(&owner)).await;
        assert_eq!((plain.status, plain.location()), (StatusCode::SEE_OTHER, "/c/northwind"));
        let told = flashes::Entity::find().one(app.db.read()).await.unwrap().unwrap().content;
        assert!(told.contains("NotFound") && !told.contains("Internal"), "{told}");
    }

    async fn request_ids_are_ours_unless_a_proxy_is_trusted(db: &TestDb) {
        let given = "0123456789abcdef";
        let ask = || request(Method::GET, "/health", None).header("x-request-id", given).body(Body::empty()).unwrap();
        let app = TestApp::new(db).await;
        assert_ne!(app.send(ask()).await.header("x-request-id"), given);
        let behind = TestApp::with(db, |config| server::config::Config { behind_proxy: 1, ..config }).await;
        assert_eq!(behind.send(ask()).await.header("x-request-id"), given);
    }
}

/// On a full disk a form is refused in words, the health check says why, and with space both go on. What was answered with
/// success is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_no_acknowledged_form_is_lost() {
    let db = TestDb::sqlite().await;
    let app = TestApp::new(&db).await;
    let owner = app.owner().await;
    // Without its table no trial succeeds, so that the health check goes on saying what it saw.
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared("ALTER TABLE write_trials RENAME TO away").await.unwrap();
    tx.commit().await.unwrap();
    let limit = async |pages: i64| {
        let tx = db.begin().await.unwrap();
        tx.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await.unwrap();
        tx.commit().await.unwrap();
    };
    // Before each form: what keeps an answer may be the first write without room, and a connection that failed is closed.
    let fill = async || {
        let tx = db.begin().await.unwrap();
        let pages = tx.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count")).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        limit(pages.try_get_by_index(0).unwrap()).await;
    };

    let mut acknowledged = Vec::new();
    let mut create = async |n: usize| {
        let key = format!("c-{n}");
        let name = "x".repeat(100);
        let answer = app.call("/rpc/customers/create", &format!("customer_key={key}&name={name}&email=&partner_key="), Some(&owner)).await;
        if answer.status == StatusCode::OK {
            acknowledged.push(key);
        }
        answer
    };
    let mut refused = None;
    for n in 0..2_000 {
        fill().await;
        let answer = create(n).await;
        if answer.status != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the disk is never full");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
    assert!(refused.body.contains("Nothing can be saved at the moment: the disk is full."), "{}", refused.body);
    let health = app.get("/health", None).await;
    assert_eq!(
        (health.status, health.body.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, r#"{"reason":"the disk is full","status":"nothing can be saved"}"#)
    );

    limit(1_000_000).await;
    for n in 3_000..3_050 {
        let answer = create(n).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    assert_eq!(app.get("/health", None).await.status, StatusCode::OK);
    let other = data::Db::connect(db.url()).await.unwrap();
    for key in &acknowledged {
        data::sales::customers::find_by_key(other.read(), app.company_id, key).await.unwrap();
    }
    other.close().await.unwrap();
    db.remove().await;
}
