use domain::states::RewardState;
use domain::{Instant, Money, Month};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::cells::{Cell, Column, column};
use super::{Page, Source, beyond, keys};
use data::Result;
use data::store::entities::invoices::{Column as Field, Entity, Model};
use data::store::entities::{invoice_partners, rewards};
use data::store::error::stored;

pub const COLUMNS: &[Column] = &[
    column("number"),
    column("month"),
    column("currency"),
    column("status"),
    column("total"),
    column("fee"),
    column("charge_amount"),
    column("issued_at"),
    column("review_ends_at"),
    column("charge_due_at"),
    column("retry_at"),
    column("charged_at"),
    column("paid_at"),
    column("partners"),
];

/// One at a time: each carries its partners.
const INVOICES_AT_ONCE: u64 = 1;

struct Share {
    partnership_id: Uuid,
    total: i64,
    rewards: i64,
}

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let found = Entity::find()
        .filter(Field::CompanyId.eq(source.company.id))
        .filter(source.filter.clone())
        .filter(beyond(Field::Seq, Field::Id, source.after))
        .order_by_asc(Field::Seq)
        .order_by_asc(Field::Id)
        .limit(INVOICES_AT_ONCE)
        .one(source.conn)
        .await?;
    let Some(row) = found else { return Ok(Page { rows: Vec::new(), next: None }) };
    let shares = shares(source.conn, &row).await?;
    let partner_keys = keys::partner_keys(source.conn, shares.iter().map(|share| share.partnership_id)).await?;
    let mut partners: Vec<(&str, &Share)> =
        shares.iter().map(|share| (partner_keys.get(share.partnership_id).unwrap_or_default(), share)).collect();
    partners.sort_unstable_by_key(|(key, _)| *key);
    let partners =
        partners.into_iter().map(|(key, share)| json!({ "partner_key": key, "total": share.total, "rewards": share.rewards })).collect();
    let total = shares.iter().map(|share| i128::from(share.total)).sum::<i128>();
    let currency = stored(&row.currency)?;
    let money = |minor: Option<i64>| minor.map_or(Cell::Nothing, |minor| Cell::Amount(Money::new(minor, currency)));
    let next = Some((row.seq, row.id));
    let cells = vec![
        Cell::text(row.number),
        Cell::Month(Month(row.month)),
        Cell::text(row.currency),
        Cell::text(row.state),
        money(row.total.or(i64::try_from(total).ok())),
        money(row.fee),
        money(row.charge_amount),
        Cell::Time(Instant(row.issued_at)),
        Cell::Time(Instant(row.review_ends_at)),
        Cell::Time(Instant(row.charge_due_at)),
        Cell::time(row.retry_at),
        Cell::time(row.charged_at),
        Cell::time(row.paid_at),
        Cell::List(partners),
    ];
    Ok(Page { rows: vec![cells], next })
}

/// What each partner has on it: as it was frozen, or as it stands.
async fn shares<C: ConnectionTrait>(conn: &C, invoice: &Model) -> Result<Vec<Share>> {
    if invoice.frozen_at.is_some() {
        let rows = invoice_partners::Entity::find().filter(invoice_partners::Column::InvoiceId.eq(invoice.id)).all(conn).await?;
        let share = |row: invoice_partners::Model| Share { partnership_id: row.partnership_id, total: row.total, rewards: row.lines };
        return Ok(rows.into_iter().map(share).collect());
    }
    let rows: Vec<(Uuid, i64, i64)> = rewards::Entity::find()
        .select_only()
        .column(rewards::Column::PartnershipId)
        // PostgreSQL sums integers to a numeric.
        .column_as(Expr::col(rewards::Column::Amount).sum().cast_as("bigint"), "total")
        .column_as(rewards::Column::Id.count(), "lines")
        .filter(rewards::Column::CompanyId.eq(invoice.company_id))
        .filter(rewards::Column::InvoiceMonth.eq(invoice.month))
        .filter(rewards::Column::Currency.eq(&invoice.currency))
        .filter(rewards::Column::State.is_in([RewardState::Pending.word(), RewardState::Approved.word()]))
        .group_by(rewards::Column::PartnershipId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(partnership_id, total, rewards)| Share { partnership_id, total, rewards }).collect())
}
