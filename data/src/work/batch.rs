//! Rows that come together: for whom they are written, and what becomes of the bad ones.

use uuid::Uuid;

use crate::Result;
use crate::act::Act;

/// What rows are written with.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub act: Act<'a>,
    /// The import that they come by.
    pub import_id: Uuid,
    /// Gives rewards again that came in with another file.
    pub again: bool,
    /// Told of rows written, and of how many there are; its failure ends the writing.
    pub progress: &'a (dyn Fn(u64, u64) -> Result<()> + Send + Sync),
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub row: u32,
    pub field: &'static str,
    pub message: String,
}

/// What becomes of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is written.
    Check,
    /// All or none are written.
    Whole,
    /// The good ones are written.
    Good,
}

impl Mode {
    /// Whether anything is written where there are `bad` rows.
    pub const fn writes(self, bad: bool) -> bool {
        match self {
            Mode::Check => false,
            Mode::Whole => !bad,
            Mode::Good => true,
        }
    }
}
