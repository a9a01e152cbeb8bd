//! The home screen.

use domain::Place;
use leptos::prelude::*;
use views::home::Home;

use crate::error::Result;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::ctx;
#[cfg(feature = "ssr")]
use domain::access::Action;

/// This month against last month, the chart, and what waits.
#[server(prefix = "/rpc", endpoint = "home", protocol = Reading)]
pub async fn get_home(#[server(default)] place: Place) -> Result<Home> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::home::home(&cx.db, &cx.company, cx.role, cx.now).await?)
}
