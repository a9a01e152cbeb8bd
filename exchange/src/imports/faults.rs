//! What is wrong with the rows of a file. However much that is, most of it waits in temporary files, not in memory.

use super::sorter::{Merge, Sorted, Sorter};
use super::torn;
use data::Result;
use data::work::batch::Complaint;

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    /// Empty for the row as a whole.
    pub field: String,
    pub message: String,
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "row {}: {}", self.row, self.message),
            field => write!(f, "row {}, {field}: {}", self.row, self.message),
        }
    }
}

/// Faults that a report names.
const NAMED_MAX: usize = 10_000;

/// Faults in the order in which they are found.
pub struct Faults {
    sorter: Sorter,
    count: u64,
    /// The rows that have any, as they were found: four bytes of each.
    rows: Vec<u32>,
    repeated: u64,
}

impl Faults {
    pub fn new() -> Faults {
        Faults { sorter: Sorter::new(), count: 0, rows: Vec::new(), repeated: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn add(&mut self, row: u64, field: &str, message: &str) -> Result<()> {
        let number = self.count;
        self.count += 1;
        let short = u32::try_from(row).unwrap_or(u32::MAX);
        if self.rows.last() != Some(&short) {
            self.rows.push(short);
        }
        self.sorter.push(|record| {
            // Of one row, what was found first comes first.
            record.extend_from_slice(&row.to_be_bytes());
            record.extend_from_slice(&number.to_be_bytes());
            record.extend_from_slice(field.as_bytes());
            // Names of fields have no control characters.
            record.push(0);
            record.extend_from_slice(message.as_bytes());
        })
    }

    /// A row that is bad only because it came in with another file.
    pub fn repeat(&mut self, row: u64, message: &str) -> Result<()> {
        self.repeated += 1;
        self.add(row, "", message)
    }

    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// The rows that have any, and others, each once, in order.
    pub fn rows(&self, others: &[u32]) -> Vec<u32> {
        let mut rows = [&self.rows, others].concat();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    pub fn complain(&mut self, complaints: Vec<Complaint>) -> Result<()> {
        complaints.iter().try_for_each(|complaint| self.add(u64::from(complaint.row), complaint.field, &complaint.message))
    }

    /// Takes in what was found later.
    pub fn append(&mut self, later: Faults) -> Result<()> {
        self.repeated += later.repeated;
        let later = later.sorted()?;
        let mut errors = later.read()?;
        while let Some(error) = errors.next()? {
            self.add(error.row, &error.field, &error.message)?;
        }
        Ok(())
    }

    pub fn sorted(self) -> Result<Found> {
        Ok(Found(self.sorter.sorted()?))
    }
}

/// Faults in the order of the file.
pub struct Found(Sorted);

impl Found {
    pub fn read(&self) -> Result<Errors<'_>> {
        Ok(Errors { merge: self.0.read()?, record: Vec::new() })
    }

    /// The first of them, and how many rows are wrong that are not among these.
    pub fn named(&self) -> Result<(Vec<RowError>, u64)> {
        let (mut errors, mut named, mut unnamed, mut last) = (self.read()?, Vec::new(), 0, 0);
        while let Some(error) = errors.next()? {
            let row = std::mem::replace(&mut last, error.row);
            if named.len() < NAMED_MAX {
                named.push(error);
            } else if row != last {
                unnamed += 1;
            }
        }
        Ok((named, unnamed))
    }
}

/// Reads them one by one.
pub struct Errors<'a> {
    merge: Merge<'a>,
    record: Vec<u8>,
}

impl Errors<'_> {
    pub fn next(&mut self) -> Result<Option<RowError>> {
        if !self.merge.next(&mut self.record)? {
            return Ok(None);
        }
        let (row, rest) = self.record.split_first_chunk().ok_or_else(torn)?;
        let text = rest.get(8..).and_then(|text| std::str::from_utf8(text).ok()).ok_or_else(torn)?;
        let (field, message) = text.split_once('\0').ok_or_else(torn)?;
        Ok(Some(RowError { row: u64::from_be_bytes(*row), field: field.to_owned(), message: message.to_owned() }))
    }
}
