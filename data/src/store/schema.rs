//! Which version's tables a database holds, asked without changing anything.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;

use crate::store::Settings;
use crate::store::migrations::Migrator;
use crate::{Db, Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Nothing at all.
    Empty,
    /// What belongs to another program.
    Foreign,
    /// Of an earlier version: `next` is the first step that is missing.
    Older {
        next: String,
    },
    Current,
    /// Of a later version, which took the step `unknown`.
    Newer {
        unknown: String,
    },
}

/// What a command wants of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To begin an installation, or to go on with one.
    Begin,
    /// To change an installation.
    Change,
    Read,
}

impl Schema {
    /// # Errors
    /// `Conflict` in words where the database is not for this purpose.
    pub fn refuse_for(&self, purpose: Purpose) -> Result<()> {
        Err(Error::Conflict(match (self, purpose) {
            (Schema::Current, _) | (Schema::Empty, Purpose::Begin) | (Schema::Older { .. }, Purpose::Begin | Purpose::Change) => {
                return Ok(());
            }
            (Schema::Empty, _) => {
                "there is no installation in this database yet; `tributary init`, `program apply` and `serve` begin one".to_owned()
            }
            (Schema::Foreign, _) => "this is not a Tributary database; what it holds belongs to another program".to_owned(),
            (Schema::Older { next }, _) => format!(
                "this database was made by an earlier Tributary (it lacks {next}): `tributary serve` brings it up to date, or use the version that made it"
            ),
            (Schema::Newer { unknown }, _) => format!("this database was made by a newer Tributary (it has {unknown}): use that version"),
        }))
    }
}

/// What a database holds. A file is opened to be read only: nothing is created.
///
/// # Errors
/// `Conflict` where there is no such file, or it is no database.
pub async fn look(url: &str, settings: Settings) -> Result<Schema> {
    let db = Db::connect_to_read_with(url, settings).await?;
    let schema = read(db.read()).await;
    db.close().await?;
    schema
}

/// Whatever has a name counts: another program may have only views.
const SQLITE_NAMES: &str = r"SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'";
/// Also what we may not read, but not what an extension brought.
const POSTGRES_NAMES: &str = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";
const STEPS: &str = "SELECT CAST(version AS TEXT) FROM seaql_migrations WHERE version IS NOT NULL ORDER BY 1";

pub async fn read<C: ConnectionTrait>(conn: &C) -> Result<Schema> {
    let names = match conn.get_database_backend() {
        DbBackend::Sqlite => SQLITE_NAMES,
        _ => POSTGRES_NAMES,
    };
    let names = texts(conn, names).await?;
    if names.is_empty() {
        return Ok(Schema::Empty);
    }
    if !names.iter().any(|name| name == "seaql_migrations") {
        return Ok(Schema::Foreign);
    }
    let taken = match texts(conn, STEPS).await {
        Err(error) if error.is_unknown_column() => return Ok(Schema::Foreign),
        taken => taken?,
    };
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    if let Some(unknown) = taken.iter().find(|step| !known.contains(step)) {
        // Other programs may keep the names of their steps in a table of this name too.
        let ours = taken.iter().any(|step| known.contains(step));
        return Ok(if ours { Schema::Newer { unknown: unknown.clone() } } else { Schema::Foreign });
    }
    Ok(match known.into_iter().find(|step| !taken.contains(step)) {
        // Created, but stopped before the first step.
        Some(_) if taken.is_empty() && names.len() == 1 => Schema::Empty,
        Some(_) if taken.is_empty() => Schema::Foreign,
        Some(next) => Schema::Older { next },
        None => Schema::Current,
    })
}

async fn texts<C: ConnectionTrait>(conn: &C, sql: &'static str) -> Result<Vec<String>> {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
