//! Every server function, every page and every file, asked for by everybody: visitors, each role of the company, each role
//! of a partner, and the owner of another company. One that is not listed here fails the test.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use domain::access::{Action, PartnerAction};
use domain::review::Verb;
use exchange::exports::Noun;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::harness::{PATTERNS, PLACE};
use crate::on_both;

mod crowd;
mod functions;
mod pages;

pub use crowd::Crowd;
pub use functions::FUNCTIONS;
pub use pages::{FILES, PAGES, POSTS};

#[derive(Clone, Copy, Debug)]
pub enum For {
    Everybody,
    /// Whoever is signed in, at any place.
    People,
    Company(Action),
    Partner(PartnerAction),
}

use For::{Company, Partner};

on_both! {
    async fn every_server_function_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let listed: BTreeSet<&str> = FUNCTIONS.iter().map(|(path, ..)| *path).collect();
        let known: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        assert_eq!(known.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "say here who may call these");
        assert_eq!(listed.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "these are gone");
        assert!(
            server_fn::axum::server_fn_paths().all(|(_, method)| method == Method::POST),
            "reading by GET is not needed, writing by it is unsafe"
        );

        for (path, what, arguments) in FUNCTIONS {
            for (who, cookie) in &crowd.visitors {
                let before = crowd.traces().await;
                let answer = crowd.call(path, arguments, &crowd.place(*what), cookie.as_deref()).await;
                match who.refused(*what) {
                    Some(status) => {
                        assert_eq!(answer.status, status, "{who:?} at {path}: {}", answer.body);
                        assert!(!answer.body.contains("Quokka"), "{who:?} at {path}: {}", answer.body);
                        assert_eq!(crowd.traces().await, before, "{who:?} at {path}");
                    }
                    None => {
                        let fine =
                            !matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) && !answer.status.is_server_error();
                        assert!(fine, "{who:?} at {path}: {} {}", answer.status, answer.body);
                    }
                }
            }
        }
    }
}

/// The values of an attribute in a page.
fn values(page: &str, name: &str) -> Vec<String> {
    page.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).map(|value| value.replace("&amp;", "&")).collect()
}

/// Whether it says something that only this company knows.
fn tells(body: &str) -> bool {
    body.contains("Quokka") || body.contains("quokka")
}

on_both! {
    async fn nobody_reaches_another_company(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let before = crowd.traces().await;
        let mut faults = Vec::new();
        for (cookie, own) in &crowd.outsiders {
            for (path, what, arguments) in FUNCTIONS {
                // At a place of ours, which to them is none; and at their own, with the names of what is ours.
                let at_ours = crowd.call(path, arguments, &crowd.place(*what), Some(cookie)).await;
                if matches!(what, Company(_) | Partner(_)) && at_ours.status != StatusCode::NOT_FOUND {
                    faults.push(format!("{path} at our place: {} {}", at_ours.status, at_ours.body));
                }
                let at_own = crowd.call(path, arguments, own, Some(cookie)).await;
                // Whom a sandbox offers to sign in as, it offers to everybody.
                let offered = *path == "/rpc/session/demo-users";
                for answer in [at_ours, at_own] {
                    if answer.status.is_server_error() || (tells(&answer.body) && !offered) {
                        faults.push(format!("{path}: {} {}", answer.status, answer.body));
                    }
                }
            }
            for (path, what, address, names_something) in PAGES {
                let ours = crowd.place(*what);
                let address = crowd.fill(address);
                let at_ours = crowd.app.ask(&address, Some(cookie)).await;
                if !ours.is_empty() && at_ours.status != StatusCode::NOT_FOUND {
                    faults.push(format!("{path} at our place: {}", at_ours.status));
                }
                let at_own = crowd.app.ask(&address.replacen(&ours, own, 1), Some(cookie)).await;
                let shown = *names_something && at_own.status == StatusCode::OK;
                // The search page repeats what was typed.
                if shown || tells(&at_ours.body) || (tells(&at_own.body) && !path.ends_with("/search")) {
                    faults.push(format!("{path}: {} {}", at_ours.status, at_own.status));
                }
            }
            for (path, _) in FILES {
                let path = crowd.fill(path);
                for path in [path.clone(), path.replacen(PLACE, own, 1)] {
                    let answer = crowd.app.ask(&path, Some(cookie)).await;
                    if tells(&answer.body) || answer.body.contains("acme") || (path.starts_with(PLACE) && answer.status != StatusCode::NOT_FOUND) {
                        faults.push(format!("{path}: {} {}", answer.status, answer.body));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(crowd.traces().await, before);
    }
}

/// One function decides, and who may depends on the decision; one route exports, and who may depends on the file.
#[test]
fn every_decision_and_every_export_is_listed() {
    use app::server_fns::rewards::{MOVE, REMOVE};
    let decisions = Verb::ALL.iter().map(|verb| verb.word()).chain([MOVE, REMOVE]);
    let decided = |word: &str| {
        FUNCTIONS.iter().any(|(path, _, arguments)| {
            *path == "/rpc/rewards/review" && arguments.split('&').any(|part| part == format!("decision={word}"))
        })
    };
    assert_eq!(decisions.filter(|word| !decided(word)).collect::<Vec<_>>(), Vec::<&str>::new());
    let exported = |word: &str| FILES.iter().any(|(path, _)| *path == format!("/c/northwind/export/{word}.csv"));
    assert_eq!(Noun::ALL.iter().map(|noun| noun.word()).filter(|word| !exported(word)).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[tokio::test]
async fn every_page_is_listed() {
    let listed: BTreeSet<&str> = PAGES.iter().map(|(pattern, ..)| *pattern).collect();
    let known: BTreeSet<&str> = PATTERNS.iter().map(String::as_str).collect();
    assert_eq!(known.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "say here who may see these");
    assert_eq!(listed.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "these are gone");
}

on_both! {
    async fn every_page_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let mut faults = Vec::new();
        for (pattern, what, address, _) in PAGES {
            for (who, cookie) in &crowd.visitors {
                let answer = crowd.app.ask(&crowd.fill(address), cookie.as_deref()).await;
                let right = match who.refused(*what) {
                    Some(StatusCode::UNAUTHORIZED) => answer.location().starts_with("/sign-in"),
                    Some(status) => answer.status == status,
                    None => matches!(answer.status, StatusCode::OK | StatusCode::SEE_OTHER),
                };
                if !right {
                    faults.push(format!("{who:?} at {pattern}: {} {}", answer.status, answer.location()));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// What somebody may not do, their pages do not offer: neither a form nor a link.
    async fn pages_offer_what_their_reader_may_do(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let functions: BTreeMap<&str, For> = FUNCTIONS.iter().map(|(path, what, _)| (*path, *what)).collect();
        let mut places: Vec<(String, For)> = PAGES.iter().map(|(_, what, address, _)| (crowd.fill(address), *what)).collect();
        places.extend(FILES.iter().map(|(path, what)| (crowd.fill(path), *what)));
        let paid = crowd.app.get("/c/northwind/invoices", crowd.visitors[1].1.as_deref()).await.body;
        let mut addresses: Vec<String> = PAGES.iter().map(|(_, _, address, _)| crowd.fill(address)).collect();
        // The invoice that was paid has payouts, and a file.
        addresses.extend(values(&paid, "href").into_iter().filter(|href| href.starts_with("/c/northwind/invoices/NORTHWIND-")));
        let mut faults = BTreeSet::new();
        for (who, cookie) in crowd.visitors.iter().filter(|(_, cookie)| cookie.is_some()) {
            for address in &addresses {
                let page = crowd.app.get(address, cookie.as_deref()).await;
                if page.status != StatusCode::OK {
                    continue;
                }
                // The company profile is shown to everybody as a form that is locked and has no button.
                let locked = address == "/c/northwind/settings" && page.body.contains("You can look, not change");
                for path in values(&page.body, "action").into_iter().chain(values(&page.body, "formaction")) {
                    if !locked && functions.get(path.as_str()).is_some_and(|what| who.refused(*what).is_some()) {
                        faults.insert(format!("{who:?} at {address}: a form to {path}"));
                    }
                }
                for href in values(&page.body, "href") {
                    let path = href.split('?').next().unwrap_or_default();
                    if places.iter().any(|(place, what)| place == path && who.refused(*what).is_some()) {
                        faults.insert(format!("{who:?} at {address}: a link to {path}"));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
    }

    async fn every_upload_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let what = POSTS.iter().find(|(path, _)| *path == "/c/northwind/upload/import").unwrap().1;
        let kept = async || data::store::entities::uploads::Entity::find().count(crowd.app.db.read()).await.unwrap();
        let file = "partner_key,name,email,first_name,last_name,group\nnew,New,,,,affiliates\n";
        for (who, cookie) in &crowd.visitors {
            let before = kept().await;
            crate::forms::upload(&crowd.app, cookie.as_deref().unwrap_or_default(), "partners", "partners.csv", file).await;
            assert_eq!(kept().await > before, who.refused(what).is_none(), "{who:?}");
        }
    }

    async fn every_file_asks_who_is_there(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        for (path, what) in FILES {
            for (who, cookie) in &crowd.visitors {
                let answer = crowd.app.ask(&crowd.fill(path), cookie.as_deref()).await;
                let told = format!("{who:?} at {path}: {} {}", answer.status, answer.body);
                match who.refused(*what) {
                    Some(StatusCode::UNAUTHORIZED) => assert!(answer.location().starts_with("/sign-in?next="), "{told}"),
                    Some(status) => assert_eq!(answer.status, status, "{told}"),
                    // No import has left rows out.
                    None if path.ends_with("rest.csv") => assert_eq!(answer.status, StatusCode::NOT_FOUND, "{told}"),
                    None => assert!(answer.status.is_success() || answer.status == StatusCode::CONFLICT, "{told}"),
                }
            }
        }
    }
}
