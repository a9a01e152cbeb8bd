//! What is said of rows that are no faults.

use super::faults::RowError;

/// So many rows of which the same is said are named.
const NAMED_MAX: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    pub groups: Vec<AlikeRows>,
    /// How many rows something is said of.
    pub rows: u64,
}

/// Rows of which the same is said: the first of them, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlikeRows {
    /// As it stands behind "3 rows": "dated more than a year ago".
    pub about: &'static str,
    pub named: Vec<RowError>,
    pub rows: u64,
}

impl Remarks {
    /// What is said of one row, each with what it has in common with others.
    pub fn add(&mut self, row: u64, said: impl IntoIterator<Item = (&'static str, String)>) {
        self.rows += 1;
        for (about, message) in said {
            let place = self.groups.iter().position(|group| group.about == about).unwrap_or_else(|| {
                self.groups.push(AlikeRows { about, named: Vec::new(), rows: 0 });
                self.groups.len() - 1
            });
            let group = &mut self.groups[place];
            group.rows += 1;
            if group.named.len() < NAMED_MAX {
                group.named.push(RowError { row, field: String::new(), message });
            }
        }
    }
}
