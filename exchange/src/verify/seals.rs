//! I3: the seals hold. Fingerprints are computed again from what rewards say, digests from what invoices hold.

use std::collections::BTreeMap;

use domain::invoicing::{PartnerShare, RewardContent, digest, fingerprint};
use domain::{Instant, Month};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Check, Conn};
use data::Result;
use data::store::entities::{invoice_partners, invoices, rewards};

const PAGE: u64 = 5000;

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(vec![fingerprints(conn).await?, digests(conn).await?])
}

async fn fingerprints(conn: &Conn) -> Result<Check> {
    let mut check = Check::new("I3", "a reward says what it said when it was written");
    let mut after = Uuid::nil();
    loop {
        let page =
            rewards::Entity::find().filter(rewards::Column::Id.gt(after)).order_by_asc(rewards::Column::Id).limit(PAGE).all(conn).await?;
        let Some(last) = page.last() else { return Ok(check) };
        after = last.id;
        for reward in &page {
            let content = RewardContent {
                id: reward.id,
                company_id: reward.company_id,
                partnership_id: reward.partnership_id,
                customer_id: reward.customer_id,
                transaction_id: reward.transaction_id,
                offer_version_id: reward.offer_version_id,
                trigger_key: reward.trigger_key.as_deref(),
                source: &reward.source,
                reverses: reward.reverses,
                change_id: reward.change_id,
                amount: reward.amount,
                currency: &reward.currency,
                description: &reward.description,
                occurred_at: Instant(reward.occurred_at),
                created_at: Instant(reward.created_at),
            };
            check.expect(fingerprint(&content) == reward.fingerprint, || format!("{} {} was altered", reward.id, reward.key));
        }
    }
}

async fn digests(conn: &Conn) -> Result<Check> {
    let mut check = Check::new("I3", "a frozen invoice holds what it held when it was frozen");
    let mut partners: BTreeMap<Uuid, Vec<PartnerShare>> = BTreeMap::new();
    for row in invoice_partners::Entity::find().all(conn).await? {
        partners.entry(row.invoice_id).or_default().push(PartnerShare {
            partnership_id: row.partnership_id,
            total: row.total,
            lines: row.lines,
            fingerprint: row.fingerprint,
            carried_in: row.carried_in,
            payout: row.payout,
            carried_out: row.carried_out,
        });
    }
    for invoice in invoices::Entity::find().filter(invoices::Column::FrozenAt.is_not_null()).all(conn).await? {
        let shares = partners.remove(&invoice.id).unwrap_or_default();
        let seal = digest(&invoice.number, Month(invoice.month), &invoice.currency, invoice.fee.unwrap_or_default(), &shares);
        check.expect(invoice.digest.as_ref() == Some(&seal), || format!("{} {} was altered", invoice.id, invoice.number));
    }
    for (invoice_id, shares) in partners {
        check.fault(format!("{invoice_id} is not frozen and has totals of {} partners", shares.len()));
    }
    Ok(check)
}
