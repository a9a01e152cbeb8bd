//! Throw-away databases: every test that touches storage runs on both kinds.
//!
//! PostgreSQL comes from `TRIBUTARY_TEST_POSTGRES` (`scripts/with-postgres.sh` starts one and sets it). Without it the
//! PostgreSQL half fails, unless `TRIBUTARY_TEST_ONLY=sqlite` says that this is wanted.

#![allow(clippy::unwrap_used)]

use std::ops::Deref;

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

enum Home {
    File(#[allow(dead_code, reason = "removes the folder when dropped")] TempDir),
    Server { address: String, name: String },
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    pub async fn sqlite() -> TestDb {
        let home = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", home.path().join("test.db").display());
        TestDb { db: Db::open(&url).await.unwrap(), url, home: Home::File(home) }
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
        let name = format!("test_{}", Uuid::now_v7().simple());
        let server = Database::connect(&address).await.unwrap();
        server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        server.close().await.unwrap();
        let (before, _) = address.rsplit_once('/').unwrap();
        let url = format!("{before}/{name}");
        Some(TestDb { db: Db::open(&url).await.unwrap(), url, home: Home::Server { address, name } })
    }

    /// The address, for a second connection or another process.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn remove(self) {
        self.db.close().await.unwrap();
        if let Home::Server { address, name } = self.home {
            let server = Database::connect(&address).await.unwrap();
            server.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
            server.close().await.unwrap();
        }
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
