//! Lists as files for a spreadsheet.

use axum::body::Body;
use axum::http::header::{ACCEPT, REFERER};
use axum::http::{Method, StatusCode};
use domain::Instant;
use exchange::imports::Kind;

use crate::harness::{TestApp, request};
use crate::on_both;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\n\
                        acme,=1+1,ada@acme.example,,,affiliates\nbolt,Bolt,bo@bolt.example,,,affiliates\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\n\
                         c-1,Carla,carla@example.com,acme,2026-01-05T10:00:00Z\nc-2,Dan,dan@example.com,bolt,2026-01-06T10:00:00Z\n";
const SALES: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     s-1,c-1,200.00,USD,2026-03-03T09:00:00Z,,,\ns-2,c-2,50.00,USD,2026-03-04T09:00:00Z,,,\ns-3,c-2,1250,JPY,2026-03-05T09:00:00Z,,,\n";

async fn filled(db: &TestDb) -> (TestApp, String) {
    let app = TestApp::new(db).await;
    for (kind, content) in [(Kind::Partners, PARTNERS), (Kind::Customers, CUSTOMERS), (Kind::Transactions, SALES)] {
        app.import(kind, content).await;
    }
    let owner = app.owner().await;
    (app, owner)
}

/// The number of the invoice in dollars.
async fn invoice(app: &TestApp) -> String {
    use data::store::entities::invoices::{Column, Entity};
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    Entity::find().filter(Column::Currency.eq("USD")).one(app.db.read()).await.unwrap().unwrap().number
}

on_both! {
    async fn a_spreadsheet_gets_every_column_and_no_formula(db: &TestDb) {
        let (app, owner) = filled(db).await;
        let answer = app.get("/export/partners.csv", Some(&owner)).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"northwind-partners-2026-03-10.csv\"");
        let mut lines = answer.body.lines();
        assert!(lines.next().unwrap().starts_with("partner_key,name,email,first_name,last_name,group,status,tags,"));
        assert!(answer.body.contains("acme,'=1+1,ada@acme.example"), "{}", answer.body);
    }

    async fn a_file_holds_what_its_list_shows(db: &TestDb) {
        let (app, owner) = filled(db).await;
        for (path, rows) in [
            ("/export/partners.csv", 2),
            ("/export/partners.csv?q=bolt", 1),
            ("/export/partners.csv?q=nobody", 0),
            ("/export/customers.csv?partner=bolt", 1),
            ("/export/rewards.csv", 3),
            ("/export/rewards.csv?partner=bolt", 2),
            ("/export/rewards.csv?currency=JPY", 1),
            ("/export/rewards.csv?earner=bolt", 2),
            ("/export/rewards.csv?earner=bolt&status=new", 2),
            ("/export/rewards.csv?earner=bolt&status=declined", 0),
            ("/export/transactions.csv?seller=bolt", 2),
            ("/export/transactions.csv?seller=bolt&kind=refund", 0),
            ("/export/invoices.csv", 0),
            ("/export/audit.csv?kind=offer", 1),
            ("/export/audit.csv?kind=offer&q=nobody", 0),
            ("/export/audit.csv?q=northwind", 1),
        ] {
            let answer = app.get(path, Some(&owner)).await;
            assert_eq!((answer.status, answer.body.lines().count()), (StatusCode::OK, rows + 1), "{path}: {}", answer.body);
        }
        assert_eq!(app.get("/export/transactions.csv?seller=nobody", Some(&owner)).await.status, StatusCode::NOT_FOUND);
    }

    async fn an_invoice_is_a_file_of_its_lines_and_of_its_payouts(db: &TestDb) {
        let (app, owner) = filled(db).await;
        let until = Instant::parse("2026-04-09T12:00:00Z").unwrap();
        data::due::run_until(&app.db, &app.due, until, &|_, _| {}).await.unwrap();
        let invoice = invoice(&app).await;
        let lines = app.get(&format!("/export/rewards.csv?invoice={invoice}"), Some(&owner)).await;
        assert_eq!(lines.body.lines().count(), 3, "{}", lines.body);
        assert!(lines.body.contains(",40.00,USD,") && lines.body.contains(",10.00,USD,"), "{}", lines.body);

        let payouts = app.get(&format!("/payouts/{invoice}.csv"), Some(&owner)).await;
        assert_eq!((payouts.status, payouts.body.lines().count()), (StatusCode::OK, 3), "{}", payouts.body);
        assert!(payouts.body.contains("'=1+1"), "{}", payouts.body);
        for (filter, rows) in [("payout=paid", 2), ("payout=failed", 0), ("q=bolt", 1), ("q=bolt&payout=failed", 0)] {
            let some = app.get(&format!("/payouts/{invoice}.csv?{filter}"), Some(&owner)).await;
            assert_eq!(some.body.lines().count(), rows + 1, "{filter}: {}", some.body);
        }
        for (filter, rows) in [("", 2), ("?currency=USD", 1), ("?status=paid", 2), ("?status=in_review", 0)] {
            let some = app.get(&format!("/export/invoices.csv{filter}"), Some(&owner)).await;
            assert_eq!(some.body.lines().count(), rows + 1, "{filter}: {}", some.body);
        }
        // Nothing is left to order from a bank: the sandbox's provider has paid.
        let order = app.call("/rpc/invoices/payment-file", &format!("number={invoice}"), Some(&owner)).await;
        assert_eq!(order.status, StatusCode::CONFLICT, "{}", order.body);
        assert_eq!(app.get(&format!("/payouts/{invoice}.pdf"), Some(&owner)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get("/payouts/NORTHWIND-9999.csv", Some(&owner)).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_payment_file_is_made_by_a_form_and_kept(db: &TestDb) {
        let (app, owner) = filled(db).await;
        let save = |more: &str| format!("name=Northwind&timezone=America/New_York&currency=USD&charge_provider=manual&payout_provider=manual&customer_visibility=name{more}");
        let profile = app.call("/rpc/settings/save-profile", &save(""), Some(&owner)).await;
        assert_eq!(profile.status, StatusCode::OK, "{}", profile.body);
        let until = Instant::parse("2026-04-09T12:00:00Z").unwrap();
        data::due::run_until(&app.db, &app.due, until, &|_, _| {}).await.unwrap();
        let invoice = invoice(&app).await;
        let confirmed = app.call("/rpc/invoices/confirm-charge", &format!("number={invoice}"), Some(&owner)).await;
        assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
        data::due::run_until(&app.db, &app.due, until, &|_, _| {}).await.unwrap();

        let make = async |which: &str| app.call("/rpc/invoices/payment-file", &format!("number={invoice}{which}"), Some(&owner)).await;
        let invoice_page = async || app.get(&format!("/invoices/{invoice}"), Some(&owner)).await.body;
        let without = make("").await;
        assert_eq!(without.status, StatusCode::CONFLICT);
        assert!(without.body.contains("enter the IBAN of Northwind in its company profile first"), "{}", without.body);
        let page = invoice_page().await;
        assert!(page.contains("add your IBAN first") && !page.contains("/rpc/invoices/payment-file"), "{page}");

        let mistyped = app.call("/rpc/settings/save-profile", &save("&iban=DE89370400440532013001"), Some(&owner)).await;
        assert!(mistyped.body.contains("the check digits do not fit"), "{}", mistyped.body);
        app.call("/rpc/settings/save-profile", &save("&iban=IBAN+DE89-3704-0044-0532-0130-00&bic=COBADEFF"), Some(&owner)).await;
        let nobody = make("").await;
        assert_eq!(nobody.status, StatusCode::CONFLICT, "no partner has an account: {}", nobody.body);
        assert!(nobody.body.contains("none of the 2 partners who are still to be paid has one"), "{}", nobody.body);

        let partner = "key=bolt&name=Bolt&settlement_days=0&payout_account=gb82.west.1234.5698.7654.32";
        let saved = app.call("/rpc/partners/save", partner, Some(&owner)).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let wrong = app.call("/rpc/partners/save", &partner.replace("gb82", "gb83"), Some(&owner)).await;
        assert!(wrong.body.contains("the check digits do not fit"), "{}", wrong.body);
        let other = app.call("/rpc/partners/save", "key=acme&name=Acme&settlement_days=0&payout_account=12345-67", Some(&owner)).await;
        assert!(other.body.contains("paid by hand"), "{}", other.body);
        let page = invoice_page().await;
        assert!(page.contains("One payout can&#x27;t be in a payment file: Acme (the account is not an IBAN)") || page.contains("One payout can't be in a payment file: Acme (the account is not an IBAN)"), "{page}");

        let made = make("").await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        assert!(made.body.contains("Made a payment file of 1 payout, $10.00 in all."), "{}", made.body);
        let page = invoice_page().await;
        assert!(page.contains("Confirm the 1 payout in the file ($10.00)") && page.contains("in the file of 9 Apr 2026, 08:00"), "{page}");
        let link = page.split('"').find(|part| part.starts_with("/c/northwind/payment-files/")).expect("a link to the file").to_owned();
        let file = app.get(&link, Some(&owner)).await;
        assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/xml; charset=utf-8"), "{}", file.body);
        for part in ["<NbOfTxs>1</NbOfTxs>", "<IBAN>DE89370400440532013000</IBAN>", "<BICFI>COBADEFF</BICFI>", "<IBAN>GB82WEST12345698765432</IBAN>", "Ccy=\"USD\">10.00<"] {
            assert!(file.body.contains(part), "{part}: {}", file.body);
        }
        // What changes later changes nothing in it.
        app.call("/rpc/partners/save", "key=bolt&name=Renamed&settlement_days=0&payout_account=", Some(&owner)).await;
        assert_eq!(app.get(&link, Some(&owner)).await.body, file.body);
        assert_eq!(app.get("/c/northwind/payment-files/pmt_00000000000000000000000000.xml", Some(&owner)).await.status, StatusCode::NOT_FOUND);

        let table = app.get(&format!("/payouts/{invoice}.csv"), Some(&owner)).await.body;
        assert!(table.lines().any(|line| line.contains(",Acme,") && line.ends_with(",left out: the account is not an IBAN")), "{table}");
        assert!(table.lines().any(|line| line.contains(",Renamed,") && line.ends_with(",made 2026-04-09 08:00")), "{table}");

        let attempts = page.split("name=\"attempts\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("what is confirmed").to_owned();
        let short = app.call("/rpc/invoices/confirm-payouts", &format!("attempts={attempts}&total=999"), Some(&owner)).await;
        assert_eq!(short.status, StatusCode::CONFLICT, "{}", short.body);
        let empty = app.call("/rpc/invoices/confirm-payouts", "", Some(&owner)).await;
        assert_eq!(empty.status, StatusCode::CONFLICT, "{}", empty.body);
        let confirmed = app.call("/rpc/invoices/confirm-payouts", &format!("attempts={attempts}&total=1000"), Some(&owner)).await;
        assert!(confirmed.body.contains("Recorded 1 payout as paid, $10.00 in all."), "{}", confirmed.body);
        let returned = format!("key={attempts}&on=2026-04-09&reason=Account+closed");
        let back = app.call("/rpc/invoices/payout-returned", &returned, Some(&owner)).await;
        assert!(back.body.contains("the bank returned the payout"), "{}", back.body);
        let retried = app.call("/rpc/invoices/retry-payout", &format!("key={attempts}"), Some(&owner)).await;
        assert_eq!(retried.status, StatusCode::OK, "{}", retried.body);
        let report = exchange::verify::verify(&app.db).await.unwrap();
        assert!(report.holds(), "{:#?}", report.broken().collect::<Vec<_>>());
    }

    async fn accounts_are_shown_in_full_to_those_who_manage_them(db: &TestDb) {
        use domain::states::CompanyRole;
        let (app, owner) = filled(db).await;
        let partner = "key=acme&name=Acme&settlement_days=0&payout_account=GB82+WEST+1234+5698+7654+32";
        app.call("/rpc/partners/save", partner, Some(&owner)).await;
        let profile = "name=Northwind&timezone=America/New_York&currency=USD&charge_provider=manual&payout_provider=manual&customer_visibility=name&iban=DE89370400440532013000";
        app.call("/rpc/settings/save-profile", profile, Some(&owner)).await;
        let places = ["/partners/acme", "/partners/acme/activity", "/settings", "/settings/audit", "/search?q=5432", "/export/partners.csv", "/export/audit.csv"];
        for (role, partners, company) in [
            (CompanyRole::Owner, true, true),
            (CompanyRole::Teammate, true, false),
            (CompanyRole::ProgramManager, true, false),
            (CompanyRole::ReadOnly, false, false),
        ] {
            let id = app.add_user(&format!("{role}@northwind.example"), role).await;
            let cookie = app.session_of(id).await;
            let (mut theirs, mut ours) = (false, false);
            for place in places {
                let body = app.get(place, Some(&cookie)).await.body.replace(' ', "");
                theirs |= body.contains("12345698765432");
                ours |= body.contains("370400440532013000");
            }
            assert_eq!((theirs, ours), (partners, company), "{role}");
            let page = app.get("/partners/acme", Some(&cookie)).await.body.replace(' ', "");
            assert!(page.contains("5432"), "{role}: the last four are always shown");
        }
        let log = app.get("/export/audit.csv", Some(&owner)).await.body;
        assert!(log.contains("••••5432") && log.contains("••••3000"), "{log}");
    }

    async fn a_long_list_comes_whole(db: &TestDb) {
        let (app, owner) = filled(db).await;
        let many: String = (0..1300).map(|number| format!("k-{number},Customer {number},,acme,2026-02-01T00:00:00Z\n")).collect();
        let content = format!("customer_key,name,email,partner_key,created_at\n{many}");
        app.import(Kind::Customers, &content).await;
        let answer = app.get("/export/customers.csv", Some(&owner)).await;
        let keys: std::collections::BTreeSet<&str> = answer.body.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!((answer.body.lines().count(), keys.len()), (1303, 1302));
    }

    async fn a_download_that_fails_is_a_page_to_go_on_from(db: &TestDb) {
        let (app, owner) = filled(db).await;
        // As a click on a link does it, whose answer takes the page's place where it is no file.
        let click = async |path: &str, cookie: Option<&str>| {
            let from = "http://tributary.test/c/northwind/rewards?status=pending";
            let request = request(Method::GET, path, cookie).header(ACCEPT, "text/html,*/*;q=0.8").header(REFERER, from);
            app.send(request.body(Body::empty()).unwrap()).await
        };
        let page = app.get("/rewards", Some(&owner)).await.body;
        assert!(page.contains("/export/rewards.csv") && !page.contains(" download"), "no answer is saved as if it were the file");

        let out = click("/c/northwind/export/rewards.csv", None).await;
        assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, "/sign-in?next=/c/northwind/rewards%3Fstatus%3Dpending"));
        let sign_in = app.get(out.location(), Some(&out.flash().unwrap())).await.body;
        assert!(sign_in.contains("Sign in, then download the file again."), "{sign_in}");

        for path in ["/export/nonsense.csv", "/payouts/NORTHWIND-9999.csv", "/upload/import/rest.csv", "/upload/import/template?kind=pancakes"] {
            let gone = click(&format!("/c/northwind{path}"), Some(&owner)).await;
            assert_eq!((gone.status, gone.header("content-type")), (StatusCode::NOT_FOUND, "text/html; charset=utf-8"), "{path}");
            assert!(gone.body.contains("No file to download") && gone.body.contains("was not found"), "{path}: {}", gone.body);
            assert!(gone.body.contains("href=\"/c/northwind/rewards?status=pending\">Back</a>"), "{path}: {}", gone.body);
        }
        let template = click("/c/northwind/upload/import/template?kind=partners", Some(&owner)).await;
        assert_eq!(template.header("content-disposition"), "attachment; filename=\"partners.csv\"");
    }
}
