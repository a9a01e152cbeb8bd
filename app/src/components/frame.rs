//! The frame around pages: for companies a sidebar and a top bar, for partners a bar at the thumb.

use domain::access::{Action, PartnerAction};
use leptos::prelude::*;
use views::session::{PlaceLink, Scope, Viewer, initials};

use super::clock::Clock;
use super::header::longest_match;
use super::{Brand, Icon, Loaded, Skeleton, Tile};
use crate::params::use_query;
use crate::place::{at, use_here};
use crate::server_fns::session::GetViewer;
use crate::ui::{Loading, load};

struct Area {
    label: &'static str,
    icon: &'static str,
    href: &'static str,
    /// Second level, shown while the area is open.
    parts: &'static [(&'static str, &'static str)],
    counts_reviews: bool,
}

const AREAS: [Area; 5] = [
    Area { label: "Home", icon: "home", href: "/", parts: &[], counts_reviews: false },
    Area {
        label: "Partner Management",
        icon: "partners",
        href: "/partners",
        parts: &[("All partners", "/partners")],
        counts_reviews: false,
    },
    Area { label: "Customers", icon: "customers", href: "/customers", parts: &[], counts_reviews: false },
    Area {
        label: "Rewards & Invoices",
        icon: "invoice",
        href: "/rewards",
        parts: &[("Review Rewards", "/rewards"), ("Invoices", "/invoices")],
        counts_reviews: true,
    },
    Area { label: "Offers", icon: "offers", href: "/offers", parts: &[], counts_reviews: false },
];

const SETTINGS: Area = Area {
    label: "Settings",
    icon: "settings",
    href: "/settings",
    // Its parts are tabs on the page.
    parts: &[],
    counts_reviews: false,
};

/// Not for every role.
const PAYOUTS: &str = "/payouts";

/// A partner's: address, icon, label.
const PARTNER_AREAS: [(&str, &str, &str); 5] = [
    ("/", "home", "Home"),
    ("/commissions", "wallet", "Commissions"),
    (PAYOUTS, "card", "Payouts"),
    ("/customers", "customers", "Customers"),
    ("/more", "more", "More"),
];

/// Sidebar, sandbox clock and top bar around the page.
pub fn company_frame(page: AnyView) -> AnyView {
    let viewer = load(|place| GetViewer { place });
    provide_context(viewer);
    view! {
        <SkipLink/>
        <div class="shell">
            <nav class="sidebar" id="nav" popover="auto" aria-label="Main">
                <Brand/>
                <ul class="nav">
                    {AREAS.iter().map(|area| view! { <AreaItem area=area viewer=viewer/> }).collect_view()}
                </ul>
                <div class="sidebar-end">
                    <ul class="nav">
                        <AreaItem area=&SETTINGS viewer=viewer/>
                    </ul>
                </div>
            </nav>
            <Clock viewer=viewer/>
            <header class="topbar">
                <button type="button" class="btn quiet icon-only menu-button" popovertarget="nav" aria-label="Menu">
                    <Icon name="menu"/>
                </button>
                <SearchBox/>
                <div class="topbar-end">
                    <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                        <TopbarEnd viewer=viewer/>
                    </Loaded>
                </div>
            </header>
            <main class="main" id="main" tabindex="-1">{page}</main>
        </div>
    }
    .into_any()
}

/// Bar at the thumb (sidebar on a desktop) around the page.
pub fn partner_frame(page: AnyView) -> AnyView {
    let viewer = load(|place| GetViewer { place });
    provide_context(viewer);
    let here = use_here();
    let items = PARTNER_AREAS
        .iter()
        .map(|(href, icon, label)| {
            // The partner's home is open only at its own address.
            let open = move |here: &String| here == href || (*icon != "home" && here.starts_with(href));
            let item = move || {
                view! {
                    <li>
                        <a href=at(href) aria-current=move || here.with(open).then_some("page")>
                            <Icon name=*icon/>
                            <span>{*label}</span>
                        </a>
                    </li>
                }
            };
            if *href != PAYOUTS {
                return item().into_any();
            }
            view! {
                <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                    {viewer.may_as_partner(PartnerAction::ViewPayouts).then(item)}
                </Loaded>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <SkipLink/>
        <div class="shell">
            <Clock viewer=viewer/>
            <header class="topbar">
                <Brand/>
                <div class="topbar-end">
                    <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                        <TopbarEnd viewer=viewer/>
                    </Loaded>
                </div>
            </header>
            <nav class="tabbar" aria-label="Main">
                <Brand/>
                <ul class="nav">{items}</ul>
            </nav>
            <main class="main" id="main" tabindex="-1">{page}</main>
        </div>
    }
    .into_any()
}

#[component]
fn SkipLink() -> impl IntoView {
    view! { <a class="skip" href="#main" rel="external">"Skip to content"</a> }
}

#[component]
fn AreaItem(area: &'static Area, viewer: Loading<Viewer>) -> impl IntoView {
    let here = use_here();
    let mut all: Vec<String> = area.parts.iter().map(|part| part.1.to_owned()).collect();
    all.push(area.href.to_owned());
    let open = {
        let all = all.clone();
        Memo::new(move |_| here.with(|here| longest_match(&all, here).map(str::to_owned)))
    };
    // With a second level open, its entry is marked instead.
    let current = move || (open.get().is_some() && area.parts.is_empty()).then_some("page");
    let parts = move || {
        (open.get().is_some() && !area.parts.is_empty()).then(|| {
            let items = area
                .parts
                .iter()
                .map(|(label, href)| {
                    let current = move || (open.get().as_deref() == Some(*href)).then_some("page");
                    view! {
                        <li>
                            <a href=at(href) aria-current=current>
                                <span>{*label}</span>
                            </a>
                        </li>
                    }
                })
                .collect_view();
            view! { <ul class="nav">{items}</ul> }
        })
    };
    let count = area.counts_reviews.then(|| {
        view! {
            <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                {(viewer.to_review > 0).then(|| view! {
                    <span class="count due nowrap">
                        <span>{if viewer.to_review > 999 { "999+".to_owned() } else { viewer.to_review.to_string() }}</span>
                        <span class="sr-only">" to review"</span>
                    </span>
                })}
            </Loaded>
        }
    });
    view! {
        <li>
            <a href=at(area.href) aria-current=current>
                <Icon name=area.icon/>
                <span>{area.label}</span>
                {count}
            </a>
            {parts}
        </li>
    }
}

/// The search over everything; a plain form, found by "/" and Ctrl K.
#[component]
fn SearchBox() -> impl IntoView {
    let here = use_here();
    let params = use_query();
    // On the search page the box holds what is searched for.
    let value = move || if here.with(|here| here == "/search") { params.with(|params| params.get("q")) } else { String::new() };
    view! {
        <form class="search" role="search" aria-label="Everything" action=at("/search") method="get">
            <Icon name="search"/>
            <input class="input" type="search" id="search" name="q" value=value aria-label="Search everything"
                placeholder="Search partners, customers, rewards" autocomplete="off"/>
            <kbd aria-hidden="true">"/"</kbd>
        </form>
    }
}

#[component]
fn TopbarEnd(viewer: Viewer) -> impl IntoView {
    let name = viewer.scope_name().to_owned();
    let role = match &viewer.scope {
        Scope::Company { role, .. } => role.label(),
        Scope::Partner { role, .. } => role.label(),
    };
    let may_settings = viewer.may(Action::ManageSettings);
    let several = viewer.places.len() > 1;
    let here = at("/");
    let places = viewer.places.into_iter().map(|to| view! { <SwitchTo current=to.href == here to=to/> }).collect_view();
    // What the round tile shows is part of the button's name.
    let account = format!("{}, your account", initials(&viewer.name));
    view! {
        {several.then(|| view! {
            <button type="button" class="btn quiet switcher" popovertarget="places" aria-label=format!("{name}: switch company")>
                <Tile name=name.clone()/>
                <span>{name.clone()}</span>
                <Icon name="chevron-down"/>
            </button>
            <div class="menu" id="places" popover="auto" role="group" aria-label="Where you belong">
                <p class="menu-title">"Where you belong"</p>
                {places}
            </div>
        })}
        <button type="button" class="btn quiet icon-only" popovertarget="me" aria-label=account>
            <Tile name=viewer.name.clone() person=true/>
        </button>
        <div class="menu" id="me" popover="auto" role="group" aria-label="Your account">
            <p class="menu-title">
                <strong>{viewer.name}</strong>
                <br/>
                <span>{viewer.email}</span>
                <br/>
                <span>{format!("{role} at {name}")}</span>
            </p>
            {may_settings.then(|| view! {
                <a href=at("/settings")>
                    <Icon name="settings"/>
                    <span>"Settings"</span>
                </a>
            })}
            <form method="post" action="/sign-out">
                <button type="submit">
                    <Icon name="sign-out"/>
                    <span>"Sign out"</span>
                </button>
            </form>
        </div>
    }
}

/// To another place: always a full page load, as what is loaded belongs to this one.
#[component]
fn SwitchTo(to: PlaceLink, current: bool) -> impl IntoView {
    let note = if to.company { "" } else { "as partner" };
    view! {
        <a href=to.href rel="external" aria-current=current.then_some("true")>
            <Tile name=to.name.clone()/>
            <span>{to.name}</span>
            <small>{note}</small>
        </a>
    }
}
