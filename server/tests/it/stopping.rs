//! The signal to stop while a form waits for another writer: what is said of it is true.

use std::time::Duration;

use axum::http::StatusCode;
use data::store::entities::rewards;
use exchange::imports::Kind;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Program, TestApp, hold_writers};
use crate::serving::Serving;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nacme,Acme,,,,affiliates\n";
const REWARD: &str = "partner_key=acme&description=Thanks&amount=25.00&currency=USD";
const PATH: &str = "/rpc/partners/manual-reward";

/// What the server answers to a form, and how many rewards there are then, where another process writes until so long after the
/// signal; and what is answered when the form is sent again. Requests may go on for ten seconds.
async fn stopped(held_for: Duration) -> (String, u64, StatusCode, u64) {
    let db = TestDb::sqlite().await;
    let app = TestApp::new(&db).await;
    app.import(Kind::Partners, PARTNERS).await;
    let owner = app.owner().await;
    let form = app.signed(PATH, REWARD, Some(&owner)).await;
    let program = Program::new();
    let mut serving = Serving::start(&mut program.command(&["--database", db.url(), "serve", "--listen", "127.0.0.1:0"]));
    let held = hold_writers(&db, "rewards").await;
    let mut connection = TcpStream::connect(&serving.address).await.unwrap();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: tributary.test\r\nsec-fetch-site: same-origin\r\naccept: application/json\r\ncookie: {owner}\r\n\
         connection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    serving.terminate();
    let release = async {
        tokio::time::sleep(held_for).await;
        held.rollback().await.unwrap();
    };
    let mut answer = Vec::new();
    let (read, ()) = tokio::join!(connection.read_to_end(&mut answer), release);
    read.unwrap();
    assert!(tokio::task::spawn_blocking(move || serving.process.wait().unwrap()).await.unwrap().success());
    let count = async || rewards::Entity::find().filter(rewards::Column::Source.eq("manual")).count(app.db.read()).await.unwrap();
    let after = count().await;
    let again = app.call(PATH, &form, Some(&owner)).await;
    let outcome = (String::from_utf8_lossy(&answer).into_owned(), after, again.status, count().await);
    db.remove().await;
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_waits_is_done_and_said_to_be_or_neither() {
    let [soon, late, never] = [1_000, 10_300, 14_000].map(|ms| stopped(Duration::from_millis(ms)));
    let (soon, late, never) = tokio::join!(soon, late, never);
    assert!(soon.0.starts_with("HTTP/1.1 200"), "{}", soon.0);
    assert_eq!(soon.1, 1);
    assert!(never.0.starts_with("HTTP/1.1 503") && never.0.to_lowercase().contains("nothing was changed"), "{}", never.0);
    assert_eq!(never.1, 0);
    // Whichever it was.
    let done = late.0.starts_with("HTTP/1.1 200");
    assert_eq!(late.1, u64::from(done), "{}", late.0);
    for (answer, _, status, rewards) in [soon, late, never] {
        // What was done last of all may still be waiting for its answer.
        assert!(status == StatusCode::OK || (done && status == StatusCode::CONFLICT), "{status}, sent again after: {answer}");
        assert_eq!(rewards, 1, "sent again after: {answer}");
    }
}
