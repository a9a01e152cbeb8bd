//! Proves from the rows alone that the books are right: plain SQL and a second computation, apart from the code that wrote
//! the rows. The invariants I1 to I11 are those of the reliability goals.

use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use data::store::Tx;
use data::{Db, Result};

mod audit;
mod companies;
mod decisions;
mod invoices;
mod ledger;
mod numbering;
mod outbox;
mod providers;
mod receipts;
mod refunds;
mod rollups;
mod seals;
mod states;
mod transactions;

/// How many offending rows are named; the rest is counted.
const NAMED_MAX: usize = 20;

/// One statement about the rows, and which of them contradict it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// "I1" to "I11".
    pub invariant: &'static str,
    /// What must hold.
    pub claim: &'static str,
    /// How many rows or groups were looked at.
    pub checked: u64,
    pub broken: u64,
    /// The first of the broken ones, in words.
    pub rows: Vec<String>,
}

impl Check {
    fn new(invariant: &'static str, claim: &'static str) -> Check {
        Check { invariant, claim, checked: 0, broken: 0, rows: Vec::new() }
    }

    fn fault(&mut self, row: impl Into<String>) {
        self.broken += 1;
        if self.rows.len() < NAMED_MAX {
            self.rows.push(row.into());
        }
    }

    /// Looks at one thing.
    fn expect(&mut self, holds: bool, row: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.fault(row());
        }
    }

    pub fn holds(&self) -> bool {
        self.broken == 0
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub checks: Vec<Check>,
}

impl Report {
    pub fn holds(&self) -> bool {
        self.checks.iter().all(Check::holds)
    }

    pub fn broken(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.holds())
    }
}

/// Checks everything, in one snapshot of the database.
pub async fn verify(db: &Db) -> Result<Report> {
    let snapshot = db.long_snapshot().await?;
    let report = verify_in(&snapshot).await?;
    snapshot.rollback().await?;
    Ok(report)
}

/// Checks everything as one transaction sees it.
pub async fn verify_in(snapshot: &Tx) -> Result<Report> {
    let mut checks = Vec::new();
    checks.extend(transactions::check(snapshot).await?);
    checks.extend(ledger::check(snapshot).await?);
    checks.extend(invoices::check(snapshot).await?);
    checks.extend(seals::check(snapshot).await?);
    checks.extend(refunds::check(snapshot).await?);
    checks.extend(numbering::check(snapshot).await?);
    checks.extend(states::check(snapshot).await?);
    checks.extend(providers::check(snapshot).await?);
    checks.extend(rollups::check(snapshot).await?);
    checks.extend(receipts::check(snapshot).await?);
    checks.extend(outbox::check(snapshot).await?);
    checks.extend(audit::check(snapshot).await?);
    checks.extend(decisions::check(snapshot).await?);
    checks.extend(companies::check(snapshot).await?);
    Ok(Report { checks })
}

type Conn = Tx;

async fn rows(conn: &Conn, sql: &str) -> Result<Vec<QueryResult>> {
    rows_with(conn, sql, Vec::new()).await
}

async fn rows_with(conn: &Conn, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    Ok(conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?)
}

async fn count(conn: &Conn, sql: &'static str) -> Result<u64> {
    let row = rows(conn, sql).await?;
    let count: i64 = row.first().map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

/// A check whose SQL yields the offending rows: an id and a word about it. `all` counts what is looked at.
async fn none(conn: &Conn, invariant: &'static str, claim: &'static str, all: &'static str, offending: &str) -> Result<Check> {
    let mut check = Check::new(invariant, claim);
    check.checked = count(conn, all).await?;
    for row in rows(conn, offending).await? {
        // What is wrong may well be that something is missing.
        let (id, note): (Option<Uuid>, Option<String>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        check.fault(format!("{} {}", id.unwrap_or_default(), note.unwrap_or_default()));
    }
    Ok(check)
}
