//! One file per command.

use std::path::Path;

use data::Db;

use crate::cli::Outcome;

pub mod demo;
pub mod export;
pub mod import;
pub mod init;
pub mod partner;
pub mod program;
pub mod run_due;
pub mod serve;
pub mod user;
pub mod verify;

/// Opens the database, its schema up to date and its folder there.
pub async fn open(url: &str) -> Outcome<Db> {
    if let Some(path) = sqlite_path(url)
        && let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| format!("the folder {} cannot be created: {error}", folder.display()))?;
    }
    Ok(Db::open(url).await?)
}

/// The file of a SQLite address.
fn sqlite_path(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(rest.split_once('?').map_or(rest, |(path, _)| path))
}
