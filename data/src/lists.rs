//! Which rows a list shows: filters, search and pages, and how many there are. What the rows say is for the screens.

use domain::dates::typed_date;
use domain::list_query::{ListQuery, Unreadable};
use domain::zone::Zone;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;

pub mod page;
pub mod pick;
pub mod search;

/// A page of a list, how many rows there are in all, and their sums where they were few enough to add up.
pub struct Found<M> {
    pub rows: Vec<M>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub totals: page::Totals,
    /// There is nothing at all, whatever the filter.
    pub empty: bool,
}

/// The instants of a column between the days `from` and `to` that a list is asked for, both of them included.
pub fn days_asked(zone: &Zone, query: &ListQuery, column: impl ColumnTrait) -> Result<Condition, Unreadable> {
    let day = |name: &str| query.read(name, typed_date, |value| format!("“{value}” isn't a date. Write it like 2026-03-31."));
    let from = day("from")?.map(|from| column.gte(zone.first_instant(from).0));
    let to = day("to")?.and_then(|to| to.succ_opt()).map(|after| column.lt(zone.first_instant(after).0));
    Ok(Condition::all().add_option(from).add_option(to))
}
