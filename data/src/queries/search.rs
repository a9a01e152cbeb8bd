//! The search over everything a company has: a few of each kind, each found through an index.

use domain::addresses;
use domain::states::RewardState;
use domain::views::search::{Hit, HitGroup, HitKind, SearchResults};
use domain::{Instant, Month};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{lines, names, words};
use crate::entities::{companies, customers, partnerships, rewards, transactions};
use crate::error::stored;
use crate::search::{self, Kind};
use crate::{Db, Result};

/// How many of each kind are shown; the lists show all.
const SHOWN: u64 = 6;
/// Shorter questions match too much.
const CHARS_MIN: usize = 2;

/// What matches `text` in a name, an email or a key.
pub async fn search(db: &Db, company: &companies::Model, text: &str) -> Result<SearchResults> {
    let text = text.trim();
    if text.chars().count() < CHARS_MIN {
        return Ok(SearchResults::default());
    }
    let groups = [
        partners(db, company, text).await?,
        people(db, company, text).await?,
        sales(db, company, text).await?,
        earned(db, company, text).await?,
        bills(db, company, text).await?,
    ];
    Ok(SearchResults { groups: groups.into_iter().filter(|group| !group.hits.is_empty()).collect() })
}

async fn partners(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let condition = search::matching(db.read(), company.id, Kind::Partner, text, partnerships::Column::Id).await?;
    let rows = match condition {
        Some(condition) => {
            partnerships::Entity::find()
                .filter(partnerships::Column::CompanyId.eq(company.id))
                .filter(condition)
                .order_by_asc(partnerships::Column::Name)
                .limit(SHOWN)
                .all(db.read())
                .await?
        }
        None => Vec::new(),
    };
    let hits = rows
        .into_iter()
        .map(|row| Hit {
            href: addresses::partner(&row.partner_key),
            title: names::title(&row.name, &row.email, &row.partner_key),
            detail: format!("{} · {}", row.partner_key, row.email),
            end: String::new(),
        })
        .collect();
    Ok(HitGroup { kind: HitKind::Partner, hits, more: format!("/partners?q={}", addresses::segment(text)) })
}

async fn people(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let condition = search::matching(db.read(), company.id, Kind::Customer, text, customers::Column::Id).await?;
    let rows = match condition {
        Some(condition) => {
            customers::Entity::find()
                .filter(customers::Column::CompanyId.eq(company.id))
                .filter(condition)
                .order_by_asc(customers::Column::Name)
                .limit(SHOWN)
                .all(db.read())
                .await?
        }
        None => Vec::new(),
    };
    let hits = rows
        .into_iter()
        .map(|row| Hit {
            href: addresses::customer(&row.customer_key),
            title: names::title(&row.name, &row.email, &row.customer_key),
            detail: format!("{} · {}", row.customer_key, row.email),
            end: String::new(),
        })
        .collect();
    Ok(HitGroup { kind: HitKind::Customer, hits, more: format!("/customers?q={}", addresses::segment(text)) })
}

/// The transaction of this key.
async fn sales(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let zone = company.zone()?;
    let rows = transactions::Entity::find()
        .filter(transactions::Column::CompanyId.eq(company.id))
        .filter(transactions::Column::Key.eq(text))
        .all(db.read())
        .await?;
    let people = names::customers(db.read(), rows.iter().map(|row| row.customer_id)).await?;
    let mut hits = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(customer) = people.get(&row.customer_id) else { continue };
        hits.push(Hit {
            href: addresses::customer(&customer.value),
            title: row.key,
            detail: format!("{} · {}", customer.label, words::day(&zone, Instant(row.occurred_at))),
            end: lines::money(row.amount, &row.currency)?.display(),
        });
    }
    Ok(HitGroup { kind: HitKind::Transaction, hits, more: String::new() })
}

/// The reward of this key.
async fn earned(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let text = text.to_lowercase();
    let rows = rewards::Entity::find()
        .filter(rewards::Column::CompanyId.eq(company.id))
        .filter(rewards::Column::Key.eq(text))
        .all(db.read())
        .await?;
    let partners = names::partners(db.read(), rows.iter().map(|row| row.partnership_id)).await?;
    let mut hits = Vec::with_capacity(rows.len());
    for row in rows {
        let state: RewardState = stored(&row.state)?;
        let partner = partners.get(&row.partnership_id).map(|partner| partner.label.clone()).unwrap_or_default();
        hits.push(Hit {
            href: format!("/rewards/{}", row.key),
            title: format!("{partner}: {}", row.description),
            detail: format!("{} · {}", row.key, state.label()),
            end: lines::money(row.amount, &row.currency)?.display(),
        });
    }
    Ok(HitGroup { kind: HitKind::Reward, hits, more: String::new() })
}

async fn bills(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let wanted = text.to_uppercase();
    let month = text.parse::<Month>().map(|month| month.0).unwrap_or(0);
    // A few per month: all of them can be looked at.
    let rows = crate::invoices::list(db.read(), company.id).await?;
    let mut hits = Vec::new();
    for row in rows.into_iter().filter(|row| row.number.contains(&wanted) || row.month == month) {
        let end = match row.charge_amount {
            Some(amount) => lines::money(amount, &row.currency)?.display(),
            None => row.currency.clone(),
        };
        hits.push(Hit { href: format!("/invoices/{}", row.number), title: row.number, detail: Month(row.month).long(), end });
        if u64::try_from(hits.len()).unwrap_or(SHOWN) >= SHOWN {
            break;
        }
    }
    Ok(HitGroup { kind: HitKind::Invoice, hits, more: "/invoices".to_owned() })
}
