//! Where the rewards are that a filter asks for: each range is what an index begins with, and no two have a row in common.
//!
//! A condition on several months, or on months or states, is one that neither database finds an index for. Each range names one
//! month, or one state that waits, of the company; or a partner, a customer, a reward, whatever the month. What else rows must meet
//! stands apart and is marked as `unindexed`, so that it does not lure a database to another index.

use std::collections::BTreeMap;

use domain::states::{RewardSource, RewardState};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, Query, SelectStatement, UnionType};
use uuid::Uuid;

use super::filter::{MonthFilter, RewardFilter};
use super::people::SearchHits;
use super::state_counts::AccessPath;
use super::states::{IN_A_MONTH, WAITING, waiting, waits};
use crate::lists::page::{List, UnionBranch, unindexed};
use crate::store::entities::rewards::{Column, Entity};

/// So many partners have an index range of their own, each read in order; the rewards of more are frequent enough among all.
const IN_ORDER_MAX: usize = 40;

#[derive(Clone)]
pub struct IndexRange {
    at: Condition,
    rest: Condition,
    /// None: every state.
    states: Option<&'static [RewardState]>,
    /// What its index goes on with, by which it can be read in order.
    order: Option<Column>,
}

pub struct IndexRanges {
    /// Where matches are counted, and read where they are few enough to be sorted.
    counted: Vec<IndexRange>,
    /// Where many matches are read, in order.
    read: Vec<IndexRange>,
    state: Option<RewardState>,
}

impl IndexRanges {
    /// `access_path`: where the kept counts know one.
    pub fn of(filter: &RewardFilter, company_id: Uuid, access_path: Option<&AccessPath>) -> IndexRanges {
        let rest = filter.rest();
        let company = || Condition::all().add(Column::CompanyId.eq(company_id));
        let person = filter.customer.as_ref().map(|(id, _)| Column::CustomerId.eq(*id));
        let person = person.or(filter.partner.as_ref().map(|(id, _)| Column::PartnershipId.eq(*id)));
        let anywhere = || rest.clone().add_option(filter.months.condition()).add_option(filter.any_amount());
        let by_time = |at: Condition, rest: Condition| IndexRange { at, rest, states: None, order: Some(Column::CreatedAt) };
        let (counted, read) = if let Some(person) = person {
            let rest = anywhere().add_option(filter.hits.as_ref().map(SearchHits::condition));
            both(vec![by_time(Condition::all().add(person), rest)])
        } else if let Some(hits) = &filter.hits {
            let read = match &filter.months {
                MonthFilter::All(_) if hits.partners.len() > IN_ORDER_MAX => {
                    all_in_order(filter, company(), anywhere().add(hits.condition()))
                }
                months => of_hits(hits, matches!(months, MonthFilter::All(_)), &anywhere()),
            };
            (of_hits(hits, false, &anywhere()), read)
        } else {
            match (&filter.months, access_path) {
                (MonthFilter::All(_), _) if filter.state.is_some_and(waits) => both(waiting_ranges(filter, &company())),
                (_, Some(AccessPath::InOrder)) => (Vec::new(), all_in_order(filter, company(), anywhere())),
                (MonthFilter::All(_), Some(AccessPath::Months(months))) => {
                    both(months.iter().map(|month| by_time(company().add(Column::InvoiceMonth.eq(*month)), anywhere())).collect())
                }
                (MonthFilter::All(currencies), None) => {
                    let of_amounts = by_amount(filter, currencies, &company(), &rest);
                    let limited = filter.amounts.is_some() && matches!(filter.order.0, Column::Amount);
                    if limited { both(of_amounts) } else { (of_amounts, all_in_order(filter, company(), anywhere())) }
                }
                (MonthFilter::One { month_currencies, .. }, _) => both(in_months(filter, month_currencies, &company())),
                (MonthFilter::Open { month_currencies, .. }, _) => both(open(filter, month_currencies, &company())),
            }
        };
        IndexRanges { counted, read, state: filter.state }
    }

    /// The columns that are counted and added up, of all rows or of those in one state.
    pub fn rows(&self, state: Option<RewardState>) -> SelectStatement {
        let columns = [Column::State, Column::Currency, Column::Amount];
        let mut all: Option<SelectStatement> = None;
        for range in self.counted.iter().filter(|range| range.has(state)) {
            let mut rows = Query::select();
            rows.from(Entity).columns(columns).cond_where(range.at.clone());
            let rest = range.rest(state);
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

    /// A page: all matches are `sorted`, or read in the order of the sort as far as it takes.
    pub fn list(&self, (sort, descending): (Column, bool), sorted: bool) -> List<Entity> {
        let is_sort = |order: Column| matches!(order, Column::Amount) == matches!(sort, Column::Amount);
        let branches = if sorted { &self.counted } else { &self.read }.iter().filter(|range| range.has(self.state)).map(|range| {
            UnionBranch { range: range.at.clone(), ordered: !sorted && range.order.is_some_and(is_sort), rest: range.rest(self.state) }
        });
        List { descending, branches: Some(branches.collect()), ..List::new(Condition::all(), sort, Column::Id) }
    }
}

impl IndexRange {
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

/// The same ranges to count in and to read from.
fn both(ranges: Vec<IndexRange>) -> (Vec<IndexRange>, Vec<IndexRange>) {
    (ranges.clone(), ranges)
}

/// All of the company's rewards in the order that is asked for.
fn all_in_order(filter: &RewardFilter, at: Condition, rest: Condition) -> Vec<IndexRange> {
    // What a refund reverses is below zero: the way there may lead through everything else.
    let refunds = matches!(filter.order.0, Column::Amount) && filter.source == Some(RewardSource::Refund);
    let at = at.add_option(refunds.then(|| Column::Amount.lte(0)));
    vec![IndexRange { at, rest, states: None, order: Some(filter.order.0) }]
}

/// What a search finds. `each_in_order`: one range per partner, so that each can be read in order.
fn of_hits(hits: &SearchHits, each_in_order: bool, rest: &Condition) -> Vec<IndexRange> {
    let range = |at: Expr, rest: Condition, order| IndexRange { at: Condition::all().add(at), rest, states: None, order };
    let these = || hits.partners.iter().copied();
    let mut ranges = Vec::new();
    let mut before = rest.clone();
    if !hits.partners.is_empty() {
        if each_in_order {
            ranges.extend(these().map(|id| range(Column::PartnershipId.eq(id), rest.clone(), Some(Column::CreatedAt))));
        } else {
            ranges.push(range(Column::PartnershipId.is_in(these()), rest.clone(), None));
        }
        before = before.add(Column::PartnershipId.is_not_in(these()));
    }
    // What is there already for its partner, its customer or its key is not there once more.
    for (at, not) in hits.others() {
        ranges.push(range(at, before.clone(), None));
        before = before.add(not);
    }
    ranges
}

/// The amounts asked for, in each currency.
fn by_amount(filter: &RewardFilter, currencies: &[String], company: &Condition, rest: &Condition) -> Vec<IndexRange> {
    let amounts = currencies.iter().filter_map(|currency| Some((currency, filter.range_of(currency)?)));
    let range = |(currency, amounts): (&String, Option<Condition>)| IndexRange {
        at: company.clone().add_option(amounts),
        rest: rest.clone().add(Column::Currency.eq(currency.as_str())),
        states: None,
        order: Some(Column::Amount),
    };
    amounts.map(range).collect()
}

/// Months, each with the currencies of it that are asked for.
fn in_months(filter: &RewardFilter, month_currencies: &[(i32, String)], company: &Condition) -> Vec<IndexRange> {
    let mut months: BTreeMap<i32, Condition> = BTreeMap::new();
    for (month, currency) in month_currencies {
        let Some(amounts) = filter.range_of(currency) else { continue };
        let either = months.remove(month).unwrap_or_else(Condition::any);
        months.insert(*month, either.add(Condition::all().add(Column::Currency.eq(currency.as_str())).add_option(amounts)));
    }
    let range = |(month, currencies): (i32, Condition)| IndexRange {
        at: company.clone().add(Column::InvoiceMonth.eq(month)),
        rest: filter.rest().add(currencies),
        states: None,
        order: Some(Column::CreatedAt),
    };
    months.into_iter().map(range).collect()
}

/// The open months, and what waits outside of any.
fn open(filter: &RewardFilter, month_currencies: &[(i32, String)], company: &Condition) -> Vec<IndexRange> {
    let months = in_months(filter, month_currencies, company).into_iter().map(|range| IndexRange { states: Some(IN_A_MONTH), ..range });
    months.chain(waiting_ranges(filter, company)).collect()
}

fn waiting_ranges(filter: &RewardFilter, company: &Condition) -> Vec<IndexRange> {
    let range = |state: &'static RewardState| IndexRange {
        at: company.clone().add(waiting(*state)),
        rest: filter.rest().add_option(filter.any_amount()),
        states: Some(std::slice::from_ref(state)),
        order: Some(Column::CreatedAt),
    };
    WAITING.iter().map(range).collect()
}
