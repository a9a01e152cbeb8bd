//! The public names of rows that other rows point to by id: one query per page and kind.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::cells::Cell;
use data::Result;
use data::store::entities::{customers, groups, invoices, offers, partnerships, rewards, transactions};

/// Both databases take more values than this in one statement.
const IDS_AT_ONCE: usize = 5000;

/// Names by id.
pub struct Keys(HashMap<Uuid, String>);

impl Keys {
    /// The name of an id, or nothing for none.
    pub fn cell(&self, id: impl Into<Option<Uuid>>) -> Cell {
        Cell::optional(id.into().and_then(|id| self.0.get(&id)).cloned())
    }

    pub fn get(&self, id: Uuid) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }

    async fn read<C, E>(conn: &C, id: E::Column, key: E::Column, ids: impl IntoIterator<Item = Uuid>) -> Result<Keys>
    where
        C: ConnectionTrait,
        E: EntityTrait,
    {
        let distinct: HashSet<Uuid> = ids.into_iter().collect();
        let ids: Vec<Uuid> = distinct.into_iter().collect();
        let mut names = HashMap::with_capacity(ids.len());
        for some in ids.chunks(IDS_AT_ONCE) {
            let found = E::find().select_only().column(id).column(key).filter(id.is_in(some.iter().copied()));
            names.extend(found.into_tuple::<(Uuid, String)>().all(conn).await?);
        }
        Ok(Keys(names))
    }
}

macro_rules! keys {
    ($($name:ident: $entity:ident . $key:ident),+ $(,)?) => {$(
        pub async fn $name<C: ConnectionTrait>(conn: &C, ids: impl IntoIterator<Item = Uuid>) -> Result<Keys> {
            Keys::read::<C, $entity::Entity>(conn, $entity::Column::Id, $entity::Column::$key, ids).await
        }
    )+};
}

keys! {
    partner_keys: partnerships.PartnerKey,
    customer_keys: customers.CustomerKey,
    transaction_keys: transactions.Key,
    reward_keys: rewards.Key,
    offer_keys: offers.Key,
    group_keys: groups.Key,
    invoice_numbers: invoices.Number,
}
