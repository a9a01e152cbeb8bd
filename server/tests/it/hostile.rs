//! What nobody sends by accident: markup in every field, requests that are none, characters that no database takes.
//!
//! `ATTACK=all` runs every payload through every page and more rounds of the fuzz; otherwise a part of it is taken, by `ATTACK_SEED`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST};
use axum::http::{Method, Request, StatusCode};
use data::accounts::Place;
use data::imports::{self, Kind, Options};
use domain::Instant;
use domain::states::PartnerRole;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::access::{Crowd, FILES, FUNCTIONS, PAGES};
use crate::harness::{Answer, NOW, PLACE, TestApp, request};
use crate::on_both;
use crate::random::Random;

/// Every payload calls, loads or names this.
const MARK: &str = "qz7";
const REFUSED: [StatusCode; 6] = [
    StatusCode::BAD_REQUEST,
    StatusCode::UNAUTHORIZED,
    StatusCode::NOT_FOUND,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

fn payloads() -> Vec<String> {
    serde_json::from_str(include_str!("../../../end2end/support/payloads.json")).unwrap()
}

fn all() -> bool {
    std::env::var("ATTACK").is_ok_and(|attack| attack == "all")
}

// ---- markup in every field ----

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn toml(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A tag of a page, without what stands in quotes, and its attributes that lead somewhere.
#[derive(Debug)]
struct Tag {
    bare: String,
    leads: Vec<(String, String)>,
}

/// The tags of a page as a browser sees them: what stands in a script, a title or a text field is text.
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
        let first = data::accounts::find_partner(&app.db, app.company_id, &first).await.unwrap();
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
        for reward in data::entities::rewards::Entity::find().all(named.app.db.read()).await.unwrap().iter().step_by(if all() { 1 } else { 5 }) {
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
        let acme = data::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let member = app.add_user_at(Place::Partner(acme, PartnerRole::Owner), "ada@acme.example").await;
        let partner = app.session_of(member).await;
        let mut faults = Vec::new();
        let payloads = payloads();
        for (number, payload) in payloads.iter().enumerate().step_by(if all() { 1 } else { 9 }) {
            let now = Instant::parse(NOW).unwrap().plus_ms(60_000 * number as i64);
            let programme = crate::harness::PROGRAMME
                .replace("name = \"Northwind\"", &format!("name = {}", toml(payload)))
                .replace("name = \"Affiliates\"", &format!("name = {}", toml(payload)))
                .replace("\"20 % of every payment in a customer's first 12 months\"", &toml(payload));
            data::programme::apply(&app.db, &programme, false, payload, now).await.unwrap();
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

// ---- requests that are none ----

fn from_our_page(path: &str, cookie: Option<&str>) -> axum::http::request::Builder {
    request(Method::POST, path, cookie).header("sec-fetch-site", "same-origin")
}

on_both! {
    async fn a_nul_is_refused_wherever_it_stands(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let owner = crowd.cookie_of_owner();
        let mut told = Vec::new();
        let addresses: Vec<String> = PAGES
            .iter()
            .flat_map(|(pattern, ..)| {
                let named = pattern.split('/').map(|part| if part.starts_with('{') { "a%00b" } else { part }).collect::<Vec<_>>().join("/");
                [named.clone(), format!("{named}?q=%00"), format!("{named}?partner=a%00b&page=%00&x%00=1"), format!("{named}?q=%FF")]
            })
            .chain(FILES.iter().map(|(path, _)| format!("{}?q=%00", crowd.fill(path))))
            .chain(["/payouts/%00.csv", "/payouts/a%00b.xml", "/export/%00.csv", "/pkg/%00", "/%00", "/upload/import/rest.csv?x=%00"].map(str::to_owned))
            .filter(|path| path.contains('%'))
            .collect();
        for path in addresses {
            for cookie in [None, Some(owner.as_str())] {
                let answer = crowd.app.send(request(Method::GET, &path, cookie).header(ACCEPT, "text/html").body(Body::empty()).unwrap()).await;
                if answer.status != StatusCode::BAD_REQUEST || !answer.body.contains("can’t be read") {
                    told.push(format!("{path}: {}", answer.status));
                }
            }
        }
        let shifted = |bytes: &[u8]| -> String { bytes.iter().map(|byte| char::from_u32(0x100 + u32::from(*byte)).unwrap()).collect() };
        for (path, kind, body) in [
            ("/rpc/session/sign-in", "application/x-www-form-urlencoded", "email=a%00b%40x.example&password=long+enough".to_owned()),
            ("/rpc/session/sign-in", "application/x-www-form-urlencoded", "email=a\0b@x.example&password=long+enough".to_owned()),
            ("/rpc/session/sign-in", "application/json", r#"{"x":"&email=a%00b&password=long-enough&y="}"#.to_owned()),
            ("/rpc/session/sign-in", "text/x-packed", "email=a%00b&password=long-enough".to_owned()),
            ("/rpc/session/demo-sign-in", "application/x-www-form-urlencoded", "email=a%00b".to_owned()),
            ("/rpc/session/link", "application/json", "{\"token\":\"a\\u0000b\"}".to_owned()),
            ("/rpc/session/link", "application/x-www-form-urlencoded", "token=%00".to_owned()),
            ("/rpc/session/link", "text/x-packed", shifted(b"\x03a\0b")),
            ("/rpc/search", "application/json", "{\"text\":\"\\u0000\"}".to_owned()),
            ("/rpc/customers/find", "text/x-packed", shifted(b"\x01\0")),
        ] {
            for cookie in [None, Some(owner.as_str())] {
                let sent = from_our_page(path, cookie).header(ACCEPT, "application/json").header(CONTENT_TYPE, kind).body(Body::from(body.clone())).unwrap();
                let answer = crowd.app.send(sent).await;
                if !REFUSED.contains(&answer.status) {
                    told.push(format!("{path} {kind} {body:?}: {} {}", answer.status, answer.body));
                }
            }
        }
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    async fn a_file_with_a_nul_is_told_where_it_is(db: &TestDb) {
        let app = TestApp::new(db).await;
        for (kind, header, row, column) in [
            (Kind::Partners, "partner_key,name,email,first_name,last_name,group", "a,Acme,,,,aff\0", "group"),
            (Kind::Customers, "customer_key,name,email,partner_key,created_at", "c,Carla,,a\0b,", "partner_key"),
            (Kind::Rewards, "partner_key,amount,currency,description,customer_key", "a\0b,1.00,USD,Thanks,", "partner_key"),
            (Kind::Rewards, "partner_key,amount,currency,description,customer_key", "ab,1.00,USD,Thanks,c\0", "customer_key"),
            (Kind::Attributions, "customer_key,partner_key,from", "c\0,a,2026-01-01T00:00:00Z", "customer_key"),
            (Kind::Transactions, "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of", "t,c\0,1.00,USD,2026-01-01T00:00:00Z,,,", "customer_key"),
            (Kind::Transactions, "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of", "t,c,-1.00,USD,2026-01-01T00:00:00Z,,,\0", "refund_of"),
            (Kind::Reviews, "reward_key,decision,reason", "r\0,approve,", "reward_key"),
        ] {
            for skip_bad in [false, true] {
                let input = std::io::Cursor::new(format!("{header}\n{row}\n").into_bytes());
                let options = Options { skip_bad, ..Options::default() };
                let report = imports::import(&app.db, app.company_id, kind, input, options, Arc::new(|_| {}), "test", Instant::parse(NOW).unwrap()).await;
                let report = report.unwrap_or_else(|error| panic!("{kind:?} {column}: {error}"));
                let told: Vec<(u64, &str)> = report.errors.iter().map(|error| (error.row, error.field.as_str())).collect();
                assert_eq!(told, [(2, column)], "{kind:?}: {report:?}");
                assert_eq!(report.created, 0, "{kind:?}");
            }
        }
    }

    async fn broken_bodies_are_refused_in_words(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let gzip: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03K\xcc\x01\0\x0f\xe5\xa5k\x03\0\0\0";
        type Sent<'a> = (Option<&'a str>, Option<&'a str>, &'a [u8], StatusCode);
        let bodies: &[Sent<'_>] = &[
            (Some("application/json"), None, b"{", StatusCode::BAD_REQUEST),
            (Some("application/json"), None, b"[]", StatusCode::BAD_REQUEST),
            (Some("application/json"), None, b"{\"text\":7}", StatusCode::BAD_REQUEST),
            (Some("application/json"), None, b"\xef\xbb\xbf{\"text\":\"a\"}", StatusCode::BAD_REQUEST),
            (Some("application/json"), None, b"{\"text\":\"\xff\"}", StatusCode::BAD_REQUEST),
            (Some("application/json"), None, gzip, StatusCode::BAD_REQUEST),
            (Some("application/json"), Some("gzip"), gzip, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (Some("text/x-packed"), None, b"\x7f", StatusCode::BAD_REQUEST),
            (Some("text/x-packed"), None, "中".as_bytes(), StatusCode::BAD_REQUEST),
            (Some("text/x-packed"), None, b"", StatusCode::BAD_REQUEST),
            (Some("text/x-packed"), None, b"\xff\xff", StatusCode::BAD_REQUEST),
            (Some("application/x-www-form-urlencoded"), None, b"text=\xff", StatusCode::BAD_REQUEST),
            (Some("text/plain"), None, b"text=a", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (Some("multipart/form-data; boundary=x"), None, b"--x--", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (None, None, b"text=a", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ];
        for (kind, encoding, body, status) in bodies.iter().copied() {
            for (accept, cookie) in [("application/json", None), ("application/json", Some(owner.as_str())), ("text/html", Some(owner.as_str()))] {
                let mut sent = from_our_page("/rpc/search", cookie).header(ACCEPT, accept);
                if let Some(kind) = kind {
                    sent = sent.header(CONTENT_TYPE, kind);
                }
                if let Some(encoding) = encoding {
                    sent = sent.header(CONTENT_ENCODING, encoding);
                }
                let answer = app.send(sent.body(Body::from(body.to_vec())).unwrap()).await;
                // A plain form that cannot be read leads back to its page, which says so.
                let led_back = accept == "text/html" && answer.status == StatusCode::SEE_OTHER;
                assert!(led_back || answer.status == status, "{kind:?} {body:?} {accept}: {} {}", answer.status, answer.body);
                assert!(!answer.body.contains("Unreachable"), "{kind:?} {body:?}: {}", answer.body);
                if accept == "text/html" && !led_back {
                    assert!(answer.body.contains("could not be read"), "{}", answer.body);
                }
            }
        }
    }

    async fn a_request_has_one_host(db: &TestDb) {
        let app = TestApp::new(db).await;
        let none = Request::builder().uri("/sign-in").body(Body::empty()).unwrap();
        assert_eq!(app.send(none).await.status, StatusCode::BAD_REQUEST);
        let two = request(Method::GET, "/sign-in", None).header(HOST, "other.test").body(Body::empty()).unwrap();
        assert_eq!(app.send(two).await.status, StatusCode::BAD_REQUEST);
        let old = Request::builder().version(axum::http::Version::HTTP_10).uri("/sign-in").body(Body::empty()).unwrap();
        assert_eq!(app.send(old).await.status, StatusCode::OK);
    }
}

/// Values that no form of ours sends, percent-encoded.
const VALUES: &[&str] = &[
    "",
    "%00",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "%01",
    "%0A",
    "%E2%80%AE",
    "-1",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "NaN",
    "99999999999999999999999999",
    "0.000000000000000001",
    "true",
    "null",
    "undefined",
    "2026-02-30",
    "2026-06-30T23%3A59%3A60Z",
    "0000-00-00T00%3A00%3A00Z",
    "9999-12-31T23%3A59%3A59Z",
    "2199-12-31T23%3A59",
    "../../etc/passwd",
    "%2E%2E%2F",
    "%27+OR+1%3D1--",
    "%25",
    "%25%27%3B",
    "%5B%5D",
    "%7B%7D",
    "company%3A",
    "partner%3A00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-000000000000",
    "%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80",
    "USD",
    "XXX",
    "Europe%2FBerlin",
    "%3Cscript%3E",
];

/// A form with some of its values replaced, its names doubled, cut off or nested.
fn spoiled(form: &str, random: &mut Random) -> String {
    let mut fields: Vec<String> = form.split('&').map(str::to_owned).collect();
    for _ in 0..=random.below(2) {
        let at = random.below(fields.len());
        let name = fields[at].split('=').next().unwrap_or_default().to_owned();
        let value = *random.of(VALUES);
        fields[at] = match random.below(9) {
            0 => String::new(),
            1 => name,
            2 => format!("{name}={value}&{name}={value}"),
            3 => format!("{name}%5B%5D={value}"),
            4 => format!("{name}%5B0%5D%5Bx%5D={value}"),
            5 => format!("{name}={}", "x".repeat(1 << random.below(13))),
            _ => format!("{name}={value}"),
        };
    }
    fields.join("&")
}

/// The same for JSON: a value of another kind, or a break.
fn spoiled_json(json: &str, random: &mut Random) -> Vec<u8> {
    const INSTEAD: &[&str] = &[
        "null",
        "7",
        "-1",
        "1e999",
        "\"\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[[[[[[[]]]]]]]]",
        "true",
        "\"9223372036854775808\"",
    ];
    let mut text = json.as_bytes().to_vec();
    match random.below(4) {
        0 => text.truncate(random.below(text.len().max(1))),
        1 => {
            let at = random.below(text.len());
            text[at] = random.next().to_le_bytes()[0];
        }
        2 => text.extend_from_slice(b"}"),
        _ => {
            let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
            if let serde_json::Value::Object(mut fields) = value {
                let names: Vec<String> = fields.keys().cloned().collect();
                if !names.is_empty() {
                    let instead = *random.of(INSTEAD);
                    let parsed = serde_json::from_str(instead).unwrap_or(serde_json::Value::Null);
                    fields.insert(random.of(&names).clone(), parsed);
                }
                text = serde_json::Value::Object(fields).to_string().into_bytes();
            }
        }
    }
    text
}

fn packed(random: &mut Random) -> String {
    let length = random.below(24);
    (0..length)
        .map(|_| {
            let byte = u32::from(random.next().to_le_bytes()[0]);
            let small = if random.below(2) == 0 { byte % 5 } else { byte };
            char::from_u32(0x100 + small).unwrap()
        })
        .collect()
}

on_both! {
    async fn no_request_is_a_fault_of_the_server(db: &TestDb) {
        let crowd = Crowd::gather(db).await;
        let listed: BTreeSet<&str> = FUNCTIONS.iter().map(|(path, ..)| *path).collect();
        let known: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        assert_eq!(listed, known, "every server function is asked");
        let owner = crowd.cookie_of_owner();
        let member = crowd.cookie_of_member();
        let mut random = Random::seeded("ATTACK_SEED");
        let rounds = if all() { 60 } else { 4 };
        let (mut faults, mut sent) = (Vec::new(), 0);
        let mut note = |what: String, answer: Answer| {
            sent += 1;
            let empty = answer.body.contains("\"request_id\":\"\"") || answer.body.contains("number: \n");
            if answer.status.is_server_error() || empty {
                faults.push(format!("{what}: {} {}", answer.status, answer.body.chars().take(200).collect::<String>()));
            }
        };
        for (path, what, arguments) in FUNCTIONS {
            let place = crowd.place(*what);
            let arguments = match crowd.fill(arguments) {
                json if json.starts_with('{') => json.replacen('{', &format!("{{\"place\":\"{place}\","), 1),
                form if place.is_empty() => form,
                form => format!("place={place}&{form}"),
            };
            let json = arguments.starts_with('{');
            let form = if json { format!("place={place}&key=x&query%5Bsearch%5D=x&query%5Bsort%5D=x&query%5Bpage%5D=x&text=x") } else { arguments.clone() };
            for _ in 0..rounds {
                let cookie = *random.of(&[None, Some(owner.as_str()), Some(owner.as_str()), Some(member.as_str())]);
                let accept = *random.of(&["application/json", "text/html", "text/x-packed", "*/*"]);
                let (kind, body) = match random.below(4) {
                    0 | 1 => {
                        let form = spoiled(&form, &mut random);
                        // Half of them as a page's own.
                        let signed = random.below(2) == 0 && form.contains("place=");
                        let form = if signed { crowd.app.signed(path, &form, cookie).await } else { form };
                        ("application/x-www-form-urlencoded", form.into_bytes())
                    }
                    2 => ("application/json", spoiled_json(if json { &arguments } else { r#"{"key":"x","text":"x","query":{}}"# }, &mut random)),
                    _ => ("text/x-packed", packed(&mut random).into_bytes()),
                };
                let what = format!("{path} as {kind}, answered as {accept}: {}", String::from_utf8_lossy(&body));
                let request = from_our_page(path, cookie).header(ACCEPT, accept).header(CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
                note(what, crowd.app.send(request).await);
            }
        }
        let names = ["q", "sort", "page", "status", "month", "partner", "customer", "from", "to", "currency", "payout", "group", "undo", "next", "sum"];
        for (pattern, ..) in PAGES {
            for _ in 0..rounds {
                let path = pattern.split('/').map(|part| if part.starts_with('{') { *random.of(VALUES) } else { part }).collect::<Vec<_>>().join("/");
                let path = format!("{path}?{}={}&{}={}", random.of(&names), random.of(VALUES), random.of(&names), random.of(VALUES));
                let cookie = *random.of(&[owner.as_str(), member.as_str()]);
                note(path.clone(), crowd.app.get(&path, Some(cookie)).await);
            }
        }
        for (path, _) in FILES {
            for _ in 0..rounds {
                let path = format!("{}?{}={}&{}={}", crowd.fill(path), random.of(&names), random.of(VALUES), random.of(&names), random.of(VALUES));
                note(path.clone(), crowd.app.get(&path, Some(&owner)).await);
            }
        }
        for path in ["/upload/import", "/sign-out", "/rpc/none", "/rpc/"] {
            for _ in 0..rounds {
                let kind = *random.of(&["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded", "application/json"]);
                let body = *random.of(&["", "--x", "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\npartners\r\n--x--", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\0b\"\r\n\r\nx\r\n--x--", "\0"]);
                let cookie = *random.of(&[None, Some(owner.as_str()), Some(member.as_str())]);
                let request = from_our_page(path, cookie).header(ACCEPT, "text/html").header(CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
                note(format!("{path} {kind} {body:?}"), crowd.app.send(request).await);
            }
        }
        for cookie in ["tributary=", "tributary=%00", "tributary=a; tributary=b", "tributary=\u{ff}", "=;;;", "tributary=AAAAAAAAAAAAAAAAAAAAAA"] {
            let request = Request::builder().uri("/").header(HOST, "tributary.test").header(COOKIE, axum::http::HeaderValue::from_bytes(cookie.as_bytes()).unwrap());
            note(format!("cookie {cookie:?}"), crowd.app.send(request.body(Body::empty()).unwrap()).await);
        }
        assert!(faults.is_empty(), "{} of {sent} requests:\n{}", faults.len(), faults.join("\n"));
        eprintln!("{sent} requests, none a fault of the server");
    }
}

// ---- errors have a number ----

on_both! {
    async fn an_error_has_the_number_of_its_request(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let beside = sea_orm::Database::connect(db.url()).await.unwrap();
        for table in ["audit", "partnerships"] {
            beside.execute_unprepared(&format!("ALTER TABLE {table} RENAME TO {table}_gone")).await.unwrap();
        }
        beside.close().await.unwrap();
        let id = |answer: &Answer| answer.header("x-request-id").to_owned();
        let question = Body::from(r#"{"place":"/c/northwind","query":{"search":"","sort":"","page":"","filters":{}}}"#);
        let asked = from_our_page("/rpc/settings/audit", Some(&owner)).header(ACCEPT, "application/json").header(CONTENT_TYPE, "application/json");
        let read = app.send(asked.body(question).unwrap()).await;
        assert_eq!(read.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", read.body);
        assert!(read.body.contains(&id(&read)), "{}", read.body);
        let file = app.send(request(Method::GET, "/c/northwind/export/audit.csv", Some(&owner)).header(ACCEPT, "text/html").body(Body::empty()).unwrap()).await;
        assert_eq!(file.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", file.body);
        assert!(file.body.contains(&id(&file)), "{}", file.body);
        let page = app.get("/c/northwind/settings/audit", Some(&owner)).await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(page.body.contains(&format!("number: {}", id(&page))), "{}", page.body);

        let token = app.token("/upload/import", PLACE, Some(&owner)).await;
        let part = |name: &str, more: &str, content: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n")
        };
        let upload = [
            part("place", "", PLACE),
            part("form_token", "", &token),
            part("kind", "", "partners"),
            part("file", "; filename=\"p.csv\"", "partner_key,name,email,first_name,last_name,group\na,A,,,,affiliates\n"),
            "--x--\r\n".to_owned(),
        ];
        let sent = from_our_page("/c/northwind/upload/import", Some(&owner)).header(CONTENT_TYPE, "multipart/form-data; boundary=x");
        let sent = app.send(sent.body(Body::from(upload.concat())).unwrap()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let shown = app.get("/settings/import", Some(&owner)).await;
        assert!(shown.body.contains(&id(&sent)), "{}", shown.body);
    }
}

// ---- sums at their limit ----

on_both! {
    async fn the_largest_sums_are_shown(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        app.import(Kind::Rewards, "partner_key,amount,currency,description,customer_key\nacme,5.00,USD,Thanks,\nacme,6.00,USD,Again,\n").await;
        let acme = data::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
        let member = app.add_user_at(Place::Partner(acme, PartnerRole::Owner), "ada@acme.example").await;
        let member = app.session_of(member).await;
        // As 20,010 sales of the largest amount would make them.
        let beside = sea_orm::Database::connect(db.url()).await.unwrap();
        beside.execute_unprepared("UPDATE rewards SET amount = 1000500000000000000").await.unwrap();
        beside.close().await.unwrap();
        for (path, cookie) in
            [("/", &owner), ("/partners", &owner), ("/partners/acme", &owner), ("/partners/acme/overview", &owner), ("/rewards", &owner), ("/partner", &member), ("/partner/commissions", &member)]
        {
            let answer = app.get(path, Some(cookie)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            // The list tells what was sold, not what was earned.
            if path == "/partners" {
                continue;
            }
            assert!(answer.body.contains("10,005,000,000,000,000.00") || answer.body.contains("20,010,000,000,000,000.00"), "{path}: {}", answer.body);
        }
    }
}
