//! Where the rewards are that a filter asks for: each place is what an index begins with, and no two have a row in common.
//!
//! A condition on several months, or on months or states, is one that neither database finds an index for. Each place names one
//! month, or one state that waits, of a company or of some partners or customers. What else rows must meet stands apart and is
//! wrapped, so that it does not lure a database to another index.

use std::collections::BTreeMap;

use domain::states::RewardState;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, Query, SelectStatement, UnionType};
use uuid::Uuid;

use super::asked::{Asked, AskedMonths};
use super::people::{Found, Reach};
use super::states::{IN_A_MONTH, WAITING, waiting};
use crate::entities::rewards::{Column, Entity};
use crate::lists::page::{Arm, List, wrapped};

/// So many partners have a place of their own in all months; more are met often enough along the sort.
const APART_MAX: usize = 40;

pub struct Place {
    at: Condition,
    /// Amounts, of which an index may be a piece.
    range: Option<Condition>,
    rest: Condition,
    /// None: every state.
    states: Option<&'static [RewardState]>,
    /// The index goes on with the time of recording.
    by_time: bool,
    by_amount: bool,
}

/// Whose rewards are looked at.
struct Whose {
    at: Condition,
    rest: Condition,
    kind: Reach,
}

/// The places of a filter that the kept counts do not know.
pub struct Places {
    counted: Vec<Place>,
    /// Where very many rows are read from, in order.
    walked: Vec<Place>,
    state: Option<RewardState>,
}

impl Places {
    pub fn of(asked: &Asked, company_id: Uuid) -> Places {
        let by_time = matches!(asked.order.0, Column::CreatedAt);
        let counted = places(asked, whose(asked, company_id, false), false);
        let walked = places(asked, whose(asked, company_id, true), by_time);
        Places { counted, walked, state: asked.state }
    }

    /// The columns that are counted and added up, of all rows or of those in one state.
    pub fn rows(&self, state: Option<RewardState>) -> SelectStatement {
        let columns = [Column::State, Column::Currency, Column::Amount];
        let mut all: Option<SelectStatement> = None;
        for place in self.counted.iter().filter(|place| place.has(state)) {
            let mut rows = Query::select();
            rows.from(Entity).columns(columns).cond_where(place.at.clone().add_option(place.range.clone()));
            let rest = place.rest(state);
            if !rest.is_empty() {
                rows.and_where(wrapped(rest));
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
            none.from(Entity).columns(columns).and_where(Expr::cust("1 = 0"));
            none
        })
    }

    /// A page: `few` rows are gathered from all places and sorted, many are read in the order of the sort as far as it takes.
    pub fn list(&self, (sort, descending): (Column, bool), few: bool) -> List<Entity> {
        let by_amount = matches!(sort, Column::Amount);
        let places = if few { &self.counted } else { &self.walked };
        let arms = places.iter().filter(|place| place.has(self.state)).map(|place| {
            let ordered = !few && if by_amount { place.by_amount } else { place.by_time };
            // An index by amount begins with the amounts asked for, one by time knows nothing of them.
            let (at, rest) = if few || by_amount { (place.range.clone(), None) } else { (None, place.range.clone()) };
            Arm { place: place.at.clone().add_option(at), ordered, rest: place.rest(self.state).add_option(rest) }
        });
        List { descending, arms: Some(arms.collect()), ..List::new(Condition::all(), sort, Column::Id) }
    }
}

impl Place {
    fn has(&self, state: Option<RewardState>) -> bool {
        state.is_none_or(|state| self.states.is_none_or(|states| states.contains(&state)))
    }

    fn rest(&self, state: Option<RewardState>) -> Condition {
        let states = match (state, self.states) {
            (Some(state), Some(&[only])) if state == only => None,
            (Some(state), _) => Some(Column::State.eq(state.word())),
            (None, Some(&[_]) | None) => None,
            (None, Some(states)) => Some(Column::State.is_in(states.iter().map(RewardState::word))),
        };
        self.rest.clone().add_option(states)
    }
}

/// The narrowest of what is asked for. `apart`: a place for each of a few partners, in whose order it can be read.
fn whose(asked: &Asked, company_id: Uuid, apart: bool) -> Vec<Whose> {
    let all = Condition::all;
    let one = |at: Expr| all().add(at);
    let partner = asked.partner.as_ref().map(|(id, _)| Column::PartnershipId.eq(*id));
    let customer = asked.customer.as_ref().map(|(id, _)| Column::CustomerId.eq(*id));
    let found = asked.found.as_ref();
    match (partner, customer, found) {
        (partner, Some(customer), found) => {
            let rest = all().add_option(partner).add_option(found.map(Found::condition));
            vec![Whose { at: one(customer), rest, kind: Reach::Person }]
        }
        (Some(partner), None, found) => {
            vec![Whose { at: one(partner), rest: all().add_option(found.map(Found::condition)), kind: Reach::Person }]
        }
        (None, None, None) => vec![Whose { at: one(Column::CompanyId.eq(company_id)), rest: all(), kind: Reach::Company }],
        (None, None, Some(found)) => {
            let every_month = matches!(asked.months, AskedMonths::All(_));
            if apart && every_month && found.partners.len() > APART_MAX {
                let rest = all().add(found.condition());
                return vec![Whose { at: one(Column::CompanyId.eq(company_id)), rest, kind: Reach::Company }];
            }
            whose_found(found, apart && every_month)
        }
    }
}

fn whose_found(found: &Found, apart: bool) -> Vec<Whose> {
    let mut every = Vec::new();
    let mut before = Condition::all();
    let partners = &found.partners;
    if apart {
        let person =
            |id: &Uuid| Whose { at: Condition::all().add(Column::PartnershipId.eq(*id)), rest: Condition::all(), kind: Reach::Person };
        every.extend(partners.iter().map(person));
    } else if !partners.is_empty() {
        let at = Condition::all().add(Column::PartnershipId.is_in(partners.iter().copied()));
        every.push(Whose { at, rest: Condition::all(), kind: Reach::Several });
    }
    if !partners.is_empty() {
        before = before.add(Column::PartnershipId.is_not_in(partners.iter().copied()));
    }
    // What is there already for its partner, its customer or its key is not there once more.
    for (at, not, kind) in found.others() {
        every.push(Whose { at: Condition::all().add(at), rest: before.clone(), kind });
        before = before.add(not);
    }
    every
}

fn places(asked: &Asked, whose: Vec<Whose>, by_time: bool) -> Vec<Place> {
    let mut all = Vec::new();
    for whose in whose {
        let rest = whose
            .rest
            .clone()
            .add_option(asked.source.map(|source| Column::Source.eq(source.word())))
            .add_option(asked.group.map(|group| Column::GroupId.eq(group)))
            .add_option(asked.currency.map(|currency| Column::Currency.eq(currency.code())));
        if whose.kind == Reach::Company {
            of_company(asked, &whose.at, &rest, by_time, &mut all);
        } else {
            of_people(asked, &whose, &rest, &mut all);
        }
    }
    all
}

fn of_company(asked: &Asked, company: &Condition, rest: &Condition, by_time: bool, all: &mut Vec<Place>) {
    let month_of = |month: i32, currency: &str, waiting: bool| {
        let at = company.clone().add(Column::InvoiceMonth.eq(month)).add(Column::Currency.eq(currency));
        let states = waiting.then_some(IN_A_MONTH);
        Some(Place { at, range: asked.range_of(currency)?, rest: rest.clone(), states, by_time: true, by_amount: true })
    };
    match &asked.months {
        AskedMonths::All(_) if by_time => {
            let range = asked.any_amount();
            all.push(Place { at: company.clone(), range, rest: rest.clone(), states: None, by_time: true, by_amount: false });
        }
        AskedMonths::All(currencies) => all.extend(currencies.iter().filter_map(|currency| {
            let at = company.clone().add(Column::Currency.eq(currency.as_str()));
            let range = asked.range_of(currency)?;
            Some(Place { at, range, rest: rest.clone(), states: None, by_time: false, by_amount: true })
        })),
        AskedMonths::One { shelves, .. } => all.extend(shelves.iter().filter_map(|(month, currency)| month_of(*month, currency, false))),
        AskedMonths::Open { shelves, .. } => {
            all.extend(shelves.iter().filter_map(|(month, currency)| month_of(*month, currency, true)));
            all.extend(WAITING.iter().map(|state| Place {
                at: company.clone().add(waiting(*state)),
                range: None,
                rest: rest.clone().add_option(asked.any_amount()),
                states: Some(std::slice::from_ref(state)),
                by_time: true,
                by_amount: false,
            }));
        }
    }
}

fn of_people(asked: &Asked, whose: &Whose, rest: &Condition, all: &mut Vec<Place>) {
    let person = whose.kind == Reach::Person;
    let (shelves, waits) = match &asked.months {
        AskedMonths::One { .. } | AskedMonths::Open { .. } if whose.kind == Reach::One => {
            let rest = rest.clone().add_option(asked.months.condition()).add_option(asked.any_amount());
            all.push(Place { at: whose.at.clone(), range: None, rest, states: None, by_time: false, by_amount: false });
            return;
        }
        AskedMonths::All(_) => {
            let rest = rest.clone().add_option(asked.any_amount());
            // Customers have no index by amount.
            let by_amount = person && asked.customer.is_none();
            all.push(Place {
                at: whose.at.clone(),
                range: None,
                rest,
                states: None,
                by_time: person && asked.customer.is_none(),
                by_amount,
            });
            return;
        }
        AskedMonths::One { shelves, .. } => (shelves, false),
        AskedMonths::Open { shelves, .. } => (shelves, true),
    };
    let mut months: BTreeMap<i32, Condition> = BTreeMap::new();
    for (month, currency) in shelves {
        let Some(range) = asked.range_of(currency) else { continue };
        let either = months.remove(month).unwrap_or_else(Condition::any);
        months.insert(*month, either.add(Condition::all().add(Column::Currency.eq(currency.as_str())).add_option(range)));
    }
    all.extend(months.into_iter().map(|(month, currencies)| Place {
        at: whose.at.clone().add(Column::InvoiceMonth.eq(month)),
        range: None,
        rest: rest.clone().add(currencies),
        states: waits.then_some(IN_A_MONTH),
        by_time: person,
        by_amount: false,
    }));
    for state in WAITING.iter().filter(|_| waits) {
        all.push(Place {
            at: whose.at.clone().add(waiting(*state)),
            range: None,
            rest: rest.clone().add_option(asked.any_amount()),
            states: Some(std::slice::from_ref(state)),
            by_time: person,
            by_amount: false,
        });
    }
}
