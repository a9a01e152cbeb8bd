//! What partners earned: how rewards come into being and what people decide about them.

mod adjust;
mod change;
mod context;
pub mod figures;
pub mod list;
mod manual;
mod meanwhile;
pub mod outlook;
pub(crate) mod receipts;
mod review;
pub mod rows;
pub mod selection;
pub mod tally;
mod undo;
mod withdraw;

pub use adjust::{Adjustment, adjust, refunded_of};
pub use change::Decided;
pub use context::{ReviewContext, find};
pub use manual::{
    CreatedReward, ManualReward, ManualRow, ManualRows, create_manual_reward, create_manual_rewards, import_identity, new_manual_rewards,
};
pub use review::{
    Decision, Review, ReviewRow, ReviewRows, approve, decline, hold, mark_paid_elsewhere, move_to_current_invoice, release,
    remove_from_invoice, review, review_rows,
};
pub use rows::{Origin, from_draft, insert_rewards};
pub use undo::undo;
pub use withdraw::withdraw;
