//! What one visitor can take of the server: connections, memory, time.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use app::request::RequestScope;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, ORIGIN};
use axum::http::{Method, Request, StatusCode};
use axum::middleware::from_fn;
use axum::routing::{get, post};
use domain::states::CompanyRole;
use futures::StreamExt;
use server::config::Config;
use server::connections::{self, Limits};
use server::requests;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::harness::{Program, TestApp, request};
use crate::on_both;
use crate::serving::Serving;

/// Longer than anything here takes: only a fault waits for it.
const FOR_EVER: Duration = Duration::from_secs(120);
const ASK: &[u8] = b"GET /quick HTTP/1.1\r\nhost: tributary.test\r\n\r\n";

struct Listening {
    address: std::net::SocketAddr,
    /// Lets `/slow` go on.
    go_on: Arc<Notify>,
    /// Told when `/wait` has been dropped.
    dropped: mpsc::UnboundedReceiver<()>,
    stop: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

struct Tells(mpsc::UnboundedSender<()>);

impl Drop for Tells {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

async fn listen(limits: Limits) -> Listening {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let (tell, dropped) = mpsc::unbounded_channel();
    let waits = Arc::clone(&go_on);
    let slow = move || {
        let waits = Arc::clone(&waits);
        async move {
            Body::from_stream(futures::stream::iter(["begun ", "ended"]).then(move |piece| {
                let waits = Arc::clone(&waits);
                async move {
                    if piece == "ended" {
                        waits.notified().await;
                    }
                    Ok::<_, std::io::Error>(Bytes::from(piece))
                }
            }))
        }
    };
    let wait = move || {
        let tells = Tells(tell.clone());
        async move {
            let _tells = tells;
            std::future::pending::<()>().await
        }
    };
    let large = async || "x".repeat(1024 * 1024);
    let router = Router::new()
        .route("/quick", get(async || "quick"))
        .route("/large", get(large))
        .route("/slow", get(slow))
        .route("/wait", get(wait));
    let serving = tokio::spawn(connections::serve(listener, router, limits, stop.clone()));
    Listening { address, go_on, dropped, stop, serving }
}

fn short() -> Limits {
    Limits { head: Duration::from_millis(500), idle: Duration::from_secs(1), ..Limits::new(10_000, None) }
}

/// Everything until the server closes the connection.
async fn rest(connection: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is a close too.
    let _ = tokio::time::timeout(FOR_EVER, connection.read_to_end(&mut text)).await.expect("the server closes the connection");
    String::from_utf8_lossy(&text).into_owned()
}

async fn until(connection: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(end) {
        let mut buffer = [0; 1024];
        let read = tokio::time::timeout(FOR_EVER, connection.read(&mut buffer)).await.expect("an answer").unwrap();
        assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = listen(short()).await;
    for begun in [&b""[..], b"GET /quick HTTP/1.1\r\nhost: ", b"G"] {
        let mut silent = TcpStream::connect(server.address).await.unwrap();
        silent.write_all(begun).await.unwrap();
        assert_eq!(rest(&mut silent).await, "", "after {begun:?}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_and_not_for_ever() {
    let server = listen(short()).await;
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        kept.write_all(ASK).await.unwrap();
        until(&mut kept, "quick").await;
    }
    assert_eq!(rest(&mut kept).await, "");
    // The next head has its own time from its first byte on.
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(ASK).await.unwrap();
    until(&mut half, "quick").await;
    half.write_all(b"GET /quick HTTP/1.1\r\nhost: ").await.unwrap();
    assert_eq!(rest(&mut half).await, "");
}

#[tokio::test]
async fn an_open_stream_is_not_idle() {
    let server = listen(short()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&String::from_utf8_lossy(ASK).replace("quick", "slow").into_bytes()).await.unwrap();
    until(&mut stream, "begun").await;
    // Longer than either limit.
    for _ in 0..4 {
        let mut silent = TcpStream::connect(server.address).await.unwrap();
        rest(&mut silent).await;
    }
    server.go_on.notify_one();
    until(&mut stream, "ended").await;
}

#[tokio::test]
async fn a_reader_who_takes_nothing_is_left() {
    let server = listen(Limits { stalled: Duration::from_millis(100), ..short() }).await;
    // Nothing to read: the answer is short, and the reader has it.
    let mut quick = TcpStream::connect(server.address).await.unwrap();
    quick.write_all(ASK).await.unwrap();
    until(&mut quick, "quick").await;
    // Whoever asks for much and reads nothing fills the way back.
    let mut deaf = TcpStream::connect(server.address).await.unwrap();
    let closed = async {
        while deaf.write_all(b"GET /large HTTP/1.1\r\nhost: tributary.test\r\n\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FOR_EVER, closed).await.expect("the server closes the connection");
}

#[tokio::test]
async fn one_address_has_so_many_connections() {
    let server = listen(Limits { per_address: Some(2), ..Limits::new(10_000, None) }).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut connection = TcpStream::connect(server.address).await.unwrap();
        connection.write_all(ASK).await.unwrap();
        until(&mut connection, "quick").await;
        open.push(connection);
    }
    let mut third = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(rest(&mut third).await, "", "one too many is closed");
    drop(open.pop());
    // The server notices in its own time.
    let answered = async {
        loop {
            let mut again = TcpStream::connect(server.address).await.unwrap();
            let mut answer = [0; 8];
            if again.write_all(ASK).await.is_ok() && again.read_exact(&mut answer).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(FOR_EVER, answered).await.expect("there is room again");
}

#[tokio::test]
async fn more_connections_than_there_are_wait_for_a_place() {
    let server = listen(Limits { connections: 2, ..Limits::new(10_000, None) }).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut connection = TcpStream::connect(server.address).await.unwrap();
        connection.write_all(ASK).await.unwrap();
        until(&mut connection, "quick").await;
        open.push(connection);
    }
    let mut third = TcpStream::connect(server.address).await.unwrap();
    third.write_all(ASK).await.unwrap();
    drop(open.pop());
    until(&mut third, "quick").await;
}

#[tokio::test]
async fn who_hangs_up_is_no_longer_served() {
    let mut server = listen(short()).await;
    let mut connection = TcpStream::connect(server.address).await.unwrap();
    connection.write_all(&String::from_utf8_lossy(ASK).replace("quick", "wait").into_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    drop(connection);
    tokio::time::timeout(FOR_EVER, server.dropped.recv()).await.expect("the handler is dropped").unwrap();
}

#[tokio::test]
async fn a_server_that_stops_answers_what_it_was_asked() {
    let server = listen(Limits::new(10_000, None)).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(ASK).await.unwrap();
    until(&mut idle, "quick").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&String::from_utf8_lossy(ASK).replace("quick", "slow").into_bytes()).await.unwrap();
    until(&mut stream, "begun").await;
    server.stop.cancel();
    assert_eq!(rest(&mut idle).await, "", "the idle one is closed");
    server.go_on.notify_one();
    assert!(rest(&mut stream).await.contains("ended"));
    tokio::time::timeout(FOR_EVER, server.serving).await.expect("it stops").unwrap();
}

/// The program with so many open files as `ulimit` sets them.
fn serve_with(program: &Program, limit: &str) -> Serving {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")])
        .arg(program.command(&[]).get_program())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(program.path(""))
        .env_remove("TRIBUTARY_DATABASE_URL")
        .env_remove("TRIBUTARY_LOG");
    Serving::start(&mut shell)
}

#[tokio::test]
async fn silent_connections_beyond_the_limit_of_files_stop_nobody() {
    connections::raise_file_limit();
    let program = Program::with_company();
    let mut serving = serve_with(&program, "-Sn 300");
    let mut silent = Vec::new();
    for _ in 0..500 {
        silent.push(TcpStream::connect(&serving.address).await.unwrap());
    }
    let mut asking = TcpStream::connect(&serving.address).await.unwrap();
    asking.write_all(b"GET /health HTTP/1.1\r\nhost: tributary.test\r\n\r\n").await.unwrap();
    until(&mut asking, "\"ok\"").await;
    assert!(serving.process.try_wait().unwrap().is_none());
}

fn large_form(bytes: usize) -> String {
    format!("email=a%40b.example&password=x&next={}", "x".repeat(bytes))
}

on_both! {
    async fn visitors_send_small_forms(db: &TestDb) {
        let app = TestApp::new(db).await;
        let owner = app.owner().await;
        let many = |count: usize| format!("text=a{}", "&a=".repeat(count));
        for accept in ["application/json", "text/html", "text/x-packed"] {
            for form in [large_form(64 * 1024), many(1_000)] {
                let ask = |cookie: Option<&str>| {
                    let request = request(Method::POST, "/rpc/search", cookie)
                        .header("sec-fetch-site", "same-origin")
                        .header(ACCEPT, accept)
                        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                    request.body(Body::from(form.clone())).unwrap()
                };
                let answer = app.send(ask(None)).await;
                assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{accept} {}", answer.body);
                assert!(accept == "text/x-packed" || answer.body.to_lowercase().contains("too"), "{}", answer.body);
                let answer = app.send(ask(Some("tributary=made-up"))).await;
                assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{accept} {}", answer.body);
                let answer = app.send(ask(Some(&owner))).await;
                assert_ne!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{accept} {}", answer.body);
            }
        }
        let answer = app.call("/rpc/session/sign-in", &large_form(60 * 1024), None).await;
        assert_ne!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    }

    async fn only_the_public_address_is_ones_own(db: &TestDb) {
        let own = "https://partners.example.com";
        let app = TestApp::with(db, |config| Config { public_url: Some(own.to_owned()), ..config }).await;
        app.add_user("owner@northwind.example", CompanyRole::Owner).await;
        for (origin, host, allowed) in [
            (own, "partners.example.com", true),
            (own, "inner:8080", true),
            ("http://partners.example.com", "partners.example.com", false),
            ("https://partners.example.com:8443", "partners.example.com:8443", false),
            ("http://inner:8080", "inner:8080", false),
            ("https://evil.example", "evil.example", false),
            ("null", "partners.example.com", false),
        ] {
            for site in [None, Some("same-origin")] {
                let mut request = Request::builder().method(Method::POST).uri("/sign-out").header("host", host).header(ORIGIN, origin);
                if let Some(site) = site {
                    request = request.header("sec-fetch-site", site);
                }
                let answer = app.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!(answer.status != StatusCode::FORBIDDEN, allowed, "{origin} at {host}: {}", answer.status);
            }
        }
    }
}

/// What is said when time is up, and whether the operation goes on.
async fn told(method: Method, goes_on: bool) -> String {
    let handler = move || async move {
        let running = RequestScope::current().filter(|_| goes_on).map(|scope| scope.begin());
        // Outlives its request.
        std::mem::forget(running);
        StatusCode::REQUEST_TIMEOUT
    };
    let router = Router::new().route("/", get(handler).merge(post(handler))).layer(from_fn(requests::explain));
    let request = Request::builder().method(method).uri("/").header(ACCEPT, "text/html").body(Body::empty()).unwrap();
    let response = RequestScope::new("1".to_owned()).run(router.oneshot(request)).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn what_goes_on_is_not_said_to_have_stopped() {
    assert!(told(Method::POST, true).await.contains("It may still be finishing"));
    let ended = told(Method::POST, false).await;
    assert!(!ended.contains("still be finishing") && ended.contains("whether it has been done"), "{ended}");
    assert!(told(Method::GET, false).await.contains("Nothing was changed"));
}
