//! `tributary run-due`

use std::io::IsTerminal;
use std::path::PathBuf;

use data::due;
use data::installation;
use data::work::Work;
use domain::Instant;
use indicatif::{ProgressBar, ProgressStyle};

use super::init::parse_instant;
use crate::background;
use crate::commands::open_existing;
use crate::console::{Outcome, say};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Move a sandbox's clock to this instant, step by step through everything due
    #[arg(long, value_name = "RFC3339", value_parser = parse_instant)]
    until: Option<Instant>,
    /// Folder for outgoing mail, one .eml file per message
    #[arg(long, env = "TRIBUTARY_MAIL_DIR", value_name = "FOLDER", default_value = "var/mail")]
    mail_dir: PathBuf,
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let db = open_existing(url).await?;
    let worker = background::worker(&db, &args.mail_dir);
    let work = match args.until {
        None => due::run_due(&db, &worker, installation::now(&db).await?).await?,
        Some(until) => {
            let from = installation::now(&db).await?;
            let bar = progress_bar(from, until);
            let work = due::run_until(&db, &worker, until, &|now, _| bar.set_position(millis(from, now))).await;
            bar.finish_and_clear();
            work?
        }
    };
    say(&summary(&work))?;
    db.close().await?;
    let failed = worker.troubles.companies();
    if failed.is_empty() {
        return Ok(());
    }
    let companies: Vec<String> = failed.iter().map(|trouble| format!("{}: {}", trouble.company_key, trouble.error)).collect();
    Err(format!("some work failed and is tried again by the next run\n{}", companies.join("\n")).into())
}

/// Shows the clock's way on a terminal, and nothing elsewhere.
fn progress_bar(from: Instant, until: Instant) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent}%, {elapsed} so far");
    ProgressBar::new(millis(from, until)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn millis(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.0 - from.0).unwrap_or(0)
}

fn summary(work: &Work) -> String {
    let counts = [
        (work.released, "rewards ready"),
        (work.months_closed, "months closed"),
        (work.invoices, "invoices issued"),
        (work.charges_done, "charges done"),
        (work.charges_failed, "charges failed"),
        (work.payouts_released, "payouts released"),
        (work.payouts_sent, "payouts sent"),
        (work.payouts_paid, "payouts paid"),
        (work.payouts_failed, "payouts failed"),
        (work.mails, "emails sent"),
        (work.mails_failed, "emails failed"),
    ];
    let done: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if done.is_empty() { "nothing was due".to_owned() } else { done.join(", ") }
}
