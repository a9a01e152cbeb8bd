//! One file per command.

use data::Db;
use data::schema::{self, Purpose, Schema};
use data::store::Settings;
use data::store::{backup as copies, files};

use crate::console::{Outcome, note};

pub mod backup;
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

/// Opens the database for a command that may begin an installation: created where it is missing, its schema up to date and its file the
/// user's own.
pub async fn open(url: &str) -> Outcome<Db> {
    if files::is_there(url)? {
        let found = admit(url, Purpose::Begin).await?;
        return bring_up_to_date(url, found).await;
    }
    files::create_folder(url)?;
    bring_up_to_date(url, Schema::Empty).await
}

/// The same for commands that work on what somebody has set up.
pub async fn open_existing(url: &str) -> Outcome<Db> {
    let found = admit(url, Purpose::Change).await?;
    bring_up_to_date(url, found).await
}

/// Opens a database that must be there and of this version; changes nothing.
pub async fn open_to_read(url: &str) -> Outcome<Db> {
    admit(url, Purpose::Read).await?;
    Ok(Db::connect_to_read_with(url, settings()?).await?)
}

/// Looks at a database, and refuses what is not for this purpose before anything is done to it.
pub async fn admit(url: &str, purpose: Purpose) -> Outcome<Schema> {
    let found = schema::look(url, settings()?).await?;
    found.refuse_for(purpose)?;
    if purpose != Purpose::Read {
        files::refuse_read_only(url)?;
    }
    Ok(found)
}

async fn bring_up_to_date(url: &str, found: Schema) -> Outcome<Db> {
    let settings = settings()?;
    let copy = match &found {
        Schema::Older { next } => copies::before_migrating(url, next).await?,
        _ => None,
    };
    let opened = Db::open_with(url, settings).await;
    if let (Err(_), Some(copy)) = (&opened, &copy)
        && schema::look(url, settings).await.is_ok_and(|left| left == found)
    {
        // It is as it was: another try makes another copy.
        std::fs::remove_file(copy)?;
    }
    let db = opened?;
    files::make_private(url)?;
    if let Some(copy) = copy {
        note(&format!("the database was of an earlier version; before it was brought up to date it was copied to {}", copy.display()));
    }
    Ok(db)
}

fn settings() -> Outcome<Settings> {
    Ok(Settings::read(|name| std::env::var(name).ok())?)
}
