//! Rewards are in a month, or wait outside of any.

use domain::states::RewardState;
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::store::entities::rewards::Column;

/// Outside of any month until they are released.
pub const WAITING: &[RewardState] = &[RewardState::Hold, RewardState::Scheduled];
pub const IN_A_MONTH: &[RewardState] = &[RewardState::Pending, RewardState::Approved, RewardState::Declined, RewardState::Paid];

pub fn waits(state: RewardState) -> bool {
    WAITING.contains(&state)
}

/// A state that waits, written out: the indexes of what waits hold nothing else, and a database sees only from the word itself
/// that they are enough.
pub fn waiting(state: RewardState) -> Expr {
    Expr::col(Column::State).eq(Expr::cust(format!("'{}'", state.word())))
}

/// Every state waits, or is in a month.
const _: () = assert!(WAITING.len() + IN_A_MONTH.len() == RewardState::ALL.len());
