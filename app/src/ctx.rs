//! Who asks, where, and whether they may: the first line of every server function.

use data::Db;
use data::accounts::{self, Membership, User};
use data::entities::companies;
use data::queries::session::scope_word;
use domain::access::{Action, PartnerAction, allows, partner_allows};
use domain::states::{CompanyRole, PartnerRole};
use domain::zone::Zone;
use domain::{Currency, Instant};
use http::request::Parts;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use uuid::Uuid;

use crate::error::{AppError, Result};
use crate::forms::FailedForm;
use crate::http::{fail, internal};
use crate::request::RequestScope;

/// Session keys. `SCOPE` holds "company:<uuid>" or "partner:<uuid>".
pub const USER_ID: &str = "user_id";
pub const SCOPE: &str = "scope";
pub const FLASH: &str = "flash";
/// A form that was sent after the session had ended.
pub const STRANDED: &str = "stranded";

/// A person looking at a company's programme.
#[derive(Clone)]
pub struct CompanyCtx {
    pub db: Db,
    pub company_id: Uuid,
    pub company: companies::Model,
    pub user: User,
    pub role: CompanyRole,
    pub zone: Zone,
    pub currency: Currency,
    pub now: Instant,
}

impl CompanyCtx {
    /// What records carry as their author.
    pub fn author(&self) -> &str {
        &self.user.email
    }

    pub fn may(&self, action: Action) -> bool {
        allows(self.role, action)
    }
}

/// A person looking at what their partner organisation earned, at every company it works with.
#[derive(Clone)]
pub struct PartnerCtx {
    pub db: Db,
    pub partner_id: Uuid,
    pub partner_name: String,
    pub user: User,
    pub role: PartnerRole,
    pub now: Instant,
}

impl PartnerCtx {
    pub fn author(&self) -> &str {
        &self.user.email
    }
}

/// Whose page it is, as its forms know it: a form that outlives its session goes back to nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose(pub Uuid);

/// Marks the requests of people who are at their partner organisation.
#[derive(Clone, Copy, Debug)]
pub struct AsPartner;

impl Whose {
    /// The beginning of a form's token.
    pub fn mark(whose: Option<Whose>, random: &str) -> String {
        match whose {
            Some(Whose(user_id)) => format!("{random}.{}", user_id.simple()),
            None => random.to_owned(),
        }
    }

    /// Read from a form's token: "random.user-number".
    pub fn of_token(token: &str) -> Option<Whose> {
        let (_, marked) = token.rsplit_once('.')?;
        let user_id = marked.split('-').next()?;
        Uuid::try_parse(user_id).ok().map(Whose)
    }
}

/// A form that was sent after its session had ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stranded {
    pub form: FailedForm,
    /// `None` where the form did not say.
    pub user_id: Option<Uuid>,
}

/// Somebody signed in, and the place that their session is at.
#[derive(Clone)]
pub struct Standing {
    pub db: Db,
    pub user: User,
    pub place: Membership,
}

/// The company context of this request, if the person may do `action` there.
pub async fn company(action: Action) -> Result<CompanyCtx> {
    company_of(&parts()?, action).await.inspect_err(fail)
}

/// The partner context of this request, if the person may do `action` there.
pub async fn partner(action: PartnerAction) -> Result<PartnerCtx> {
    partner_of(&parts()?, action).await.inspect_err(fail)
}

/// As [`company`], for handlers outside of server functions.
pub async fn company_of(parts: &Parts, action: Action) -> Result<CompanyCtx> {
    let Standing { db, user, place } = standing_of(parts).await?.ok_or(AppError::Unauthenticated)?;
    let Membership::Company { company_id, role, .. } = place else {
        return Err(AppError::Forbidden(action.words().to_owned()));
    };
    if !allows(role, action) {
        return Err(AppError::Forbidden(action.words().to_owned()));
    }
    let company = data::companies::get(db.read(), company_id).await?;
    let (zone, currency) = (company.zone()?, company.money_currency()?);
    let now = data::installation::now(&db).await?;
    Ok(CompanyCtx { db, company_id, company, user, role, zone, currency, now })
}

/// As [`partner`], for handlers outside of server functions.
pub async fn partner_of(parts: &Parts, action: PartnerAction) -> Result<PartnerCtx> {
    let Standing { db, user, place } = standing_of(parts).await?.ok_or(AppError::Unauthenticated)?;
    let Membership::Partner { partner_id, name, role } = place else {
        return Err(AppError::Forbidden(action.words().to_owned()));
    };
    if !partner_allows(role, action) {
        return Err(AppError::Forbidden(action.words().to_owned()));
    }
    let now = data::installation::now(&db).await?;
    Ok(PartnerCtx { db, partner_id, partner_name: name, user, role, now })
}

/// Who is signed in, and where; `None` for visitors.
pub async fn standing_of(parts: &Parts) -> Result<Option<Standing>> {
    let db = db_of(parts)?;
    let session = session_of(parts)?;
    let user_id: Option<Uuid> = session.get(USER_ID).await.map_err(internal)?;
    let Some(user_id) = user_id else { return Ok(None) };
    let Some(user) = accounts::find_user(&db, user_id).await? else { return Ok(None) };
    let scope: Option<String> = session.get(SCOPE).await.map_err(internal)?;
    let chosen = scope.and_then(|scope| user.memberships.iter().find(|place| scope_word(place) == scope));
    let Some(place) = chosen.or(user.memberships.first()).cloned() else { return Ok(None) };
    Ok(Some(Standing { db, user, place }))
}

/// Signs somebody in: a session of a new id, at the first place they belong to.
pub async fn begin_session(parts: &Parts, user: &User) -> Result<()> {
    let session = session_of(parts)?;
    session.cycle_id().await.map_err(internal)?;
    session.insert(USER_ID, user.id).await.map_err(internal)?;
    session.remove_value(SCOPE).await.map_err(internal)?;
    if let Some(place) = user.memberships.first() {
        session.insert(SCOPE, scope_word(place)).await.map_err(internal)?;
    }
    Ok(())
}

pub fn session_of(parts: &Parts) -> Result<Session> {
    parts.extensions.get::<Session>().cloned().ok_or_else(|| internal("no session in the request"))
}

pub fn db_of(parts: &Parts) -> Result<Db> {
    parts.extensions.get::<Db>().cloned().ok_or_else(|| internal("no database in the request"))
}

/// The database, for what visitors may do.
pub fn db() -> Result<Db> {
    db_of(&parts()?)
}

/// The request that is being answered.
pub fn parts() -> Result<Parts> {
    use_context::<Parts>().ok_or_else(|| internal("asked outside of a request"))
}

/// A word that is the same when this very form is sent again, and different for every other: the natural key of facts that
/// have no other.
pub fn submission() -> String {
    match use_context::<crate::http::Submission>() {
        Some(submission) => submission.0,
        None => leptos::nonce::Nonce::new().to_string(),
    }
}

/// Runs an operation on a thread that may be kept for long, and whose future need not be `Send` (the compiler does not see it of
/// futures that hold borrowing iterators, rust-lang/rust#102211). Give it owned values: `ctx::apart(move || async move { … })`.
pub async fn apart<T, F, W>(work: W) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = data::Result<T>>,
    W: FnOnce() -> F + Send + 'static,
{
    let runtime = tokio::runtime::Handle::current();
    let scope = RequestScope::current();
    // Goes on when nobody waits for its answer any more, and says so.
    let running = scope.as_ref().map(RequestScope::begin);
    let outcome = tokio::task::spawn_blocking(move || {
        let _running = running;
        match scope {
            Some(scope) => runtime.block_on(scope.run(work())),
            None => runtime.block_on(work()),
        }
    });
    let outcome = outcome.await.map_err(internal)?;
    Ok(outcome?)
}

/// The machine's clock, which passwords, links and throttling run on also in a sandbox.
pub fn real_now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Whose;

    #[test]
    fn a_forms_token_says_whose_it_is() {
        let whose = Whose(uuid::Uuid::from_u128(7));
        let seed = Whose::mark(Some(whose), "aGk+-_/=");
        assert_eq!(Whose::of_token(&format!("{seed}-3")), Some(whose));
        assert_eq!(Whose::of_token("aGk+-_/=-3"), None);
    }
}
