//! twin DATABASE ADDRESS: Review Rewards and Commissions, written by hand in axum and maud, from the product's own database and for
//! the people who have signed in to the product. The lists as they open, without filters: what bench/pages.sh asks for.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::Instant;
use domain::offers::Trigger;
use maud::Markup;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::queries::{Membership, Pool};

mod company;
mod frame;
mod partner;
mod queries;
mod words;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// By version: they never change, so each is read once.
pub type Versions = RwLock<HashMap<Uuid, Arc<[Trigger]>>>;

pub struct Twin {
    pool: Pool,
    secret: String,
    versions: Versions,
}

/// Who is asking.
pub struct Person {
    pub id: Uuid,
    pub now: Instant,
    pub sandbox: bool,
    /// Each of their places, with their own name.
    pub memberships: Vec<Membership>,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, database, address] = arguments.as_slice() else { return Err("usage: twin DATABASE ADDRESS".into()) };
    // As many connections as the product reads with.
    let pool = if database.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(database)?.read_only(true).pragma("cache_size", "-2000");
        Pool::Sqlite(SqlitePoolOptions::new().max_connections(4).connect_with(options).await?)
    } else {
        Pool::Postgres(PgPoolOptions::new().max_connections(10).connect(database).await?)
    };
    let twin = Arc::new(Twin { pool, secret: Uuid::now_v7().to_string(), versions: Versions::default() });
    let router = Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/c/{key}/rewards", get(review_rewards))
        .route("/p/{key}/commissions", get(commissions))
        .with_state(twin);
    axum::serve(TcpListener::bind(address).await?, router).await?;
    Ok(())
}

async fn review_rewards(State(twin): State<Arc<Twin>>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    let page = async {
        let Some(person) = twin.person(&headers).await? else { return Ok(None) };
        let here = person.memberships.iter().find(|place| place.company_key.as_deref() == Some(key.as_str()));
        let Some(here) = here else { return Err("no such company".into()) };
        company::page(&twin, &person, here).await.map(Some)
    };
    answer(page.await)
}

async fn commissions(State(twin): State<Arc<Twin>>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    let page = async {
        let Some(person) = twin.person(&headers).await? else { return Ok(None) };
        let here = person.memberships.iter().find(|place| place.partner_key.as_deref() == Some(key.as_str()));
        let Some(here) = here else { return Err("no such partner".into()) };
        partner::page(&twin, &person, here).await.map(Some)
    };
    answer(page.await)
}

fn answer(page: Result<Option<Markup>, Error>) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
        connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    match page {
        Ok(Some(page)) => {
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
                (CONTENT_SECURITY_POLICY, POLICY),
                (REFERRER_POLICY, "same-origin"),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, page.into_string()).into_response()
        }
        Ok(None) => Redirect::to("/sign-in").into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

impl Twin {
    async fn person(&self, headers: &HeaderMap) -> Result<Option<Person>, Error> {
        let cookies = headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
        let Some(id) = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("tributary=")) else { return Ok(None) };
        let real_now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let Some(session) = self.pool.session(&words::hex(&Sha256::digest(id)), real_now).await? else { return Ok(None) };
        let Some(id) = session.user_id else { return Ok(None) };
        let id = Uuid::try_parse(&id)?;
        let now = Instant(session.sandbox_now.unwrap_or(real_now));
        Ok(Some(Person { id, now, sandbox: session.sandbox_now.is_some(), memberships: self.pool.person(id).await? }))
    }

    pub async fn triggers(&self, version: Uuid) -> Result<Arc<[Trigger]>, Error> {
        if let Some(known) = self.versions.read().map_err(|_| "poisoned")?.get(&version) {
            return Ok(Arc::clone(known));
        }
        let read: Vec<Trigger> = serde_json::from_str(&self.pool.version(version).await?)?;
        let triggers: Arc<[Trigger]> = read.into();
        self.versions.write().map_err(|_| "poisoned")?.insert(version, Arc::clone(&triggers));
        Ok(triggers)
    }
}
