//! `tributary program apply` and `tributary program export`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use data::act::Actor;
use data::installation;
use data::programme::{self, companies};

use crate::commands::{open, open_to_read};
use crate::console::{Outcome, note, say};

/// A programme is written by people; a file beyond this is something else.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create or change a company, its groups and offers; prints the difference
    Apply {
        file: PathBuf,
        /// Only print what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the file back
    Export {
        /// The company's key
        #[arg(long, value_name = "KEY")]
        company: String,
    },
}

pub async fn run(url: &str, command: Command) -> Outcome {
    match command {
        Command::Apply { file, dry_run } => apply(url, &file, dry_run).await,
        Command::Export { company } => export(url, &company).await,
    }
}

async fn apply(url: &str, file: &Path, dry_run: bool) -> Outcome {
    let text = read(file)?;
    let db = open(url).await?;
    installation::ensure(&db).await?;
    let now = installation::now(&db).await?;
    let applied = programme::apply(&db, &text, dry_run, Actor::COMMAND_LINE, now).await?;
    for line in &applied.differences {
        say(line)?;
    }
    note(match (applied.differences.is_empty(), dry_run) {
        (true, _) => "nothing differs",
        (false, true) => "nothing was changed: this was a dry run",
        (false, false) => "applied",
    });
    db.close().await?;
    Ok(())
}

async fn export(url: &str, company: &str) -> Outcome {
    let db = open_to_read(url).await?;
    let company = companies::find_by_key(db.read(), company).await?;
    say(programme::export(&db, company.id).await?.trim_end())?;
    db.close().await?;
    Ok(())
}

fn read(file: &Path) -> Outcome<String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let size = std::fs::metadata(file).map_err(|error| failed(&error))?.len();
    if size > FILE_BYTES_MAX {
        return Err(failed(&"is too large for a programme file").into());
    }
    Ok(std::fs::read_to_string(file).map_err(|error| failed(&error))?)
}
