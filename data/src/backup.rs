//! Copies of a SQLite database: made while it is used, and put in the place of one that is lost. Copies are readable by the
//! service's user alone. PostgreSQL brings tools of its own.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;

use crate::schema::{self, Schema};
use crate::{Db, Error, Result};

const PRIVATE: u32 = 0o600;

/// The file of a SQLite address; `None` for a server's.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(PathBuf::from(rest.split_once('?').map_or(rest, |(path, _)| path)))
}

fn url_of(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// Copies the database as it is at this moment to a new file.
///
/// # Errors
/// `Conflict` where `to` is there already, or the database is not SQLite.
pub async fn backup(url: &str, to: &Path) -> Result<()> {
    if sqlite_path(url).is_none() {
        return Err(Error::conflict("this makes copies of SQLite files; use pg_dump for PostgreSQL"));
    }
    let db = Db::connect_to_read(url).await?;
    let copied = copy(&db, to).await;
    db.close().await?;
    copied
}

/// Puts a copy where the database is to be.
///
/// # Errors
/// `Conflict` where the database holds anything, or the copy is not one of ours.
pub async fn restore(url: &str, from: &Path) -> Result<()> {
    let Some(path) = sqlite_path(url) else {
        return Err(Error::conflict("this restores SQLite files; use pg_restore or psql for PostgreSQL"));
    };
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", path.display()));
    for file in [path.clone(), beside("-wal"), beside("-shm")] {
        if fs::metadata(&file).is_ok_and(|file| file.len() > 0) {
            return Err(Error::conflict(format!("{} is there already; move it away first", file.display())));
        }
    }
    let copy_of = Db::connect_to_read(&url_of(from)).await?;
    let restored = async {
        match schema::read(copy_of.read()).await? {
            Schema::Current | Schema::Older { .. } => {}
            Schema::Newer { unknown } => {
                return Err(Error::conflict(format!("{} was made by a newer Tributary (it has {unknown})", from.display())));
            }
            Schema::Empty | Schema::Foreign => return Err(Error::conflict(format!("{} is not a Tributary database", from.display()))),
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        copy(&copy_of, &path).await
    };
    let restored = restored.await;
    copy_of.close().await?;
    restored
}

/// Before steps that change the schema of a file: a copy beside it, named after the first of them. `None` where there is nothing
/// to keep.
pub async fn before_migrating(url: &str) -> Result<Option<PathBuf>> {
    let Some(path) = sqlite_path(url).filter(|path| fs::metadata(path).is_ok_and(|file| file.len() > 0)) else { return Ok(None) };
    let db = Db::connect_to_read(url).await?;
    let copied = async {
        let Schema::Older { next } = schema::read(db.read()).await? else { return Ok(None) };
        let free = (1..).map(|number| match number {
            1 => PathBuf::from(format!("{}.before-{next}", path.display())),
            _ => PathBuf::from(format!("{}.before-{next}.{number}", path.display())),
        });
        let to = free.into_iter().find(|path| !path.exists()).unwrap_or_default();
        copy(&db, &to).await?;
        Ok(Some(to))
    };
    let copied = copied.await;
    db.close().await?;
    copied
}

/// Takes other users' rights to the database's files away.
pub fn make_private(url: &str) -> Result<()> {
    let Some(path) = sqlite_path(url) else { return Ok(()) };
    for ending in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{ending}", path.display()));
        let Ok(metadata) = fs::metadata(&file) else { continue };
        if metadata.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(&file, fs::Permissions::from_mode(PRIVATE))?;
        }
    }
    Ok(())
}

/// Whole or not at all, and never over a file that is there.
async fn copy(db: &Db, to: &Path) -> Result<()> {
    let taken = || Error::conflict(format!("{} is there already", to.display()));
    if to.exists() {
        return Err(taken());
    }
    let draft = PathBuf::from(format!("{}.part", to.display()));
    OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&draft).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Error::conflict(format!("{} is there: another copy is being made, or one was cut short", draft.display()))
        }
        _ => Error::Io(error),
    })?;
    let written = async {
        let target = draft.to_str().ok_or_else(|| Error::invalid("file", "is not a name in UTF-8"))?;
        db.read().execute_unprepared(&format!("VACUUM INTO '{}'", target.replace('\'', "''"))).await?;
        File::open(&draft)?.sync_all()?;
        // Fails where somebody else made a file of this name meanwhile; renaming would replace it.
        fs::hard_link(&draft, to).map_err(|error| if error.kind() == ErrorKind::AlreadyExists { taken() } else { error.into() })?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(())
    };
    let written = written.await;
    fs::remove_file(&draft)?;
    written
}
