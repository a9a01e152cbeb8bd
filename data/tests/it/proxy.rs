//! The connection to PostgreSQL is lost at COMMIT, in a real stream of bytes: a proxy between the two that knows the protocol.

use std::sync::{Arc, Mutex};

use data::testing::TestDb;
use data::{Db, Result, transact};
use sea_orm::{ConnectionTrait, Statement};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// COMMIT never arrives.
    LostBefore,
    /// COMMIT is carried out, and the answer never arrives.
    LostAfter,
    /// The server undoes it and says 40001.
    Serialization,
}

type Plan = Arc<Mutex<Option<Fault>>>;

struct Proxy {
    url: String,
    plan: Plan,
}

impl Proxy {
    async fn before(url: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (start, rest) = url.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let url = format!("{start}@{}/{name}?sslmode=disable", listener.local_addr().unwrap());
        let (plan, server) = (Plan::default(), server.to_owned());
        let planned = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(connect(client, server, Arc::clone(&planned)));
            }
        });
        Proxy { url, plan }
    }
}

/// What the server says next is not passed on up to its ReadyForQuery; then this happens.
type Silence = Arc<Mutex<Option<Fault>>>;

async fn connect(client: TcpStream, server: TcpStream, plan: Plan) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let silence = Silence::default();
    // Whichever ends first ends the other one, and both connections.
    tokio::select! {
        _ = forward(from_client, to_server, plan, Arc::clone(&silence)) => {}
        _ = answer(from_server, to_client, silence) => {}
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, plan: Plan, silence: Silence) -> std::io::Result<()> {
    // The first message has no type.
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
    from.read_exact(&mut rest).await?;
    to.write_all(&[&length[..], &rest[..]].concat()).await?;
    loop {
        let (kind, body) = message(&mut from).await?;
        let planned = if kind == b'Q' && body == b"COMMIT\0" { plan.lock().unwrap().take() } else { None };
        let body = match planned {
            Some(Fault::LostBefore) => return Ok(()),
            Some(fault) => {
                *silence.lock().unwrap() = Some(fault);
                if fault == Fault::Serialization { b"ROLLBACK\0".to_vec() } else { body }
            }
            None => body,
        };
        to.write_all(&framed(kind, &body)).await?;
    }
}

async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silence: Silence) -> std::io::Result<()> {
    loop {
        let (kind, body) = message(&mut from).await?;
        let fault = *silence.lock().unwrap();
        match fault {
            None => to.write_all(&framed(kind, &body)).await?,
            Some(_) if kind != b'Z' => {}
            Some(Fault::Serialization) => {
                *silence.lock().unwrap() = None;
                let error = b"SERROR\0VERROR\0C40001\0Mcould not serialize access\0\0";
                to.write_all(&[framed(b'E', error), framed(b'Z', b"I")].concat()).await?;
            }
            Some(_) => return Ok(()),
        }
    }
}

async fn message(from: &mut OwnedReadHalf) -> std::io::Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let mut body = vec![0; from.read_u32().await? as usize - 4];
    from.read_exact(&mut body).await?;
    Ok((kind, body))
}

fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind][..], &length[..], body].concat()
}

async fn note(db: &Db, id: i64) -> Result<()> {
    transact!(db, |tx| {
        let insert = Statement::from_sql_and_values(tx.get_database_backend(), "INSERT INTO notes (id) VALUES ($1)", [id.into()]);
        tx.execute_raw(insert).await?;
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_looked_up() {
    let Some(db) = TestDb::postgres().await else { return };
    transact!(db, |tx| {
        tx.execute_unprepared("CREATE TABLE notes (id bigint PRIMARY KEY)").await?;
        Ok(())
    })
    .unwrap();
    let proxy = Proxy::before(db.url()).await;
    let through = Db::connect(&proxy.url).await.unwrap();
    let faults = [Fault::LostBefore, Fault::LostAfter, Fault::Serialization];
    for (id, fault) in (1..).zip(faults.into_iter().cycle().take(12)) {
        *proxy.plan.lock().unwrap() = Some(fault);
        // Written twice, the key would be taken.
        note(&through, id).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(*proxy.plan.lock().unwrap(), None, "{fault:?} happened");
        let count = Statement::from_string(db.read().get_database_backend(), "SELECT count(*) FROM notes");
        let count: i64 = db.read().query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(count, id, "{fault:?}");
    }
    eprintln!("kills | COMMIT through a proxy, PostgreSQL | writes 12 | faults 12 | acknowledged 12 | refused 0 | lost 0 | doubled 0");
    through.close().await.unwrap();
    db.remove().await;
}
