//! What a decision needs to know: the company's months, the rewards in question and what is linked to them.

use std::collections::{HashMap, HashSet};

use domain::review::{InvoiceMonths, RewardPosition};
use domain::states::{InvoiceState, RewardSource};
use domain::{Instant, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::billing::invoices;
use crate::store::IN_MAX;
use crate::store::entities::{companies, rewards};
use crate::store::error::stored;
use crate::{Error, Result};

/// A company and its invoice months at one instant.
pub struct ReviewContext {
    pub company: companies::Model,
    pub now: Instant,
    none_yet: InvoiceMonths,
    by_currency: HashMap<String, InvoiceMonths>,
}

impl ReviewContext {
    pub async fn open<C: ConnectionTrait>(conn: &C, company_id: Uuid, now: Instant) -> Result<ReviewContext> {
        ReviewContext::of(conn, crate::programme::companies::get(conn, company_id).await?, now).await
    }

    pub async fn of<C: ConnectionTrait>(conn: &C, company: companies::Model, now: Instant) -> Result<ReviewContext> {
        let rows = invoices::states(conn, company.id).await?;
        let none_yet = InvoiceMonths {
            open: Month(company.open_month),
            accumulating: company.accumulating_month(now)?,
            in_review: Vec::new(),
            frozen: Vec::new(),
        };
        let mut by_currency: HashMap<String, InvoiceMonths> = HashMap::new();
        for (month, currency, state) in rows {
            let months = by_currency.entry(currency).or_insert_with(|| none_yet.clone());
            let open = stored::<InvoiceState>(&state)?.open();
            if open { months.in_review.push(Month(month)) } else { months.frozen.push(Month(month)) }
        }
        Ok(ReviewContext { company, now, none_yet, by_currency })
    }

    /// The months as rewards in this currency meet them.
    pub fn months(&self, currency: &str) -> &InvoiceMonths {
        self.by_currency.get(currency).unwrap_or(&self.none_yet)
    }
}

/// One reward of the company, by its key.
pub async fn find<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<rewards::Model> {
    by_keys(conn, company_id, &[key]).await?.remove(key).ok_or(Error::NotFound("the reward"))
}

/// Those of these keys that are the company's, by key.
pub(super) async fn by_keys<C: ConnectionTrait>(conn: &C, company_id: Uuid, keys: &[&str]) -> Result<HashMap<String, rewards::Model>> {
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IN_MAX) {
        let found = rewards::Entity::find()
            .filter(rewards::Column::CompanyId.eq(company_id))
            .filter(rewards::Column::Key.is_in(chunk.iter().copied()))
            .all(conn)
            .await?;
        out.extend(found.into_iter().map(|row| (row.key.clone(), row)));
    }
    Ok(out)
}

pub(super) async fn by_ids<C: ConnectionTrait>(
    conn: &C,
    company_id: Uuid,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, rewards::Model>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut out = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IN_MAX) {
        let found = rewards::Entity::find()
            .filter(rewards::Column::CompanyId.eq(company_id))
            .filter(rewards::Column::Id.is_in(chunk.iter().copied()))
            .all(conn)
            .await?;
        out.extend(found.into_iter().map(|row| (row.id, row)));
    }
    Ok(out)
}

/// What reverses, corrects or adjusts these rewards, and what reverses that, and so on, nearest first.
pub(super) async fn linked_to<C: ConnectionTrait>(conn: &C, ids: Vec<Uuid>) -> Result<Vec<rewards::Model>> {
    let mut known: HashSet<Uuid> = ids.iter().copied().collect();
    let mut rows: Vec<rewards::Model> = Vec::new();
    let mut next = ids;
    while !next.is_empty() {
        let mut found = Vec::new();
        for chunk in next.chunks(IN_MAX) {
            let linked = rewards::Entity::find()
                .filter(rewards::Column::Reverses.is_in(chunk.iter().copied()))
                .order_by_asc(rewards::Column::CreatedAt)
                .order_by_asc(rewards::Column::Id)
                .all(conn)
                .await?;
            found.extend(linked.into_iter().filter(|row| known.insert(row.id)));
        }
        next = found.iter().map(|row| row.id).collect();
        rows.extend(found);
    }
    Ok(rows)
}

impl rewards::Model {
    pub fn position(&self) -> Result<RewardPosition> {
        Ok(RewardPosition { state: stored(&self.state)?, month: Month(self.invoice_month), ready_at: self.ready_at.map(Instant) })
    }

    pub fn reward_source(&self) -> Result<RewardSource> {
        stored(&self.source)
    }
}
