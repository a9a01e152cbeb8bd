//! How a file is to be imported, how far that is, and what it did.

use std::fs::File;
use std::sync::Arc;

use tokio::sync::watch;

use super::faults::RowError;
use super::format::{Format, Told};
use super::remarks::Remarks;

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Says what would happen, and writes nothing.
    pub dry_run: bool,
    /// Imports the good rows although there are bad ones.
    pub skip_bad: bool,
    /// Gives rewards again that came in with another file.
    pub again: bool,
    /// How the file is written.
    pub told: Told,
    /// What people call it.
    pub file_name: String,
    /// Turns true when it is to stop: it fails with [`data::Error::Stopped`] unless it has been accepted by then.
    pub stop: Option<watch::Receiver<bool>>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bytes read.
    Reading { done: u64 },
    /// Rows written.
    Writing { done: u64, total: u64 },
}

pub type ProgressFn = Arc<dyn Fn(Progress) + Send + Sync>;

/// What an import did, or would do. `read` = `created` + `changed` + `unchanged` + `skipped` + `voided` +
/// `impossible`, unless it was refused.
#[derive(Debug, Default)]
pub struct Report {
    /// Rows in the file, without the header.
    pub read: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Bad rows that were left out.
    pub skipped: u64,
    /// Rows that were good when the file was accepted and were not any more when their turn came.
    pub impossible: u64,
    /// What sales and refunds make, where that is known.
    pub rewards: Option<u64>,
    /// What is wrong, in the order of the file. Unless bad rows were to be skipped, it means that nothing was written.
    pub errors: Vec<RowError>,
    /// Bad rows that `errors` does not name, for there are too many.
    pub unnamed: u64,
    /// Rows that are bad only because they came in with another file.
    pub repeated: u64,
    /// Rows that were voided where they come from: they are left out.
    pub voided: Remarks,
    /// The first rows that can be read, as they were understood: their numbers, and their cells in the order of [`super::Kind::columns`].
    pub first: Vec<(u64, Vec<String>)>,
    /// Good rows that look wrong; only a dry run looks for them.
    pub doubts: Remarks,
    /// Why rows became impossible: the first of them.
    pub late: Vec<RowError>,
    /// The skipped rows as they stood in the file, with a column `reason`: a temporary file.
    pub rest: Option<File>,
    pub dry_run: bool,
    /// How the file was read.
    pub format: Format,
    /// Columns of our own downloads that were not looked at.
    pub ignored: Vec<String>,
}

impl Report {
    /// How many rows are bad.
    pub fn wrong_rows(&self) -> u64 {
        let mut rows: Vec<u64> = self.errors.iter().map(|error| error.row).collect();
        rows.dedup();
        rows.len() as u64 + self.unnamed
    }

    /// Nothing was written because there were bad rows.
    pub fn refused(&self) -> bool {
        !self.errors.is_empty() && self.rest.is_none()
    }
}
