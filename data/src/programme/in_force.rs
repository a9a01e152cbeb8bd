//! A company's offers as they rate events: loaded once, then only read.

use std::collections::HashMap;

use domain::offers::{Limit, OfferVersion, version_in_force};
use domain::rating::OfferInForce;
use domain::zone::Zone;
use domain::{Currency, Instant};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::store::entities::{companies, groups, offer_versions, offers};
use crate::store::error::stored;
use crate::{Error, Result};

pub struct Programme {
    pub company: companies::Model,
    pub zone: Zone,
    pub currency: Currency,
    pub groups: HashMap<Uuid, String>,
    offers: Vec<Offer>,
    triggers: HashMap<(Uuid, String), TriggerNumber>,
    /// By trigger number: whether any version of it counts its rewards per customer, and whether any caps a month.
    counted: Vec<bool>,
    capped: Vec<bool>,
}

/// A trigger of an offer, through all the offer's versions.
pub type TriggerNumber = u32;

struct Offer {
    id: Uuid,
    key: String,
    group_id: Option<Uuid>,
    versions: Vec<OfferVersion>,
    /// Version number to its row.
    ids: HashMap<i32, Uuid>,
}

impl Programme {
    pub async fn load<C: ConnectionTrait>(tx: &C, company_id: Uuid) -> Result<Programme> {
        let company = crate::programme::companies::get(tx, company_id).await?;
        let groups = groups::Entity::find().filter(groups::Column::CompanyId.eq(company_id)).all(tx).await?;
        let offers = offers::Entity::find()
            .filter(offers::Column::CompanyId.eq(company_id))
            .order_by_asc(offers::Column::Position)
            .order_by_asc(offers::Column::Key)
            .all(tx)
            .await?;
        let mut versions: HashMap<Uuid, Vec<offer_versions::Model>> = HashMap::new();
        for row in offer_versions::Entity::find().filter(offer_versions::Column::CompanyId.eq(company_id)).all(tx).await? {
            versions.entry(row.offer_id).or_default().push(row);
        }
        let offers = offers
            .into_iter()
            .map(|row| {
                let rows = versions.remove(&row.id).unwrap_or_default();
                let ids = rows.iter().map(|version| (version.number, version.id)).collect();
                let versions = rows.iter().map(read_version).collect::<Result<_>>()?;
                Ok(Offer { id: row.id, key: row.key, group_id: row.group_id, versions, ids })
            })
            .collect::<Result<Vec<_>>>()?;

        let mut programme = Programme {
            zone: company.zone()?,
            currency: company.money_currency()?,
            company,
            groups: groups.into_iter().map(|row| (row.id, row.key)).collect(),
            offers,
            triggers: HashMap::new(),
            counted: Vec::new(),
            capped: Vec::new(),
        };
        programme.number_triggers();
        Ok(programme)
    }

    fn number_triggers(&mut self) {
        for offer in &self.offers {
            for trigger in offer.versions.iter().flat_map(|version| &version.triggers) {
                let next = u32::try_from(self.counted.len()).unwrap_or(u32::MAX);
                let number = *self.triggers.entry((offer.id, trigger.key.clone())).or_insert(next) as usize;
                if number == self.counted.len() {
                    self.counted.push(false);
                    self.capped.push(false);
                }
                self.counted[number] |= matches!(trigger.limit, Limit::FirstPurchase | Limit::Rewards(_));
                self.capped[number] |= trigger.cap_per_month.is_some();
            }
        }
    }

    pub fn trigger(&self, offer_id: Uuid, trigger_key: &str) -> Option<TriggerNumber> {
        self.triggers.get(&(offer_id, trigger_key.to_owned())).copied()
    }

    pub fn is_counted(&self, trigger: TriggerNumber) -> bool {
        self.counted[trigger as usize]
    }

    pub fn is_capped(&self, trigger: TriggerNumber) -> bool {
        self.capped[trigger as usize]
    }

    pub fn counts_anything(&self) -> bool {
        self.counted.contains(&true)
    }

    pub fn caps_anything(&self) -> bool {
        self.capped.contains(&true)
    }

    /// The versions that rate an event of this group's partner and this customer, in order.
    pub fn in_force(&self, group_id: Uuid, occurred_at: Instant, customer_created_at: Instant) -> Vec<OfferInForce<'_>> {
        self.offers
            .iter()
            .filter(|offer| offer.group_id.is_none_or(|of| of == group_id))
            .filter_map(|offer| {
                let version = version_in_force(&offer.versions, occurred_at, customer_created_at)?;
                if version.triggers.is_empty() {
                    return None;
                }
                Some(OfferInForce {
                    offer_id: offer.id,
                    version_id: *offer.ids.get(&version.number)?,
                    offer_key: &offer.key,
                    number: version.number,
                    description: &version.description,
                    triggers: &version.triggers,
                })
            })
            .collect()
    }

    /// How many versions its offers have. None is ever changed.
    pub fn versions(&self) -> usize {
        self.offers.iter().map(|offer| offer.versions.len()).sum()
    }

    /// The key and the version number of a version's row.
    pub fn version(&self, offer_id: Option<Uuid>, version_id: Option<Uuid>) -> (&str, i32) {
        let Some(offer) = self.offers.iter().find(|offer| Some(offer.id) == offer_id) else { return ("", 0) };
        let number = offer.ids.iter().find(|(_, id)| Some(**id) == version_id).map_or(0, |(number, _)| *number);
        (&offer.key, number)
    }
}

/// A version's row as the rules read it.
pub fn read_version(row: &offer_versions::Model) -> Result<OfferVersion> {
    Ok(OfferVersion {
        number: row.number,
        effective_from: Instant(row.effective_from),
        applies_to: stored(&row.applies_to)?,
        description: row.description.clone(),
        triggers: serde_json::from_str(&row.triggers)
            .map_err(|error| Error::Corrupt(format!("triggers of offer version {}: {error}", row.id)))?,
    })
}
