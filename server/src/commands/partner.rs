//! `tributary partner`

use data::Db;
use data::act::Actor;
use data::network::partners;
use data::schema::Purpose;

use crate::commands::admit;
use crate::console::{Outcome, say};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Give a partner another key
    RenameKey {
        /// The key that the partner has
        #[arg(allow_hyphen_values = true)]
        old: String,
        new: String,
        /// The company's key
        #[arg(long, value_name = "KEY")]
        company: String,
    },
}

pub async fn run(url: &str, command: Command) -> Outcome {
    let Command::RenameKey { old, new, company } = command;
    // The schema may be an earlier one: a key that files give a meaning of its own stops its way up.
    admit(url, Purpose::Change).await?;
    let db = Db::connect(url).await?;
    partners::rename_key(&db, &company, &old, &new, Actor::COMMAND_LINE).await?;
    db.close().await?;
    say(&format!("the partner “{old}” of {company} is “{new}” from now on"))
}
