#![allow(clippy::unwrap_used)]
use super::*;
use crate::fixture::northwind;
use crate::network::partners::{self, NewPartner};
use crate::on_both;
use crate::store::entities::partnerships::{Column, Entity, Model};
use crate::testing::TestDb;
use domain::Instant;
use sea_orm::QueryFilter;
use uuid::Uuid;

const NOW: Instant = Instant(1_775_000_000_000);

/// A company whose partners p0, p1, … have signups index % 7 and, in every `rare_every`th, one paid customer.
async fn company(db: &TestDb, partners: usize, rare_every: usize) -> Uuid {
    let (company, groups) = northwind(db, "UTC", &[("all", "All")], NOW).await;
    let rows: Vec<NewPartner> = (0..partners).map(|at| NewPartner { partner_key: format!("p{at}"), ..Default::default() }).collect();
    let rows: Vec<_> = rows.iter().map(|row| (row, groups[0])).collect();
    let ids = crate::transact!(db, |tx| { partners::insert_new(tx, company, &rows, NOW).await }).unwrap();
    for signups in 1..7 {
        let these = ids.iter().enumerate().filter(|(at, _)| at % 7 == signups).map(|(_, id)| *id);
        Entity::update_many()
            .col_expr(Column::Signups, Expr::value(signups as i64))
            .filter(Column::Id.is_in(these))
            .exec(db.read())
            .await
            .unwrap();
    }
    let rare = ids.iter().step_by(rare_every).copied();
    Entity::update_many().col_expr(Column::PaidCustomers, Expr::value(1i64)).filter(Column::Id.is_in(rare)).exec(db.read()).await.unwrap();
    company
}

fn list(company: Uuid) -> List<Entity> {
    List { descending: true, rows: 40, ..List::new(Condition::all().add(Column::CompanyId.eq(company)), Column::Signups, Column::Id) }
}

/// Walks to the end and back, and checks both against the sorted whole.
async fn walk(db: &TestDb, parts: &[List<Entity>], count: Count, expected: &[Model]) {
    let mut seen: Vec<Model> = Vec::new();
    let mut cursor: Option<String> = None;
    let last = loop {
        let found = page(db.read(), parts, cursor.as_deref(), count).await.unwrap();
        assert_eq!(found.previous.is_some(), cursor.is_some());
        seen.extend(found.rows.clone());
        if found.next.is_none() {
            break found;
        }
        cursor = found.next;
    };
    assert_eq!(seen, expected);
    let mut back = last.rows.clone();
    let mut previous = last.previous;
    while let Some(cursor) = previous {
        let found = page(db.read(), parts, Some(&cursor), count).await.unwrap();
        assert!(found.next.is_some());
        back.splice(0..0, found.rows);
        previous = found.previous;
    }
    assert_eq!(back, expected);
}

fn sorted(mut rows: Vec<Model>, keep: impl Fn(&Model) -> bool) -> Vec<Model> {
    rows.retain(|row| keep(row));
    rows.sort_by_key(|row| std::cmp::Reverse((row.signups, row.id)));
    rows
}

on_both! {
    async fn every_row_comes_once_in_both_directions(db: &TestDb) {
        let company = company(db, 205, 3).await;
        let all = Entity::find().all(db.read()).await.unwrap();
        walk(db, &[list(company)], Count::Exactly(205), &sorted(all.clone(), |_| true)).await;
        let rare = List { filter: Some(Condition::all().add(Column::PaidCustomers.gt(0))), ..list(company) };
        let expected = sorted(all, |row| row.paid_customers > 0);
        // Each route gives the same rows.
        walk(db, std::slice::from_ref(&rare), Count::Exactly(69), &expected).await;
        walk(db, &[rare], Count::MoreThan(1_000), &expected).await;
    }

    async fn totals_follow_the_filter_and_stop_counting(db: &TestDb) {
        let company = company(db, 1_200, 4).await;
        let whole = list(company).totals(db.read(), &[Column::Signups]).await.unwrap();
        assert_eq!(whole, Totals { count: Count::MoreThan(1_000), sums: None });
        let rare = List { filter: Some(Condition::all().add(Column::PaidCustomers.gt(0))), ..list(company) };
        let totals = rare.totals(db.read(), &[Column::Signups, Column::PaidCustomers]).await.unwrap();
        let signups = (0..1_200i64).step_by(4).map(|at| at % 7).sum();
        assert_eq!(totals, Totals { count: Count::Exactly(300), sums: Some(vec![signups, 300]) });
        let none = List { filter: Some(Condition::all().add(Column::PaidCustomers.gt(5))), ..list(company) };
        let totals = none.totals(db.read(), &[Column::Signups]).await.unwrap();
        assert_eq!(totals, Totals { count: Count::Exactly(0), sums: Some(vec![0]) });
        assert_eq!(none.page(db.read(), None, totals.count).await.unwrap(), Page::empty());
    }

    async fn a_search_counts_rows_and_not_words(db: &TestDb) {
        let company = company(db, 600, 1_000).await;
        // Each is found by its key and by its name.
        let rows = Entity::find().all(db.read()).await.unwrap();
        for row in &rows {
            crate::lists::search::replace_partner(db.read(), &Model { name: format!("pn{}", row.partner_key), ..row.clone() }).await.unwrap();
        }
        let parts = crate::lists::search::id_filters(db.read(), company, domain::search_terms::Kind::Partner, "p", Column::Id).await.unwrap();
        assert_eq!(parts[0].size, 1_200, "words that begin so");
        let found = list(company).with_id_filters(parts);
        let totals = found.totals(db.read(), &[]).await.unwrap();
        assert_eq!(totals.count, Count::Exactly(600));
        walk(db, &[found], totals.count, &sorted(rows, |_| true)).await;
    }

    async fn a_search_that_finds_very_many_says_so_and_keeps_its_order(db: &TestDb) {
        let company = company(db, 8_100, 10_000).await;
        let parts = crate::lists::search::id_filters(db.read(), company, domain::search_terms::Kind::Partner, "p", Column::Id).await.unwrap();
        let found = list(company).with_id_filters(parts.clone());
        assert_eq!(found.totals(db.read(), &[]).await.unwrap(), Totals { count: Count::MoreThan(1_000), sums: None });
        let rows = found.page(db.read(), None, Count::MoreThan(1_000)).await.unwrap().rows;
        assert_eq!(rows, sorted(Entity::find().all(db.read()).await.unwrap(), |_| true)[..40]);
        // One in seven has two signups.
        let some = List { filter: Some(Condition::all().add(Column::Signups.eq(2))), ..list(company) }.with_id_filters(parts.clone());
        let count = some.totals(db.read(), &[]).await.unwrap().count;
        assert_eq!(count, Count::MoreThan(1_000));
        let page = some.page(db.read(), None, count).await.unwrap();
        let all = Entity::find().all(db.read()).await.unwrap();
        assert_eq!(page.rows, sorted(all.clone(), |row| row.signups == 2)[..40]);
        // Most have some: the first whose words begin so are counted. The last page has all that are left.
        let most = List { filter: Some(Condition::all().add(Column::Signups.gt(0))), ..list(company) }.with_id_filters(parts);
        let count = most.totals(db.read(), &[]).await.unwrap().count;
        assert_eq!(count, Count::MoreThan(1_000));
        let expected = sorted(all, |row| row.signups > 0);
        let before_last = most.cursor_at(&expected[expected.len() - 31], false).unwrap().encode(&most.sort_name());
        let page = most.page(db.read(), Some(&before_last), count).await.unwrap();
        assert_eq!(page.rows, expected[expected.len() - 30..]);
        assert!(page.next.is_none());
    }

    async fn parts_follow_one_another(db: &TestDb) {
        let company = company(db, 130, 2).await;
        let part = |name: &str, paid: i64| List {
            scope: Condition::all().add(Column::CompanyId.eq(company)).add(Column::PaidCustomers.eq(paid)),
            part: name.to_owned(),
            ..list(company)
        };
        let all = Entity::find().all(db.read()).await.unwrap();
        let mut expected = sorted(all.clone(), |row| row.paid_customers == 1);
        expected.extend(sorted(all, |row| row.paid_customers == 0));
        walk(db, &[part("one", 1), part("none", 0)], Count::Exactly(130), &expected).await;
    }

    async fn other_lists_cursors_begin_the_list(db: &TestDb) {
        let company = company(db, 90, 2).await;
        let first = list(company).page(db.read(), None, Count::Exactly(90)).await.unwrap();
        for cursor in ["nonsense", "f.signups-asc.i3.00000000000000000000000000000000", "f.signups-desc.t33.00000000000000000000000000000000"] {
            assert_eq!(list(company).page(db.read(), Some(cursor), Count::Exactly(90)).await.unwrap(), first);
        }
    }
}
