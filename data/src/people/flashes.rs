//! What the next page says, once: a message, or a form that was refused. One for each session at each place, and one for each person
//! whose session ended while they filled in a form; ten minutes later it is forgotten.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::place::within;
use domain::{Instant, Place};
use sea_orm::sea_query::{Condition, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tower_sessions::session::Id;
use uuid::Uuid;

use crate::people::sessions;
use crate::store::entities::flashes::{ActiveModel, Column, Entity, Model};
use crate::{Db, Result, transact};

const KEPT_MS: i64 = 10 * 60_000;
/// So long what is left waits for the page that it leads to; then another page of the place shows it.
const OWN_PAGE_MS: i64 = 3_000;

/// For whom something is left.
#[derive(Clone, Copy, Debug)]
pub enum For<'a> {
    /// On this page; on any, where its address does not say whose it is.
    Session(Id, &'a str),
    /// In whatever session of theirs comes to this page first.
    Person(Uuid, &'a str),
}

impl For<'_> {
    fn id(&self) -> String {
        match self {
            For::Session(id, page) => format!("{}{}", sessions::stored_id(id), Place::of_path(page)),
            For::Person(user_id, _) => user_id.to_string(),
        }
    }

    /// Where what is for this reader may be. What is for no place in particular is shown at every one.
    fn ids(&self) -> Vec<String> {
        match self {
            For::Session(id, _) => vec![self.id(), sessions::stored_id(id)],
            For::Person(..) => vec![self.id()],
        }
    }

    fn page(&self) -> &str {
        match self {
            For::Session(_, page) => within(page),
            For::Person(_, page) => page,
        }
    }

    /// Whether this is the page for it: another tab's page of the same place may be loaded before its own. What leads to a place's home
    /// may have come from any page.
    fn fits(&self, row: &Model, real_now: Instant) -> bool {
        let elsewhere = row.page != self.page();
        match self {
            For::Session(id, _) => {
                let for_any = row.page == "/" || row.id == sessions::stored_id(id);
                for_any || !elsewhere || real_now.0 - (row.ends_at - KEPT_MS) >= OWN_PAGE_MS
            }
            For::Person(..) => !elsewhere,
        }
    }
}

/// Something that was left, and not shown yet.
#[derive(Clone, Debug)]
pub struct Left(Model);

impl Left {
    pub fn content(&self) -> &str {
        &self.0.content
    }
}

#[derive(Clone, Debug)]
pub struct Flashes {
    db: Db,
    /// Those that were shown, until they end: one that is deleted meanwhile may have been read just before.
    shown: Arc<Mutex<HashMap<String, i64>>>,
}

impl Flashes {
    pub fn new(db: Db) -> Flashes {
        Flashes { db, shown: Arc::default() }
    }

    /// Leaves something in place of what was left before.
    pub async fn leave(&self, to: For<'_>, content: &str, real_now: Instant) -> Result<()> {
        let row = ActiveModel {
            id: Set(to.id()),
            nonce: Set(Uuid::now_v7().simple().to_string()),
            page: Set(to.page().to_owned()),
            content: Set(content.to_owned()),
            ends_at: Set(real_now.plus_ms(KEPT_MS).0),
        };
        transact!(self.db, |tx| {
            let mut replace = OnConflict::column(Column::Id);
            replace.update_columns([Column::Nonce, Column::Page, Column::Content, Column::EndsAt]);
            Entity::insert(row.clone()).on_conflict(replace).exec_without_returning(tx).await?;
            Ok(())
        })
    }

    /// What was left for each of these readers, where something was. It stays until it is shown.
    pub async fn left(&self, to: &[For<'_>], real_now: Instant) -> Result<Vec<Option<Left>>> {
        let ids = to.iter().flat_map(For::ids);
        let mut found = Entity::find().filter(Column::Id.is_in(ids)).order_by_desc(Column::Id).all(self.db.read()).await?;
        // What ends much later was left before the clock was set back.
        found.retain(|row| (real_now.0..=real_now.0 + KEPT_MS).contains(&row.ends_at));
        let of = |to: &For| found.iter().find(|row| to.ids().contains(&row.id) && to.fits(row, real_now)).cloned().map(Left);
        Ok(to.iter().map(of).collect())
    }

    /// What was left, for one of those who ask. It is deleted beside the request, so that no page waits for whoever writes.
    pub fn show(&self, Left(row): Left, real_now: Instant) -> Option<String> {
        if !self.is_first_shown(&row, real_now) {
            return None;
        }
        let (flashes, nonce) = (self.clone(), row.nonce);
        tokio::spawn(async move {
            if let Err(error) = flashes.delete(&nonce).await {
                tracing::warn!(%error, "a message that was shown was not deleted");
            }
        });
        Some(row.content)
    }

    async fn delete(&self, nonce: &str) -> Result<()> {
        transact!(self.db, |tx| {
            Entity::delete_many().filter(Column::Nonce.eq(nonce)).exec(tx).await?;
            Ok(())
        })
    }

    fn is_first_shown(&self, row: &Model, real_now: Instant) -> bool {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|_, ends_at| *ends_at >= real_now.0);
        shown.insert(row.nonce.clone(), row.ends_at).is_none()
    }
}

/// Forgets what nobody came to read. Returns how many.
pub async fn purge_flashes(db: &Db, real_now: Instant) -> Result<u64> {
    transact!(db, |tx| {
        let old = Condition::any().add(Column::EndsAt.lt(real_now.0)).add(Column::EndsAt.gt(real_now.0 + KEPT_MS));
        Ok(Entity::delete_many().filter(old).exec(tx).await?.rows_affected)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sea_orm::PaginatorTrait;

    use super::*;
    use crate::on_both;

    const NOW: Instant = Instant(1_767_225_600_000);

    async fn take(flashes: &Flashes, to: For<'_>, now: Instant) -> Option<String> {
        let left = flashes.left(&[to], now).await.unwrap().pop().flatten();
        left.and_then(|left| flashes.show(left, now))
    }

    on_both! {
        async fn what_is_left_is_shown_once_and_to_its_reader(db: &TestDb) {
            let flashes = Flashes::new((**db).clone());
            let (session, other) = (For::Session(Id::default(), "/"), For::Session(Id::default(), "/"));
            flashes.leave(session, "first", NOW).await.unwrap();
            flashes.leave(session, "second", NOW).await.unwrap();
            assert_eq!(Entity::find().count(db.read()).await.unwrap(), 1);
            assert_eq!(take(&flashes, other, NOW).await, None);
            assert_eq!(take(&flashes, session, NOW).await.as_deref(), Some("second"));
            assert_eq!(take(&flashes, session, NOW).await, None);
            flashes.leave(session, "third", NOW).await.unwrap();
            assert_eq!(take(&flashes, session, NOW.plus_ms(KEPT_MS + 1)).await, None, "it is forgotten");
            assert_eq!(purge_flashes(db, NOW.plus_ms(KEPT_MS + 1)).await.unwrap(), 1);
        }

        async fn what_is_left_waits_for_its_own_place_and_page(db: &TestDb) {
            let flashes = Flashes::new((**db).clone());
            let id = Id::default();
            let taken = async |page: &str, at: Instant| take(&flashes, For::Session(id, page), at).await;
            let leave = async |page: &str, content: &str| flashes.leave(For::Session(id, page), content, NOW).await.unwrap();
            leave("/c/north/rewards", "of north").await;
            leave("/c/south/rewards", "of south").await;
            let soon = NOW.plus_ms(OWN_PAGE_MS - 1);
            for other in ["/", "/places", "/p/acme", "/c/west/rewards", "/c/north/invoices", "/c/south"] {
                assert_eq!(taken(other, soon).await, None, "{other}");
            }
            assert_eq!(taken("/c/south/rewards", soon).await.as_deref(), Some("of south"));
            // Nobody came to its page: another one of its place shows it.
            let later = NOW.plus_ms(OWN_PAGE_MS);
            assert_eq!(taken("/c/south/invoices", later).await, None);
            assert_eq!(taken("/c/north/invoices", later).await.as_deref(), Some("of north"));
            assert_eq!(taken("/c/north/rewards", later).await, None);
            // For no place in particular: for all.
            leave("/settings", "of anybody").await;
            assert_eq!(taken("/c/west/rewards", NOW).await.as_deref(), Some("of anybody"));
        }

        async fn a_form_of_somebody_signed_out_waits_on_its_own_page(db: &TestDb) {
            let flashes = Flashes::new((**db).clone());
            let (ada, bo) = (Uuid::from_u128(1), Uuid::from_u128(2));
            flashes.leave(For::Person(ada, "/settings"), "form", NOW).await.unwrap();
            assert_eq!(take(&flashes, For::Person(ada, "/"), NOW).await, None);
            assert_eq!(take(&flashes, For::Person(bo, "/settings"), NOW).await, None);
            assert_eq!(take(&flashes, For::Person(ada, "/settings"), NOW).await.as_deref(), Some("form"));
        }
    }
}
