//! Where uploaded files wait: a folder of their own that nobody else on the machine may read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use http::request::Parts;

use crate::error::Result;
use crate::http::internal;

/// How long a file waits for its uploader.
const KEPT: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    pub fn new(folder: impl Into<PathBuf>) -> Spool {
        Spool { folder: folder.into() }
    }

    pub fn of(parts: &Parts) -> Result<Spool> {
        parts.extensions.get::<Spool>().cloned().ok_or_else(|| internal("no folder for uploads in the request"))
    }

    /// A new file under this name, for this process's user alone.
    pub fn create(&self, name: &str) -> io::Result<File> {
        let (mut folder, mut file) = (DirBuilder::new(), OpenOptions::new());
        #[cfg(unix)]
        {
            use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
            folder.mode(0o700);
            file.mode(0o600);
        }
        folder.recursive(true).create(&self.folder)?;
        file.write(true).create_new(true).open(self.path(name))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn remove(&self, name: &str) {
        remove(&self.path(name));
    }

    /// Removes files that nobody came back for within a day. Returns how many.
    pub fn remove_abandoned(&self) -> usize {
        let Ok(entries) = fs::read_dir(&self.folder) else { return 0 };
        let abandoned = entries.flatten().filter(|entry| {
            let modified = entry.metadata().ok().filter(fs::Metadata::is_file).and_then(|metadata| metadata.modified().ok());
            let age = modified.and_then(|at| SystemTime::now().duration_since(at).ok());
            age.is_some_and(|age| age > KEPT)
        });
        abandoned.map(|entry| remove(&entry.path())).count()
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, path = %path.display(), "an uploaded file was not removed");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let spool = Spool::new(home.path().join("a/spool"));
        spool.create("one.csv").unwrap().write_all(b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&spool.folder), mode(&spool.path("one.csv"))), (0o700, 0o600));
        assert_eq!(spool.create("one.csv").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_file_is_kept_for_a_day() {
        let home = tempfile::tempdir().unwrap();
        let spool = Spool::new(home.path());
        let old = spool.create("old.csv").unwrap();
        old.set_modified(SystemTime::now() - KEPT - Duration::from_secs(1)).unwrap();
        spool.create("new.csv").unwrap();
        assert_eq!(spool.remove_abandoned(), 1);
        assert!(!spool.path("old.csv").exists() && spool.path("new.csv").exists());
        spool.remove("new.csv");
        assert!(!spool.path("new.csv").exists());
    }
}
