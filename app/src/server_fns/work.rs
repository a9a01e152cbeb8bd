//! Long work while somebody waits for it.

use domain::views::session::WorkView;
use leptos::prelude::*;

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, progress};

/// How far the work is that this person waits for; `None` when none runs.
#[server(prefix = "/rpc", endpoint = "running/progress", protocol = Reading)]
pub async fn get_work() -> Result<Option<WorkView>> {
    Ok(progress::of(person().await?))
}

/// Asks it to stop at the next point where it can; what has become of it, its own answer says.
#[server(prefix = "/rpc", endpoint = "running/stop")]
pub async fn stop_work() -> Result<Done> {
    progress::stop(person().await?);
    Ok(Done::say(""))
}

#[cfg(feature = "ssr")]
async fn person() -> Result<uuid::Uuid> {
    let standing = ctx::standing_of(&ctx::parts()?).await?;
    Ok(standing.ok_or(AppError::Unauthenticated).inspect_err(crate::http::fail)?.user.id)
}
