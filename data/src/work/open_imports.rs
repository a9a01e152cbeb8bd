//! Imports that were accepted and are not written to their end: month end, charges, exports and other imports of the company wait
//! for them.

use std::time::Duration;

use domain::page::number_of;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::store::entities::imports;
use crate::{Error, Result};

pub const STATE_KEEPING: &str = "keeping";
pub const STATE_ACCEPTED: &str = "accepted";
pub const STATE_DONE: &str = "done";

/// The kinds of `imports` rows that bring nothing in.
pub const KIND_VOID: &str = "void";
pub const KIND_UNDO: &str = "void_undo";

/// So long a command waits for an import that another process is writing.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Whether an import of this company was accepted and is not written to its end.
pub async fn is_open<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<bool> {
    Ok(open_of(conn, company_id).await?.is_some())
}

pub fn is_done(row: &imports::Model) -> bool {
    row.state == STATE_DONE
}

pub async fn open_of<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Option<imports::Model>> {
    Ok(accepted().filter(imports::Column::CompanyId.eq(company_id)).one(conn).await?)
}

/// # Errors
/// `Conflict`, in words for people, while an import of this company is being written.
pub async fn refuse_while_open<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<()> {
    match open_of(conn, company_id).await? {
        Some(row) => Err(conflict(&row)),
        None => Ok(()),
    }
}

/// What to say about an import that is still being written, of whatever company.
pub async fn under_way<C: ConnectionTrait>(conn: &C) -> Result<Option<Error>> {
    let row = accepted().one(conn).await?;
    Ok(row.as_ref().map(conflict))
}

/// Imports that were accepted and are not written to their end.
pub fn accepted() -> Select<imports::Entity> {
    imports::Entity::find().filter(imports::Column::State.eq(STATE_ACCEPTED))
}

pub fn conflict(row: &imports::Model) -> Error {
    let name = if row.file_name.is_empty() { row.kind.as_str() } else { row.file_name.as_str() };
    let what = match row.kind.as_str() {
        KIND_VOID => "the void of the import of",
        KIND_UNDO => "the undoing of the void of",
        _ => "the import of",
    };
    Error::conflict(format!(
        "{what} {name} is under way: {} of {} done; try again when it has ended",
        row.done,
        number_of(row.total, "row", "rows")
    ))
}
