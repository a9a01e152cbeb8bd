//! Whom the words of Review Rewards' search and filters name.

use domain::Choice;
use domain::fold::fold;
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::Result;
use crate::lists::pick;
use crate::lists::search;
use crate::store::entities::rewards::{Column, Entity};
use crate::store::entities::{customers, partnerships, transactions};
use crate::store::names;
use domain::search_terms::{Kind, asks_nothing};

/// Whom and what a search finds: all of this company.
pub struct SearchHits {
    pub partners: Vec<Uuid>,
    customers: Vec<Uuid>,
    reward: Option<Uuid>,
    sale: Option<Uuid>,
    /// There are more partners or customers than are looked at.
    pub cut: bool,
}

impl SearchHits {
    /// Beside what belongs to the partners: the condition that finds it by an index of its own, and the one that leaves it out.
    pub fn others(&self) -> impl Iterator<Item = (Expr, Condition)> {
        let unless = |column: Column, not: Expr| Condition::any().add(column.is_null()).add(not);
        let customers = (!self.customers.is_empty()).then(|| {
            let these = || self.customers.iter().copied();
            (Column::CustomerId.is_in(these()), unless(Column::CustomerId, Column::CustomerId.is_not_in(these())))
        });
        let reward = self.reward.map(|id| (Column::Id.eq(id), Condition::all().add(Column::Id.ne(id))));
        let sale = self.sale.map(|id| (Column::TransactionId.eq(id), unless(Column::TransactionId, Column::TransactionId.ne(id))));
        customers.into_iter().chain(reward).chain(sale)
    }

    pub fn condition(&self) -> Condition {
        let partners = (!self.partners.is_empty()).then(|| Column::PartnershipId.is_in(self.partners.iter().copied()));
        let any = self.others().fold(Condition::any().add_option(partners), |any, (these, ..)| any.add(these));
        if any.is_empty() { any.add(Column::Id.eq(Uuid::nil())) } else { any }
    }
}

/// Rewards of partners and customers whose words begin so, and those whose own or whose sale's key it is.
pub async fn searched<C: ConnectionTrait>(conn: &C, company_id: Uuid, question: &str) -> Result<Option<SearchHits>> {
    let question = question.trim();
    if asks_nothing(question) {
        return Ok(None);
    }
    let own = Column::CompanyId.eq(company_id);
    let reward =
        id_of(conn, Entity::find().select_only().column(Column::Id).filter(own).filter(Column::Key.eq(question.to_lowercase()))).await?;
    let partners = search::first(conn, company_id, Kind::Partner, question, FOUND_MAX).await?;
    let customers = search::first(conn, company_id, Kind::Customer, question, FOUND_MAX).await?;
    let cut = [&partners, &customers].iter().any(|found| found.len() as u64 >= FOUND_MAX);
    Ok(Some(SearchHits { partners, customers, reward, sale: id_of(conn, sale_of(company_id, question)).await?, cut }))
}

/// Everything that a search finds, however much that is.
pub async fn everything_found<C: ConnectionTrait>(conn: &C, company_id: Uuid, question: &str) -> Result<Option<Condition>> {
    let question = question.trim();
    if asks_nothing(question) {
        return Ok(None);
    }
    let sale = sale_of(company_id, question).into_query();
    let found = Condition::any()
        .add(Column::Key.eq(question.to_lowercase()))
        .add(Column::TransactionId.in_subquery(sale))
        .add_option(search::matching(conn, company_id, Kind::Partner, question, Column::PartnershipId).await?)
        .add_option(search::matching(conn, company_id, Kind::Customer, question, Column::CustomerId).await?);
    Ok(Some(found))
}

fn sale_of(company_id: Uuid, key: &str) -> Select<transactions::Entity> {
    use transactions::{Column, Entity};
    let of_company = Entity::find().select_only().column(Column::Id).filter(Column::CompanyId.eq(company_id));
    of_company.filter(Column::Key.eq(key)).filter(Column::VoidedAt.is_null())
}

/// A search is for somebody; the first so many whom it finds are looked at.
const FOUND_MAX: u64 = 100;

async fn id_of<C: ConnectionTrait, E: EntityTrait>(conn: &C, select: Select<E>) -> Result<Option<Uuid>> {
    Ok(select.into_tuple().one(conn).await?)
}

/// Among so many who are called alike, one is looked for who is called exactly so.
const ALIKE_MAX: u64 = 50;

/// The only one found, or the only one whose whole name was typed.
fn the_one<'a, T>(found: &'a [T], name: impl Fn(&T) -> &str, typed: &str) -> Option<&'a T> {
    let mut exact = found.iter().filter(|row| fold(name(row)) == fold(typed));
    match (found, exact.next(), exact.next()) {
        ([row], ..) => Some(row),
        (_, Some(row), None) => Some(row),
        _ => None,
    }
}

/// A partner by the key, or by a name or an email that begins so and is nobody else's.
pub async fn partner<C: ConnectionTrait>(conn: &C, company_id: Uuid, typed: &str) -> Result<Option<(Uuid, Choice)>> {
    use partnerships::{Column, Entity, Model};
    let ours = Entity::find().filter(Column::CompanyId.eq(company_id));
    let said = |row: &Model| Said { id: row.id, name: row.name.clone(), choice: names::partner(row) };
    named(
        conn,
        company_id,
        Named { kind: Kind::Partner, field: "partner", what: "partners" },
        typed,
        ours,
        [Column::PartnerKey, Column::Id],
        said,
    )
    .await
}

/// A customer, found in the same way.
pub async fn customer<C: ConnectionTrait>(conn: &C, company_id: Uuid, typed: &str) -> Result<Option<(Uuid, Choice)>> {
    use customers::{Column, Entity, Model};
    let ours = Entity::find().filter(Column::CompanyId.eq(company_id));
    let said = |row: &Model| Said { id: row.id, name: row.name.clone(), choice: names::customer(row) };
    let of = Named { kind: Kind::Customer, field: "customer", what: "customers" };
    named(conn, company_id, of, typed, ours, [Column::CustomerKey, Column::Id], said).await
}

/// Of whom a filter is.
struct Named {
    kind: Kind,
    field: &'static str,
    what: &'static str,
}

/// A row's id, its name and what it is called.
struct Said {
    id: Uuid,
    name: String,
    choice: Choice,
}

async fn named<C: ConnectionTrait, E: EntityTrait>(
    conn: &C,
    company_id: Uuid,
    of: Named,
    typed: &str,
    ours: Select<E>,
    [key, id]: [E::Column; 2],
    said: impl Fn(&E::Model) -> Said,
) -> Result<Option<(Uuid, Choice)>> {
    if typed.is_empty() {
        return Ok(None);
    }
    let mut found = ours.clone().filter(key.eq(typed)).all(conn).await?;
    if found.is_empty()
        && let Some(begins) = search::matching(conn, company_id, of.kind, typed, id).await?
    {
        found = ours.filter(begins).limit(ALIKE_MAX).all(conn).await?;
    }
    let found: Vec<Said> = found.iter().map(said).collect();
    match the_one(&found, |said| &said.name, typed) {
        Some(said) => Ok(Some((said.id, said.choice.clone()))),
        None if found.is_empty() => Ok(Some((Uuid::nil(), Choice::new(typed, typed)))),
        None => {
            let mut keys: Vec<String> = found.into_iter().map(|said| said.choice.value).collect();
            Err(pick::several(of.field, of.what, typed, &mut keys))
        }
    }
}
