//! The customers and partnerships that a batch touches.

use std::collections::HashMap;

use domain::Instant;
use domain::rating::PartnerFacts;
use domain::spans::held_at;
use domain::states::PartnershipStatus;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::store::IN_MAX;
use crate::store::entities::{attributions, customers, group_spans, partnerships, status_spans};
use crate::store::error::stored;
use crate::{Error, Result};

use crate::programme::in_force::Programme;

#[derive(Clone, Debug)]
pub struct Customer {
    pub id: Uuid,
    pub key: String,
    pub email: String,
    pub provider_key: Option<String>,
    pub test: bool,
    pub created_at: Instant,
    pub first_purchase_at: Option<Instant>,
    pub transactions: i64,
    pub voided: i64,
    /// Who brings them now.
    pub partnership_id: Option<Uuid>,
    spans: Vec<Attributed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributed {
    pub from: Instant,
    pub to: Option<Instant>,
    pub partnership_id: Option<Uuid>,
}

impl Customer {
    pub fn of_row(row: customers::Model, spans: Vec<Attributed>) -> Customer {
        Customer {
            id: row.id,
            key: row.customer_key,
            email: row.email,
            provider_key: row.provider_key,
            test: row.test,
            created_at: Instant(row.created_at),
            first_purchase_at: row.first_purchase_at.map(Instant),
            transactions: row.transactions,
            voided: row.voided,
            partnership_id: row.partnership_id,
            spans,
        }
    }

    pub fn attributed_at(&self, at: Instant) -> Option<Uuid> {
        attributed_at(&self.spans, at)
    }

    pub fn spans(&self) -> &[Attributed] {
        &self.spans
    }
}

/// Whom a customer with these spans belonged to.
pub fn attributed_at(spans: &[Attributed], at: Instant) -> Option<Uuid> {
    spans.iter().find(|span| span.from <= at && span.to.is_none_or(|to| at < to)).and_then(|span| span.partnership_id)
}

/// The customers with these keys, by key.
pub async fn customers_by_key<C: ConnectionTrait>(tx: &C, company_id: Uuid, keys: &[&str]) -> Result<HashMap<String, Customer>> {
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IN_MAX) {
        let rows = customers::Entity::find()
            .filter(customers::Column::CompanyId.eq(company_id))
            .filter(customers::Column::CustomerKey.is_in(chunk.iter().copied()))
            .all(tx)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut spans = spans_of(tx, &ids).await?;
        for row in rows {
            let spans = spans.remove(&row.id).unwrap_or_default();
            out.insert(row.customer_key.clone(), Customer::of_row(row, spans));
        }
    }
    Ok(out)
}

/// The attribution spans in force of these customers, in time order.
pub async fn spans_of<C: ConnectionTrait>(tx: &C, customer_ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Attributed>>> {
    let mut out: HashMap<Uuid, Vec<Attributed>> = HashMap::new();
    for chunk in customer_ids.chunks(IN_MAX) {
        let rows = attributions::Entity::find()
            .filter(attributions::Column::CustomerId.is_in(chunk.iter().copied()))
            .filter(attributions::Column::SupersededAt.is_null())
            .order_by_asc(attributions::Column::ValidFrom)
            .all(tx)
            .await?;
        for row in rows {
            let span = Attributed { from: Instant(row.valid_from), to: row.valid_to.map(Instant), partnership_id: row.partnership_id };
            out.entry(row.customer_id).or_default().push(span);
        }
    }
    Ok(out)
}

#[derive(Debug)]
pub struct Partner {
    pub id: Uuid,
    pub key: String,
    status: PartnershipStatus,
    pub tags: Vec<String>,
    pub joined_at: Instant,
    pub group_id: Uuid,
    /// Since when in which group, in time order.
    groups: Vec<(Instant, Uuid)>,
    /// Since when in which status, in time order.
    statuses: Vec<(Instant, PartnershipStatus)>,
}

impl Partner {
    pub fn group_at(&self, at: Instant) -> Uuid {
        held_at(&self.groups, at).unwrap_or(self.group_id)
    }

    pub fn status_at(&self, at: Instant) -> PartnershipStatus {
        held_at(&self.statuses, at).unwrap_or(self.status)
    }

    pub fn facts<'a>(&'a self, programme: &'a Programme, at: Instant) -> PartnerFacts<'a> {
        PartnerFacts {
            partnership_id: self.id,
            key: &self.key,
            group: programme.groups.get(&self.group_at(at)).map_or("", String::as_str),
            tags: &self.tags,
            status: self.status_at(at),
            joined_at: self.joined_at,
        }
    }
}

#[derive(Debug, Default)]
pub struct Partners(HashMap<Uuid, Partner>);

impl Partners {
    /// The partnerships with these ids, of this company only.
    pub async fn load<C: ConnectionTrait>(tx: &C, company_id: Uuid, ids: impl IntoIterator<Item = Uuid>) -> Result<Partners> {
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        let mut out = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(IN_MAX) {
            let mut groups: HashMap<Uuid, Vec<(Instant, Uuid)>> = HashMap::new();
            let spans = group_spans::Entity::find()
                .filter(group_spans::Column::PartnershipId.is_in(chunk.iter().copied()))
                .order_by_asc(group_spans::Column::ValidFrom)
                .all(tx)
                .await?;
            for span in spans {
                groups.entry(span.partnership_id).or_default().push((Instant(span.valid_from), span.group_id));
            }
            let mut statuses: HashMap<Uuid, Vec<(Instant, PartnershipStatus)>> = HashMap::new();
            let spans = status_spans::Entity::find()
                .filter(status_spans::Column::PartnershipId.is_in(chunk.iter().copied()))
                .order_by_asc(status_spans::Column::ValidFrom)
                .all(tx)
                .await?;
            for span in spans {
                statuses.entry(span.partnership_id).or_default().push((Instant(span.valid_from), stored(&span.status)?));
            }
            let rows = partnerships::Entity::find()
                .filter(partnerships::Column::CompanyId.eq(company_id))
                .filter(partnerships::Column::Id.is_in(chunk.iter().copied()))
                .all(tx)
                .await?;
            for row in rows {
                let groups = groups.remove(&row.id).unwrap_or_default();
                let statuses = statuses.remove(&row.id).unwrap_or_default();
                out.insert(row.id, Partner::of_row(row, groups, statuses)?);
            }
        }
        Ok(Partners(out))
    }

    pub fn get(&self, id: Uuid) -> Result<&Partner> {
        self.0.get(&id).ok_or_else(|| Error::Corrupt(format!("partnership {id} is attributed but missing")))
    }

    pub fn find(&self, id: Option<Uuid>) -> Result<Option<&Partner>> {
        id.map(|id| self.get(id)).transpose()
    }

    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.0.keys().copied()
    }
}

impl Partner {
    fn of_row(row: partnerships::Model, groups: Vec<(Instant, Uuid)>, statuses: Vec<(Instant, PartnershipStatus)>) -> Result<Partner> {
        Ok(Partner {
            id: row.id,
            key: row.partner_key,
            status: stored(&row.status)?,
            tags: serde_json::from_str(&row.tags).map_err(|error| Error::Corrupt(format!("tags of partnership {}: {error}", row.id)))?,
            joined_at: Instant(row.joined_at),
            group_id: row.group_id,
            groups,
            statuses,
        })
    }
}
