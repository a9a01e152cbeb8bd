//! Everything that a database holds, as lines that can be compared: what is new in each run (ids, keys, the machine's time) is masked.

use std::collections::HashSet;
use std::fmt::Write as _;

use data::Db;
use domain::Instant;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// Messages for a next page, tries of the health, and tries at signing in, which count whatever becomes of them.
const LEFT_OUT: [&str; 4] = ["flashes", "write_trials", "sign_in_failures", "sign_in_networks"];
/// Words that say how something went, a salted hash, and how often the simulated bank was asked with the same key.
const COLUMNS_LEFT_OUT: [(&str, &str); 3] = [("submissions", "result"), ("users", "password_hash"), ("simulated_requests", "asked")];
/// Words of this length are ids, keys and hashes.
const NAME_CHARS_MIN: usize = 20;

/// How a kind of database is asked, and what it knew at the beginning.
pub struct Fingerprint {
    sql: String,
    known: HashSet<String>,
}

impl Fingerprint {
    /// What is in this database is compared as it is.
    pub async fn of(db: &Db) -> Fingerprint {
        let mut fingerprint = Fingerprint { sql: question(db).await, known: HashSet::new() };
        let lines = fingerprint.raw(db).await;
        fingerprint.known = lines.iter().flat_map(|line| words(line)).map(str::to_owned).collect();
        fingerprint
    }

    /// A line for each row, in order.
    pub async fn take(&self, db: &Db) -> Vec<String> {
        let mut lines: Vec<String> = self.raw(db).await.iter().map(|line| self.masked(line)).collect();
        lines.sort_unstable();
        lines
    }

    async fn raw(&self, db: &Db) -> Vec<String> {
        let rows = db.read().query_all_raw(Statement::from_string(db.read().get_database_backend(), self.sql.as_str())).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }

    fn masked(&self, line: &str) -> String {
        let now = app::ctx::real_now();
        let mut masked = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find(is_of_word) {
            let end = rest[at..].find(|letter| !is_of_word(letter)).map_or(rest.len(), |length| at + length);
            masked.push_str(&rest[..at]);
            let word = &rest[at..end];
            masked.push_str(match word {
                _ if self.known.contains(word) => word,
                _ if word.len() >= NAME_CHARS_MIN => "#",
                _ if is_of_today(word, now) => "@",
                _ => word,
            });
            rest = &rest[end..];
        }
        masked.push_str(rest);
        masked
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter| !is_of_word(letter)).filter(|word| !word.is_empty())
}

/// A time of the machine's clock, or an end that was set by it.
fn is_of_today(word: &str, now: Instant) -> bool {
    word.parse::<i64>().is_ok_and(|at| (now.0 - Instant::DAY_MS..now.0 + 100 * Instant::DAY_MS).contains(&at))
}

/// Asks for every row of every table as one text.
async fn question(db: &Db) -> String {
    let conn = db.read();
    let backend = conn.get_database_backend();
    let columns = match backend {
        DbBackend::Sqlite => {
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' \
             ORDER BY m.name, c.name"
        }
        _ => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public' \
             ORDER BY table_name, column_name"
        }
    };
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for row in conn.query_all_raw(Statement::from_string(backend, columns)).await.unwrap() {
        let (table, column): (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        if LEFT_OUT.contains(&table.as_str()) || COLUMNS_LEFT_OUT.contains(&(table.as_str(), column.as_str())) {
            continue;
        }
        match tables.last_mut() {
            Some((last, columns)) if *last == table => columns.push(column),
            _ => tables.push((table, vec![column])),
        }
    }
    let mut sql = String::new();
    for (table, columns) in tables {
        let union = if sql.is_empty() { "" } else { " UNION ALL " };
        write!(sql, "{union}SELECT '{table}:'").unwrap();
        for column in columns {
            let text = match backend {
                DbBackend::Sqlite => format!("CASE typeof(\"{column}\") WHEN 'blob' THEN hex(\"{column}\") ELSE \"{column}\" END"),
                _ => format!("\"{column}\"::text"),
            };
            write!(sql, " || ' {column}=' || coalesce({text}, 'null')").unwrap();
        }
        write!(sql, " AS line FROM \"{table}\"").unwrap();
    }
    sql
}

/// What the second has and the first has not, each row as often as it is too many; but for rows that begin in one of these ways.
pub fn beyond<'a>(first: &[String], second: &'a [String], but: &[&str]) -> Vec<&'a str> {
    let mut left: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for line in first {
        *left.entry(line).or_default() += 1;
    }
    let mut more = Vec::new();
    for line in second {
        match left.get_mut(line.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ if but.iter().any(|start| line.starts_with(start)) => {}
            _ => more.push(line.as_str()),
        }
    }
    more
}
