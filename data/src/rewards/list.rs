//! Which rewards Review Rewards lists, and how many there are of each state.

use domain::Choice;
use domain::list_query::ListQuery;
use domain::page::{COUNT_MAX, Count};
use domain::states::RewardState;
use domain::{Instant, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use self::counts::Counts;
use self::filter::RewardFilter;
use self::index_ranges::IndexRanges;
use self::months::Months;
use self::state_counts::StateCounts;
use crate::Result;
use crate::lists::page;
use crate::store::entities::companies;
use crate::store::entities::rewards::{Column, Entity, Model};
use crate::store::error::stored;
use crate::store::names;

pub mod counts;
mod filter;
mod index_ranges;
pub mod months;
pub mod people;
mod state_counts;
mod states;

/// The columns that the list can be sorted by, the first by default.
pub const SORTS: &[&str] = &["recorded", "amount"];
/// The month filter's word for every month.
pub const ALL_MONTHS: &str = "all";

/// A page of the list, and what it was asked for.
pub struct ReviewPage {
    pub months: Months,
    /// The company's, by name.
    pub groups: Vec<(Uuid, Choice)>,
    pub partner: Option<Choice>,
    pub customer: Option<Choice>,
    pub state: Option<RewardState>,
    pub counts: Counts,
    pub count: Count,
    pub rows: Vec<Model>,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// Everything was added up, however many there are.
    pub summed: bool,
    /// The company has no rewards at all.
    pub empty: bool,
}

pub async fn find<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<ReviewPage> {
    let months = Months::of(conn, company, now).await?;
    let groups = names::groups(conn, company.id).await?;
    let filter = RewardFilter::read(conn, company, query, &months, &groups).await?;
    let summed = query.one_of("sum", &["all"])?.is_some();
    let counted_filter = filter.counted_filter(company.id);
    let (mut access_path, mut kept) = (None, None);
    if let Some(counted_filter) = &counted_filter {
        let state_counts = StateCounts::load(conn, counted_filter).await?;
        access_path = state_counts.access_path(counted_filter, filter.state, matches!(filter.order.0, Column::CreatedAt));
        kept = Some(Counts::kept(&state_counts, counted_filter));
    }
    let index_ranges = IndexRanges::of(&filter, company.id, access_path.as_ref());
    let (counts, few) = if let Some(counts) = kept {
        (counts, false)
    } else {
        let mut counts = if summed { Counts::whole(conn, &index_ranges).await? } else { Counts::together(conn, &index_ranges).await? };
        if let Some(state) = filter.state {
            counts.add_state(conn, state, &index_ranges).await?;
        }
        let few = matches!(counts.count(filter.state), Some(Count::Exactly(rows)) if rows <= COUNT_MAX);
        counts.cut = filter.hits.as_ref().is_some_and(|found| found.cut);
        (counts, few)
    };
    let found = index_ranges.list(filter.order, few).page(conn, Some(&query.page), Count::Exactly(0)).await?;
    let count = counts.count(filter.state).unwrap_or(Count::MoreThan(COUNT_MAX));
    let empty = count == Count::Exactly(0) && !page::any::<_, Entity>(conn, Column::CompanyId.eq(company.id)).await?;
    Ok(ReviewPage {
        months,
        groups,
        partner: filter.partner.map(|(_, choice)| choice),
        customer: filter.customer.map(|(_, choice)| choice),
        state: filter.state,
        counts,
        count,
        rows: found.rows,
        previous: found.previous,
        next: found.next,
        summed,
        empty,
    })
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company. The filter
/// `invoice` (a number) asks for the lines of that invoice.
pub async fn filter_of<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<Condition> {
    let number = query.filter("invoice");
    if !number.is_empty() {
        let invoice = crate::billing::invoices::find(conn, company.id, number).await?;
        return Ok(crate::billing::invoices::list::lines_of(company.id, Month(invoice.month), stored(&invoice.currency)?));
    }
    let months = Months::of(conn, company, now).await?;
    let groups = names::groups(conn, company.id).await?;
    let filter = RewardFilter::read(conn, company, query, &months, &groups).await?;
    let found = people::everything_found(conn, company.id, &query.search).await?;
    let condition = filter.everything(company.id).add_option(found);
    Ok(match filter.state {
        Some(state) => condition.add(Column::State.eq(state.word())),
        None => condition,
    })
}
