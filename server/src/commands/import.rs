//! `tributary import`

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data::act::{Act, Actor};
use data::installation;
use data::programme::companies;
use domain::money::Decimals;
use domain::page::{are, number_of};
use exchange::imports::{self, Delimiter, Encoding, Kind, Options, Progress, ProgressFn, Report, Told};
use indicatif::{ProgressBar, ProgressStyle};

use crate::commands::open_existing;
use crate::console::{Failure, Outcome, note, say};

/// How many bad rows are named on stderr; the rest is counted.
const NAMED_MAX: usize = 50;
/// Of how many rows that are alike each is named; the rest is counted.
const ALIKE_MAX: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// partners, customers, attributions, transactions, rewards or reviews
    #[arg(value_parser = clap::builder::ValueParser::new(|text: &str| text.parse::<Kind>()))]
    kind: Kind,
    file: PathBuf,
    /// The company's key
    #[arg(long, value_name = "KEY")]
    company: String,
    /// Check everything and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Import the good rows although there are bad ones
    #[arg(long)]
    skip_bad: bool,
    /// What stands between columns: comma, semicolon or tab (default: as the header has it)
    #[arg(long, value_parser = clap::builder::ValueParser::new(|text: &str| text.parse::<Delimiter>()))]
    delimiter: Option<Delimiter>,
    /// utf-8, utf-16le, utf-16be, windows-1252 or latin-1 (default: UTF-8, or UTF-16 where the file is)
    #[arg(long, value_parser = clap::builder::ValueParser::new(|text: &str| text.parse::<Encoding>()))]
    encoding: Option<Encoding>,
    /// Amounts are written like 1.234,56
    #[arg(long, conflicts_with = "decimal_point")]
    decimal_comma: bool,
    /// Amounts are written like 1,234.56
    #[arg(long)]
    decimal_point: bool,
    /// Give rewards again that came in with another file
    #[arg(long)]
    again: bool,
    /// A new file for the bad rows, with their reasons (default: beside the file, as NAME.rejects.csv)
    #[arg(long, value_name = "FILE", requires = "skip_bad")]
    rejects: Option<PathBuf>,
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let in_file = |error: std::io::Error| format!("{}: {error}", args.file.display());
    let file = File::open(&args.file).map_err(in_file)?;
    let metadata = file.metadata().map_err(in_file)?;
    if metadata.is_dir() {
        return Err(format!("{} is a folder", args.file.display()).into());
    }
    let db = open_existing(url).await?;
    let company = companies::find_by_key(db.read(), &args.company).await?;
    let now = installation::now(&db).await?;
    let rejects = args.rejects_file()?;
    let options = args.options();
    let (bar, progress) = progress_bar(metadata.len());
    let input = BufReader::with_capacity(64 * 1024, file);
    let outcome =
        imports::import(&db, &Act { company_id: company.id, actor: Actor::COMMAND_LINE, now }, args.kind, input, options, progress).await;
    bar.finish_and_clear();
    let mut report = outcome?;
    db.close().await?;
    tell_errors(&report, args.kind);
    tell_remarks(&report, args.kind);
    tell_reading(&report);
    if report.refused() {
        let wrong = report.wrong_rows();
        let message = format!("{wrong} of {} rows {} wrong; nothing was imported", report.read, are(wrong));
        return Err(Failure::Refused(Some(message)));
    }
    if let (Some(mut rest), Some(rejects)) = (report.rest.take(), rejects) {
        rejects.fill(&mut rest)?;
    }
    say(&summary(&report, args.kind))?;
    if report.impossible > 0 {
        let rows = number_of(report.impossible, "row", "rows");
        return Err(Failure::Refused(Some(format!("{rows} could not be imported any more: other changes came first"))));
    }
    Ok(())
}

impl Args {
    /// Made before anything is imported, so that rows that are left out are sure to have a place.
    fn rejects_file(&self) -> Outcome<Option<Rejects>> {
        if !self.skip_bad || self.dry_run {
            return Ok(None);
        }
        let path = self.rejects.clone().unwrap_or_else(|| beside(&self.file));
        Ok(Some(Rejects::create(path)?))
    }

    fn options(&self) -> Options {
        let decimals = match (self.decimal_comma, self.decimal_point) {
            (true, _) => Decimals::Comma,
            (_, true) => Decimals::Point,
            _ => Decimals::Unsaid,
        };
        Options {
            dry_run: self.dry_run,
            skip_bad: self.skip_bad,
            again: self.again,
            told: Told { delimiter: self.delimiter, encoding: self.encoding, decimals, guess: false },
            file_name: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            stop: None,
        }
    }
}

/// How the file was read, where that is not plain.
fn tell_reading(report: &Report) {
    let words = report.format.words();
    if !words.is_empty() {
        note(&format!("read with {}", words.join(", ")));
    }
    if !report.ignored.is_empty() {
        note(&format!("columns not used: {}", report.ignored.join(", ")));
    }
    let said = |words: &str| report.errors.iter().any(|error| error.message.contains(words));
    if said("is not UTF-8") {
        note("a file that Excel saved as plain CSV is read with --encoding windows-1252");
    }
    if said("decimal commas") {
        note("amounts like 1.234,56 are read with --decimal-comma");
    }
    if report.repeated > 0 {
        note("rewards that came in with another file are given again only with --again, or under keys of their own in a column “key”");
    }
}

fn tell_errors(report: &Report, kind: Kind) {
    for error in report.errors.iter().chain(&report.late).take(NAMED_MAX) {
        note(&format!("{}: {error}", kind.word()));
    }
    let more = report.errors.len().saturating_sub(NAMED_MAX) as u64 + report.unnamed;
    if more > 0 {
        note(&format!("and {more} more"));
    }
}

/// Rows that are left out because they were voided, and, in a dry run, those that look wrong.
fn tell_remarks(report: &Report, kind: Kind) {
    for (remarks, head) in [(&report.voided, "left out"), (&report.doubts, "worth a second look")] {
        for group in &remarks.groups {
            note(&format!("{}: {head}: {} {}", kind.word(), number_of(group.rows, "row", "rows"), group.about));
            for remark in group.named.iter().take(ALIKE_MAX) {
                note(&format!("  {remark}"));
            }
            let more = group.rows - group.named.len().min(ALIKE_MAX) as u64;
            if more > 0 {
                note(&format!("  and {more} more"));
            }
        }
    }
}

fn summary(report: &Report, kind: Kind) -> String {
    let counts = [
        (report.created, "new"),
        (report.changed, "changed"),
        (report.unchanged, "unchanged"),
        (report.skipped, "left out"),
        (report.voided.rows, "left out as voided"),
        (report.impossible, "impossible by now"),
    ];
    let parts: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let rewards = report
        .rewards
        .filter(|_| report.dry_run)
        .map(|rewards| format!(", {}", number_of(rewards, "reward", "rewards")))
        .unwrap_or_default();
    let what = if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") };
    let verdict = match (report.dry_run, report.created + report.changed) {
        (true, _) => " (dry run: nothing was changed)",
        (false, 0) => " (nothing changed)",
        (false, _) => "",
    };
    format!("{}: {what}{rewards}{verdict}", kind.word())
}

/// A new file for the rows that are left out; removed where there are none.
struct Rejects {
    path: PathBuf,
    file: Option<File>,
}

impl Rejects {
    fn create(path: PathBuf) -> Outcome<Rejects> {
        let created = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = created.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("{} is there already: move it away, or name another file with --rejects; nothing was imported", path.display())
            }
            _ => format!("{}: {error}; nothing was imported", path.display()),
        })?;
        Ok(Rejects { path, file: Some(file) })
    }

    fn fill(mut self, rows: &mut File) -> Outcome {
        if let Some(mut file) = self.file.take() {
            std::io::copy(rows, &mut file).map_err(|error| format!("{}: {error}", self.path.display()))?;
            note(&format!("the rows that were left out are in {}", self.path.display()));
        }
        Ok(())
    }
}

impl Drop for Rejects {
    fn drop(&mut self) {
        if self.file.is_some() {
            // It is empty: whoever finds it loses nothing.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// "sales.csv" → "sales.rejects.csv"
fn beside(file: &Path) -> PathBuf {
    file.with_extension("rejects.csv")
}

/// Shows how far it is on a terminal, and nothing elsewhere: first bytes read, then rows written.
fn progress_bar(bytes: u64) -> (ProgressBar, ProgressFn) {
    if !std::io::stderr().is_terminal() {
        return (ProgressBar::hidden(), Arc::new(|_| {}));
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent}%, {elapsed} so far");
    let bar = ProgressBar::new(bytes.max(1)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let shown = bar.clone();
    let progress: ProgressFn = Arc::new(move |progress| match progress {
        Progress::Reading { done } => {
            shown.set_message("reading");
            shown.set_position(done);
        }
        Progress::Writing { done, total } => {
            shown.set_message("writing");
            shown.set_length(total.max(1));
            shown.set_position(done);
        }
    });
    (bar, progress)
}
