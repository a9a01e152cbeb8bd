//! Finding partners and customers by the beginnings of words, at the same price among a million as among a thousand.
//!
//! Each row leaves its words in the table `search_terms`; [`domain::search_terms`] says which they are, and what a question's pieces are.
//! A piece that few words begin with drives the query through the terms' key; common pieces are only tested.

use std::collections::HashSet;

use domain::search_terms::{Kind, Terms, add_words, cut, of_customer, of_partner, pieces, tag_term};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TryIntoModel};
use uuid::Uuid;

use crate::lists::page::IdFilter;
use crate::store::entities::search_terms::{ActiveModel, Column, Entity};
use crate::store::entities::{customers, partnerships};
use crate::store::insert_all;
use crate::{Error, Result};

/// What the ids are called that a search finds.
const ID: &str = "found";
/// So many words that a piece begins are looked at for the first rows.
const LOOKED_AT: u64 = 1_000;
/// Where the tags are among the words.
const TAGS: [&[u8]; 2] = [b"#", b"$"];
/// A list offers this many tags to choose from.
const TAGS_MAX: usize = 40;

/// Makes new partners findable.
pub async fn add_partners<C: ConnectionTrait>(tx: &C, rows: &[partnerships::ActiveModel]) -> Result<()> {
    let rows: Vec<partnerships::Model> = rows.iter().map(|row| row.clone().try_into_model()).collect::<Result<_, _>>()?;
    add(tx, Kind::Partner, rows.iter().map(|row| (row.company_id, row.id, partner_terms(row)))).await
}

/// Makes new customers findable.
pub async fn add_customers<C: ConnectionTrait>(tx: &C, rows: &[customers::ActiveModel]) -> Result<()> {
    let rows: Vec<customers::Model> = rows.iter().map(|row| row.clone().try_into_model()).collect::<Result<_, _>>()?;
    add(tx, Kind::Customer, rows.iter().map(|row| (row.company_id, row.id, customer_terms(row)))).await
}

/// After a partner's name, address or tags changed.
pub async fn replace_partner<C: ConnectionTrait>(tx: &C, row: &partnerships::Model) -> Result<()> {
    remove(tx, row.id).await?;
    add(tx, Kind::Partner, std::iter::once((row.company_id, row.id, partner_terms(row)))).await
}

/// After a partner got another key. Asks for nothing that an earlier schema has not.
pub async fn add_partner_key<C: ConnectionTrait>(tx: &C, company_id: Uuid, partnership_id: Uuid, key: &str) -> Result<()> {
    let mut terms = Terms::new();
    add_words(&mut terms, key);
    Entity::delete_many()
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::SubjectId.eq(partnership_id))
        .filter(Column::Term.is_in(terms.iter().cloned()))
        .exec(tx)
        .await?;
    add(tx, Kind::Partner, std::iter::once((company_id, partnership_id, terms))).await
}

/// After a customer's name or address changed.
pub async fn replace_customer<C: ConnectionTrait>(tx: &C, row: &customers::Model) -> Result<()> {
    remove(tx, row.id).await?;
    add(tx, Kind::Customer, std::iter::once((row.company_id, row.id, customer_terms(row)))).await
}

/// The first rows, so many, whose words the question's pieces begin. Of a piece that very many words begin with, some are
/// looked at.
pub async fn first<C: ConnectionTrait>(conn: &C, company_id: Uuid, kind: Kind, question: &str, most: u64) -> Result<Vec<Uuid>> {
    let parts = parts_of(conn, company_id, kind, question, &Expr::col(Alias::new(ID))).await?;
    let Some((smallest, others)) = split_smallest(parts) else { return Ok(Vec::new()) };
    let mut select = Query::select();
    let looked_at = smallest.ids.clone().limit(LOOKED_AT).take();
    select.distinct().column(Alias::new(ID)).from_subquery(looked_at, Alias::new("looked_at")).limit(most);
    for part in others {
        select.cond_where(part.test);
    }
    let rows = conn.query_all(&select).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Rows whose words the question's pieces begin, as a condition on their `id` column. `None` for an empty question.
pub async fn matching<C: ConnectionTrait>(
    conn: &C,
    company_id: Uuid,
    kind: Kind,
    question: &str,
    id: impl ColumnTrait,
) -> Result<Option<Condition>> {
    let parts = id_filters(conn, company_id, kind, question, id).await?;
    let Some((smallest, others)) = split_smallest(parts) else { return Ok(None) };
    let driving = if smallest.is_few() { Condition::all().add(id.in_subquery(smallest.ids)) } else { smallest.test };
    Ok(Some(others.into_iter().fold(driving, |all, part| all.add(part.test))))
}

/// The partnerships that the question finds; `None` for an empty one.
pub async fn partners<C: ConnectionTrait>(conn: &C, company_id: Uuid, question: &str) -> Result<Option<HashSet<Uuid>>> {
    let Some(condition) = matching(conn, company_id, Kind::Partner, question, partnerships::Column::Id).await? else { return Ok(None) };
    let ids: Vec<Uuid> = partnerships::Entity::find()
        .select_only()
        .column(partnerships::Column::Id)
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(condition)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(Some(ids.into_iter().collect()))
}

/// The same as [`matching`], one part for each piece, for [`crate::lists::page::List::with_id_filters`].
pub async fn id_filters<C: ConnectionTrait>(
    conn: &C,
    company_id: Uuid,
    kind: Kind,
    question: &str,
    id: impl ColumnTrait,
) -> Result<Vec<IdFilter>> {
    parts_of(conn, company_id, kind, question, &Expr::col(id.as_column_ref())).await
}

async fn parts_of<C: ConnectionTrait>(conn: &C, company_id: Uuid, kind: Kind, question: &str, id: &Expr) -> Result<Vec<IdFilter>> {
    let mut parts = Vec::new();
    for piece in pieces(question) {
        let range = Range::beginning(company_id, kind, &piece);
        parts.push(IdFilter::search(conn, range.ids(), range.test(id.clone())).await?);
    }
    Ok(parts)
}

fn split_smallest(mut parts: Vec<IdFilter>) -> Option<(IdFilter, Vec<IdFilter>)> {
    let smallest = (0..parts.len()).min_by_key(|at| parts[*at].size)?;
    Some((parts.swap_remove(smallest), parts))
}

/// Partners with exactly this tag.
pub async fn tagged<C: ConnectionTrait>(conn: &C, company_id: Uuid, tag: &str) -> Result<IdFilter> {
    let range = Range::exactly(company_id, Kind::Partner, tag_term(tag));
    IdFilter::new(conn, range.ids(), range.test(Expr::col(partnerships::Column::Id.as_column_ref()))).await
}

/// The tags that partners of this company have, in order, in lower case; the first forty.
pub async fn tags<C: ConnectionTrait>(conn: &C, company_id: Uuid) -> Result<Vec<String>> {
    let [mut low, high] = TAGS.map(<[u8]>::to_vec);
    let mut tags = Vec::new();
    while tags.len() < TAGS_MAX {
        let next: Option<Vec<u8>> = Entity::find()
            .select_only()
            .column(Column::Term)
            .filter(Column::CompanyId.eq(company_id))
            .filter(Column::Kind.eq(Kind::Partner.word()))
            .filter(Column::Term.gt(low))
            .filter(Column::Term.lt(high.clone()))
            .order_by_asc(Column::Term)
            .limit(1)
            .into_tuple()
            .one(conn)
            .await?;
        let Some(term) = next else { break };
        tags.push(String::from_utf8_lossy(&term[1..]).into_owned());
        low = term;
    }
    Ok(tags)
}

/// The words of a partner's stored tags.
pub fn tags_of(stored: &str) -> Result<Vec<String>> {
    serde_json::from_str(stored).map_err(|error| Error::Corrupt(format!("tags {stored:?}: {error}")))
}

async fn add<C: ConnectionTrait>(tx: &C, kind: Kind, subjects: impl Iterator<Item = (Uuid, Uuid, Terms)>) -> Result<()> {
    let rows = subjects.flat_map(|(company_id, subject_id, terms)| {
        terms.into_iter().map(move |term| ActiveModel {
            company_id: Set(company_id),
            kind: Set(kind.word().to_owned()),
            term: Set(term),
            subject_id: Set(subject_id),
        })
    });
    insert_all(tx, rows).await
}

async fn remove<C: ConnectionTrait>(tx: &C, subject_id: Uuid) -> Result<()> {
    Entity::delete_many().filter(Column::SubjectId.eq(subject_id)).exec(tx).await?;
    Ok(())
}

/// Terms from `low` on and below `high`.
struct Range {
    company_id: Uuid,
    kind: Kind,
    low: Vec<u8>,
    high: Vec<u8>,
}

impl Range {
    fn beginning(company_id: Uuid, kind: Kind, piece: &str) -> Range {
        let low = cut(piece);
        // No byte of UTF-8 is 0xff.
        let high = [low.as_slice(), &[0xff]].concat();
        Range { company_id, kind, low, high }
    }

    fn exactly(company_id: Uuid, kind: Kind, term: Vec<u8>) -> Range {
        let high = [term.as_slice(), &[0]].concat();
        Range { company_id, kind, low: term, high }
    }

    fn ids(&self) -> SelectStatement {
        let mut ids = Query::select();
        ids.expr_as(Expr::col(Column::SubjectId.as_column_ref()), Alias::new(ID))
            .from(Entity)
            .and_where(Column::CompanyId.eq(self.company_id))
            .and_where(Column::Kind.eq(self.kind.word()))
            .and_where(Column::Term.gte(self.low.clone()))
            .and_where(Column::Term.lt(self.high.clone()));
        ids
    }

    /// Whether the row with this id has such a term.
    fn test(&self, id: Expr) -> Condition {
        let other = Alias::new("other");
        let mut test = Query::select();
        test.expr(Expr::cust("1"))
            .from_as(Entity, other.clone())
            .and_where(Expr::col((other.clone(), Column::SubjectId)).eq(id))
            .and_where(Expr::col((other.clone(), Column::Term)).gte(self.low.clone()))
            .and_where(Expr::col((other, Column::Term)).lt(self.high.clone()));
        Condition::all().add(Expr::exists(test))
    }
}

fn partner_terms(row: &partnerships::Model) -> Terms {
    let names = [row.name.as_str(), &row.first_name, &row.last_name];
    // Damaged tags are reported where they are shown.
    of_partner(names, &row.email, &row.partner_key, &tags_of(&row.tags).unwrap_or_default())
}

fn customer_terms(row: &customers::Model) -> Terms {
    of_customer(&row.name, &row.email, &row.customer_key, row.provider_key.as_deref().unwrap_or_default())
}
