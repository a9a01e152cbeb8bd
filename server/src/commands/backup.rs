//! `tributary backup` and `tributary restore`

use std::path::PathBuf;

use crate::cli::{Outcome, note, say};
use crate::commands::{create_folder, verify};

#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// Where the copy goes; a file that is there is never replaced
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// A copy made by `tributary backup`
    file: PathBuf,
}

/// Copies the database while it is used, and proves the copy.
pub async fn backup(url: &str, args: BackupArgs) -> Outcome {
    data::backup::backup(url, &args.file).await?;
    let copy = format!("sqlite://{}", args.file.display());
    verify::prove(&copy).await?;
    say(&format!("copied to {}", args.file.display()))
}

/// Puts a copy where the database is to be, and proves it.
pub async fn restore(url: &str, args: RestoreArgs) -> Outcome {
    create_folder(url)?;
    data::backup::restore(url, &args.file).await?;
    if verify::is_older(url).await? {
        note("this copy is of an earlier version: the next start brings it up to date; run `tributary verify` then");
    } else {
        verify::prove(url).await?;
    }
    say(&format!("restored from {}", args.file.display()))
}
