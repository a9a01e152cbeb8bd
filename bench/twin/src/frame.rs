//! The frame around every page: navigation, the sandbox's clock, the account, the keys.

use domain::Instant;
use domain::time::long_date;
use domain::zone::Zone;
use maud::{DOCTYPE, Markup, html};

use crate::Person;
use crate::queries::Membership;
use crate::words::icon;

pub fn document(title: &str, build: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-build=(build) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                link rel="stylesheet" href="/pkg/app.css";
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                link rel="apple-touch-icon" href="/apple-touch-icon.png";
                link rel="manifest" href="/manifest.webmanifest";
                title { (title) " · Tributary" }
            }
            body {
                a.skip href="#main" rel="external" { "Skip to content" }
                (body)
                div.toasts role="status" aria-live="polite" {}
                (keys())
            }
        }
    }
}

pub fn brand(place: &str) -> Markup {
    html! { a.brand href=(place) { svg.mark aria-hidden="true" { use href="/icons.svg#mark" {} } span { "Tributary" } } }
}

/// The sandbox's clock; `moves` is the button that opens its menu.
pub fn clock(zone: &Zone, now: Instant, moves: Option<Markup>) -> Markup {
    let local = zone.local(now);
    html! {
        div.clockbar role="region" aria-label="Sandbox clock" {
            (icon("clock"))
            strong { "Sandbox" }
            time {
                span.only-desktop { (local.format("%A")) " " }
                span { (long_date(local.date())) ", " (local.format("%H:%M")) }
                span.only-desktop { " " (zone.place()) }
            }
            @if moves.is_some() { button.btn.small type="button" popovertarget="clock" { "Move the clock" } }
        }
        div.menu.clock-menu id="clock" popover="auto" role="region" aria-label="Move the clock" {
            @if let Some(moves) = moves { (moves) }
        }
    }
}

/// The account's menu, with the person's other places; `settings` only where there are any.
pub fn account(person: &Person, here: &Membership, place: &str, role: &str, settings: Option<&str>) -> Markup {
    let letters: String = here.user_name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    let name = here.company_name.as_ref().or(here.partner_name.as_ref());
    html! {
        button.btn.quiet.icon-only type="button" popovertarget="me" aria-label={ (letters) ", your account" } {
            span.tile.person aria-hidden="true" { (letters) }
        }
        div.menu id="me" popover="auto" role="group" aria-label="Your account" {
            p.menu-title {
                strong { (here.user_name) } br;
                span { (here.email) } br;
                span { (role) " at " @if let Some(name) = name { (name) } }
            }
            @if person.memberships.len() > 1 {
                @for other in &person.memberships { (switch_to(other, place)) }
            }
            @if let Some(settings) = settings { a href=(settings) { (icon("settings")) span { "Settings" } } }
            form method="post" action="/sign-out" {
                button type="submit" { (icon("sign-out")) span { "Sign out" } }
            }
        }
    }
}

fn switch_to(to: &Membership, here: &str) -> Markup {
    let (sort, key, name) = match (&to.company_key, &to.partner_key) {
        (Some(key), _) => ("/c/", key, &to.company_name),
        (None, Some(key)) => ("/p/", key, &to.partner_name),
        (None, None) => return html! {},
    };
    let current = (here.strip_prefix(sort) == Some(key.as_str())).then_some("true");
    html! {
        a href={ (sort) (key) } rel="external" aria-current=[current] {
            @if let Some(name) = name {
                span.tile aria-hidden="true" { @if let Some(letter) = name.chars().next() { (letter) } }
                span { (name) }
            }
            small { @if sort == "/p/" { "as partner" } }
        }
    }
}

/// The keys that the list and its drawers listen to.
fn keys() -> Markup {
    const KEYS: [(&str, &str); 9] = [
        ("/", "Search everything"),
        ("j", "Next row, or the next one in the drawer"),
        ("k", "Previous row"),
        ("Enter", "Open the row"),
        ("x", "Select the row"),
        ("a", "Approve"),
        ("d", "Decline"),
        ("h", "Hold"),
        ("Esc", "Close what is open, or undo a tick made by a key"),
    ];
    html! {
        dialog.dialog id="keys" aria-labelledby="keys-title" closedby="any" {
            header.drawer-head {
                h2 id="keys-title" tabindex="-1" autofocus { "Keyboard shortcuts" }
                div.actions { button.btn.quiet.icon-only type="button" aria-label="Close" { (icon("x")) } }
            }
            div.drawer-body {
                dl.facts { @for (key, what) in KEYS { div { dt { kbd { (key) } } dd { (what) } } } }
            }
        }
    }
}
