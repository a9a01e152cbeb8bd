//! Review Rewards and All partners choose between many ways to read a page. Whatever the way, the page holds what a plain look at
//! every row finds, in order, without a gap and without a row twice.

use std::collections::HashMap;

use data::on_both;
use data::store::entities::{companies, customers, partnerships, rewards, transactions};
use data::testing::TestDb;
use domain::list_query::ListQuery;
use domain::page::Count;
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::company::{NOW, filled};

const ROWS: usize = 2_500;
/// Pages that are walked forward, and back again.
const PAGES: usize = 3;

type Filters = &'static [(&'static str, &'static str)];

const MONTHS: [Filters; 4] = [&[], &[("month", "2026-10")], &[("month", "2025-06")], &[("month", "all")]];

const REWARDS: [Filters; 36] = [
    &[],
    &[("status", "pending")],
    &[("status", "approved")],
    &[("status", "hold")],
    &[("status", "scheduled")],
    &[("status", "declined")],
    &[("status", "paid")],
    &[("group", "g1")],
    &[("group", "g3")],
    &[("group", "nowhere")],
    &[("source", "transaction")],
    &[("source", "manual")],
    &[("source", "refund")],
    &[("currency", "EUR")],
    &[("currency", "JPY")],
    &[("partner", "p0")],
    &[("partner", "p7")],
    &[("customer", "c0")],
    &[("customer", "c7")],
    &[("partner", "p0"), ("customer", "c0")],
    &[("min", "900")],
    &[("max", "10")],
    &[("min", "400"), ("max", "500")],
    &[("min", "400"), ("partner", "p0")],
    &[("min", "400"), ("customer", "c0"), ("status", "approved")],
    &[("search", "name15")],
    &[("search", "name12")],
    &[("search", "buyer12")],
    &[("search", "sale-7")],
    &[("search", "rwd-2499")],
    &[("search", "nobody")],
    &[("search", "buyer1"), ("partner", "p0")],
    &[("status", "approved"), ("group", "g1")],
    &[("status", "hold"), ("currency", "EUR")],
    &[("status", "approved"), ("partner", "p0")],
    &[("group", "g1"), ("source", "refund"), ("currency", "USD")],
];

const PARTNERS: [Filters; 14] = [
    &[],
    &[("group", "g1")],
    &[("group", "g3")],
    &[("status", "declined")],
    &[("status", "archived")],
    &[("status", "archived"), ("group", "g1")],
    &[("held", "yes")],
    &[("held", "yes"), ("status", "approved")],
    &[("tag", "vip")],
    &[("from", "2025-03-01"), ("to", "2025-06-30")],
    &[("from", "2025-03-01"), ("to", "2026-06-30"), ("group", "g2")],
    &[("search", "name12")],
    &[("search", "co name1"), ("group", "g2")],
    &[("search", "nobody")],
];

/// Everything that the company has.
struct Everything {
    company: companies::Model,
    rewards: Vec<rewards::Model>,
    partners: HashMap<Uuid, partnerships::Model>,
    customers: HashMap<Uuid, customers::Model>,
    sales: HashMap<Uuid, String>,
    groups: HashMap<Uuid, String>,
}

impl Everything {
    async fn read(db: &TestDb) -> Everything {
        let company = filled(db, ROWS).await;
        let partners = partnerships::Entity::find().all(db.read()).await.unwrap();
        let customers = customers::Entity::find().all(db.read()).await.unwrap();
        let sales = transactions::Entity::find().all(db.read()).await.unwrap();
        let groups = data::store::entities::groups::Entity::find().all(db.read()).await.unwrap();
        Everything {
            company,
            rewards: rewards::Entity::find().all(db.read()).await.unwrap(),
            partners: partners.into_iter().map(|row| (row.id, row)).collect(),
            customers: customers.into_iter().map(|row| (row.id, row)).collect(),
            sales: sales.into_iter().map(|row| (row.id, row.key)).collect(),
            groups: groups.into_iter().map(|row| (row.id, row.key)).collect(),
        }
    }

    fn takes_reward(&self, row: &rewards::Model, query: &ListQuery) -> bool {
        let partner = &self.partners[&row.partnership_id];
        let customer = row.customer_id.map(|id| &self.customers[&id]);
        let waits = row.state == "hold" || row.state == "scheduled";
        let month = match query.filter("month") {
            "all" => true,
            // November accumulates, October is in review in every currency.
            "" => waits || row.invoice_month >= 202_610,
            month => row.invoice_month.to_string() == month.replace('-', ""),
        };
        let is = |filter: &str, value: &str| query.filter(filter).is_empty() || query.filter(filter) == value;
        // Yen have no minor unit.
        let minor =
            |filter: &str| query.filter(filter).parse::<i64>().ok().map(|major| if row.currency == "JPY" { major } else { major * 100 });
        let words = |texts: &[&str]| texts.iter().any(|text| text.to_lowercase().split(' ').any(|word| word.starts_with(&query.search)));
        let found = query.search.is_empty()
            || words(&[&partner.name, &partner.partner_key, &partner.email])
            || customer.is_some_and(|customer| words(&[&customer.name, &customer.customer_key]))
            || row.key == query.search
            || row.transaction_id.is_some_and(|id| self.sales[&id] == query.search);
        month
            && found
            && is("status", &row.state)
            && is("source", &row.source)
            && is("currency", &row.currency)
            && is("group", &self.groups[&row.group_id])
            && is("partner", &partner.partner_key)
            && is("customer", customer.map_or("", |customer| &customer.customer_key))
            && minor("min").is_none_or(|least| row.amount >= least)
            && minor("max").is_none_or(|most| row.amount <= most)
    }

    fn takes_partner(&self, row: &partnerships::Model, query: &ListQuery) -> bool {
        let is = |filter: &str, value: &str| query.filter(filter).is_empty() || query.filter(filter) == value;
        let zone = self.company.zone().unwrap();
        let joined = zone.date(domain::Instant(row.joined_at)).to_string();
        let (from, to) = (query.filter("from"), query.filter("to"));
        let held = self.rewards.iter().any(|reward| reward.partnership_id == row.id && reward.state == "hold");
        let texts = [row.name.to_lowercase(), row.email.clone(), row.partner_key.clone()].join(" ");
        let number: usize = row.partner_key[1..].parse().unwrap();
        is("group", &self.groups[&row.group_id])
            && is("status", &row.status)
            && (query.filter("held").is_empty() || held)
            && (query.filter("tag").is_empty() || number % 500 == 3)
            && (from.is_empty() || *joined >= *from)
            && (to.is_empty() || *joined <= *to)
            && query.search.split(' ').all(|piece| texts.split(' ').any(|word| word.starts_with(piece)))
    }
}

fn query(filters: &[Filters], sort: &str) -> ListQuery {
    let all = filters.iter().flat_map(|filters| filters.iter());
    let search = all.clone().find(|(name, _)| *name == "search").map_or("", |(_, typed)| typed);
    let filters = all.filter(|(name, _)| *name != "search").map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListQuery { search: search.to_owned(), sort: sort.to_owned(), page: String::new(), filters }
}

fn sorted<T: Clone, K: Ord>(rows: Vec<&T>, descending: bool, by: impl Fn(&T) -> K) -> Vec<T> {
    let mut rows: Vec<T> = rows.into_iter().cloned().collect();
    rows.sort_by_key(|row| by(row));
    if descending {
        rows.reverse();
    }
    rows
}

/// Some pages forward and back again, as keys; the last page that was reached is among both.
async fn walked(query: &ListQuery, page: impl AsyncFn(&ListQuery) -> (Vec<String>, Option<String>, Option<String>)) -> (Vec<String>, bool) {
    let mut query = query.clone();
    let (mut keys, mut previous, mut next) = page(&query).await;
    let mut pages = vec![keys.clone()];
    while pages.len() < PAGES
        && let Some(cursor) = next.take()
    {
        query.page = cursor;
        let read = page(&query).await;
        keys.extend(read.0.clone());
        pages.push(read.0);
        (previous, next) = (read.1, read.2);
    }
    let ended = next.is_none();
    for expected in pages.iter().rev().skip(1) {
        query.page = previous.take().unwrap();
        let read = page(&query).await;
        assert_eq!(read.0, *expected, "back on {query:?}");
        previous = read.1;
    }
    (keys, ended)
}

/// Walks the list and holds it against the keys that it should have.
async fn agrees(query: &ListQuery, expected: &[String], page: impl AsyncFn(&ListQuery) -> (Vec<String>, Option<String>, Option<String>)) {
    let (keys, ended) = walked(query, page).await;
    assert_eq!(keys, expected[..keys.len().min(expected.len())], "{query:?}");
    assert!(!ended || keys.len() == expected.len(), "{query:?} ended after {} of {}", keys.len(), expected.len());
}

/// An exact count is right, and another one is given only where it is true.
fn counts(query: &ListQuery, count: Count, expected: usize) {
    match count {
        Count::Exactly(count) => assert_eq!(count as usize, expected, "{query:?}"),
        Count::MoreThan(count) => assert!(expected > count as usize, "{query:?}"),
    }
}

on_both! {
    async fn every_way_to_read_review_rewards_finds_the_same(db: &TestDb) {
        let all = Everything::read(db).await;
        for (at, filters) in REWARDS.iter().enumerate() {
            for (turn, month) in MONTHS.iter().enumerate() {
                // Each filter and month by one sort, each filter by every sort.
                let sort = ["-recorded", "recorded", "-amount", "amount"][(at + turn) % 4];
                let query = query(&[month, filters], sort);
                let matching: Vec<&rewards::Model> = all.rewards.iter().filter(|row| all.takes_reward(row, &query)).collect();
                let expected = sorted(matching, sort.starts_with('-'), |row| {
                    (if sort.ends_with("amount") { row.amount } else { row.created_at }, row.id)
                });
                let read = async |query: &ListQuery| {
                    let list = screens::rewards::list(db, &all.company, query, NOW).await.unwrap();
                    counts(query, list.count, expected.len());
                    if list.count.is_exact() {
                        let sum: i64 = list.totals.iter().flatten().map(|sum| sum.minor).sum();
                        let declined = query.filter("status") == "declined";
                        let counts = expected.iter().filter(|row| declined || row.state != "declined");
                        assert_eq!(sum, counts.map(|row| row.amount).sum::<i64>(), "{query:?}");
                    }
                    (list.page.rows.into_iter().map(|row| row.key).collect(), list.page.previous, list.page.next)
                };
                let keys: Vec<String> = expected.iter().map(|row| row.key.clone()).collect();
                agrees(&query, &keys, read).await;
            }
        }
    }

    async fn every_way_to_read_all_partners_finds_the_same(db: &TestDb) {
        let all = Everything::read(db).await;
        let sorts = views::partners::PARTNER_SORTS.iter().flat_map(|sort| [(*sort).to_owned(), format!("-{sort}")]);
        for sort in sorts {
            for filters in PARTNERS {
                let query = query(&[filters], &sort);
                let matching: Vec<&partnerships::Model> = all.partners.values().filter(|row| all.takes_partner(row, &query)).collect();
                let expected = sorted(matching, sort.starts_with('-'), |row| {
                    let (number, text) = match sort.trim_start_matches('-') {
                        "name" => (0, row.search.clone()),
                        "owner" => (0, row.email.clone()),
                        "group" => (row.joined_at, all.groups[&row.group_id].clone()),
                        "signups" => (row.signups, String::new()),
                        "paid" => (row.paid_customers, String::new()),
                        "active" => (row.last_active_at, String::new()),
                        "joined" => (row.joined_at, String::new()),
                        _ => (row.revenue, String::new()),
                    };
                    (text, number, row.id)
                });
                let read = async |query: &ListQuery| {
                    let list = screens::partners::list(db, &all.company, query).await.unwrap();
                    counts(query, list.count, expected.len());
                    (list.page.rows.into_iter().map(|row| row.key).collect(), list.page.previous, list.page.next)
                };
                let keys: Vec<String> = expected.iter().map(|row| row.partner_key.clone()).collect();
                agrees(&query, &keys, read).await;
            }
        }
    }

    async fn a_download_has_all_that_a_search_finds_also_where_the_list_looks_at_the_first(db: &TestDb) {
        let all = Everything::read(db).await;
        for search in ["name1", "buyer1", "co", "sale-7", "rwd-12"] {
            let query = query(&[&[("month", "all")]], "");
            let query = ListQuery { search: search.to_owned(), ..query };
            let expected = all.rewards.iter().filter(|row| all.takes_reward(row, &query)).count();
            let condition = data::rewards::list::filter_of(db.read(), &all.company, &query, NOW).await.unwrap();
            let found = rewards::Entity::find().filter(condition).all(db.read()).await.unwrap();
            assert_eq!(found.len(), expected, "{search}");
            let shown = screens::rewards::list(db, &all.company, &query, NOW).await.unwrap();
            counts(&query, shown.count, expected);
            assert!(search != "name1" || !shown.count.is_exact(), "the list looked at all of them");
        }
    }
}
