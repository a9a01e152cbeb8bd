//! Lists over HTTP: what can't be read as a filter, everything selected at once, and what is asked back before it is done.

use app::forms::Done;
use axum::http::StatusCode;
use data::store::entities::{offer_versions, rewards};
use exchange::imports::Kind;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::harness::TestApp;
use crate::on_both;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nw1,Wild Studio,wild@one.example,,,affiliates\n\
                        l1,Lark Books,one@lark.example,,,affiliates\nl2,Lark Books,two@lark.example,,,affiliates\n";

/// A company with so many customers of Wild Studio, each with a sale of $100.
async fn filled(db: &TestDb, sales: usize) -> (TestApp, String) {
    let app = TestApp::new(db).await;
    app.import(Kind::Partners, PARTNERS).await;
    let mut customers = String::from("customer_key,name,email,partner_key,created_at\n");
    let mut rows = String::from("key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n");
    for number in 0..sales {
        customers.push_str(&format!("c-{number},Carla {number},,w1,2026-01-05T10:00:00Z\n"));
        rows.push_str(&format!("s-{number},c-{number},100.00,USD,2026-03-03T09:00:00Z,,,\n"));
    }
    app.import(Kind::Customers, &customers).await;
    app.import(Kind::Transactions, &rows).await;
    let owner = app.owner().await;
    (app, owner)
}

async fn in_state(app: &TestApp, state: &str) -> u64 {
    rewards::Entity::find().filter(rewards::Column::State.eq(state)).count(app.db.read()).await.unwrap()
}

on_both! {
    async fn a_filter_that_cannot_be_read_lists_nothing_and_is_written_anew(db: &TestDb) {
        let (app, owner) = filled(db, 1).await;
        for (list, file, query, says) in [
            ("/rewards", "/export/rewards.csv", "min=1%2C000", "“1,000” isn't an amount."),
            ("/rewards", "/export/rewards.csv", "max=abc", "“abc” isn't an amount."),
            ("/rewards", "/export/rewards.csv", "status=approvd", "This list has no status “approvd”."),
            ("/rewards", "/export/rewards.csv", "month=March", "“March” isn't a month."),
            ("/partners", "/export/partners.csv", "status=gone", "This list has no status “gone”."),
            ("/customers", "/export/customers.csv", "from=1+March", "“1 March” isn't a date."),
            ("/customers", "/export/customers.csv", "partner=Lark+Books", "Several partners match “Lark Books”: l1, l2."),
            ("/invoices", "/export/invoices.csv", "status=open", "This list has no status “open”."),
        ] {
            let page = app.get(&format!("{list}?{query}&q=wild"), Some(&owner)).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{list}?{query}");
            let body = page.body.replace("&#x27;", "'").replace("&#39;", "'");
            assert!(body.contains(says), "{list}?{query}: {body}");
            assert!(body.contains("name=\"q\" value=\"wild\"") && !body.contains("row-link"), "{list}?{query}");
            let file = app.get(&format!("{file}?{query}"), Some(&owner)).await;
            assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        }
        for sorted in ["/rewards?sort=size", "/invoices?sort=banana", "/settings/audit?kind=banana"] {
            assert_eq!(app.get(sorted, Some(&owner)).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{sorted}");
        }
        let selected = app.call("/rpc/rewards/select", "filters%5Bmin%5D=1%2C000", Some(&owner)).await;
        assert_eq!(selected.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", selected.body);
        assert_eq!(app.get("/rewards?min=20", Some(&owner)).await.status, StatusCode::OK);
    }

    async fn everything_that_a_filter_finds_is_selected_and_decided_about(db: &TestDb) {
        let (app, owner) = filled(db, 60).await;
        let page = app.get("/rewards?status=pending", Some(&owner)).await.body;
        assert!(page.contains("Select all 60 rewards"));
        // As the browser sends it by itself.
        let sent = app.post("/rpc/rewards/select", "search=&sort=&filters%5Bstatus%5D=pending", Some(&owner)).await;
        let list = sent.location().to_owned();
        assert!(list.starts_with("/c/northwind/rewards?") && list.contains("selection="), "{list}");
        let page = app.get(&list, Some(&owner)).await.body;
        assert!(page.contains("60 rewards, $1,200.00, of 1 partner"), "{page}");
        let id = list.split("selection=").nth(1).unwrap().split('&').next().unwrap();
        let refused = app.call("/rpc/rewards/review", &format!("selection={id}&decision=decline"), Some(&owner)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "without a reason");
        let answer = app.call("/rpc/rewards/review", &format!("selection={id}&decision=approve"), Some(&owner)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let done: Done = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((done.message.as_str(), done.to.as_deref()), ("Approved 60 rewards.", Some("/c/northwind/rewards?status=pending")));
        assert_eq!(in_state(&app, "approved").await, 60);
        let undo = done.undo.unwrap();
        assert_eq!(undo.fields, [("selection".to_owned(), id.to_owned())]);
        let undone = app.call(&undo.action, &format!("selection={id}"), Some(&owner)).await;
        assert_eq!(undone.status, StatusCode::OK, "{}", undone.body);
        assert_eq!(in_state(&app, "pending").await, 60);
    }

    async fn whoever_is_named_in_full_is_found_by_the_server(db: &TestDb) {
        let (app, owner) = filled(db, 1).await;
        let create = async |partner: &str, key: &str| {
            app.call("/rpc/customers/create", &format!("customer_key={key}&partner_key={partner}"), Some(&owner)).await
        };
        assert_eq!(create("wild+studio", "n-1").await.status, StatusCode::OK);
        assert_eq!(create("wild%40one.example", "n-2").await.status, StatusCode::OK);
        let several = create("Lark+Books", "n-3").await;
        assert_eq!(several.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(several.body.contains("Several partners match “Lark Books”: l1, l2."), "{}", several.body);
        let none = create("Nobody", "n-4").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reward = "partner_key=w1&description=Thanks&amount=5&currency=USD&customer_key=carla+0";
        assert_eq!(app.call("/rpc/partners/manual-reward", reward, Some(&owner)).await.status, StatusCode::OK);
    }

    async fn what_is_far_above_the_usual_is_asked_back(db: &TestDb) {
        let (app, owner) = filled(db, 1).await;
        let versions = async || offer_versions::Entity::find().count(app.db.read()).await.unwrap();
        let before = versions().await;
        let offer = "key=high&description=High&triggers%5B0%5D%5Bkey%5D=sale&triggers%5B0%5D%5Bevent%5D=transaction\
                     &triggers%5B0%5D%5Bpercent%5D=150&triggers%5B0%5D%5Blimit%5D=unlimited";
        let asked = app.call("/rpc/offers/publish", offer, Some(&owner)).await;
        assert_eq!((asked.status, versions().await), (StatusCode::UNPROCESSABLE_ENTITY, before), "{}", asked.body);
        let question = "A sale of $200.00 would pay $300.00. This pays more than the sale. Publish anyway?";
        assert!(asked.body.contains(question), "{}", asked.body);
        let said = app::list::encode(question);
        let answer = app.call("/rpc/offers/publish", &format!("{offer}&please_confirm={said}"), Some(&owner)).await;
        assert_eq!((answer.status, versions().await), (StatusCode::OK, before + 1), "{}", answer.body);
        // What is in force already isn't asked about again.
        let unchanged = offer.replace("=High&", "=Very+high&");
        let answer = app.call("/rpc/offers/publish", &format!("{unchanged}&seen=1"), Some(&owner)).await;
        assert_eq!((answer.status, versions().await), (StatusCode::OK, before + 2), "{}", answer.body);
        // The answer to another question is none to this one.
        let more = offer.replace("=150", "=400").replace("key=high", "key=higher");
        assert_eq!(app.call("/rpc/offers/publish", &format!("{more}&please_confirm={said}"), Some(&owner)).await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let reward = "partner_key=w1&description=Thanks&currency=USD&amount=1000000000";
        let asked = app.call("/rpc/partners/manual-reward", reward, Some(&owner)).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let question = "This gives the partner $1,000,000,000.00. The largest reward so far is $20.00. Is that right?";
        assert!(asked.body.contains(question), "{}", asked.body);
        let said = app::list::encode(question);
        assert_eq!(app.call("/rpc/partners/manual-reward", &format!("{reward}&please_confirm={said}"), Some(&owner)).await.status, StatusCode::OK);
    }

    async fn a_search_says_when_one_letter_is_too_few(db: &TestDb) {
        let (app, owner) = filled(db, 1).await;
        assert!(app.get("/search?q=w", Some(&owner)).await.body.contains("Type two letters or more"));
        assert!(app.get("/search?q=%25", Some(&owner)).await.body.contains("Nothing matches"));
        assert!(app.get("/search?q=WILD+STUDIO", Some(&owner)).await.body.contains("Wild Studio"));
    }
}
