//! Coming in, staying in, going out.

use axum::http::StatusCode;
use domain::states::CompanyRole;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use server::config::Config;

use crate::harness::{PASSWORD, TestApp};
use crate::on_both;
use crate::testing::TestDb;

const EMAIL: &str = "owner@northwind.example";

fn form(email: &str, password: &str) -> String {
    format!("email={}&password={password}&next=", email.replace('@', "%40"))
}

/// From here on the disk is full for whatever changes a session.
async fn fill_disk_for_sessions(db: &TestDb) {
    let tx = db.begin().await.unwrap();
    let full = if db.kind() == "SQLite" {
        let pages = tx.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count")).await.unwrap().unwrap();
        let pages: i64 = pages.try_get_by_index(0).unwrap();
        let trigger = |event: &str| {
            format!(
                "CREATE TRIGGER full_{event} AFTER {event} ON sessions BEGIN INSERT INTO write_trials VALUES (1, zeroblob(10000000)); END;"
            )
        };
        // The limit is the connection's, and leaves room for the triggers.
        format!("PRAGMA max_page_count = {}; {}{}", pages + 5, trigger("INSERT"), trigger("DELETE"))
    } else {
        "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql; \
         CREATE TRIGGER full_disk BEFORE INSERT OR DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION full_disk();"
            .to_owned()
    };
    tx.execute_unprepared(&full).await.unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn a_full_disk_is_said_when_signing_in_and_out(db: &TestDb) {
        let app = TestApp::new(db).await;
        let id = app.add_user(EMAIL, CompanyRole::Owner).await;
        let session = app.session_of(id).await;
        fill_disk_for_sessions(db).await;
        let answer = app.call("/rpc/session/sign-in", &form(EMAIL, PASSWORD), None).await;
        assert_eq!((answer.status, answer.cookie()), (StatusCode::SERVICE_UNAVAILABLE, None), "{}", answer.body);
        assert!(answer.body.contains("Nothing can be saved at the moment: the disk is full."), "{}", answer.body);
        if db.kind() == "PostgreSQL" {
            let out = app.post("/sign-out", "", Some(&session)).await;
            assert_eq!(out.status, StatusCode::SERVICE_UNAVAILABLE, "{}", out.body);
            assert!(out.body.contains("be read or saved at the moment."), "{}", out.body);
        }
    }

    async fn the_right_password_begins_a_new_session(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user(EMAIL, CompanyRole::Owner).await;
        let answer = app.post("/rpc/session/sign-in", &form(EMAIL, PASSWORD), None).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
        let cookie = answer.set_cookie().unwrap();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "{cookie}");
        let session = answer.cookie().unwrap();
        assert_eq!(app.get("/", Some(&session)).await.status, StatusCode::OK);

        // Signing in again gives the session a new id; the old one is worth nothing.
        let again = app.post("/rpc/session/sign-in", &form(EMAIL, PASSWORD), Some(&session)).await;
        let renewed = again.cookie().unwrap();
        assert_ne!(renewed, session);
        assert_eq!(app.get("/", Some(&session)).await.location(), "/sign-in");
        assert_eq!(app.get("/", Some(&renewed)).await.status, StatusCode::OK);

        let out = app.post("/sign-out", "", Some(&renewed)).await;
        assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(app.get("/", Some(&renewed)).await.location(), "/sign-in");
    }

    async fn behind_tls_the_cookie_insists_on_it(db: &TestDb) {
        let app = TestApp::with(db, |config| Config { public_url: Some("https://partners.example.com".to_owned()), ..config }).await;
        app.add_user(EMAIL, CompanyRole::Owner).await;
        let answer = app.post("/rpc/session/sign-in", &form(EMAIL, PASSWORD), None).await;
        let cookie = answer.set_cookie().unwrap();
        assert!(cookie.starts_with("__Host-tributary=") && cookie.contains("Secure"), "{cookie}");
        assert!(answer.header("strict-transport-security").starts_with("max-age="));
    }

    async fn nobody_learns_who_has_an_account(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user(EMAIL, CompanyRole::Owner).await;
        let wrong = app.call("/rpc/session/sign-in", &form(EMAIL, "not-the-password"), None).await;
        let unknown = app.call("/rpc/session/sign-in", &form("nobody@northwind.example", PASSWORD), None).await;
        assert!(!wrong.status.is_success(), "{}", wrong.status);
        assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
        assert_eq!((wrong.set_cookie(), unknown.set_cookie()), (None, None));
    }

    async fn guessing_is_stopped(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user(EMAIL, CompanyRole::Owner).await;
        let mut answers = Vec::new();
        for _ in 0..6 {
            answers.push(app.call("/rpc/session/sign-in", &form(EMAIL, "not-the-password"), None).await);
        }
        let right = app.call("/rpc/session/sign-in", &form(EMAIL, PASSWORD), None).await;
        assert!(!right.status.is_success() && right.cookie().is_none(), "{}", right.body);
        assert_eq!(right.body, answers[5].body);
        assert_ne!(right.body, answers[0].body);
    }

    async fn visitors_come_back_to_where_they_wanted_to_go(db: &TestDb) {
        let app = TestApp::new(db).await;
        app.add_user(EMAIL, CompanyRole::Owner).await;
        let asked = app.get("/invoices?month=2026-02", None).await;
        assert_eq!(asked.location(), "/sign-in?next=/invoices%3Fmonth%3D2026-02");
        let next = form(EMAIL, PASSWORD) + "/invoices%3Fmonth%3D2026-02";
        assert_eq!(app.post("/rpc/session/sign-in", &next, None).await.location(), "/invoices?month=2026-02");
        let elsewhere = form(EMAIL, PASSWORD) + "https%3A%2F%2Fevil.example";
        assert_eq!(app.post("/rpc/session/sign-in", &elsewhere, None).await.location(), "/");
    }

    async fn a_session_that_ended_is_asked_for_again_and_a_made_up_one_is_no_error(db: &TestDb) {
        let app = TestApp::new(db).await;
        for cookie in ["tributary=AAAAAAAAAAAAAAAAAAAAAA", "tributary=%00%ff", "tributary="] {
            let answer = app.get("/", Some(cookie)).await;
            assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{cookie}");
            assert_eq!(app.call("/rpc/home", "", Some(cookie)).await.status, StatusCode::UNAUTHORIZED, "{cookie}");
        }
    }

    async fn people_without_a_place_see_nothing(db: &TestDb) {
        let app = TestApp::new(db).await;
        let id = app.add_user(EMAIL, CompanyRole::Owner).await;
        let session = app.session_of(id).await;
        assert_eq!(app.get("/", Some(&session)).await.status, StatusCode::OK);
        let gone: data::Result<()> = data::transact!(app.db, |tx| {
            use data::store::entities::memberships::{Column, Entity};
            use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
            Entity::delete_many().filter(Column::UserId.eq(id)).exec(tx).await?;
            Ok(())
        });
        gone.unwrap();
        let chooser = app.ask("/", Some(&session)).await;
        assert_eq!(chooser.location(), "/places");
        assert!(app.get("/places", Some(&session)).await.body.contains("belongs to no company or partner any more"));
        for path in ["/c/northwind", "/c/northwind/partners", "/c/northwind/export/partners.csv"] {
            assert_eq!(app.get(path, Some(&session)).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(app.call("/rpc/home", "", Some(&session)).await.status, StatusCode::NOT_FOUND);
    }
}
