//! Who acts, for which company, when.

use domain::Instant;
use uuid::Uuid;

/// On whose behalf, for which company and when an operation runs.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    pub company_id: Uuid,
    pub actor: Actor<'a>,
    pub now: Instant,
}

impl<'a> Act<'a> {
    /// What nobody does by hand.
    pub const fn system(company_id: Uuid, now: Instant) -> Act<'static> {
        Act { company_id, actor: Actor::SYSTEM, now }
    }

    pub const fn named(company_id: Uuid, name: &'a str, now: Instant) -> Act<'a> {
        Act { company_id, actor: Actor::Named(name), now }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A person who signed in.
    Person { user_id: Uuid, email: &'a str },
    /// A program, or whoever runs it: "system", "command line".
    Named(&'a str),
}

impl Actor<'_> {
    pub const SYSTEM: Actor<'static> = Actor::Named("system");
    pub const COMMAND_LINE: Actor<'static> = Actor::Named("command line");

    /// Of a column `author`.
    pub const fn of(author: &str) -> Actor<'_> {
        Actor::Named(author)
    }

    /// As the columns `author` have it.
    pub fn stored(&self) -> String {
        match self {
            Actor::Person { email, .. } => (*email).to_owned(),
            Actor::Named(name) => (*name).to_owned(),
        }
    }
}

/// Whether a column `author` names the program itself.
pub fn is_system(author: &str) -> bool {
    Actor::SYSTEM == Actor::Named(author)
}
