//! Whose pages these are, for links and on the way in. See [`domain::Place`].

use domain::place::within;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
#[cfg(feature = "ssr")]
use {
    crate::ctx::Person, crate::forms::local_path, crate::http::encode, domain::Place, http::Uri, screens::session::places,
    views::session::PlaceLink,
};

use crate::ui::Ui;

/// The page on which people with several places choose one; `?next=` is where they want to go on to.
pub const PLACES: &str = "/places";

/// The address of a path at this page's place: for every link. In a page's set-up and in its views; what the browser calls later takes
/// [`Ui::at`].
pub fn at(path: impl AsRef<str>) -> String {
    Ui::get().at(path.as_ref())
}

/// Where in its place this page is: "/rewards" for every company.
pub fn use_here() -> Memo<String> {
    let here = use_location().pathname;
    Memo::new(move |_| here.with(|here| within(here).to_owned()))
}

/// The same address as links have it: without slashes at its end, and with keys as they are written now.
#[cfg(feature = "ssr")]
pub fn renewed(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let trimmed = if path == "/" { path } else { path.trim_end_matches('/') };
    let renewed = domain::addresses::renewed(trimmed).unwrap_or_else(|| trimmed.to_owned());
    if renewed == path {
        return None;
    }
    let same = match uri.query() {
        Some(query) => format!("{renewed}?{query}"),
        None => renewed,
    };
    Some(local_path(&same).unwrap_or("/").to_owned())
}

/// Where an address leads that does not say whose it is; `None` for one that does.
#[cfg(feature = "ssr")]
pub fn lead(person: &Person, uri: &Uri) -> Option<String> {
    if Place::of_path(uri.path()) != Place::Nowhere {
        return None;
    }
    let chooses = uri.path() == PLACES;
    let wanted = match chooses {
        true => crate::http::next_of(uri),
        false => uri.path_and_query().and_then(|address| local_path(address.as_str())).map(str::to_owned),
    };
    let wanted = wanted.unwrap_or_else(|| "/".to_owned());
    if Place::of_path(&wanted) != Place::Nowhere {
        return Some(wanted);
    }
    match ways(person, &wanted).as_slice() {
        [only] => Some(only.href.clone()),
        _ if chooses => None,
        _ if wanted == "/" => Some(PLACES.to_owned()),
        _ => Some(format!("{PLACES}?next={}", encode(&wanted))),
    }
}

/// Where the person can go on to an address that does not say whose it is. What is at none of their places is looked for at all.
#[cfg(feature = "ssr")]
pub fn ways(person: &Person, wanted: &str) -> Vec<PlaceLink> {
    let fitting = places(&person.user, |membership| membership.place().take_over(wanted));
    match fitting.is_empty() {
        true => places(&person.user, |membership| Some(membership.place().at(wanted))),
        false => fitting,
    }
}
