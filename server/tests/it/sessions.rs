//! What sessions are and what they leave behind: reading changes nothing, signing out ends them, visitors leave nothing.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, ORIGIN};
use axum::http::{Method, StatusCode};
use data::act::Actor;
use sea_orm::{ConnectionTrait, Statement};

use crate::harness::{PASSWORD, TestApp, hold_writers, request};
use crate::on_both;
use crate::testing::TestDb;

const PAGES: [&str; 5] = ["/", "/partners", "/rewards", "/invoices", "/settings"];

/// Everything that is stored. On SQLite the file itself; on PostgreSQL every row with the transaction that wrote it.
async fn stored(db: &TestDb) -> Vec<String> {
    let conn = db.read();
    let ask = async |sql: String| {
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    if db.kind() == "SQLite" {
        let path = db.url().trim_start_matches("sqlite://").to_owned();
        let bytes = |path: String| std::fs::read(path).map_or_else(|_| String::new(), |bytes| format!("{bytes:?}"));
        return vec![bytes(path.clone()), bytes(format!("{path}-wal"))];
    }
    let tables = ask("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1".to_owned()).await;
    let mut all = Vec::new();
    for table in tables {
        all.extend(ask(format!("SELECT '{table} ' || t.xmin::text || ' ' || t::text FROM {table} t ORDER BY 1")).await);
    }
    all
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let conn = app.db.read();
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

on_both! {
    async fn looking_changes_nothing(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.get("/", Some(&owner)).await;
        let before = stored(db).await;
        for page in PAGES.into_iter().cycle().take(20) {
            assert_eq!(app.get(page, Some(&owner)).await.status, StatusCode::OK, "{page}");
        }
        app.get("/sign-in", None).await;
        app.call("/rpc/session/viewer", "", Some(&owner)).await;
        assert!(stored(db).await == before, "a page was looked at, and something was written");
    }

    async fn pages_wait_for_no_writer(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        // A message waits for the next page, and the session is due to be renewed.
        app.post("/rpc/partners/create", "partner_key=acme&name=Acme&group=affiliates", Some(&owner)).await;
        let due: data::Result<()> = data::transact!(app.db, |tx| {
            use data::store::entities::sessions::{Column, Entity};
            use sea_orm::EntityTrait;
            use sea_orm::sea_query::Expr;
            let soon = app::ctx::real_now().0 + 3_600_000;
            let later = soon + 40 * 86_400_000;
            Entity::update_many().col_expr(Column::ExpiresAt, Expr::value(soon)).col_expr(Column::EndsAt, Expr::value(later)).exec(tx).await?;
            Ok(())
        });
        due.unwrap();
        let held = hold_writers(db, "sessions, flashes, submissions, partnerships").await;
        let first = app.get("/partners/acme", Some(&owner)).await;
        assert!(first.status == StatusCode::OK && first.body.contains("Added Acme."), "{}", first.body);
        for page in PAGES {
            let answer = app.get(page, Some(&owner)).await;
            assert!(answer.status == StatusCode::OK && !answer.body.contains("Added Acme."), "{page}");
        }
        held.rollback().await.unwrap();
    }

    async fn signing_out_ends_the_session_whatever_else_is_under_way(db: &TestDb) {
        let app = TestApp::new(db).await;
        let id = app.add_user("owner@northwind.example", domain::states::CompanyRole::Owner).await;
        for _ in 0..10 {
            let owner = app.session_of(id).await;
            let form = "partner_key=a+b&group=affiliates";
            tokio::join!(
                app.get("/partners", Some(&owner)),
                app.post("/rpc/partners/create", form, Some(&owner)),
                app.post("/sign-out", "", Some(&owner)),
                app.get("/rewards", Some(&owner)),
            );
            assert_eq!(app.get("/", Some(&owner)).await.location(), "/sign-in");
        }
        assert_eq!(count(&app, "sessions").await, 0);
    }

    async fn visitors_leave_nothing_behind(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user("owner@northwind.example", domain::states::CompanyRole::Owner).await;
        let forms = |long: &str| {
            [
                ("/rpc/partners/archive", format!("key={long}")),
                ("/rpc/partners/archive", format!("key=acme&form_token={long}")),
                ("/rpc/session/sign-in", format!("email={long}&password=wrong&next={long}")),
                ("/rpc/session/set-password", format!("token={long}&password=a&password_again={long}")),
                ("/sign-out", long.to_owned()),
            ]
        };
        // Within what is read of visitors' forms, and beyond.
        for (path, form) in [20_000, 250_000].iter().flat_map(|length| forms(&"x".repeat(*length))) {
            let request = request(Method::POST, path, None)
                .header(ORIGIN, "http://tributary.test")
                .header(ACCEPT, "text/html")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let answer = app.send(request.body(Body::from(form)).unwrap()).await;
            let too_large = answer.status == StatusCode::PAYLOAD_TOO_LARGE;
            assert!(answer.status.is_redirection() || too_large, "{path}: {}", answer.status);
            assert_eq!(answer.cookie(), None, "{path}");
        }
        for table in ["sessions", "flashes", "submissions", "uploads"] {
            assert_eq!(count(&app, table).await, 0, "{table}");
        }
    }

    async fn a_visitor_reads_once_why_they_were_refused(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user("owner@northwind.example", domain::states::CompanyRole::Owner).await;
        let request = request(Method::POST, "/rpc/session/sign-in", None)
            .header(ORIGIN, "http://tributary.test")
            .header(ACCEPT, "text/html")
            .header("referer", "http://tributary.test/sign-in")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let refused = app.send(request.body(Body::from("email=owner%40northwind.example&password=wrong")).unwrap()).await;
        assert_eq!(refused.location(), "/sign-in");
        let waits = refused.flash().unwrap();
        let page = app.get("/sign-in", Some(&waits)).await;
        assert!(page.body.contains("email or the password is wrong") && page.body.contains("owner@northwind.example"), "{}", page.body);
        assert!(!page.body.contains("wrong\""), "passwords are not kept");
        assert_eq!(page.flash().as_deref(), Some("tributary-flash="), "the browser forgets it");
        // What somebody else made up is not shown.
        let forged = waits.replace("tributary-flash=7b", "tributary-flash=7c");
        assert_ne!(forged, waits);
        assert!(!app.get("/sign-in", Some(&forged)).await.body.contains("email or the password is wrong"));
    }

    async fn a_new_password_ends_the_sessions_there_were(db: &TestDb) {
        let app = TestApp::new(db).await;
        let id = app.add_user("owner@northwind.example", domain::states::CompanyRole::Owner).await;
        let [one, two] = [app.session_of(id).await, app.session_of(id).await];
        let place = data::people::accounts::Place::Company(app.company_id, domain::states::CompanyRole::Owner);
        let now = app::ctx::real_now();
        let again = data::people::accounts::add_user(&app.db, place, "owner@northwind.example", None, None, Actor::Named("test"), now).await.unwrap();
        let form = format!("token={}&password={PASSWORD}-2&password_again={PASSWORD}-2", again.link.unwrap());
        let set = app.call("/rpc/session/set-password", &form, None).await;
        assert!(set.status.is_success(), "{}", set.body);
        for session in [one, two] {
            assert_eq!(app.get("/", Some(&session)).await.location(), "/sign-in");
        }
    }
}
