//! Every endpoint with broken requests.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST};

use super::{all, from_our_page};
use crate::access::{Crowd, FILES, FUNCTIONS, PAGES};
use crate::harness::Answer;
use crate::on_both;
use crate::random::Random;

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
    "%2500",
    "%2541",
    "a%252Fb",
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
            let empty = answer.body.contains("\"request_id\":\"\"") || answer.body.contains("reference: \n");
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
