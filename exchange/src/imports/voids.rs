//! Voiding everything that a file of transactions brought in, and undoing that: accepted at once, and done customer by customer in
//! pieces, as large files are written.

pub(super) mod pieces;
mod preview;

use domain::facts::Fact;
use domain::fields;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use self::pieces::parts;
use super::Kind;
use super::row::begun;
use super::waiting::{once_free, wait_for_open};
use data::act::Act;
use data::programme::companies;
use data::store::check::Checks;
use data::store::entities::{imports, transactions};
use data::store::seen::refuse_other;
use data::work::open_imports::{KIND_UNDO, KIND_VOID, PATIENCE, STATE_ACCEPTED, STATE_DONE};
use data::{Db, Error, Result, audit};

pub use preview::{Preview, Turning, preview_undo, preview_void};

/// Whether the rows of an import say that they came with it, and count.
pub async fn any_live<C: ConnectionTrait>(conn: &C, import_id: Uuid) -> Result<bool> {
    Ok(live(import_id).one(conn).await?.is_some())
}

fn live(import_id: Uuid) -> Select<transactions::Entity> {
    transactions::Entity::find().filter(transactions::Column::ImportId.eq(import_id)).filter(transactions::Column::VoidedAt.is_null())
}

/// A finished import of transactions of this company.
async fn import_of<C: ConnectionTrait>(conn: &C, company_id: Uuid, import_id: Uuid) -> Result<imports::Model> {
    let row = imports::Entity::find_by_id(import_id).one(conn).await?;
    let found = row.filter(|row| row.company_id == company_id && row.kind == Kind::Transactions.word() && row.state == STATE_DONE);
    found.ok_or(Error::NotFound("the import"))
}

/// A finished void of a whole import of this company.
async fn void_of<C: ConnectionTrait>(conn: &C, company_id: Uuid, void_id: Uuid) -> Result<imports::Model> {
    let row = imports::Entity::find_by_id(void_id).one(conn).await?;
    let found = row.filter(|row| row.company_id == company_id && row.kind == KIND_VOID && row.state == STATE_DONE);
    found.ok_or(Error::NotFound("the void"))
}

/// Accepts the void of a whole import: from then on it is certain. See [`super::go_on_apart`].
///
/// # Errors
/// `Invalid` at `reason`; `NotFound` for what is no finished import of transactions; `Conflict` when nothing of it counts, and while
/// another import is still being written after [`data::work::open_imports::PATIENCE`].
pub async fn void(db: &Db, act: &Act<'_>, import_id: Uuid, reason: &str) -> Result<Uuid> {
    let company_id = act.company_id;
    let mut checks = Checks::new();
    let reason = checks.take("reason", fields::description(reason));
    checks.finish()?;
    let id = Uuid::now_v7();
    once_free!(db, company_id, |tx| {
        let import = import_of(tx, company_id, import_id).await?;
        if !any_live(tx, import_id).await? {
            return Err(Error::conflict("nothing of this import counts any more"));
        }
        let fact = Fact::ImportVoided { transactions: import.created, reason: reason.clone() };
        audit::record(tx, act, &import.file_name, fact).await?;
        let row = accepted(act, id, KIND_VOID, &import, import.created);
        imports::Model { reason: Some(reason.clone()), ..row }.into_active_model().reset_all().insert(tx).await?;
        Ok(id)
    })
}

/// Accepts the undoing of such a void, or of what is left of it.
///
/// # Errors
/// `NotFound` for what is no finished void; `Conflict` when it was undone already, and as above.
pub async fn undo(db: &Db, act: &Act<'_>, void_id: Uuid) -> Result<Uuid> {
    let company_id = act.company_id;
    let id = Uuid::now_v7();
    once_free!(db, company_id, |tx| {
        let void = void_of(tx, company_id, void_id).await?;
        if parts(void_id).one(tx).await?.is_none() {
            let undone = imports::Entity::find().filter(imports::Column::OfImport.eq(void_id)).order_by_desc(imports::Column::At);
            let Some(undone) = undone.one(tx).await? else { return Err(Error::conflict("nothing of this void is left to undo")) };
            let zone = companies::get(tx, company_id).await?.zone()?;
            return Err(audit::already_undone(tx, &undone.author, undone.at, &zone).await?);
        }
        let total = void.changed + void.created;
        audit::record(tx, act, &void.file_name, Fact::ImportVoidUndone { transactions: total }).await?;
        accepted(act, id, KIND_UNDO, &void, total).into_active_model().reset_all().insert(tx).await?;
        Ok(id)
    })
}

/// As [`void`], for whoever was shown what it would do: refused where that is not what it would do by now.
pub async fn void_seen(db: &Db, act: &Act<'_>, import_id: Uuid, reason: &str, seen: &str) -> Result<Uuid> {
    let Act { company_id, now, .. } = *act;
    wait_for_open(db, company_id, PATIENCE).await?;
    refuse_unseen(seen, &preview_void(db, company_id, import_id, now).await?)?;
    void(db, act, import_id, reason).await
}

/// As [`undo`], for whoever was shown what it would do: refused where that is not what it would do by now.
pub async fn undo_seen(db: &Db, act: &Act<'_>, void_id: Uuid, seen: &str) -> Result<Uuid> {
    let Act { company_id, now, .. } = *act;
    wait_for_open(db, company_id, PATIENCE).await?;
    refuse_unseen(seen, &preview_undo(db, company_id, void_id, now).await?)?;
    undo(db, act, void_id).await
}

/// What has nothing left to do is refused in words of its own.
fn refuse_unseen(seen: &str, does: &Preview) -> Result<()> {
    if does.count() == 0 { Ok(()) } else { refuse_other(seen, &does.digest()) }
}

/// Of a void, `created` counts the refunds that went along with the import's own transactions, and `changed` those.
fn accepted(act: &Act<'_>, id: Uuid, kind: &str, of: &imports::Model, total: i64) -> imports::Model {
    let now = act.now;
    imports::Model {
        state: STATE_ACCEPTED.to_owned(),
        of_import: Some(of.id),
        ..begun(id, of.company_id, kind, &of.file_name, act.actor, now.0, total)
    }
}
