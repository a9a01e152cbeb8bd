//! Month end and charge of many rewards, against bare INSERT … SELECT … GROUP BY statements that write the same rows into
//! the same database. `bench/month_end.sh` runs it; the result is a Markdown table on stdout.
#![allow(clippy::unwrap_used)]
#![expect(clippy::print_stdout, reason = "its result is its output")]

use data::act::Actor;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use async_trait::async_trait;
use data::billing::charges;
use data::due::month_end;
use data::people::accounts::{Place, add_user};
use data::rewards::{Origin, from_draft, insert_rewards};
use data::store::entities::{partners, partnerships};
use data::store::insert_all;
use data::testing::TestDb;
use data::work::{Mailer, QueuedMail, Work, Worker};
use data::{Db, installation, transact};
use domain::decision::RewardDraft;
use domain::states::{CompanyRole, RewardSource, RewardState};
use domain::{Currency, Instant, Money, Month, ids};
use sea_orm::{ConnectionTrait, IntoActiveModel, Statement};
use uuid::Uuid;

struct Nobody;

#[async_trait]
impl Mailer for Nobody {
    async fn deliver(&self, _: &QueuedMail) -> Result<(), String> {
        Ok(())
    }
}

/// The tables, besides the partners' totals, that a month end writes partner by partner.
const COPIED: [&str; 4] = ["payouts", "ledger_transfers", "ledger_entries", "outbox"];

const RESET: [&str; 11] = [
    "DELETE FROM outbox",
    "DELETE FROM ledger_entries",
    "DELETE FROM ledger_transfers",
    "DELETE FROM payouts",
    "DELETE FROM charge_attempts",
    "DELETE FROM simulated_requests",
    "DELETE FROM invoice_partners",
    "DELETE FROM invoices",
    "DELETE FROM audit",
    "UPDATE companies SET open_month = 202603, invoice_count = 0, open_month_ends_at = 1775001600000",
    "UPDATE installation SET sandbox_now = 1773100800000",
];

#[tokio::main]
async fn main() {
    // What the runner of benches adds ("--bench") is not ours.
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let argument = |place: usize, default: usize| numbers.get(place).copied().unwrap_or(default);
    let (rewards, partners, rounds) = (argument(0, 1_000_000), argument(1, 20_000), argument(2, 7));
    println!("| database | rewards | partners | bare statements | month end and charge | ratio, median of {rounds} | bare ÷ bare |");
    println!("|---|---|---|---|---|---|---|");
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        run(&db, rewards, partners, rounds).await;
        db.remove().await;
    }
}

async fn run(db: &TestDb, rewards: usize, partners: usize, rounds: usize) {
    let start = Instant::parse("2026-03-10T00:00:00Z").unwrap();
    installation::init(db, installation::Mode::Sandbox { start }).await.unwrap();
    let company = fill(db, rewards, partners, start).await;
    let worker = exchange::worker(db, Arc::new(Nobody), Duration::from_secs(60));

    // Once to warm up, and for the rows that the bare statements copy.
    month(db, &worker, company).await;
    let written = sums(db).await;
    let tx = db.begin().await.unwrap();
    for table in COPIED.iter().chain(&["invoices"]) {
        tx.execute_unprepared(&format!("CREATE TABLE copy_{table} AS SELECT * FROM {table}")).await.unwrap();
    }
    tx.commit().await.unwrap();

    let (mut bare_times, mut month_times, mut ratios, mut same) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        // A B B A: what drifts meets both sides alike.
        let first = bare(db, company).await;
        assert_eq!(sums(db).await, written, "both sides write the same rows");
        let ours = month(db, &worker, company).await;
        assert_eq!(sums(db).await, written, "both sides write the same rows");
        let again = month(db, &worker, company).await;
        let last = bare(db, company).await;
        let (bare, ours) = ((first + last) / 2.0, (ours + again) / 2.0);
        bare_times.push(bare);
        month_times.push(ours);
        ratios.push(ours / bare);
        same.push(last / first);
    }
    println!(
        "| {} | {rewards} | {partners} | {:.2} s | {:.2} s | **{:.2}** | {:.2} |",
        db.kind(),
        median(bare_times),
        median(month_times),
        median(ratios),
        median(same)
    );
}

/// From the end of the month to the charged invoice: lines, partner totals, seal, ledger, payouts, mails, audit.
async fn month(db: &Db, worker: &Worker, company: Uuid) -> f64 {
    reset(db).await;
    let (ends, due) = (Instant::parse("2026-04-01T00:00:00Z").unwrap(), Instant::parse("2026-04-08T00:00:00Z").unwrap());
    let (clock, cpu) = (Clock::now(), cpu_seconds());
    month_end::close_month(db, company, ends).await.unwrap().unwrap();
    let closed = clock.elapsed();
    let mut work = Work::default();
    charges::start_due(db, company, due, &mut work).await.unwrap();
    assert_eq!(work.charges_started, 1);
    let frozen = clock.elapsed();
    charges::ask_due(db, worker, company, due, &mut work).await.unwrap();
    assert_eq!(work.charges_done, 1);
    let charged = clock.elapsed();
    let cpu = cpu_seconds() - cpu;
    eprintln!("{}: closed after {closed:.2?}, frozen after {frozen:.2?}, charged after {charged:.2?}, own processor {cpu:.2} s", db.kind());
    charged.as_secs_f64()
}

/// The same rows by bare statements: the partners' totals grouped from the rewards, the rest copied.
async fn bare(db: &Db, company: Uuid) -> f64 {
    reset(db).await;
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared("INSERT INTO invoices SELECT * FROM copy_invoices").await.unwrap();
    tx.commit().await.unwrap();
    let (clock, cpu) = (Clock::now(), cpu_seconds());
    let tx = db.begin().await.unwrap();
    let company = if db.kind() == "SQLite" { format!("x'{}'", company.simple()) } else { format!("'{company}'::uuid") };
    tx.execute_unprepared(&format!(
        "INSERT INTO invoice_partners (invoice_id, partnership_id, company_id, total, lines, fingerprint, carried_in, payout, carried_out) \
         SELECT (SELECT id FROM copy_invoices), partnership_id, {company}, SUM(amount), COUNT(*), SUM(fingerprint), 0, SUM(amount), 0 \
         FROM rewards WHERE company_id = {company} AND invoice_month = 202603 AND currency = 'USD' AND state IN ('pending', 'approved') \
         GROUP BY partnership_id"
    ))
    .await
    .unwrap();
    for table in COPIED {
        tx.execute_unprepared(&format!("INSERT INTO {table} SELECT * FROM copy_{table}")).await.unwrap();
    }
    tx.commit().await.unwrap();
    let took = clock.elapsed();
    let cpu = cpu_seconds() - cpu;
    eprintln!("{}: bare statements took {took:.2?}, own processor {cpu:.2} s", db.kind());
    took.as_secs_f64()
}

async fn reset(db: &Db) {
    let tx = db.begin().await.unwrap();
    for statement in RESET {
        tx.execute_unprepared(statement).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// How many rows there are in the tables that matter, and what they sum to.
async fn sums(db: &Db) -> Vec<i64> {
    let mut sums = Vec::new();
    for sql in [
        "SELECT CAST(COUNT(*) AS BIGINT) FROM invoice_partners",
        "SELECT CAST(SUM(payout) AS BIGINT) FROM invoice_partners",
        "SELECT CAST(SUM(fingerprint % 1000003) AS BIGINT) FROM invoice_partners",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM payouts",
        "SELECT CAST(SUM(amount) AS BIGINT) FROM payouts",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM ledger_entries",
        "SELECT CAST(SUM(ABS(amount)) AS BIGINT) FROM ledger_entries",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox",
        "SELECT CAST(SUM(LENGTH(body)) AS BIGINT) FROM outbox",
    ] {
        let statement = Statement::from_string(db.read().get_database_backend(), sql);
        let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
        sums.push(row.try_get_by_index(0).unwrap());
    }
    sums
}

async fn fill(db: &Db, rewards: usize, partners: usize, now: Instant) -> Uuid {
    const CHUNK: usize = 20_000;
    let programme =
        "[company]\nkey = \"big\"\nname = \"Big\"\ntimezone = \"UTC\"\ncurrency = \"USD\"\n[[groups]]\nkey = \"all\"\nname = \"All\"\n";
    data::programme::apply(db, programme, false, Actor::Named("bench"), now).await.unwrap();
    let company = data::programme::companies::find_by_key(db.read(), "big").await.unwrap().id;
    add_user(db, Place::Company(company, CompanyRole::Owner), "owner@big.example", None, None, Actor::Named("bench"), now).await.unwrap();
    let group = data::programme::groups::ids_by_key(db.read(), company).await.unwrap()["all"];
    let ids: Vec<Uuid> = (0..partners).map(|number| ids::derive(now, &["bench", &number.to_string()])).collect();
    transact!(db, |tx| {
        insert_all(tx, ids.iter().enumerate().map(|(number, id)| partner(*id, number, now).into_active_model())).await?;
        insert_all(tx, ids.iter().enumerate().map(|(number, id)| partnership(*id, number, company, group, now).into_active_model())).await
    })
    .unwrap();
    for begin in (0..rewards).step_by(CHUNK) {
        let rows: Vec<_> = (begin..rewards.min(begin + CHUNK)).map(|number| reward(number, company, group, &ids, now)).collect();
        transact!(db, |tx| { insert_rewards(tx, rows.clone()).await }).unwrap();
    }
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared("ANALYZE").await.unwrap();
    tx.commit().await.unwrap();
    company
}

fn partner(id: Uuid, number: usize, now: Instant) -> partners::Model {
    partners::Model {
        id,
        key: domain::ids::short_key(id),
        name: format!("Partner {number}"),
        email: format!("p{number}@partners.example"),
        created_at: now.0,
    }
}

fn partnership(id: Uuid, number: usize, company: Uuid, group: Uuid, now: Instant) -> partnerships::Model {
    partnerships::Model {
        id,
        company_id: company,
        partner_id: id,
        partner_key: format!("p{number}"),
        name: format!("Partner {number}"),
        email: format!("p{number}@partners.example"),
        first_name: String::new(),
        last_name: String::new(),
        group_id: group,
        status: "approved".to_owned(),
        tags: "[]".to_owned(),
        manager: None,
        payout_method: "bank".to_owned(),
        settlement_days: 3,
        payout_account: None,
        signups: 0,
        paid_customers: 0,
        revenue: 0,
        last_active_at: now.0,
        joined_at: now.0,
        search: format!("partner {number}"),
        held: 0,
    }
}

fn reward(number: usize, company: Uuid, group: Uuid, partners: &[Uuid], now: Instant) -> data::store::entities::rewards::Model {
    let cause = number.to_string();
    let minor = i64::try_from(number % 9973).unwrap() + 1;
    let draft = RewardDraft {
        partnership_id: partners[number % partners.len()],
        offer_id: None,
        offer_version_id: None,
        trigger_key: None,
        amount: Money::new(minor, Currency::USD),
        description: "20 % of a sale".to_owned(),
        state: RewardState::Pending,
        state_reason: None,
        ready_at: None,
        reverses: None,
    };
    let origin = Origin {
        company_id: company,
        cause: &cause,
        source: RewardSource::Manual,
        group_id: group,
        customer_id: None,
        transaction_id: None,
        change_id: None,
        invoice_month: Month(202_603),
        occurred_at: now,
        created_at: now.plus_ms(i64::try_from(number).unwrap()),
        actor: Actor::Named("bench"),
    };
    from_draft(&origin, &draft)
}

/// Processor time of this process so far, SQLite's included: what other work on the machine does not blur.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: f64 = after_name.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
