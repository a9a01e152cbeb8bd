//! The files of a SQLite database. They are readable by the service's user alone.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

pub const PRIVATE: u32 = 0o600;
const OF_OTHERS: u32 = 0o077;

/// The file of a SQLite address; `None` for a server's.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(PathBuf::from(rest.split_once('?').map_or(rest, |(path, _)| path)))
}

pub fn url_of(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// "books.db" and "-wal" are "books.db-wal".
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

/// Whether there is a file. A server's database is there or not when it is connected to.
///
/// # Errors
/// `Conflict` where something else has its place.
pub fn is_there(url: &str) -> Result<bool> {
    let Some(path) = sqlite_path(url) else { return Ok(true) };
    match fs::metadata(&path) {
        Ok(file) if file.is_file() => Ok(true),
        Ok(file) => Err(Error::conflict(format!("{} is {}", path.display(), if file.is_dir() { "a folder" } else { "not a file" }))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::of_file(&path, error)),
    }
}

/// For commands that change something.
///
/// # Errors
/// `Conflict` where the file may not be written.
pub fn refuse_read_only(url: &str) -> Result<()> {
    match sqlite_path(url).filter(|path| fs::metadata(path).is_ok_and(|file| file.permissions().readonly())) {
        Some(path) => Err(Error::conflict(format!("{} is read-only", path.display()))),
        None => Ok(()),
    }
}

/// Creates the folder that a SQLite file goes into.
pub fn create_folder(url: &str) -> Result<()> {
    let Some(path) = sqlite_path(url) else { return Ok(()) };
    match path.parent().filter(|folder| *folder != Path::new("")) {
        Some(folder) => fs::create_dir_all(folder).map_err(|error| Error::of_file(folder, error)),
        None => Ok(()),
    }
}

/// Takes other users' rights to the database's files away.
pub fn make_private(url: &str) -> Result<()> {
    let Some(path) = sqlite_path(url) else { return Ok(()) };
    for ending in ["", "-wal", "-shm"] {
        let file = beside(&path, ending);
        let Ok(metadata) = fs::metadata(&file) else { continue };
        let mode = metadata.permissions().mode();
        if mode & OF_OTHERS != 0 {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode & !OF_OTHERS))?;
        }
    }
    Ok(())
}
