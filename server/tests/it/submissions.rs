//! Forms that move money: sent twice, mended, sent too late; and what a production database refuses.

use axum::http::StatusCode;
use data::entities::rewards;
use data::imports::Kind;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::harness::{PASSWORD, TestApp};
use crate::on_both;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nacme,Acme,ada@acme.example,,,affiliates\n";
const REWARD: &str = "form_token=abc123&partner_key=acme&description=Thanks&amount=25.00&currency=USD";
const PATH: &str = "/rpc/partners/manual-reward";

async fn app(db: &TestDb) -> (TestApp, String) {
    let app = TestApp::new(db).await;
    app.import(Kind::Partners, PARTNERS).await;
    let owner = app.owner().await;
    (app, owner)
}

async fn manual_rewards(app: &TestApp) -> u64 {
    rewards::Entity::find().filter(rewards::Column::Source.eq("manual")).count(app.db.read()).await.unwrap()
}

on_both! {
    async fn a_form_sent_twice_is_done_once_and_answered_twice(db: &TestDb) {
        let (app, owner) = app(db).await;
        let first = app.call(PATH, REWARD, Some(&owner)).await;
        let second = app.call(PATH, REWARD, Some(&owner)).await;
        assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK), "{}", first.body);
        assert_eq!(first.body, second.body);
        assert_eq!(manual_rewards(&app).await, 1);
        let another = app.call(PATH, &REWARD.replace("abc123", "def456"), Some(&owner)).await;
        assert_eq!((another.status, manual_rewards(&app).await), (StatusCode::OK, 2));
    }

    async fn a_refused_form_can_be_mended_and_sent_again(db: &TestDb) {
        let (app, owner) = app(db).await;
        let wrong = app.call(PATH, &REWARD.replace("25.00", "25.001"), Some(&owner)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("amount"), "{}", wrong.body);
        assert_eq!(app.call(PATH, REWARD, Some(&owner)).await.status, StatusCode::OK);
        assert_eq!(manual_rewards(&app).await, 1);
    }

    async fn without_scripts_a_form_leads_on_and_a_refusal_leads_back(db: &TestDb) {
        let (app, owner) = app(db).await;
        let done = app.post(PATH, REWARD, Some(&owner)).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/c/northwind/partners/acme/rewards"));
        let page = app.get(done.location(), Some(&owner)).await;
        assert!(page.body.contains("Created a reward of $25.00"), "the page says what was done");
        assert!(!app.get(done.location(), Some(&owner)).await.body.contains("Created a reward of $25.00"), "once");
        let refused = app.post(PATH, &REWARD.replace("25.00", "much"), Some(&owner)).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER);
    }

    async fn a_session_that_ended_in_mid_form_changes_nothing_and_leads_to_the_sign_in(db: &TestDb) {
        let (app, owner) = app(db).await;
        app.post("/sign-out", "", Some(&owner)).await;
        assert_eq!(app.call(PATH, REWARD, Some(&owner)).await.status, StatusCode::UNAUTHORIZED);
        let plain = app.post(PATH, REWARD, Some(&owner)).await;
        assert!(plain.location().starts_with("/sign-in"), "{}", plain.location());
        assert_eq!(manual_rewards(&app).await, 0);
        // What was typed comes back after signing in, so the same form counts.
        let form = format!("email=owner%40northwind.example&password={PASSWORD}&next=");
        let back = app.post("/rpc/session/sign-in", &form, None).await.cookie().unwrap();
        assert_eq!(app.call(PATH, REWARD, Some(&back)).await.status, StatusCode::OK);
        assert_eq!(manual_rewards(&app).await, 1);
    }

    async fn a_production_database_offers_nobody_and_moves_no_clock(db: &TestDb) {
        let (app, owner) = app(db).await;
        let made: data::Result<()> = data::transact!(app.db, |tx| {
            use data::entities::installation::{Column, Entity};
            use sea_orm::sea_query::Expr;
            Entity::update_many()
                .col_expr(Column::Mode, Expr::value("production"))
                .col_expr(Column::SandboxNow, Expr::value(None::<i64>))
                .exec(tx)
                .await?;
            Ok(())
        });
        made.unwrap();
        assert_eq!(app.call("/rpc/session/demo-users", "", None).await.body, "[]");
        let entered = app.call("/rpc/session/demo-sign-in", "email=mia.bennett%40northwind.example", None).await;
        assert!(!entered.status.is_success() && entered.cookie().is_none(), "{}", entered.body);
        assert_eq!(app.call("/rpc/sandbox/jumps", "effects=true", Some(&owner)).await.body, "[]");
        for arguments in ["days=1", "to=2099-01-01T00%3A00%3A00Z"] {
            let moved = app.call("/rpc/sandbox/move", arguments, Some(&owner)).await;
            assert!(!moved.status.is_success() && !moved.status.is_server_error(), "{}: {}", moved.status, moved.body);
        }
    }
}
