//! Imports that nobody is writing: accepted ones are gone on with, and what was kept of the others is removed.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::go_on_apart;
use crate::imports::patiently;
use crate::imports::row::get;
use async_trait::async_trait;
use data::store::entities::{import_chunks, imports};
use data::work::open_imports::{self, STATE_KEEPING};
use data::work::{AcceptedImports, Worker, real_now};
use data::{Db, Result};

/// Chunks that are deleted together.
const CLEARED: u64 = 16;

/// Goes on with a company's imports that nobody is writing, for a while. Returns how many rows it dealt with.
async fn go_on_due(db: &Db, worker: &Worker, company_id: Uuid) -> Result<usize> {
    let mut rows = 0;
    let of_company = open_imports::accepted().filter(imports::Column::CompanyId.eq(company_id));
    for row in left(of_company, db).await? {
        let holder = format!("{}/{}", worker.name, Uuid::now_v7());
        go_on_apart(db, row.id, holder, worker.lease).await?;
        rows += get(db.read(), row.id).await?.done.abs_diff(row.done);
    }
    Ok(usize::try_from(rows).unwrap_or(usize::MAX))
}

/// What background work does about imports that somebody left.
pub struct Accepted;

#[async_trait]
impl AcceptedImports for Accepted {
    async fn clear_left(&self, db: &Db) -> Result<()> {
        clear_left(db).await
    }

    async fn go_on_due(&self, db: &Db, worker: &Worker, company_id: Uuid) -> Result<usize> {
        go_on_due(db, worker, company_id).await
    }
}

/// Removes what was kept of imports that were never accepted.
async fn clear_left(db: &Db) -> Result<()> {
    for row in left(imports::Entity::find().filter(imports::Column::State.eq(STATE_KEEPING)), db).await? {
        clear(db, row.id).await?;
    }
    Ok(())
}

/// Those of them that nobody is writing.
async fn left(imports: Select<imports::Entity>, db: &Db) -> Result<Vec<imports::Model>> {
    let free = imports.filter(imports::Column::LeasedUntil.lte(real_now().0));
    Ok(free.order_by_asc(imports::Column::Id).all(db.read()).await?)
}

/// Removes what was kept of an import that was not accepted, a little at a time.
pub async fn clear(db: &Db, import_id: Uuid) -> Result<()> {
    loop {
        let more = patiently!(db, |tx| {
            let row = imports::Entity::find_by_id(import_id).one(tx).await?;
            if row.is_none_or(|row| row.state != STATE_KEEPING) {
                return Ok(false);
            }
            let some: Vec<i64> = import_chunks::Entity::find()
                .select_only()
                .column(import_chunks::Column::First)
                .filter(import_chunks::Column::ImportId.eq(import_id))
                .limit(CLEARED)
                .into_tuple()
                .all(tx)
                .await?;
            if some.is_empty() {
                imports::Entity::delete_by_id(import_id).exec(tx).await?;
                return Ok(false);
            }
            import_chunks::Entity::delete_many()
                .filter(import_chunks::Column::ImportId.eq(import_id))
                .filter(import_chunks::Column::First.is_in(some))
                .exec(tx)
                .await?;
            Ok(true)
        })?;
        if !more {
            return Ok(());
        }
    }
}
