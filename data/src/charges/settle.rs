//! What a charge that succeeded sets off, in its transaction: ledger, payouts, mails.

use std::collections::HashMap;

use domain::invoicing::{PartnerShare, carried_over, charged};
use domain::states::{InvoiceState, PayoutState, TransferKind};
use domain::time::long_date;
use domain::{Instant, Money, ids};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use crate::db::insert_all;
use crate::entities::{companies, invoice_partners, invoices, partnerships, payouts};
use crate::ledger::{self, Transfer};
use crate::month_end::SYSTEM;
use crate::outbox::{self, letters};
use crate::{Result, audit};

pub async fn settle<C: ConnectionTrait>(
    tx: &C,
    company: &companies::Model,
    invoice: &invoices::Model,
    shares: &[PartnerShare],
    amount: i64,
    fee: i64,
    now: Instant,
) -> Result<()> {
    let currency = invoice.money_currency()?;
    let transfer = |kind, postings| Transfer {
        company_id: company.id,
        kind,
        reference: invoice.id.to_string(),
        currency,
        invoice_id: Some(invoice.id),
        payout_id: None,
        postings,
    };
    let transfers = vec![
        transfer(TransferKind::InvoiceCharged, charged(shares, fee)),
        transfer(TransferKind::BalanceCarriedOver, carried_over(shares)),
    ];
    ledger::post(tx, now, transfers).await?;

    let paid: Vec<&PartnerShare> = shares.iter().filter(|share| share.payout > 0).collect();
    insert_all(tx, paid.iter().map(|share| payout(company, invoice, share, now).into_active_model())).await?;

    let all_paid = paid.is_empty();
    let state = if all_paid { InvoiceState::Paid } else { InvoiceState::Charged };
    invoices::Entity::update_many()
        .col_expr(invoices::Column::State, Expr::value(state.word()))
        .col_expr(invoices::Column::ChargedAt, Expr::value(now.0))
        .col_expr(invoices::Column::PaidAt, Expr::value(all_paid.then_some(now.0)))
        .filter(invoices::Column::Id.eq(invoice.id))
        .exec(tx)
        .await?;
    let owners = outbox::owners(tx, company.id).await?;
    let money = Money::new(amount, currency);
    let mut mails: Vec<_> = owners.iter().map(|owner| letters::charged(company, invoice, money, paid.len(), owner)).collect();
    let zone = company.zone()?;
    let mut expected: HashMap<i32, String> = HashMap::new();
    let partners = paid_partners(tx, invoice.id).await?;
    for share in &paid {
        let Some(partnership) = partners.get(&share.partnership_id) else { continue };
        let day = expected
            .entry(partnership.settlement_days)
            .or_insert_with(|| long_date(zone.date(zone.plus_days(now, i64::from(partnership.settlement_days)))));
        mails.push(letters::payout_coming(company, invoice, currency, share, partnership, day));
    }
    mails.retain(|mail| !mail.recipient.is_empty());
    let detail = json!({ "amount": amount, "currency": invoice.currency, "payouts": paid.len(), "mails": mails.len() });
    audit::record(tx, company.id, now, SYSTEM, "invoice_charged", "invoice", &invoice.number, detail).await?;
    outbox::enqueue(tx, now, mails).await
}

fn payout(company: &companies::Model, invoice: &invoices::Model, share: &PartnerShare, now: Instant) -> payouts::Model {
    let id = ids::derive(now, &["payout", &invoice.id.to_string(), &share.partnership_id.to_string()]);
    payouts::Model {
        id,
        company_id: company.id,
        partnership_id: share.partnership_id,
        invoice_id: invoice.id,
        amount: share.payout,
        currency: invoice.currency.clone(),
        state: PayoutState::Pending.word().to_owned(),
        provider: company.payout_provider.clone(),
        idempotency_key: crate::payouts::idempotency_key(id, 1),
        attempts: 0,
        created_at: now.0,
        due_at: now.0,
        sent_at: None,
        paid_at: None,
        provider_reference: None,
        error: None,
        leased_by: None,
        leased_until: 0,
    }
}

async fn paid_partners<C: ConnectionTrait>(tx: &C, invoice_id: Uuid) -> Result<HashMap<Uuid, partnerships::Model>> {
    let on_invoice = Query::select()
        .column(invoice_partners::Column::PartnershipId)
        .from(invoice_partners::Entity)
        .and_where(invoice_partners::Column::InvoiceId.eq(invoice_id))
        .and_where(invoice_partners::Column::Payout.gt(0))
        .to_owned();
    let rows = partnerships::Entity::find().filter(partnerships::Column::Id.in_subquery(on_invoice)).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
