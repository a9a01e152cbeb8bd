//! The search over everything.

use domain::Place;
use leptos::prelude::*;
use views::search::SearchResults;

use crate::error::Result;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::ctx;
#[cfg(feature = "ssr")]
use domain::access::Action;

/// Partners, customers, transactions, rewards and invoices by name, email or key.
#[server(prefix = "/rpc", endpoint = "search", protocol = Reading)]
pub async fn search(#[server(default)] place: Place, text: String) -> Result<SearchResults> {
    let cx = ctx::company(&place, Action::ViewProgramme).await?;
    Ok(screens::search::search(&cx.db, &cx.company, &text).await?)
}
