//! Which trigger gave a reward, for lists in which two rewards of one sale would look the same.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::offers::Trigger;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use data::Result;
use data::programme::in_force::read_version;
use data::store::entities::{offer_versions, rewards};

/// What rewards of one sale have in common that look alike.
type Alike = (Uuid, Uuid, String, String);

/// By reward, what its trigger pays for: "10% of a customer's first purchase". Only of rewards beside which another trigger made one
/// of the same sale, partner and description.
pub async fn told_apart<C: ConnectionTrait>(conn: &C, rows: &[rewards::Model]) -> Result<HashMap<Uuid, String>> {
    let mut given = given(conn, rows).await?;
    given.retain(|_, triggers| triggers.len() > 1);
    let alike: Vec<(&rewards::Model, &BTreeSet<String>)> = rows.iter().filter_map(|row| Some((row, given.get(&alike_of(row)?)?))).collect();
    if alike.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: HashSet<Uuid> = alike.iter().filter_map(|(row, _)| row.offer_version_id).collect();
    let mut versions: HashMap<Uuid, Vec<Trigger>> = HashMap::with_capacity(ids.len());
    for row in offer_versions::Entity::find().filter(offer_versions::Column::Id.is_in(ids)).all(conn).await? {
        versions.insert(row.id, read_version(&row)?.triggers);
    }
    let words = alike.into_iter().filter_map(|(row, keys)| {
        let triggers = versions.get(&row.offer_version_id?)?;
        let own = triggers.iter().find(|trigger| Some(&trigger.key) == row.trigger_key.as_ref())?;
        let beside = triggers.iter().filter(|trigger| trigger.key != own.key && keys.contains(&trigger.key));
        let same = beside.into_iter().any(|other| other.brief() == own.brief());
        Some((row.id, if same { own.sentence() } else { own.brief() }))
    });
    Ok(words.collect())
}

/// The triggers that gave something for the sales of these rewards.
async fn given<C: ConnectionTrait>(conn: &C, rows: &[rewards::Model]) -> Result<HashMap<Alike, BTreeSet<String>>> {
    use rewards::Column;
    let sales: HashSet<Uuid> = rows.iter().filter(|row| row.trigger_key.is_some()).filter_map(|row| row.transaction_id).collect();
    let mut given: HashMap<Alike, BTreeSet<String>> = HashMap::new();
    if sales.is_empty() {
        return Ok(given);
    }
    let found: Vec<(Uuid, Uuid, String, String, String)> = rewards::Entity::find()
        .select_only()
        .columns([Column::TransactionId, Column::PartnershipId, Column::Source, Column::Description, Column::TriggerKey])
        .filter(Column::TransactionId.is_in(sales))
        .filter(Column::TriggerKey.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    for (sale, partnership, source, description, trigger) in found {
        given.entry((sale, partnership, source, description)).or_default().insert(trigger);
    }
    Ok(given)
}

fn alike_of(row: &rewards::Model) -> Option<Alike> {
    row.trigger_key.as_ref()?;
    Some((row.transaction_id?, row.partnership_id, row.source.clone(), row.description.clone()))
}
