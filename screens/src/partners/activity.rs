//! What happened around a partner: changes made to it, its customers, their sales, its manual rewards and corrections.

use domain::Instant;
use domain::addresses;
use domain::page::{Cursor, PAGE_ROWS, SortValue};
use domain::states::{RewardSource, SubjectKind};
use domain::zone::Zone;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::partners::{Activity, ActivityEntry, ActivityKind};

use crate::audit::author;
use crate::lines;
use data::act::{Authors, people};
use data::network::partners;
use data::store::entities::{audit, companies, customers, rewards, transactions};
use data::store::error::stored;
use data::store::names;
use data::{Db, Result};
use domain::dates;

const SORT: &str = "activity";

/// A page of it, newest first; `older` is the cursor of the page before.
pub async fn activity(db: &Db, company: &companies::Model, partner_key: &str, older: &str) -> Result<Activity> {
    let conn = &db.snapshot().await?;
    let partner = partners::find_by_key(conn, company.id, partner_key).await?;
    let zone = company.zone()?;
    let before = Cursor::decode(older, SORT).and_then(|cursor| match cursor.value {
        SortValue::Int(at) => Some((at, cursor.id)),
        SortValue::Text(_) => None,
    });
    let mut entries = changes(conn, company.id, &partner.partner_key, before, &zone).await?;
    entries.extend(signups(conn, company.id, partner.id, before, &zone).await?);
    entries.extend(payments(conn, company.id, partner.id, before, &zone).await?);
    entries.extend(given(conn, partner.id, before, &zone).await?);
    entries.sort_by_key(|(id, entry)| std::cmp::Reverse((entry.at, *id)));
    let rows = PAGE_ROWS as usize;
    let more = entries.len() > rows;
    entries.truncate(rows);
    let authors = Authors::load(conn, people(entries.iter().map(|(_, entry)| &entry.author))).await?;
    for (_, entry) in &mut entries {
        entry.author = author(&authors, &entry.author).to_owned();
    }
    let last = entries.last().filter(|_| more);
    let older = last.map(|(id, entry)| Cursor { backward: false, value: SortValue::Int(entry.at.0), id: *id }.encode(SORT));
    Ok(Activity { entries: entries.into_iter().map(|(_, entry)| entry).collect(), older })
}

type Before = Option<(i64, Uuid)>;
/// Their authors are as they are stored.
type Entries = Vec<(Uuid, ActivityEntry)>;

async fn changes<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str, before: Before, zone: &Zone) -> Result<Entries> {
    use audit::Column;
    let about = Column::SubjectKind.eq(SubjectKind::Partner.word()).and(Column::Subject.eq(key));
    let scope = Condition::all().add(Column::CompanyId.eq(company_id)).add(about);
    let rows = newest::<_, audit::Entity>(conn, scope, Column::At, Column::Id, before).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let title = crate::audit::title(&row.action, None);
            (row.id, entry(ActivityKind::Change, row.at, zone, title, String::new(), row.author, String::new()))
        })
        .collect())
}

async fn signups<C: ConnectionTrait>(conn: &C, company_id: Uuid, partner: Uuid, before: Before, zone: &Zone) -> Result<Entries> {
    use customers::Column;
    let scope = Condition::all().add(Column::CompanyId.eq(company_id)).add(Column::PartnershipId.eq(partner));
    let rows = newest::<_, customers::Entity>(conn, scope, Column::CreatedAt, Column::Id, before).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let name = names::title(&row.name, &row.email, &row.customer_key);
            let href = addresses::customer(&row.customer_key);
            (row.id, entry(ActivityKind::Customer, row.created_at, zone, "New customer".to_owned(), name, row.author, href))
        })
        .collect())
}

async fn payments<C: ConnectionTrait>(conn: &C, company_id: Uuid, partner: Uuid, before: Before, zone: &Zone) -> Result<Entries> {
    use transactions::Column;
    let scope =
        Condition::all().add(Column::CompanyId.eq(company_id)).add(Column::PartnershipId.eq(partner)).add(Column::VoidedAt.is_null());
    let rows = newest::<_, transactions::Entity>(conn, scope, Column::OccurredAt, Column::Id, before).await?;
    let customers = names::customers(conn, rows.iter().map(|row| row.customer_id)).await?;
    rows.into_iter()
        .map(|row| {
            let amount = lines::money(row.amount.abs(), &row.currency)?;
            let (kind, title) = match row.refund_of {
                Some(_) => (ActivityKind::Refund, format!("Refund of {amount}")),
                None => (ActivityKind::Sale, format!("Sale of {amount}")),
            };
            let customer = customers.get(&row.customer_id);
            let href = customer.map(|customer| addresses::customer(&customer.value)).unwrap_or_default();
            let name = customer.map(|customer| customer.label.clone()).unwrap_or_default();
            Ok((row.id, entry(kind, row.occurred_at, zone, title, name, row.author, href)))
        })
        .collect()
}

/// What people gave or corrected; what offers made stands beside its sale.
async fn given<C: ConnectionTrait>(conn: &C, partner: Uuid, before: Before, zone: &Zone) -> Result<Entries> {
    use rewards::Column;
    let by_people = [RewardSource::Manual, RewardSource::Attribution, RewardSource::Adjustment].map(|source| source.word());
    let scope = Condition::all().add(Column::PartnershipId.eq(partner)).add(Column::Source.is_in(by_people));
    let rows = newest::<_, rewards::Entity>(conn, scope, Column::CreatedAt, Column::Id, before).await?;
    rows.into_iter()
        .map(|row| {
            let source: RewardSource = stored(&row.source)?;
            let title = format!("{} of {}", source.label(), lines::money(row.amount, &row.currency)?);
            let href = format!("/rewards/{}", row.key);
            Ok((row.id, entry(ActivityKind::Reward, row.created_at, zone, title, row.description, row.author, href)))
        })
        .collect()
}

/// A page's worth of rows at or before a point, newest first.
async fn newest<C, E>(conn: &C, scope: Condition, at: E::Column, id: E::Column, before: Before) -> Result<Vec<E::Model>>
where
    C: ConnectionTrait,
    E: EntityTrait,
    E::Model: FromQueryResult + Sized + Send + Sync,
{
    let mut select = E::find().filter(scope).order_by_desc(at).order_by_desc(id).limit(u64::from(PAGE_ROWS) + 1);
    if let Some((instant, row)) = before {
        let here = Expr::tuple([Expr::col(at.as_column_ref()), Expr::col(id.as_column_ref())]);
        select = select.filter(here.lt(Expr::tuple([Expr::val(instant), Expr::val(row)])));
    }
    Ok(select.all(conn).await?)
}

fn entry(kind: ActivityKind, at: i64, zone: &Zone, title: String, detail: String, author: String, href: String) -> ActivityEntry {
    ActivityEntry { kind, at: Instant(at), when: dates::minute(zone, Instant(at)), title, detail, author, href }
}
