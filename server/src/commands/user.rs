//! `tributary user`: who may sign in, and who may no longer.

use std::io::{IsTerminal, Read};

use chrono::Utc;
use clap::{ArgGroup, Subcommand};
use data::act::Actor;
use data::people::accounts::access::{self, Scope};
use data::people::accounts::{self, Membership, Place};
use domain::Instant;
use domain::states::{CompanyRole, PartnerRole};

use crate::commands::{open_existing, open_to_read};
use crate::console::{Outcome, note, say};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Let a person sign in: with the password on stdin, or else by a one-time link that is printed
    Add(AddArgs),
    /// List everybody who may sign in: address, name and where they belong, with tabs between
    List {
        /// Only people of this company and of its partners
        #[arg(long, value_name = "KEY")]
        company: Option<String>,
    },
    /// End every session of a person
    SignOut {
        #[arg(long)]
        email: String,
    },
    /// Take a person's access away and end their sessions; the last owner of a company stays
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
pub struct RemoveArgs {
    #[arg(long)]
    email: String,
    /// Only from this company, not from its partners (default: from everywhere, with password and links)
    #[arg(long, value_name = "KEY")]
    company: Option<String>,
    /// Only from this partner of the company
    #[arg(long, value_name = "PARTNER_KEY", requires = "company")]
    partner: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("how").args(["password_stdin", "link"])))]
pub struct AddArgs {
    #[arg(long)]
    email: String,
    /// The company's key
    #[arg(long, value_name = "KEY")]
    company: String,
    /// Of the company: owner, admin, teammate, program_manager, read_only. With --partner: owner, admin, member, finance
    #[arg(long)]
    role: String,
    /// Make the person a member of this partner of the company instead
    #[arg(long, value_name = "PARTNER_KEY")]
    partner: Option<String>,
    /// How the person is called (default: the address)
    #[arg(long)]
    name: Option<String>,
    /// Read the password from stdin (default where stdin is not a terminal)
    #[arg(long)]
    password_stdin: bool,
    /// Print a one-time link and do not look at stdin
    #[arg(long)]
    link: bool,
    /// The address that the printed link begins with
    #[arg(long, env = "TRIBUTARY_PUBLIC_URL", default_value = "http://localhost:3000", value_name = "URL")]
    public_url: String,
}

/// Who did it, as the audit log says.
pub async fn run(url: &str, command: Command) -> Outcome {
    match command {
        Command::Add(args) => add(url, args).await,
        Command::List { company } => list(url, company.as_deref()).await,
        Command::SignOut { email } => sign_out(url, &email).await,
        Command::Remove(args) => remove(url, &args).await,
    }
}

async fn list(url: &str, company: Option<&str>) -> Outcome {
    let db = open_to_read(url).await?;
    let company_id = match company {
        Some(key) => Some(data::programme::companies::find_by_key(db.read(), key).await?.id),
        None => None,
    };
    for user in access::list(&db, company_id).await? {
        let mut places = Vec::new();
        for membership in &user.memberships {
            match membership {
                Membership::Company { key, role, .. } => places.push(format!("{key}: {role}")),
                // By the keys that `remove` takes.
                Membership::Partner { partner_id, role, .. } => {
                    for (company, partner) in access::known_as(&db, *partner_id).await? {
                        places.push(format!("partner {partner} of {company}: {role}"));
                    }
                }
            }
        }
        say(&format!("{}\t{}\t{}", user.email, user.name, places.join(", ")))?;
    }
    db.close().await?;
    Ok(())
}

async fn sign_out(url: &str, email: &str) -> Outcome {
    let db = open_existing(url).await?;
    let ended = access::sign_out(&db, email, Actor::COMMAND_LINE).await?;
    say(&format!("ended {}", counted(ended, "session")))?;
    db.close().await?;
    Ok(())
}

async fn remove(url: &str, args: &RemoveArgs) -> Outcome {
    let db = open_existing(url).await?;
    let from = match (&args.company, &args.partner) {
        (None, _) => Scope::Everywhere,
        (Some(key), partner) => {
            let company_id = data::programme::companies::find_by_key(db.read(), key).await?.id;
            match partner {
                Some(partner) => Scope::Partner(accounts::find_partner(&db, company_id, partner).await?),
                None => Scope::Company(company_id),
            }
        }
    };
    let removed = access::remove(&db, &args.email, from, Actor::COMMAND_LINE).await?;
    let places = u64::try_from(removed.places).unwrap_or(u64::MAX);
    say(&format!("removed from {}, ended {}", counted(places, "place"), counted(removed.sessions, "session")))?;
    db.close().await?;
    Ok(())
}

/// "1 session", "2 sessions"
fn counted(count: u64, noun: &str) -> String {
    domain::page::number_of(count, noun, &format!("{noun}s"))
}

async fn add(url: &str, args: AddArgs) -> Outcome {
    let password = read_password(&args)?;
    let db = open_existing(url).await?;
    let company = data::programme::companies::find_by_key(db.read(), &args.company).await?;
    let place = match &args.partner {
        None => Place::Company(company.id, parse_role::<CompanyRole>(&args.role)?),
        Some(key) => {
            let partner_id = accounts::find_partner(&db, company.id, key).await?;
            Place::Partner(partner_id, parse_role::<PartnerRole>(&args.role)?)
        }
    };
    let now = Instant(Utc::now().timestamp_millis());
    let added = accounts::add_user(&db, place, &args.email, args.name.as_deref(), password.as_deref(), Actor::COMMAND_LINE, now).await?;
    note(if added.new { "added" } else { "this person was known: the role is set" });
    match added.link {
        Some(secret) => {
            note("this link signs in once, within seven days:");
            say(&format!("{}/sign-in/link/{secret}", args.public_url.trim_end_matches('/')))?;
        }
        None => say(&format!("{} may sign in", args.email.trim().to_lowercase()))?,
    }
    db.close().await?;
    Ok(())
}

fn parse_role<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Outcome<T> {
    Ok(text.parse::<T>().map_err(|error| format!("role: {error}"))?)
}

/// The first line of stdin; nothing there means a link.
fn read_password(args: &AddArgs) -> Outcome<Option<String>> {
    if args.link || (!args.password_stdin && std::io::stdin().is_terminal()) {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().take(64 * 1024).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() && args.password_stdin {
        return Err("the password on stdin is empty".to_owned().into());
    }
    Ok(Some(line).filter(|line| !line.is_empty()))
}
