//! Copies of a SQLite database: made while it is used, and put in the place of one that is lost. PostgreSQL brings tools of its own.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;

use crate::schema::{self, Purpose, Schema};
use crate::store::Settings;
use crate::store::files::{self, PRIVATE, beside, sqlite_path, url_of};
use crate::{Db, Error, Result};

/// A copy under a name of its own beside its place, which it gets when it is kept. Until then it is removed with this.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    to: PathBuf,
    /// An empty file may already be there.
    over_empty: bool,
    folders: NewFolders,
}

/// Copies the database as it is at this moment.
///
/// # Errors
/// `Conflict` where `to` is there already, or the database is not SQLite or not of this version.
pub async fn backup(url: &str, to: &Path) -> Result<Draft> {
    if sqlite_path(url).is_none() {
        return Err(Error::conflict("this makes copies of SQLite files; use pg_dump for PostgreSQL"));
    }
    schema::look(url, Settings::default()).await?.refuse_for(Purpose::Read)?;
    copy(url, to, false, NewFolders::default()).await
}

/// Copies a copy beside the place where the database is to be.
///
/// # Errors
/// `Conflict` where the database holds anything, or the copy is not one of ours.
pub async fn restore(url: &str, from: &Path) -> Result<Draft> {
    let Some(path) = sqlite_path(url) else {
        return Err(Error::conflict("this restores SQLite files; use pg_restore or psql for PostgreSQL"));
    };
    files::is_there(url)?;
    if fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
        return Err(in_the_way(&path));
    }
    refuse_remains(&path)?;
    let said = |words: &str| Error::conflict(format!("{} {words}", from.display()));
    match schema::look(&url_of(from), Settings::default()).await? {
        Schema::Current | Schema::Older { .. } => {}
        Schema::Newer { unknown } => return Err(said(&format!("was made by a newer Tributary (it has {unknown})"))),
        Schema::Empty => return Err(said("is empty")),
        Schema::Foreign => return Err(said("is not a Tributary database")),
    }
    let folders = NewFolders::above(&path);
    files::create_folder(url)?;
    copy(&url_of(from), &path, true, folders).await
}

/// SQLite would write what a lost database left behind into the one that is restored, or throw it away.
fn refuse_remains(path: &Path) -> Result<()> {
    // A link that leads nowhere is in the way as well.
    match ["-wal", "-shm", "-journal"].map(|ending| beside(path, ending)).into_iter().find(|file| fs::symlink_metadata(file).is_ok()) {
        Some(file) => Err(in_the_way(&file)),
        None => Ok(()),
    }
}

fn in_the_way(file: &Path) -> Error {
    Error::conflict(format!("{} is there already; move it away first", file.display()))
}

/// Before the step `next` changes the schema of a file: a copy beside it, named after it. `None` where it is not a file.
pub async fn before_migrating(url: &str, next: &str) -> Result<Option<PathBuf>> {
    let Some(path) = sqlite_path(url) else { return Ok(None) };
    let free = (1..).map(|number| match number {
        1 => beside(&path, &format!(".before-{next}")),
        _ => beside(&path, &format!(".before-{next}.{number}")),
    });
    let to = free.into_iter().find(|path| !path.exists()).unwrap_or_default();
    copy(url, &to, false, NewFolders::default()).await?.keep()?;
    Ok(Some(to))
}

async fn copy(url: &str, to: &Path, over_empty: bool, folders: NewFolders) -> Result<Draft> {
    let db = Db::connect_to_read(url).await?;
    let copied = Draft::write(&db, to, over_empty, folders).await;
    db.close().await?;
    copied
}

impl Draft {
    async fn write(db: &Db, to: &Path, over_empty: bool, folders: NewFolders) -> Result<Draft> {
        if to.exists() && !over_empty {
            return Err(taken(to));
        }
        let path = beside(to, ".part");
        OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                Error::conflict(format!("{} is there: another copy is being made, or one was cut short", path.display()))
            }
            _ => Error::of_file(&path, error),
        })?;
        let draft = Draft { path, to: to.to_owned(), over_empty, folders };
        let target = draft.path.to_str().ok_or_else(|| Error::invalid("file", "is not a name in UTF-8"))?.replace('\'', "''");
        // It writes, if only to the copy: what only reads may not.
        db.read().execute_unprepared(&format!("PRAGMA query_only = OFF; VACUUM INTO '{target}'; PRAGMA query_only = ON")).await?;
        Ok(draft)
    }

    /// Where the copy is for now.
    pub fn url(&self) -> String {
        url_of(&self.path)
    }

    /// Gives the copy its name, on the disk for certain and never over anything.
    pub fn keep(mut self) -> Result<()> {
        File::open(&self.path)?.sync_all()?;
        if self.over_empty {
            refuse_remains(&self.to)?;
            if fs::metadata(&self.to).is_ok_and(|file| file.len() == 0) {
                fs::remove_file(&self.to)?;
            }
        }
        // Fails where somebody else made a file of this name meanwhile; renaming would replace it.
        fs::hard_link(&self.path, &self.to).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => taken(&self.to),
            _ => Error::of_file(&self.to, error),
        })?;
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        self.folders.0.clear();
        File::open(folder)?.sync_all()?;
        Ok(())
    }
}

/// Folders that were made for a copy, the innermost first. They go with it unless it is kept.
#[derive(Debug, Default)]
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Those that a file needs and that are not there yet.
    fn above(file: &Path) -> NewFolders {
        let folders = file.ancestors().skip(1).filter(|folder| *folder != Path::new(""));
        NewFolders(folders.take_while(|folder| !folder.exists()).map(Path::to_owned).collect())
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // One that holds something by now stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            // What can't be removed is named by the next copy.
            let _ = fs::remove_file(beside(&self.path, ending));
        }
    }
}

fn taken(to: &Path) -> Error {
    Error::conflict(format!("{} is there already", to.display()))
}
