//! Files that people send to be imported.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use data::store::entities::transactions;
use exchange::imports::Kind;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::send;
use crate::harness::{Answer, PLACE, TestApp, request};
use crate::on_both;

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
        let partners = async || data::store::entities::partnerships::Entity::find().count(app.db.read()).await.unwrap();
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
        use data::store::entities::flashes;
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
