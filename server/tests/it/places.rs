//! Whose company: an address and a form say it, whatever other tabs and other companies hold.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, REFERER};
use axum::http::{Method, StatusCode};
use data::act::{Act, Actor};
use data::people::accounts::Place as Member;
use data::store::entities::{audit, companies, partners, rewards};
use domain::Instant;
use domain::states::{CompanyRole, PartnerRole};
use exchange::imports::{self, Kind, Options};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

use crate::harness::{Answer, NOW, PROGRAMME, TestApp, request};
use crate::on_both;
use crate::testing::TestDb;

const NORTH: &str = "/c/northwind";
const SOUTH: &str = "/c/southwind";
const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nacme,Acme,ada@acme.example,,,affiliates\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\nc-1,Carla,carla@example.com,acme,2026-01-05T10:00:00Z\n";
const SALES: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     s-1,c-1,200.00,USD,2026-03-03T09:00:00Z,pro,,\n";
const REWARD: &str = "partner_key=acme&description=Thanks&amount=77&currency=USD";
const MANUAL: &str = "/rpc/partners/manual-reward";
const PROFILE: &str = "timezone=America/New_York&currency=USD&charge_provider=manual&payout_provider=manual&customer_visibility=name";

/// Two companies with a partner of the same key, and somebody who owns both.
struct Both {
    app: TestApp,
    south: Uuid,
    user_id: Uuid,
    cookie: String,
}

impl Both {
    async fn new(db: &TestDb) -> Both {
        let app = TestApp::new(db).await;
        let now = Instant::parse(NOW).unwrap();
        let other = PROGRAMME.replace("northwind", "southwind").replace("Northwind", "Southwind");
        data::programme::apply(&app.db, &other, false, Actor::Named("test"), now).await.unwrap();
        let south = data::programme::companies::find_by_key(app.db.read(), "southwind").await.unwrap().id;
        for company in [app.company_id, south] {
            for (kind, content) in [(Kind::Partners, PARTNERS), (Kind::Customers, CUSTOMERS)] {
                let input = std::io::Cursor::new(content.as_bytes());
                let report = imports::import(&app.db, &Act::named(company, "test", now), kind, input, Options::default(), Arc::new(|_| {}))
                    .await
                    .unwrap();
                assert_eq!(report.created, 1);
            }
        }
        let user_id = app.add_user("owner@both.example", CompanyRole::Owner).await;
        app.add_user_at(Member::Company(south, CompanyRole::Owner), "owner@both.example").await;
        let cookie = app.session_of(user_id).await;
        Both { app, south, user_id, cookie }
    }

    async fn page(&self, path: &str) -> Answer {
        self.app.ask(path, Some(&self.cookie)).await
    }

    /// A form as the browser sends it from this page.
    async fn send(&self, path: &str, page: &str, form: &str) -> Answer {
        let request = request(Method::POST, path, Some(&self.cookie))
            .header("sec-fetch-site", "same-origin")
            .header(ACCEPT, "text/html,application/xhtml+xml")
            .header(REFERER, format!("http://tributary.test{page}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.app.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// Exactly this, as the client sends it.
    async fn background(&self, path: &str, form: &str) -> Answer {
        let request = request(Method::POST, path, Some(&self.cookie))
            .header("sec-fetch-site", "same-origin")
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.app.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn manual_rewards(&self, company_id: Uuid) -> u64 {
        let given = rewards::Entity::find().filter(rewards::Column::CompanyId.eq(company_id)).filter(rewards::Column::Source.eq("manual"));
        given.count(self.app.db.read()).await.unwrap()
    }

    async fn name(&self, company_id: Uuid) -> String {
        companies::Entity::find_by_id(company_id).one(self.app.db.read()).await.unwrap().unwrap().name
    }

    /// Everything recorded of both companies.
    async fn traces(&self) -> u64 {
        audit::Entity::find().count(self.app.db.read()).await.unwrap()
    }
}

/// The form of this action on a page, filled in with `typed`: its hidden fields come along.
fn filled(page: &str, action: &str, typed: &str) -> String {
    let (_, form) = page.split_once(&format!("action=\"{action}\"")).unwrap();
    let form = form.split_once("</form>").unwrap().0;
    let fields = form.split("<input type=\"hidden\"").skip(1).map(|field| {
        let of = |name: &str| field.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0;
        (of("name"), of("value"))
    });
    let untouched = fields.filter(|(name, _)| !typed.split('&').any(|field| field.starts_with(&format!("{name}="))));
    let untouched: Vec<String> = untouched.map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{typed}", untouched.join("&"))
}

fn links(page: &str) -> BTreeSet<String> {
    let quoted = |attribute: &str| {
        let parts: Vec<String> =
            page.split(&format!(" {attribute}=\"")).skip(1).map(|part| part.split('"').next().unwrap().replace("&amp;", "&")).collect();
        parts
    };
    quoted("href").into_iter().chain(quoted("action")).chain(quoted("formaction")).collect()
}

on_both! {
    async fn two_tabs_are_two_companies(db: &TestDb) {
        let both = Both::new(db).await;
        let north = both.page(&format!("{NORTH}/partners/acme/manual-reward")).await.body;
        let south = both.page(&format!("{SOUTH}/partners/acme/manual-reward")).await.body;
        assert!(north.contains(">Northwind<") && south.contains(">Southwind<"));
        // What was opened first is sent last.
        let done = both.send(MANUAL, &format!("{NORTH}/partners/acme/manual-reward"), &filled(&north, MANUAL, REWARD)).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/c/northwind/partners/acme/rewards"));
        assert_eq!((both.manual_rewards(both.app.company_id).await, both.manual_rewards(both.south).await), (1, 0));
        let done = both.send(MANUAL, &format!("{SOUTH}/partners/acme/manual-reward"), &filled(&south, MANUAL, REWARD)).await;
        assert_eq!(done.location(), "/c/southwind/partners/acme/rewards");
        assert_eq!((both.manual_rewards(both.app.company_id).await, both.manual_rewards(both.south).await), (1, 1));
        let page = both.page(done.location()).await.body;
        assert!(page.contains("Created a reward of $77.00") && page.contains("name=\"place\" value=\"/c/southwind\""), "{page}");
    }

    async fn a_message_waits_for_a_page_of_its_place(db: &TestDb) {
        let both = Both::new(db).await;
        let form = both.page(&format!("{SOUTH}/partners/acme/manual-reward")).await.body;
        let done = both.send(MANUAL, &format!("{SOUTH}/partners/acme/manual-reward"), &filled(&form, MANUAL, REWARD)).await;
        let told = "Created a reward of $77.00";
        // Another tab is quicker.
        for page in ["", "/partners", "/partners/acme/rewards"] {
            assert!(!both.page(&format!("{NORTH}{page}")).await.body.contains(told), "{page}");
        }
        assert!(both.page(done.location()).await.body.contains(told));
        assert!(!both.page(done.location()).await.body.contains(told), "once");
    }

    async fn settings_are_saved_where_they_were_opened(db: &TestDb) {
        let both = Both::new(db).await;
        let page = both.page(&format!("{SOUTH}/settings")).await.body;
        both.page(&format!("{NORTH}/settings")).await;
        let form = filled(&page, "/rpc/settings/save-profile", &format!("name=Southwind+GmbH&{PROFILE}"));
        let done = both.send("/rpc/settings/save-profile", &format!("{SOUTH}/settings"), &form).await;
        assert_eq!(done.location(), "/c/southwind/settings");
        assert_eq!(both.name(both.app.company_id).await, "Northwind");
        assert_eq!(both.name(both.south).await, "Southwind GmbH");
    }

    async fn a_form_is_refused_on_a_page_of_another_company(db: &TestDb) {
        let both = Both::new(db).await;
        let stranger = both.app.add_user_at(Member::Company(both.south, CompanyRole::Owner), "owner@south.example").await;
        let stranger = both.app.session_of(stranger).await;
        let before = both.traces().await;
        let form = format!("place={SOUTH}&{REWARD}");
        let page = format!("{NORTH}/partners/acme/manual-reward");
        let refused = both.send(MANUAL, &page, &form).await;
        assert_eq!((refused.status, refused.location()), (StatusCode::SEE_OTHER, page.as_str()));
        let shown = both.page(&page).await.body;
        assert!(shown.contains("This form is for another company than its page") && shown.contains("value=\"77\""), "{shown}");
        assert_eq!(both.traces().await, before);
        for place in [NORTH, "/c/nobody", "/p/nobody"] {
            let answer = both.app.call(MANUAL, &format!("place={place}&{REWARD}"), Some(&stranger)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{place}: {}", answer.body);
        }
        assert_eq!(both.traces().await, before);
    }

    async fn a_form_without_a_place_comes_back_at_the_one_that_is_chosen(db: &TestDb) {
        let both = Both::new(db).await;
        let before = both.traces().await;
        for place in ["", "place=&", "place=northwind&", "place=/c/&"] {
            let answer = both.background(MANUAL, &format!("{place}{REWARD}")).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{place}: {}", answer.body);
            assert!(answer.body.contains("doesn't say which company"), "{}", answer.body);
        }
        let refused = both.send(MANUAL, "/partners/acme/manual-reward", &format!("form_token=old&{REWARD}")).await;
        assert_eq!(refused.location(), "/partners/acme/manual-reward");
        let asked = both.page(refused.location()).await;
        assert_eq!(asked.location(), "/places?next=/partners/acme/manual-reward");
        for _ in 0..2 {
            let chooser = both.page(asked.location()).await.body;
            assert!(chooser.contains("Your form was not sent"), "{chooser}");
        }
        let page = both.page(&format!("{SOUTH}/partners/acme/manual-reward")).await.body;
        assert!(page.contains("doesn't say which company") || page.contains("doesn&#x27;t say which company"), "{page}");
        assert!(page.contains("value=\"77\"") && page.contains("name=\"place\" value=\"/c/southwind\""), "{page}");
        assert_eq!(both.traces().await, before);
    }

    async fn addresses_without_a_place_lead_to_the_only_one(db: &TestDb) {
        let both = Both::new(db).await;
        let app = &both.app;
        let owner = app.owner().await;
        let acme = data::people::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let key = partners::Entity::find_by_id(acme).one(app.db.read()).await.unwrap().unwrap().key;
        assert_eq!(key.len(), 12);
        let ada = app.add_user_at(Member::Partner(acme, PartnerRole::Owner), "ada@acme.example").await;
        let ada = app.session_of(ada).await;
        let partner = |path: &str| format!("/p/{key}{path}");
        for (cookie, old, now) in [
            (&owner, "/", "/c/northwind".to_owned()),
            (&owner, "/?day=1", "/c/northwind?day=1".to_owned()),
            (&owner, "/rewards?status=pending&min=5", "/c/northwind/rewards?status=pending&min=5".to_owned()),
            (&owner, "/partners/a%20b~2Fc/rewards", "/c/northwind/partners/a%20b~2Fc/rewards".to_owned()),
            (&owner, "/export/rewards.csv?q=a", "/c/northwind/export/rewards.csv?q=a".to_owned()),
            (&owner, "/payouts/NORTHWIND-0001.xml", "/c/northwind/payouts/NORTHWIND-0001.xml".to_owned()),
            (&owner, "/upload/import/rest.csv", "/c/northwind/upload/import/rest.csv".to_owned()),
            (&owner, "/places?next=/rewards", "/c/northwind/rewards".to_owned()),
            (&owner, "/sign-in?next=/c/northwind/offers", "/c/northwind/offers".to_owned()),
            (&ada, "/", partner("")),
            (&ada, "/partner", partner("")),
            (&ada, "/partner/commissions/rwd_1?status=paid", partner("/commissions/rwd_1?status=paid")),
            (&ada, "/partner/payouts", partner("/payouts")),
            (&both.cookie, "/", "/places".to_owned()),
            (&both.cookie, "/rewards?q=a&b=c", "/places?next=/rewards%3Fq%3Da%26b%3Dc".to_owned()),
        ] {
            let answer = app.ask(old, Some(cookie)).await;
            assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, now.as_str()), "{old}");
        }
        let chooser = both.page("/places?next=/rewards%3Fq%3Da%26b%3Dc").await.body;
        let links = links(&chooser);
        assert!(links.contains("/c/northwind/rewards?q=a&b=c") && links.contains("/c/southwind/rewards?q=a&b=c"), "{links:?}");
        assert!(chooser.contains(">Northwind<") && chooser.contains(">Southwind<") && chooser.contains(">Owner<"), "{chooser}");
        // Somebody with a company and a partner is asked only where both are meant.
        app.add_user_at(Member::Partner(acme, PartnerRole::Member), "owner@northwind.example").await;
        assert_eq!(app.ask("/rewards", Some(&owner)).await.location(), "/c/northwind/rewards");
        assert_eq!(app.ask("/partner/payouts", Some(&owner)).await.location(), partner("/payouts"));
        assert_eq!(app.ask("/", Some(&owner)).await.location(), "/places");
        assert!(app.ask("/places", Some(&owner)).await.body.contains("Member, as partner of "));
    }

    async fn a_slash_at_the_end_is_left_out(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        for (path, same) in [
            ("/partners/", "/partners"),
            ("/c/northwind/", "/c/northwind"),
            ("/c/northwind/customers/?q=a/", "/c/northwind/customers?q=a/"),
            ("/c/northwind/export/rewards.csv/", "/c/northwind/export/rewards.csv"),
            ("/c/northwind/partners///", "/c/northwind/partners"),
            ("/sign-in/", "/sign-in"),
            ("/health/", "/health"),
            ("//", "/"),
            ("//evil.example/", "/"),
        ] {
            for cookie in [None, Some(owner.as_str())] {
                let answer = app.ask(path, cookie).await;
                assert_eq!((answer.status, answer.location()), (StatusCode::PERMANENT_REDIRECT, same), "{path}");
            }
        }
        let request = request(Method::POST, "/c/northwind/partners/", Some(&owner)).header("sec-fetch-site", "same-origin");
        assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn every_link_of_a_page_stays_at_its_place(db: &TestDb) {
        let both = Both::new(db).await;
        both.app.import(Kind::Transactions, SALES).await;
        let until = Instant::parse("2026-04-03T12:00:00Z").unwrap();
        data::due::run_until(&both.app.db, &both.app.due, until, &|_, _| {}).await.unwrap();
        let acme = data::people::accounts::find_partner(&both.app.db, both.app.company_id, "acme").await.unwrap();
        both.app.add_user_at(Member::Partner(acme, PartnerRole::Owner), "owner@both.example").await;
        let user = data::people::accounts::find_user(&both.app.db, both.user_id).await.unwrap().unwrap();
        let places: Vec<String> = user.memberships.iter().map(|membership| membership.place().to_string()).collect();
        assert_eq!(places.len(), 3);
        for (start, at_least) in [(NORTH, 30), (places[2].as_str(), 5)] {
            let mut seen = BTreeSet::from([start.to_owned(), format!("{NORTH}/search?q=acme")]);
            if start != NORTH {
                seen.remove(&format!("{NORTH}/search?q=acme"));
            }
            let mut waiting: Vec<String> = seen.iter().cloned().collect();
            while let Some(path) = waiting.pop() {
                let answer = both.page(&path).await;
                assert!(answer.status != StatusCode::NOT_FOUND && !answer.status.is_server_error() && !answer.status.is_redirection(), "{path}: {}", answer.status);
                for link in links(&answer.body) {
                    let own = link == start || link.starts_with(&format!("{start}/")) || link.starts_with(&format!("{start}?"));
                    let elsewhere = places.contains(&link) || ["/rpc/", "/pkg/", "/icons.svg", "/sign-out", "/favicon", "/apple-touch", "/manifest"].iter().any(|start| link.starts_with(start));
                    assert!(own || elsewhere || !link.starts_with('/'), "{path} leads to {link}");
                    // Each page once, whatever its list is narrowed to.
                    let page = link.split(['?', '#']).next().unwrap().to_owned();
                    if own && seen.insert(page) {
                        waiting.push(link.split('#').next().unwrap().to_owned());
                    }
                }
            }
            assert!(seen.len() >= at_least, "{start}: {seen:?}");
        }
    }
}
