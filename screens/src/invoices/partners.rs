//! The partners of an invoice: what each is paid, how far the money is, and the rewards it is for.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use domain::invoicing::PartnerShare;
use domain::list_query::ListQuery;
use domain::page::{Count, Cursor, PAGE_ROWS, Page, SortValue};
use domain::payouts::Attempt;
use domain::states::{PayoutState, ProviderKind, RewardState};
use domain::zone::Zone;
use domain::{Currency, Instant, Month};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use views::invoices::{InvoicePartner, InvoicePayout, OpenedPartner, PayoutTab};

use crate::lines;
use data::billing::invoices::list::lines_of;
use data::lists::page::List;
use data::lists::search;
use data::rewards::outlook::{Outlook, Payment};
use data::store::entities::{companies, invoices, partnerships, payouts, rewards};
use data::store::error::stored;
use data::store::names;
use data::{Error, Result};
use domain::dates;
use exchange::payment_files::Kept;

/// The name under which cursors of an invoice's partners go.
const BY_NET: &str = "net-desc";

/// A payout as it is shown, and the files that it is or was in.
pub(super) struct Paid {
    pub view: InvoicePayout,
    pub files: Vec<String>,
}

/// An invoice's payouts, the oldest first. There are none before it is charged.
pub(super) async fn payouts_of<C: ConnectionTrait>(conn: &C, invoice: &invoices::Model) -> Result<Vec<payouts::Model>> {
    if invoice.charged_at.is_none() {
        return Ok(Vec::new());
    }
    let of_invoice = payouts::Entity::find().filter(payouts::Column::InvoiceId.eq(invoice.id));
    Ok(of_invoice.order_by_asc(payouts::Column::Id).all(conn).await?)
}

/// Payouts as they are shown, by their partnerships. `kept` are the invoice's payment files, the oldest first.
pub(super) fn shown(zone: &Zone, rows: &[payouts::Model], kept: &[Kept]) -> Result<HashMap<Uuid, Paid>> {
    // The newest file that holds an attempt, and every file that holds a payout.
    let mut made: HashMap<Attempt, &Kept> = HashMap::new();
    let mut files: HashMap<Uuid, Vec<String>> = HashMap::new();
    for file in kept {
        for attempt in &file.holds {
            made.insert(*attempt, file);
            files.entry(attempt.payout_id).or_default().push(file.key());
        }
    }
    rows.iter()
        .map(|row| {
            let state: PayoutState = stored(&row.state)?;
            let day = |at: Option<i64>| at.map(|at| dates::day(zone, Instant(at))).unwrap_or_default();
            let by_hand = row.provider == ProviderKind::Manual.word();
            let note = match state {
                PayoutState::Paid => day(row.paid_at),
                PayoutState::Sent => format!("sent {}", day(row.sent_at)),
                PayoutState::Failed | PayoutState::Returned => row.error.clone().unwrap_or_default(),
                PayoutState::Pending if by_hand => "pay it, then confirm".to_owned(),
                PayoutState::Pending | PayoutState::Sending => String::new(),
            };
            let attempt = row.attempt()?;
            let file = made.get(&attempt).map(|file| format!("in the file of {}", dates::minute(zone, file.made_at)));
            let confirm = by_hand && state == PayoutState::Pending;
            let view = InvoicePayout {
                key: domain::payouts::key(row.id),
                attempt: attempt.to_string(),
                state,
                note,
                file: file.unwrap_or_default(),
                confirm,
                fail: confirm || state == PayoutState::Sent,
                give_back: state == PayoutState::Paid,
                retry: state.came_back(),
            };
            Ok((row.partnership_id, Paid { view, files: files.remove(&row.id).unwrap_or_default() }))
        })
        .collect()
}

pub(super) fn payout_tabs(paid: &HashMap<Uuid, Paid>) -> Vec<PayoutTab> {
    let count = |state: PayoutState| paid.values().filter(|payout| payout.view.state == state).count();
    let tab = |value: &str, label: &str, count: usize| PayoutTab {
        value: value.to_owned(),
        label: label.to_owned(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
    };
    if paid.is_empty() {
        return Vec::new();
    }
    let states = PayoutState::ALL.iter().map(|state| tab(state.word(), state.label(), count(*state))).filter(|tab| tab.count > 0);
    std::iter::once(tab("", "All payouts", paid.len())).chain(states).collect()
}

/// The partners of an invoice, page by page.
pub(super) struct Partners<'a> {
    pub company: &'a companies::Model,
    pub month: Month,
    pub currency: Currency,
    pub query: &'a ListQuery,
}

impl Partners<'_> {
    pub async fn read<C: ConnectionTrait>(
        &self,
        conn: &C,
        shares: &[PartnerShare],
        paid: &HashMap<Uuid, Paid>,
    ) -> Result<(Page<InvoicePartner>, Count)> {
        let mut wanted: Vec<&PartnerShare> = shares.iter().collect();
        if let Some(found) = search::partners(conn, self.company.id, &self.query.search).await? {
            wanted.retain(|share| found.contains(&share.partnership_id));
        }
        if let Some(state) = self.query.word::<PayoutState>("payout")? {
            wanted.retain(|share| paid.get(&share.partnership_id).is_some_and(|payout| payout.view.state == state));
        }
        let file = self.query.filter("file");
        if !file.is_empty() {
            wanted.retain(|share| paid.get(&share.partnership_id).is_some_and(|payout| payout.files.iter().any(|key| key == file)));
        }
        wanted.sort_unstable_by_key(|share| (Reverse(net(share)), share.partnership_id));
        let count = Count::Exactly(u32::try_from(wanted.len()).unwrap_or(u32::MAX));
        let page = page_of(&wanted, &self.query.page, |share| (net(share), share.partnership_id));
        let rows = partner_rows(conn, self.company, self.month, self.currency, &page.rows, paid).await?;
        Ok((Page { rows, previous: page.previous, next: page.next }, count))
    }

    /// The partner that the address opens, with a page of the rewards that are on the invoice.
    pub async fn opened<C: ConnectionTrait>(&self, conn: &C, shares: &[PartnerShare]) -> Result<Option<OpenedPartner>> {
        let key = self.query.filter("partner");
        if key.is_empty() {
            return Ok(None);
        }
        let partner = partnerships::Entity::find()
            .filter(partnerships::Column::CompanyId.eq(self.company.id))
            .filter(partnerships::Column::PartnerKey.eq(key))
            .one(conn)
            .await?;
        let Some(partner) = partner else { return Ok(None) };
        let Some(share) = shares.iter().find(|share| share.partnership_id == partner.id) else { return Ok(None) };
        let scope = Condition::all().add(rewards::Column::PartnershipId.eq(partner.id));
        let list = List {
            filter: Some(lines_of(self.company.id, self.month, self.currency)),
            descending: true,
            ..List::<rewards::Entity>::new(scope, rewards::Column::CreatedAt, rewards::Column::Id)
        };
        let found = list.page(conn, Some(self.query.filter("lines")), Count::capped(share.lines)).await?;
        let (previous, next) = (found.previous, found.next);
        let rows = lines::rewards(conn, self.company, found.rows).await?;
        Ok(Some(OpenedPartner {
            key: partner.partner_key.clone(),
            name: names::partner(&partner).label,
            lines: share.lines,
            total: domain::Money::new(share.total, self.currency),
            rewards: Page { rows, previous, next },
        }))
    }
}

/// What a partner is paid; below zero, what they owe.
fn net(share: &PartnerShare) -> i64 {
    share.total.saturating_add(share.carried_in)
}

/// The rows of these shares, in their order.
pub(super) async fn partner_rows<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    month: Month,
    currency: Currency,
    shares: &[&PartnerShare],
    paid: &HashMap<Uuid, Paid>,
) -> Result<Vec<InvoicePartner>> {
    let ids: HashSet<Uuid> = shares.iter().map(|share| share.partnership_id).collect();
    let groups: HashMap<Uuid, String> = names::groups(conn, company.id).await?.into_iter().map(|(id, group)| (id, group.label)).collect();
    let outlook = Outlook::load(conn, company, HashSet::from([month.0]), ids.clone()).await?;
    let mut partners: HashMap<Uuid, partnerships::Model> = HashMap::with_capacity(ids.len());
    // In pieces that one statement takes.
    for some in ids.into_iter().collect::<Vec<_>>().chunks(5_000) {
        let rows = partnerships::Entity::find().filter(partnerships::Column::Id.is_in(some.iter().copied())).all(conn).await?;
        partners.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let money = |minor| domain::Money::new(minor, currency);
    shares
        .iter()
        .map(|share| {
            let partner = partners.get(&share.partnership_id).ok_or(Error::NotFound("the partner"))?;
            let estimated = match outlook.payment(RewardState::Approved, month.0, currency.code(), share.partnership_id) {
                // The payout's own date, or why it came back, stands beside it.
                Payment::Paid(_) | Payment::CameBack(_) => None,
                payment => payment.words(),
            };
            let named = names::partner(partner);
            Ok(InvoicePartner {
                key: named.value,
                name: named.label,
                group: groups.get(&partner.group_id).cloned().unwrap_or_default(),
                lines: share.lines,
                total: money(share.total),
                carried_in: money(share.carried_in),
                carried_out: money(share.carried_out),
                payout: money(share.payout),
                estimated_payment: estimated.unwrap_or_else(|| "—".to_owned()),
                paid: paid.get(&share.partnership_id).map(|payout| payout.view.clone()),
            })
        })
        .collect()
}

/// A page of rows that are in memory already, by the same cursors as those that are not.
fn page_of<'a, T>(sorted: &[&'a T], cursor: &str, key: impl Fn(&T) -> (i64, Uuid)) -> Page<&'a T> {
    let size = PAGE_ROWS as usize;
    let position = |row: &T| {
        let (value, id) = key(row);
        (Reverse(value), id)
    };
    let found = Cursor::decode(cursor, BY_NET).and_then(|cursor| match cursor.value {
        SortValue::Int(value) => Some((cursor.backward, (Reverse(value), cursor.id))),
        SortValue::Text(_) => None,
    });
    let (from, to) = match found {
        None => (0, size.min(sorted.len())),
        Some((false, at)) => {
            let from = sorted.partition_point(|row| position(row) <= at);
            (from, (from + size).min(sorted.len()))
        }
        Some((true, at)) => {
            let to = sorted.partition_point(|row| position(row) < at);
            (to.saturating_sub(size), to)
        }
    };
    let link = |row: Option<&&T>, backward: bool| {
        row.map(|row| {
            let (value, id) = key(row);
            Cursor { backward, value: SortValue::Int(value), id }.encode(BY_NET)
        })
    };
    let rows = sorted[from..to].to_vec();
    Page {
        previous: if from > 0 { link(rows.first(), true) } else { None },
        next: if to < sorted.len() { link(rows.last(), false) } else { None },
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_in_memory_come_once_in_both_directions() {
        let rows: Vec<(i64, Uuid)> = (0..120).map(|at| (i64::from(at % 7), Uuid::from_u128(at as u128))).collect();
        let mut sorted: Vec<&(i64, Uuid)> = rows.iter().collect();
        sorted.sort_unstable_by_key(|row| (Reverse(row.0), row.1));
        let key = |row: &(i64, Uuid)| *row;
        let first = page_of(&sorted, "", key);
        assert_eq!((first.rows.len(), first.previous.is_none()), (50, true));
        let second = page_of(&sorted, first.next.as_deref().unwrap_or_default(), key);
        let third = page_of(&sorted, second.next.as_deref().unwrap_or_default(), key);
        assert_eq!((third.rows.len(), third.next.is_none()), (20, true));
        let walked: Vec<_> = [&first.rows[..], &second.rows[..], &third.rows[..]].concat();
        assert_eq!(walked, sorted);
        let back = page_of(&sorted, third.previous.as_deref().unwrap_or_default(), key);
        assert_eq!(back.rows, second.rows);
        assert_eq!(page_of(&sorted, "nonsense", key).rows, first.rows);
    }
}
