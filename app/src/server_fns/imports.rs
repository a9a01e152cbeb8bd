//! Importing a file in the browser; the upload itself is in `crate::upload`.

use domain::Place;
use leptos::prelude::*;
use views::settings::{ImportPage, ImportVoidPreview};

use crate::error::Result;
use crate::forms::Done;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use crate::{ctx, error::AppError, upload as files};
#[cfg(feature = "ssr")]
use domain::{access::Action, page::number_of};
#[cfg(feature = "ssr")]
use exchange::imports::{Kind, voids};
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;
#[cfg(feature = "ssr")]
use views::Choice;

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
    let past = screens::imports::past(cx.db.read(), &cx.company).await?;
    let (trial, has_rest) = (files::trial(&cx).await?, files::has_rest(&cx).await?);
    Ok(ImportPage { kinds, trial, has_rest, accepted: files::accepted(&cx).await?, past })
}

/// Imports the file that was tried; `skip_bad` leaves its wrong rows out, `again` gives rewards again that came in with another file.
#[server(prefix = "/rpc", endpoint = "imports/apply")]
pub async fn apply_import(
    #[server(default)] place: Place,
    upload: String,
    #[server(default)] skip_bad: String,
    #[server(default)] again: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::Import).await?;
    Ok(Done::say(files::apply(&cx, &upload, skip_bad == "true", again == "true").await?))
}

#[server(prefix = "/rpc", endpoint = "imports/discard")]
pub async fn discard_import(#[server(default)] place: Place) -> Result<Done> {
    let cx = ctx::company(&place, Action::Import).await?;
    files::discard(&cx, &ctx::parts()?).await?;
    Ok(Done::say("Discarded the file. Nothing was imported."))
}

/// What voiding the import `import` would do, or undoing the void `undo`. Nothing is asked while both are empty.
#[server(prefix = "/rpc", endpoint = "imports/preview-void", protocol = Reading)]
pub async fn preview_import_void(
    #[server(default)] place: Place,
    #[server(default)] import: String,
    #[server(default)] undo: String,
) -> Result<Option<ImportVoidPreview>> {
    let cx = ctx::company(&place, Action::Import).await?;
    Ok(match (undo.is_empty(), import.is_empty()) {
        (false, _) => Some(screens::imports::preview_undo(&cx.db, &cx.company, &undo, cx.now).await?),
        (true, false) => Some(screens::imports::preview_void(&cx.db, &cx.company, &import, cx.now).await?),
        (true, true) => None,
    })
}

/// Voids everything that an import brought in.
#[server(prefix = "/rpc", endpoint = "imports/void")]
pub async fn void_import(
    #[server(default)] place: Place,
    import: String,
    #[server(default)] reason: String,
    #[server(default)] seen: String,
) -> Result<Done> {
    let cx = ctx::company(&place, Action::Import).await?;
    let id = import.parse().map_err(|_| AppError::NotFound("This import".to_owned()))?;
    let mine = cx.clone();
    let work = move || async move { voids::void_seen(&mine.db, &mine.act(), id, reason.trim(), &seen).await };
    let void_id = ctx::apart(work).await?;
    let done = match files::go_on(&cx, void_id).await? {
        Some(did) => {
            let done = Done::say(format!("Voided {} of {}.", transactions(did.changed + did.created), did.file_name));
            // The void is done, whether or not it can be undone.
            match voids::preview_undo(&cx.db, cx.company_id, void_id, cx.now).await {
                Ok(undo) => done.undo(UndoImportVoid::PATH, [("void", void_id.to_string()), ("seen", undo.digest())]),
                Err(_) => done,
            }
        }
        None => Done::say("Voiding what the file brought in. This page shows how far it is; you can leave it."),
    };
    Ok(done.to("/settings/import"))
}

#[server(prefix = "/rpc", endpoint = "imports/undo-void")]
pub async fn undo_import_void(#[server(default)] place: Place, void: String, #[server(default)] seen: String) -> Result<Done> {
    let cx = ctx::company(&place, Action::Import).await?;
    let id = void.parse().map_err(|_| AppError::NotFound("This void".to_owned()))?;
    let mine = cx.clone();
    let work = move || async move { voids::undo_seen(&mine.db, &mine.act(), id, &seen).await };
    let undo_id = ctx::apart(work).await?;
    let words = match files::go_on(&cx, undo_id).await? {
        Some(did) if did.impossible > 0 => {
            format!("Undid the void in part: {} count again, {} can't.", transactions(did.changed), transactions(did.impossible))
        }
        Some(did) => format!("Undid the void of {}: {} count again.", did.file_name, transactions(did.changed)),
        None => "Undoing the void. This page shows how far it is; you can leave it.".to_owned(),
    };
    Ok(Done::say(words).to("/settings/import"))
}

#[cfg(feature = "ssr")]
fn transactions(count: u64) -> String {
    number_of(count, "transaction", "transactions")
}

#[cfg(feature = "ssr")]
const fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Partners => "Partners",
        Kind::Customers => "Customers",
        Kind::Attributions => "Attributions",
        Kind::Transactions => "Sales and refunds",
        Kind::Rewards => "Manual rewards",
        Kind::Reviews => "Decisions on rewards",
    }
}
