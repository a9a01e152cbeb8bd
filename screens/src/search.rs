//! The search over everything a company has: a few of each kind, each found through an index.

use domain::addresses;
use domain::states::RewardState;
use domain::{Instant, Month};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use views::search::{Hit, HitGroup, HitKind, SearchResults};

use super::{invoices, lines};
use data::store::entities::{companies, rewards, transactions};
use data::store::error::stored;
use data::store::names;
use data::{Db, Result};
use data::{network, sales};
use domain::dates;

/// How many of each kind are shown; the lists show all.
const SHOWN: usize = 6;

/// What matches `text` in a name, an email or a key.
pub async fn search(db: &Db, company: &companies::Model, text: &str) -> Result<SearchResults> {
    let text = text.trim();
    if views::search::too_short(text) {
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
    let found = network::list::first(db, company.id, text).await?;
    let hits = found.into_iter().take(SHOWN).map(|row| named(row.partner_key, &row.name, row.email, addresses::partner)).collect();
    Ok(HitGroup { kind: HitKind::Partner, hits, more: format!("/partners?q={}", addresses::value(text)) })
}

async fn people(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let found = sales::customers::list::first(db, company.id, text).await?;
    let hits = found.into_iter().take(SHOWN).map(|row| named(row.customer_key, &row.name, row.email, addresses::customer)).collect();
    Ok(HitGroup { kind: HitKind::Customer, hits, more: format!("/customers?q={}", addresses::value(text)) })
}

fn named(key: String, name: &str, email: String, address: impl Fn(&str) -> String) -> Hit {
    Hit {
        href: address(&key),
        title: names::title(name, &email, &key),
        detail: if email.is_empty() { key } else { format!("{key} · {email}") },
        end: String::new(),
    }
}

/// The transaction of this key.
async fn sales(db: &Db, company: &companies::Model, text: &str) -> Result<HitGroup> {
    let zone = company.zone()?;
    let rows = transactions::Entity::find()
        .filter(transactions::Column::CompanyId.eq(company.id))
        .filter(transactions::Column::Key.eq(text))
        .filter(transactions::Column::VoidedAt.is_null())
        .all(db.read())
        .await?;
    let people = names::customers(db.read(), rows.iter().map(|row| row.customer_id)).await?;
    let mut hits = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(customer) = people.get(&row.customer_id) else { continue };
        hits.push(Hit {
            href: addresses::customer(&customer.value),
            title: row.key,
            detail: format!("{} · {}", customer.label, dates::day(&zone, Instant(row.occurred_at))),
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
    let rows = data::billing::invoices::list(db.read(), company.id).await?;
    let mut hits = Vec::new();
    for row in rows.into_iter().filter(|row| row.number.contains(&wanted) || row.month == month) {
        let (_, amount) = invoices::amount(db.read(), company, &row).await?;
        let detail = Month(row.month).long();
        hits.push(Hit { href: format!("/invoices/{}", row.number), title: row.number, detail, end: amount.display() });
        if hits.len() >= SHOWN {
            break;
        }
    }
    Ok(HitGroup { kind: HitKind::Invoice, hits, more: "/invoices".to_owned() })
}
