//! Names are searched and sorted in one folded form on both databases, and what a person selected of a list beyond its page is kept.

use std::collections::HashMap;

use domain::search_terms::{Kind, Terms, of_customer, of_partner};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};
use sea_orm_migration::prelude::*;
use uuid::Uuid;

use super::table::{migration, table};
use crate::store::check::search_text;
use crate::store::execute_with_rows;

/// Partners and customers that are folded together: so many at once are held in memory, however many there are.
const TOGETHER: u64 = 500;

migration!(|manager| {
    let db = manager.get_connection();
    if db.get_database_backend() == DbBackend::Postgres {
        // Byte by byte, as SQLite compares, whatever the database's own order is.
        for (of, columns) in [("partnerships", &["search", "email", "partner_key"][..]), ("customers", &["search", "email"])] {
            for column in columns {
                db.execute_unprepared(&format!("ALTER TABLE {of} ALTER COLUMN {column} TYPE text COLLATE \"C\"")).await?;
            }
        }
    }
    refold(db, Kind::Partner, "partnerships", &["name", "first_name", "last_name", "email", "partner_key", "tags"]).await?;
    refold(db, Kind::Customer, "customers", &["name", "email", "customer_key", "provider_key"]).await?;
    // What somebody chose to decide about, as it was then. `totals` are amounts by currency.
    table("selections")
        .id()
        .uuid("company_id")
        .text("author")
        .big("created_at")
        .text("filter")
        .big("rewards")
        .big("partners")
        .text("totals")
        .references("company_id", "companies")
        .index(&["company_id", "created_at"])
        .create(manager)
        .await?;
    // `outcome` is null before its decision; then "done", or why it was left out.
    table("selection_rewards")
        .uuid("selection_id")
        .big("position")
        .text("reward_key")
        .text("state")
        .int("invoice_month")
        .text_null("outcome")
        .uuid_null("batch_id")
        .key(&["selection_id", "position"])
        .references("selection_id", "selections")
        .create(manager)
        .await
});

/// Rewrites the words of the rows in which folding makes a difference.
async fn refold<C: ConnectionTrait>(db: &C, kind: Kind, of: &'static str, texts: &[&'static str]) -> Result<(), DbErr> {
    let mut last = Uuid::nil();
    loop {
        let mut select = Query::select();
        select.columns(["id", "company_id", "search"].map(Alias::new)).columns(texts.iter().map(|column| Alias::new(*column)));
        select.from(Alias::new(of)).and_where(Expr::col(Alias::new("id")).gt(last)).order_by(Alias::new("id"), Order::Asc).limit(TOGETHER);
        let rows = db.query_all(&select).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.try_get("", "id")?;
        let mut kept = terms_of(db, &rows).await?;
        let (mut sorted, mut added, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let id: Uuid = row.try_get("", "id")?;
            let company: Uuid = row.try_get("", "company_id")?;
            let (search, wanted) = folded(row, kind)?;
            if search != row.try_get::<String>("", "search")? {
                sorted.push([id.into(), search.into()]);
            }
            let had = kept.remove(&id).unwrap_or_default();
            if had != wanted {
                gone.push(id);
                added.extend(wanted.into_iter().map(|term| [company.into(), kind.word().into(), Value::from(term), id.into()]));
            }
        }
        write(db, of, sorted, gone, added).await.map_err(|error| DbErr::Migration(error.to_string()))?;
    }
}

/// What a row is sorted and found by.
fn folded(row: &QueryResult, kind: Kind) -> Result<(String, Terms), DbErr> {
    let text = |column: &str| row.try_get::<String>("", column);
    let (name, email) = (text("name")?, text("email")?);
    Ok(match kind {
        Kind::Partner => {
            let (key, tags): (_, Vec<String>) = (text("partner_key")?, serde_json::from_str(&text("tags")?).unwrap_or_default());
            let terms = of_partner([&name, &text("first_name")?, &text("last_name")?], &email, &key, &tags);
            (search_text(&[&name, &email, &key]), terms)
        }
        Kind::Customer => {
            let (key, provider_key) = (text("customer_key")?, row.try_get::<Option<String>>("", "provider_key")?.unwrap_or_default());
            (search_text(&[&name, &email, &key]), of_customer(&name, &email, &key, &provider_key))
        }
    })
}

async fn terms_of<C: ConnectionTrait>(db: &C, rows: &[QueryResult]) -> Result<HashMap<Uuid, Terms>, DbErr> {
    let ids = rows.iter().map(|row| row.try_get::<Uuid>("", "id")).collect::<Result<Vec<_>, _>>()?;
    let mut select = Query::select();
    select.columns(["subject_id", "term"].map(Alias::new)).from(Alias::new("search_terms"));
    select.and_where(Expr::col(Alias::new("subject_id")).is_in(ids));
    let mut terms: HashMap<Uuid, Terms> = HashMap::new();
    for row in db.query_all(&select).await? {
        terms.entry(row.try_get("", "subject_id")?).or_default().insert(row.try_get("", "term")?);
    }
    Ok(terms)
}

async fn write<C: ConnectionTrait>(
    db: &C,
    of: &str,
    sorted: Vec<[Value; 2]>,
    gone: Vec<Uuid>,
    added: Vec<[Value; 4]>,
) -> crate::Result<()> {
    let update = match of {
        "partnerships" => {
            "WITH v(id, search) AS (VALUES {rows}) UPDATE partnerships SET search = v.search FROM v WHERE partnerships.id = v.id"
        }
        _ => "WITH v(id, search) AS (VALUES {rows}) UPDATE customers SET search = v.search FROM v WHERE customers.id = v.id",
    };
    execute_with_rows(db, update, sorted).await?;
    if !gone.is_empty() {
        let mut delete = Query::delete();
        delete.from_table(Alias::new("search_terms")).and_where(Expr::col(Alias::new("subject_id")).is_in(gone));
        db.execute(&delete).await?;
    }
    execute_with_rows(db, "INSERT INTO search_terms (company_id, kind, term, subject_id) VALUES {rows}", added).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::act::Act;
    use sea_orm::{EntityTrait, QueryOrder};

    use super::*;
    use crate::fixture::northwind;
    use crate::network::partners::NewPartner;
    use crate::on_both;
    use crate::sales::customers::NewCustomer;
    use crate::store::entities::{customers, partnerships, search_terms};
    use crate::testing::TestDb;

    type Found = (Vec<search_terms::Model>, Vec<String>);

    async fn stored(db: &TestDb) -> Found {
        let mut terms = search_terms::Entity::find().all(db.read()).await.unwrap();
        terms.sort_by(|a, b| (a.subject_id, &a.term).cmp(&(b.subject_id, &b.term)));
        let partners = partnerships::Entity::find().order_by_asc(partnerships::Column::Id).all(db.read()).await.unwrap();
        let customers = customers::Entity::find().order_by_asc(customers::Column::Id).all(db.read()).await.unwrap();
        (terms, partners.into_iter().map(|row| row.search).chain(customers.into_iter().map(|row| row.search)).collect())
    }

    on_both! {
        async fn what_was_kept_before_is_folded(db: &TestDb) {
            let now = domain::Instant(1_775_000_000_000);
            let (company, _) = northwind(db, "UTC", &[("all", "All")], now).await;
            // More than are folded together, most of them in no need of it.
            for number in 0..620 {
                let name = if number % 100 == 7 { format!("Zoë Ødegård {number}%") } else { format!("Name {number}") };
                let partner = NewPartner { partner_key: format!("p{number}"), name, tags: vec!["Vip".into()], ..Default::default() };
                crate::network::partners::create(db, &Act::named(company, "test", now), &partner).await.unwrap();
            }
            let customer = NewCustomer { customer_key: "c1".into(), name: "Straße".into(), provider_key: Some("cus_1".into()), ..Default::default() };
            crate::sales::customers::create(db, &Act::named(company, "test", now), &customer, domain::states::AttributionSource::Manual).await.unwrap();
            let expected = stored(db).await;
            // As it was kept before, and without words at all.
            let conn = db.read();
            conn.execute_unprepared("UPDATE partnerships SET search = lower(name) WHERE name LIKE 'Z%'").await.unwrap();
            conn.execute_unprepared("UPDATE customers SET search = lower(name)").await.unwrap();
            conn.execute_unprepared(
                "DELETE FROM search_terms WHERE subject_id IN (SELECT id FROM partnerships WHERE name LIKE 'Z%' UNION SELECT id FROM customers)",
            )
            .await
            .unwrap();
            assert_ne!(stored(db).await, expected);
            for _ in 0..2 {
                refold(conn, Kind::Partner, "partnerships", &["name", "first_name", "last_name", "email", "partner_key", "tags"]).await.unwrap();
                refold(conn, Kind::Customer, "customers", &["name", "email", "customer_key", "provider_key"]).await.unwrap();
                assert_eq!(stored(db).await, expected);
            }
        }
    }
}
