//! Who brings a customer since when: changed with everything that follows, shown before it is done, and undone.

mod apply;
mod plan;
mod spans;

use domain::Instant;
use uuid::Uuid;

use crate::sales::consequences::Consequences;

pub use apply::{Row, apply_rows};
pub use apply::{apply_change, apply_seen, preview_change, preview_undo, undo_change, undo_seen};

/// A customer belongs to a partner, or to nobody, from an instant on; later spans give way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub partner_key: Option<String>,
    pub from: Instant,
    /// Why: money changes hands by it. Only previews go without.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// `None`: the customer belongs so already, and nothing happened.
    pub change_id: Option<Uuid>,
    pub consequences: Consequences,
}
