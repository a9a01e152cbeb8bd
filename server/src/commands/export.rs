//! `tributary export`

use std::io::{BufWriter, Write};

use clap::ValueEnum;
use data::work::open_imports;
use exchange::exports::{Export, Format, Noun};
use exchange::imports;

use crate::commands::{open_existing, open_to_read};
use crate::console::Outcome;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to write
    #[arg(value_parser = noun)]
    noun: Noun,
    /// The company's key
    #[arg(long, value_name = "KEY")]
    company: String,
    #[arg(long, value_enum)]
    format: FormatArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArg {
    /// Amounts in major units; of partners, customers and transactions the columns that their import reads
    Csv,
    /// One JSON object per line, amounts in minor units
    Jsonl,
}

fn noun(text: &str) -> Result<Noun, String> {
    let known: Vec<&str> = Noun::ALL.iter().map(|noun| noun.word()).collect();
    text.parse().map_err(|_| format!("known are {}", known.join(", ")))
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let db = open_to_read(url).await?;
    let format = match args.format {
        FormatArg::Csv => Format::Csv,
        FormatArg::Jsonl => Format::JsonLines,
    };
    let company = data::programme::companies::find_by_key(db.read(), &args.company).await?;
    if open_imports::refuse_while_open(db.read(), company.id).await.is_err() {
        let writer = open_existing(url).await?;
        imports::wait_for_open(&writer, company.id, open_imports::PATIENCE).await?;
        writer.close().await?;
    }
    let snapshot = db.long_snapshot().await?;
    let mut export = Export::begin(&snapshot, company.id, args.noun, format).await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    while let Some(piece) = export.next_piece(&snapshot).await? {
        out.write_all(&piece)?;
    }
    out.flush()?;
    drop(out);
    snapshot.rollback().await?;
    db.close().await?;
    Ok(())
}
