//! `tributary init`

use data::installation::{self, Mode};
use domain::Instant;

use crate::commands::open;
use crate::console::{Outcome, say};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A database for trying things out, with a clock of its own
    #[arg(long, requires = "now")]
    sandbox: bool,
    /// Where the sandbox's clock begins, like 2026-01-01T00:00:00Z
    #[arg(long, value_name = "RFC3339", requires = "sandbox", value_parser = parse_instant)]
    now: Option<Instant>,
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let db = open(url).await?;
    let mode = args.now.map_or(Mode::Production, |start| Mode::Sandbox { start });
    let new = installation::init(&db, mode).await?;
    let kind = match mode {
        Mode::Production => "production".to_owned(),
        Mode::Sandbox { start } => format!("sandbox, its clock at {start}"),
    };
    say(&format!("{}: {} ({kind})", if new { "created" } else { "unchanged" }, db.kind()))?;
    db.close().await?;
    Ok(())
}

pub fn parse_instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).map_err(|error| error.to_string())
}
