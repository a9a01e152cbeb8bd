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
use self::pieces::Pieces;
use super::page::List;
use super::{lines, names};
use crate::entities::rewards::{Column, Entity};
use crate::entities::{companies, customers, partnerships, transactions};
use crate::error::stored;
use crate::search::{self, Kind};
use crate::{Db, Result};

mod counts;
pub(super) mod detail;
pub(super) mod months;
mod pieces;
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
    let pieces = asked.pieces(company.id);
    let summed = query.filter("sum") == "all";
    let mut counts = match (summed, asked.only_months()) {
        (true, _) => Counts::whole(conn, &pieces).await?,
        (false, true) => Counts::by_state(conn, &pieces).await?,
        (false, false) => Counts::together(conn, &pieces).await?,
    };
    if let Some(state) = asked.state {
        counts.add_state(conn, state, &pieces).await?;
    }
    let count = counts.count(asked.state).unwrap_or(Count::MoreThan(domain::page::COUNT_MAX));
    let route = match count {
        Count::Exactly(rows) => Count::capped(rows.into()),
        more => more,
    };
    let list = if route.is_exact() { asked.few(&pieces, query) } else { asked.many(company.id, query) };
    let found = list.page(conn, Some(&query.page), route).await?;
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
        may_review: true,
    })
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
    currency: Option<Currency>,
    months: AskedMonths,
    /// Whom and what the search finds: all of this company.
    found: Option<Condition>,
    amounts: Option<Condition>,
}

enum AskedMonths {
    /// Those that are open, with what waits outside of any.
    Open {
        condition: Condition,
        shelves: Vec<(i32, String)>,
    },
    One {
        condition: Condition,
        shelves: Vec<(i32, String)>,
    },
    All,
}

impl AskedMonths {
    fn condition(&self) -> Option<Condition> {
        match self {
            AskedMonths::Open { condition, .. } | AskedMonths::One { condition, .. } => Some(condition.clone()),
            AskedMonths::All => None,
        }
    }
}

impl Asked {
    async fn read<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        query: &ListQuery,
        months: &Months,
        groups: &[(Uuid, Choice)],
    ) -> Result<Asked> {
        let bounds = [("min", true), ("max", false)].map(|(name, low)| amounts(&months.currencies, query.filter(name), low));
        let bounds = bounds.into_iter().flatten().fold(Condition::all(), Condition::add);
        let group = query.filter("group");
        let asked_months = match query.filter("month") {
            ALL_MONTHS => AskedMonths::All,
            month => match month.parse::<Month>() {
                Ok(month) => AskedMonths::One {
                    condition: Condition::all().add(Column::InvoiceMonth.eq(month.0)),
                    shelves: pieces::shelves_of(month, &months.currencies),
                },
                Err(_) => AskedMonths::Open { condition: months.open_condition(), shelves: months.shelves.clone() },
            },
        };
        Ok(Asked {
            state: query.filter("status").parse().ok(),
            partner: partner(conn, company.id, query.filter("partner")).await?,
            customer: customer(conn, company.id, query.filter("customer")).await?,
            // A group that is not there matches nothing.
            group: (!group.is_empty()).then(|| groups.iter().find(|(_, known)| known.value == group).map_or(Uuid::nil(), |(id, _)| *id)),
            source: query.filter("source").parse().ok(),
            currency: query.filter("currency").parse().ok(),
            months: asked_months,
            found: searched(conn, company.id, &query.search).await?,
            amounts: (!bounds.is_empty()).then_some(bounds),
        })
    }

    /// Whether nothing but months, a currency and a state is asked for.
    fn only_months(&self) -> bool {
        self.found.is_none() && self.amounts.is_none() && self.equalities().is_empty()
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

    /// Currency and amounts, which have no index of their own.
    fn rest(&self) -> Option<Condition> {
        let currency = self.currency.map(|currency| Column::Currency.eq(currency.code()));
        let rest = Condition::all().add_option(currency).add_option(self.amounts.clone());
        (!rest.is_empty()).then_some(rest)
    }

    /// Everything but the state, as one condition.
    fn everything(&self, company_id: Uuid) -> Condition {
        let place = match &self.found {
            Some(found) => found.clone(),
            // The company goes without saying, and named, it would lure SQLite to one of its indexes.
            None if self.partner.is_some() || self.customer.is_some() => Condition::all(),
            None => Condition::all().add(Column::CompanyId.eq(company_id)),
        };
        self.equalities()
            .into_iter()
            .fold(Condition::all().add(place), Condition::add)
            .add_option(self.months.condition())
            .add_option(self.rest())
    }

    /// Everything but the state, in pieces that are found by an index.
    fn pieces(&self, company_id: Uuid) -> Pieces {
        let anchored = self.found.is_some() || self.partner.is_some() || self.customer.is_some();
        let extra = self.equalities().into_iter().fold(Condition::all(), Condition::add).add_option(self.amounts.clone());
        let extra = (!extra.is_empty()).then_some(extra);
        match &self.months {
            AskedMonths::Open { shelves, .. } if !anchored => Pieces::shelves(company_id, shelves, true, self.currency, extra.as_ref()),
            AskedMonths::One { shelves, .. } if !anchored => Pieces::shelves(company_id, shelves, false, self.currency, extra.as_ref()),
            _ => Pieces::whole(self.everything(company_id)),
        }
    }

    /// At most a thousand rows are read where they are, and sorted.
    fn few(&self, pieces: &Pieces, query: &ListQuery) -> List<Entity> {
        let (sort, descending) = order(query);
        List { descending, ..List::new(pieces.ids(self.state), sort, Column::Id) }
    }

    /// More are read in the order of the sort.
    fn many(&self, company_id: Uuid, query: &ListQuery) -> List<Entity> {
        let (sort, descending) = order(query);
        let mut scope = Condition::all().add(Column::CompanyId.eq(company_id));
        let mut equalities = self.equalities();
        equalities.extend(self.state.map(|state| Condition::all().add(Column::State.eq(state.word()))));
        // The index by creation has one of them before it.
        if matches!(sort, Column::CreatedAt) && !equalities.is_empty() {
            scope = scope.add(equalities.remove(0));
        }
        let filter = equalities
            .into_iter()
            .fold(Condition::all(), Condition::add)
            .add_option(self.found.clone())
            .add_option(self.months.condition())
            .add_option(self.rest());
        List { filter: (!filter.is_empty()).then_some(filter), descending, ..List::new(scope, sort, Column::Id) }
    }
}

fn order(query: &ListQuery) -> (Column, bool) {
    let (word, descending) = query.order(REWARD_SORTS, true);
    (if word == "amount" { Column::Amount } else { Column::CreatedAt }, descending)
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
    let own = Column::CompanyId.eq(company_id);
    // Every alternative has an index of its own, or the whole would be read row by row.
    let mut any = Condition::any();
    if let Some(reward) = id_of(conn, Entity::find().select_only().column(Column::Id).filter(own).filter(Column::Key.eq(question))).await? {
        any = any.add(Column::Id.eq(reward));
    }
    if let Some(partners) = search::matching(conn, company_id, Kind::Partner, question, partnerships::Column::Id).await? {
        let ids = ids_of(conn, partnerships::Entity::find().select_only().column(partnerships::Column::Id).filter(partners)).await?;
        any = any.add_option((!ids.is_empty()).then(|| Column::PartnershipId.is_in(ids)));
    }
    if let Some(customers) = search::matching(conn, company_id, Kind::Customer, question, customers::Column::Id).await? {
        let ids = ids_of(conn, customers::Entity::find().select_only().column(customers::Column::Id).filter(customers)).await?;
        any = any.add_option((!ids.is_empty()).then(|| Column::CustomerId.is_in(ids)));
    }
    let sale = transactions::Entity::find()
        .select_only()
        .column(transactions::Column::Id)
        .filter(transactions::Column::CompanyId.eq(company_id))
        .filter(transactions::Column::Key.eq(question));
    if let Some(sale) = id_of(conn, sale).await? {
        any = any.add(Column::TransactionId.eq(sale));
    }
    Ok(Some(if any.is_empty() { any.add(Column::Id.eq(Uuid::nil())) } else { any }))
}

/// A search is for somebody; the first so many whom it finds are looked at.
const FOUND_MAX: u64 = 500;

async fn id_of<C: ConnectionTrait, E: EntityTrait>(conn: &C, select: sea_orm::Select<E>) -> Result<Option<Uuid>> {
    Ok(select.into_tuple().one(conn).await?)
}

async fn ids_of<C: ConnectionTrait, E: EntityTrait>(conn: &C, select: sea_orm::Select<E>) -> Result<Vec<Uuid>> {
    Ok(select.limit(FOUND_MAX).into_tuple().all(conn).await?)
}

/// A partner by the key, or by a name or an email that begins so and is nobody else's.
async fn partner<C: ConnectionTrait>(conn: &C, company_id: Uuid, typed: &str) -> Result<Option<(Uuid, Choice)>> {
    use partnerships::{Column, Entity};
    if typed.is_empty() {
        return Ok(None);
    }
    let ours = || Entity::find().filter(Column::CompanyId.eq(company_id));
    let mut found = ours().filter(Column::PartnerKey.eq(typed)).all(conn).await?;
    if found.is_empty()
        && let Some(begins) = search::matching(conn, company_id, Kind::Partner, typed, Column::Id).await?
    {
        found = ours().filter(begins).limit(2).all(conn).await?;
    }
    Ok(Some(match found.as_slice() {
        [row] => (row.id, names::partner(row)),
        _ => (Uuid::nil(), Choice::new(typed, typed)),
    }))
}

/// A customer, found in the same way.
async fn customer<C: ConnectionTrait>(conn: &C, company_id: Uuid, typed: &str) -> Result<Option<(Uuid, Choice)>> {
    use customers::{Column, Entity};
    if typed.is_empty() {
        return Ok(None);
    }
    let ours = || Entity::find().filter(Column::CompanyId.eq(company_id));
    let mut found = ours().filter(Column::CustomerKey.eq(typed)).all(conn).await?;
    if found.is_empty()
        && let Some(begins) = search::matching(conn, company_id, Kind::Customer, typed, Column::Id).await?
    {
        found = ours().filter(begins).limit(2).all(conn).await?;
    }
    Ok(Some(match found.as_slice() {
        [row] => (row.id, names::customer(row)),
        _ => (Uuid::nil(), Choice::new(typed, typed)),
    }))
}

/// The stored state of a row.
fn state_of(row: &crate::entities::rewards::Model) -> Result<RewardState> {
    stored(&row.state)
}
