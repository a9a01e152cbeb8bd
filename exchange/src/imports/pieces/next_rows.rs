//! The rows of an accepted import in the order in which they are written.

use std::collections::VecDeque;

use csv::StringRecord;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::imports::rows::belong_together;
use crate::imports::{Kind, records};
use data::store::entities::{import_chunks, imports};
use data::{Db, Result};

/// The rows that come next.
pub(super) struct NextRows {
    import_id: Uuid,
    kind: Kind,
    pub records: VecDeque<StringRecord>,
    /// Rows before those that were not read yet.
    read: i64,
    /// Rows of the first chunk that were written before.
    skip: i64,
    ended: bool,
}

impl NextRows {
    pub fn at(row: &imports::Model, kind: Kind) -> NextRows {
        NextRows { import_id: row.id, kind, records: VecDeque::new(), read: row.done, skip: 0, ended: false }
    }

    /// Sees to it that `most` rows are there, or all, and says how many the next piece has.
    pub async fn look(&mut self, db: &Db, most: usize) -> Result<usize> {
        // One more, to see what belongs together.
        while self.records.len() <= most && !self.ended {
            self.read_chunk(db).await?;
        }
        let mut taken = most.min(self.records.len());
        loop {
            let together = match (taken.checked_sub(1).and_then(|last| self.records.get(last)), self.records.get(taken)) {
                (Some(last), Some(next)) => belong_together(self.kind, last, next),
                _ => false,
            };
            if !together {
                return Ok(taken);
            }
            taken += 1;
            if taken == self.records.len() && !self.ended {
                self.read_chunk(db).await?;
            }
        }
    }

    async fn read_chunk(&mut self, db: &Db) -> Result<()> {
        let chunk = import_chunks::Entity::find()
            .filter(import_chunks::Column::ImportId.eq(self.import_id))
            .filter(import_chunks::Column::First.lte(self.read))
            .order_by_desc(import_chunks::Column::First)
            .one(db.read())
            .await?
            .filter(|chunk| chunk.first + chunk.rows > self.read);
        let Some(chunk) = chunk else {
            self.ended = true;
            return Ok(());
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&chunk.content[..]);
        self.skip = self.read - chunk.first;
        for (place, record) in (0i64..).zip(reader.records()) {
            if place >= self.skip {
                self.records.push_back(record.map_err(records::unreadable)?);
            }
        }
        self.read = chunk.first + chunk.rows;
        Ok(())
    }
}
