//! Where the rewards are that a filter asks for: each place is what an index begins with, and no two have a row in common.
//!
//! A condition on several months, or on months or states, is one that neither database finds an index for. Each place names one
//! month, or one state that waits, of the company; or a partner, a customer, a reward, whatever the month. What else rows must meet
//! stands apart, as `unindexed`, so that it does not lure a database to another index.

use std::collections::BTreeMap;

use domain::states::{RewardSource, RewardState};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, Query, SelectStatement, UnionType};
use uuid::Uuid;

use super::cells::Route;
use super::filter::{AskedMonths, RewardFilter};
use super::people::Found;
use super::states::{IN_A_MONTH, WAITING, waiting, waits};
use crate::entities::rewards::{Column, Entity};
use crate::lists::page::{List, UnionBranch, unindexed};

/// So many partners have a place of their own, in whose order it can be read; more are met often enough along the sort.
const APART_MAX: usize = 40;

#[derive(Clone)]
pub struct Place {
    at: Condition,
    rest: Condition,
    /// None: every state.
    states: Option<&'static [RewardState]>,
    /// What its index goes on with, by which it can be read in order.
    order: Option<Column>,
}

pub struct Places {
    /// Where matches are counted, and few are gathered from.
    counted: Vec<Place>,
    /// Where many are read from, in order.
    walked: Vec<Place>,
    state: Option<RewardState>,
}

impl Places {
    /// `route`: where the kept counts know one.
    pub fn of(filter: &RewardFilter, company_id: Uuid, route: Option<&Route>) -> Places {
        let rest = filter.rest();
        let company = || Condition::all().add(Column::CompanyId.eq(company_id));
        let person = filter.customer.as_ref().map(|(id, _)| Column::CustomerId.eq(*id));
        let person = person.or(filter.partner.as_ref().map(|(id, _)| Column::PartnershipId.eq(*id)));
        let anywhere = || rest.clone().add_option(filter.months.condition()).add_option(filter.any_amount());
        let by_time = |at: Condition, rest: Condition| Place { at, rest, states: None, order: Some(Column::CreatedAt) };
        let (counted, walked) = if let Some(person) = person {
            let rest = anywhere().add_option(filter.found.as_ref().map(Found::condition));
            both(vec![by_time(Condition::all().add(person), rest)])
        } else if let Some(found) = &filter.found {
            let walked = match &filter.months {
                AskedMonths::All(_) if found.partners.len() > APART_MAX => along(filter, company(), anywhere().add(found.condition())),
                months => of_found(found, matches!(months, AskedMonths::All(_)), &anywhere()),
            };
            (of_found(found, false, &anywhere()), walked)
        } else {
            match (&filter.months, route) {
                (AskedMonths::All(_), _) if filter.state.is_some_and(waits) => both(waiting_places(filter, &company())),
                (_, Some(Route::Along)) => (Vec::new(), along(filter, company(), anywhere())),
                (AskedMonths::All(_), Some(Route::Months(months))) => {
                    both(months.iter().map(|month| by_time(company().add(Column::InvoiceMonth.eq(*month)), anywhere())).collect())
                }
                (AskedMonths::All(currencies), None) => {
                    let of_amounts = by_amount(filter, currencies, &company(), &rest);
                    let range = filter.amounts.is_some() && matches!(filter.order.0, Column::Amount);
                    if range { both(of_amounts) } else { (of_amounts, along(filter, company(), anywhere())) }
                }
                (AskedMonths::One { shelves, .. }, _) => both(in_months(filter, shelves, &company())),
                (AskedMonths::Open { shelves, .. }, _) => both(open(filter, shelves, &company())),
            }
        };
        Places { counted, walked, state: filter.state }
    }

    /// The columns that are counted and added up, of all rows or of those in one state.
    pub fn rows(&self, state: Option<RewardState>) -> SelectStatement {
        let columns = [Column::State, Column::Currency, Column::Amount];
        let mut all: Option<SelectStatement> = None;
        for place in self.counted.iter().filter(|place| place.has(state)) {
            let mut rows = Query::select();
            rows.from(Entity).columns(columns).cond_where(place.at.clone());
            let rest = place.rest(state);
            if !rest.is_empty() {
                rows.and_where(unindexed(rest));
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
        let is_sort = |order: Column| matches!(order, Column::Amount) == matches!(sort, Column::Amount);
        let branches = if few { &self.counted } else { &self.walked }.iter().filter(|place| place.has(self.state)).map(|place| {
            UnionBranch { place: place.at.clone(), ordered: !few && place.order.is_some_and(is_sort), rest: place.rest(self.state) }
        });
        List { descending, branches: Some(branches.collect()), ..List::new(Condition::all(), sort, Column::Id) }
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

/// The same places to count in and to read from.
fn both(places: Vec<Place>) -> (Vec<Place>, Vec<Place>) {
    (places.clone(), places)
}

/// All of the company's rewards in the order that is asked for.
fn along(filter: &RewardFilter, at: Condition, rest: Condition) -> Vec<Place> {
    // What a refund reverses is below zero: the way there may lead through everything else.
    let refunds = matches!(filter.order.0, Column::Amount) && filter.source == Some(RewardSource::Refund);
    let at = at.add_option(refunds.then(|| Column::Amount.lte(0)));
    vec![Place { at, rest, states: None, order: Some(filter.order.0) }]
}

/// What a search finds. `apart`: one place per partner, so that each can be read in order.
fn of_found(found: &Found, apart: bool, rest: &Condition) -> Vec<Place> {
    let place = |at: Expr, rest: Condition, order| Place { at: Condition::all().add(at), rest, states: None, order };
    let these = || found.partners.iter().copied();
    let mut places = Vec::new();
    let mut before = rest.clone();
    if !found.partners.is_empty() {
        if apart {
            places.extend(these().map(|id| place(Column::PartnershipId.eq(id), rest.clone(), Some(Column::CreatedAt))));
        } else {
            places.push(place(Column::PartnershipId.is_in(these()), rest.clone(), None));
        }
        before = before.add(Column::PartnershipId.is_not_in(these()));
    }
    // What is there already for its partner, its customer or its key is not there once more.
    for (at, not) in found.others() {
        places.push(place(at, before.clone(), None));
        before = before.add(not);
    }
    places
}

/// The amounts asked for, in each currency.
fn by_amount(filter: &RewardFilter, currencies: &[String], company: &Condition, rest: &Condition) -> Vec<Place> {
    let ranges = currencies.iter().filter_map(|currency| Some((currency, filter.range_of(currency)?)));
    let place = |(currency, range): (&String, Option<Condition>)| Place {
        at: company.clone().add_option(range),
        rest: rest.clone().add(Column::Currency.eq(currency.as_str())),
        states: None,
        order: Some(Column::Amount),
    };
    ranges.map(place).collect()
}

/// Months, each with the currencies of it that are asked for.
fn in_months(filter: &RewardFilter, shelves: &[(i32, String)], company: &Condition) -> Vec<Place> {
    let mut months: BTreeMap<i32, Condition> = BTreeMap::new();
    for (month, currency) in shelves {
        let Some(range) = filter.range_of(currency) else { continue };
        let either = months.remove(month).unwrap_or_else(Condition::any);
        months.insert(*month, either.add(Condition::all().add(Column::Currency.eq(currency.as_str())).add_option(range)));
    }
    let place = |(month, currencies): (i32, Condition)| Place {
        at: company.clone().add(Column::InvoiceMonth.eq(month)),
        rest: filter.rest().add(currencies),
        states: None,
        order: Some(Column::CreatedAt),
    };
    months.into_iter().map(place).collect()
}

/// The open months, and what waits outside of any.
fn open(filter: &RewardFilter, shelves: &[(i32, String)], company: &Condition) -> Vec<Place> {
    let months = in_months(filter, shelves, company).into_iter().map(|place| Place { states: Some(IN_A_MONTH), ..place });
    months.chain(waiting_places(filter, company)).collect()
}

fn waiting_places(filter: &RewardFilter, company: &Condition) -> Vec<Place> {
    let place = |state: &'static RewardState| Place {
        at: company.clone().add(waiting(*state)),
        rest: filter.rest().add_option(filter.any_amount()),
        states: Some(std::slice::from_ref(state)),
        order: Some(Column::CreatedAt),
    };
    WAITING.iter().map(place).collect()
}
