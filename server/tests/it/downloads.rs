//! Lists as files for a spreadsheet.

use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use data::imports::{self, Kind, Options};
use domain::Instant;

use crate::harness::{NOW, TestApp};

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\n\
                        acme,=1+1,ada@acme.example,,,affiliates\nbolt,Bolt,bo@bolt.example,,,affiliates\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\n\
                         c-1,Carla,carla@example.com,acme,2026-01-05T10:00:00Z\nc-2,Dan,dan@example.com,bolt,2026-01-06T10:00:00Z\n";
const SALES: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     s-1,c-1,200.00,USD,2026-03-03T09:00:00Z,,,\ns-2,c-2,50.00,USD,2026-03-04T09:00:00Z,,,\ns-3,c-2,1250,JPY,2026-03-05T09:00:00Z,,,\n";

async fn filled() -> (TestApp, String) {
    let app = TestApp::new().await;
    let now = Instant::parse(NOW).unwrap();
    for (kind, content) in [(Kind::Partners, PARTNERS), (Kind::Customers, CUSTOMERS), (Kind::Transactions, SALES)] {
        let input = Cursor::new(content.as_bytes());
        let report =
            imports::import(&app.db, app.company_id, kind, input, Options::default(), Arc::new(|_| {}), "test", now).await.unwrap();
        assert!(report.errors.is_empty(), "{report:?}");
    }
    let owner = app.owner().await;
    (app, owner)
}

#[tokio::test]
async fn a_spreadsheet_gets_every_column_and_no_formula() {
    let (app, owner) = filled().await;
    let answer = app.get("/export/partners.csv", Some(&owner)).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"northwind-partners-2026-03-10.csv\"");
    let mut lines = answer.body.lines();
    assert!(lines.next().unwrap().starts_with("partner_key,name,email,first_name,last_name,group,status,tags,"));
    assert!(answer.body.contains("acme,'=1+1,ada@acme.example"), "{}", answer.body);
}

#[tokio::test]
async fn a_file_holds_what_its_list_shows() {
    let (app, owner) = filled().await;
    for (path, rows) in [
        ("/export/partners.csv", 2),
        ("/export/partners.csv?q=bolt", 1),
        ("/export/partners.csv?q=nobody", 0),
        ("/export/customers.csv?partner=bolt", 1),
        ("/export/rewards.csv", 3),
        ("/export/rewards.csv?partner=bolt", 2),
        ("/export/rewards.csv?currency=JPY", 1),
        ("/export/transactions.csv?partner=bolt", 2),
    ] {
        let answer = app.get(path, Some(&owner)).await;
        assert_eq!((answer.status, answer.body.lines().count()), (StatusCode::OK, rows + 1), "{path}: {}", answer.body);
    }
    assert_eq!(app.get("/export/transactions.csv?partner=nobody", Some(&owner)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invoice_is_a_file_of_its_lines_and_of_its_payouts() {
    let (app, owner) = filled().await;
    let until = Instant::parse("2026-04-09T12:00:00Z").unwrap();
    data::due::run_until(&app.db, &app.due, until, &|_, _| {}).await.unwrap();
    use data::entities::invoices::{Column, Entity};
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let invoice = Entity::find().filter(Column::Currency.eq("USD")).one(app.db.read()).await.unwrap().unwrap();
    let lines = app.get(&format!("/export/rewards.csv?invoice={}", invoice.number), Some(&owner)).await;
    assert_eq!(lines.body.lines().count(), 3, "{}", lines.body);
    assert!(lines.body.contains(",40.00,USD,") && lines.body.contains(",10.00,USD,"), "{}", lines.body);

    let payouts = app.get(&format!("/payouts/{}.csv", invoice.number), Some(&owner)).await;
    assert_eq!((payouts.status, payouts.body.lines().count()), (StatusCode::OK, 3), "{}", payouts.body);
    assert!(payouts.body.contains("'=1+1"), "{}", payouts.body);
    // Nothing is left to order from a bank: the sandbox's provider has paid.
    assert_eq!(app.get(&format!("/payouts/{}.xml", invoice.number), Some(&owner)).await.status, StatusCode::CONFLICT);
    assert_eq!(app.get(&format!("/payouts/{}.pdf", invoice.number), Some(&owner)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/payouts/NORTHWIND-9999.csv", Some(&owner)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_list_comes_whole() {
    let (app, owner) = filled().await;
    let many: String = (0..1300).map(|number| format!("k-{number},Customer {number},,acme,2026-02-01T00:00:00Z\n")).collect();
    let content = format!("customer_key,name,email,partner_key,created_at\n{many}");
    let now = Instant::parse(NOW).unwrap();
    let input = Cursor::new(content.into_bytes());
    imports::import(&app.db, app.company_id, Kind::Customers, input, Options::default(), Arc::new(|_| {}), "test", now).await.unwrap();
    let answer = app.get("/export/customers.csv", Some(&owner)).await;
    let keys: std::collections::BTreeSet<&str> = answer.body.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!((answer.body.lines().count(), keys.len()), (1303, 1302));
}
