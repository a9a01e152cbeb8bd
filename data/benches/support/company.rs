//! A company with two years behind it, written by a few statements: as many rewards as partners, in 24 months, three
//! currencies, four groups and every state, in shares that do not depend on how many there are.
#![allow(clippy::unwrap_used)]

use data::act::Actor;
use data::store::entities::companies::{self, Model};
use data::{Db, transact};
use domain::Instant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use uuid::Uuid;

/// The middle of November 2026: October is in review, November accumulates.
pub const NOW: Instant = Instant(1_794_744_000_000);
pub const DECEMBER_2024: i64 = 1_733_011_200_000;
const DECEMBER_2026: i64 = 1_796_083_200_000;

/// Writes the company, or finds it where an earlier run has left it.
pub async fn filled(db: &Db, rows: usize) -> Model {
    if let Ok(company) = data::programme::companies::find_by_key(db.read(), "bench").await {
        return company;
    }
    let profile = data::programme::companies::Profile {
        name: Some("Bench".into()),
        timezone: Some("UTC".into()),
        currency: Some("USD".into()),
        ..Default::default()
    };
    let id = data::programme::companies::create(db, "bench", &profile, Actor::Named("bench"), Instant(DECEMBER_2024)).await.unwrap();
    companies::Entity::update_many()
        .col_expr(companies::Column::OpenMonth, Expr::value(202_611))
        .col_expr(companies::Column::OpenMonthEndsAt, Expr::value(DECEMBER_2026))
        .filter(companies::Column::Id.eq(id))
        .exec(db.read())
        .await
        .unwrap();
    let sql = Sql { postgres: db.kind() == "PostgreSQL", company: id, rows: i64::try_from(rows).unwrap() };
    for statement in sql.statements() {
        transact!(db, |tx| {
            tx.execute_unprepared(&statement).await?;
            Ok(())
        })
        .unwrap();
    }
    db.read().execute_unprepared(if sql.postgres { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" }).await.unwrap();
    data::programme::companies::get(db.read(), id).await.unwrap()
}

/// Rows that PostgreSQL has read so far in this database; 0 on SQLite, which does not say.
pub async fn rows_read(db: &Db) -> i64 {
    if db.read().get_database_backend() != DbBackend::Postgres {
        return 0;
    }
    let sql = "SELECT pg_stat_force_next_flush(), tup_returned + tup_fetched FROM pg_stat_database WHERE datname = current_database()";
    let statement = sea_orm::Statement::from_string(DbBackend::Postgres, sql);
    db.read().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(1).unwrap()
}

struct Sql {
    postgres: bool,
    company: Uuid,
    rows: i64,
}

/// A number below `most` that looks drawn at random, another one for each `seed`.
fn drawn(seed: u32, most: i64) -> String {
    let primes = [48_271, 16_807, 69_621, 39_373, 44_485, 30_269];
    format!("(((i * {} + {seed}) % 999983) % {most})", primes[seed as usize % primes.len()])
}

impl Sql {
    fn series(&self, rows: i64) -> String {
        if self.postgres {
            format!("generate_series(0::bigint, {}) AS s(i)", rows - 1)
        } else {
            let last = rows - 1;
            format!("(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < {last}) SELECT i FROM s) AS s")
        }
    }

    fn id(&self, kind: u8, number: &str) -> String {
        if self.postgres {
            format!("('0000000{kind}' || lpad(to_hex({number}), 24, '0'))::uuid")
        } else {
            format!("unhex('0000000{kind}' || printf('%024x', {number}))")
        }
    }

    fn company(&self) -> String {
        if self.postgres { format!("'{}'::uuid", self.company) } else { format!("x'{}'", self.company.simple()) }
    }

    fn bytes(&self, text: &str) -> String {
        if self.postgres { format!("convert_to({text}, 'UTF8')") } else { format!("CAST({text} AS BLOB)") }
    }

    fn statements(&self) -> Vec<String> {
        let mut all = vec![self.groups(), self.partners(), self.partnerships(), self.customers(), self.transactions(), self.invoices()];
        let partner_words =
            ["'name' || ((i * 7919) % 1000003)", "'co'", "'p' || i", "'m' || ((i * 104729) % 1000003) || '@partners.example'"];
        all.extend(partner_words.iter().map(|word| self.terms("partner", 2, word, self.rows, "1 = 1")));
        all.push(self.terms("partner", 2, "'#vip'", self.rows, "i % 500 = 3"));
        let customer_words = ["'buyer' || ((i * 7919) % 1000003)", "'c' || i"];
        all.extend(customer_words.iter().map(|word| self.terms("customer", 4, word, self.customers_count(), "1 = 1")));
        all.push(self.rewards());
        all.extend(["invoice_month", "0"].map(|month| self.counts(month)));
        all.push(self.held());
        all
    }

    fn held(&self) -> String {
        let company = self.company();
        format!(
            "WITH held AS (SELECT partnership_id, COUNT(*) AS rewards FROM rewards WHERE company_id = {company} AND state = 'hold' GROUP BY partnership_id) \
             UPDATE partnerships SET held = held.rewards FROM held WHERE partnerships.id = held.partnership_id"
        )
    }

    /// What the product counts in the transaction of each reward.
    fn counts(&self, month: &str) -> String {
        let (kind, no_offer) = ("currency, state, group_id, source", self.id(0, "0"));
        let grouped = if month == "0" { kind.to_owned() } else { format!("{month}, {kind}") };
        format!(
            "INSERT INTO reward_counts (company_id, invoice_month, {kind}, offer_id, rewards, total) \
             SELECT {company}, {month}, {kind}, {no_offer}, COUNT(*), SUM(amount) FROM rewards WHERE company_id = {company} GROUP BY {grouped}",
            company = self.company(),
        )
    }

    /// Those who have rewards; the rest of the partners has none yet.
    fn active(&self) -> i64 {
        (self.rows / 50).max(20)
    }

    fn customers_count(&self) -> i64 {
        (self.rows / 10).max(20)
    }

    fn groups(&self) -> String {
        let (id, company, series) = (self.id(1, "i"), self.company(), self.series(4));
        format!(
            "INSERT INTO groups (id, company_id, key, name, created_at) SELECT {id}, {company}, 'g' || i, 'Group ' || i, 0 FROM {series}"
        )
    }

    fn partners(&self) -> String {
        let (id, series) = (self.id(3, "i"), self.series(self.rows));
        format!(
            "INSERT INTO partners (id, key, name, email, created_at) SELECT {id}, 'p' || i, 'Name' || i, 'm' || i || '@partners.example', 0 FROM {series}"
        )
    }

    /// One in two hundred is in the fourth group.
    fn group(&self) -> String {
        let draw = drawn(1, 1_000);
        self.id(1, &format!("CASE WHEN {draw} < 5 THEN 3 ELSE {draw} % 3 END"))
    }

    fn partnerships(&self) -> String {
        let (id, partner, group) = (self.id(2, "i"), self.id(3, "i"), self.group());
        let (company, series) = (self.company(), self.series(self.rows));
        format!(
            "INSERT INTO partnerships (id, company_id, partner_id, partner_key, name, email, first_name, last_name, group_id, status, tags, \
               payout_method, settlement_days, signups, paid_customers, revenue, last_active_at, joined_at, search) \
             SELECT {id}, {company}, {partner}, 'p' || i, 'Name' || ((i * 7919) % 1000003) || ' Co', 'm' || ((i * 104729) % 1000003) || '@partners.example', \
               '', '', {group}, CASE WHEN i % 200 = 1 THEN 'declined' WHEN i % 20 = 2 THEN 'archived' ELSE 'approved' END, CASE WHEN i % 500 = 3 THEN '[\"vip\"]' ELSE '[]' END, \
               'bank', 0, \
               (i * 31) % 5000, (i * 17) % 900, (i * 7907) % 1000000, {DECEMBER_2024} + ((i * 7927) % 1000003) * 60000, \
               {DECEMBER_2024} + i * ({span} / {rows}), 'name' || ((i * 7919) % 1000003) || ' co m p' || i FROM {series}",
            span = DECEMBER_2026 - DECEMBER_2024,
            rows = self.rows,
        )
    }

    fn customers(&self) -> String {
        let (id, company, series) = (self.id(4, "i"), self.company(), self.series(self.customers_count()));
        let partnership = self.id(2, &format!("i % {}", self.active()));
        format!(
            "INSERT INTO customers (id, company_id, customer_key, name, email, partnership_id, test, source, author, created_at, recorded_at, \
               first_purchase_at, transactions, search) \
             SELECT {id}, {company}, 'c' || i, 'Buyer' || ((i * 7919) % 1000003), '', {partnership}, 1 = 0, 'import', 'bench', \
               {DECEMBER_2024} + i, {DECEMBER_2024} + i, {DECEMBER_2024} + i, 1, 'buyer' || ((i * 7919) % 1000003) FROM {series}"
        )
    }

    /// One sale of each customer.
    fn transactions(&self) -> String {
        let (id, customer, company) = (self.id(5, "i"), self.id(4, "i"), self.company());
        let (partnership, series) = (self.id(2, &format!("i % {}", self.active())), self.series(self.customers_count()));
        format!(
            "INSERT INTO transactions (id, company_id, key, customer_id, partnership_id, seq, amount, currency, occurred_at, refunded, source, \
               author, recorded_at) \
             SELECT {id}, {company}, 'sale-' || i, {customer}, {partnership}, 1, 5000, 'USD', {DECEMBER_2024} + i, 0, 'import', 'bench', \
               {DECEMBER_2024} + i FROM {series}"
        )
    }

    fn terms(&self, kind: &str, subject: u8, word: &str, rows: i64, among: &str) -> String {
        let (company, term, id, series) = (self.company(), self.bytes(word), self.id(subject, "i"), self.series(rows));
        format!(
            "INSERT INTO search_terms (company_id, kind, term, subject_id) SELECT {company}, '{kind}', {term}, {id} FROM {series} WHERE {among}"
        )
    }

    /// Of 23 months and three currencies: the last month's are in review.
    fn invoices(&self) -> String {
        let (id, company, series) = (self.id(6, "i"), self.company(), self.series(69));
        let month = month_of("(i / 3)");
        format!(
            "INSERT INTO invoices (id, company_id, seq, number, month, currency, state, issued_at, review_ends_at, charge_due_at, attempts) \
             SELECT {id}, {company}, i + 1, 'BENCH-' || (i + 1), {month}, CASE i % 3 WHEN 0 THEN 'USD' WHEN 1 THEN 'EUR' ELSE 'JPY' END, \
               CASE WHEN i / 3 = 22 THEN 'in_review' ELSE 'paid' END, {now}, {later}, {later}, 0 FROM {series}",
            now = NOW.0,
            later = NOW.0 + 5 * Instant::DAY_MS,
        )
    }

    fn rewards(&self) -> String {
        let (active, customers) = (self.active(), self.customers_count());
        let (state, source, currency) = (drawn(0, 1_000), drawn(2, 1_000), drawn(3, 100));
        // One partner has one reward in fifty, one customer one in a hundred.
        let partner = format!("CASE WHEN {0} < 2 THEN 0 ELSE {1} END", drawn(4, 100), drawn(4, active));
        let customer = format!("CASE WHEN {0} < 1 THEN 0 ELSE {1} END", drawn(5, 100), drawn(5, customers));
        let (company, group, series) = (self.company(), self.group(), self.series(self.rows));
        let month = format!("(i * 24 / {})", self.rows);
        format!(
            "INSERT INTO rewards (id, company_id, key, partnership_id, group_id, customer_id, transaction_id, source, amount, currency, \
               description, state, invoice_month, occurred_at, created_at, author, fingerprint) \
             SELECT {id}, {company}, 'rwd-' || i, {partner}, {group}, {customer}, \
               CASE WHEN {source} < 65 THEN NULL ELSE {sale} END, \
               CASE WHEN {source} < 10 THEN 'manual' WHEN {source} < 20 THEN 'refund' WHEN {source} < 25 THEN 'adjustment' \
                 WHEN {source} < 65 THEN 'customer' ELSE 'transaction' END, \
               ((i * 7907) % 99991 + 1) * CASE WHEN {source} BETWEEN 10 AND 19 THEN -1 ELSE 1 END, \
               CASE WHEN {currency} < 2 THEN 'JPY' WHEN {currency} < 12 THEN 'EUR' ELSE 'USD' END, '20 % of a sale', \
               CASE WHEN {month} = 23 THEN CASE WHEN {state} < 100 THEN 'scheduled' WHEN {state} < 120 THEN 'hold' WHEN {state} < 150 THEN 'declined' \
                   ELSE 'pending' END \
                 WHEN {month} = 22 THEN CASE WHEN {state} < 20 THEN 'hold' WHEN {state} < 50 THEN 'declined' WHEN {state} < 600 THEN 'approved' \
                   ELSE 'pending' END \
                 ELSE CASE WHEN {state} < 3 THEN 'hold' WHEN {state} < 30 THEN 'declined' WHEN {state} < 35 THEN 'paid' \
                   WHEN {state} < 900 THEN 'approved' ELSE 'pending' END END, \
               {invoice_month}, {DECEMBER_2024} + i * ({span} / {rows}), {DECEMBER_2024} + i * ({span} / {rows}), 'bench', i FROM {series}",
            id = self.id(7, "i"),
            partner = self.id(2, &partner),
            customer = self.id(4, &customer),
            sale = self.id(5, &drawn(5, customers)),
            invoice_month = month_of(&month),
            span = DECEMBER_2026 - DECEMBER_2024,
            rows = self.rows,
        )
    }
}

/// Year × 100 + month, so many months after December 2024.
fn month_of(number: &str) -> String {
    format!("(((24299 + {number}) / 12) * 100 + (24299 + {number}) % 12 + 1)")
}
