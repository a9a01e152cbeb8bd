//! Requests that are none, and what is said of faults.

use data::act::Act;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, StatusCode};
use data::people::accounts::Place;
use domain::Instant;
use domain::states::PartnerRole;
use exchange::imports::{self, Kind, Options};
use sea_orm::ConnectionTrait;

use super::from_our_page;
use crate::access::{Crowd, FILES, PAGES};
use crate::harness::{Answer, NOW, PLACE, TestApp, request};
use crate::on_both;

const REFUSED: [StatusCode; 6] = [
    StatusCode::BAD_REQUEST,
    StatusCode::UNAUTHORIZED,
    StatusCode::NOT_FOUND,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

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
                let report = imports::import(&app.db, &Act::named(app.company_id, "test", Instant::parse(NOW).unwrap()), kind, input, options, Arc::new(|_| {})).await;
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
        assert!(page.body.contains(&format!("reference: {}", id(&page))), "{}", page.body);

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

on_both! {
    /// What is once decoded is not decoded again: it is another one's key.
    async fn a_key_means_one_customer_and_one_partner(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(
            Kind::Partners,
            "partner_key,name,email,first_name,last_name,group\npp@x,Plain,,,,affiliates\npp%40x,Encoded,,,,affiliates\n..,Dots,,,,affiliates\n",
        )
        .await;
        app.import(
            Kind::Customers,
            "customer_key,name,email,partner_key,created_at\nbob@x,Bob Plain,,pp@x,2026-01-05T10:00:00Z\n\
             bob%40x,Bob Encoded,,pp%40x,2026-01-05T10:00:00Z\nx/y,Slash,,..,2026-01-05T10:00:00Z\n",
        )
        .await;
        let list = app.get("/customers", Some(&owner)).await.body;
        for (path, name) in [
            ("/c/northwind/customers/bob%40x", "Bob Plain"),
            ("/c/northwind/customers/bob~2540x", "Bob Encoded"),
            ("/c/northwind/customers/x~2Fy", "Slash"),
        ] {
            assert!(list.contains(&format!("href=\"{path}\"")), "{path}: {list}");
            for page in [path.to_owned(), format!("{path}/sale"), format!("{path}/edit")] {
                assert!(app.ask(&page, Some(&owner)).await.body.contains(name), "{page}");
            }
        }
        for (path, name) in [("pp%40x", "Plain"), ("pp~2540x", "Encoded"), ("~2E~2E", "Dots")] {
            let page = app.ask(&format!("/c/northwind/partners/{path}/manual-reward"), Some(&owner)).await;
            assert!(page.body.contains(name), "{path}: {}", page.body);
        }
        // Links of before.
        for (old, now) in [
            ("/c/northwind/customers/bob%2540x/sale?a=b", "/c/northwind/customers/bob~2540x/sale?a=b"),
            ("/c/northwind/customers/x%2fy", "/c/northwind/customers/x~2fy"),
        ] {
            let answer = app.ask(old, Some(&owner)).await;
            assert_eq!((answer.status, answer.location()), (StatusCode::PERMANENT_REDIRECT, now));
        }
        for (query, names) in [("partner=pp%2540x", ["Bob Encoded", "Bob Plain"]), ("partner=pp%40x", ["Bob Plain", "Bob Encoded"])] {
            let found = app.get(&format!("/customers?{query}"), Some(&owner)).await.body;
            assert!(found.contains(names[0]) && !found.contains(names[1]), "{query}: {found}");
        }
        for path in ["/rewards?q=%2500", "/search?q=%2500", "/customers/%2500", "/partners/a%2500/edit", "/rewards?customer=%2500"] {
            let status = app.get(path, Some(&owner)).await.status;
            assert!(!status.is_server_error(), "{path}: {status}");
        }
    }

    async fn the_largest_sums_are_shown(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        app.import(Kind::Partners, "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n").await;
        app.import(Kind::Rewards, "partner_key,amount,currency,description,customer_key\nacme,5.00,USD,Thanks,\nacme,6.00,USD,Again,\n").await;
        let acme = data::people::accounts::find_partner(&app.db, app.company_id, "acme").await.unwrap();
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
