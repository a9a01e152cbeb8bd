//! Long work while somebody waits for it.

use leptos::prelude::*;
use views::session::WorkView;

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, progress};

/// How far the work is that this person waits for; `None` when none runs.
#[server(prefix = "/rpc", endpoint = "running/progress", protocol = Reading)]
pub async fn get_work() -> Result<Option<WorkView>> {
    Ok(progress::of(ctx::person().await?.user.id))
}

/// Asks it to stop at the next point where it can; what has become of it, its own answer says.
#[server(prefix = "/rpc", endpoint = "running/stop")]
pub async fn stop_work() -> Result<Done> {
    progress::stop(ctx::person().await?.user.id);
    Ok(Done::say(""))
}
