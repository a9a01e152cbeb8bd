//! The sandbox's clock in its owner's hands.

use domain::views::session::Jump;
use leptos::prelude::*;

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, http};
#[cfg(feature = "ssr")]
use data::due;
#[cfg(feature = "ssr")]
use domain::{Instant, access::Action};

/// Furthest that the clock is moved at once: there is no way back.
pub const DAYS_MAX: u16 = 400;

/// Where the clock can go, with `effects` also what that would do; nowhere in production, or for people who may not move it.
#[server(prefix = "/rpc", endpoint = "sandbox/jumps", protocol = Reading)]
pub async fn get_jumps(effects: bool) -> Result<Vec<Jump>> {
    let parts = ctx::parts()?;
    let Ok(cx) = ctx::company_of(&parts, Action::MoveClock).await else { return Ok(Vec::new()) };
    Ok(data::queries::session::jumps(&cx.db, cx.company_id, &cx.zone, effects).await?)
}

/// Moves the clock to an instant, or by a number of local days, and does everything that falls due on the way.
#[server(prefix = "/rpc", endpoint = "sandbox/move")]
pub async fn move_clock(#[server(default)] to: String, #[server(default)] days: String) -> Result<Done> {
    let cx = ctx::company(Action::MoveClock).await?;
    let until = if to.is_empty() {
        let wrong = || AppError::invalid("days", format!("Write a number of days from 1 to {DAYS_MAX}."));
        let days = days.trim().parse().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or_else(wrong)?;
        data::clock::days_on(&cx.db, cx.company_id, days).await?
    } else {
        Instant::parse(&to).map_err(|error| AppError::invalid("to", error.to_string()))?
    };
    let parts = ctx::parts()?;
    let due = parts.extensions.get::<due::Ctx>().cloned().ok_or_else(|| http::internal("no background work in the request"))?;
    let work = data::clock::advance(&cx.db, &due, until, cx.author(), &|_, _| {}).await?;
    Ok(Done::say(data::queries::session::moved_words(&cx.zone, until, &work)))
}
