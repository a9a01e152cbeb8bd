//! What a charge that succeeded sets off, in its transaction: ledger, payouts, mails.

use std::collections::HashMap;

use domain::facts::Fact;
use domain::invoicing::{PartnerShare, carried_over, charged};
use domain::states::{InvoiceState, PayoutState, ProviderKind, TransferKind};
use domain::time::long_date;
use domain::{Instant, Money, ids};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use crate::act::Act;
use crate::billing::ledger::{self, Transfer};
use crate::billing::payouts::idempotency_key;
use crate::outbox::templates::Expected;
use crate::outbox::{self, templates};
use crate::store::entities::{companies, invoices};
use crate::store::execute_with_shared_and_rows;
use crate::{Result, audit};

/// Returns how many payouts it released.
pub async fn settle<C: ConnectionTrait>(
    tx: &C,
    company: &companies::Model,
    invoice: &invoices::Model,
    amount: i64,
    fee: i64,
    now: Instant,
) -> Result<usize> {
    let currency = invoice.money_currency()?;
    let (shares, partners) = shares_with_partners(tx, invoice.id).await?;
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
        transfer(TransferKind::InvoiceCharged, charged(&shares, fee)),
        transfer(TransferKind::BalanceCarriedOver, carried_over(&shares)),
    ];
    ledger::post(tx, now, transfers).await?;
    let payouts = insert_payouts(tx, company, invoice, &shares, now).await?;

    let state = if payouts == 0 { InvoiceState::Paid } else { InvoiceState::Charged };
    invoices::Entity::update_many()
        .col_expr(invoices::Column::State, Expr::value(state.word()))
        .col_expr(invoices::Column::ChargedAt, Expr::value(now.0))
        .col_expr(invoices::Column::PaidAt, Expr::value((payouts == 0).then_some(now.0)))
        .filter(invoices::Column::Id.eq(invoice.id))
        .exec(tx)
        .await?;

    let owners = outbox::owners(tx, company.id).await?;
    let money = Money::new(amount, currency);
    let mut mails: Vec<_> = owners.iter().map(|owner| templates::charged(company, invoice, money, payouts, owner)).collect();
    let zone = company.zone()?;
    let by_hand = company.payout_provider == ProviderKind::Manual.word();
    let mut days: HashMap<i32, String> = HashMap::new();
    for (share, partner) in shares.iter().zip(&partners).filter(|(share, _)| share.payout > 0) {
        let day = days
            .entry(partner.settlement_days)
            .or_insert_with(|| long_date(zone.date(zone.plus_days(now, i64::from(partner.settlement_days)))));
        let expected = if by_hand && !partner.has_account { Expected::NoAccount } else { Expected::On(day) };
        mails.push(templates::payout_coming(company, invoice, currency, share, &partner.name, &partner.email, &expected));
    }
    mails.retain(|mail| !mail.recipient.is_empty());
    let fact = Fact::InvoiceCharged { amount, currency, payouts, mails: mails.len() };
    audit::record(tx, &Act::system(company.id, now), &invoice.number, fact).await?;
    outbox::enqueue(tx, now, mails).await?;
    Ok(payouts)
}

/// A partner as mails need it.
struct Partner {
    name: String,
    email: String,
    settlement_days: i32,
    has_account: bool,
}

async fn shares_with_partners<C: ConnectionTrait>(tx: &C, invoice_id: Uuid) -> Result<(Vec<PartnerShare>, Vec<Partner>)> {
    let rows = tx
        .query_all_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "SELECT p.partnership_id, p.total, p.lines, p.fingerprint, p.carried_in, p.payout, p.carried_out, s.name, s.email, s.settlement_days, s.payout_account \
             FROM invoice_partners p JOIN partnerships s ON s.id = p.partnership_id WHERE p.invoice_id = $1 ORDER BY p.partnership_id",
            [invoice_id.into()],
        ))
        .await?;
    let (mut shares, mut partners) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in &rows {
        shares.push(PartnerShare {
            partnership_id: row.try_get_by_index(0)?,
            total: row.try_get_by_index(1)?,
            lines: row.try_get_by_index(2)?,
            fingerprint: row.try_get_by_index(3)?,
            carried_in: row.try_get_by_index(4)?,
            payout: row.try_get_by_index(5)?,
            carried_out: row.try_get_by_index(6)?,
        });
        partners.push(Partner {
            name: row.try_get_by_index(7)?,
            email: row.try_get_by_index(8)?,
            settlement_days: row.try_get_by_index(9)?,
            has_account: row.try_get_by_index::<Option<String>>(10)?.is_some_and(|account| !account.trim().is_empty()),
        });
    }
    Ok((shares, partners))
}

/// One payout for each partner who is to get something. Returns how many.
async fn insert_payouts<C: ConnectionTrait>(
    tx: &C,
    company: &companies::Model,
    invoice: &invoices::Model,
    shares: &[PartnerShare],
    now: Instant,
) -> Result<usize> {
    let mut payouts: Vec<(Uuid, &PartnerShare)> = shares
        .iter()
        .filter(|share| share.payout > 0)
        .map(|share| (ids::derive(now, &["payout", &invoice.id.to_string(), &share.partnership_id.to_string()]), share))
        .collect();
    // In the order of most of their indexes, so that these grow at their ends.
    payouts.sort_unstable_by_key(|(id, _)| *id);
    let rows =
        payouts.iter().map(|(id, share)| [(*id).into(), share.partnership_id.into(), share.payout.into(), idempotency_key(*id, 1).into()]);
    execute_with_shared_and_rows(
        tx,
        "WITH s(company_id, invoice_id, currency, state, provider, now) AS (VALUES {shared}), \
         v(id, partnership_id, amount, idempotency_key) AS (VALUES {rows}) \
         INSERT INTO payouts (id, company_id, partnership_id, invoice_id, amount, currency, state, provider, idempotency_key, attempts, \
         created_at, due_at, leased_until) \
         SELECT v.id, s.company_id, v.partnership_id, s.invoice_id, v.amount, s.currency, s.state, s.provider, v.idempotency_key, 0, \
         s.now, s.now, 0 FROM v, s",
        vec![
            company.id.into(),
            invoice.id.into(),
            invoice.currency.as_str().into(),
            PayoutState::Pending.word().into(),
            company.payout_provider.as_str().into(),
            now.0.into(),
        ],
        rows,
    )
    .await?;
    Ok(payouts.len())
}
