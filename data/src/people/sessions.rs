//! Where sign-in sessions live. Their time is the machine's, also in a sandbox: moving its clock signs nobody out.
//!
//! A session says who a person is, and nothing else. It ends when it was not used for [`IDLE_MS`], at the latest when its cookie does,
//! and at once when its row is deleted: nothing but a sign-in writes one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::Utc;
use domain::Instant;
use sea_orm::sea_query::{Condition, Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error as StoreError, ExpiredDeletion, Result as StoreResult};
use uuid::Uuid;

use crate::store::Db;
use crate::store::entities::{flashes, sessions, users};
use crate::store::error::{Error, Result};
use crate::store::secrets::hash;
use crate::transact;

/// The key under which a session holds the person's id.
pub const USER_ID: &str = "user_id";
/// The key under which a session that is not stored yet holds the id of the row that [`begin`] wrote for it.
pub const BEGUN: &str = "begun";
/// A session ends when it was not used for this long.
pub const IDLE_MS: i64 = 14 * Instant::DAY_MS;
/// How often that end is moved on at most: every request would be a write.
const RENEWED_AFTER_MS: i64 = Instant::DAY_MS / 24;
/// Two random ids of 128 bits do not meet; an id that did is most likely a broken random source.
const ID_CONFLICTS_MAX: u32 = 4;

#[derive(Clone, Debug)]
pub struct Sessions {
    db: Db,
    /// Those whose end is being moved on at this moment.
    renewing: Arc<Mutex<HashSet<String>>>,
}

impl Sessions {
    pub fn new(db: Db) -> Sessions {
        Sessions { db, renewing: Arc::default() }
    }

    /// Moves the end of a session in use, beside the request: no page waits for it.
    fn renew(&self, row: &sessions::Model, now: i64) {
        let expires_at = row.ends_at.min(now + IDLE_MS);
        if expires_at - row.expires_at < RENEWED_AFTER_MS || !self.renewing().insert(row.id.clone()) {
            return;
        }
        let (store, id) = (self.clone(), row.id.clone());
        tokio::spawn(async move {
            if let Err(error) = store.move_end(&id, expires_at).await {
                tracing::warn!(%error, "a session was not renewed");
            }
            store.renewing().remove(&id);
        });
    }

    async fn move_end(&self, id: &str, expires_at: i64) -> Result<()> {
        transact!(self.db, |tx| {
            sessions::Entity::update_many()
                .col_expr(sessions::Column::ExpiresAt, Expr::value(expires_at))
                .filter(sessions::Column::Id.eq(id))
                .exec(tx)
                .await?;
            Ok(())
        })
    }

    fn renewing(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.renewing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is stored in place of the id: whoever reads the table cannot take over a session.
pub fn stored_id(id: &Id) -> String {
    hash(&id.to_string())
}

fn row(record: &Record) -> StoreResult<sessions::ActiveModel> {
    let ends_at = milliseconds(record.expiry_date);
    Ok(sessions::ActiveModel {
        id: Set(stored_id(&record.id)),
        data: Set(data_of(record)?),
        expires_at: Set(ends_at.min(Utc::now().timestamp_millis() + IDLE_MS)),
        user_id: Set(record.data.get(USER_ID).and_then(|id| id.as_str()).map(str::to_owned)),
        ends_at: Set(ends_at),
    })
}

fn data_of(record: &Record) -> StoreResult<String> {
    serde_json::to_string(&record.data).map_err(|error| StoreError::Encode(error.to_string()))
}

fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn backend(error: impl std::fmt::Display) -> StoreError {
    StoreError::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        if let Some(begun) = record.data.remove(BEGUN) {
            let id = begun.as_str().and_then(|id| id.parse().ok());
            record.id = id.ok_or_else(|| StoreError::Decode("the id of a session that was begun".to_owned()))?;
            return Ok(());
        }
        for _ in 0..ID_CONFLICTS_MAX {
            let row = row(record)?;
            let inserted = transact!(self.db, |tx| {
                let insert =
                    sessions::Entity::insert(row.clone()).on_conflict(OnConflict::column(sessions::Column::Id).do_nothing().to_owned());
                Ok(insert.exec_without_returning(tx).await?)
            });
            if inserted.map_err(backend)? == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(backend("no free session id"))
    }

    /// Changes a session that is there. One that was ended meanwhile stays ended, and none ends later than it was to.
    async fn save(&self, record: &Record) -> StoreResult<()> {
        let (id, data) = (stored_id(&record.id), data_of(record)?);
        let kept = sessions::Entity::find_by_id(&id).one(self.db.read()).await.map_err(backend)?;
        // A new session is saved once more with its answer.
        if kept.is_none_or(|row| row.data == data) {
            return Ok(());
        }
        let saved: Result<()> = transact!(self.db, |tx| {
            sessions::Entity::update_many()
                .col_expr(sessions::Column::Data, Expr::value(data.as_str()))
                .filter(sessions::Column::Id.eq(&id))
                .exec(tx)
                .await?;
            Ok(())
        });
        saved.map_err(backend)
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        let now = Utc::now().timestamp_millis();
        let found = sessions::Entity::find_by_id(stored_id(id))
            .filter(sessions::Column::ExpiresAt.gt(now))
            .filter(sessions::Column::EndsAt.gt(now))
            .one(self.db.read())
            .await
            .map_err(backend)?;
        let Some(row) = found else { return Ok(None) };
        let data = serde_json::from_str(&row.data).map_err(|error| StoreError::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.ends_at) * 1_000_000)
            .map_err(|error| StoreError::Decode(error.to_string()))?;
        self.renew(&row, now);
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let deleted: Result<()> = transact!(self.db, |tx| { end(tx, id).await });
        deleted.map_err(backend)
    }
}

#[async_trait]
impl ExpiredDeletion for Sessions {
    async fn delete_expired(&self) -> StoreResult<()> {
        purge_sessions(&self.db).await.map(|_| ()).map_err(backend)
    }
}

/// Begins a session in place of `old`. `None` where the password that was checked has been changed since: whoever came in by the old
/// one would stay in. The session learns its id as [`BEGUN`].
pub async fn begin(db: &Db, user_id: Uuid, password_hash: Option<&str>, old: Option<Id>, ends: OffsetDateTime) -> Result<Option<Id>> {
    transact!(db, |tx| {
        if let Some(password_hash) = password_hash {
            // Holds the row: a change of the password comes before, and is seen, or after, and ends this session.
            let same = users::Entity::update_many()
                .col_expr(users::Column::PasswordHash, Expr::value(password_hash))
                .filter(users::Column::Id.eq(user_id))
                .filter(users::Column::PasswordHash.eq(password_hash))
                .exec(tx)
                .await?;
            if same.rows_affected == 0 {
                return Ok(None);
            }
        }
        if let Some(old) = &old {
            end(tx, old).await?;
        }
        let data = HashMap::from([(USER_ID.to_owned(), serde_json::json!(user_id))]);
        let record = Record { id: Id::default(), data, expiry_date: ends };
        let row = row(&record).map_err(|error| Error::Corrupt(error.to_string()))?;
        sessions::Entity::insert(row).exec_without_returning(tx).await?;
        Ok(Some(record.id))
    })
}

async fn end<C: ConnectionTrait>(tx: &C, id: &Id) -> Result<()> {
    sessions::Entity::delete_by_id(stored_id(id)).exec(tx).await?;
    let left = flashes::Column::Id.starts_with(stored_id(id));
    flashes::Entity::delete_many().filter(left).exec(tx).await?;
    Ok(())
}

/// Ends every session of a person: their password changed, or their access was taken away. Returns how many that were.
pub async fn end_all<C: ConnectionTrait>(tx: &C, user_id: Uuid) -> Result<u64> {
    let ended = sessions::Entity::delete_many().filter(sessions::Column::UserId.eq(user_id.to_string())).exec(tx).await?;
    Ok(ended.rows_affected)
}

/// Removes what has expired; returns how many sessions that were.
pub async fn purge_sessions(db: &Db) -> Result<u64> {
    let now = Utc::now().timestamp_millis();
    transact!(db, |tx| {
        let ended = Condition::any().add(sessions::Column::ExpiresAt.lte(now)).add(sessions::Column::EndsAt.lte(now));
        let deleted = sessions::Entity::delete_many().filter(ended).exec(tx).await?;
        Ok(deleted.rows_affected)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sea_orm::PaginatorTrait;
    use tower_sessions::cookie::time::Duration;

    use super::*;

    const USER: Uuid = Uuid::from_u128(7);

    async fn store() -> (Sessions, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        (Sessions::new(db), folder)
    }

    fn record(lasts: Duration) -> Record {
        let data = HashMap::from([(USER_ID.to_owned(), serde_json::json!(USER))]);
        let ends = OffsetDateTime::now_utc().replace_nanosecond(5_000_000).unwrap() + lasts;
        Record { id: Id::default(), data, expiry_date: ends }
    }

    #[tokio::test]
    async fn keeps_updates_and_deletes() {
        let (store, _folder) = store().await;
        let mut one = record(Duration::hours(1));
        store.create(&mut one).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), Some(one.clone()));

        one.data.insert("scope".to_owned(), serde_json::json!(7));
        store.save(&one).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(sessions::Entity::find().count(store.db.read()).await.unwrap(), 1);

        store.delete(&one.id).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_session_that_was_ended_stays_ended() {
        let (store, _folder) = store().await;
        let [mut one, mut other] = [record(Duration::hours(1)), record(Duration::hours(1))];
        store.create(&mut one).await.unwrap();
        store.create(&mut other).await.unwrap();
        // A request under way has loaded it, and writes it back after the sign-out.
        let loaded = store.load(&one.id).await.unwrap().unwrap();
        store.delete(&one.id).await.unwrap();
        store.save(&loaded).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), None);

        let ended: Result<u64> = transact!(store.db, |tx| { end_all(tx, USER).await });
        assert_eq!(ended.unwrap(), 1);
        assert_eq!(store.load(&other.id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_session_in_use_is_renewed_and_ends_when_its_cookie_does() {
        let (store, _folder) = store().await;
        let mut one = record(Duration::days(90));
        store.create(&mut one).await.unwrap();
        let at = async || sessions::Entity::find().one(store.db.read()).await.unwrap().unwrap();
        let begun = at().await;
        assert!(begun.ends_at - begun.expires_at > 75 * Instant::DAY_MS, "{begun:?}");
        store.load(&one.id).await.unwrap();
        assert_eq!(at().await, begun, "it was renewed within the hour");

        store.move_end(&begun.id, begun.expires_at - 2 * RENEWED_AFTER_MS).await.unwrap();
        store.load(&one.id).await.unwrap();
        while at().await.expires_at < begun.expires_at {
            tokio::task::yield_now().await;
        }
        assert_eq!(at().await.ends_at, begun.ends_at);

        let mut last = record(Duration::hours(2));
        store.create(&mut last).await.unwrap();
        store.save(&Record { expiry_date: last.expiry_date + Duration::days(90), ..last.clone() }).await.unwrap();
        assert_eq!(store.load(&last.id).await.unwrap().map(|record| record.expiry_date), Some(last.expiry_date));
    }

    #[tokio::test]
    async fn a_taken_id_is_replaced() {
        let (store, _folder) = store().await;
        let mut first = record(Duration::hours(1));
        store.create(&mut first).await.unwrap();
        let mut second = record(Duration::hours(1));
        second.id = first.id;
        second.data.clear();
        store.create(&mut second).await.unwrap();
        assert_ne!(second.id, first.id);
        assert_eq!(store.load(&first.id).await.unwrap(), Some(first));
        assert_eq!(store.load(&second.id).await.unwrap(), Some(second));
    }

    #[tokio::test]
    async fn expired_sessions_are_gone_before_they_are_purged() {
        let (store, _folder) = store().await;
        let mut old = record(Duration::seconds(-5));
        let mut new = record(Duration::hours(1));
        store.create(&mut old).await.unwrap();
        store.create(&mut new).await.unwrap();
        assert_eq!(store.load(&old.id).await.unwrap(), None);
        assert_eq!(purge_sessions(&store.db).await.unwrap(), 1);
        assert!(store.load(&new.id).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn the_table_does_not_hold_the_cookie() {
        let (store, _folder) = store().await;
        let mut one = record(Duration::hours(1));
        store.create(&mut one).await.unwrap();
        let row = sessions::Entity::find().one(store.db.read()).await.unwrap().unwrap();
        assert_ne!(row.id, one.id.to_string());
        assert_eq!(row.id.len(), 64);
    }
}
