//! Who asks, where, and whether they may: the first line of every server function.

use std::sync::Arc;

use data::Db;
use data::act::{Act, Actor};
use data::installation::Time;
use data::people::accounts::{self, Membership, SignedIn, User};
use data::store::entities::companies;
use domain::access::{Action, PartnerAction, allows, partner_allows};
use domain::states::{CompanyRole, PartnerRole};
use domain::zone::Zone;
use domain::{Currency, Instant, Place};
use http::request::Parts;
use leptos::prelude::*;
use tokio::sync::OnceCell;
use tower_sessions::Session;
use uuid::Uuid;

use crate::error::{AppError, Result};
use crate::http::{fail, internal};
use crate::request::RequestScope;

use data::people::sessions::BEGUN;
/// The session's key. It says who somebody is; where they are, their address says.
pub use data::people::sessions::USER_ID;

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
    /// What this person does here and now.
    pub const fn act(&self) -> Act<'static> {
        Act { company_id: self.company_id, actor: Actor::Person { user_id: self.user.id }, now: self.now }
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
    pub fn may(&self, action: PartnerAction) -> bool {
        partner_allows(self.role, action)
    }
}

/// Whose page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose(pub Uuid);

/// What the parts of a page all ask for, read once for the page.
#[derive(Clone, Default)]
pub struct ReadOnce(Arc<Reads>);

#[derive(Default)]
struct Reads {
    /// With the rows of their companies.
    user: OnceCell<Option<(User, Vec<companies::Model>)>>,
    time: OnceCell<Time>,
}

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    pub db: Db,
    pub user: User,
}

impl Person {
    /// What the person is at this place. One that they do not belong to is like one that is not there.
    pub fn membership(&self, place: &Place) -> Result<&Membership> {
        let what = match place {
            Place::Company(_) => "This company",
            Place::Partner(_) => "This partner organisation",
            Place::Nowhere => return Err(AppError::Conflict(NO_PLACE.to_owned())),
        };
        let found = self.user.memberships.iter().find(|membership| membership.place() == *place);
        found.ok_or_else(|| AppError::NotFound(what.to_owned()))
    }
}

/// A form of the time before forms said whose they are, or one whose field was lost.
const NO_PLACE: &str =
    "This form doesn't say which company it is for, so nothing was done. Check that you are at the right one and send it again.";

/// The company context of this request, if the person may do `action` there.
pub async fn company(place: &Place, action: Action) -> Result<CompanyCtx> {
    company_of(&parts()?, place, action).await.inspect_err(fail)
}

/// The partner context of this request, if the person may do `action` there.
pub async fn partner(place: &Place, action: PartnerAction) -> Result<PartnerCtx> {
    partner_of(&parts()?, place, action).await.inspect_err(fail)
}

/// Who is asking, wherever they are.
pub async fn person() -> Result<Person> {
    person_of(&parts()?).await?.ok_or(AppError::Unauthenticated).inspect_err(fail)
}

/// The time in this database, for the request.
pub async fn time() -> Result<Time> {
    time_of(&parts()?).await
}

/// A company that the person belongs to, for the request.
pub async fn company_row(company_id: Uuid) -> Result<companies::Model> {
    company_row_of(&parts()?, company_id).await
}

/// What this request has read; nothing, where each question is asked anew.
fn reads(parts: &Parts) -> Arc<Reads> {
    parts.extensions.get::<ReadOnce>().cloned().unwrap_or_default().0
}

async fn time_of(parts: &Parts) -> Result<Time> {
    let db = db_of(parts)?;
    Ok(*reads(parts).time.get_or_try_init(|| data::installation::time(&db)).await?)
}

async fn company_row_of(parts: &Parts, company_id: Uuid) -> Result<companies::Model> {
    let reads = reads(parts);
    if let Some(Some((_, companies))) = reads.user.get()
        && let Some(company) = companies.iter().find(|company| company.id == company_id)
    {
        return Ok(company.clone());
    }
    Ok(data::programme::companies::get(db_of(parts)?.read(), company_id).await?)
}

/// As [`company`], for handlers outside of server functions.
pub async fn company_of(parts: &Parts, place: &Place, action: Action) -> Result<CompanyCtx> {
    let person = person_of(parts).await?.ok_or(AppError::Unauthenticated)?;
    let &Membership::Company { company_id, role, .. } = person.membership(place)? else {
        return Err(AppError::NotFound("This company".to_owned()));
    };
    let Person { db, user } = person;
    if !allows(role, action) {
        return Err(AppError::Forbidden(action.words().to_owned()));
    }
    let company = company_row_of(parts, company_id).await?;
    let (zone, currency) = (company.zone()?, company.money_currency()?);
    let now = time_of(parts).await?.now;
    Ok(CompanyCtx { db, company_id, company, user, role, zone, currency, now })
}

/// As [`partner`], for handlers outside of server functions.
pub async fn partner_of(parts: &Parts, place: &Place, action: PartnerAction) -> Result<PartnerCtx> {
    let person = person_of(parts).await?.ok_or(AppError::Unauthenticated)?;
    let Membership::Partner { partner_id, name, role, .. } = person.membership(place)?.clone() else {
        return Err(AppError::NotFound("This partner organisation".to_owned()));
    };
    let Person { db, user } = person;
    if !partner_allows(role, action) {
        return Err(AppError::Forbidden(action.words().to_owned()));
    }
    let now = time_of(parts).await?.now;
    Ok(PartnerCtx { db, partner_id, partner_name: name, user, role, now })
}

/// Who is signed in; `None` for visitors.
pub async fn person_of(parts: &Parts) -> Result<Option<Person>> {
    let db = db_of(parts)?;
    let Some(user_id) = user_id_of(parts).await? else { return Ok(None) };
    let reads = reads(parts);
    let user = reads.user.get_or_try_init(|| accounts::find_with_companies(&db, user_id)).await?;
    Ok(user.as_ref().map(|(user, _)| Person { db, user: user.clone() }))
}

/// Begins a session of a new id for somebody. False where their password was changed since it was checked.
pub async fn begin_session(somebody: &SignedIn) -> Result<bool> {
    let parts = parts()?;
    let session = session_of(&parts)?;
    let Some(id) = somebody.begin_session(&db_of(&parts)?, session.id(), session.expiry_date()).await? else {
        return Ok(false);
    };
    let begun = async {
        session.cycle_id().await?;
        session.insert(USER_ID, somebody.user.id).await?;
        session.insert(BEGUN, id.to_string()).await?;
        // Before anybody is told that they are signed in.
        session.save().await
    };
    if let Err(error) = begun.await {
        // So that it isn't tried again with the answer.
        session.clear().await;
        return Err(session_failed(error));
    }
    Ok(true)
}

/// Who the session says is asking.
pub async fn user_id_of(parts: &Parts) -> Result<Option<Uuid>> {
    session_of(parts)?.get(USER_ID).await.map_err(session_failed)
}

/// A session could not be read or stored: the database's fault, not the program's.
pub fn session_failed(error: tower_sessions::session::Error) -> AppError {
    match error {
        tower_sessions::session::Error::Store(cause) => {
            tracing::error!(%cause, "a session could not be read or stored");
            let words = "Your session can't be read or saved at the moment. Nothing was changed; try again in a moment.";
            AppError::Unavailable(words.to_owned())
        }
        error => internal(error),
    }
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
