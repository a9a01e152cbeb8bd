//! Reviewing rewards as the forms do it: several at once with refunds among them, undone, given by hand, filtered.

use app::forms::Done;
use axum::http::StatusCode;
use data::store::entities::rewards;
use domain::Instant;
use exchange::imports::Kind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::harness::TestApp;
use crate::on_both;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nacme,Acme Blog,ada@acme.example,,,affiliates\n\
                        bolt,Bolt Media,bo@bolt.example,,,affiliates\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\nc-1,Carla,carla@example.com,acme,2026-01-05T10:00:00Z\n\
                         c-2,Dora,dora@example.com,bolt,2026-01-05T10:00:00Z\n";
const SALES: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     s-1,c-1,200.00,USD,2026-03-03T09:00:00Z,,,\ns-2,c-2,300.00,USD,2026-03-04T09:00:00Z,,,\n\
                     r-1,c-1,-50.00,USD,2026-03-05T09:00:00Z,,,s-1\n";

/// Two sales of $40.00 and $60.00 to their partners, of the first a quarter refunded.
struct Company {
    app: TestApp,
    owner: String,
    /// Of s-1, s-2 and r-1.
    keys: [String; 3],
}

async fn company(db: &TestDb) -> Company {
    let app = TestApp::new(db).await;
    for (kind, content) in [(Kind::Partners, PARTNERS), (Kind::Customers, CUSTOMERS), (Kind::Transactions, SALES)] {
        app.import(kind, content).await;
    }
    let owner = app.owner().await;
    let of = async |amount: i64| {
        let found = rewards::Entity::find().filter(rewards::Column::Amount.eq(amount)).one(app.db.read()).await.unwrap();
        found.unwrap().key
    };
    let keys = [of(4_000).await, of(6_000).await, of(-1_000).await];
    Company { app, owner, keys }
}

impl Company {
    async fn send(&self, path: &str, form: &str) -> (StatusCode, String) {
        let answer = self.app.call(path, form, Some(&self.owner)).await;
        (answer.status, answer.body)
    }

    async fn done(&self, path: &str, form: &str) -> Done {
        let (status, body) = self.send(path, form).await;
        assert_eq!(status, StatusCode::OK, "{path} {form}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Sends the form that undoes it.
    async fn undo(&self, done: &Done) -> Done {
        let undo = done.undo.as_ref().unwrap();
        let form: Vec<String> = undo.fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        self.done(&undo.action, &form.join("&")).await
    }

    fn named(&self, places: &[usize]) -> String {
        let keys: Vec<String> = places.iter().enumerate().map(|(at, place)| format!("keys%5B{at}%5D={}", self.keys[*place])).collect();
        keys.join("&")
    }

    async fn states(&self) -> Vec<String> {
        let rows = rewards::Entity::find().order_by_desc(rewards::Column::Amount).all(self.app.db.read()).await.unwrap();
        rows.into_iter().map(|row| format!("{} {}", row.amount, row.state)).collect()
    }
}

const REVIEW: &str = "/rpc/rewards/review";

on_both! {
    async fn a_decision_with_a_refund_among_them_is_undone(db: &TestDb) {
        let company = company(db).await;
        for places in [&[0, 1][..], &[2, 0, 1]] {
            let held = company.done(REVIEW, &format!("{}&decision=hold&hold_reason=Checking", company.named(places))).await;
            assert_eq!(held.message, "Put 2 rewards on hold. 1 refund or correction followed.");
            assert_eq!(company.states().await, ["6000 hold", "4000 hold", "-1000 hold"]);
            let back = company.undo(&held).await;
            assert_eq!(back.message, "Undid the decision on 2 rewards. 1 refund or correction followed.");
            assert_eq!(company.states().await, ["6000 pending", "4000 pending", "-1000 pending"]);
            let undo = held.undo.unwrap();
            let (status, body) = company.send(&undo.action, &format!("batch={}", undo.fields[0].1)).await;
            assert!(status == StatusCode::CONFLICT && body.contains("already undone by"), "{body}");
        }
    }

    async fn receipts_call_partners_by_name(db: &TestDb) {
        let company = company(db).await;
        let named = r#"{"label":"Partner","value":"Acme Blog","note":"acme"}"#;
        let (status, reward) = company.send("/rpc/rewards/detail", &format!("key={}", company.keys[0])).await;
        assert!(status == StatusCode::OK && reward.contains(named), "{reward}");
        let customer = company.app.get("/customers/c-1", Some(&company.owner)).await;
        assert!(customer.body.contains("<span>Acme Blog</span><small>acme</small>"), "{}", customer.body);
    }

    async fn a_refund_among_others_is_left_out_and_stops_nothing(db: &TestDb) {
        let company = company(db).await;
        let declined = company.done(REVIEW, &format!("{}&decision=decline&decline_reason=Mistake", company.named(&[1, 2]))).await;
        assert_eq!(declined.message, "Declined 1 reward. 1 reversal was left out: a reversal always follows the reward it reverses.");
        assert_eq!(company.states().await, ["6000 declined", "4000 pending", "-1000 pending"]);
        let (status, body) = company.send(REVIEW, &format!("{}&decision=hold&hold_reason=x", company.named(&[2]))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("follows what is decided about that one") && body.contains(&company.keys[0]), "{body}");
        let (status, body) = company.send(REVIEW, "decision=approve").await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains("Select at least one reward first."), "{body}");
        let approved = company.done(REVIEW, &format!("{}&decision=approve", company.named(&[0, 2]))).await;
        assert_eq!(approved.message, "Approved 1 reward. 1 refund or correction followed.");
    }

    async fn what_was_given_by_hand_is_withdrawn_by_its_undo(db: &TestDb) {
        let company = company(db).await;
        let adjusted = company.done("/rpc/rewards/adjust", &format!("key={}&difference=5.00&description=More", company.keys[1])).await;
        let back = company.undo(&adjusted).await;
        assert_eq!(back.message, "Withdrew the reward: it is declined.");
        assert!(company.states().await.contains(&"500 declined".to_owned()));
        assert_eq!(company.undo(&back).await.message, "Undid the decision.");
        assert!(company.states().await.contains(&"500 pending".to_owned()));

        data::due::run_until(&company.app.db, &company.app.due, Instant::parse("2026-04-02T12:00:00Z").unwrap(), &|_, _| {}).await.unwrap();
        let reward = "number=NORTHWIND-0001&partner_key=acme&amount=7&currency=USD&description=Thanks";
        let given = company.done("/rpc/invoices/manual-reward", reward).await;
        company.undo(&given).await;
        assert!(company.states().await.contains(&"700 declined".to_owned()));
        let given = company.done("/rpc/partners/manual-reward", "partner_key=acme&amount=8&currency=USD&description=Thanks").await;
        company.undo(&given).await;
        assert!(company.states().await.contains(&"800 declined".to_owned()));

        let reason = "Waiting for the books";
        company.done("/rpc/invoices/pause", &format!("number=NORTHWIND-0001&reason={}", reason.replace(' ', "+"))).await;
        let resumed = company.done("/rpc/invoices/resume", "number=NORTHWIND-0001").await;
        company.undo(&resumed).await;
        let page = company.app.get("/invoices/NORTHWIND-0001", Some(&company.owner)).await.body;
        assert!(page.contains(reason), "it is paused again for the same reason");
    }

    async fn rewards_are_filtered_by_plain_addresses(db: &TestDb) {
        let company = company(db).await;
        let rows = async |query: &str| {
            let page = company.app.get(&format!("/rewards?{query}"), Some(&company.owner)).await.body;
            let found: Vec<usize> = (0..3).filter(|place| page.contains(&format!("href=\"/c/northwind/rewards/{}", company.keys[*place]))).collect();
            (found, page)
        };
        for (query, expected) in [
            ("", &[0, 1, 2][..]),
            ("partner=bolt", &[1]),
            ("partner=Bolt+Med", &[1]),
            ("partner=nobody", &[]),
            ("customer=c-1", &[0, 2]),
            ("customer=Carla&source=refund", &[2]),
            ("min=50&max=60", &[1]),
        ] {
            assert_eq!(rows(query).await.0, expected, "{query}");
        }
        let (_, page) = rows("partner=Bolt+Med&min=5").await;
        assert!(page.contains("name=\"partner\"") && page.contains("value=\"Bolt Med\""), "what was typed stays");
        assert!(page.contains("Filters, 2 set") && page.contains("Bolt Media"));
        let tab = company.app.get("/partners/acme/rewards", Some(&company.owner)).await.body;
        assert!(tab.contains("?status=invoiced") && tab.contains("?status=paid"), "the tab filters by what was invoiced and paid");
    }
}
