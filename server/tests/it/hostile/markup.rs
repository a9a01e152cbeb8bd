//! Markup in every field: on no page is it anything but text.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use data::act::Actor;
use data::people::accounts::Place;
use domain::Instant;
use domain::states::PartnerRole;
use exchange::imports::Kind;
use sea_orm::EntityTrait;

use super::{all, from_our_page, payloads};
use crate::harness::{NOW, PLACE, TestApp};
use crate::on_both;
use crate::random::Random;

/// Every payload calls, loads or names this.
const MARK: &str = "qz7";

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn toml(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A tag of a page, without its quoted values, and its attributes that lead somewhere.
#[derive(Debug)]
struct Tag {
    bare: String,
    leads: Vec<(String, String)>,
}

/// The tags of a page as a browser sees them: inside a script, a title or a text field everything is text.
fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '/' | '!' | '?')) {
            continue;
        }
        let (mut bare, mut leads, mut end) = (String::new(), Vec::new(), rest.len());
        let mut quoted: Option<(char, usize)> = None;
        for (place, letter) in rest.char_indices() {
            match quoted {
                Some((quote, begun)) if letter == quote => {
                    let name = bare.trim_end_matches('=').rsplit(' ').next().unwrap_or_default().to_owned();
                    leads.push((name, rest[begun..place].to_owned()));
                    quoted = None;
                }
                Some(_) => {}
                None if letter == '>' => {
                    end = place;
                    break;
                }
                None if matches!(letter, '"' | '\'') && bare.ends_with('=') => quoted = Some((letter, place + 1)),
                None => bare.push(letter),
            }
        }
        rest = &rest[end.min(rest.len())..];
        let name: String = bare.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if ["script", "title", "textarea", "style"].contains(&name.as_str()) {
            let close = rest.to_ascii_lowercase().find(&format!("</{name}")).unwrap_or(rest.len());
            rest = &rest[close..];
        }
        leads.retain(|(name, _)| {
            ["href", "src", "action", "formaction", "style", "srcdoc"].contains(&name.as_str()) || name.starts_with("on")
        });
        found.push(Tag { bare, leads });
    }
    found
}

/// Elements that no page of ours has.
const FOREIGN: &[&str] = &[
    "base",
    "embed",
    "i",
    "iframe",
    "marquee",
    "math",
    "noscript",
    "object",
    "plaintext",
    "slot",
    "style",
    "template",
    "u",
    "video",
    "xmp",
];

/// What in this page is not ours.
fn foreign(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in tags(page) {
        let name: String = tag.bare.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let words: Vec<&str> = tag.bare.split_whitespace().collect();
        let odd = match tag.bare.chars().next() {
            Some('?') => true,
            Some('!') => !["!", "!DOCTYPE html"].contains(&tag.bare.as_str()) && !tag.bare.starts_with("!--"),
            _ => false,
        };
        if odd
            || tag.bare.contains(MARK)
            || FOREIGN.contains(&name.as_str())
            || words.iter().any(|word| word.starts_with("on") && word.contains('='))
            // Values in our pages stand in quotes.
            || words.iter().any(|word| word.split_once('=').is_some_and(|(_, value)| !value.is_empty()))
            || (name == "script" && !tag.bare.contains("nonce="))
            || (name == "meta" && tag.bare.contains("http-equiv"))
        {
            found.push(format!("<{}>", tag.bare));
        }
        for (attribute, value) in tag.leads {
            let begins = |begin: &str| value.starts_with(begin);
            let ours = value.is_empty() || begins("#") || begins("?") || (begins("/") && !begins("//") && !begins("/\\"));
            if !ours || attribute == "style" || attribute == "srcdoc" || attribute.starts_with("on") {
                found.push(format!("<{name} {attribute}=\"{value}\">"));
            }
        }
    }
    for once in ["<title", "</title>", "</head>", "</body>", "<!--HEAD-->"] {
        if page.matches(once).count() > 1 {
            found.push(format!("{once} more than once"));
        }
    }
    found
}

#[test]
fn markup_is_noticed() {
    let frame = |inside: &str| format!("<html><head><title>{inside}</title></head><body><p title=\"{inside}\">{inside}</p></body></html>");
    assert_eq!(foreign(&frame("Plain &amp; simple")), Vec::<String>::new());
    for payload in payloads().iter().filter(|payload| payload.starts_with('<')) {
        assert!(!foreign(&frame(payload)).is_empty(), "{payload}");
    }
    assert!(!foreign("<a href=\"javascript:alert(1)\">x</a>").is_empty());
    assert!(!foreign("<a href=\"//evil.example\">x</a>").is_empty());
    assert!(!foreign("<p onclick=\"x()\">x</p>").is_empty());
}

/// A company in which everything that can be named is named like a payload.
struct Named {
    app: TestApp,
    owner: String,
    partner: String,
    payloads: Vec<String>,
}

impl Named {
    async fn new(db: &crate::testing::TestDb) -> Named {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let payloads = payloads();
        let (mut partners, mut customers, mut sales, mut rewards) = (String::new(), String::new(), String::new(), String::new());
        for (number, payload) in payloads.iter().enumerate() {
            let text = cell(payload);
            partners
                .push_str(&format!("{},{text},p{number}@example.com,{text},{text},affiliates\n", cell(&format!("p{number} {payload}"))));
            let customer = cell(&format!("c{number} {payload}"));
            let partner = cell(&format!("p{number} {payload}"));
            customers.push_str(&format!("{customer},{text},c{number}@example.com,{partner},2026-01-05T10:00:00Z\n"));
            sales
                .push_str(&format!("{},{customer},10.00,USD,2026-03-03T09:00:00Z,{text},{text},\n", cell(&format!("s{number} {payload}"))));
            rewards.push_str(&format!("{partner},5.00,USD,{text},{customer}\n"));
        }
        app.import(Kind::Partners, &format!("partner_key,name,email,first_name,last_name,group\n{partners}")).await;
        app.import(Kind::Customers, &format!("customer_key,name,email,partner_key,created_at\n{customers}")).await;
        let columns = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of";
        app.import(Kind::Transactions, &format!("{columns}\n{sales}")).await;
        app.import(Kind::Rewards, &format!("partner_key,amount,currency,description,customer_key\n{rewards}")).await;
        let first = format!("p0 {}", payloads[0]);
        let first = data::people::accounts::find_partner(&app.db, app.company_id, &first).await.unwrap();
        let member = app.add_user_at(Place::Partner(first, PartnerRole::Owner), "ada@example.com").await;
        let partner = app.session_of(member).await;
        Named { app, owner, partner, payloads }
    }

    async fn look(&self, path: &str, cookie: &str, faults: &mut Vec<String>) {
        let answer = self.app.get(path, Some(cookie)).await;
        if answer.status.is_server_error() {
            faults.push(format!("{path}: {}", answer.status));
        }
        faults.extend(foreign(&answer.body).into_iter().map(|fault| format!("{path}: {fault}")));
    }
}

on_both! {
    async fn names_are_text_on_every_page(db: &TestDb) {
        let named = Named::new(db).await;
        let mut random = Random::seeded("ATTACK_SEED");
        let mut faults = Vec::new();
        // Pages about one thing, and addresses that somebody made up.
        for (number, payload) in named.payloads.iter().enumerate() {
            let text = encoded(payload);
            let (partner, customer) = (encoded(&format!("p{number} {payload}")), encoded(&format!("c{number} {payload}")));
            let pages = [
                format!("/partners/{partner}"),
                format!("/partners/{partner}/edit"),
                format!("/partners/{partner}/manual-reward"),
                format!("/partners/{partner}/rewards"),
                format!("/partners/{partner}/customers"),
                format!("/partners/{partner}/transactions"),
                format!("/partners/{partner}/activity"),
                format!("/customers/{customer}"),
                format!("/customers/{customer}/edit"),
                format!("/customers/{customer}/sale"),
                format!("/customers/{customer}/refund"),
                format!("/customers/{customer}/attribution?partner={partner}&from={text}&reason={text}"),
                format!("/search?q={text}"),
                format!("/rewards?q={text}&partner={text}&customer={text}&status={text}&month={text}&sort={text}&page={text}"),
                format!("/partners?q={text}&group={text}&status={text}&sort={text}"),
                format!("/customers?q={text}&partner={text}"),
                format!("/invoices?currency={text}"),
                format!("/settings/audit?q={text}&kind={text}"),
                format!("/offers/{text}"),
                format!("/rewards/{text}"),
                format!("/invoices/{text}"),
                format!("/sign-in?next={text}"),
                format!("/sign-in/link/{text}"),
                format!("/{text}"),
                format!("{PLACE}/payouts/{text}.csv"),
            ];
            // Every payload and every page, and not each with each.
            let chosen: Vec<&String> = if all() { pages.iter().collect() } else { [number, random.below(pages.len())].map(|at| &pages[at % pages.len()]).into() };
            for path in chosen {
                let cookie = if path.starts_with("/sign-in") { "" } else { named.owner.as_str() };
                named.look(path, cookie, &mut faults).await;
            }
        }
        // Lists show them all.
        for path in ["/", "/partners", "/customers", "/rewards", "/rewards?month=all", "/invoices", "/invoices/2026-03-USD", "/settings/audit", "/settings", "/search?q=p", "/offers"] {
            named.look(path, &named.owner, &mut faults).await;
        }
        for reward in data::store::entities::rewards::Entity::find().all(named.app.db.read()).await.unwrap().iter().step_by(if all() { 1 } else { 5 }) {
            named.look(&format!("/rewards/{}", reward.key), &named.owner, &mut faults).await;
            named.look(&format!("/partner/commissions/{}", reward.key), &named.partner, &mut faults).await;
        }
        for path in ["/partner", "/partner/commissions", "/partner/customers", "/partner/payouts", "/partner/more"] {
            named.look(path, &named.partner, &mut faults).await;
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.iter().take(40).cloned().collect::<Vec<_>>().join("\n"));
    }

    async fn what_forms_bring_back_is_text(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        let mut faults = Vec::new();
        let forms = [
            ("/rpc/partners/create", "/partners/new", "partner_key={p}&name={p}&email={p}&first_name={p}&last_name={p}&group={p}"),
            ("/rpc/customers/create", "/customers/new", "customer_key={p}&name={p}&email={p}&partner_key={p}"),
            ("/rpc/partners/manual-reward", "/partners/acme/manual-reward", "partner_key=acme&description={p}&amount={p}&currency={p}&customer_key={p}"),
            ("/rpc/settings/save-profile", "/settings", "name={p}&timezone={p}&currency={p}&charge_provider={p}&payout_provider={p}&customer_visibility={p}"),
            ("/rpc/offers/publish", "/offers/new", "key={p}&group={p}&description={p}&triggers%5B0%5D%5Bkey%5D={p}&triggers%5B0%5D%5Bpercent%5D={p}"),
            ("/rpc/session/sign-in", "/sign-in", "email={p}&password={p}&next={p}"),
        ];
        for (number, payload) in payloads().iter().enumerate() {
            for (place, (path, page, fields)) in forms.iter().enumerate() {
                if !all() && number % forms.len() != place {
                    continue;
                }
                let (cookie, page) = match page.starts_with("/sign-in") {
                    true => (None, (*page).to_owned()),
                    false => (Some(owner.as_str()), format!("{PLACE}{page}")),
                };
                let form = app.signed(path, &fields.replace("{p}", &encoded(payload)), cookie).await;
                let sent = from_our_page(path, cookie)
                    .header(ACCEPT, "text/html")
                    .header("referer", format!("http://tributary.test{page}"))
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(Body::from(form))
                    .unwrap();
                let answer = app.send(sent).await;
                let location = answer.location();
                assert!(location.starts_with('/') && !location.starts_with("//"), "{path}: {} {location}", answer.status);
                let cookies: Vec<String> = cookie.map(str::to_owned).into_iter().chain(answer.flash()).collect();
                let shown = app.get(location, Some(&cookies.join("; "))).await;
                assert!(shown.status.is_success(), "{page}: {}", shown.status);
                faults.extend(foreign(&shown.body).into_iter().map(|fault| format!("{page} after {path}: {fault}")));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn a_company_may_call_itself_anything(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        let acme = data::people::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let member = app.add_user_at(Place::Partner(acme, PartnerRole::Owner), "ada@acme.example").await;
        let partner = app.session_of(member).await;
        let mut faults = Vec::new();
        let payloads = payloads();
        for (number, payload) in payloads.iter().enumerate().step_by(if all() { 1 } else { 9 }) {
            let now = Instant::parse(NOW).unwrap().plus_ms(60_000 * number as i64);
            let programme = crate::harness::PROGRAMME
                .replace("name = \"Northwind\"", &format!("name = {}", toml(payload)))
                .replace("name = \"Affiliates\"", &format!("name = {}", toml(payload)))
                .replace("\"20% of every payment in a customer's first 12 months\"", &toml(payload));
            data::programme::apply(&app.db, &programme, false, Actor::Named(payload), now).await.unwrap();
            for (path, cookie) in [
                ("/", &owner),
                ("/offers", &owner),
                ("/offers/affiliates-2026", &owner),
                ("/offers/affiliates-2026/version", &owner),
                ("/partners/acme", &owner),
                ("/partners/new", &owner),
                ("/settings", &owner),
                ("/settings/audit", &owner),
                ("/partner", &partner),
                ("/partner/more", &partner),
            ] {
                let answer = app.get(path, Some(cookie)).await;
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
                faults.extend(foreign(&answer.body).into_iter().map(|fault| format!("{path}: {fault}")));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
