//! Offers for the company's screens.

use domain::offers::{OfferVersion, Promise, Trigger, TriggerText, promises, version_in_force};
use domain::{Instant, Money};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use views::Choice;
use views::offers::{OfferDetail, OfferDraft, OfferLine, OfferList, OfferStatus, VersionView};

use data::act::{Authors, people};
use data::programme::in_force::read_version;
use data::rewards::figures;
use data::store::entities::{companies, offer_versions, offers};
use data::store::names;
use data::{Db, Error, Result};
use domain::dates;

pub async fn list(db: &Db, company: &companies::Model, may_change: bool, now: Instant) -> Result<OfferList> {
    let conn = &db.snapshot().await?;
    let rows = offers::Entity::find()
        .filter(offers::Column::CompanyId.eq(company.id))
        .order_by_asc(offers::Column::Position)
        .order_by_asc(offers::Column::Key)
        .all(conn)
        .await?;
    let groups = names::groups(conn, company.id).await?;
    let mut earned = figures::of_offers(conn, company.id).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let versions = data::programme::offers::versions(conn, company.id, row.id).await?;
        let sums = earned.remove(&row.id).unwrap_or_default();
        lines.push(line(company, &row, &versions, &groups, sums, now)?);
    }
    Ok(OfferList { offers: lines, may_change })
}

pub async fn detail(db: &Db, company: &companies::Model, key: &str, may_change: bool, now: Instant) -> Result<OfferDetail> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    let row = data::programme::offers::find(conn, company.id, key).await?.ok_or(Error::NotFound("the offer"))?;
    let groups = names::groups(conn, company.id).await?;
    let rows = offer_versions::Entity::find()
        .filter(offer_versions::Column::CompanyId.eq(company.id))
        .filter(offer_versions::Column::OfferId.eq(row.id))
        .order_by_asc(offer_versions::Column::Number)
        .all(conn)
        .await?;
    let versions: Vec<OfferVersion> = rows.iter().map(read_version).collect::<Result<_>>()?;
    let in_force = version_in_force(&versions, now, now).map(|version| version.number);
    let authors = Authors::load(conn, people(rows.iter().map(|row| &row.published_by))).await?;
    let mut views: Vec<VersionView> = Vec::with_capacity(versions.len());
    for (stored, version) in rows.iter().zip(&versions) {
        let promised = promises(&version.triggers);
        let published_on = dates::day(&zone, Instant(stored.published_at));
        views.push(VersionView {
            number: version.number,
            from: if version.effective_from == Instant::BEGINNING {
                "the beginning".to_owned()
            } else {
                dates::minute(&zone, version.effective_from)
            },
            applies_to: version.applies_to.label().to_owned(),
            description: version.description.clone(),
            sentences: promised.iter().map(Promise::company_sentence).collect(),
            examples: promised.iter().map(Promise::example).collect(),
            published: format!("published {published_on} by {}", authors.name(&stored.published_by)),
            retires: version.triggers.is_empty(),
            in_force: in_force == Some(version.number),
        });
    }
    views.reverse();
    let mut sums = figures::of_offers(conn, company.id).await?;
    let mut draft = draft(company, &groups)?;
    draft.key = row.key.clone();
    draft.seen = versions.last().map_or(0, |latest| latest.number);
    draft.group =
        row.group_id.and_then(|id| groups.iter().find(|(group, _)| *group == id)).map(|(_, group)| group.value.clone()).unwrap_or_default();
    if let Some(promising) = versions.iter().rev().find(|version| !version.triggers.is_empty()) {
        draft.description = promising.description.clone();
        draft.triggers = promising.triggers.iter().map(TriggerText::from).collect();
    }
    let sums = sums.remove(&row.id).unwrap_or_default();
    Ok(OfferDetail { line: line(company, &row, &versions, &groups, sums, now)?, versions: views, may_change, draft })
}

/// The triggers that an offer has now; none where there is no such offer yet.
pub async fn in_force(db: &Db, company_id: Uuid, key: &str, now: Instant) -> Result<Vec<Trigger>> {
    let conn = &db.snapshot().await?;
    let Some(offer) = data::programme::offers::find(conn, company_id, key).await? else { return Ok(Vec::new()) };
    let versions = data::programme::offers::versions(conn, company_id, offer.id).await?;
    Ok(version_in_force(&versions, now, now).map(|version| version.triggers.clone()).unwrap_or_default())
}

/// An empty editor.
pub async fn blank(db: &Db, company: &companies::Model) -> Result<OfferDraft> {
    let groups = names::groups(db.read(), company.id).await?;
    draft(company, &groups)
}

fn draft(company: &companies::Model, groups: &[(Uuid, Choice)]) -> Result<OfferDraft> {
    Ok(OfferDraft {
        key: String::new(),
        group: String::new(),
        groups: groups.iter().map(|(_, group)| group.clone()).collect(),
        description: String::new(),
        triggers: Vec::new(),
        currency: company.currency.clone(),
        zone: company.zone()?.place(),
        seen: 0,
    })
}

fn line(
    company: &companies::Model,
    row: &offers::Model,
    versions: &[OfferVersion],
    groups: &[(Uuid, Choice)],
    mut earned: Vec<Money>,
    now: Instant,
) -> Result<OfferLine> {
    let (zone, home) = (company.zone()?, company.money_currency()?);
    earned.sort_by_key(|sum| (sum.currency != home, sum.currency));
    let present = version_in_force(versions, now, now);
    let status = match present {
        Some(version) if version.triggers.is_empty() => OfferStatus::Retired,
        Some(_) => OfferStatus::InForce,
        None => OfferStatus::Planned,
    };
    let shown = present.or(versions.last());
    let version = match shown {
        Some(version) if version.effective_from == Instant::BEGINNING => format!("version {}, from the beginning", version.number),
        Some(version) => format!("version {}, since {}", version.number, dates::day(&zone, version.effective_from)),
        None => String::new(),
    };
    let group = row.group_id.and_then(|id| groups.iter().find(|(group, _)| *group == id)).map_or("All groups", |(_, group)| &group.label);
    Ok(OfferLine {
        key: row.key.clone(),
        description: row.description.clone(),
        group: group.to_owned(),
        sentences: shown.map(|version| promises(&version.triggers).iter().map(Promise::company_sentence).collect()).unwrap_or_default(),
        version,
        earned,
        status,
    })
}
