//! The receipt of a reward: the decision that made it, or what a person wrote when they made it by hand.

use std::collections::{HashMap, HashSet};

use crate::receipt_words::{self, Promises, Reader};
use domain::decision::Decision;
use domain::states::RewardSource;
use domain::zone::Zone;
use domain::{Instant, Money, ids};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::receipt::{ReceiptFact, ReceiptLine, ReceiptView};

use data::programme::in_force::read_version;
use data::store::entities::{offer_versions, offers, partnerships, receipts, rewards, transactions};
use data::store::error::stored;
use data::{Error, Result};
use domain::dates;

/// The prefix of a receipt's key.
pub const KEY_PREFIX: &str = "rct";

/// Why this reward has its amount. What a partner may not see is left out for them, such as its author.
pub async fn of_reward<C: ConnectionTrait>(
    conn: &C,
    zone: &Zone,
    reward: &rewards::Model,
    author: &str,
    reader: Reader,
) -> Result<ReceiptView> {
    let source: RewardSource = stored(&reward.source)?;
    let event = match source {
        RewardSource::Transaction | RewardSource::Refund => reward.transaction_id,
        RewardSource::Customer => reward.customer_id,
        // A correction changes another reward; what an attribution change earns anew has a receipt of its own.
        RewardSource::Attribution if reward.reverses.is_none() => reward.transaction_id.or(reward.customer_id),
        RewardSource::Attribution | RewardSource::Void | RewardSource::Manual | RewardSource::Adjustment => None,
    };
    if let Some(event) = event
        && let Some(row) = deciding(conn, reward, event).await?
    {
        let decision = decision_of(&row)?;
        let key = ids::key(KEY_PREFIX, row.id);
        let promises = promises(conn, reward.company_id, [&decision]).await?;
        let earlier = earlier_purchases(conn, std::slice::from_ref(&row)).await?.remove(&row.id);
        let mut view = receipt_words::receipt(&decision, &key, reward.trigger_key.as_deref(), &promises, earlier, reader, zone);
        name_partners(conn, reward.company_id, std::slice::from_mut(&mut view)).await?;
        return Ok(view);
    }
    written(conn, zone, reward, source, author, reader).await
}

/// The stored decision of a receipt.
pub fn decision_of(row: &receipts::Model) -> Result<Decision> {
    serde_json::from_str(&row.decision).map_err(|error| Error::Corrupt(format!("receipt {}: {error}", row.id)))
}

/// What the triggers of decisions promise. Receipts of the first versions say it themselves.
pub(super) async fn promises<'a, C: ConnectionTrait>(
    conn: &C,
    company_id: Uuid,
    decisions: impl IntoIterator<Item = &'a Decision>,
) -> Result<Promises> {
    let asked: HashSet<(&str, i32)> = decisions
        .into_iter()
        .flat_map(|decision| &decision.triggers)
        .filter(|outcome| outcome.sentence.is_empty())
        .map(|outcome| (outcome.offer_key.as_str(), outcome.offer_version))
        .collect();
    let mut promises = Promises::new();
    if asked.is_empty() {
        return Ok(promises);
    }
    let keys: HashSet<&str> = asked.iter().map(|(key, _)| *key).collect();
    let numbers: HashSet<i32> = asked.iter().map(|(_, number)| *number).collect();
    let found = offer_versions::Entity::find()
        .select_also(offers::Entity)
        .join(
            JoinType::InnerJoin,
            offer_versions::Entity::belongs_to(offers::Entity).from(offer_versions::Column::OfferId).to(offers::Column::Id).into(),
        )
        .filter(offers::Column::CompanyId.eq(company_id))
        .filter(offers::Column::Key.is_in(keys))
        .filter(offer_versions::Column::Number.is_in(numbers))
        .all(conn)
        .await?;
    for (version, offer) in found {
        let Some(offer) = offer else { continue };
        let number = version.number;
        for trigger in read_version(&version)?.triggers {
            let sentence = trigger.sentence();
            promises.insert((offer.key.clone(), number, trigger.key), sentence);
        }
    }
    Ok(promises)
}

/// By receipt, when the customer's first purchase was recorded, where it came before the event and the decision did not know it.
pub(super) async fn earlier_purchases<C: ConnectionTrait>(conn: &C, rows: &[receipts::Model]) -> Result<HashMap<Uuid, Instant>> {
    use transactions::{Column, Entity};
    let mut earlier = HashMap::new();
    let customers: HashSet<Uuid> = rows.iter().map(|row| row.customer_id).collect();
    for customer in customers {
        let first = Entity::find()
            .filter(Column::CustomerId.eq(customer))
            .filter(Column::Amount.gt(0))
            .filter(Column::VoidedAt.is_null())
            .order_by_asc(Column::OccurredAt)
            .order_by_asc(Column::RecordedAt)
            .one(conn)
            .await?;
        let Some(first) = first else { continue };
        let late =
            |row: &&receipts::Model| row.customer_id == customer && row.occurred_at > first.occurred_at && row.rated_at < first.recorded_at;
        earlier.extend(rows.iter().filter(late).map(|row| (row.id, Instant(first.recorded_at))));
    }
    Ok(earlier)
}

/// Writes the partners' names into receipts, whose decisions know their keys.
pub(super) async fn name_partners<C: ConnectionTrait>(conn: &C, company_id: Uuid, receipts: &mut [ReceiptView]) -> Result<()> {
    let keys: HashSet<String> = receipts
        .iter()
        .flat_map(|receipt| &receipt.facts)
        .filter(|fact| fact.label == ReceiptView::PARTNER)
        .map(|fact| fact.value.clone())
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    let names: Vec<(String, String)> = partnerships::Entity::find()
        .select_only()
        .columns([partnerships::Column::PartnerKey, partnerships::Column::Name])
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.is_in(keys))
        .into_tuple()
        .all(conn)
        .await?;
    let names: HashMap<String, String> = names.into_iter().collect();
    for receipt in receipts {
        receipt.name_partner(|key| names.get(key).cloned());
    }
    Ok(())
}

/// Of an event's decisions the one that made this reward: an attribution change rates the event again.
async fn deciding<C: ConnectionTrait>(conn: &C, reward: &rewards::Model, event: Uuid) -> Result<Option<receipts::Model>> {
    let rows = receipts::Entity::find()
        .filter(receipts::Column::CompanyId.eq(reward.company_id))
        .filter(receipts::Column::EventId.eq(event))
        .order_by_asc(receipts::Column::Revision)
        .all(conn)
        .await?;
    let of_partner = |row: &&receipts::Model| row.partnership_id == Some(reward.partnership_id);
    // A change decides for whoever loses the event, too.
    let of_change = rows.iter().rev().filter(of_partner).find(|row| row.change_id == reward.change_id);
    Ok(of_change.or_else(|| rows.iter().rev().find(of_partner)).cloned())
}

/// The receipt of what no trigger made.
async fn written<C: ConnectionTrait>(
    conn: &C,
    zone: &Zone,
    reward: &rewards::Model,
    source: RewardSource,
    author: &str,
    reader: Reader,
) -> Result<ReceiptView> {
    let by = if reader == Reader::Company { format!("by {author}") } else { String::new() };
    let amount = Money::new(reward.amount, stored(&reward.currency)?).display();
    let mut facts = vec![
        fact(source.label(), dates::minute(zone, Instant(reward.occurred_at)), by),
        fact("For", reward.description.clone(), String::new()),
    ];
    let mut lines = Vec::new();
    if let Some(original) = reward.reverses {
        let original = rewards::Entity::find_by_id(original).one(conn).await?.ok_or(Error::NotFound("reward"))?;
        let was = Money::new(original.amount, stored(&original.currency)?).display();
        let verb = match source {
            RewardSource::Adjustment => "Adjusts",
            RewardSource::Void => "Corrects",
            _ => "Reverses",
        };
        facts.push(fact(verb, original.key, original.description));
        let label = format!("The {} it corrects", receipt_words::earned(reader).to_lowercase());
        lines.push(ReceiptLine { label, amount: was, total: false });
    }
    let label = if reward.reverses.is_some() { "Difference" } else { receipt_words::earned(reader) };
    lines.push(ReceiptLine { label: label.to_owned(), amount, total: true });
    Ok(ReceiptView {
        title: "Why this amount".to_owned(),
        number: format!("{} · {}", reward.key, dates::minute(zone, Instant(reward.created_at))),
        facts,
        triggers: Vec::new(),
        lines,
    })
}

fn fact(label: &str, value: String, note: String) -> ReceiptFact {
    ReceiptFact { label: label.to_owned(), value, note }
}
