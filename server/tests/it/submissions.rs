//! Forms that move money: sent twice, mended, sent too late; and what a production database refuses.

use axum::http::{Method, StatusCode};
use data::store::entities::rewards;
use exchange::imports::Kind;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::harness::{PASSWORD, PLACE, TestApp, hidden, hold_writers, request};
use crate::on_both;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nacme,Acme,ada@acme.example,,,affiliates\n";
const REWARD: &str = "partner_key=acme&description=Thanks&amount=25.00&currency=USD";
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

async fn user_of(app: &TestApp, email: &str) -> uuid::Uuid {
    use data::store::entities::users;
    users::Entity::find().filter(users::Column::Email.eq(email)).one(app.db.read()).await.unwrap().unwrap().id
}

/// Forgets what was answered so long ago.
async fn lose_answers(app: &TestApp, ago_ms: i64) {
    use data::store::entities::submissions::{Column, Entity};
    use sea_orm::sea_query::Expr;
    let at = app::ctx::real_now().0 - ago_ms;
    let lost: data::Result<()> = data::transact!(app.db, |tx| {
        Entity::update_many().col_expr(Column::Result, Expr::value("")).col_expr(Column::At, Expr::value(at)).exec(tx).await?;
        Ok(())
    });
    lost.unwrap();
}

on_both! {
    async fn a_form_sent_twice_is_done_once_and_answered_twice(db: &TestDb) {
        let (app, owner) = app(db).await;
        let form = app.signed(PATH, REWARD, Some(&owner)).await;
        let first = app.call(PATH, &form, Some(&owner)).await;
        let second = app.call(PATH, &form, Some(&owner)).await;
        assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK), "{}", first.body);
        assert_eq!(first.body, second.body);
        assert_eq!(manual_rewards(&app).await, 1);
        // Also in other sessions of this person.
        let user_id = user_of(&app, "owner@northwind.example").await;
        for _ in 0..3 {
            let session = app.session_of(user_id).await;
            assert_eq!(app.call(PATH, &form, Some(&session)).await.body, first.body);
        }
        assert_eq!(manual_rewards(&app).await, 1);
        let another = app.call(PATH, REWARD, Some(&owner)).await;
        assert_eq!((another.status, manual_rewards(&app).await), (StatusCode::OK, 2));
    }

    async fn a_form_sent_again_with_other_values_is_refused(db: &TestDb) {
        let (app, owner) = app(db).await;
        let form = app.signed(PATH, REWARD, Some(&owner)).await;
        let first = app.call(PATH, &form, Some(&owner)).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        let (fields, rest) = form.split_once("&description=Thanks").unwrap();
        for other in [form.replace("25.00", "26.00"), format!("description=Thanks&{fields}{rest}")] {
            let refused = app.call(PATH, &other, Some(&owner)).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
            assert!(refused.body.contains("This form was sent before with other values"), "{}", refused.body);
        }
        assert_eq!(manual_rewards(&app).await, 1);
        assert_eq!(app.call(PATH, &form, Some(&owner)).await.body, first.body);
        // Another form of the same page.
        let other = format!("{}&form_name=second", form.replace("25.00", "26.00"));
        assert_eq!(app.call(PATH, &other, Some(&owner)).await.status, StatusCode::OK);
        assert_eq!(manual_rewards(&app).await, 2);
    }

    async fn a_double_click_is_one_form_and_both_are_told_what_it_did(db: &TestDb) {
        let (app, owner) = app(db).await;
        let form = app.signed(PATH, REWARD, Some(&owner)).await;
        let held = hold_writers(db, "rewards").await;
        let release = async {
            // Both are on their way; whichever comes first, the other one waits for it.
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            held.rollback().await.unwrap();
        };
        let (first, second, ()) = tokio::join!(app.post(PATH, &form, Some(&owner)), app.post(PATH, &form, Some(&owner)), release);
        assert_eq!(manual_rewards(&app).await, 1);
        assert_eq!((first.location(), second.location()), ("/c/northwind/partners/acme/rewards", "/c/northwind/partners/acme/rewards"));
        assert!(app.get(second.location(), Some(&owner)).await.body.contains("Created a reward of $25.00"));
    }

    async fn a_form_whose_answer_got_lost_is_not_done_again(db: &TestDb) {
        let (app, owner) = app(db).await;
        let form = app.signed(PATH, REWARD, Some(&owner)).await;
        app.call(PATH, &form, Some(&owner)).await;
        // As it is when the process ended after the commit and before the answer was kept; two minutes later.
        lose_answers(&app, 120_000).await;
        let again = app.call(PATH, &form, Some(&owner)).await;
        assert!(again.status == StatusCode::OK && again.body.contains("This was done already."), "{}", again.body);
        assert_eq!(manual_rewards(&app).await, 1);
    }

    async fn a_form_that_is_still_being_worked_on_comes_back_as_it_was(db: &TestDb) {
        let (app, owner) = app(db).await;
        let token = app.token(PATH, PLACE, Some(&owner)).await;
        let form = format!("place={PLACE}&{REWARD}&form_token={token}");
        app.call(PATH, &form, Some(&owner)).await;
        lose_answers(&app, 0).await;
        let page = "/partners/acme/manual-reward";
        let request = request(Method::POST, PATH, Some(&owner))
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .header("referer", format!("http://tributary.test{page}"))
            .header("content-type", "application/x-www-form-urlencoded");
        let busy = app.send(request.body(form.clone().into()).unwrap()).await;
        assert_eq!(busy.location(), page);
        let back = app.get(page, Some(&owner)).await.body;
        assert!(back.contains("This form is still being worked on") && back.contains("value=\"25.00\""), "{back}");
        assert_eq!(hidden(&back, PATH, "form_token"), token);
        assert_eq!(manual_rewards(&app).await, 1);
    }

    async fn a_form_from_no_page_of_ours_changes_nothing(db: &TestDb) {
        use data::store::entities::partnerships;
        let (app, owner) = app(db).await;
        const ARCHIVE: &str = "/rpc/partners/archive";
        let elsewhere = app.token("/rpc/partners/restore", PLACE, Some(&owner)).await;
        let old = "aGk.0191e0c0-3";
        for token in ["", &elsewhere, old, "...", &"x".repeat(100_000)] {
            let form = format!("key=acme&form_token={token}");
            let plain = app.post(ARCHIVE, &form, Some(&owner)).await;
            assert_eq!(plain.status, StatusCode::SEE_OTHER);
            assert_eq!(app.call(ARCHIVE, &form, Some(&owner)).await.status, StatusCode::CONFLICT);
        }
        let status = partnerships::Entity::find().one(app.db.read()).await.unwrap().unwrap().status;
        assert_eq!(status, "approved");
        // What was typed comes back, in words.
        let form = format!("place={PLACE}&{REWARD}&form_token=old");
        let page = "/partners/acme/manual-reward";
        let request = request(Method::POST, PATH, Some(&owner))
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .header("referer", format!("http://tributary.test{page}"))
            .header("content-type", "application/x-www-form-urlencoded");
        app.send(request.body(form.into()).unwrap()).await;
        let back = app.get(page, Some(&owner)).await.body;
        assert!(back.contains("comes from a page that is too old") && back.contains("value=\"25.00\""), "{back}");
        assert_eq!(manual_rewards(&app).await, 0);
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

    async fn a_refusal_is_told_also_while_nothing_can_be_stored(db: &TestDb) {
        let (app, owner) = app(db).await;
        let page = "/c/northwind/partners/acme/manual-reward";
        app.db.faults().last();
        let request = request(Method::POST, PATH, Some(&owner))
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .header("referer", format!("http://tributary.test{page}"))
            .header("content-type", "application/x-www-form-urlencoded");
        let refused = app.send(request.body(app.signed(PATH, REWARD, Some(&owner)).await.into()).unwrap()).await;
        assert_eq!(refused.location(), page);
        let both = format!("{owner}; {}", refused.flash().unwrap());
        let back = app.get(page, Some(&both)).await.body;
        assert!(back.contains("Nothing was changed"), "{back}");
        assert_eq!(manual_rewards(&app).await, 0);
    }

    async fn a_production_database_offers_nobody_and_moves_no_clock(db: &TestDb) {
        let (app, owner) = app(db).await;
        let made: data::Result<()> = data::transact!(app.db, |tx| {
            use data::store::entities::installation::{Column, Entity};
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
