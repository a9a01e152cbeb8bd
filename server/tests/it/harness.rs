//! A program of its own for each test: a database in a folder, the router over it, the binary on it.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, LazyLock};

use app::App;
use app::ctx::{SCOPE, USER_ID};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use data::Db;
use data::accounts::{self, Place};
use data::imports::{self, Kind, Options};
use data::installation::{self, Mode};
use data::queries::session::scope_word;
use data::sessions::Sessions;
use domain::Instant;
use domain::states::CompanyRole;
use server::config::Config;
use server::router::{AppState, build};
use tempfile::TempDir;
use tower::ServiceExt;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use uuid::Uuid;

use crate::testing::TestDb;

pub const NOW: &str = "2026-03-10T12:00:00Z";
pub const PASSWORD: &str = "northwind-test";

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
description = "20 % of every payment in a customer's first 12 months"

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
    leptos_axum::generate_route_list(App).iter().map(|route| route.path().to_owned()).collect()
});

/// A server over a sandbox with one company.
pub struct TestApp {
    pub db: Db,
    pub company_id: Uuid,
    pub due: data::due::Ctx,
    /// Removed when the test ends.
    folder: TempDir,
    router: Router,
    /// Where its own pages are.
    origin: String,
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
        LazyLock::force(&PATTERNS);
        let folder = tempfile::tempdir().unwrap();
        let db: Db = (**test_db).clone();
        let start = Instant::parse(NOW).unwrap();
        installation::init(&db, Mode::Sandbox { start }).await.unwrap();
        data::programme::apply(&db, PROGRAMME, false, "test", start).await.unwrap();
        let company_id = data::companies::find_by_key(db.read(), "northwind").await.unwrap().id;
        let config = configure(Config::for_tests(folder.path()));
        let origin = config.public_url.clone().unwrap_or_else(|| "http://tributary.test".to_owned());
        let state = AppState::new(db.clone(), test_db.url(), config);
        let due = state.due.clone();
        let router = build(state);
        TestApp { db, company_id, due, folder, router, origin }
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
            imports::import(&self.db, self.company_id, kind, input, Options::default(), Arc::new(|_| {}), "test", now).await.unwrap();
        assert!(report.errors.is_empty(), "{report:?}");
    }

    /// A person of the company with [`PASSWORD`]; returns the user's id.
    pub async fn add_user(&self, email: &str, role: CompanyRole) -> Uuid {
        self.add_user_at(Place::Company(self.company_id, role), email).await
    }

    pub async fn add_user_at(&self, place: Place, email: &str) -> Uuid {
        let now = app::ctx::real_now();
        accounts::add_user(&self.db, place, email, None, Some(PASSWORD), "test", now).await.unwrap().id
    }

    /// The cookie of a new session of this user, at the first place they belong to.
    pub async fn session_of(&self, user_id: Uuid) -> String {
        let user = accounts::find_user(&self.db, user_id).await.unwrap().unwrap();
        let data =
            [(USER_ID.to_owned(), serde_json::to_value(user_id).unwrap()), (SCOPE.to_owned(), scope_word(&user.memberships[0]).into())];
        let mut record = Record { id: Id::default(), data: data.into(), expiry_date: OffsetDateTime::now_utc() + Duration::days(1) };
        Sessions::new(self.db.clone()).create(&mut record).await.unwrap();
        format!("tributary={}", record.id)
    }

    pub async fn owner(&self) -> String {
        let id = self.add_user("owner@northwind.example", CompanyRole::Owner).await;
        self.session_of(id).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        self.send(request(Method::GET, path, cookie).body(Body::empty()).unwrap()).await
    }

    /// What the client sends: a form in the background, from our own page.
    pub async fn call(&self, path: &str, form: &str, cookie: Option<&str>) -> Answer {
        let request = request(Method::POST, path, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(ORIGIN, &self.origin)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// What the browser sends by itself.
    pub async fn post(&self, path: &str, form: &str, cookie: Option<&str>) -> Answer {
        let request = request(Method::POST, path, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(ORIGIN, &self.origin)
            .header(ACCEPT, "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }
}

pub fn request(method: Method, path: &str, cookie: Option<&str>) -> axum::http::request::Builder {
    let mut request = Request::builder().method(method).uri(path).header("host", "tributary.test");
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Name and value of the cookie that was set.
    pub fn cookie(&self) -> Option<String> {
        self.set_cookie().map(|whole| whole.split(';').next().unwrap().to_owned())
    }

    pub fn set_cookie(&self) -> Option<&str> {
        self.headers.get(SET_COOKIE).map(|value| value.to_str().unwrap())
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
