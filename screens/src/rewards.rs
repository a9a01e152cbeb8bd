//! Review Rewards: the list of what was earned, and one reward.

use data::rewards::list::months::Months;
use data::rewards::list::{self, ReviewPage};
use data::store::entities::companies;
use data::store::error::stored;
use data::{Db, Result};
use domain::list_query::ListQuery;
use domain::states::RewardState;
use domain::zone::Zone;
use domain::{Instant, Month};
use sea_orm::ConnectionTrait;
use views::Choice;
use views::rewards::{ReviewList, Selection, StateTab};

use crate::invoices::stage;
use crate::lines;

pub(super) mod detail;
#[cfg(test)]
pub(crate) mod tests;

pub use detail::{detail, find};

/// A page of Review Rewards. Filters: `status` (a state's word), `partner` and `customer` (a key, or what nobody
/// else begins with), `group` (a key), `source`,
/// `currency`, `month` ("2026-03" or "all"; without it the open months), `min` and `max` (amounts in major units), and
/// `sum` ("all": add up however many there are).
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<ReviewList> {
    let conn = &db.snapshot().await?;
    let ReviewPage { months, groups, partner, customer, state, counts, count, rows, previous, next, summed, empty } =
        list::find(conn, company, query, now).await?;
    let rows = lines::rewards(conn, company, rows).await?;

    let zone = company.zone()?;
    let tab = |state: Option<RewardState>, label: &str| StateTab {
        value: state.map(|state| state.word().to_owned()).unwrap_or_default(),
        label: label.to_owned(),
        count: counts.count(state),
    };
    let tabs = std::iter::once(tab(None, "All")).chain(StateTab::STATES.map(|(state, label)| tab(Some(state), label))).collect();
    Ok(ReviewList {
        context: context(&months, &zone, now),
        page: domain::page::Page { rows, previous, next },
        count,
        totals: counts.totals(state, company.money_currency()?)?,
        summed,
        tabs,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        currencies: months.currencies.iter().map(|currency| Choice::new(currency.code(), currency.code())).collect(),
        months: month_choices(&months),
        partner,
        customer,
        in_review: months.under_review().map(|month| month.long()).unwrap_or_default(),
        selection: selection(conn, company, query).await?,
        empty,
        may_review: true,
    })
}

/// The selection that the address names, while it is kept.
async fn selection<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery) -> Result<Option<Selection>> {
    let Ok(id) = query.filter("selection").parse() else { return Ok(None) };
    let Some(found) = data::rewards::selection::find(conn, company.id, id).await? else { return Ok(None) };
    let totals = data::rewards::selection::totals(&found, company.money_currency()?)?;
    Ok(Some(Selection { id: found.id.to_string(), rewards: found.rewards, partners: found.partners, totals }))
}

/// "March 2026 · in review for 4 more days · will be charged on 8 April, New York time", or what accumulates.
fn context(months: &Months, zone: &Zone, now: Instant) -> String {
    match months.in_review.iter().max_by_key(|invoice| invoice.month) {
        Some(invoice) => stage::context(zone, invoice, now),
        None => stage::accumulating_context(zone, months.accumulating),
    }
}

fn month_choices(months: &Months) -> Vec<Choice> {
    let words = |month: Month, note: &str| Choice::new(month.to_string(), format!("{}{note}", month.long()));
    let mut choices = vec![Choice::new(list::ALL_MONTHS, "Every month"), words(months.accumulating, ", accumulating")];
    for month in &months.invoiced {
        let reviewed = months.in_review.iter().any(|invoice| invoice.month == month.0);
        choices.push(words(*month, if reviewed { ", in review" } else { "" }));
    }
    choices
}

/// The stored state of a row.
fn state_of(row: &data::store::entities::rewards::Model) -> Result<RewardState> {
    stored(&row.state)
}
