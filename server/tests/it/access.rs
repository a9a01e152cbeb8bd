//! Every server function, every page and every file, asked for by everybody: visitors, each role of the company, each role
//! of a partner, and the owner of another company. One that is not listed here fails the test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use data::accounts::Place;
use data::imports::{self, Kind, Options};
use domain::Instant;
use domain::access::{Action, PartnerAction, allows, partner_allows};
use domain::states::{CompanyRole, PartnerRole, ProviderKind};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::harness::{Answer, PATTERNS, PLACE, PROGRAMME, TestApp, request};
use crate::on_both;
use crate::testing::TestDb;

#[derive(Clone, Copy, Debug)]
pub enum For {
    Everybody,
    /// Whoever is signed in, at any place.
    People,
    Company(Action),
    Partner(PartnerAction),
}

use For::{Company, Everybody, Partner, People};
use PartnerAction::{ViewCommissions, ViewPayouts};

/// Sent as JSON when it begins with a brace; the place is added. `{reward}`, `{invoice}` and so on name things of the company.
pub const FUNCTIONS: &[(&str, For, &str)] = &[
    ("/rpc/customers/attribution", Company(Action::ManageCustomers), "key=c-1&partner=bolt&from=2026-04-01T00%3A00&reason=Mistake"),
    ("/rpc/customers/create", Company(Action::ManageCustomers), "customer_key=c-9&name=Nine&email=nine%40example.com&partner_key=acme"),
    ("/rpc/customers/detail", Company(Action::ViewProgramme), r#"{"key":"c-1","query":{QUERY}}"#),
    ("/rpc/customers/find", Company(Action::ViewProgramme), "text=Quokka"),
    ("/rpc/customers/forms", Company(Action::ManageCustomers), "key=c-1"),
    ("/rpc/customers/list", Company(Action::ViewProgramme), r#"{"query":{QUERY}}"#),
    ("/rpc/customers/preview-attribution", Company(Action::ManageCustomers), "key=c-1&partner=bolt&from=2026-04-01T00%3A00"),
    ("/rpc/customers/preview-void", Company(Action::ManageCustomers), "key=c-1&transaction=s-1"),
    (
        "/rpc/customers/refund",
        Company(Action::ManageCustomers),
        "customer_key=c-1&refund_of=s-1&amount=1.00&occurred_at=2026-04-16T09%3A00",
    ),
    ("/rpc/customers/sale", Company(Action::ManageCustomers), "customer_key=c-1&amount=10.00&currency=USD&occurred_at=2026-04-16T09%3A00"),
    ("/rpc/customers/save", Company(Action::ManageCustomers), "key=c-1&name=Quokka+Carla&email=carla%40example.com"),
    ("/rpc/customers/undo-attribution", Company(Action::ManageCustomers), "key=c-1&change=00000000-0000-0000-0000-000000000001"),
    ("/rpc/customers/undo-void", Company(Action::ManageCustomers), "customer_key=c-1&void=00000000-0000-0000-0000-000000000001"),
    ("/rpc/customers/void", Company(Action::ManageCustomers), "customer_key=c-1&transaction=none&reason=Twice"),
    ("/rpc/home", Company(Action::ViewProgramme), ""),
    ("/rpc/imports/apply", Company(Action::Import), "upload=none"),
    ("/rpc/imports/discard", Company(Action::Import), ""),
    ("/rpc/imports/page", Company(Action::Import), ""),
    ("/rpc/imports/preview-void", Company(Action::Import), "import=00000000-0000-0000-0000-000000000001"),
    ("/rpc/imports/undo-void", Company(Action::Import), "void=00000000-0000-0000-0000-000000000001"),
    ("/rpc/imports/void", Company(Action::Import), "import=00000000-0000-0000-0000-000000000001&reason=Wrong+file"),
    ("/rpc/invoices/charge-failed", Company(Action::MoveMoney), "number={invoice}&reason=None"),
    ("/rpc/invoices/confirm-charge", Company(Action::MoveMoney), "number={invoice}"),
    ("/rpc/invoices/confirm-payout", Company(Action::MoveMoney), "key={payout}.1"),
    ("/rpc/invoices/confirm-payouts", Company(Action::MoveMoney), "attempts={payout}.1&total=4000"),
    ("/rpc/invoices/detail", Company(Action::ViewProgramme), r#"{"number":"{invoice}","query":{QUERY}}"#),
    ("/rpc/invoices/list", Company(Action::ViewProgramme), r#"{"query":{QUERY}}"#),
    (
        "/rpc/invoices/manual-reward",
        Company(Action::ManageInvoices),
        "number={invoice}&partner_key=acme&amount=5&currency=USD&description=Thanks",
    ),
    ("/rpc/invoices/pause", Company(Action::MoveMoney), "number={invoice}&reason=Books"),
    ("/rpc/invoices/payment-file", Company(Action::MoveMoney), "number={invoice}"),
    ("/rpc/invoices/payout-failed", Company(Action::MoveMoney), "key={payout}.1&reason=Closed"),
    ("/rpc/invoices/payout-returned", Company(Action::MoveMoney), "key={payout}.1&on=2026-05-01&reason=Closed"),
    ("/rpc/invoices/print", Company(Action::ViewProgramme), "number={invoice}"),
    ("/rpc/invoices/resume", Company(Action::MoveMoney), "number={invoice}"),
    ("/rpc/invoices/retry-charge", Company(Action::MoveMoney), "number={invoice}"),
    ("/rpc/invoices/retry-payout", Company(Action::MoveMoney), "key={payout}.1"),
    ("/rpc/offers/blank", Company(Action::ManageOffers), ""),
    ("/rpc/offers/describe", Company(Action::ManageOffers), r#"{"trigger":{"key":"sale","event":"transaction","percent":"20"}}"#),
    ("/rpc/offers/detail", Company(Action::ViewProgramme), "key=affiliates-2026"),
    ("/rpc/offers/list", Company(Action::ViewProgramme), ""),
    ("/rpc/offers/publish", Company(Action::ManageOffers), "key=affiliates-2026&group=affiliates&description=Other"),
    ("/rpc/offers/retire", Company(Action::ManageOffers), "key=affiliates-2026"),
    ("/rpc/partners/activity", Company(Action::ViewProgramme), "key=acme"),
    ("/rpc/partners/archive", Company(Action::ManagePartners), "key=bolt"),
    ("/rpc/partners/create", Company(Action::ManagePartners), "partner_key=new&name=New&group=affiliates"),
    ("/rpc/partners/customers", Company(Action::ViewProgramme), r#"{"key":"acme","query":{QUERY}}"#),
    ("/rpc/partners/find", Company(Action::ViewProgramme), "text=Quokka"),
    ("/rpc/partners/find-customers", Company(Action::ViewProgramme), "key=acme&text=Quokka"),
    ("/rpc/partners/edit", Company(Action::ManagePartners), "key=acme"),
    ("/rpc/partners/form", Company(Action::ManagePartners), ""),
    ("/rpc/partners/head", Company(Action::ViewProgramme), "key=acme"),
    ("/rpc/partners/list", Company(Action::ViewProgramme), r#"{"query":{QUERY}}"#),
    ("/rpc/partners/manual-reward", Company(Action::ManageInvoices), "partner_key=acme&description=Thanks&amount=5&currency=USD"),
    ("/rpc/partners/manual-reward-form", Company(Action::ManageInvoices), "key=acme"),
    ("/rpc/partners/move", Company(Action::ManagePartners), "key=acme&group=affiliates"),
    ("/rpc/partners/overview", Company(Action::ViewProgramme), "key=acme"),
    ("/rpc/partners/restore", Company(Action::ManagePartners), "key=bolt"),
    ("/rpc/partners/rewards", Company(Action::ViewProgramme), r#"{"key":"acme","query":{QUERY}}"#),
    ("/rpc/partners/save", Company(Action::ManagePartners), "key=acme&name=Quokka+Blog"),
    ("/rpc/partners/transactions", Company(Action::ViewProgramme), r#"{"key":"acme","query":{QUERY}}"#),
    ("/rpc/portal/commission", Partner(ViewCommissions), "key={reward}"),
    ("/rpc/portal/commissions", Partner(ViewCommissions), r#"{"query":{QUERY}}"#),
    ("/rpc/portal/customers", Partner(ViewCommissions), r#"{"query":{QUERY}}"#),
    ("/rpc/portal/home", Partner(ViewCommissions), ""),
    ("/rpc/portal/payout", Partner(ViewPayouts), r#"{"key":"{payout}","query":{QUERY}}"#),
    ("/rpc/portal/payouts", Partner(ViewPayouts), r#"{"query":{QUERY}}"#),
    ("/rpc/rewards/adjust", Company(Action::ManageInvoices), "key={reward}&difference=-1.00&description=Correction"),
    ("/rpc/rewards/detail", Company(Action::ViewProgramme), "key={reward}"),
    ("/rpc/rewards/list", Company(Action::ViewProgramme), r#"{"query":{QUERY}}"#),
    ("/rpc/rewards/review", Company(Action::ReviewRewards), "keys%5B0%5D={reward}&decision=approve"),
    ("/rpc/rewards/review", Company(Action::ReviewRewards), "keys%5B0%5D={reward}&decision=decline&reason=Test"),
    ("/rpc/rewards/review", Company(Action::ReviewRewards), "keys%5B0%5D={reward}&decision=hold&reason=Test"),
    ("/rpc/rewards/review", Company(Action::ReviewRewards), "keys%5B0%5D={reward}&decision=release"),
    ("/rpc/rewards/review", Company(Action::ReviewRewards), "keys%5B0%5D={reward}&decision=mark_paid_elsewhere&reason=Test"),
    ("/rpc/rewards/review", Company(Action::ManageInvoices), "keys%5B0%5D={reward}&decision=move_to_current_invoice"),
    ("/rpc/rewards/review", Company(Action::ManageInvoices), "keys%5B0%5D={reward}&decision=remove_from_invoice"),
    ("/rpc/rewards/select", Company(Action::ReviewRewards), "search=Quokka"),
    ("/rpc/rewards/undo", Company(Action::ReviewRewards), "batch=00000000-0000-0000-0000-000000000001"),
    ("/rpc/rewards/withdraw", Company(Action::ManageInvoices), "key={reward}"),
    // Nothing for people who may not move the clock.
    ("/rpc/sandbox/jumps", Everybody, "effects=true&place=/c/northwind"),
    ("/rpc/sandbox/move", Company(Action::MoveClock), "days=soon"),
    ("/rpc/search", Company(Action::ViewProgramme), "text=Quokka"),
    ("/rpc/session/demo-sign-in", Everybody, "email=nobody%40example.com"),
    ("/rpc/session/demo-users", Everybody, ""),
    ("/rpc/session/link", Everybody, "token=none"),
    ("/rpc/session/set-password", Everybody, "token=none&password=a+long+password&password_again=a+long+password"),
    ("/rpc/session/sign-in", Everybody, "email=nobody%40example.com&password=wrong+password"),
    ("/rpc/session/places", People, "next=/partners"),
    ("/rpc/session/viewer", Company(Action::ViewProgramme), ""),
    ("/rpc/settings/audit", Company(Action::ViewAudit), r#"{"query":{QUERY}}"#),
    ("/rpc/settings/profile", Company(Action::ViewProgramme), ""),
    (
        "/rpc/settings/save-profile",
        Company(Action::ManageSettings),
        "name=Renamed&timezone=UTC&currency=USD&charge_provider=manual&payout_provider=manual&customer_visibility=name",
    ),
    ("/rpc/running/progress", People, ""),
    ("/rpc/running/stop", People, ""),
];

const QUERY: &str = r#"{"search":"","sort":"","page":"","filters":{}}"#;

/// Pages by their pattern, and an address of each. `true`: the address names something of this company. Some pages of
/// forms are shown to everybody who may look; those who may not send it read there why it is not for them.
pub const PAGES: &[(&str, For, &str, bool)] = &[
    ("/c/{company}", Company(Action::ViewProgramme), "/c/northwind", false),
    ("/c/{company}/customers", Company(Action::ViewProgramme), "/c/northwind/customers", false),
    ("/c/{company}/customers/new", Company(Action::ViewProgramme), "/c/northwind/customers/new", false),
    ("/c/{company}/customers/{key}", Company(Action::ViewProgramme), "/c/northwind/customers/c-1", true),
    ("/c/{company}/customers/{key}/attribution", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/attribution", true),
    ("/c/{company}/customers/{key}/edit", Company(Action::ViewProgramme), "/c/northwind/customers/c-1/edit", true),
    ("/c/{company}/customers/{key}/overview", Company(Action::ViewProgramme), "/c/northwind/customers/c-1/overview", true),
    ("/c/{company}/customers/{key}/refund", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/refund", true),
    ("/c/{company}/customers/{key}/sale", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/sale", true),
    ("/c/{company}/customers/{key}/void", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/void", true),
    ("/c/{company}/invoices", Company(Action::ViewProgramme), "/c/northwind/invoices", false),
    ("/c/{company}/invoices/{number}", Company(Action::ViewProgramme), "/c/northwind/invoices/{invoice}", true),
    ("/c/{company}/invoices/{number}/print", Company(Action::ViewProgramme), "/c/northwind/invoices/{invoice}/print", true),
    ("/c/{company}/offers", Company(Action::ViewProgramme), "/c/northwind/offers", false),
    ("/c/{company}/offers/new", Company(Action::ManageOffers), "/c/northwind/offers/new", false),
    // Both companies call an offer so.
    ("/c/{company}/offers/{key}", Company(Action::ViewProgramme), "/c/northwind/offers/affiliates-2026", false),
    ("/c/{company}/offers/{key}/overview", Company(Action::ViewProgramme), "/c/northwind/offers/affiliates-2026/overview", false),
    ("/c/{company}/offers/{key}/version", Company(Action::ViewProgramme), "/c/northwind/offers/affiliates-2026/version", false),
    ("/p/{partner}", Partner(ViewCommissions), "/p/{acme}", false),
    ("/p/{partner}/commissions", Partner(ViewCommissions), "/p/{acme}/commissions", false),
    ("/p/{partner}/commissions/{key}", Partner(ViewCommissions), "/p/{acme}/commissions/{reward}", true),
    ("/p/{partner}/customers", Partner(ViewCommissions), "/p/{acme}/customers", false),
    ("/p/{partner}/more", Partner(ViewCommissions), "/p/{acme}/more", false),
    ("/p/{partner}/payouts", Partner(ViewPayouts), "/p/{acme}/payouts", false),
    ("/p/{partner}/payouts/{key}", Partner(ViewPayouts), "/p/{acme}/payouts/{payout}", true),
    ("/c/{company}/partners", Company(Action::ViewProgramme), "/c/northwind/partners", false),
    ("/c/{company}/partners/new", Company(Action::ManagePartners), "/c/northwind/partners/new", false),
    ("/c/{company}/partners/{key}", Company(Action::ViewProgramme), "/c/northwind/partners/acme", true),
    ("/c/{company}/partners/{key}/activity", Company(Action::ViewProgramme), "/c/northwind/partners/acme/activity", true),
    ("/c/{company}/partners/{key}/customers", Company(Action::ViewProgramme), "/c/northwind/partners/acme/customers", true),
    ("/c/{company}/partners/{key}/edit", Company(Action::ManagePartners), "/c/northwind/partners/acme/edit", true),
    ("/c/{company}/partners/{key}/manual-reward", Company(Action::ManageInvoices), "/c/northwind/partners/acme/manual-reward", true),
    ("/c/{company}/partners/{key}/overview", Company(Action::ViewProgramme), "/c/northwind/partners/acme/overview", true),
    ("/c/{company}/partners/{key}/rewards", Company(Action::ViewProgramme), "/c/northwind/partners/acme/rewards", true),
    ("/c/{company}/partners/{key}/transactions", Company(Action::ViewProgramme), "/c/northwind/partners/acme/transactions", true),
    ("/c/{company}/rewards", Company(Action::ViewProgramme), "/c/northwind/rewards", false),
    ("/c/{company}/rewards/{key}", Company(Action::ViewProgramme), "/c/northwind/rewards/{reward}", true),
    ("/c/{company}/search", Company(Action::ViewProgramme), "/c/northwind/search?q=Quokka", false),
    ("/c/{company}/settings", Company(Action::ViewProgramme), "/c/northwind/settings", false),
    ("/c/{company}/settings/audit", Company(Action::ViewAudit), "/c/northwind/settings/audit", false),
    ("/c/{company}/settings/import", Company(Action::Import), "/c/northwind/settings/import", false),
    ("/c/{company}/settings/import/void", Company(Action::Import), "/c/northwind/settings/import/void", false),
    ("/places", People, "/places", false),
    ("/sign-in", Everybody, "/sign-in", false),
    ("/sign-in/link/{token}", Everybody, "/sign-in/link/none", false),
];

/// What is posted without a server function.
pub const POSTS: &[(&str, For)] = &[("/c/northwind/upload/import", Company(Action::Import)), ("/sign-out", Everybody)];

/// Plain routes: files.
pub const FILES: &[(&str, For)] = &[
    ("/c/northwind/export/partners.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/customers.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/transactions.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/rewards.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/invoices.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/payouts.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/receipts.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/ledger.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/audit.csv", Company(Action::ViewAudit)),
    ("/c/northwind/payouts/{invoice}.csv", Company(Action::MoveMoney)),
    ("/c/northwind/payment-files/{file}.xml", Company(Action::MoveMoney)),
    ("/health", Everybody),
];

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
    visitors: Vec<(Who, Option<String>)>,
    /// With the place that they belong to.
    outsiders: Vec<(String, String)>,
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
    fn refused(self, what: For) -> Option<StatusCode> {
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
        let acme = data::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let mut members = Vec::new();
        for role in PartnerRole::ALL {
            let id = app.add_user_at(Place::Partner(acme, *role), &format!("{role}@acme.example")).await;
            visitors.push((Who::Member(*role), Some(app.session_of(id).await)));
            members.push(id);
        }

        let now = data::installation::now(&app.db).await.unwrap();
        let other = PROGRAMME.replace("northwind", "southwind").replace("Northwind", "Southwind");
        data::programme::apply(&app.db, &other, false, "test", now).await.unwrap();
        let south = data::companies::find_by_key(app.db.read(), "southwind").await.unwrap().id;
        let partner = "partner_key,name,email,first_name,last_name,group\nsolo,Solo,solo@example.com,So,Lo,affiliates\n";
        let report = import(&app, south, Kind::Partners, partner).await;
        assert_eq!(report.created, 1);
        let solo = data::accounts::find_partner(&app.db, south, "solo").await.unwrap();
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

    async fn call(&self, path: &str, arguments: &str, place: &str, cookie: Option<&str>) -> Answer {
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
    async fn traces(&self) -> u64 {
        use data::entities::audit::{Column, Entity};
        Entity::find().filter(Column::CompanyId.eq(self.app.company_id)).count(self.app.db.read()).await.unwrap()
    }
}

/// Of the only place that somebody belongs to.
async fn own_place(app: &TestApp, user_id: Uuid) -> String {
    let user = data::accounts::find_user(&app.db, user_id).await.unwrap().unwrap();
    user.memberships[0].place().to_string()
}

async fn import(app: &TestApp, company_id: Uuid, kind: Kind, content: &'static str) -> imports::Report {
    let now = data::installation::now(&app.db).await.unwrap();
    let input = std::io::Cursor::new(content.as_bytes());
    imports::import(&app.db, company_id, kind, input, Options::default(), Arc::new(|_| {}), "test", now).await.unwrap()
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
async fn payment_file(app: &TestApp, payout: &data::entities::payouts::Model) -> String {
    use data::companies::Profile;
    let (db, id) = (&app.db, app.company_id);
    let now = data::installation::now(db).await.unwrap();
    let account = || Some("DE89 3704 0044 0532 0130 00".to_owned());
    let by_hand = Profile { payout_provider: Some(ProviderKind::Manual), iban: account(), ..Profile::default() };
    data::companies::update(db, id, &by_hand, "test", now).await.unwrap();
    let change = data::partners::PartnerChange { payout_account: account(), ..Default::default() };
    data::partners::update(db, id, payout.partnership_id, &change, "test", now).await.unwrap();
    let on = "2026-04-20".parse().unwrap();
    data::payouts::mark_returned(db, id, payout.attempt().unwrap(), on, "closed", "test", now).await.unwrap();
    data::payouts::retry(db, id, payout.attempt().unwrap(), "test", now).await.unwrap();
    let invoice = data::invoices::get(db.read(), id, payout.invoice_id).await.unwrap();
    data::payment_files::make(db, id, &invoice.number, data::payment_files::Which::New, "test", now).await.unwrap().key
}

async fn names(app: &TestApp) -> Vec<(&'static str, String)> {
    use data::entities::{invoices, payouts, rewards};
    let reward = rewards::Entity::find().filter(rewards::Column::InvoiceMonth.eq(202_604)).one(app.db.read()).await.unwrap().unwrap();
    let invoice = invoices::Entity::find().filter(invoices::Column::Month.eq(202_604)).one(app.db.read()).await.unwrap().unwrap();
    let payout = payouts::Entity::find().one(app.db.read()).await.unwrap().unwrap();
    let file = payment_file(app, &payout).await;
    vec![("{reward}", reward.key), ("{invoice}", invoice.number), ("{payout}", data::payouts::key(payout.id)), ("{file}", file)]
}

on_both! {
    async fn every_server_function_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let listed: BTreeSet<&str> = FUNCTIONS.iter().map(|(path, ..)| *path).collect();
        let known: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        assert_eq!(known.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "say here who may call these");
        assert_eq!(listed.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "these are gone");
        assert!(
            server_fn::axum::server_fn_paths().all(|(_, method)| method == Method::POST),
            "reading by GET is not needed, writing by it is unsafe"
        );

        for (path, what, arguments) in FUNCTIONS {
            for (who, cookie) in &crowd.visitors {
                let before = crowd.traces().await;
                let answer = crowd.call(path, arguments, &crowd.place(*what), cookie.as_deref()).await;
                match who.refused(*what) {
                    Some(status) => {
                        assert_eq!(answer.status, status, "{who:?} at {path}: {}", answer.body);
                        assert!(!answer.body.contains("Quokka"), "{who:?} at {path}: {}", answer.body);
                        assert_eq!(crowd.traces().await, before, "{who:?} at {path}");
                    }
                    None => {
                        let fine =
                            !matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) && !answer.status.is_server_error();
                        assert!(fine, "{who:?} at {path}: {} {}", answer.status, answer.body);
                    }
                }
            }
        }
    }
}

/// The values of an attribute in a page.
fn values(page: &str, name: &str) -> Vec<String> {
    page.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).map(|value| value.replace("&amp;", "&")).collect()
}

/// Whether something that only this company knows stands in it.
fn tells(body: &str) -> bool {
    body.contains("Quokka") || body.contains("quokka")
}

on_both! {
    async fn nobody_reaches_another_company(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let before = crowd.traces().await;
        let mut faults = Vec::new();
        for (cookie, own) in &crowd.outsiders {
            for (path, what, arguments) in FUNCTIONS {
                // At a place of ours, which to them is none; and at their own, with the names of what is ours.
                let at_ours = crowd.call(path, arguments, &crowd.place(*what), Some(cookie)).await;
                if matches!(what, Company(_) | Partner(_)) && at_ours.status != StatusCode::NOT_FOUND {
                    faults.push(format!("{path} at our place: {} {}", at_ours.status, at_ours.body));
                }
                let at_own = crowd.call(path, arguments, own, Some(cookie)).await;
                // Whom a sandbox offers to sign in as, it offers to everybody.
                let offered = *path == "/rpc/session/demo-users";
                for answer in [at_ours, at_own] {
                    if answer.status.is_server_error() || (tells(&answer.body) && !offered) {
                        faults.push(format!("{path}: {} {}", answer.status, answer.body));
                    }
                }
            }
            for (path, what, address, names_something) in PAGES {
                let ours = crowd.place(*what);
                let address = crowd.fill(address);
                let at_ours = crowd.app.ask(&address, Some(cookie)).await;
                if !ours.is_empty() && at_ours.status != StatusCode::NOT_FOUND {
                    faults.push(format!("{path} at our place: {}", at_ours.status));
                }
                let at_own = crowd.app.ask(&address.replacen(&ours, own, 1), Some(cookie)).await;
                let shown = *names_something && at_own.status == StatusCode::OK;
                // The search page repeats what was typed.
                if shown || tells(&at_ours.body) || (tells(&at_own.body) && !path.ends_with("/search")) {
                    faults.push(format!("{path}: {} {}", at_ours.status, at_own.status));
                }
            }
            for (path, _) in FILES {
                let path = crowd.fill(path);
                for path in [path.clone(), path.replacen(PLACE, own, 1)] {
                    let answer = crowd.app.ask(&path, Some(cookie)).await;
                    if tells(&answer.body) || answer.body.contains("acme") || (path.starts_with(PLACE) && answer.status != StatusCode::NOT_FOUND) {
                        faults.push(format!("{path}: {} {}", answer.status, answer.body));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(crowd.traces().await, before);
    }
}
#[tokio::test]
async fn every_page_is_listed() {
    let listed: BTreeSet<&str> = PAGES.iter().map(|(pattern, ..)| *pattern).collect();
    let known: BTreeSet<&str> = PATTERNS.iter().map(String::as_str).collect();
    assert_eq!(known.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "say here who may see these");
    assert_eq!(listed.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "these are gone");
}

on_both! {
    async fn every_page_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let mut faults = Vec::new();
        for (pattern, what, address, _) in PAGES {
            for (who, cookie) in &crowd.visitors {
                let answer = crowd.app.ask(&crowd.fill(address), cookie.as_deref()).await;
                let right = match who.refused(*what) {
                    Some(StatusCode::UNAUTHORIZED) => answer.location().starts_with("/sign-in"),
                    Some(status) => answer.status == status,
                    None => matches!(answer.status, StatusCode::OK | StatusCode::SEE_OTHER),
                };
                if !right {
                    faults.push(format!("{who:?} at {pattern}: {} {}", answer.status, answer.location()));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// What somebody may not do, their pages do not offer: neither a form nor a link.
    async fn pages_offer_what_their_reader_may_do(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let functions: BTreeMap<&str, For> = FUNCTIONS.iter().map(|(path, what, _)| (*path, *what)).collect();
        let mut places: Vec<(String, For)> = PAGES.iter().map(|(_, what, address, _)| (crowd.fill(address), *what)).collect();
        places.extend(FILES.iter().map(|(path, what)| (crowd.fill(path), *what)));
        let paid = crowd.app.get("/c/northwind/invoices", crowd.visitors[1].1.as_deref()).await.body;
        let mut addresses: Vec<String> = PAGES.iter().map(|(_, _, address, _)| crowd.fill(address)).collect();
        // The invoice that was paid has payouts, and a file.
        addresses.extend(values(&paid, "href").into_iter().filter(|href| href.starts_with("/c/northwind/invoices/NORTHWIND-")));
        let mut faults = BTreeSet::new();
        for (who, cookie) in crowd.visitors.iter().filter(|(_, cookie)| cookie.is_some()) {
            for address in &addresses {
                let page = crowd.app.get(address, cookie.as_deref()).await;
                if page.status != StatusCode::OK {
                    continue;
                }
                // The company profile is shown to everybody as a form that is locked and has no button.
                let locked = address == "/c/northwind/settings" && page.body.contains("You can look, not change");
                for path in values(&page.body, "action").into_iter().chain(values(&page.body, "formaction")) {
                    if !locked && functions.get(path.as_str()).is_some_and(|what| who.refused(*what).is_some()) {
                        faults.insert(format!("{who:?} at {address}: a form to {path}"));
                    }
                }
                for href in values(&page.body, "href") {
                    let path = href.split('?').next().unwrap_or_default();
                    if places.iter().any(|(place, what)| place == path && who.refused(*what).is_some()) {
                        faults.insert(format!("{who:?} at {address}: a link to {path}"));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
    }

    async fn every_upload_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let what = POSTS.iter().find(|(path, _)| *path == "/c/northwind/upload/import").unwrap().1;
        let kept = async || data::entities::uploads::Entity::find().count(crowd.app.db.read()).await.unwrap();
        let file = "partner_key,name,email,first_name,last_name,group\nnew,New,,,,affiliates\n";
        for (who, cookie) in &crowd.visitors {
            let before = kept().await;
            crate::forms::upload(&crowd.app, cookie.as_deref().unwrap_or_default(), "partners", "partners.csv", file).await;
            assert_eq!(kept().await > before, who.refused(what).is_none(), "{who:?}");
        }
    }

    async fn every_file_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        for (path, what) in FILES {
            for (who, cookie) in &crowd.visitors {
                let answer = crowd.app.ask(&crowd.fill(path), cookie.as_deref()).await;
                let told = format!("{who:?} at {path}: {} {}", answer.status, answer.body);
                match who.refused(*what) {
                    Some(StatusCode::UNAUTHORIZED) => assert!(answer.location().starts_with("/sign-in?next="), "{told}"),
                    Some(status) => assert_eq!(answer.status, status, "{told}"),
                    None => assert!(answer.status.is_success() || answer.status == StatusCode::CONFLICT, "{told}"),
                }
            }
        }
    }
}
