//! `tributary demo`

use std::io::IsTerminal;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use crate::background;
use crate::cli::{Outcome, say};
use crate::commands::open;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for outgoing mail, one .eml file per message
    #[arg(long, env = "TRIBUTARY_MAIL_DIR", value_name = "FOLDER", default_value = "var/mail")]
    mail_dir: PathBuf,
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let db = open(url).await?;
    let context = background::context(&db, &args.mail_dir);
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(1) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} months, {elapsed}") {
        bar.set_style(style);
    }
    let filled = data::demo::fill(&db, &context, app::ctx::real_now(), &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let demo = filled?;
    say(&format!("{} is ready; its clock stands at {}", demo.company, demo.now))?;
    say(&format!("company owner  {}  password {}", demo.owner_email, demo.password))?;
    say(&format!("partner        {}  password {}  ({})", demo.partner_email, demo.password, demo.partner_name))?;
    db.close().await?;
    Ok(())
}
