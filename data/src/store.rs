//! Connections, transactions and their retry. The only module that knows which database it talks to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::RngExt;
use sea_orm::sqlx::postgres::PgPool;
use sea_orm::sqlx::sqlite::SqlitePool;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::store::error::{Error, Result};

pub mod backup;
mod bulk;
pub mod check;
mod connect;
pub mod entities;
pub mod error;
#[cfg(feature = "testing")]
pub mod faults;
pub mod files;
mod health;
mod migrate;
pub mod migrations;
pub mod names;
mod reader;
pub mod schema;
pub mod secrets;
pub mod seen;
mod settings;
pub mod spreadsheet;
pub mod submissions;
mod tx;

pub use bulk::{IN_MAX, analyze, execute_with_rows, execute_with_shared_and_rows, ignore_conflict, insert_all};
pub use reader::Reader;
pub use settings::{Pooler, Settings};
pub use tx::Tx;

use connect::{BULK_CACHE_KIB, BULK_LOG_PAGES, LOG_PAGES, WRITER_CACHE_KIB};
use health::WriteHealth;
use submissions::{Claim, Writes};
use tx::{Begin, Connection};

/// How often a transaction that lost to another one is run again before its error is shown.
const RETRIES_MAX: u32 = 12;
/// A key that somebody else wrote at the same moment is there at the second look; if not, it isn't a matter of moments.
const KEY_RETRIES_MAX: u32 = 3;
/// Between two tries to take SQLite's lock from another process.
const LOCK_PAUSE: Duration = Duration::from_millis(5);
/// How long the fate of a transaction whose COMMIT was not answered is asked for, while the database restarts.
const LOOK_UP_MAX: Duration = Duration::from_secs(30);
const LOOK_UP_PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    reader: Reader,
    settings: Settings,
    /// How long a write goes on asking for its turn while another process holds it.
    waits: Duration,
    health: Arc<WriteHealth>,
    writes: Writes,
    /// The connections that writes may have which waited for a row in vain: the others are for writes that have nobody in their way.
    waiters: Arc<Semaphore>,
    #[cfg(feature = "testing")]
    faults: Arc<faults::Faults>,
}

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite allows one writer: its pool has one connection, so that writers queue here and not on the file's lock.
    Sqlite { writer: SqlitePool, reader: SqlitePool },
    /// Apart, so that writes that wait for each other leave the pages alone.
    Postgres { writer: PgPool, reader: PgPool },
}

impl Db {
    /// Opens `sqlite://PATH` (created where missing) or `postgres://…` and brings the schema up to date.
    pub async fn open(url: &str) -> Result<Db> {
        Db::open_with(url, Settings::default()).await
    }

    pub async fn open_with(url: &str, settings: Settings) -> Result<Db> {
        // Opening a file to write it changes how its journal is kept: somebody else's is left as it is.
        if files::sqlite_path(url).is_some() && files::is_there(url)? {
            migrate::is_pending(&schema::look(url, settings).await?)?;
        }
        let db = Db::connect_with(url, settings).await?;
        db.migrate().await?;
        Ok(db)
    }

    /// Opens a database as it is.
    pub async fn connect(url: &str) -> Result<Db> {
        Db::connect_with(url, Settings::default()).await
    }

    pub async fn connect_with(url: &str, settings: Settings) -> Result<Db> {
        let pools = connect::pools(url, &settings).await?;
        Ok(Db::over(pools, settings, Writes::Free))
    }

    /// Opens a database that is there, to read it only. Nothing is created or brought up to date.
    ///
    /// # Errors
    /// `Conflict` where there is no such file, or it is no database.
    pub async fn connect_to_read(url: &str) -> Result<Db> {
        Db::connect_to_read_with(url, Settings::default()).await
    }

    pub async fn connect_to_read_with(url: &str, settings: Settings) -> Result<Db> {
        let Some(path) = files::sqlite_path(url) else { return Db::connect_with(url, settings).await };
        if !files::is_there(url)? {
            return Err(Error::conflict(format!("there is no database at {}", path.display())));
        }
        let never = Writes::Never("this database was opened to be read only");
        Ok(Db::over(connect::to_read(&path, &settings).await?, settings, never))
    }

    fn over(pools: Pools, settings: Settings, writes: Writes) -> Db {
        let reader = match &pools {
            Pools::Sqlite { reader, .. } => Reader::shared(reader.clone().into()),
            Pools::Postgres { reader, .. } if settings.pooler == Pooler::Transaction => Reader::pooled(reader.clone(), &settings),
            Pools::Postgres { reader, .. } => Reader::shared(reader.clone().into()),
        };
        Db {
            pools,
            reader,
            settings,
            waits: settings.turn,
            health: Arc::default(),
            writes,
            waiters: Arc::new(Semaphore::new((settings.writers as usize / 2).max(1))),
            #[cfg(feature = "testing")]
            faults: Arc::default(),
        }
    }

    /// The same database for a form: its first transaction to commit writes this claim, and is refused where another request has.
    pub fn once(&self, claim: Arc<Claim>) -> Db {
        Db { writes: Writes::Once(claim), ..self.clone() }
    }

    /// The same database for what prepares a form's work, or goes on with it later: its claim is not written here.
    pub fn unclaimed(&self) -> Db {
        match self.writes {
            Writes::Once(_) => Db { writes: Writes::Free, ..self.clone() },
            Writes::Free | Writes::Never(_) => self.clone(),
        }
    }

    /// The same database for whoever may change nothing, and why.
    pub fn read_only(&self, why: &'static str) -> Db {
        Db { writes: Writes::Never(why), ..self.clone() }
    }

    /// The same database for what people wait for: where another process holds it, they are told so soon.
    pub fn for_people(&self) -> Db {
        Db { waits: self.settings.patience, ..self.clone() }
    }

    /// Writes the claim of the form that this handle is for. [`transact!`] does so before all else.
    pub async fn claim<C: ConnectionTrait>(&self, tx: &C) -> Result<()> {
        match &self.writes {
            Writes::Once(claim) => claim.write(tx).await,
            Writes::Free | Writes::Never(_) => Ok(()),
        }
    }

    /// For queries. What they see may change between two of them: see [`Db::snapshot`].
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// A transaction for several queries that must see the same state.
    pub async fn snapshot(&self) -> Result<Tx> {
        self.look(self.settings.begin_snapshot()).await
    }

    /// The same for work that nobody waits for at a screen: no statement of it is cut off.
    pub async fn long_snapshot(&self) -> Result<Tx> {
        self.look(self.settings.begin_long_snapshot()).await
    }

    async fn look(&self, postgres: String) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { reader, .. } => {
                let connection = reader.acquire().await.map_err(Error::from_acquiring)?;
                Tx::begin(Connection::Sqlite(connection), self.reading("BEGIN DEFERRED".to_owned())).await
            }
            Pools::Postgres { reader, .. } => {
                let connection = Connection::Postgres(reader.acquire().await.map_err(Error::from_acquiring)?, self.settings.pooler);
                Tx::begin(connection, self.reading(postgres)).await
            }
        }
    }

    fn reading(&self, sql: String) -> Begin {
        Begin {
            #[cfg(feature = "testing")]
            reads: Some(Arc::clone(&self.reader.reads)),
            ..Begin::reading(sql)
        }
    }

    /// Begins a serializable transaction for writing. Use [`transact!`], which also commits and runs it again where it must.
    pub async fn begin(&self) -> Result<Tx> {
        if let Writes::Never(why) = self.writes {
            return Err(Error::conflict(why));
        }
        let begun = self.begin_in_turn().await;
        if let Err(error) = &begun {
            self.health.failed(error, 0);
        }
        begun.map_err(Error::explained)
    }

    /// As [`Db::begin`], again if need be.
    pub async fn begin_again(&self, attempts: &mut Attempts) -> Result<Tx> {
        if attempts.waited {
            let left = self.waits.saturating_sub(attempts.begun.elapsed());
            let permit = timeout(left, Arc::clone(&self.waiters).acquire_owned()).await;
            attempts.permit = Some(permit.ok().and_then(std::result::Result::ok).ok_or(Error::Busy)?);
        }
        self.begin().await
    }

    /// Waits for its turn as long as is promised, however often the database says meanwhile that another process holds it.
    async fn begin_in_turn(&self) -> Result<Tx> {
        let mut attempts = Attempts::default();
        loop {
            match self.try_begin().await {
                Err(error) if error.is_transient() && attempts.begun.elapsed() < self.waits => match self.is_postgres() {
                    true => attempts.pause().await,
                    // SQLite has looked at the lock for a while; another process leaves it free for a moment only.
                    false => tokio::time::sleep(LOCK_PAUSE).await,
                },
                outcome => return outcome,
            }
        }
    }

    async fn try_begin(&self) -> Result<Tx> {
        let (connection, sql) = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                (Connection::Sqlite(writer.acquire().await.map_err(Error::from_acquiring)?), migrate::begin_sqlite())
            }
            Pools::Postgres { writer, .. } => {
                let connection = writer.acquire().await.map_err(Error::from_acquiring)?;
                (Connection::Postgres(connection, self.settings.pooler), Settings::begin_writing())
            }
        };
        let begin = Begin {
            sql,
            writes: true,
            #[cfg(feature = "testing")]
            faults: Some(Arc::clone(&self.faults)),
            #[cfg(feature = "testing")]
            reads: None,
        };
        let tx = Tx::begin(connection, begin).await?;
        if tx.migrations_found() > migrate::known() {
            tx.rollback().await?;
            return Err(Error::NewerSchema);
        }
        Ok(tx)
    }

    /// Commits or rolls back; `None` means the transaction lost to another one and is to be run again.
    pub async fn finish<T>(&self, tx: Tx, outcome: Result<T>, attempts: &mut Attempts) -> Option<Result<T>> {
        let id = tx.postgres_id().map(str::to_owned);
        let written = tx.written();
        let outcome = match outcome {
            Ok(value) => match tx.commit().await {
                Ok(()) => Ok(value),
                Err(error @ Error::Uncertain) => match self.committed(id.as_deref()).await {
                    Some(true) => Ok(value),
                    // Undone for certain: as good as one that lost to another.
                    Some(false) if attempts.made < RETRIES_MAX => {
                        attempts.pause().await;
                        return None;
                    }
                    Some(false) => Err(Error::Busy),
                    None => Err(error),
                },
                Err(error) => Err(error),
            },
            Err(error) => {
                // The first error is the one that explains; a failed rollback only repeats it, and its connection is closed.
                let _ = tx.rollback().await;
                Err(error)
            }
        };
        attempts.permit = None;
        match outcome {
            Ok(value) => {
                self.health.succeeded(written);
                Some(Ok(value))
            }
            Err(error) if error.waited_for_row() && attempts.begun.elapsed() < self.waits => {
                attempts.rest().await;
                None
            }
            Err(error) if error.is_transient() && attempts.made < RETRIES_MAX && attempts.begun.elapsed() < self.settings.turn => {
                attempts.pause().await;
                None
            }
            // It is there now, and the block will see it.
            Err(error) if error.is_taken_key() && self.is_postgres() && attempts.made < KEY_RETRIES_MAX => {
                attempts.pause().await;
                None
            }
            Err(error) => {
                self.health.failed(&error, written);
                Some(Err(error.explained()))
            }
        }
    }

    /// What became of the transaction with this id, as far as PostgreSQL can be asked.
    async fn committed(&self, id: Option<&str>) -> Option<bool> {
        let (Some(id), Pools::Postgres { writer, .. }) = (id, &self.pools) else { return None };
        let sql = format!("SELECT txid_status({id})");
        let asked = Instant::now();
        while asked.elapsed() < LOOK_UP_MAX {
            match connect::ask(writer, sql.clone()).await {
                Ok(Some(status)) if status == "committed" => return Some(true),
                Ok(Some(status)) if status == "aborted" => return Some(false),
                Ok(None) => return None,
                // Its connection has not noticed yet, or the database isn't back.
                Ok(Some(_)) | Err(_) => tokio::time::sleep(LOOK_UP_PAUSE).await,
            }
        }
        None
    }

    /// Gives the writer more memory while it writes very much, or takes it back. PostgreSQL sees to this by itself.
    pub async fn write_in_bulk(&self, bulk: bool) -> Result<()> {
        if let Pools::Sqlite { writer, .. } = &self.pools {
            let (kib, pages) = if bulk { (BULK_CACHE_KIB, BULK_LOG_PAGES) } else { (WRITER_CACHE_KIB, LOG_PAGES) };
            let shrink = if bulk { "" } else { "; PRAGMA shrink_memory" };
            let settings = format!("PRAGMA cache_size = -{kib}; PRAGMA wal_autocheckpoint = {pages}{shrink}");
            DatabaseConnection::from(writer.clone()).execute_unprepared(&settings).await?;
        }
        Ok(())
    }

    /// Lets no write begin any more, and waits for those under way. Reading goes on: what was done can be told.
    pub async fn end_writing(&self) {
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.close().await,
            Pools::Postgres { writer, .. } => writer.close().await,
        }
    }

    pub async fn close(self) -> Result<()> {
        self.end_writing().await;
        match self.pools {
            Pools::Sqlite { reader, .. } => reader.close().await,
            Pools::Postgres { reader, .. } => reader.close().await,
        }
        Ok(())
    }

    fn is_postgres(&self) -> bool {
        matches!(self.pools, Pools::Postgres { .. })
    }

    /// "SQLite" or "PostgreSQL", for people.
    pub fn kind(&self) -> &'static str {
        if self.is_postgres() { "PostgreSQL" } else { "SQLite" }
    }

    /// Where tests say which statement fails.
    #[cfg(feature = "testing")]
    pub fn faults(&self) -> &faults::Faults {
        &self.faults
    }

    /// Where tests learn how many statements reading took.
    #[cfg(feature = "testing")]
    pub fn reads(&self) -> &faults::Reads {
        &self.reader.reads
    }
}

/// How often a transaction was run, and since when.
#[derive(Debug)]
pub struct Attempts {
    made: u32,
    begun: Instant,
    /// It waited for a row in vain, and from then on needs a permit to run.
    waited: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl Default for Attempts {
    fn default() -> Attempts {
        Attempts { made: 0, begun: Instant::now(), waited: false, permit: None }
    }
}

impl Attempts {
    /// After a wait for a row, which says nothing about how often this one lost.
    async fn rest(&mut self) {
        self.waited = true;
        let pause = rand::rng().random_range(50..=400);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }

    /// Longer each time, and by chance, so that two that lost to each other don't meet again.
    async fn pause(&mut self) {
        self.made += 1;
        let longest = 4u64 << self.made.min(7);
        let pause = rand::rng().random_range(1..=longest);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// `transact!(db, |tx| { …; Ok(value) })` runs the block in one transaction, serializable, and commits it. Lost to another
/// transaction, the block runs again: it must have no effect outside the transaction. Evaluates to a `Result`.
#[macro_export]
macro_rules! transact {
    ($db:expr, |$tx:ident| $work:block) => {{
        let mut attempts = $crate::store::Attempts::default();
        loop {
            let transaction = match $db.begin_again(&mut attempts).await {
                Ok(transaction) => transaction,
                Err(error) => break Err(error),
            };
            let outcome = {
                let $tx = &transaction;
                let outcome: $crate::Result<_> = match $db.claim($tx).await {
                    Ok(()) => async { $work }.await,
                    Err(error) => Err(error),
                };
                outcome
            };
            if let Some(outcome) = $db.finish(transaction, outcome, &mut attempts).await {
                break outcome;
            }
        }
    }};
}
