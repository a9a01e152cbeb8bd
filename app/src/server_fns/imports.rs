//! Importing a file in the browser; the upload itself is in `crate::upload`.

use domain::Place;
use domain::views::settings::ImportPage;
use leptos::prelude::*;

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, upload as files};
#[cfg(feature = "ssr")]
use data::imports::Kind;
#[cfg(feature = "ssr")]
use domain::{access::Action, views::Choice};

/// What can be imported, and the file that was tried last.
#[server(prefix = "/rpc", endpoint = "imports/page", protocol = Reading)]
pub async fn get_import(#[server(default)] place: Place) -> Result<ImportPage> {
    let cx = ctx::company(&place, Action::Import).await?;
    let kinds = Kind::ALL.iter().map(|kind| Choice {
        value: kind.word().to_owned(),
        label: label(*kind).to_owned(),
        hint: kind.columns().join(", "),
    });
    let kinds = kinds.collect();
    Ok(ImportPage { kinds, trial: files::trial(&cx).await?, has_rest: files::has_rest(&cx).await? })
}

/// Imports the file that was tried; `skip_bad` leaves its wrong rows out.
#[server(prefix = "/rpc", endpoint = "imports/apply")]
pub async fn apply_import(#[server(default)] place: Place, upload: String, #[server(default)] skip_bad: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::Import).await?;
    Ok(Done::say(files::apply(&cx, &upload, skip_bad == "true").await?))
}

#[server(prefix = "/rpc", endpoint = "imports/discard")]
pub async fn discard_import(#[server(default)] place: Place) -> Result<Done> {
    let cx = ctx::company(&place, Action::Import).await?;
    files::discard(&cx, &ctx::parts()?).await?;
    Ok(Done::say("Put the file aside. Nothing was imported."))
}

#[cfg(feature = "ssr")]
const fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Partners => "Partners",
        Kind::Customers => "Customers",
        Kind::Attributions => "Who brought which customer",
        Kind::Transactions => "Sales and refunds",
        Kind::Rewards => "Manual rewards",
        Kind::Reviews => "Decisions on rewards",
    }
}
