//! A program of its own for each test: a database in a folder, the router over it, the binary on it.

use data::act::{Act, Actor};
use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use app::ctx::USER_ID;
use app::routes::{CompanyApp, PartnerApp, PublicApp};
use app::tokens::Signing;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use data::Db;
use data::installation::{self, Mode};
use data::people::accounts::{self, Place};
use data::people::sessions::Sessions;
use domain::states::CompanyRole;
use domain::{Instant, Place as At};
use exchange::imports::{self, Kind, Options};
use sea_orm::ConnectionTrait;
use server::config::Config;
use server::router::build;
use server::state::AppState;
use tempfile::TempDir;
use tower::ServiceExt;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::{self, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use uuid::Uuid;

use crate::testing::TestDb;

pub const NOW: &str = "2026-03-10T12:00:00Z";
pub const PASSWORD: &str = "northwind-test";
/// Of the company in [`PROGRAMME`].
pub const PLACE: &str = "/c/northwind";

pub const PROGRAMME: &str = r#"
[company]
key = "northwind"
name = "Northwind"
timezone = "America/New_York"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[offers]]
key = "affiliates-2026"
group = "affiliates"
description = "20% of every payment in a customer's first 12 months"

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
limit = "12 months"
"#;

/// The patterns of all pages. While the framework lists them, no page in the whole process loads anything, and one that is asked for
/// meanwhile never comes: so they are listed before the first page is.
pub static PATTERNS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    app::request::install_executor();
    let parts = [
        leptos_axum::generate_route_list(CompanyApp),
        leptos_axum::generate_route_list(PartnerApp),
        leptos_axum::generate_route_list(PublicApp),
    ];
    parts.iter().flatten().map(|route| route.path().to_owned()).collect()
});

/// A server over a sandbox with one company.
pub struct TestApp {
    pub db: Db,
    pub company_id: Uuid,
    pub due: data::work::Worker,
    /// Removed when the test ends.
    folder: TempDir,
    router: Router,
    /// Where its own pages are.
    origin: String,
    signing: Signing,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl TestApp {
    pub async fn new(db: &TestDb) -> TestApp {
        TestApp::with(db, |config| config).await
    }

    pub async fn with(test_db: &TestDb, configure: impl FnOnce(Config) -> Config) -> TestApp {
        let start = Instant::parse(NOW).unwrap();
        installation::init(test_db, Mode::Sandbox { start }).await.unwrap();
        data::programme::apply(test_db, PROGRAMME, false, Actor::Named("test"), start).await.unwrap();
        TestApp::over(test_db, configure, None).await
    }

    /// A server over a database that has its company. `lease`: how long a worker that failed keeps what it took.
    pub async fn over(test_db: &TestDb, configure: impl FnOnce(Config) -> Config, lease: Option<Duration>) -> TestApp {
        LazyLock::force(&PATTERNS);
        let folder = tempfile::tempdir().unwrap();
        let db: Db = (**test_db).clone();
        let company_id = data::programme::companies::find_by_key(db.read(), "northwind").await.unwrap().id;
        let config = configure(Config::for_tests(folder.path()));
        let origin = config.public_url.clone().unwrap_or_else(|| "http://tributary.test".to_owned());
        let mut state = AppState::new(db.clone(), test_db.url(), config);
        state.due.lease = lease.unwrap_or(state.due.lease);
        let due = state.due.clone();
        let router = build(state);
        TestApp { db, company_id, due, folder, router, origin, signing: Signing::new(false) }
    }

    /// Uploaded files that wait, by name.
    pub fn spooled(&self) -> Vec<PathBuf> {
        let folder = self.folder.path().join("spool");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).map_or(Vec::new(), |entries| entries.map(|entry| entry.unwrap().path()).collect());
        files.sort();
        files
    }

    /// Imports a file in which nothing is wrong.
    pub async fn import(&self, kind: Kind, content: &str) {
        let (input, now) = (Cursor::new(content.as_bytes().to_vec()), Instant::parse(NOW).unwrap());
        let report =
            imports::import(&self.db, &Act::named(self.company_id, "test", now), kind, input, Options::default(), Arc::new(|_| {}))
                .await
                .unwrap();
        assert!(report.errors.is_empty(), "{report:?}");
    }

    /// A person of the company with [`PASSWORD`]; returns the user's id.
    pub async fn add_user(&self, email: &str, role: CompanyRole) -> Uuid {
        self.add_user_at(Place::Company(self.company_id, role), email).await
    }

    pub async fn add_user_at(&self, place: Place, email: &str) -> Uuid {
        let now = app::ctx::real_now();
        // A new password would end the sessions of somebody who is known.
        let known = accounts::access::list(&self.db, None).await.unwrap().iter().any(|user| user.email == email);
        let password = (!known).then_some(PASSWORD);
        accounts::add_user(&self.db, place, email, None, password, Actor::Named("test"), now).await.unwrap().id
    }

    /// The cookie of a new session of this user.
    pub async fn session_of(&self, user_id: Uuid) -> String {
        let data = [(USER_ID.to_owned(), serde_json::to_value(user_id).unwrap())];
        let mut record = Record { id: Id::default(), data: data.into(), expiry_date: OffsetDateTime::now_utc() + time::Duration::days(1) };
        Sessions::new(self.db.clone()).create(&mut record).await.unwrap();
        format!("tributary={}", record.id)
    }

    pub async fn owner(&self) -> String {
        let id = self.add_user("owner@northwind.example", CompanyRole::Owner).await;
        self.session_of(id).await
    }

    /// The token of a form with this action at this place, as it is on a new page of the person with this cookie; empty for visitors.
    pub async fn token(&self, action: &str, place: &str, cookie: Option<&str>) -> String {
        let named = cookie.into_iter().flat_map(|cookie| cookie.split("; ")).find_map(|cookie| cookie.strip_prefix("tributary="));
        let Some(id) = named.and_then(|id| id.parse::<Id>().ok()) else { return String::new() };
        let Some(record) = Sessions::new(self.db.clone()).load(&id).await.unwrap() else { return String::new() };
        let user_id: Uuid = serde_json::from_value(record.data[USER_ID].clone()).unwrap();
        self.signing.page_key(&self.db, user_id).await.unwrap().token(action, place, 0)
    }

    /// The form as a page of the test's company sends it: with its place and such a token, unless it has them.
    pub async fn signed(&self, action: &str, form: &str, cookie: Option<&str>) -> String {
        let mut form = placed(action, form);
        if form.contains("form_token=") {
            return form;
        }
        if let Some(seen) = self.seen(action, &form, cookie).await {
            form.push_str(&format!("&seen={seen}"));
        }
        let place = form.split('&').find_map(|field| field.strip_prefix("place=")).unwrap_or_default();
        // As the server reads it: what is no place is none.
        let place = At::from(place.replace("%2F", "/")).to_string();
        let between = if form.is_empty() { "" } else { "&" };
        format!("{form}{between}form_token={}", self.token(action, &place, cookie).await)
    }

    /// What a form that replaces values has seen of them, where its page shows it and the form does not say so.
    async fn seen(&self, action: &str, form: &str, cookie: Option<&str>) -> Option<String> {
        let value = |name: &str| form.split('&').find_map(|field| field.strip_prefix(name)).unwrap_or_default();
        let (key, place) = (value("key="), At::from(value("place=").replace("%2F", "/")));
        let page = match action {
            "/rpc/settings/save-profile" => "/settings".to_owned(),
            "/rpc/partners/save" => format!("/partners/{key}/edit"),
            "/rpc/customers/save" => format!("/customers/{key}/edit"),
            "/rpc/offers/publish" => format!("/offers/{key}/version"),
            "/rpc/customers/void" => format!("/customers/{}/void?transaction={}", value("customer_key="), value("transaction=")),
            "/rpc/customers/undo-void" => format!("/customers/{}/void?undo={}", value("customer_key="), value("void=")),
            "/rpc/imports/void" => format!("/settings/import/void?import={}", value("import=")),
            "/rpc/imports/undo-void" => format!("/settings/import/void?undo={}", value("void=")),
            _ => return None,
        };
        if form.contains("seen=") {
            return None;
        }
        find_hidden(&self.ask(&place.at(&page), cookie).await.body, action, "seen")
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// What somebody is shown at an address; one that does not say whose it is leads on to their only place.
    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let answer = self.ask(path, cookie).await;
        let placed = |address: &str| At::of_path(address) != At::Nowhere;
        match answer.status == StatusCode::SEE_OTHER && !placed(path) && placed(answer.location()) {
            true => self.ask(answer.location(), cookie).await,
            false => answer,
        }
    }

    /// The answer to exactly this address.
    pub async fn ask(&self, path: &str, cookie: Option<&str>) -> Answer {
        self.send(request(Method::GET, path, cookie).body(Body::empty()).unwrap()).await
    }

    /// What the client sends: a form in the background, from our own page.
    pub async fn call(&self, path: &str, form: &str, cookie: Option<&str>) -> Answer {
        let request = request(Method::POST, path, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(ORIGIN, &self.origin)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(self.signed(path, form, cookie).await)).unwrap()).await
    }

    /// What the browser sends by itself.
    pub async fn post(&self, path: &str, form: &str, cookie: Option<&str>) -> Answer {
        let request = request(Method::POST, path, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(ORIGIN, &self.origin)
            .header(ACCEPT, "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(self.signed(path, form, cookie).await)).unwrap()).await
    }
}

/// The form with the place of the test's company, unless it names one or needs none.
fn placed(path: &str, form: &str) -> String {
    let without = ["/rpc/session/", "/rpc/running/", "/sign-out"].iter().any(|start| path.starts_with(start));
    match (without || form.contains("place="), form.is_empty()) {
        (true, _) => form.to_owned(),
        (false, true) => format!("place={PLACE}"),
        (false, false) => format!("place={PLACE}&{form}"),
    }
}

pub fn request(method: Method, path: &str, cookie: Option<&str>) -> axum::http::request::Builder {
    let mut request = Request::builder().method(method).uri(path).header("host", "tributary.test");
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request
}

/// A transaction of another process that keeps every writer waiting: on SQLite all of them, on PostgreSQL those of these tables.
pub async fn hold_writers(db: &TestDb, tables: &str) -> data::store::Tx {
    let other = Db::connect(db.url()).await.unwrap();
    let held = other.begin().await.unwrap();
    if db.kind() == "PostgreSQL" {
        held.execute_unprepared(&format!("LOCK TABLE {tables} IN EXCLUSIVE MODE")).await.unwrap();
    }
    held
}

/// The value of a hidden field of the form with this action.
pub fn hidden(page: &str, action: &str, field: &str) -> String {
    find_hidden(page, action, field).unwrap_or_else(|| panic!("no field {field} of {action} in {page}"))
}

fn find_hidden(page: &str, action: &str, field: &str) -> Option<String> {
    let (_, form) = page.split_once(&format!("action=\"{action}\""))?;
    let (_, rest) = form.split_once(&format!("name=\"{field}\" value=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Name and value of the session's cookie that was set.
    pub fn cookie(&self) -> Option<String> {
        self.set_cookie().map(|whole| whole.split(';').next().unwrap().to_owned())
    }

    /// Name and value of the cookie in which a visitor's message waits.
    pub fn flash(&self) -> Option<String> {
        let mut all = self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let ours = all.find(|cookie| cookie.starts_with("tributary-flash="));
        ours.map(|whole| whole.split(';').next().unwrap().to_owned())
    }

    pub fn set_cookie(&self) -> Option<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).find(|cookie| !cookie.contains("-flash="))
    }
}

/// The built binary on a database of its own.
pub struct Program {
    folder: TempDir,
}

/// What a command did.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn new() -> Program {
        Program { folder: tempfile::tempdir().unwrap() }
    }

    /// A sandbox with one company, its partner and a few customers and sales.
    pub fn with_company() -> Program {
        let program = Program::new();
        program.ok(&["init", "--sandbox", "--now", NOW]);
        program.file("programme.toml", PROGRAMME);
        program.ok(&["program", "apply", "programme.toml"]);
        program
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tributary"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("TRIBUTARY_DATABASE_URL")
            .env_remove("TRIBUTARY_LOG")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Ran { code: status.code().unwrap_or(-1), stdout: String::from_utf8(stdout).unwrap(), stderr: String::from_utf8(stderr).unwrap() }
    }

    /// Runs what must succeed; returns stdout.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs what must be refused; returns stderr.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stderr
    }
}
