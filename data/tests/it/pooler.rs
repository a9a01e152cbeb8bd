//! Behind pgbouncer in transaction mode: refused in words, or used as the setting says.

use data::act::{Act, Actor};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use data::programme;
use data::store::{Pooler, Settings};
use data::testing::TestDb;
use data::{Db, installation};
use exchange::verify;
use futures::future::join_all;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::world::{BY, PROGRAMME, at};

struct PgBouncer {
    process: Child,
    url: String,
    _home: TempDir,
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl PgBouncer {
    async fn before(url: &str, mode: &str) -> PgBouncer {
        let home = tempfile::tempdir().unwrap();
        let (credentials, rest) = url.strip_prefix("postgres://").unwrap().split_once('@').unwrap();
        let (user, password) = credentials.split_once(':').unwrap();
        let (host, name) = rest.split_once('/').unwrap();
        let (host, server_port) = host.split_once(':').unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let file = home.path().join("pgbouncer.ini");
        let config = format!(
            "[databases]\n{name} = host={host} port={server_port} user={user} password={password}\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n\
             default_pool_size = 20\nignore_startup_parameters = extra_float_digits\n"
        );
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new("pgbouncer");
        let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        if root {
            // It won't run as root, and must read its settings all the same.
            command.args(["-u", "postgres"]);
            std::fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
        let process = command
            .arg(&file)
            .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap()))
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer is installed by scripts/setup.sh tests");
        let started = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), started).await.expect("pgbouncer starts");
        PgBouncer { process, url: format!("postgres://{credentials}@127.0.0.1:{port}/{name}"), _home: home }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transaction_mode_needs_its_setting() {
    let Some(db) = TestDb::postgres().await else { return };
    let pooler = PgBouncer::before(db.url(), "transaction").await;
    let Err(error) = Db::connect(&pooler.url).await else { panic!("taken") };
    assert!(error.to_string().contains("Set TRIBUTARY_POOLER=transaction"), "{error}");

    let settings = Settings { pooler: Pooler::Transaction, ..Settings::default() };
    let pooled = Db::open_with(&pooler.url, settings).await.unwrap();
    let now = at("2026-03-10T12:00:00Z");
    installation::init(&pooled, installation::Mode::Sandbox { start: now }).await.unwrap();
    programme::apply(&pooled, PROGRAMME, false, Actor::Named(BY), now).await.unwrap();
    let company = data::programme::companies::find_by_key(pooled.read(), "northwind").await.unwrap().id;
    let created = join_all((0..40).map(|n| {
        let pooled = pooled.clone();
        async move {
            let partner =
                data::network::partners::NewPartner { partner_key: format!("p{n}"), group: "affiliates".to_owned(), ..Default::default() };
            data::network::partners::create(&pooled, &Act::named(company, BY, now), &partner).await.unwrap();
            installation::mode(&pooled).await.unwrap();
            pooled.snapshot().await.unwrap();
        }
    }))
    .await;
    assert_eq!(created.len(), 40);
    let report = verify::verify(&pooled).await.unwrap();
    assert_eq!(report.broken().count(), 0);
    // A second process finds servers that the first one used.
    let second = Db::open_with(&pooler.url, settings).await.unwrap();
    installation::mode(&second).await.unwrap();
    second.close().await.unwrap();
    pooled.close().await.unwrap();
    drop(pooler);
    db.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_mode_needs_none() {
    let Some(db) = TestDb::postgres().await else { return };
    let pooler = PgBouncer::before(db.url(), "session").await;
    let pooled = Db::open(&pooler.url).await.unwrap();
    installation::ensure(&pooled).await.unwrap();
    pooled.close().await.unwrap();
    drop(pooler);
    db.remove().await;
}
