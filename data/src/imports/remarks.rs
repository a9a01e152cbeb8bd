//! What is said of rows that are no faults.

use super::faults::RowError;

/// So many rows are named.
const NAMED_MAX: usize = 100;

/// The first of them, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    pub named: Vec<RowError>,
    pub rows: u64,
}

impl Remarks {
    pub fn add(&mut self, row: u64, message: String) {
        self.rows += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(RowError { row, field: String::new(), message });
        }
    }

    pub fn unnamed(&self) -> u64 {
        self.rows - self.named.len() as u64
    }
}
