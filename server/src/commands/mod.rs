//! One file per command.

use std::path::Path;

use data::Db;
use data::schema::{self, Schema};

use crate::cli::{Outcome, note};

pub mod backup;
pub mod demo;
pub mod export;
pub mod import;
pub mod init;
pub mod program;
pub mod run_due;
pub mod serve;
pub mod user;
pub mod verify;

/// Opens the database, created where it is missing, its schema up to date and its file the user's own.
pub async fn open(url: &str) -> Outcome<Db> {
    create_folder(url)?;
    if let Some(copy) = data::backup::before_migrating(url).await? {
        note(&format!("the database is of an earlier version; before it is brought up to date it was copied to {}", copy.display()));
    }
    let db = Db::open(url).await?;
    data::backup::make_private(url)?;
    Ok(db)
}

/// Opens a database that must be there: for commands that work on what somebody has set up.
pub async fn open_existing(url: &str) -> Outcome<Db> {
    if let Some(path) = data::backup::sqlite_path(url).filter(|path| !path.is_file()) {
        return Err(format!("there is no database at {}", path.display()).into());
    }
    open(url).await
}

/// Opens a database that must be there and of this version; changes nothing.
pub async fn open_to_read(url: &str) -> Outcome<Db> {
    let db = Db::connect_to_read(url).await?;
    let refusal = match schema::read(db.read()).await? {
        Schema::Current => return Ok(db),
        Schema::Empty | Schema::Foreign => "this is not a Tributary database".to_owned(),
        Schema::Older { next } => format!(
            "this database was made by an earlier Tributary (it lacks {next}): `tributary serve` brings it up to date, or use the version that made it"
        ),
        Schema::Newer { unknown } => format!("this database was made by a newer Tributary (it has {unknown}): use that version"),
    };
    db.close().await?;
    Err(refusal.into())
}

/// Creates the folder that a SQLite file goes into.
fn create_folder(url: &str) -> Outcome {
    let Some(path) = data::backup::sqlite_path(url) else { return Ok(()) };
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder).map_err(|error| format!("the folder {} cannot be created: {error}", folder.display()))?;
    }
    Ok(())
}
