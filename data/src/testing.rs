//! Throw-away databases: every test that touches storage runs on both kinds.
//!
//! PostgreSQL comes from `TRIBUTARY_TEST_POSTGRES` (`scripts/with-postgres.sh` starts one and sets it). Without it the
//! PostgreSQL half fails, unless `TRIBUTARY_TEST_ONLY=sqlite` says that this is wanted.

#![allow(clippy::unwrap_used)]

use std::ops::Deref;
use std::path::Path;

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use uuid::Uuid;

use crate::Db;

/// A database of its own, with today's schema and nothing in it.
pub struct TestDb {
    db: Db,
    url: String,
    home: Home,
}

/// A database that nobody has open, to be copied.
pub struct Template(Home);

enum Home {
    File(TempDir),
    Server { address: String, name: String },
}

const FILE: &str = "test.db";

impl Home {
    fn file() -> Home {
        Home::File(tempfile::tempdir().unwrap())
    }

    /// A name for a database that is not there yet.
    fn on_server(address: &str) -> Home {
        Home::Server { address: address.to_owned(), name: format!("test_{}", Uuid::now_v7().simple()) }
    }

    fn url(&self) -> String {
        match self {
            Home::File(folder) => format!("sqlite://{}", folder.path().join(FILE).display()),
            Home::Server { address, name } => format!("{}/{name}", address.rsplit_once('/').unwrap().0),
        }
    }

    async fn open(self) -> TestDb {
        let url = self.url();
        TestDb { db: Db::open(&url).await.unwrap(), url, home: self }
    }
}

/// What the server itself is told.
async fn command(address: &str, sql: &str) {
    let server = Database::connect(address).await.unwrap();
    server.execute_unprepared(sql).await.unwrap();
    server.close().await.unwrap();
}

/// The files of a SQLite database as they are on the disk now. The index of the log is made anew.
fn copy_files(from: &Path, to: &Path) {
    for end in ["", "-wal"] {
        let name = format!("{FILE}{end}");
        if from.join(&name).exists() {
            std::fs::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }
}

impl Template {
    pub async fn copy(&self) -> TestDb {
        let home = match &self.0 {
            Home::File(folder) => {
                let copy = tempfile::tempdir().unwrap();
                copy_files(folder.path(), copy.path());
                Home::File(copy)
            }
            Home::Server { address, name } => {
                let copy = Home::on_server(address);
                if let Home::Server { name: new, .. } = &copy {
                    command(address, &format!("CREATE DATABASE {new} TEMPLATE {name}")).await;
                }
                copy
            }
        };
        home.open().await
    }

    pub async fn remove(self) {
        remove(self.0).await;
    }
}

async fn remove(home: Home) {
    if let Home::Server { address, name } = home {
        command(&address, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    pub async fn sqlite() -> TestDb {
        Home::file().open().await
    }

    /// `None` when this run leaves PostgreSQL out on purpose.
    pub async fn postgres() -> Option<TestDb> {
        let Ok(address) = std::env::var("TRIBUTARY_TEST_POSTGRES") else {
            let only = std::env::var("TRIBUTARY_TEST_ONLY").unwrap_or_default();
            assert!(
                only == "sqlite",
                "no PostgreSQL to test on: run under scripts/with-postgres.sh, or set TRIBUTARY_TEST_ONLY=sqlite to leave it out"
            );
            eprintln!("TRIBUTARY_TEST_ONLY=sqlite: PostgreSQL is left out of this run");
            return None;
        };
        let home = Home::on_server(&address);
        if let Home::Server { address, name } = &home {
            command(address, &format!("CREATE DATABASE {name}")).await;
        }
        Some(home.open().await)
    }

    /// The address, for a second connection or another process.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends its connections, so that it can be copied.
    pub async fn freeze(self) -> Template {
        self.db.close().await.unwrap();
        Template(self.home)
    }

    /// As it is found after a clean stop.
    pub async fn stopped(self) -> TestDb {
        self.freeze().await.0.open().await
    }

    /// As it is found after its process was killed: nothing was closed.
    pub async fn killed(self) -> TestDb {
        let home = match &self.home {
            Home::File(folder) => {
                let left = tempfile::tempdir().unwrap();
                copy_files(folder.path(), left.path());
                Home::File(left)
            }
            Home::Server { address, name } => {
                command(address, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;
                self.home
            }
        };
        home.open().await
    }

    pub async fn remove(self) {
        self.db.close().await.unwrap();
        remove(self.home).await;
    }
}

/// Makes of an `async fn name(db: &TestDb) { … }` a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: &TestDb) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$meta])*
            async fn case($db: &$crate::testing::TestDb) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let db = $crate::testing::TestDb::sqlite().await;
                case(&db).await;
                db.remove().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(db) = $crate::testing::TestDb::postgres().await {
                    case(&db).await;
                    db.remove().await;
                }
            }
        }
    )+};
}
