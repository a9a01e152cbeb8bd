//! `tributary backup` and `tributary restore`

use std::path::PathBuf;

use data::schema::{self, Schema};
use data::store::Settings;
use data::store::backup as copies;

use crate::commands::verify;
use crate::console::{Outcome, note, say};

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

/// Copies the database while it is used, and proves the copy before it gets its name.
pub async fn backup(url: &str, args: BackupArgs) -> Outcome {
    let copy = copies::backup(url, &args.file).await?;
    verify::prove(&copy.url()).await?;
    copy.keep()?;
    say(&format!("copied to {}", args.file.display()))
}

/// Proves a copy beside the place where the database is to be, and puts it there.
pub async fn restore(url: &str, args: RestoreArgs) -> Outcome {
    let copy = copies::restore(url, &args.file).await?;
    let older = matches!(schema::look(&copy.url(), Settings::default()).await?, Schema::Older { .. });
    if !older {
        verify::prove(&copy.url()).await?;
    }
    copy.keep()?;
    if older {
        note("this copy is of an earlier version: the next start brings it up to date; run `tributary verify` then");
    }
    say(&format!("restored from {}", args.file.display()))
}
