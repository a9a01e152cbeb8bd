//! `partner_key,name,email,first_name,last_name,group`

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use data::network::partners::{NewPartner, PartnerChange, insert_new, read as read_partner, update_row};
use data::programme::groups;
use data::store::IN_MAX;
use data::store::check::{new_key_fault, shown};
use data::store::entities::{group_spans, partnerships};
use data::store::spreadsheet::is_same;
use data::work::batch::{Mode, Scope};
use data::{Error, Result};

use super::faults::Faults;
use super::table::Fields;
use super::{Counts, Done};

pub fn take(fields: &Fields<'_>) -> NewPartner {
    let text = |column| fields.get(column).to_owned();
    NewPartner {
        partner_key: text(0),
        name: text(1),
        email: text(2),
        first_name: text(3),
        last_name: text(4),
        group: text(5),
        ..NewPartner::default()
    }
}

pub fn cells(given: &NewPartner) -> Vec<String> {
    [&given.partner_key, &given.name, &given.email, &given.first_name, &given.last_name, &given.group].map(Clone::clone).to_vec()
}

/// A row that can be imported: as it was given and as it will be stored.
struct Good<'a> {
    row: u64,
    given: &'a NewPartner,
    partner: NewPartner,
    group: Uuid,
}

pub async fn write<C: ConnectionTrait>(tx: &C, scope: &Scope<'_>, rows: &[(u64, NewPartner)], mode: Mode) -> Result<Done> {
    let groups = groups::ids_by_key(tx, scope.act.company_id).await?;
    let (mut counts, mut faults) = (Counts::default(), Faults::new());
    let mut good: Vec<Good<'_>> = Vec::with_capacity(rows.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    for (row, given) in rows {
        match read_partner(given, &groups) {
            Err(Error::Invalid(found)) => found.iter().try_for_each(|(field, message)| faults.add(*row, field, message))?,
            Err(other) => return Err(other),
            Ok((partner, group)) => match places.get(&partner.partner_key) {
                Some(place) if good[*place].partner == partner => counts.unchanged += 1,
                Some(place) => {
                    let key = shown(&partner.partner_key);
                    faults.add(*row, "partner_key", &format!("“{key}” is also in row {}, with other content", good[*place].row))?;
                }
                None => {
                    places.insert(partner.partner_key.clone(), good.len());
                    good.push(Good { row: *row, given, partner, group });
                }
            },
        }
    }
    let present = Present::load(tx, scope.act.company_id, &good).await?;
    let mut new = Vec::new();
    let mut updates: Vec<(partnerships::Model, PartnerChange)> = Vec::new();
    for Good { row, given, partner, group } in &good {
        let Some(known) = present.rows.get(&partner.partner_key) else {
            match new_key_fault(&partner.partner_key) {
                Some(fault) => faults.add(*row, "partner_key", &fault)?,
                None => new.push((partner, *group)),
            }
            continue;
        };
        if known.group_id != *group && present.first_groups.get(&known.id) != Some(group) {
            let is = groups.iter().find(|(_, id)| **id == known.group_id).map_or("", |(key, _)| key.as_str());
            let message = format!(
                "“{}” is in the group “{is}”, not “{}”: move the partner on its page",
                shown(&partner.partner_key),
                shown(&partner.group)
            );
            faults.add(*row, "group", &message)?;
            continue;
        }
        // What the file leaves empty stays as it is.
        let differs =
            |given: &str, new: &str, known: &str| Some(new.to_owned()).filter(|new| !given.trim().is_empty() && !is_same(new, known));
        let change = PartnerChange {
            name: differs(&given.name, &partner.name, &known.name),
            email: differs(&given.email, &partner.email, &known.email),
            first_name: differs(&given.first_name, &partner.first_name, &known.first_name),
            last_name: differs(&given.last_name, &partner.last_name, &known.last_name),
            ..PartnerChange::default()
        };
        if change == PartnerChange::default() {
            counts.unchanged += 1;
        } else {
            updates.push((known.clone(), change));
        }
    }
    if !mode.writes(!faults.is_empty()) {
        counts.created = new.len() as u64;
        counts.changed = updates.len() as u64;
        return Ok(Done { counts, faults, carried: None });
    }
    let total = (new.len() + updates.len()) as u64;
    for (known, change) in updates {
        update_row(tx, &scope.act, known, &change).await?;
        counts.changed += 1;
        (scope.progress)(counts.changed, total)?;
    }
    for chunk in new.chunks(1000) {
        insert_new(tx, scope.act.company_id, chunk, scope.act.now).await?;
        counts.created += chunk.len() as u64;
        (scope.progress)(counts.changed + counts.created, total)?;
    }
    Ok(Done { counts, faults, carried: None })
}

/// The partners of the file that are there already.
struct Present {
    rows: HashMap<String, partnerships::Model>,
    /// The group that each began in.
    first_groups: HashMap<Uuid, Uuid>,
}

impl Present {
    async fn load<C: ConnectionTrait>(tx: &C, company_id: Uuid, good: &[Good<'_>]) -> Result<Present> {
        let mut present = Present { rows: HashMap::new(), first_groups: HashMap::new() };
        for chunk in good.chunks(IN_MAX) {
            let rows = partnerships::Entity::find()
                .filter(partnerships::Column::CompanyId.eq(company_id))
                .filter(partnerships::Column::PartnerKey.is_in(chunk.iter().map(|good| good.partner.partner_key.as_str())))
                .all(tx)
                .await?;
            let spans = group_spans::Entity::find()
                .filter(group_spans::Column::PartnershipId.is_in(rows.iter().map(|row| row.id)))
                .filter(group_spans::Column::ValidFrom.eq(domain::Instant::BEGINNING.0))
                .all(tx)
                .await?;
            present.first_groups.extend(spans.into_iter().map(|span| (span.partnership_id, span.group_id)));
            present.rows.extend(rows.into_iter().map(|row| (row.partner_key.clone(), row)));
        }
        Ok(present)
    }
}
