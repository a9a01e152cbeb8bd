//! The command line. Results go to stdout, messages to stderr; 0 is success, 1 a refused or failed job, 2 wrong usage.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{backup, demo, export, import, init, partner, program, run_due, serve, user, verify};
use crate::console::{Failure, Outcome, report};
use crate::telemetry;

#[derive(Debug, Parser)]
#[command(name = "tributary", version, about = "Runs a company's partner programme: sales, rewards, invoices, payouts.")]
struct Cli {
    /// sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, global = true, env = "TRIBUTARY_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    #[arg(default_value = "sqlite://var/tributary.db")]
    database: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create the schema (serve and demo do it too)
    Init(init::Args),
    /// Fill a sandbox with the demo company
    Demo(demo::Args),
    /// Serve the screens and do the work that falls due
    Serve(serve::Args),
    /// The company, its groups and offers as a file
    #[command(subcommand)]
    Program(program::Command),
    /// Read partners, customers, attributions, transactions, rewards or reviews from a CSV file
    Import(import::Args),
    /// Write partners, customers, transactions, rewards, invoices, payouts, receipts or the ledger to stdout
    Export(export::Args),
    /// Do all work that is due
    RunDue(run_due::Args),
    /// Prove from the rows alone that nothing was lost or paid twice
    Verify,
    /// Copy a SQLite database to a new file while it is used, and prove the copy
    Backup(backup::BackupArgs),
    /// Put a copy where the database is to be; refused where it holds anything
    Restore(backup::RestoreArgs),
    /// People who sign in
    #[command(subcommand)]
    User(user::Command),
    /// Partners
    #[command(subcommand)]
    Partner(partner::Command),
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start();
    // The database, mails and uploads hold what belongs to others: they are readable by this user alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(Failure::from(error)),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(failure),
    }
}

async fn run(cli: Cli) -> Outcome {
    let url = cli.database.as_str();
    match cli.command {
        Command::Init(args) => init::run(url, args).await,
        Command::Demo(args) => demo::run(url, args).await,
        Command::Serve(args) => serve::run(url, args).await,
        Command::Program(command) => program::run(url, command).await,
        Command::Import(args) => import::run(url, args).await,
        Command::Export(args) => export::run(url, args).await,
        Command::RunDue(args) => run_due::run(url, args).await,
        Command::Verify => verify::run(url).await,
        Command::Backup(args) => backup::backup(url, args).await,
        Command::Restore(args) => backup::restore(url, args).await,
        Command::User(command) => user::run(url, command).await,
        Command::Partner(command) => partner::run(url, command).await,
    }
}
