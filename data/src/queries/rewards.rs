//! Review Rewards: the list of what was earned, and one reward.

use domain::Money;
use domain::page::Count;
use domain::states::{RewardSource, RewardState};
use domain::views::rewards::{REWARD_SORTS, ReviewList, StateTab};
use domain::views::{Choice, ListQuery};
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use self::counts::Counts;
use self::months::Months;
use super::page::List;
use super::{lines, names};
use crate::entities::rewards::{Column, Entity};
use crate::entities::{companies, customers, partnerships, transactions};
use crate::error::stored;
use crate::search::{self, Kind};
use crate::{Db, Result};

mod counts;
pub(super) mod detail;
mod months;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod big;

pub use detail::{detail, find, seen};

/// The month filter's word for every month.
const ALL_MONTHS: &str = "all";

/// A page of Review Rewards. Filters: `status` (a state's word), `partner`, `customer` and `group` (keys), `source`,
/// `currency`, `month` ("2026-03" or "all"; without it the open months), `min` and `max` (amounts in major units), and
/// `sum` ("all": add up however many there are).
pub async fn list(db: &Db, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<ReviewList> {
    let conn = &db.snapshot().await?;
    let months = Months::of(conn, company, now).await?;
    let groups = names::groups(conn, company.id).await?;
    let asked = Asked::read(conn, company, query, &months, &groups).await?;
    let everything = asked.everything(company.id);

    let summed = query.filter("sum") == "all";
    let mut counts = match (summed, asked.only_open_months()) {
        (true, _) => Counts::whole(conn, everything.clone()).await?,
        (false, true) => Counts::of_open_months(conn, company.id, &months).await?,
        (false, false) => Counts::of(conn, everything.clone()).await?,
    };
    if let Some(state) = asked.state {
        counts.add_state(conn, state, everything).await?;
    }
    let count = counts.count(asked.state).unwrap_or(Count::MoreThan(domain::page::COUNT_MAX));
    let route = match count {
        Count::Exactly(rows) => Count::capped(rows.into()),
        more => more,
    };
    let found = asked.list(company.id, query).page(conn, Some(&query.page), route).await?;
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
        empty: count == Count::Exactly(0) && !any(conn, company.id).await?,
    })
}

/// The condition under which the list that `query` asks for takes a row in, beside being of the company.
pub async fn list_filter<C: ConnectionTrait>(conn: &C, company: &companies::Model, query: &ListQuery, now: Instant) -> Result<Condition> {
    let months = Months::of(conn, company, now).await?;
    let groups = names::groups(conn, company.id).await?;
    let asked = Asked::read(conn, company, query, &months, &groups).await?;
    let condition = asked.everything(company.id);
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

async fn any<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<bool> {
    Ok(Entity::find().filter(Column::CompanyId.eq(company_id)).limit(1).one(conn).await?.is_some())
}

/// What the address asks for, as conditions.
struct Asked {
    state: Option<RewardState>,
    partner: Option<(Uuid, Choice)>,
    customer: Option<(Uuid, Choice)>,
    group: Option<Uuid>,
    source: Option<RewardSource>,
    /// Of the months.
    months: Option<Condition>,
    default_months: bool,
    /// What has no index of its own: currency, amounts, the search.
    rest: Option<Condition>,
}

impl Asked {
    async fn read<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        query: &ListQuery,
        months: &Months,
        groups: &[(Uuid, Choice)],
    ) -> Result<Asked> {
        let mut rest = Condition::all();
        if let Ok(currency) = query.filter("currency").parse::<Currency>() {
            rest = rest.add(Column::Currency.eq(currency.code()));
        }
        for (name, low) in [("min", true), ("max", false)] {
            if let Some(bound) = amounts(&months.currencies, query.filter(name), low) {
                rest = rest.add(bound);
            }
        }
        if let Some(found) = searched(conn, company.id, &query.search).await? {
            rest = rest.add(found);
        }
        let group = query.filter("group");
        let month = query.filter("month");
        let (months, default_months) = match month.parse::<Month>() {
            Ok(month) => (Some(Condition::all().add(Column::InvoiceMonth.eq(month.0))), false),
            Err(_) if month == ALL_MONTHS => (None, false),
            Err(_) => (Some(months.open_condition()), true),
        };
        Ok(Asked {
            state: query.filter("status").parse().ok(),
            partner: partner(conn, company.id, query.filter("partner")).await?,
            customer: customer(conn, company.id, query.filter("customer")).await?,
            // A group that is not there matches nothing.
            group: (!group.is_empty())
                .then(|| groups.iter().find(|(_, known)| known.value == group).map_or(Uuid::nil(), |(id, _)| *id)),
            source: query.filter("source").parse().ok(),
            months,
            default_months,
            rest: (!rest.is_empty()).then_some(rest),
        })
    }

    /// Whether nothing but a state is asked for, in the open months.
    fn only_open_months(&self) -> bool {
        self.default_months
            && self.rest.is_none()
            && self.partner.is_none()
            && self.customer.is_none()
            && self.group.is_none()
            && self.source.is_none()
    }

    /// The equalities that an index by creation begins with, the narrowest first.
    fn equalities(&self) -> Vec<Condition> {
        let one = |condition| Condition::all().add(condition);
        let mut all = Vec::new();
        all.extend(self.partner.as_ref().map(|(id, _)| one(Column::PartnershipId.eq(*id))));
        all.extend(self.customer.as_ref().map(|(id, _)| one(Column::CustomerId.eq(*id))));
        all.extend(self.source.map(|source| one(Column::Source.eq(source.word()))));
        all.extend(self.group.map(|group| one(Column::GroupId.eq(group))));
        all
    }

    /// Everything but the state.
    fn everything(&self, company_id: Uuid) -> Condition {
        self.equalities()
            .into_iter()
            .fold(Condition::all().add(Column::CompanyId.eq(company_id)), Condition::add)
            .add_option(self.months.clone())
            .add_option(self.rest.clone())
    }

    fn list(&self, company_id: Uuid, query: &ListQuery) -> List<Entity> {
        let (word, descending) = query.order(REWARD_SORTS, true);
        let mut scope = Condition::all().add(Column::CompanyId.eq(company_id));
        let mut equalities = self.equalities();
        equalities.extend(self.state.map(|state| Condition::all().add(Column::State.eq(state.word()))));
        let by_amount = word == "amount";
        let sort = if by_amount { Column::Amount } else { Column::CreatedAt };
        if !by_amount && !equalities.is_empty() {
            scope = scope.add(equalities.remove(0));
        }
        let filter = equalities
            .into_iter()
            .fold(Condition::all(), Condition::add)
            .add_option(self.months.clone())
            .add_option(self.rest.clone());
        let filter = (!filter.is_empty()).then_some(filter);
        List { filter, descending, ..List::new(scope, sort, Column::Id) }
    }
}

/// Amounts from or up to a number of major units, in each currency its own.
fn amounts(currencies: &[Currency], typed: &str, low: bool) -> Option<Condition> {
    let mut any = Condition::any();
    for currency in currencies {
        let Ok(bound) = Money::parse(typed, *currency) else { continue };
        let amount = if low { Column::Amount.gte(bound.minor) } else { Column::Amount.lte(bound.minor) };
        any = any.add(Column::Currency.eq(currency.code()).and(amount));
    }
    (!any.is_empty()).then_some(any)
}

/// Rewards of partners and customers whose words begin so, and those whose own or whose sale's key it is.
async fn searched<C: ConnectionTrait>(conn: &C, company_id: Uuid, question: &str) -> Result<Option<Condition>> {
    let question = question.trim();
    if question.is_empty() {
        return Ok(None);
    }
    let mut any = Condition::any().add(Column::Key.eq(question));
    if let Some(partners) = search::matching(conn, company_id, Kind::Partner, question, partnerships::Column::Id).await? {
        let ids: Vec<Uuid> = ids_of(conn, partnerships::Entity::find().select_only().column(partnerships::Column::Id).filter(partners)).await?;
        any = any.add(Column::PartnershipId.is_in(ids));
    }
    if let Some(customers) = search::matching(conn, company_id, Kind::Customer, question, customers::Column::Id).await? {
        let ids: Vec<Uuid> = ids_of(conn, customers::Entity::find().select_only().column(customers::Column::Id).filter(customers)).await?;
        any = any.add(Column::CustomerId.is_in(ids));
    }
    let sale: Option<Uuid> = transactions::Entity::find()
        .select_only()
        .column(transactions::Column::Id)
        .filter(transactions::Column::CompanyId.eq(company_id))
        .filter(transactions::Column::Key.eq(question))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(Some(any.add_option(sale.map(|sale| Column::TransactionId.eq(sale)))))
}

/// A search is for somebody; the first so many whom it finds are looked at.
const FOUND_MAX: u64 = 500;

async fn ids_of<C: ConnectionTrait, E: EntityTrait>(conn: &C, select: sea_orm::Select<E>) -> Result<Vec<Uuid>> {
    Ok(select.limit(FOUND_MAX).into_tuple().all(conn).await?)
}

async fn partner<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<Option<(Uuid, Choice)>> {
    if key.is_empty() {
        return Ok(None);
    }
    let row = partnerships::Entity::find()
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.eq(key))
        .one(conn)
        .await?;
    Ok(Some(row.map_or_else(|| (Uuid::nil(), Choice::new(key, key)), |row| (row.id, names::partner(&row)))))
}

async fn customer<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<Option<(Uuid, Choice)>> {
    if key.is_empty() {
        return Ok(None);
    }
    let row = customers::Entity::find()
        .filter(customers::Column::CompanyId.eq(company_id))
        .filter(customers::Column::CustomerKey.eq(key))
        .one(conn)
        .await?;
    Ok(Some(row.map_or_else(|| (Uuid::nil(), Choice::new(key, key)), |row| (row.id, names::customer(&row)))))
}

/// The stored state of a row.
fn state_of(row: &crate::entities::rewards::Model) -> Result<RewardState> {
    stored(&row.state)
}
