//! Whose pages these are: a company's or a partner organisation's. Every address and every form says so.

use std::convert::Infallible;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Written as the beginning of its addresses: "/c/northwind", "/p/7k3m9qx2v4wd".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Place {
    /// By the company's key.
    Company(String),
    /// By the partner organisation's key.
    Partner(String),
    /// Signing in, choosing a place; and what a form says that names none.
    #[default]
    Nowhere,
}

/// The areas of a company's pages, files included.
const COMPANY_AREAS: [&str; 10] =
    ["partners", "customers", "rewards", "invoices", "offers", "settings", "search", "export", "payouts", "upload"];
/// Where a partner's pages were before addresses said whose they are.
const PARTNER_AREA: &str = "/partner";

impl Place {
    /// The place that an address is at.
    pub fn of_path(path: &str) -> Place {
        let mut parts = path.split(['?', '#']).next().unwrap_or_default().split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(""), Some("c"), Some(key)) if !key.is_empty() => Place::Company(key.to_owned()),
            (Some(""), Some("p"), Some(key)) if !key.is_empty() => Place::Partner(key.to_owned()),
            _ => Place::Nowhere,
        }
    }

    /// The address here of a path that does not say whose it is: "/rewards" is "/c/northwind/rewards". What is no path of that kind
    /// ("?page=2", "/c/other/rewards") stays as it is.
    pub fn at(&self, path: &str) -> String {
        if *self == Place::Nowhere || !path.starts_with('/') || Place::of_path(path) != Place::Nowhere {
            return path.to_owned();
        }
        match path.strip_prefix('/') {
            Some(rest) if rest.is_empty() || rest.starts_with(['?', '#']) => format!("{self}{rest}"),
            _ => format!("{self}{path}"),
        }
    }

    /// Where an address of the time before addresses said whose they are leads here; `None` where it is about the other kind of place.
    pub fn take_over(&self, address: &str) -> Option<String> {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let area = path.split('/').nth(1).unwrap_or_default();
        let of_partner = path == PARTNER_AREA || path.starts_with("/partner/");
        match self {
            Place::Company(_) => (!of_partner).then(|| self.at(address)),
            Place::Partner(_) if of_partner => {
                let rest = &address[PARTNER_AREA.len()..];
                Some(self.at(if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") }.as_str()))
            }
            Place::Partner(_) => (!COMPANY_AREAS.contains(&area)).then(|| self.at(address)),
            Place::Nowhere => None,
        }
    }
}

/// A path without its place: "/c/northwind/rewards" is "/rewards" there.
pub fn within(path: &str) -> &str {
    if Place::of_path(path) == Place::Nowhere {
        return path;
    }
    match path.match_indices('/').nth(2) {
        Some((at, _)) => &path[at..],
        None => "/",
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Place::Company(key) => write!(f, "/c/{key}"),
            Place::Partner(key) => write!(f, "/p/{key}"),
            Place::Nowhere => Ok(()),
        }
    }
}

/// What is no place is [`Place::Nowhere`], as where none was named.
impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Place, Infallible> {
        Ok(Place::from(text.to_owned()))
    }
}

impl From<String> for Place {
    fn from(text: String) -> Place {
        let place = Place::of_path(&text);
        if place.to_string() == text { place } else { Place::Nowhere }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> String {
        place.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company() -> Place {
        Place::Company("northwind".to_owned())
    }

    fn partner() -> Place {
        Place::Partner("7k3m9qx2v4wd".to_owned())
    }

    #[test]
    fn an_address_says_whose_it_is() {
        assert_eq!(Place::of_path("/c/northwind"), company());
        assert_eq!(Place::of_path("/c/northwind?q=/p/x"), company());
        assert_eq!(Place::of_path("/p/7k3m9qx2v4wd/commissions"), partner());
        for nowhere in ["", "/", "/c", "/c/", "c/northwind", "/customers/c", "/partners/p/x", "//c/northwind", "?c/x"] {
            assert_eq!(Place::of_path(nowhere), Place::Nowhere, "{nowhere}");
        }
    }

    #[test]
    fn links_lead_on_at_their_place() {
        assert_eq!(company().at("/"), "/c/northwind");
        assert_eq!(company().at("/?day=1"), "/c/northwind?day=1");
        assert_eq!(company().at("/rewards?status=new#a"), "/c/northwind/rewards?status=new#a");
        assert_eq!(partner().at("/commissions"), "/p/7k3m9qx2v4wd/commissions");
        assert_eq!(company().at("/customers/c"), "/c/northwind/customers/c");
        for as_it_is in ["?page=2", "#top", "", "/c/other/rewards", "/p/x"] {
            assert_eq!(company().at(as_it_is), as_it_is);
        }
        assert_eq!(Place::Nowhere.at("/rewards"), "/rewards");
    }

    #[test]
    fn a_path_is_the_same_within_every_place() {
        assert_eq!(within("/c/northwind"), "/");
        assert_eq!(within("/c/northwind/rewards/r"), "/rewards/r");
        assert_eq!(within("/p/x/"), "/");
        assert_eq!(within("/sign-in"), "/sign-in");
    }

    #[test]
    fn old_addresses_are_taken_over() {
        let at = |place: Place, old: &str| place.take_over(old);
        assert_eq!(at(company(), "/").as_deref(), Some("/c/northwind"));
        assert_eq!(at(company(), "/partners?q=a").as_deref(), Some("/c/northwind/partners?q=a"));
        assert_eq!(at(company(), "/partner/commissions"), None);
        assert_eq!(at(partner(), "/partner").as_deref(), Some("/p/7k3m9qx2v4wd"));
        assert_eq!(at(partner(), "/partner?x=1").as_deref(), Some("/p/7k3m9qx2v4wd?x=1"));
        assert_eq!(
            at(partner(), "/partner/commissions/rwd_1?status=paid").as_deref(),
            Some("/p/7k3m9qx2v4wd/commissions/rwd_1?status=paid")
        );
        assert_eq!(at(partner(), "/export/rewards.csv"), None);
        assert_eq!(at(partner(), "/").as_deref(), Some("/p/7k3m9qx2v4wd"));
        assert_eq!(Place::Nowhere.take_over("/"), None);
    }

    #[test]
    fn what_names_no_place_is_nowhere() {
        assert_eq!("/c/northwind".parse(), Ok(company()));
        for text in ["", "northwind", "/c/northwind/rewards", "/x/northwind", "/c/", "/c/a?b"] {
            assert_eq!(text.parse(), Ok(Place::Nowhere), "{text}");
        }
    }
}
