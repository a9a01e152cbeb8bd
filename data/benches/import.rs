//! An import of transactions with their receipts and rewards, against a loop of prepared statements that writes the same rows in
//! a transaction of the same size. `bench/import.sh` runs it; the result is Markdown on stdout.
#![allow(clippy::unwrap_used)]
#![expect(clippy::print_stdout, reason = "its result is its output")]

mod support;

use data::act::{Act, Actor};
use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Instant as Clock;

use data::sales::transactions::Sale;
use data::store::entities::{audit, customers, partnerships, receipts, reward_counts, rewards, transactions};
use data::testing::TestDb;
use data::{Db, installation};
use domain::states::AttributionSource;
use domain::{Currency, Instant, Money};
use exchange::imports::{self, Kind, Options};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn, Statement, Value,
};
use support::{cpu_seconds, median, numbers};
use uuid::Uuid;

const PROGRAMME: &str = r#"
[company]
key = "bench"
name = "Bench"
timezone = "America/New_York"
currency = "USD"
[[groups]]
key = "all"
name = "All"
[[offers]]
key = "share"
group = "all"
description = "20 % of every payment in a customer's first 12 months, and 5.00 for the first"
effective_from = 2026-01-01T00:00:00Z
[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
limit = "12 months"
min_amount = "10.00"
[[offers.triggers]]
key = "first"
event = "transaction"
flat = "5.00"
limit = "first purchase"
[[offers]]
key = "bonus"
description = "1 % of large payments, after two weeks"
effective_from = 2026-01-01T00:00:00Z
[[offers.triggers]]
key = "large"
event = "transaction"
percent = "1"
min_amount = "900.00"
hold_days = 14
cap_per_month = "50.00"
"#;

#[tokio::main]
async fn main() {
    let numbers = numbers();
    let argument = |place: usize, default: usize| numbers.get(place).copied().unwrap_or(default);
    let (sales, rounds) = (argument(0, 100_000), argument(1, 5));
    println!(
        "| database | transactions | rows written | prepared statements | import | its rate ÷ the loop's, median of {rounds} | least, most | loop ÷ loop | own processor, ÷ the loop's |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        run(&db, sales, rounds).await;
        db.remove().await;
    }
    let sales = argument(2, 250_000);
    println!();
    println!("While a file is imported, somebody records sales of its customers, one after the other, through a connection of their own:");
    println!();
    println!("| database | file | import | sales by hand | half of them within | the longest |");
    println!("|---|---|---|---|---|---|");
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        waits(&db, sales).await;
        db.remove().await;
    }
}

/// How long other writes take during an import, each of a customer that the file names.
async fn waits(db: &TestDb, sales: usize) {
    let start = Instant::parse("2026-03-31T20:00:00Z").unwrap();
    let (company, buyers) = company(db, sales, start).await;
    let file = file_of_sales(sales, buyers);
    let bytes = file.len();
    let (other, runtime, ours) = (Db::connect(db.url()).await.unwrap(), tokio::runtime::Handle::current(), Db::clone(db));
    let clock = Clock::now();
    let work = tokio::task::spawn_blocking(move || runtime.block_on(import(&ours, company, Kind::Transactions, &file, start)));
    let mut took = Vec::new();
    while !work.is_finished() {
        let sale = Sale {
            key: format!("hand-{}", took.len()),
            customer_key: format!("c{}", took.len() * 37 % buyers),
            amount: Money::new(1_999, Currency::USD),
            occurred_at: start,
            product_key: None,
            category_key: None,
        };
        let clock = Clock::now();
        data::sales::transactions::record(&other, &Act::named(company, "bench", start), &sale, AttributionSource::Manual).await.unwrap();
        took.push(clock.elapsed().as_secs_f64());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    work.await.unwrap();
    let seconds = clock.elapsed().as_secs_f64();
    other.close().await.unwrap();
    let longest = took.iter().copied().fold(0.0, f64::max);
    println!(
        "| {} | {:.0} MB, {sales} rows | {seconds:.1} s | {} | {:.3} s | **{longest:.2} s** |",
        db.kind(),
        bytes as f64 / 1e6,
        took.len(),
        median(&took),
    );
}

/// A company with partners and customers for so many sales, and the number of the customers.
async fn company(db: &Db, sales: usize, start: Instant) -> (Uuid, usize) {
    installation::init(db, installation::Mode::Sandbox { start }).await.unwrap();
    data::programme::apply(db, PROGRAMME, false, Actor::Named("bench"), start).await.unwrap();
    let company = data::programme::companies::find_by_key(db.read(), "bench").await.unwrap().id;
    let (partners, buyers) = ((sales / 100).max(1), (sales / 10).max(1));
    let mut file = "partner_key,name,email,first_name,last_name,group\n".to_owned();
    (0..partners).for_each(|at| writeln!(file, "p{at},Partner {at},p{at}@partners.example,,,all").unwrap());
    import(db, company, Kind::Partners, &file, start).await;
    let mut file = "customer_key,name,email,partner_key,created_at\n".to_owned();
    (0..buyers).for_each(|at| writeln!(file, "c{at},Buyer {at},c{at}@buyers.example,p{},2026-03-01T00:00:00Z", at % partners).unwrap());
    import(db, company, Kind::Customers, &file, start).await;
    (company, buyers)
}

async fn run(db: &Db, sales: usize, rounds: usize) {
    let start = Instant::parse("2026-03-31T20:00:00Z").unwrap();
    let (company, buyers) = company(db, sales, start).await;
    let file = file_of_sales(sales, buyers);

    // Once to warm up, and for the rows that the loop writes: nothing else is in its tables (customers have receipts too).
    reset(db).await;
    import(db, company, Kind::Transactions, &file, start).await;
    let rows = Rows::of(db).await;
    assert!(!rows.inserts.is_empty());
    let written = sums(db).await;
    let (mut loops, mut ours, mut ratios, mut same, mut cpu) = (vec![], vec![], vec![], vec![], [0.0, 0.0]);
    for _ in 0..rounds {
        // A B B A: what drifts meets both sides alike.
        let mut took = Vec::new();
        for imports in [false, true, true, false] {
            reset(db).await;
            let (clock, before) = (Clock::now(), cpu_seconds());
            if imports {
                import(db, company, Kind::Transactions, &file, start).await
            } else {
                rows.write(db).await
            }
            took.push(clock.elapsed().as_secs_f64());
            cpu[usize::from(imports)] += cpu_seconds() - before;
            assert_eq!(sums(db).await, written, "both sides write the same rows");
        }
        loops.push((took[0] + took[3]) / 2.0);
        ours.push((took[1] + took[2]) / 2.0);
        ratios.push((took[0] + took[3]) / (took[1] + took[2]));
        same.push(took[3] / took[0]);
        eprintln!("{}: loop, import, import, loop {took:.2?} s", db.kind());
    }
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    println!(
        "| {} | {sales} | {} | {:.2} s | {:.2} s | **{:.2}** | {least:.2}, {most:.2} | {:.2} | {:.2} |",
        db.kind(),
        rows.inserts.len() + rows.updates.len(),
        median(&loops),
        median(&ours),
        median(&ratios),
        median(&same),
        cpu[1] / cpu[0],
    );
}

/// Sales of 5.00 to 1,004.99 over March, one in fifty refunded in part.
fn file_of_sales(sales: usize, buyers: usize) -> String {
    let mut file = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n".to_owned();
    for at in 0..sales {
        let (second, cents) = (at % 2_500_000, 500 + at * 7_919 % 100_000);
        let when = format!("2026-03-{:02}T{:02}:{:02}:{:02}Z", 2 + second / 86_400, second / 3_600 % 24, second / 60 % 60, second % 60);
        if at % 50 == 49 {
            writeln!(file, "t{at},c{},-1.00,USD,{when},,,t{}", (at - 1) % buyers, at - 1).unwrap();
        } else {
            writeln!(file, "t{at},c{},{}.{:02},USD,{when},plan-{},books,", at % buyers, cents / 100, cents % 100, at % 7).unwrap();
        }
    }
    file
}

async fn import(db: &Db, company: Uuid, kind: Kind, file: &str, now: Instant) {
    let input = Cursor::new(file.to_owned().into_bytes());
    let report = imports::import(db, &Act::named(company, "bench", now), kind, input, Options::default(), Arc::new(|_| ())).await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

/// What an import has written, as prepared statements with their values, in an order that the foreign keys allow.
struct Rows {
    inserts: Vec<(usize, Vec<Value>)>,
    updates: Vec<(usize, Vec<Value>)>,
    statements: Vec<String>,
}

impl Rows {
    async fn of(db: &Db) -> Rows {
        let mut rows = Rows { inserts: Vec::new(), updates: Vec::new(), statements: Vec::new() };
        rows.inserts::<transactions::Entity>(db).await;
        rows.inserts::<receipts::Entity>(db).await;
        rows.inserts::<rewards::Entity>(db).await;
        rows.inserts::<reward_counts::Entity>(db).await;
        rows.inserts.sort_by_key(|(statement, _)| *statement);
        let postgres = db.read().get_database_backend() == DbBackend::Postgres;
        let place = |at: usize| if postgres { format!("${at}") } else { "?".to_owned() };
        let customers = customers::Entity::find().all(db.read()).await.unwrap();
        rows.statements.push(format!(
            "UPDATE customers SET transactions = {}, first_purchase_at = {} WHERE id = {}",
            place(1),
            place(2),
            place(3)
        ));
        let statement = rows.statements.len() - 1;
        rows.updates.extend(
            customers.into_iter().map(|row| (statement, vec![row.transactions.into(), row.first_purchase_at.into(), row.id.into()])),
        );
        let partners = partnerships::Entity::find().all(db.read()).await.unwrap();
        rows.statements.push(format!(
            "UPDATE partnerships SET paid_customers = {}, revenue = {}, last_active_at = {} WHERE id = {}",
            place(1),
            place(2),
            place(3),
            place(4)
        ));
        let statement = rows.statements.len() - 1;
        rows.updates.extend(
            partners
                .into_iter()
                .map(|row| (statement, vec![row.paid_customers.into(), row.revenue.into(), row.last_active_at.into(), row.id.into()])),
        );
        rows
    }

    async fn inserts<E>(&mut self, db: &Db)
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E> + Send + Sync,
    {
        let postgres = db.read().get_database_backend() == DbBackend::Postgres;
        let columns: Vec<E::Column> = E::Column::iter().collect();
        let names: Vec<&str> = columns.iter().map(sea_orm::IdenStatic::as_str).collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| if postgres { format!("${at}") } else { "?".to_owned() }).collect();
        let table = sea_orm::EntityName::table_name(&E::default()).to_owned();
        self.statements.push(format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", ")));
        let statement = self.statements.len() - 1;
        let mut select = E::find();
        for key in E::PrimaryKey::iter() {
            select = sea_orm::QueryOrder::order_by_asc(select, key.into_column());
        }
        let mut all = select.all(db.read()).await.unwrap();
        // What takes something else of its table back comes after it.
        let back = columns.iter().find(|column| matches!(column.as_str(), "refund_of" | "reverses"));
        all.sort_by_key(|row| back.is_some_and(|column| row.get(*column) != Value::Uuid(None)));
        for row in all {
            self.inserts.push((statement, columns.iter().map(|column| row.get(*column)).collect()));
        }
    }

    /// One row after the other, each by the prepared statement of its table.
    async fn write(&self, db: &Db) {
        let tx = db.begin().await.unwrap();
        let backend = tx.get_database_backend();
        for (statement, values) in self.inserts.iter().chain(&self.updates) {
            tx.execute_raw(Statement::from_sql_and_values(backend, self.statements[*statement].as_str(), values.iter().cloned()))
                .await
                .unwrap();
        }
        let row = audit::Model {
            id: Uuid::now_v7(),
            company_id: None,
            at: 0,
            author: "bench".into(),
            action: "transactions_imported".into(),
            subject_kind: "import".into(),
            subject: "transactions".into(),
            detail: "{}".into(),
        };
        sea_orm::IntoActiveModel::into_active_model(row).reset_all().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Takes everything back that an import of transactions writes.
async fn reset(db: &Db) {
    let postgres = db.read().get_database_backend() == DbBackend::Postgres;
    let tx = db.begin().await.unwrap();
    if postgres {
        tx.execute_unprepared("TRUNCATE transactions, voids, receipts, rewards, reward_records, reward_counts").await.unwrap();
    } else {
        for table in ["reward_counts", "rewards", "receipts", "transactions"] {
            tx.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
        }
    }
    tx.execute_unprepared("DELETE FROM audit WHERE action = 'transactions_imported'").await.unwrap();
    tx.execute_unprepared("UPDATE customers SET transactions = 0, first_purchase_at = NULL").await.unwrap();
    tx.execute_unprepared("UPDATE partnerships SET paid_customers = 0, revenue = 0, last_active_at = joined_at").await.unwrap();
    tx.commit().await.unwrap();
    db.read().execute_unprepared(if postgres { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" }).await.unwrap();
}

/// How many rows there are in the tables that matter, and what they sum to.
async fn sums(db: &Db) -> Vec<i64> {
    let mut sums = Vec::new();
    for sql in [
        "SELECT CAST(COUNT(*) AS BIGINT) FROM transactions",
        "SELECT CAST(SUM(amount + seq * 7) AS BIGINT) FROM transactions",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM receipts",
        "SELECT CAST(SUM(LENGTH(decision)) AS BIGINT) FROM receipts",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM rewards",
        "SELECT CAST(SUM(fingerprint % 1000003) AS BIGINT) FROM rewards",
        "SELECT CAST(SUM(amount) AS BIGINT) FROM rewards",
        "SELECT CAST(SUM(rewards) AS BIGINT) FROM reward_counts",
        "SELECT CAST(SUM(transactions + first_purchase_at % 1000003) AS BIGINT) FROM customers",
        "SELECT CAST(SUM(revenue + paid_customers * 7 + last_active_at % 1000003) AS BIGINT) FROM partnerships",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE action = 'transactions_imported'",
    ] {
        let statement = Statement::from_string(db.read().get_database_backend(), sql);
        let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
        sums.push(row.try_get_by_index(0).unwrap());
    }
    sums
}
