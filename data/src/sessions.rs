//! Where sign-in sessions live. Their time is the machine's, also in a sandbox: moving its clock signs nobody out.

use std::fmt::Write;

use async_trait::async_trait;
use chrono::Utc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error as StoreError, ExpiredDeletion, Result as StoreResult};

use crate::db::Db;
use crate::entities::sessions;
use crate::error::Result;
use crate::transact;

/// Two random ids of 128 bits do not meet; an id that did is most likely a broken random source.
const ID_CONFLICTS_MAX: u32 = 4;

#[derive(Clone, Debug)]
pub struct Sessions {
    db: Db,
}

impl Sessions {
    pub fn new(db: Db) -> Sessions {
        Sessions { db }
    }
}

/// What is stored in place of the id: whoever reads the table cannot take over a session.
fn stored_id(id: &Id) -> String {
    hash(&id.to_string())
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn row(record: &Record) -> StoreResult<sessions::ActiveModel> {
    let data = serde_json::to_string(&record.data).map_err(|error| StoreError::Encode(error.to_string()))?;
    Ok(sessions::ActiveModel { id: Set(stored_id(&record.id)), data: Set(data), expires_at: Set(milliseconds(record.expiry_date)) })
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

    async fn save(&self, record: &Record) -> StoreResult<()> {
        let row = row(record)?;
        let saved: Result<()> = transact!(self.db, |tx| {
            sessions::Entity::insert(row.clone())
                .on_conflict(
                    OnConflict::column(sessions::Column::Id)
                        .update_columns([sessions::Column::Data, sessions::Column::ExpiresAt])
                        .to_owned(),
                )
                .exec_without_returning(tx)
                .await?;
            Ok(())
        });
        saved.map_err(backend)
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        let found = sessions::Entity::find_by_id(stored_id(id))
            .filter(sessions::Column::ExpiresAt.gt(Utc::now().timestamp_millis()))
            .one(self.db.read())
            .await
            .map_err(backend)?;
        let Some(row) = found else { return Ok(None) };
        let data = serde_json::from_str(&row.data).map_err(|error| StoreError::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.expires_at) * 1_000_000)
            .map_err(|error| StoreError::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let deleted: Result<()> = transact!(self.db, |tx| {
            sessions::Entity::delete_by_id(stored_id(id)).exec(tx).await?;
            Ok(())
        });
        deleted.map_err(backend)
    }
}

#[async_trait]
impl ExpiredDeletion for Sessions {
    async fn delete_expired(&self) -> StoreResult<()> {
        purge_sessions(&self.db).await.map(|_| ()).map_err(backend)
    }
}

/// Removes what has expired; returns how many sessions that were.
pub async fn purge_sessions(db: &Db) -> Result<u64> {
    let now = Utc::now().timestamp_millis();
    transact!(db, |tx| {
        let deleted = sessions::Entity::delete_many().filter(sessions::Column::ExpiresAt.lte(now)).exec(tx).await?;
        Ok(deleted.rows_affected)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashMap;

    use sea_orm::PaginatorTrait;
    use tower_sessions::cookie::time::Duration;

    use super::*;

    async fn store() -> (Sessions, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        (Sessions::new(db), folder)
    }

    fn record(lasts: Duration) -> Record {
        let data = HashMap::from([("user".to_owned(), serde_json::json!("u1"))]);
        let ends = OffsetDateTime::now_utc().replace_nanosecond(5_000_000).unwrap() + lasts;
        Record { id: Id::default(), data, expiry_date: ends }
    }

    #[tokio::test]
    async fn keeps_updates_and_deletes() {
        let (store, _folder) = store().await;
        let mut one = record(Duration::hours(1));
        store.create(&mut one).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), Some(one.clone()));

        one.data.insert("seen".to_owned(), serde_json::json!(7));
        store.save(&one).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(sessions::Entity::find().count(store.db.read()).await.unwrap(), 1);

        store.delete(&one.id).await.unwrap();
        assert_eq!(store.load(&one.id).await.unwrap(), None);
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
