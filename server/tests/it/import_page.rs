//! What the import page offers, and says, of a file that was tried.

use crate::forms::upload;
use crate::harness::TestApp;
use crate::on_both;

const HEADER: &str = "customer_key,name,email,partner_key,created_at\n";

async fn tried(app: &TestApp, owner: &str, kind: &str, content: &str) -> String {
    upload(app, owner, kind, "file.csv", content).await;
    app.get("/settings/import", Some(owner)).await.body
}

/// Whether this kind is the one that is chosen.
fn chosen(page: &str, kind: &str) -> bool {
    page.contains(&format!("<option value=\"{kind}\" selected"))
}

on_both! {
    async fn nothing_is_offered_where_nothing_would_come_of_it(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let rows = format!("{HEADER}c-1,Carla,,,2026-01-05T10:00:00Z\nc-2,Dan,,,2026-01-06T10:00:00Z\n");
        let page = tried(&app, &owner, "customers", &rows).await;
        assert!(page.contains("Import 2 rows") && !page.contains("Nothing to import"), "{page}");
        app.import(exchange::imports::Kind::Customers, &rows).await;
        let page = tried(&app, &owner, "customers", &rows).await;
        assert!(page.contains("Nothing to import: both rows are already there"), "{page}");
        assert!(!page.contains("/rpc/imports/apply"), "{page}");

        // All of it is bad: there is no rest.
        let page = tried(&app, &owner, "customers", &format!("{HEADER}c-3,Eve,,nobody,\n")).await;
        assert!(page.contains("There is no partner “nobody”"), "{page}");
        assert!(page.contains("One row cannot be imported") && page.contains("Correct the file and try it again."), "{page}");
        assert!(!page.contains("import the rest") && !page.contains("/rpc/imports/apply"), "{page}");
        // What is good of it is there already.
        let page = tried(&app, &owner, "customers", &format!("{rows}c-3,Eve,nobody,,\n")).await;
        assert!(page.contains("Nothing to import: the other 2 rows are already there"), "{page}");
        assert!(!page.contains("import the rest") && !page.contains("/rpc/imports/apply"), "{page}");
        let page = tried(&app, &owner, "customers", &format!("{HEADER}c-3,Eve,nobody,,\nc-4,Fay,,,\n")).await;
        assert!(page.contains("or import the rest") && page.contains("Import the good row"), "{page}");
    }

    /// What is said about a file must not be read as being about the one before.
    async fn a_refused_file_takes_the_offer_of_the_one_before_away(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let row = format!("{HEADER}c-1,Carla,,,\n");
        for (kind, name) in [("nonsense", "file.csv"), ("customers", "")] {
            assert!(tried(&app, &owner, "customers", &row).await.contains("Import 1 row"));
            upload(&app, &owner, kind, name, &row).await;
            let page = app.get("/settings/import", Some(&owner)).await.body;
            assert!(page.contains("aria-invalid") && !page.contains("Import 1 row"), "{kind} {name}: {page}");
        }
    }

    async fn the_first_rows_are_shown_as_they_were_read(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let rows: String = (1..=7).map(|number| format!("c-{number},Shop {number},,,2026-01-05T10:00:00Z\n")).collect();
        let page = tried(&app, &owner, "customers", &format!("{HEADER}{rows}")).await;
        assert!(page.contains("The first rows") && page.contains("5 Jan 2026, 05:00") && page.contains("Shop 5"), "{page}");
        assert!(!page.contains("Shop 6") && !page.contains("Shop 7"), "{page}");
        let page = tried(&app, &owner, "rewards", "partner_key;amount;currency;description\nnobody;1.234,50;EUR;Bonus\n").await;
        assert!(page.contains("€1,234.50") && page.contains("Bonus"), "{page}");
    }

    async fn what_was_chosen_stays(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let page = tried(&app, &owner, "customers", "%PDF-1.7\n%\u{e2}\u{e3}\n1 0 obj\n").await;
        assert!(page.contains("This isn't a CSV text file") || page.contains("This isn&#x27;t a CSV text file"), "{page}");
        assert!(chosen(&page, "customers"), "{page}");
        assert!(chosen(&tried(&app, &owner, "rewards", "this is not a table").await, "rewards"));
        // And beside what a file would do.
        assert!(chosen(&tried(&app, &owner, "customers", &format!("{HEADER}c-1,Carla,,,\n")).await, "customers"));
    }
}
