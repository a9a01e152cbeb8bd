//! A partnership's group and status over time.

use std::collections::HashMap;

use domain::facts::Fact;
use domain::states::PartnershipStatus;
use domain::{Instant, ids};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::get;
use crate::act::Act;
use crate::store::check::shown;
use crate::store::entities::{group_spans, groups, partnerships, status_spans};
use crate::store::error::stored;
use crate::{Db, Error, Result, audit, transact};

/// Moves a partnership to another group from now on; events before now keep the group they happened in.
pub async fn move_to_group(db: &Db, act: &Act<'_>, partnership_id: Uuid, group_key: &str) -> Result<bool> {
    let company_id = act.company_id;
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        let groups = crate::programme::groups::ids_by_key(tx, company_id).await?;
        let group_id =
            *groups.get(group_key).ok_or_else(|| Error::invalid("group", format!("there is no group “{}”", shown(group_key))))?;
        move_row_to_group(tx, act, &row, group_id).await
    })
}

pub async fn move_row_to_group<C: ConnectionTrait>(tx: &C, act: &Act<'_>, row: &partnerships::Model, group_id: Uuid) -> Result<bool> {
    let now = act.now;
    if row.group_id == group_id {
        return Ok(false);
    }
    // A second move within the same millisecond replaces the first.
    group_spans::Entity::delete_many()
        .filter(group_spans::Column::PartnershipId.eq(row.id))
        .filter(group_spans::Column::ValidFrom.eq(now.0))
        .exec(tx)
        .await?;
    let span = group_spans::ActiveModel {
        id: Set(ids::derive(now, &["group_span", &row.id.to_string(), &now.0.to_string(), &group_id.to_string()])),
        company_id: Set(row.company_id),
        partnership_id: Set(row.id),
        group_id: Set(group_id),
        valid_from: Set(now.0),
        recorded_at: Set(now.0),
    };
    span.insert(tx).await?;
    let change = partnerships::ActiveModel { id: Set(row.id), group_id: Set(group_id), ..Default::default() };
    change.update(tx).await?;
    let names: HashMap<Uuid, String> = groups::Entity::find()
        .filter(groups::Column::Id.is_in([row.group_id, group_id]))
        .all(tx)
        .await?
        .into_iter()
        .map(|group| (group.id, group.name))
        .collect();
    let name = |id: &Uuid| names.get(id).cloned();
    let fact = Fact::PartnerMovedToGroup { from: name(&row.group_id), to: name(&group_id) };
    audit::record(tx, act, &row.partner_key, fact).await?;
    Ok(true)
}

/// Changes a partnership's status from now on; events before now keep the status they happened in.
pub async fn set_status(db: &Db, act: &Act<'_>, partnership_id: Uuid, status: PartnershipStatus) -> Result<bool> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let row = get(tx, company_id, partnership_id).await?;
        if row.status == status.word() {
            return Ok(false);
        }
        // A second change within the same millisecond replaces the first.
        status_spans::Entity::delete_many()
            .filter(status_spans::Column::PartnershipId.eq(row.id))
            .filter(status_spans::Column::ValidFrom.eq(now.0))
            .exec(tx)
            .await?;
        status_span(company_id, row.id, status, now, now).insert(tx).await?;
        let change = partnerships::ActiveModel { id: Set(row.id), status: Set(status.word().to_owned()), ..Default::default() };
        change.update(tx).await?;
        let fact = Fact::PartnerStatusChanged { from: stored(&row.status)?, to: status };
        audit::record(tx, act, &row.partner_key, fact).await?;
        Ok(true)
    })
}

pub(super) fn status_span(
    company_id: Uuid,
    partnership_id: Uuid,
    status: PartnershipStatus,
    from: Instant,
    now: Instant,
) -> status_spans::ActiveModel {
    status_spans::ActiveModel {
        id: Set(ids::derive(now, &["status_span", &partnership_id.to_string(), &from.0.to_string(), status.word()])),
        company_id: Set(company_id),
        partnership_id: Set(partnership_id),
        status: Set(status.word().to_owned()),
        valid_from: Set(from.0),
        recorded_at: Set(now.0),
    }
}
