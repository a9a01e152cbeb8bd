//! Who is looking, and where.

use serde::{Deserialize, Serialize};

use domain::access::{Action, PartnerAction, allows, partner_allows};
use domain::states::{CompanyRole, PartnerRole};

/// The person signed in and the place they look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub name: String,
    pub email: String,
    pub scope: Scope,
    /// Every place this person belongs to, the present one included.
    pub places: Vec<PlaceLink>,
    /// Only in a sandbox.
    pub clock: Option<ClockView>,
    /// How many rewards wait for a review; 0 for partners.
    pub to_review: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// `zone` in words ("New York time"), `currency` as its code.
    Company {
        key: String,
        name: String,
        role: CompanyRole,
        zone: String,
        currency: String,
    },
    Partner {
        name: String,
        role: PartnerRole,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceLink {
    /// The whole address.
    pub href: String,
    pub name: String,
    /// The person's role there: "Owner".
    pub role: String,
    pub company: bool,
    /// Of a partner, the companies that it works with: "Northwind and Lakeside". Only where a place is chosen.
    pub partner_of: String,
}

/// The sandbox's clock: what it shows in the company's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockView {
    /// "Saturday"
    pub weekday: String,
    /// "4 April 2026, 09:00"
    pub now: String,
    /// "New York time"
    pub zone: String,
    pub may_move: bool,
}

/// How far long work is that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkView {
    pub percent: u8,
    /// "1,200 of 4,000 rows"
    pub words: String,
    /// What the button says that stops it.
    pub stop: String,
}

impl Viewer {
    pub fn may(&self, action: Action) -> bool {
        matches!(self.scope, Scope::Company { role, .. } if allows(role, action))
    }

    pub fn may_as_partner(&self, action: PartnerAction) -> bool {
        matches!(self.scope, Scope::Partner { role, .. } if partner_allows(role, action))
    }

    pub fn scope_name(&self) -> &str {
        match &self.scope {
            Scope::Company { name, .. } | Scope::Partner { name, .. } => name,
        }
    }

    /// Two letters for the round tile.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// "Ada Moreau" → "AM": of each word the first letter or digit.
pub fn initials(name: &str) -> String {
    letters(name).take(2).flat_map(char::to_uppercase).collect()
}

/// "“Ohrwurm” Blog" → "O"
pub fn initial(name: &str) -> String {
    letters(name).take(1).flat_map(char::to_uppercase).collect()
}

fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
}

/// A jump of the sandbox's clock with what it would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jump {
    /// RFC 3339, for the form.
    pub to: String,
    /// "Tomorrow", "Month end", "Charge day".
    pub label: String,
    /// "Wed 8 Apr"
    pub date: String,
    /// "Generates 3 invoices, sends 3 emails"; "Nothing is due"; empty: not worked out.
    pub effect: String,
}

/// Someone to sign in as with one click, only in demo and sandbox databases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoUser {
    pub email: String,
    /// "Company owner", "Partner"
    pub label: String,
    pub place: String,
    pub company: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_show_letters_and_digits() {
        assert_eq!(initials("Ada Moreau"), "AM");
        assert_eq!(initials("Blog \"Ohrwurm\"; Inh. Özgür"), "BO");
        assert_eq!((initials("— 24/7 —").as_str(), initial("„éclair“").as_str(), initial("\"").as_str()), ("2", "É", ""));
    }
}
