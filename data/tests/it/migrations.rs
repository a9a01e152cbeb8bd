//! What migrations make of rows that were there before.

use data::act::{Act, Actor};
use data::network::partners::set_status;
use data::store::entities::{audit, invoices, status_spans};
use data::testing::TestDb;
use data::{on_both, transact};
use domain::Instant;
use domain::states::PartnershipStatus::{Approved, Archived};
use domain::states::SimulatedOutcome;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Statement};

use crate::books::{Books, at};

/// As a program that starts does it: on connections that have prepared nothing for the schema before.
pub async fn migrate(db: &TestDb) -> data::Result<()> {
    let started = data::Db::connect(db.url()).await?;
    let outcome = started.migrate().await;
    started.close().await?;
    outcome
}

/// As if the step that added retries, statuses over time and voids had not been taken yet.
async fn before_the_rules(db: &TestDb) {
    transact!(db, |tx| {
        for sql in [
            "UPDATE invoices SET charge_due_at = retry_at WHERE retry_at IS NOT NULL",
            "ALTER TABLE invoices DROP COLUMN retry_at",
            "DROP TABLE status_spans",
            "DROP TABLE voids",
            "DROP INDEX uq_transactions_company_id_key",
            "DROP INDEX ix_transactions_voided",
            "ALTER TABLE transactions DROP COLUMN voided_at",
            "ALTER TABLE transactions DROP COLUMN void_id",
            "ALTER TABLE customers DROP COLUMN voided",
            "CREATE UNIQUE INDEX uq_transactions_company_id_key ON transactions (company_id, key)",
            "DROP INDEX ix_transactions_import",
            "ALTER TABLE transactions DROP COLUMN import_id",
            "DROP INDEX ix_imports_of_import",
            "ALTER TABLE imports DROP COLUMN of_import",
            "ALTER TABLE imports DROP COLUMN reason",
            "ALTER TABLE imports DROP COLUMN position",
            "DELETE FROM seaql_migrations WHERE version IN ('m0010_rules', 'm0015_import_voids')",
        ] {
            tx.execute_unprepared(sql).await?;
        }
        Ok(())
    })
    .unwrap();
}

/// A company with a paid month, one in review and an open one, as the version before pages had places left it: sales, refunds, decisions,
/// a hold, a change of attribution, a reward by hand, payouts.
async fn before_places(db: &TestDb) -> String {
    let (url, dump) = match db.kind() {
        "SQLite" => (db.url().replace("test.db", "old.db?mode=rwc"), include_str!("../databases/before_places.sqlite.sql")),
        _ => (db.url().to_owned(), include_str!("../databases/before_places.postgres.sql")),
    };
    let server = sea_orm::Database::connect(&url).await.unwrap();
    if db.kind() != "SQLite" {
        server.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    }
    server.execute_unprepared(dump).await.unwrap();
    server.close().await.unwrap();
    url
}

/// What people read of it, by columns that both versions of the schema have.
async fn sums(url: &str) -> Vec<String> {
    let server = sea_orm::Database::connect(url).await.unwrap();
    let mut sums = Vec::new();
    for (what, count, sum, table) in [
        ("invoice_month || ' ' || state || ' ' || currency", "COUNT(*)", "SUM(amount)", "rewards"),
        ("number || ' ' || state || ' ' || currency", "SUM(charge_due_at)", "SUM(review_ends_at)", "invoices"),
        ("state || ' ' || currency", "COUNT(*)", "SUM(amount)", "payouts"),
        ("currency", "COUNT(*)", "SUM(ABS(amount))", "ledger_entries"),
        ("currency", "COUNT(*)", "SUM(amount)", "transactions"),
        ("'decisions'", "COUNT(*)", "SUM(LENGTH(decision))", "receipts"),
        ("partner_key || ' ' || signups || ' ' || paid_customers", "COUNT(*)", "SUM(revenue)", "partnerships"),
        ("'customers'", "COUNT(*)", "SUM(transactions)", "customers"),
        ("'audit'", "COUNT(*)", "SUM(LENGTH(detail))", "audit"),
    ] {
        let sql = format!("SELECT {what}, CAST({count} AS BIGINT), CAST({sum} AS BIGINT) FROM {table} GROUP BY 1 ORDER BY 1");
        let statement = Statement::from_string(server.get_database_backend(), sql);
        for row in server.query_all_raw(statement).await.unwrap() {
            let (what, count, sum): (String, i64, i64) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap());
            sums.push(format!("{what}: {count}, {sum}"));
        }
    }
    server.close().await.unwrap();
    sums
}

/// Every row of the audit log is a fact that this version knows, and would write byte for byte.
async fn facts_are_read_and_written_as_before(db: &data::Db) {
    let rows = audit::Entity::find().order_by_asc(audit::Column::Id).all(db.read()).await.unwrap();
    assert!(rows.len() > 20, "{}", rows.len());
    for old in rows {
        let fact = old.fact().unwrap_or_else(|| panic!("{} {}", old.action, old.detail));
        let act = Act { company_id: old.company_id.unwrap_or_default(), actor: Actor::of(&old.author), now: Instant(old.at) };
        let written = data::audit::row(&act, &old.subject, &fact).unwrap();
        assert_eq!(audit::Model { id: old.id, company_id: old.company_id, ..written }, old);
    }
}

on_both! {
    async fn why_an_invoice_is_paused_is_read_from_the_log_once(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 5_000, "USD").await;
        books.until("2026-04-02T12:00:00Z").await;
        let (why, now) = ("One “sale” is doubtful", at("2026-04-02T12:00:00Z"));
        data::billing::invoices::pause(db, &Act::named(books.company_id, "olga", now), "NORTHWIND-0001", why).await.unwrap();
        transact!(db, |tx| {
            tx.execute_unprepared("ALTER TABLE invoices DROP COLUMN pause_reason").await?;
            tx.execute_unprepared("DELETE FROM seaql_migrations WHERE version = 'm0018_pause_reason'").await?;
            Ok(())
        })
        .unwrap();
        migrate(db).await.unwrap();
        let invoice = invoices::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!(invoice.pause_reason.as_deref(), Some(why));
    }

    async fn a_database_of_the_version_before_places_keeps_every_figure(db: &TestDb) {
        let url = before_places(db).await;
        let before = sums(&url).await;
        assert!(before.iter().any(|sum| sum.starts_with("NORTHWIND-0002 in_review USD")), "{before:?}");
        let old = data::Db::connect(&url).await.unwrap();
        old.migrate().await.unwrap();
        assert_eq!(sums(&url).await, before);
        facts_are_read_and_written_as_before(&old).await;
        let report = exchange::verify::verify(&old).await.unwrap();
        assert!(report.holds(), "{:?}", report.broken().collect::<Vec<_>>());
        old.close().await.unwrap();
    }

    async fn retries_and_statuses_are_filled_from_what_is_known(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
        books.partner("cy").await;
        books.reward(ada, 1000, "USD").await;
        for _ in 0..2 {
            let now = books.now().await;
            data::billing::simulated::plan(db, &Act::named(books.company_id, "test", now), data::billing::simulated::Kind::Charge, SimulatedOutcome::Fail)
                .await
                .unwrap();
        }
        let archived = at("2026-03-11T00:00:00Z");
        set_status(db, &Act::named(books.company_id, "test", archived), ada, Archived).await.unwrap();
        set_status(db, &Act::named(books.company_id, "test", archived), bo, Archived).await.unwrap();
        let back = at("2026-03-12T00:00:00Z");
        set_status(db, &Act::named(books.company_id, "test", back), ada, Approved).await.unwrap();
        books.until("2026-04-10T12:00:00Z").await;
        let spans = || async {
            let rows = status_spans::Entity::find()
                .order_by_asc(status_spans::Column::PartnershipId)
                .order_by_asc(status_spans::Column::ValidFrom)
                .all(db.read())
                .await
                .unwrap();
            rows.into_iter().map(|row| (row.partnership_id, row.status, row.valid_from)).collect::<Vec<_>>()
        };
        let invoice = || async { invoices::Entity::find().one(db.read()).await.unwrap().unwrap() };
        let (known, failed) = (spans().await, invoice().await);
        assert_eq!(failed.retry_at, Some(at("2026-04-11T04:00:00Z").0));
        assert_eq!(known.len(), 6);

        before_the_rules(db).await;
        migrate(db).await.unwrap();
        assert_eq!(spans().await, known);
        assert_eq!(known.iter().filter(|(id, status, from)| *id == bo && status == "archived" && *from == archived.0).count(), 1);
        assert_eq!(known.iter().filter(|(_, status, from)| status == "approved" && *from == Instant::BEGINNING.0).count(), 3);
        assert_eq!(invoice().await, failed);
        books.prove().await;
    }
}
