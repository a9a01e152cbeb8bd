//! A part of a list's filter that has an index of its own.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, SelectStatement};

use super::counted;
use crate::Result;

/// So many ids of a part are read and sorted.
pub const SORTED_MAX: u64 = 5_000;
/// The same of a search: of more, rows that are met in order are tested, and these are sorted where that finds too few.
const SEARCHED_MAX: u64 = 2_000;

#[derive(Clone)]
pub struct IdFilter {
    /// Selects the ids that pass; an id may come several times.
    pub ids: SelectStatement,
    /// How many ids that selects, counted to one above [`SORTED_MAX`].
    pub size: u64,
    /// The same of one row, where the list's own filter does not ask for it too.
    pub test: Condition,
    /// A search for somebody. If it finds very many, only the first may be sorted.
    search: bool,
}

impl IdFilter {
    /// What exactly these rows pass.
    pub async fn new<C: ConnectionTrait>(conn: &C, ids: SelectStatement, test: Condition) -> Result<IdFilter> {
        let size = counted(conn, ids.clone(), SORTED_MAX + 1).await?;
        Ok(IdFilter { ids, size, test, search: false })
    }

    pub async fn search<C: ConnectionTrait>(conn: &C, ids: SelectStatement, test: Condition) -> Result<IdFilter> {
        Ok(IdFilter { search: true, ..IdFilter::new(conn, ids, test).await? })
    }

    pub fn is_few(&self) -> bool {
        self.size <= if self.search { SEARCHED_MAX } else { SORTED_MAX }
    }

    /// All ids; of a search that finds more than are sorted, the first.
    pub(super) fn first_ids(&self) -> SelectStatement {
        let mut ids = self.ids.clone();
        if self.is_few() {
            // Cuts nothing off: PostgreSQL goes by it when it chooses between ids and the whole table.
            ids.limit(self.size.max(1));
        } else if self.search {
            ids.limit(SEARCHED_MAX);
        }
        ids
    }
}
