//! `tributary demo`

use std::io::IsTerminal;
use std::path::PathBuf;

use app::ctx::real_now;
use exchange::demo;
use indicatif::{ProgressBar, ProgressStyle};

use crate::background;
use crate::commands::open;
use crate::console::{Outcome, say};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for outgoing mail, one .eml file per message
    #[arg(long, env = "TRIBUTARY_MAIL_DIR", value_name = "FOLDER", default_value = "var/mail")]
    mail_dir: PathBuf,
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let db = open(url).await?;
    let worker = background::worker(&db, &args.mail_dir);
    let bar = progress_bar();
    let progress = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let filled = demo::fill(&db, &worker, real_now(), &progress).await;
    bar.finish_and_clear();
    let demo = filled?;
    say(&format!("{}: its clock is at {}", demo.company, demo.now))?;
    say(&format!("  company owner  {}  {}", demo.owner_email, demo.password))?;
    say(&format!("  partner        {}  {}  ({})", demo.partner_email, demo.password, demo.partner_name))?;
    db.close().await?;
    Ok(())
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("two years of Northwind {bar:40} {percent}%, {elapsed} so far");
    ProgressBar::new(1).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
