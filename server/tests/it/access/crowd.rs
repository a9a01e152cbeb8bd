//! Everybody who may ask, at a company where there is something to see.

use data::act::{Act, Actor};
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use data::people::accounts::Place;
use domain::Instant;
use domain::access::{allows, partner_allows};
use domain::states::{CompanyRole, PartnerRole, ProviderKind};
use exchange::imports::{self, Kind, Options};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::For::{self, Company, Everybody, Partner, People};
use crate::harness::{Answer, PLACE, PROGRAMME, TestApp, request};
use crate::testing::TestDb;

const QUERY: &str = r#"{"search":"","sort":"","page":"","filters":{}}"#;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\n\
                        acme,Quokka Blog,ada@quokka.example,Ada,Quokka,affiliates\nbolt,Quokka Bolt,bo@quokka.example,Bo,Quokka,affiliates\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\nc-1,Quokka Carla,carla@quokka.example,acme,2026-01-05T10:00:00Z\n";
const SALES: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     s-1,c-1,200.00,USD,2026-03-03T09:00:00Z,quokka-pro,,\n";
const LATER: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     s-2,c-1,300.00,USD,2026-04-15T09:00:00Z,quokka-pro,,\n";

/// Everybody who may ask, with their cookie.
pub struct Crowd {
    pub app: TestApp,
    pub(super) visitors: Vec<(Who, Option<String>)>,
    /// With the place that they belong to.
    pub(super) outsiders: Vec<(String, String)>,
    names: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug)]
pub enum Who {
    Visitor,
    Teammate(CompanyRole),
    Member(PartnerRole),
}

impl Who {
    /// The status of those who may not; `None` for those who may.
    pub(super) fn refused(self, what: For) -> Option<StatusCode> {
        let allowed = match (what, self) {
            (Everybody, _) | (People, Who::Teammate(_) | Who::Member(_)) => true,
            (_, Who::Visitor) => return Some(StatusCode::UNAUTHORIZED),
            (Company(action), Who::Teammate(role)) => allows(role, action),
            (Partner(action), Who::Member(role)) => partner_allows(role, action),
            // Another's place is like one that is not there.
            (Company(_), Who::Member(_)) | (Partner(_), Who::Teammate(_)) => return Some(StatusCode::NOT_FOUND),
        };
        (!allowed).then_some(StatusCode::FORBIDDEN)
    }
}

impl Crowd {
    /// A company with a paid invoice and one in review, its people, a partner's people, and people of another company.
    pub async fn gather(db: &TestDb) -> Crowd {
        let app = TestApp::new(db).await;
        for (kind, content) in [(Kind::Partners, PARTNERS), (Kind::Customers, CUSTOMERS), (Kind::Transactions, SALES)] {
            bring_in(&app, kind, content).await;
        }
        run_until(&app, "2026-04-20T12:00:00Z").await;
        bring_in(&app, Kind::Transactions, LATER).await;
        run_until(&app, "2026-05-02T12:00:00Z").await;

        let mut visitors = vec![(Who::Visitor, None)];
        for role in CompanyRole::ALL {
            let id = app.add_user(&format!("{role}@northwind.example"), *role).await;
            visitors.push((Who::Teammate(*role), Some(app.session_of(id).await)));
        }
        let acme = data::people::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let mut members = Vec::new();
        for role in PartnerRole::ALL {
            let id = app.add_user_at(Place::Partner(acme, *role), &format!("{role}@acme.example")).await;
            visitors.push((Who::Member(*role), Some(app.session_of(id).await)));
            members.push(id);
        }

        let now = data::installation::now(&app.db).await.unwrap();
        let other = PROGRAMME.replace("northwind", "southwind").replace("Northwind", "Southwind");
        data::programme::apply(&app.db, &other, false, Actor::Named("test"), now).await.unwrap();
        let south = data::programme::companies::find_by_key(app.db.read(), "southwind").await.unwrap().id;
        let partner = "partner_key,name,email,first_name,last_name,group\nsolo,Solo,solo@example.com,So,Lo,affiliates\n";
        let report = import(&app, south, Kind::Partners, partner).await;
        assert_eq!(report.created, 1);
        let solo = data::people::accounts::find_partner(&app.db, south, "solo").await.unwrap();
        let mut outsiders = Vec::new();
        for (place, email) in [
            (Place::Company(south, CompanyRole::Owner), "owner@southwind.example"),
            (Place::Partner(solo, PartnerRole::Owner), "owner@solo.example"),
        ] {
            let id = app.add_user_at(place, email).await;
            outsiders.push((app.session_of(id).await, own_place(&app, id).await));
        }
        let mut names = names(&app).await;
        names.push(("/p/{acme}", own_place(&app, members[0]).await));
        Crowd { app, visitors, outsiders, names }
    }

    pub fn cookie_of_owner(&self) -> String {
        self.cookie(|who| matches!(who, Who::Teammate(CompanyRole::Owner)))
    }

    pub fn cookie_of_member(&self) -> String {
        self.cookie(|who| matches!(who, Who::Member(_)))
    }

    fn cookie(&self, is_it: impl Fn(&Who) -> bool) -> String {
        self.visitors.iter().find(|(who, _)| is_it(who)).and_then(|(_, cookie)| cookie.clone()).unwrap()
    }

    pub fn fill(&self, text: &str) -> String {
        self.names.iter().fold(text.replace("{QUERY}", QUERY), |text, (name, value)| text.replace(name, value))
    }

    /// Where a function of this company, or of its partner, is asked for.
    pub fn place(&self, what: For) -> String {
        match what {
            Company(_) => PLACE.to_owned(),
            Partner(_) => self.fill("/p/{acme}"),
            Everybody | People => String::new(),
        }
    }

    pub(super) async fn call(&self, path: &str, arguments: &str, place: &str, cookie: Option<&str>) -> Answer {
        let arguments = match (place, self.fill(arguments)) {
            ("", arguments) => arguments,
            (place, json) if json.starts_with('{') => json.replacen('{', &format!("{{\"place\":\"{place}\","), 1),
            (place, form) => format!("place={place}&{form}"),
        };
        let json = arguments.starts_with('{');
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        let arguments = if json { arguments } else { self.app.signed(path, &arguments, cookie).await };
        let request = request(Method::POST, path, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, kind);
        self.app.send(request.body(Body::from(arguments)).unwrap()).await
    }

    /// How much is recorded of the company: grows with everything that anybody does to it.
    pub(super) async fn traces(&self) -> u64 {
        use data::store::entities::audit::{Column, Entity};
        Entity::find().filter(Column::CompanyId.eq(self.app.company_id)).count(self.app.db.read()).await.unwrap()
    }
}

/// Of the only place that somebody belongs to.
async fn own_place(app: &TestApp, user_id: Uuid) -> String {
    let user = data::people::accounts::find_user(&app.db, user_id).await.unwrap().unwrap();
    user.memberships[0].place().to_string()
}

async fn import(app: &TestApp, company_id: Uuid, kind: Kind, content: &'static str) -> imports::Report {
    let now = data::installation::now(&app.db).await.unwrap();
    let input = std::io::Cursor::new(content.as_bytes());
    imports::import(&app.db, &Act::named(company_id, "test", now), kind, input, Options::default(), Arc::new(|_| {})).await.unwrap()
}

async fn bring_in(app: &TestApp, kind: Kind, content: &'static str) {
    let report = import(app, app.company_id, kind, content).await;
    assert!(report.errors.is_empty() && report.created > 0, "{report:?}");
}

async fn run_until(app: &TestApp, until: &str) {
    let until = Instant::parse(until).unwrap();
    data::due::run_until(&app.db, &app.due, until, &|_, _| {}).await.unwrap();
}

/// The payout is returned by its bank, and a payment file is made to pay it again.
async fn payment_file(app: &TestApp, payout: &data::store::entities::payouts::Model) -> String {
    use data::programme::companies::Profile;
    let (db, id) = (&app.db, app.company_id);
    let now = data::installation::now(db).await.unwrap();
    let account = || Some("DE89 3704 0044 0532 0130 00".to_owned());
    let by_hand = Profile { payout_provider: Some(ProviderKind::Manual), iban: account(), ..Profile::default() };
    data::programme::companies::update(db, &Act::named(id, "test", now), &by_hand).await.unwrap();
    let change = data::network::partners::PartnerChange { payout_account: account(), ..Default::default() };
    data::network::partners::update(db, &Act::named(id, "test", now), payout.partnership_id, &change).await.unwrap();
    let on = "2026-04-20".parse().unwrap();
    data::billing::payouts::mark_returned(db, &Act::named(id, "test", now), payout.attempt().unwrap(), on, "closed").await.unwrap();
    data::billing::payouts::retry(db, &Act::named(id, "test", now), payout.attempt().unwrap()).await.unwrap();
    let invoice = data::billing::invoices::get(db.read(), id, payout.invoice_id).await.unwrap();
    exchange::payment_files::make(db, &Act::named(id, "test", now), &invoice.number, exchange::payment_files::Which::New).await.unwrap().key
}

async fn names(app: &TestApp) -> Vec<(&'static str, String)> {
    use data::store::entities::{invoices, payouts, rewards};
    let reward = rewards::Entity::find().filter(rewards::Column::InvoiceMonth.eq(202_604)).one(app.db.read()).await.unwrap().unwrap();
    let invoice = invoices::Entity::find().filter(invoices::Column::Month.eq(202_604)).one(app.db.read()).await.unwrap().unwrap();
    let payout = payouts::Entity::find().one(app.db.read()).await.unwrap().unwrap();
    let file = payment_file(app, &payout).await;
    vec![("{reward}", reward.key), ("{invoice}", invoice.number), ("{payout}", domain::payouts::key(payout.id)), ("{file}", file)]
}
