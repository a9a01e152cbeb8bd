//! Who acts, for which company, when.

use std::collections::{HashMap, HashSet};

use domain::{Instant, ids};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::Result;
use crate::store::names;

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
    Person { user_id: Uuid },
    /// A program, or whoever runs it: "system", "command line". Also the email of a person, in rows of earlier versions.
    Named(&'a str),
}

/// Stored, and so permanent.
const USER_PREFIX: &str = "usr";

impl Actor<'_> {
    pub const SYSTEM: Actor<'static> = Actor::Named("system");
    pub const COMMAND_LINE: Actor<'static> = Actor::Named("command line");

    /// Of a column `author`.
    pub fn of(author: &str) -> Actor<'_> {
        ids::parse_key(USER_PREFIX, author).map_or(Actor::Named(author), |user_id| Actor::Person { user_id })
    }

    /// As the columns `author` have it. A person is an id there, so that their email can change, and go.
    pub fn stored(&self) -> String {
        match self {
            Actor::Person { user_id } => ids::key(USER_PREFIX, *user_id),
            Actor::Named(name) => (*name).to_owned(),
        }
    }
}

/// Whether a column `author` names the program itself.
pub fn is_system(author: &str) -> bool {
    Actor::SYSTEM == Actor::Named(author)
}

/// The people in some columns `author`.
pub fn people<S: AsRef<str>>(stored: impl IntoIterator<Item = S>) -> HashSet<Uuid> {
    let id = |author: S| match Actor::of(author.as_ref()) {
        Actor::Person { user_id } => Some(user_id),
        Actor::Named(_) => None,
    };
    stored.into_iter().filter_map(id).collect()
}

/// Who the authors of some rows are: the emails of those who signed in.
#[derive(Debug, Default)]
pub struct Authors(HashMap<Uuid, String>);

impl Authors {
    /// Asks once for all of them, and not at all where there are none.
    pub async fn load<C: ConnectionTrait>(conn: &C, people: HashSet<Uuid>) -> Result<Authors> {
        Ok(Authors(names::users(conn, people).await?))
    }

    /// The email, or what the column says.
    pub fn name<'a>(&'a self, stored: &'a str) -> &'a str {
        match Actor::of(stored) {
            Actor::Person { user_id } => self.0.get(&user_id).map_or("a former user", String::as_str),
            Actor::Named(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_read_back() {
        let person = Actor::Person { user_id: Uuid::from_u128(7) };
        assert_eq!(person.stored(), "usr_00000000000000000000000007");
        for actor in [person, Actor::SYSTEM, Actor::COMMAND_LINE, Actor::Named("ada@example.com"), Actor::Named("usr_7")] {
            assert_eq!(Actor::of(&actor.stored()), actor);
        }
    }
}
