//! Review Rewards: the list of what was earned, and one reward.

use domain::page::{COUNT_MAX, Count};
use domain::states::RewardState;
use domain::views::rewards::{ReviewList, Selection, StateTab};
use domain::views::{Choice, ListQuery};
use domain::{Instant, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait};

use self::asked::Asked;
use self::cells::Cells;
use self::counts::Counts;
use self::months::Months;
use self::places::Places;
use super::page::{self, List};
use super::{lines, names};
use crate::entities::companies;
use crate::entities::rewards::{Column, Entity};
use crate::error::stored;
use crate::{Db, Result};

mod asked;
mod cells;
mod counts;
pub(super) mod detail;
pub(super) mod months;
pub(super) mod people;
mod places;
#[cfg(test)]
pub(crate) mod tests;

pub use detail::{detail, find};

/// The month filter's word for every month.
const ALL_MONTHS: &str = "all";

/// A page of Review Rewards. Filters: `status` (a state's word), `partner` and `customer` (a key, or what nobody
/// else begins with), `group` (a key), `source`,
/// `currency`, `month` ("2026-03" or "all"; without it the open months), `min` and `max` (amounts in major units), and
/// `sum` ("all": add up however many there are).
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<ReviewList> {
    let conn = &db.snapshot().await?;
    let months = Months::of(conn, company, now).await?;
    let groups = names::groups(conn, company.id).await?;
    let asked = Asked::read(conn, company, query, &months, &groups).await?;
    let summed = query.one_of("sum", &["all"])?.is_some();
    let kinds = asked.kinds(company.id);
    let (counts, found) = if let Some(kinds) = &kinds {
        let cells = Cells::load(conn, kinds).await?;
        let (sort, descending) = asked.order;
        let arms = Some(cells.arms(conn, kinds, asked.state, sort).await?);
        let list = List::<Entity> { descending, arms, ..List::new(Condition::all(), sort, Column::Id) };
        let counts = Counts::kept(&cells, kinds);
        (counts, list.page(conn, Some(&query.page), Count::Exactly(0)).await?)
    } else {
        let places = Places::of(&asked, company.id);
        let mut counts = if summed { Counts::whole(conn, &places).await? } else { Counts::together(conn, &places).await? };
        if let Some(state) = asked.state {
            counts.add_state(conn, state, &places).await?;
        }
        let few = matches!(counts.count(asked.state), Some(Count::Exactly(rows)) if rows <= COUNT_MAX);
        counts.cut = asked.found.as_ref().is_some_and(|found| found.cut);
        let list = places.list(asked.order, few);
        (counts, list.page(conn, Some(&query.page), Count::Exactly(0)).await?)
    };
    let count = counts.count(asked.state).unwrap_or(Count::MoreThan(COUNT_MAX));
    let (previous, next) = (found.previous, found.next);
    let rows = lines::rewards(conn, company, found.rows).await?;

    let zone = company.zone()?;
    let tab = |state: Option<RewardState>, label: &str| StateTab {
        value: state.map(|state| state.word().to_owned()).unwrap_or_default(),
        label: label.to_owned(),
        count: counts.count(state),
    };
    let tabs = std::iter::once(tab(None, "All")).chain(StateTab::STATES.map(|(state, label)| tab(Some(state), label))).collect();
    Ok(ReviewList {
        context: months.context(&zone, now),
        page: domain::page::Page { rows, previous, next },
        count,
        totals: counts.totals(asked.state, company.money_currency()?)?,
        summed,
        tabs,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        currencies: months.currencies.iter().map(|currency| Choice::new(currency.code(), currency.code())).collect(),
        months: month_choices(&months),
        partner: asked.partner.map(|(_, choice)| choice),
        customer: asked.customer.map(|(_, choice)| choice),
        in_review: months.under_review().map(|month| month.long()).unwrap_or_default(),
        selection: selection(conn, company, query).await?,
        empty: count == Count::Exactly(0) && !page::any::<_, Entity>(conn, Column::CompanyId.eq(company.id)).await?,
        may_review: true,
    })
}

/// The selection that the address names, while it is kept.
async fn selection<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Selection>> {
    let Ok(id) = query.filter("selection").parse() else { return Ok(None) };
    let Some(found) = crate::rewards::selection::find(conn, company.id, id).await? else { return Ok(None) };
    let totals = crate::rewards::selection::totals(&found, company.money_currency()?)?;
    Ok(Some(Selection { id: found.id.to_string(), rewards: found.rewards, partners: found.partners, totals }))
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company. The filter
/// `invoice` (a number) asks for the lines of that invoice.
pub async fn list_filter<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<Condition> {
    let number = query.filter("invoice");
    if !number.is_empty() {
        let invoice = crate::invoices::find(conn, company.id, number).await?;
        return Ok(super::invoices::lines_condition(company.id, Month(invoice.month), stored(&invoice.currency)?));
    }
    let months = Months::of(conn, company, now).await?;
    let groups = names::groups(conn, company.id).await?;
    let asked = Asked::read(conn, company, query, &months, &groups).await?;
    let found = people::everything_found(conn, company.id, &query.search).await?;
    let condition = asked.everything(company.id).add_option(found);
    Ok(match asked.state {
        Some(state) => condition.add(Column::State.eq(state.word())),
        None => condition,
    })
}

fn month_choices(months: &Months) -> Vec<Choice> {
    let words = |month: Month, note: &str| Choice::new(month.to_string(), format!("{}{note}", month.long()));
    let mut choices = vec![Choice::new(ALL_MONTHS, "Every month"), words(months.accumulating, ", accumulating")];
    for month in &months.invoiced {
        let reviewed = months.in_review.iter().any(|invoice| invoice.month == month.0);
        choices.push(words(*month, if reviewed { ", in review" } else { "" }));
    }
    choices
}

/// The stored state of a row.
fn state_of(row: &crate::entities::rewards::Model) -> Result<RewardState> {
    stored(&row.state)
}
