//! Files that wait to be imported, and the rows that an import left out: at most one of each for each person and company. What is kept
//! here is the file's name; the file lies in a folder of the server.

use domain::Instant;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use data::store::entities::uploads::{ActiveModel, Column, Entity, Model};
use data::{Db, Result, transact};

/// As long as its file is kept.
const KEPT_MS: i64 = Instant::DAY_MS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file that was tried and waits for a decision.
    Tried,
    /// The rows that the last import left out.
    Rest,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Tried => "tried",
            Kind::Rest => "rest",
        }
    }
}

/// Whose it is, and at which company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub user_id: Uuid,
    pub company_id: Uuid,
}

fn key(owner: Owner, kind: Kind) -> (Uuid, Uuid, String) {
    (owner.user_id, owner.company_id, kind.word().to_owned())
}

pub async fn find(db: &Db, owner: Owner, kind: Kind) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(key(owner, kind)).one(db.read()).await?)
}

/// Puts it in the place of the one before, whose name is returned.
pub async fn replace(db: &Db, owner: Owner, kind: Kind, name: &str, detail: &str, real_now: Instant) -> Result<Option<String>> {
    transact!(db, |tx| {
        let before = Entity::find_by_id(key(owner, kind)).one(tx).await?;
        Entity::delete_by_id(key(owner, kind)).exec(tx).await?;
        let row = ActiveModel {
            user_id: Set(owner.user_id),
            company_id: Set(owner.company_id),
            kind: Set(kind.word().to_owned()),
            name: Set(name.to_owned()),
            detail: Set(detail.to_owned()),
            at: Set(real_now.0),
        };
        Entity::insert(row).exec_without_returning(tx).await?;
        Ok(before.map(|before| before.name))
    })
}

/// Forgets it, if it is still this one (any, without a name). Returns its name.
pub async fn remove(db: &Db, owner: Owner, kind: Kind, name: Option<&str>) -> Result<Option<String>> {
    transact!(db, |tx| {
        let found = Entity::find_by_id(key(owner, kind)).one(tx).await?;
        let Some(row) = found.filter(|row| name.is_none_or(|name| row.name == name)) else { return Ok(None) };
        Entity::delete_by_id(key(owner, kind)).exec(tx).await?;
        Ok(Some(row.name))
    })
}

/// Forgets those whose files are gone. Returns how many.
pub async fn purge_uploads(db: &Db, real_now: Instant) -> Result<u64> {
    transact!(db, |tx| {
        let gone = Entity::delete_many().filter(Column::At.lt(real_now.0 - KEPT_MS)).exec(tx).await?;
        Ok(gone.rows_affected)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use data::on_both;

    const NOW: Instant = Instant(1_767_225_600_000);

    on_both! {
        async fn each_person_has_one_file_waiting_at_each_company(db: &TestDb) {
            let [one, other] = [1, 2].map(|company| Owner { user_id: Uuid::from_u128(7), company_id: Uuid::from_u128(company) });
            assert_eq!(replace(db, one, Kind::Tried, "a", "{}", NOW).await.unwrap(), None);
            assert_eq!(replace(db, other, Kind::Tried, "b", "{}", NOW).await.unwrap(), None);
            assert_eq!(replace(db, one, Kind::Rest, "c", "", NOW).await.unwrap(), None);
            assert_eq!(replace(db, one, Kind::Tried, "d", "{}", NOW).await.unwrap().as_deref(), Some("a"));
            assert_eq!(remove(db, one, Kind::Tried, Some("a")).await.unwrap(), None, "another one was uploaded since");
            assert_eq!(remove(db, one, Kind::Tried, Some("d")).await.unwrap().as_deref(), Some("d"));
            assert_eq!(find(db, one, Kind::Tried).await.unwrap(), None);
            assert_eq!(find(db, other, Kind::Tried).await.unwrap().unwrap().name, "b");
            assert_eq!(purge_uploads(db, NOW.plus_ms(KEPT_MS + 1)).await.unwrap(), 2);
        }
    }
}
