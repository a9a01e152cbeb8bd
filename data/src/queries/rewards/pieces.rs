//! What a list asks for, cut into pieces that have no row in common and that an index begins with.
//!
//! A condition on several months, or on months or states, is one that neither database finds an index for. Each piece names
//! one month and currency, or one state, with equalities.

use domain::states::RewardState;
use domain::{Currency, Month};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, Query, SelectStatement, UnionType};

use crate::entities::rewards::{Column, Entity};

pub struct Pieces {
    pieces: Vec<Piece>,
    /// Rows are looked up one by one rather than read from the index that invoices are added up from.
    pub by_row: bool,
}

struct Piece {
    condition: Condition,
    /// None: every state.
    states: Option<&'static [RewardState]>,
}

/// Outside of any month until they are released.
pub const WAITING: &[RewardState] = &[RewardState::Hold, RewardState::Scheduled];
pub const IN_A_MONTH: &[RewardState] = &[RewardState::Pending, RewardState::Approved, RewardState::Declined, RewardState::Paid];

pub fn waits(state: RewardState) -> bool {
    WAITING.contains(&state)
}

impl Pieces {
    /// Everything that meets a condition.
    pub fn whole(condition: Condition) -> Pieces {
        Pieces { pieces: vec![Piece { condition, states: None }], by_row: true }
    }

    pub fn none() -> Pieces {
        Pieces { pieces: Vec::new(), by_row: false }
    }

    /// One more; `states` are those that it has.
    pub fn add(&mut self, condition: Condition, states: Option<&'static [RewardState]>) {
        self.pieces.push(Piece { condition, states });
    }

    /// The columns that are counted and added up, of all rows or of those in one state.
    pub fn rows(&self, state: Option<RewardState>) -> SelectStatement {
        self.select(state, &[Column::State, Column::Currency, Column::Amount, Column::CreatedAt])
    }

    /// The rows as a condition on their ids: for few of them.
    pub fn ids(&self, state: Option<RewardState>) -> Condition {
        Condition::all().add(Column::Id.in_subquery(self.select(state, &[Column::Id])))
    }

    fn select(&self, state: Option<RewardState>, columns: &[Column]) -> SelectStatement {
        let mut all: Option<SelectStatement> = None;
        for piece in &self.pieces {
            let known = piece.states;
            if state.is_some_and(|state| known.is_some_and(|known| !known.contains(&state))) {
                continue;
            }
            let mut rows = Query::select();
            rows.from(Entity).columns(columns.iter().copied()).cond_where(piece.condition.clone());
            match (state, known) {
                (Some(state), _) => {
                    rows.and_where(Column::State.eq(state.word()));
                }
                (None, Some(known)) => {
                    rows.and_where(Column::State.is_in(known.iter().map(RewardState::word)));
                }
                (None, None) => {}
            }
            match &mut all {
                Some(all) => {
                    all.union(UnionType::All, rows);
                }
                None => all = Some(rows),
            }
        }
        all.unwrap_or_else(|| {
            let mut none = Query::select();
            none.from(Entity).columns(columns.iter().copied()).and_where(Expr::cust("1 = 0"));
            none
        })
    }
}

/// The months that a filter names, with the currencies that there are.
pub fn shelves_of(month: Month, currencies: &[Currency]) -> Vec<(i32, String)> {
    currencies.iter().map(|currency| (month.0, currency.code().to_owned())).collect()
}
