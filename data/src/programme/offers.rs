//! Offers: what partners are promised, published in dated versions that never change.

use std::collections::BTreeMap;

use domain::facts::{At, Fact};
use domain::offers::{AppliesTo, OfferVersion, TRIGGERS_MAX, Trigger};
use domain::{Instant, fields, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::act::{Act, Actor};
use crate::programme::groups;
use crate::programme::in_force::read_version;
use crate::store::check::{Checks, shown};
use crate::store::entities::{offer_versions, offers};
use crate::{Db, Error, Result, audit, transact};

/// What a version promises. Without triggers the offer is retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// In words that partners see.
    pub description: String,
    pub applies_to: AppliesTo,
    pub triggers: Vec<Trigger>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    Unchanged,
    Created { effective_from: Instant },
    Version { number: i32, effective_from: Instant },
}

/// Creates the offer, or publishes a new version of it where `terms` differ from the latest one.
///
/// A first version without `effective_from` holds from the beginning. A later one without it, or with that of a version
/// there is, holds from now. `group` is a group's key, none for every partner; an offer keeps its group.
pub async fn publish(
    db: &Db,
    act: &Act<'_>,
    key: &str,
    group: Option<&str>,
    terms: &Terms,
    effective_from: Option<Instant>,
) -> Result<Published> {
    transact!(db, |tx| { publish_in(tx, act, key, group, terms, effective_from).await })
}

/// As [`publish`], for a form that began with the version `seen`, 0 for a new offer: refused where another one was published since.
pub async fn publish_seen(
    db: &Db,
    act: &Act<'_>,
    key: &str,
    group: Option<&str>,
    terms: &Terms,
    effective_from: Option<Instant>,
    seen: i32,
) -> Result<Published> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        if let Some(offer) = find(tx, company_id, key).await?
            && let Some(latest) = versions(tx, company_id, offer.id).await?.last().filter(|latest| latest.number != seen)
        {
            if seen == 0 {
                return Err(Error::invalid("key", format!("“{}” is taken by another offer", shown(key))));
            }
            let triggers: Vec<String> = latest.triggers.iter().map(Trigger::sentence).collect();
            let message = format!(
                "Nothing was published: version {} of this offer was published while you were editing it: “{}” {} \
                 Publish again to put yours after it.",
                latest.number,
                latest.description,
                triggers.join(" ")
            );
            return Err(Error::Stale { message, seen: Some(latest.number.to_string()), fresh: BTreeMap::new() });
        }
        publish_in(tx, act, key, group, terms, effective_from).await
    })
}

pub async fn publish_in<C: ConnectionTrait>(
    tx: &C,
    act: &Act<'_>,
    key: &str,
    group: Option<&str>,
    terms: &Terms,
    effective_from: Option<Instant>,
) -> Result<Published> {
    let Act { company_id, now, .. } = *act;
    let key = check(key, terms)?;
    let Some(offer) = find(tx, company_id, &key).await? else {
        let group_id = group_id(tx, company_id, group).await?;
        return create(tx, act, &key, group_id, terms, effective_from).await;
    };
    check_group(tx, &offer, group).await?;
    let versions = versions(tx, company_id, offer.id).await?;
    let latest = versions.last().ok_or_else(|| Error::Corrupt(format!("the offer “{key}” has no version")))?;
    let dated = effective_from.filter(|from| versions.iter().all(|version| version.effective_from != *from));
    if same(latest, terms) && dated.is_none() {
        return Ok(Published::Unchanged);
    }
    let effective_from = dated.unwrap_or(now);
    NewVersion { offer: &offer, number: latest.number + 1, terms, effective_from, actor: act.actor, now }.add(tx).await
}

/// Refuses another group than the offer has: it keeps it.
pub async fn check_group<C: ConnectionTrait>(tx: &C, offer: &offers::Model, group: Option<&str>) -> Result<()> {
    if offer.group_id == group_id(tx, offer.company_id, group).await? {
        return Ok(());
    }
    let message = format!("the offer “{}” keeps its group: retire it and publish another one", offer.key);
    Err(Error::invalid("group", message))
}

async fn group_id<C: ConnectionTrait>(tx: &C, company_id: Uuid, key: Option<&str>) -> Result<Option<Uuid>> {
    let Some(key) = key else { return Ok(None) };
    let groups = groups::ids_by_key(tx, company_id).await?;
    let unknown = || Error::invalid("group", format!("there is no group “{}”", shown(key)));
    Ok(Some(*groups.get(key).ok_or_else(unknown)?))
}

/// Publishes a version of an offer that begins exactly then, whatever versions there are.
pub async fn publish_dated_in<C: ConnectionTrait>(
    tx: &C,
    act: &Act<'_>,
    key: &str,
    terms: &Terms,
    effective_from: Instant,
) -> Result<Published> {
    let Act { company_id, now, .. } = *act;
    let key = check(key, terms)?;
    let offer = find(tx, company_id, &key).await?.ok_or(Error::NotFound("the offer"))?;
    let latest = versions(tx, company_id, offer.id).await?.last().map_or(0, |latest| latest.number);
    NewVersion { offer: &offer, number: latest + 1, terms, effective_from, actor: act.actor, now }.add(tx).await
}

/// Ends an offer: events from `from` on, or from now on, earn nothing by it.
pub async fn retire(db: &Db, act: &Act<'_>, key: &str, from: Option<Instant>) -> Result<Published> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let offer = find(tx, company_id, key).await?.ok_or(Error::NotFound("the offer"))?;
        let groups = groups::ids_by_key(tx, company_id).await?;
        let group = offer.group_id.and_then(|id| groups.iter().find(|(_, known)| **known == id)).map(|(key, _)| key.as_str());
        let terms = Terms { description: offer.description.clone(), applies_to: AppliesTo::Everyone, triggers: Vec::new() };
        publish_in(tx, act, key, group, &terms, from).await
    })
}

pub async fn find<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<Option<offers::Model>> {
    Ok(offers::Entity::find().filter(offers::Column::CompanyId.eq(company_id)).filter(offers::Column::Key.eq(key)).one(conn).await?)
}

/// An offer's versions in the order of their numbers.
pub async fn versions<C: ConnectionTrait>(conn: &C, company_id: Uuid, offer_id: Uuid) -> Result<Vec<OfferVersion>> {
    let rows = offer_versions::Entity::find()
        .filter(offer_versions::Column::CompanyId.eq(company_id))
        .filter(offer_versions::Column::OfferId.eq(offer_id))
        .order_by_asc(offer_versions::Column::Number)
        .all(conn)
        .await?;
    rows.iter().map(read_version).collect()
}

/// Whether a version promises just this.
pub fn same(version: &OfferVersion, terms: &Terms) -> bool {
    version.description == terms.description.trim() && version.applies_to == terms.applies_to && version.triggers == terms.triggers
}

fn check(key: &str, terms: &Terms) -> Result<String> {
    let mut checks = Checks::new();
    let key = checks.take("key", fields::slug(key));
    checks.take("description", fields::description(&terms.description));
    if terms.triggers.len() > TRIGGERS_MAX {
        checks.complain("triggers", format!("are more than {TRIGGERS_MAX}"));
    }
    for (place, trigger) in terms.triggers.iter().enumerate() {
        if terms.triggers[..place].iter().any(|earlier| earlier.key == trigger.key) {
            checks.complain("triggers", format!("two have the key “{}”", trigger.key));
        }
    }
    checks.finish()?;
    Ok(key)
}

async fn create<C: ConnectionTrait>(
    tx: &C,
    act: &Act<'_>,
    key: &str,
    group_id: Option<Uuid>,
    terms: &Terms,
    effective_from: Option<Instant>,
) -> Result<Published> {
    let Act { company_id, now, .. } = *act;
    let last =
        offers::Entity::find().filter(offers::Column::CompanyId.eq(company_id)).order_by_desc(offers::Column::Position).one(tx).await?;
    let offer = offers::Model {
        id: ids::derive(now, &["offer", &company_id.to_string(), key]),
        company_id,
        key: key.to_owned(),
        group_id,
        description: terms.description.trim().to_owned(),
        position: last.map_or(0, |last| last.position + 1),
        created_at: now.0,
    };
    let row: offers::ActiveModel = offer.clone().into();
    row.reset_all().insert(tx).await?;
    let effective_from = effective_from.unwrap_or(Instant::BEGINNING);
    NewVersion { offer: &offer, number: 1, terms, effective_from, actor: act.actor, now }.insert(tx).await?;
    audit::record(tx, act, key, Fact::OfferCreated { terms: terms.triggers.clone() }).await?;
    Ok(Published::Created { effective_from })
}

/// A version of an offer that is being written.
struct NewVersion<'a> {
    offer: &'a offers::Model,
    number: i32,
    terms: &'a Terms,
    effective_from: Instant,
    actor: Actor<'a>,
    now: Instant,
}

impl NewVersion<'_> {
    /// Adds it to those there are.
    async fn add<C: ConnectionTrait>(&self, tx: &C) -> Result<Published> {
        self.insert(tx).await?;
        let NewVersion { offer, number, terms, effective_from, .. } = *self;
        let fact = Fact::OfferVersionPublished { number, effective_from: At(effective_from), terms: terms.triggers.clone() };
        audit::record(tx, &Act { company_id: offer.company_id, actor: self.actor, now: self.now }, &offer.key, fact).await?;
        Ok(Published::Version { number, effective_from })
    }

    async fn insert<C: ConnectionTrait>(&self, tx: &C) -> Result<()> {
        let NewVersion { offer, number, terms, .. } = *self;
        let triggers = serde_json::to_string(&terms.triggers).map_err(|error| Error::Corrupt(error.to_string()))?;
        let version = offer_versions::ActiveModel {
            id: Set(ids::derive(self.now, &["offer_version", &offer.id.to_string(), &number.to_string()])),
            company_id: Set(offer.company_id),
            offer_id: Set(offer.id),
            number: Set(number),
            effective_from: Set(self.effective_from.0),
            applies_to: Set(terms.applies_to.word().to_owned()),
            description: Set(terms.description.trim().to_owned()),
            triggers: Set(triggers),
            published_at: Set(self.now.0),
            published_by: Set(self.actor.stored()),
        };
        version.insert(tx).await?;
        let shown = offers::ActiveModel { id: Set(offer.id), description: Set(terms.description.trim().to_owned()), ..Default::default() };
        shown.update(tx).await?;
        Ok(())
    }
}
