//! What the address of Review Rewards asks for, and where the rows are that meet it.

use domain::states::{RewardSource, RewardState};
use domain::views::{Choice, ListQuery};
use domain::{Currency, Money, Month};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::cells::{self, Kinds, Span};
use super::months::Months;
use super::pieces::{self, Pieces};
use super::{ALL_MONTHS, order};
use crate::Result;
use crate::entities::rewards::{Column, Entity};
use crate::entities::{companies, customers, partnerships, transactions};
use crate::queries::names;
use crate::queries::page::{Arm, List};
use crate::search::{self, Kind};

/// What the address asks for, as conditions.
pub struct Asked {
    pub state: Option<RewardState>,
    pub partner: Option<(Uuid, Choice)>,
    pub customer: Option<(Uuid, Choice)>,
    group: Option<Uuid>,
    source: Option<RewardSource>,
    currency: Option<Currency>,
    months: AskedMonths,
    found: Option<Found>,
    /// The range in each currency that has one; None: whatever the amount.
    amounts: Option<Vec<(Currency, Condition)>>,
}

/// Whom and what a search finds: all of this company.
struct Found {
    partners: Vec<Uuid>,
    customers: Vec<Uuid>,
    reward: Option<Uuid>,
    sale: Option<Uuid>,
}

impl Found {
    /// Beside what belongs to the partners; each has an index of its own, or the whole would be read row by row.
    fn others(&self) -> impl Iterator<Item = Expr> {
        let customers = (!self.customers.is_empty()).then(|| Column::CustomerId.is_in(self.customers.iter().copied()));
        let reward = self.reward.map(|id| Column::Id.eq(id));
        customers.into_iter().chain(reward).chain(self.sale.map(|id| Column::TransactionId.eq(id)))
    }

    fn condition(&self) -> Condition {
        let partners = (!self.partners.is_empty()).then(|| Column::PartnershipId.is_in(self.partners.iter().copied()));
        let any = self.others().fold(Condition::any().add_option(partners), Condition::add);
        if any.is_empty() { any.add(Column::Id.eq(Uuid::nil())) } else { any }
    }
}

enum AskedMonths {
    /// Those that are open, with what waits outside of any.
    Open {
        condition: Condition,
        shelves: Vec<(i32, String)>,
    },
    One {
        month: Month,
        condition: Condition,
        shelves: Vec<(i32, String)>,
    },
    /// With the currencies that there are.
    All(Vec<String>),
}

impl AskedMonths {
    fn condition(&self) -> Option<Condition> {
        match self {
            AskedMonths::Open { condition, .. } | AskedMonths::One { condition, .. } => Some(condition.clone()),
            AskedMonths::All(_) => None,
        }
    }
}

impl Asked {
    pub async fn read<C: ConnectionTrait>(
        conn: &C,
        company: &companies::Model,
        query: &ListQuery,
        months: &Months,
        groups: &[(Uuid, Choice)],
    ) -> Result<Asked> {
        let group = query.filter("group");
        let asked_months = match query.filter("month") {
            ALL_MONTHS => AskedMonths::All(cells::currencies(conn, company.id).await?),
            month => match month.parse::<Month>() {
                Ok(month) => AskedMonths::One {
                    month,
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
            amounts: ranges(&months.currencies, query.filter("min"), query.filter("max")),
        })
    }

    /// What is asked for, where the kept counts know it.
    pub fn kinds(&self, company_id: Uuid) -> Option<Kinds> {
        let known = self.found.is_none() && self.amounts.is_none() && self.partner.is_none() && self.customer.is_none();
        known.then(|| Kinds {
            company_id,
            months: match &self.months {
                AskedMonths::Open { shelves, .. } => Span::Open(shelves.clone()),
                AskedMonths::One { month, .. } => Span::One(*month),
                AskedMonths::All(_) => Span::All,
            },
            currency: self.currency,
            group: self.group,
            source: self.source,
        })
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
        let rest = Condition::all().add_option(currency).add_option(self.any_amount());
        (!rest.is_empty()).then_some(rest)
    }

    /// Everything but the state, as one condition.
    pub fn everything(&self, company_id: Uuid) -> Condition {
        let place = match &self.found {
            Some(found) => found.condition(),
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
    pub fn pieces(&self, company_id: Uuid) -> Pieces {
        if self.anchored() {
            return Pieces::whole(self.everything(company_id));
        }
        let extra = self.equalities().into_iter().fold(Condition::all(), Condition::add);
        let extra = extra.add_option(self.currency.map(|currency| Column::Currency.eq(currency.code())));
        let mut pieces = Pieces::none();
        for shelf in self.shelves() {
            let place = Condition::all().add(Column::CompanyId.eq(company_id)).add(shelf.place).add_option(shelf.range);
            // A partner's rewards of a month are found by their states.
            let states = shelf.states.or(self.partner.is_some().then_some(RewardState::ALL));
            pieces.add(place.add(extra.clone()), states);
        }
        pieces
    }

    /// Whether whom and what is asked for leads to the rows better than months do.
    fn anchored(&self) -> bool {
        let every_month = matches!(self.months, AskedMonths::All(_));
        self.found.is_some() || self.customer.is_some() || (self.partner.is_some() && every_month)
    }

    fn any_amount(&self) -> Option<Condition> {
        let ranges = self.amounts.as_ref()?;
        let any = ranges.iter().fold(Condition::any(), |any, (currency, range)| {
            any.add(Condition::all().add(Column::Currency.eq(currency.code())).add(range.clone()))
        });
        Some(if any.is_empty() { any.add(Column::Id.eq(Uuid::nil())) } else { any })
    }

    /// At most a thousand rows are read where they are, and sorted.
    pub fn few(&self, pieces: &Pieces, query: &ListQuery) -> List<Entity> {
        let (sort, descending) = order(query);
        List { descending, ..List::new(pieces.ids(self.state), sort, Column::Id) }
    }

    /// More are read in the order of the sort, from where it has an index.
    pub fn many(&self, company_id: Uuid, query: &ListQuery) -> List<Entity> {
        let (sort, descending) = order(query);
        let by_amount = matches!(sort, Column::Amount);
        let rest = self.equalities().into_iter().fold(Condition::all(), Condition::add).add_option(self.rest());
        let rest = rest.add_option(self.state.map(|state| Column::State.eq(state.word())));
        let within = rest.clone().add_option(self.months.condition());
        let ordered = |place: Expr| Arm { place: Condition::all().add(place), ordered: true, rest: within.clone() };
        let arms = if let Some(found) = self.found.as_ref().filter(|found| found.partners.len() <= APART_MAX) {
            let mut arms: Vec<Arm> = found.partners.iter().map(|id| ordered(Column::PartnershipId.eq(*id))).collect();
            arms.extend(found.others().map(|place| {
                // A row that is there already for its partner.
                let twice = (!found.partners.is_empty()).then(|| Column::PartnershipId.is_not_in(found.partners.iter().copied()));
                gathered(Condition::all().add(place), within.clone().add_option(twice))
            }));
            arms
        } else if let Some((id, _)) = self.partner.as_ref().filter(|_| self.anchored()) {
            vec![ordered(Column::PartnershipId.eq(*id))]
        } else if let Some((id, _)) = &self.customer {
            vec![gathered(Condition::all().add(Column::CustomerId.eq(*id)), within)]
        } else {
            let rest = rest.add_option(self.found.as_ref().map(Found::condition));
            self.shelves()
                .into_iter()
                .filter(|shelf| self.state.is_none_or(|state| shelf.states.is_none_or(|states| states.contains(&state))))
                .map(|shelf| {
                    let place = Condition::all().add(Column::CompanyId.eq(company_id)).add(shelf.place);
                    // By amount, the amounts asked for are a piece of the index.
                    let place = if by_amount { place.add_option(shelf.range) } else { place };
                    if let Some((id, _)) = &self.partner {
                        let states = self.state.as_ref().map(std::slice::from_ref).or(shelf.states).unwrap_or(RewardState::ALL);
                        let states = Column::State.is_in(states.iter().map(RewardState::word));
                        return gathered(place.add(states).add(Column::PartnershipId.eq(*id)), rest.clone());
                    }
                    let states = shelf.states.map(|states| Column::State.is_in(states.iter().map(RewardState::word)));
                    let rest = rest.clone().add_option(states);
                    if by_amount && !shelf.by_amount { gathered(place, rest) } else { Arm { place, ordered: true, rest } }
                })
                .collect()
        };
        List { descending, arms: Some(arms), ..List::new(Condition::all(), sort, Column::Id) }
    }

    /// The months and currencies that are looked at, and what waits outside of any.
    fn shelves(&self) -> Vec<Shelf> {
        let range_of = |of: &str| match &self.amounts {
            None => Some(None),
            Some(ranges) => ranges.iter().find(|(currency, _)| currency.code() == of).map(|(_, range)| Some(range.clone())),
        };
        let (shelves, waiting) = match &self.months {
            AskedMonths::Open { shelves, .. } => (shelves, true),
            AskedMonths::One { shelves, .. } => (shelves, false),
            AskedMonths::All(currencies) => {
                let shelf = |currency: &String| {
                    let place = Condition::all().add(Column::Currency.eq(currency.as_str()));
                    Some(Shelf { place, range: range_of(currency)?, states: None, by_amount: true })
                };
                return currencies.iter().filter_map(shelf).collect();
            }
        };
        let mut all: Vec<Shelf> = Vec::with_capacity(shelves.len() + pieces::WAITING.len());
        for (month, currency) in shelves {
            let Some(range) = range_of(currency) else { continue };
            let place = Condition::all().add(Column::InvoiceMonth.eq(*month)).add(Column::Currency.eq(currency.as_str()));
            all.push(Shelf { place, range, states: waiting.then_some(pieces::IN_A_MONTH), by_amount: true });
        }
        for state in pieces::WAITING.iter().filter(|_| waiting) {
            let place = Condition::all().add(Column::State.eq(state.word()));
            all.push(Shelf { place, range: self.any_amount(), states: Some(std::slice::from_ref(state)), by_amount: false });
        }
        all
    }
}

/// A place in which rewards are looked for.
struct Shelf {
    place: Condition,
    /// The amounts that are asked for in it.
    range: Option<Condition>,
    /// None: every state.
    states: Option<&'static [RewardState]>,
    /// An index has it in the order of amounts; in that of time there always is one.
    by_amount: bool,
}

/// Reads all of a place, by its own index.
pub fn gathered(place: Condition, rest: Condition) -> Arm {
    // No key is empty. SQLite would rather read a wide index from end to end than look rows up by a narrow one; a column that
    // no index has leaves it no choice.
    Arm { place, ordered: false, rest: rest.add(Column::Key.ne("")) }
}

/// Amounts from and up to a number of major units, in each currency its own. What is no amount in any of them is left out.
fn ranges(currencies: &[Currency], min: &str, max: &str) -> Option<Vec<(Currency, Condition)>> {
    let parsed = |typed: &str| -> Vec<Money> { currencies.iter().filter_map(|currency| Money::parse(typed, *currency).ok()).collect() };
    let (least, most) = (parsed(min), parsed(max));
    if least.is_empty() && most.is_empty() {
        return None;
    }
    let bound = |bounds: &[Money], currency: Currency| bounds.iter().find(|bound| bound.currency == currency).map(|bound| bound.minor);
    let range = |currency: &Currency| {
        let (low, high) = (bound(&least, *currency), bound(&most, *currency));
        let left_out = (low.is_none() && !least.is_empty()) || (high.is_none() && !most.is_empty());
        let low = low.map(|minor| Column::Amount.gte(minor));
        (!left_out).then(|| (*currency, Condition::all().add_option(low).add_option(high.map(|minor| Column::Amount.lte(minor)))))
    };
    Some(currencies.iter().filter_map(range).collect())
}

/// Rewards of partners and customers whose words begin so, and those whose own or whose sale's key it is.
async fn searched<C: ConnectionTrait>(conn: &C, company_id: Uuid, question: &str) -> Result<Option<Found>> {
    let question = question.trim();
    if question.is_empty() {
        return Ok(None);
    }
    let own = Column::CompanyId.eq(company_id);
    let reward = id_of(conn, Entity::find().select_only().column(Column::Id).filter(own).filter(Column::Key.eq(question))).await?;
    let sale = transactions::Entity::find()
        .select_only()
        .column(transactions::Column::Id)
        .filter(transactions::Column::CompanyId.eq(company_id))
        .filter(transactions::Column::Key.eq(question));
    Ok(Some(Found {
        partners: search::first(conn, company_id, Kind::Partner, question, FOUND_MAX).await?,
        customers: search::first(conn, company_id, Kind::Customer, question, FOUND_MAX).await?,
        reward,
        sale: id_of(conn, sale).await?,
    }))
}

/// A search is for somebody; the first so many whom it finds are looked at.
const FOUND_MAX: u64 = 500;
/// So many partners have a place of their own to be read from; more are met often enough along the sort.
const APART_MAX: usize = 40;

async fn id_of<C: ConnectionTrait, E: EntityTrait>(conn: &C, select: sea_orm::Select<E>) -> Result<Option<Uuid>> {
    Ok(select.into_tuple().one(conn).await?)
}

/// Among so many who are called alike, one is looked for who is called exactly so.
const ALIKE_MAX: u64 = 50;

/// The only one found, or the only one whose whole name was typed.
fn the_one<'a, T>(found: &'a [T], name: impl Fn(&T) -> &str, typed: &str) -> Option<&'a T> {
    let mut exact = found.iter().filter(|row| name(row).to_lowercase() == typed.to_lowercase());
    match (found, exact.next(), exact.next()) {
        ([row], ..) => Some(row),
        (_, Some(row), None) => Some(row),
        _ => None,
    }
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
        found = ours().filter(begins).limit(ALIKE_MAX).all(conn).await?;
    }
    Ok(Some(match the_one(&found, |row| row.name.as_str(), typed) {
        Some(row) => (row.id, names::partner(row)),
        None => (Uuid::nil(), Choice::new(typed, typed)),
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
        found = ours().filter(begins).limit(ALIKE_MAX).all(conn).await?;
    }
    Ok(Some(match the_one(&found, |row| row.name.as_str(), typed) {
        Some(row) => (row.id, names::customer(row)),
        None => (Uuid::nil(), Choice::new(typed, typed)),
    }))
}
