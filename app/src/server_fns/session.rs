//! Signing in, and who is looking.

use domain::Place;
use leptos::prelude::*;
use views::session::{DemoUser, PlaceLink, Viewer};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, forms::local_path, http};
#[cfg(feature = "ssr")]
use data::people::accounts::{self, Membership, SignIn as Outcome, SignedIn};
#[cfg(feature = "ssr")]
use screens::session;

/// Who is looking, and where.
#[server(prefix = "/rpc", endpoint = "session/viewer", protocol = Reading)]
pub async fn get_viewer(#[server(default)] place: Place) -> Result<Viewer> {
    let person = ctx::person().await?;
    let (db, user) = (&person.db, &person.user);
    let time = ctx::time().await?;
    Ok(match person.membership(&place).inspect_err(http::fail)? {
        &Membership::Company { company_id, role, .. } => {
            let company = ctx::company_row(company_id).await?;
            session::company_viewer(db, user, &company, role, time).await?
        }
        Membership::Partner { partner_id, name, role, .. } => session::partner_viewer(db, user, *partner_id, name, *role, time).await?,
    })
}

/// Where the person can go on to `next`, an address that does not say whose it is.
#[server(prefix = "/rpc", endpoint = "session/places", protocol = Reading)]
pub async fn list_places(#[server(default)] next: String) -> Result<Vec<PlaceLink>> {
    let person = ctx::person().await?;
    let ways = crate::place::ways(&person, local_path(&next).unwrap_or("/"));
    Ok(session::with_companies(&person.db, &person.user, ways).await?)
}

/// Whom a visitor may come in as with one click: nobody, unless this is a sandbox.
#[server(prefix = "/rpc", endpoint = "session/demo-users", protocol = Reading)]
pub async fn list_demo_users() -> Result<Vec<DemoUser>> {
    Ok(session::demo_users(&ctx::db()?).await?)
}

#[server(prefix = "/rpc", endpoint = "session/sign-in")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<Done> {
    if email.trim().is_empty() || password.is_empty() {
        return Err(AppError::invalid("", "Enter your email and your password."));
    }
    let db = ctx::db()?;
    match accounts::sign_in(&db, &email, &password, &http::client_address(), ctx::real_now()).await? {
        Outcome::Welcome(somebody) if ctx::begin_session(&somebody).await? => Ok(Done::say("").to(local_path(&next).unwrap_or("/"))),
        // The password was right until a moment ago.
        Outcome::Welcome(_) | Outcome::Refused => Err(AppError::invalid("", "The email or the password is wrong.")),
        Outcome::Throttled { seconds } => Err(AppError::invalid(
            "",
            format!("Too many attempts. Try again in {}.", domain::page::number_of(seconds, "second", "seconds")),
        )),
    }
}

/// Comes in as one of [`list_demo_users`].
#[server(prefix = "/rpc", endpoint = "session/demo-sign-in")]
pub async fn demo_sign_in(email: String, #[server(default)] next: String) -> Result<Done> {
    let db = ctx::db()?;
    let Some(user) = session::demo_user(&db, &email).await? else {
        return Err(AppError::NotFound("This demo sign-in".to_owned()));
    };
    ctx::begin_session(&SignedIn::without_password(user)).await?;
    Ok(Done::say("").to(local_path(&next).unwrap_or("/")))
}

/// Whether a one-time link would still let somebody in.
#[server(prefix = "/rpc", endpoint = "session/link", protocol = Reading)]
pub async fn check_link(token: String) -> Result<bool> {
    Ok(accounts::link_is_open(&ctx::db()?, &token, ctx::real_now()).await?)
}

/// Comes in by a one-time link and sets the password for next time.
#[server(prefix = "/rpc", endpoint = "session/set-password")]
pub async fn set_password(token: String, password: String, password_again: String) -> Result<Done> {
    if password != password_again {
        return Err(AppError::invalid("password_again", "The two passwords differ."));
    }
    let db = ctx::db()?;
    let somebody = accounts::set_password_by_link(&db, &token, &password, &http::client_address(), ctx::real_now()).await?;
    let Some(somebody) = somebody else {
        return Err(AppError::Conflict("This link was used before or is too old. Ask for a new one.".to_owned()));
    };
    match ctx::begin_session(&somebody).await {
        Ok(true) => {}
        Ok(false) => {
            return Err(AppError::Conflict(
                "Your password was changed once more at the same moment. Sign in with the newest one.".to_owned(),
            ));
        }
        // The link is used up: whoever can't be signed in by it goes on with the password.
        Err(error) => {
            tracing::warn!(?error, "a password was set, and its owner was not signed in");
            http::set_status(200);
            return Ok(Done::say("Your password is set. Sign in with it.").to("/sign-in"));
        }
    }
    Ok(Done::say("Your password is set.").to("/"))
}
