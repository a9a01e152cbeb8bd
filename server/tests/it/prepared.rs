//! Every write of the role walk, in a state in which it can be done, and the form that does it.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use data::act::{Act, Actor};
use data::people::accounts::{self, Place};
use data::programme::companies::{self, Profile};
use domain::Instant;
use domain::states::{CompanyRole, ProviderKind};

use crate::access::{Crowd, FUNCTIONS, POSTS};
use crate::forms::{multipart, upload_of};
use crate::harness::{Answer, PASSWORD, PLACE, PROGRAMME, TestApp, request};

pub const SIGN_OUT: &str = "/sign-out";
pub const UPLOAD: &str = "/c/northwind/upload/import";
pub const MOVE_CLOCK: &str = "/rpc/sandbox/move";
/// Accepted with the form, and carried out after it, by whoever comes first.
pub const CARRIED_OUT_LATER: [&str; 2] = ["/rpc/imports/void", "/rpc/imports/undo-void"];

/// More ways of writes that have several.
const WAYS: &[(&str, &str)] = &[
    ("/rpc/rewards/review", "of a selection"),
    ("/rpc/rewards/undo", "of a selection"),
    ("/rpc/imports/apply", "without the bad rows"),
    ("/rpc/invoices/payment-file", "of a payout that came back"),
];

/// One write, in one of its ways.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    pub path: &'static str,
    pub way: &'static str,
    pub arguments: &'static str,
}

/// What is sent, the same each time.
pub struct Form {
    pub path: &'static str,
    kind: &'static str,
    body: String,
    cookie: Option<String>,
}

/// Every write that the role walk knows, once, and the other ways.
pub async fn writes(app: &TestApp) -> (Vec<Write>, usize) {
    let mut writes = Vec::new();
    for (path, _, arguments) in FUNCTIONS {
        if !only_reads(app, path).await {
            writes.push(Write { path, way: "", arguments });
        }
    }
    writes.extend(POSTS.iter().map(|(path, _)| Write { path, way: "", arguments: "" }));
    let rows = writes.len();
    for (path, way) in WAYS {
        let first = *writes.iter().find(|write| write.path == *path).unwrap();
        writes.push(Write { way, ..first });
    }
    (writes, rows)
}

/// Functions that read take questions in a form of their own, and say so of one that is none.
async fn only_reads(app: &TestApp, path: &str) -> bool {
    let asked = request(Method::POST, path, None).header("sec-fetch-site", "same-origin").header(ACCEPT, "application/json");
    app.send(asked.header(CONTENT_TYPE, "text/x-packed").body(Body::from("\u{4e2d}")).unwrap()).await.status == StatusCode::BAD_REQUEST
}

impl Write {
    /// What may be there more often, as it was tried: how far the clock came, who came in, sessions that nobody was given.
    pub fn more(&self) -> &'static [&'static str] {
        match self.path {
            MOVE_CLOCK => &["audit: action=clock_moved"],
            "/rpc/imports/apply" => &["uploads:"],
            path if path.starts_with("/rpc/session/") => &["audit: action=signed_in", "sessions:"],
            _ => &[],
        }
    }

    /// What may be missing: whoever could not be signed in goes on with the new password; left-out rows that could not be kept are said to be.
    pub fn less(&self) -> &'static [&'static str] {
        match self.path {
            "/rpc/session/set-password" => &["sessions:"],
            "/rpc/imports/apply" => &["uploads:"],
            _ => &[],
        }
    }

    /// Whether each fault comes to a company of its own: what was tried before counts.
    pub fn starts_over(&self) -> bool {
        self.path == MOVE_CLOCK || self.path.starts_with("/rpc/session/")
    }

    /// Whether a person reads this when the database fails: that nothing was changed, or where to look.
    pub fn may_say(&self, words: &str) -> bool {
        match self.path {
            MOVE_CLOCK => words.contains("The clock stopped on the way"),
            UPLOAD => words.contains("Nothing was changed"),
            path if path.starts_with("/rpc/session/") => words.starts_with("503"),
            _ => words.starts_with("503") && words.contains("Nothing was changed"),
        }
    }

    /// Brings the company to where this can be done.
    pub async fn prepare(&self, crowd: &Crowd) -> Form {
        let owner = crowd.cookie_of_owner();
        let app = &crowd.app;
        let (path, way) = (self.path, self.way);
        let cookie = if path.starts_with("/rpc/session/") { None } else { Some(owner.clone()) };
        if path == UPLOAD {
            let token = app.token("/upload/import", PLACE, Some(&owner)).await;
            let body = multipart(&token, "customers", "customers.csv", CUSTOMERS);
            return Form { path, kind: "multipart/form-data; boundary=edge", body, cookie };
        }
        let fields = crowd.fill(&self.fields(crowd, &owner).await);
        let body = app.signed(path, &fields, cookie.as_deref()).await;
        assert!(way.is_empty() || WAYS.contains(&(path, way)));
        Form { path, kind: "application/x-www-form-urlencoded", body, cookie }
    }

    async fn fields(&self, crowd: &Crowd, owner: &str) -> String {
        let row = |path: &str| FUNCTIONS.iter().find(|(known, ..)| *known == path).unwrap().2;
        let undo = async |path: &str| undo_of(&post(crowd, owner, path, row(path)).await);
        match (self.path, self.way) {
            ("/rpc/customers/attribution", _) => attribution(crowd, owner, self.arguments).await,
            ("/rpc/customers/undo-attribution", _) => {
                let path = "/rpc/customers/attribution";
                undo_of(&post(crowd, owner, path, &attribution(crowd, owner, row(path)).await).await)
            }
            ("/rpc/customers/void", _) => row("/rpc/customers/void").replace("=none", "=s-2"),
            ("/rpc/customers/undo-void", _) => {
                undo_of(&post(crowd, owner, "/rpc/customers/void", "customer_key=c-1&transaction=s-2&reason=Twice").await)
            }
            ("/rpc/imports/apply", "") => format!("upload={}", upload(crowd, owner, CUSTOMERS).await),
            ("/rpc/imports/apply", _) => format!("upload={}&skip_bad=true", upload(crowd, owner, &format!("{CUSTOMERS},,,,\n")).await),
            ("/rpc/imports/discard", _) => {
                upload(crowd, owner, CUSTOMERS).await;
                String::new()
            }
            ("/rpc/imports/void", _) => void_of_import(&crowd.app).await,
            ("/rpc/imports/undo-void", _) => undo_of(&post(crowd, owner, "/rpc/imports/void", &void_of_import(&crowd.app).await).await),
            ("/rpc/invoices/charge-failed" | "/rpc/invoices/confirm-charge", _) => {
                charge_by_hand(&crowd.app).await;
                self.arguments.to_owned()
            }
            ("/rpc/invoices/retry-charge", _) => {
                charge_by_hand(&crowd.app).await;
                post(crowd, owner, "/rpc/invoices/charge-failed", row("/rpc/invoices/charge-failed")).await;
                self.arguments.to_owned()
            }
            // Its first attempt came back from the bank.
            ("/rpc/invoices/confirm-payout" | "/rpc/invoices/confirm-payouts" | "/rpc/invoices/payout-failed", _) => {
                self.arguments.replace(".1", ".2")
            }
            ("/rpc/invoices/payout-returned", _) => {
                post(crowd, owner, "/rpc/invoices/confirm-payout", "key={payout}.2").await;
                self.arguments.replace(".1", ".2")
            }
            ("/rpc/invoices/retry-payout", _) => {
                post(crowd, owner, "/rpc/invoices/payout-failed", "key={payout}.2&reason=Closed").await;
                self.arguments.replace(".1", ".2")
            }
            ("/rpc/invoices/payment-file", "") => format!("number={}&which=all", paid_invoice(&crowd.app).await),
            ("/rpc/invoices/payment-file", _) => {
                post(crowd, owner, "/rpc/invoices/payout-failed", "key={payout}.2&reason=Closed").await;
                post(crowd, owner, "/rpc/invoices/retry-payout", "key={payout}.2").await;
                format!("number={}", paid_invoice(&crowd.app).await)
            }
            ("/rpc/invoices/resume", _) => undo("/rpc/invoices/pause").await,
            ("/rpc/offers/publish", _) => format!(
                "{}&triggers%5B0%5D%5Bkey%5D=sale&triggers%5B0%5D%5Bevent%5D=transaction&triggers%5B0%5D%5Bpercent%5D=25",
                self.arguments
            ),
            ("/rpc/partners/move", _) => {
                another_group(&crowd.app).await;
                self.arguments.replace("affiliates", "agencies")
            }
            ("/rpc/partners/restore", _) => undo("/rpc/partners/archive").await,
            ("/rpc/rewards/review", "of a selection") => format!("selection={}&decision=approve", selection(crowd, owner).await),
            ("/rpc/rewards/review", _) if self.arguments.contains("move_to_current_invoice") => {
                let removed = self.arguments.replace("move_to_current_invoice", "remove_from_invoice&reason=Test");
                post(crowd, owner, "/rpc/rewards/review", &removed).await;
                self.arguments.to_owned()
            }
            ("/rpc/rewards/undo", "of a selection") => {
                let selected = selection(crowd, owner).await;
                undo_of(&post(crowd, owner, "/rpc/rewards/review", &format!("selection={selected}&decision=approve")).await)
            }
            ("/rpc/rewards/undo", _) => undo("/rpc/rewards/review").await,
            ("/rpc/rewards/withdraw", _) => undo("/rpc/partners/manual-reward").await,
            // So far that a charge and a payout are made on the way. Said as an instant, so that it is the same when it is sent again.
            (MOVE_CLOCK, _) => "to=2026-05-12T12%3A00%3A00Z".to_owned(),
            ("/rpc/session/demo-sign-in", _) => {
                crowd.app.add_user(DEMO_OWNER, CompanyRole::Owner).await;
                format!("email={}", DEMO_OWNER.replace('@', "%40"))
            }
            ("/rpc/session/set-password", _) => {
                let place = Place::Company(crowd.app.company_id, CompanyRole::ReadOnly);
                let added = accounts::add_user(
                    &crowd.app.db,
                    place,
                    "new@northwind.example",
                    None,
                    None,
                    Actor::Named("test"),
                    app::ctx::real_now(),
                )
                .await;
                self.arguments.replace("token=none", &format!("token={}", added.unwrap().link.unwrap()))
            }
            ("/rpc/session/sign-in", _) => format!("email=owner%40northwind.example&password={PASSWORD}"),
            _ => self.arguments.to_owned(),
        }
    }
}

impl Form {
    pub async fn send(&self, app: &TestApp) -> Answer {
        let request = request(Method::POST, self.path, self.cookie.as_deref())
            .header("sec-fetch-site", "same-origin")
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, self.kind);
        app.send(request.body(Body::from(self.body.clone())).unwrap()).await
    }

    /// Whether sending it again is the same form.
    pub fn has_token(&self) -> bool {
        self.body.contains("form_token=") && !self.path.starts_with("/rpc/session/") && self.path != SIGN_OUT
    }
}

/// Whom a sandbox with the demo company offers to come in as.
const DEMO_OWNER: &str = "mia.bennett@northwind.example";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\nc-7,Seven,,acme,\nc-8,Eight,,,\n";

/// The answer to a form that is done.
async fn post(crowd: &Crowd, owner: &str, path: &str, fields: &str) -> Answer {
    let answer = crowd.app.call(path, &crowd.fill(fields), Some(owner)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer
}

fn done(answer: &Answer) -> app::forms::Done {
    serde_json::from_str(&answer.body).unwrap()
}

/// The fields of the form that undoes it.
fn undo_of(answer: &Answer) -> String {
    let undo = done(answer).undo.unwrap();
    let fields: Vec<String> = undo.fields.iter().map(|(name, value)| format!("{name}={}", app::http::encode(value))).collect();
    fields.join("&")
}

/// Uploads a file; returns its name.
async fn upload(crowd: &Crowd, owner: &str, content: &str) -> String {
    crate::forms::upload(&crowd.app, owner, "customers", "customers.csv", content).await;
    upload_of(&crowd.app.get("/c/northwind/settings/import", Some(owner)).await.body)
}

/// The void of the newest import of sales.
async fn void_of_import(app: &TestApp) -> String {
    use data::store::entities::imports::{Column, Entity};
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
    let newest = Entity::find().filter(Column::Kind.eq("transactions")).order_by_desc(Column::Id).one(app.db.read()).await.unwrap();
    format!("import={}&reason=Wrong+file", newest.unwrap().id)
}

/// With what its preview showed.
async fn attribution(crowd: &Crowd, owner: &str, fields: &str) -> String {
    let preview = post(crowd, owner, "/rpc/customers/preview-attribution", fields).await;
    let preview: Option<views::customers::ChangePreview> = serde_json::from_str(&preview.body).unwrap();
    format!("{fields}&seen={}", app::http::encode(&preview.unwrap().seen))
}

async fn selection(crowd: &Crowd, owner: &str) -> String {
    let answer = post(crowd, owner, "/rpc/rewards/select", "search=Quokka").await;
    let to = done(&answer).to.unwrap();
    let (_, rest) = to.split_once("selection=").unwrap_or_else(|| panic!("{to}"));
    rest.split('&').next().unwrap().to_owned()
}

/// The charge of the invoice in review is begun, and waits for a person to say how it went.
async fn charge_by_hand(app: &TestApp) {
    let now = data::installation::now(&app.db).await.unwrap();
    let by_hand = Profile { charge_provider: Some(ProviderKind::Manual), ..Profile::default() };
    companies::update(&app.db, &Act::named(app.company_id, "test", now), &by_hand).await.unwrap();
    let until = Instant::parse("2026-05-12T12:00:00Z").unwrap();
    data::due::run_until(&app.db, &app.due, until, &|_, _| {}).await.unwrap();
}

async fn another_group(app: &TestApp) {
    let now = data::installation::now(&app.db).await.unwrap();
    let more = format!("{PROGRAMME}\n[[groups]]\nkey = \"agencies\"\nname = \"Agencies\"\n");
    data::programme::apply(&app.db, &more, false, Actor::Named("test"), now).await.unwrap();
}

/// The number of the invoice with a payout.
async fn paid_invoice(app: &TestApp) -> String {
    use data::store::entities::payouts;
    use sea_orm::EntityTrait;
    let payout = payouts::Entity::find().one(app.db.read()).await.unwrap().unwrap();
    data::billing::invoices::get(app.db.read(), app.company_id, payout.invoice_id).await.unwrap().number
}

impl std::fmt::Display for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.path, if self.way.is_empty() { "" } else { " " }, self.way)
    }
}
