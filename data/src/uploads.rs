//! Files that were sent from a screen: kept beside the database between the trial and the import, for a day.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::views::settings::{ImportProblem, ImportTrial};
use domain::{Instant, ids};
use serde::{Deserialize, Serialize};
use tokio::fs;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::imports::{self, Kind, Options, Report};
use crate::{Db, Error, Result};

/// How many complaints a trial shows; it counts them all.
const PROBLEMS_SHOWN: usize = 100;
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
const PREFIX: &str = "upl";

#[derive(Clone, Debug)]
pub struct Uploads {
    folder: Arc<Path>,
}

/// A file that is arriving.
pub struct Draft {
    id: String,
    path: PathBuf,
    file: fs::File,
}

/// What stands beside a file: whose it is, and how its trial went.
#[derive(Serialize, Deserialize)]
struct Label {
    company_id: Uuid,
    kind: String,
    trial: ImportTrial,
}

impl Draft {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.file.write_all(bytes).await?)
    }
}

impl Uploads {
    pub fn new(folder: impl Into<PathBuf>) -> Uploads {
        Uploads { folder: folder.into().into() }
    }

    pub async fn begin(&self) -> Result<Draft> {
        fs::create_dir_all(&self.folder).await?;
        let id = ids::key(PREFIX, Uuid::now_v7());
        let path = self.folder.join(format!("{id}.csv"));
        let file = fs::File::create_new(&path).await?;
        Ok(Draft { id, path, file })
    }

    /// Removes a file that did not arrive whole.
    pub async fn discard(&self, draft: Draft) -> Result<()> {
        Ok(fs::remove_file(draft.path).await?)
    }

    /// Tries the file without changing anything, and keeps it for [`Uploads::apply`].
    #[expect(clippy::too_many_arguments, reason = "a file, what it is, and who tries it when")]
    pub async fn try_out(
        &self, db: &Db, company_id: Uuid, draft: Draft, kind: Kind, file_name: &str, by: &str, now: Instant,
    ) -> Result<ImportTrial> {
        let Draft { id, path, mut file } = draft;
        file.flush().await?;
        file.sync_all().await?;
        drop(file);
        let options = Options { dry_run: true, skip_bad: true };
        let report = match run(db, company_id, kind, &path, options, by, now).await {
            Ok(report) => report,
            // A file that cannot be read at all is not kept.
            Err(error) => {
                fs::remove_file(&path).await?;
                return Err(error);
            }
        };
        let trial = trial(&id, kind, file_name, &report);
        let label = Label { company_id, kind: kind.word().to_owned(), trial };
        let text = serde_json::to_vec(&label).map_err(std::io::Error::from)?;
        fs::write(self.folder.join(format!("{id}.json")), text).await?;
        Ok(label.trial)
    }

    /// How the trial of a file of this company went.
    pub async fn trial(&self, company_id: Uuid, id: &str) -> Result<ImportTrial> {
        Ok(self.label(company_id, id).await?.trial)
    }

    /// Imports a file that was tried. With `skip_bad`, the rows that were left out can be had by [`Uploads::rejects`].
    pub async fn apply(
        &self, db: &Db, company_id: Uuid, id: &str, skip_bad: bool, by: &str, now: Instant,
    ) -> Result<Report> {
        let label = self.label(company_id, id).await?;
        let kind: Kind = label.kind.parse().map_err(Error::Corrupt)?;
        let path = self.folder.join(format!("{id}.csv"));
        let report = run(db, company_id, kind, &path, Options { dry_run: false, skip_bad }, by, now).await?;
        if let Some(rest) = &report.rest {
            fs::write(self.folder.join(format!("{id}.rejects")), rest).await?;
        }
        Ok(report)
    }

    /// The rows that an import left out, with their reasons, as CSV.
    pub async fn rejects(&self, company_id: Uuid, id: &str) -> Result<Vec<u8>> {
        self.label(company_id, id).await?;
        fs::read(self.folder.join(format!("{id}.rejects"))).await.map_err(|_| Error::NotFound("file"))
    }

    /// Removes files older than a day. Returns how many.
    pub async fn purge(&self) -> Result<u64> {
        let Ok(mut entries) = fs::read_dir(&self.folder).await else { return Ok(0) };
        let oldest = SystemTime::now().checked_sub(KEPT).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut removed = 0;
        while let Some(entry) = entries.next_entry().await? {
            let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
            if ours && entry.metadata().await?.modified()? < oldest {
                fs::remove_file(entry.path()).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    async fn label(&self, company_id: Uuid, id: &str) -> Result<Label> {
        const MISSING: Error = Error::NotFound("uploaded file");
        // Also keeps everything that could leave the folder out of the path.
        ids::parse_key(PREFIX, id).ok_or(MISSING)?;
        let text = fs::read(self.folder.join(format!("{id}.json"))).await.map_err(|_| MISSING)?;
        let label: Label = serde_json::from_slice(&text).map_err(|error| Error::Corrupt(error.to_string()))?;
        if label.company_id == company_id { Ok(label) } else { Err(MISSING) }
    }
}

async fn run(
    db: &Db, company_id: Uuid, kind: Kind, path: &Path, options: Options, by: &str, now: Instant,
) -> Result<Report> {
    let file = fs::File::open(path).await.map_err(|_| Error::NotFound("uploaded file"))?.into_std().await;
    let input = BufReader::with_capacity(64 * 1024, file);
    imports::import(db, company_id, kind, input, options, Arc::new(|_| {}), by, now).await
}

fn trial(id: &str, kind: Kind, file_name: &str, report: &Report) -> ImportTrial {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let problems = report.errors.iter().take(PROBLEMS_SHOWN).map(|error| ImportProblem {
        line: number(error.row),
        field: error.field.clone(),
        message: error.message.clone(),
    });
    ImportTrial {
        upload: id.to_owned(),
        file_name: file_name.to_owned(),
        kind: kind.word().to_owned(),
        rows: number(report.read),
        counts: [("new", report.created), ("changed", report.changed), ("unchanged", report.unchanged)]
            .map(|(label, count)| (label.to_owned(), number(count)))
            .to_vec(),
        problems: problems.collect(),
        problem_count: i64::try_from(report.errors.len()).unwrap_or(i64::MAX),
    }
}
