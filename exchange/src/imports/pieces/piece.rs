//! One piece: what one transaction writes.

use std::time::Duration;

use domain::Instant;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::imports::faults::{Faults, RowError};
use crate::imports::row::{count, leased_until, name_fault, still};
use crate::imports::rows::Rows;
use crate::imports::{Counts, Kind, note};
use data::Result;
use data::act::{Act, Actor};
use data::sales::recording::CarriedCaps;
use data::store::analyze;
use data::store::entities::{import_chunks, imports};
use data::work::batch::{Mode, Scope};
use data::work::open_imports::STATE_DONE;

/// What one transaction writes.
pub(super) struct Piece<'a> {
    pub kind: Kind,
    pub worker: &'a str,
    pub lease: Duration,
    pub rows: &'a Rows,
    pub taken: usize,
    pub unreadable: &'a [RowError],
    pub analyze: bool,
    pub carried: &'a CarriedCaps,
}

impl Piece<'_> {
    /// Returns the import as it is afterwards, and what the next piece begins with; `None` if it is somebody else's by now.
    pub async fn write<C: ConnectionTrait>(&self, tx: &C, before: &imports::Model) -> Result<Option<(imports::Model, CarriedCaps)>> {
        let Some(row) = still(tx, before, self.worker).await? else { return Ok(None) };
        let (mut after, mut carried) = (row.clone(), CarriedCaps::default());
        let nobody = |_, _| Ok(());
        let scope = Scope {
            act: Act { company_id: row.company_id, actor: Actor::of(&row.author), now: Instant(row.at) },
            import_id: row.id,
            // Whether they may come again was asked when the file was accepted.
            again: true,
            progress: &nobody,
        };
        if self.taken > 0 {
            let done = self.rows.write(tx, &scope, Mode::Good, Some(self.carried)).await?;
            count(&mut after, &done.counts);
            after.impossible += self.note_faults(tx, row.id, done.faults).await?;
            carried = done.carried.unwrap_or_default();
        }
        after.done += i64::try_from(self.taken).unwrap_or(i64::MAX);
        after.leased_until = leased_until(self.lease);
        if after.done >= after.total {
            after.state = STATE_DONE.to_owned();
            after.leased_by = None;
            let sum = Counts {
                created: after.created.unsigned_abs(),
                changed: after.changed.unsigned_abs(),
                unchanged: after.unchanged.unsigned_abs(),
                rewards: after.rewards.unsigned_abs(),
            };
            note(tx, self.kind, &scope, &sum).await?;
        }
        import_chunks::Entity::delete_many()
            .filter(import_chunks::Column::ImportId.eq(row.id))
            .filter(import_chunks::Column::First.lte(after.done))
            .filter(Expr::col(import_chunks::Column::First).add(Expr::col(import_chunks::Column::Rows)).lte(after.done))
            .exec(tx)
            .await?;
        after.clone().into_active_model().reset_all().update(tx).await?;
        if self.analyze {
            analyze(tx, "transactions, rewards, receipts, customers").await?;
        }
        Ok(Some((after, carried)))
    }

    /// Names the rows that became impossible, and counts them.
    async fn note_faults<C: ConnectionTrait>(&self, tx: &C, import_id: Uuid, mut faults: Faults) -> Result<i64> {
        for fault in self.unreadable {
            faults.add(fault.row, &fault.field, &fault.message)?;
        }
        let rows = i64::try_from(faults.rows(&[]).len()).unwrap_or(i64::MAX);
        let (named, _) = faults.sorted()?.named()?;
        for fault in named {
            name_fault(tx, import_id, fault).await?;
        }
        Ok(rows)
    }
}
