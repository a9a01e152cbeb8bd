//! The sandbox's clock in its owner's hands.

use domain::Place;
use leptos::prelude::*;
use views::session::Jump;

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{
    ctx,
    error::AppError,
    http,
    progress::{self, Running},
};
#[cfg(feature = "ssr")]
use data::work;
#[cfg(feature = "ssr")]
use domain::{Instant, access::Action};
#[cfg(feature = "ssr")]
use screens::session::moved_words;
#[cfg(feature = "ssr")]
use std::sync::{Mutex, PoisonError};

/// Furthest that the clock is moved at once: there is no way back.
pub const DAYS_MAX: u16 = 400;

#[cfg(feature = "ssr")]
const FAILED: &str =
    " Some of this company’s background work failed and will be retried. If it keeps failing, contact whoever runs Tributary.";

/// Where the clock can go, with `effects` also what that would do; nowhere in production, or for people who may not move it.
#[server(prefix = "/rpc", endpoint = "sandbox/jumps", protocol = Reading)]
pub async fn get_jumps(#[server(default)] place: Place, effects: bool) -> Result<Vec<Jump>> {
    let parts = ctx::parts()?;
    let Ok(cx) = ctx::company_of(&parts, &place, Action::MoveClock).await else { return Ok(Vec::new()) };
    Ok(screens::session::jumps(&cx.db, &cx.company, ctx::time().await?, effects).await?)
}

/// Moves the clock to an instant, or by a number of local days, and does everything that falls due on the way.
#[server(prefix = "/rpc", endpoint = "sandbox/move")]
pub async fn move_clock(#[server(default)] place: Place, #[server(default)] to: String, #[server(default)] days: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::MoveClock).await?;
    let until = if to.is_empty() {
        let wrong = || AppError::invalid("days", format!("Write a number of days from 1 to {DAYS_MAX}."));
        let days = days.trim().parse().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or_else(wrong)?;
        data::due::clock::days_on(&cx.db, cx.company_id, days).await?
    } else {
        Instant::parse(&to).map_err(|error| AppError::invalid("to", error.to_string()))?
    };
    let parts = ctx::parts()?;
    let due = parts.extensions.get::<work::Worker>().cloned().ok_or_else(|| http::internal("no background work in the request"))?;
    let running = Running::begin(cx.user.id, "Looking for what falls due", "Stop here");
    let so_far = Mutex::new((cx.now, work::Work::default()));
    let progress = |at: Instant, step: work::Work| {
        let mut so_far = so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.0 = at;
        so_far.1 += step;
        let [done, total] = [at, until].map(|at| u64::try_from(at.0 - cx.now.0).unwrap_or(0));
        progress::tell(cx.user.id, done, total, moved_words(&cx.zone, at, &so_far.1));
    };
    // Dropping the work is safe at any moment; the clock then stands where it was last.
    let stopped = tokio::select! {
        work = data::due::clock::advance(&cx.db, &due, until, cx.act().actor, &progress) => match work {
            Ok(work) => {
                let failed = if due.troubles.is_company_in(cx.company_id) { FAILED } else { "" };
                return Ok(Done::say(format!("{}{failed}", moved_words(&cx.zone, until, &work))));
            }
            Err(error @ (data::Error::Invalid(_) | data::Error::Forbidden(_) | data::Error::Conflict(_))) => return Err(error.into()),
            // Part of the way is done: neither "done" nor "nothing was changed" is true.
            Err(error) => {
                http::internal(error);
                let stopped = AppError::Conflict("The clock stopped on the way. Look where it is, and move it again.".to_owned());
                return Err(stopped).inspect_err(http::fail);
            }
        },
        () = running.stopped() => so_far.lock().unwrap_or_else(PoisonError::into_inner).1,
    };
    let now = data::installation::now(&cx.db).await?;
    Ok(Done::say(format!("Stopped on the way. {}", moved_words(&cx.zone, now, &stopped))))
}
