//! One invoice: its totals, its partners with their payouts, charges and history. One that accumulates likewise, as a preview.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use domain::invoicing::{InvoiceTotals as Sums, PartnerShare};
use domain::page::{Count, Cursor, PAGE_ROWS, Page, SortValue, grouped};
use domain::states::{AttemptState, InvoiceState, PayoutState, ProviderKind, RewardState};
use domain::views::ListQuery;
use domain::views::invoices::{
    Attempt, InvoiceActions, InvoiceDetail, InvoicePartner, InvoicePayout, InvoiceTotals, OpenedPartner, PaymentFile, PayoutTab,
};
use domain::views::rewards::HistoryEntry;
use domain::zone::Zone;
use domain::{Currency, Instant, Month, Rate};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::stage;
use crate::entities::{audit, charge_attempts, companies, invoices, partnerships, payouts, rewards};
use crate::error::stored;
use crate::queries::lines::{self, money};
use crate::queries::page::List;
use crate::queries::{names, outlook::Outlook, outlook::Payment, words};
use crate::search;
use crate::{Db, Error, Result, payment_files};

/// The name under which cursors of an invoice's partners go.
const BY_NET: &str = "net-desc";
/// The newest of an invoice's history.
const HISTORY_MAX: u64 = 50;
/// Payouts named that are not in the payment file; the rest is counted, and stands in the table of payouts.
const LEFT_OUT_NAMED: usize = 3;

/// An invoice by its number. Filters: `partner` (a key: opens that partner's rewards, `lines` is their cursor) and `payout`
/// (a payout state's word).
pub async fn detail(db: &Db, company: &companies::Model, number: &str, query: &ListQuery, now: Instant) -> Result<InvoiceDetail> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    let invoice = crate::invoices::find(conn, company.id, number).await?;
    let state: InvoiceState = stored(&invoice.state)?;
    let month = Month(invoice.month);
    let (shares, sums) = crate::invoices::shares(conn, company, &invoice).await?;
    let currency: Currency = stored(&invoice.currency)?;
    let totals = totals(company, &shares, sums, currency);
    let paid = payouts_of(conn, &zone, &invoice).await?;
    let page = Partners { company, month, currency, query };
    let (partners, partner_count) = page.read(conn, &shares, &paid).await?;
    let in_flight = attempts_in_flight(conn, &invoice).await?;
    let waiting: Vec<i64> = paid.values().filter(|payout| payout.view.confirm).map(|payout| payout.amount).collect();
    let accumulating = company.accumulating_month(now)?;
    let local = |at: i64| words::minute(&zone, Instant(at));
    Ok(InvoiceDetail {
        number: invoice.number.clone(),
        title: format!("{}, {currency}", month.long()),
        month: month.long(),
        month_word: month.to_string(),
        currency: invoice.currency.clone(),
        context: context(&zone, &invoice, state, now)?,
        state: Some(state),
        strip: Some(stage::strip(&zone, &invoice, totals.charge, now)?),
        paused: paused(conn, &zone, &invoice).await?,
        partners,
        partner_count,
        payment_file: payment_file(conn, company, &invoice, &paid).await?,
        payout_states: payout_tabs(&paid),
        opened: page.opened(conn, &shares).await?,
        attempts: attempts(conn, &zone, &invoice).await?,
        history: history(conn, &zone, &invoice).await?,
        frozen: invoice.frozen_at.map(local).unwrap_or_default(),
        digest: invoice.digest.clone().unwrap_or_default(),
        may: InvoiceActions {
            pause: state.open() && invoice.paused_at.is_none(),
            resume: state.open() && invoice.paused_at.is_some(),
            retry: state == InvoiceState::ChargeFailed,
            confirm: in_flight.as_deref() == Some(ProviderKind::Manual.word()),
            change_lines: state.open(),
            confirm_payouts: !waiting.is_empty(),
        },
        next_month: month.next().max(Month(company.open_month)).long(),
        source_month: if state.open() { accumulating.to_string() } else { String::new() },
        unconfirmed: if waiting.is_empty() { Vec::new() } else { vec![money(waiting.iter().sum(), &invoice.currency)?] },
        totals,
    })
}

/// What the month that accumulates would come to if it ended now.
pub async fn preview(
    db: &Db,
    company: &companies::Model,
    month: Month,
    currency: Currency,
    query: &ListQuery,
    now: Instant,
) -> Result<InvoiceDetail> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    if month < Month(company.open_month) || month > company.accumulating_month(now)? {
        return Err(Error::NotFound("the invoice"));
    }
    let (shares, sums) = crate::invoices::preview(conn, company, month, currency.code()).await?;
    let totals = totals(company, &shares, sums, currency);
    let page = Partners { company, month, currency, query };
    let (partners, partner_count) = page.read(conn, &shares, &HashMap::new()).await?;
    let generated = stage::day_and_month(zone.date(zone.month_start(month.next())));
    Ok(InvoiceDetail {
        number: String::new(),
        title: format!("{} so far, {currency}", month.long()),
        month: month.long(),
        month_word: month.to_string(),
        currency: currency.code().to_owned(),
        context: format!("still accumulating · generated {generated} · {}", stage::future_charge(&zone, month)),
        state: None,
        strip: None,
        paused: String::new(),
        totals,
        partners,
        partner_count,
        payout_states: Vec::new(),
        opened: page.opened(conn, &shares).await?,
        attempts: Vec::new(),
        history: Vec::new(),
        frozen: String::new(),
        digest: String::new(),
        may: InvoiceActions::default(),
        next_month: month.next().long(),
        source_month: String::new(),
        unconfirmed: Vec::new(),
        payment_file: None,
    })
}

/// What the bank's payment file would hold, where payouts are still to be made.
async fn payment_file<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    invoice: &invoices::Model,
    paid: &HashMap<Uuid, Paid>,
) -> Result<Option<PaymentFile>> {
    if paid.values().all(|payout| payout.view.state != PayoutState::Pending) {
        return Ok(None);
    }
    let outlook = payment_files::outlook(conn, company.id, invoice.id).await?;
    let named: Vec<String> = outlook.left_out.iter().take(LEFT_OUT_NAMED).map(|(name, why)| format!("{name} ({why})")).collect();
    let more = match outlook.left_out.len().saturating_sub(LEFT_OUT_NAMED) {
        0 => String::new(),
        more => format!(", and {} more", grouped(i64::try_from(more).unwrap_or(i64::MAX))),
    };
    let left_out = match outlook.left_out.len() {
        0 => String::new(),
        1 => format!("One payout is not in it: {}", named.join(", ")),
        count => format!("{} payouts are not in it: {}{more}", grouped(i64::try_from(count).unwrap_or(i64::MAX)), named.join(", ")),
    };
    let payouts = i64::try_from(outlook.included).unwrap_or(i64::MAX);
    Ok(Some(PaymentFile { payouts, left_out, no_account: company.iban.is_none() }))
}

fn context(zone: &Zone, invoice: &invoices::Model, state: InvoiceState, now: Instant) -> Result<String> {
    if state.open() {
        return Ok(stage::context(zone, invoice, now));
    }
    Ok(format!("{} · {} · {}", Month(invoice.month).long(), stage::note(zone, invoice, now)?, zone.place()))
}

pub(super) fn totals(company: &companies::Model, shares: &[PartnerShare], sums: Sums, currency: Currency) -> InvoiceTotals {
    let money = |minor| domain::Money::new(minor, currency);
    InvoiceTotals {
        rewards: money(sums.total),
        lines: sums.lines,
        carried_in: money(shares.iter().map(|share| share.carried_in).sum()),
        carried_out: money(shares.iter().map(|share| share.carried_out).sum()),
        payouts: money(sums.payouts),
        fee: money(sums.fee),
        fee_percent: Rate(company.fee_ppm).percent(),
        charge: money(sums.charge),
    }
}

/// A payout as it is shown, and its amount.
pub(super) struct Paid {
    view: InvoicePayout,
    amount: i64,
}

pub(super) async fn payouts_of<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model) -> Result<HashMap<Uuid, Paid>> {
    if invoice.charged_at.is_none() {
        return Ok(HashMap::new());
    }
    let rows = payouts::Entity::find().filter(payouts::Column::InvoiceId.eq(invoice.id)).all(conn).await?;
    rows.into_iter()
        .map(|row| {
            let state: PayoutState = stored(&row.state)?;
            let day = |at: Option<i64>| at.map(|at| words::day(zone, Instant(at))).unwrap_or_default();
            let by_hand = row.provider == ProviderKind::Manual.word();
            let note = match state {
                PayoutState::Paid => day(row.paid_at),
                PayoutState::Sent => format!("sent {}", day(row.sent_at)),
                PayoutState::Failed => row.error.clone().unwrap_or_default(),
                PayoutState::Pending if by_hand => "pay it, then confirm".to_owned(),
                PayoutState::Pending | PayoutState::Sending => String::new(),
            };
            let view = InvoicePayout {
                key: crate::payouts::key(row.id),
                state,
                note,
                confirm: by_hand && state == PayoutState::Pending,
                retry: state == PayoutState::Failed,
            };
            Ok((row.partnership_id, Paid { view, amount: row.amount }))
        })
        .collect()
}

fn payout_tabs(paid: &HashMap<Uuid, Paid>) -> Vec<PayoutTab> {
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
struct Partners<'a> {
    company: &'a companies::Model,
    month: Month,
    currency: Currency,
    query: &'a ListQuery,
}

impl Partners<'_> {
    async fn read<C: ConnectionTrait>(
        &self,
        conn: &C,
        shares: &[PartnerShare],
        paid: &HashMap<Uuid, Paid>,
    ) -> Result<(Page<InvoicePartner>, Count)> {
        let mut wanted: Vec<&PartnerShare> = shares.iter().collect();
        if let Some(found) = search::partners(conn, self.company.id, &self.query.search).await? {
            wanted.retain(|share| found.contains(&share.partnership_id));
        }
        if let Ok(state) = self.query.filter("payout").parse::<PayoutState>() {
            wanted.retain(|share| paid.get(&share.partnership_id).is_some_and(|payout| payout.view.state == state));
        }
        wanted.sort_unstable_by_key(|share| (Reverse(net(share)), share.partnership_id));
        let count = Count::Exactly(u32::try_from(wanted.len()).unwrap_or(u32::MAX));
        let page = page_of(&wanted, &self.query.page, |share| (net(share), share.partnership_id));
        let rows = partner_rows(conn, self.company, self.month, self.currency, &page.rows, paid).await?;
        Ok((Page { rows, previous: page.previous, next: page.next }, count))
    }

    /// The partner that the address opens, with a page of the rewards that are on the invoice.
    async fn opened<C: ConnectionTrait>(&self, conn: &C, shares: &[PartnerShare]) -> Result<Option<OpenedPartner>> {
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
            filter: Some(lines_condition(self.company.id, self.month, self.currency)),
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
    share.total + share.carried_in
}

/// What makes a reward a line of a month's invoice.
pub fn lines_condition(company_id: Uuid, month: Month, currency: Currency) -> Condition {
    Condition::all()
        .add(rewards::Column::CompanyId.eq(company_id))
        .add(rewards::Column::InvoiceMonth.eq(month.0))
        .add(rewards::Column::Currency.eq(currency.code()))
        .add(rewards::Column::State.is_in([RewardState::Pending.word(), RewardState::Approved.word()]))
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
                // The payout's own date stands beside it.
                Payment::Paid(_) => None,
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

async fn attempts_in_flight<C: ConnectionTrait>(conn: &C, invoice: &invoices::Model) -> Result<Option<String>> {
    let attempt = charge_attempts::Entity::find().filter(charge_attempts::Column::InFlight.eq(invoice.id)).one(conn).await?;
    Ok(attempt.map(|attempt| attempt.provider))
}

async fn attempts<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model) -> Result<Vec<Attempt>> {
    let rows = charge_attempts::Entity::find()
        .filter(charge_attempts::Column::InvoiceId.eq(invoice.id))
        .order_by_desc(charge_attempts::Column::Number)
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            let state: AttemptState = stored(&row.state)?;
            let note = row.error.or(row.provider_reference).unwrap_or_default();
            Ok(Attempt {
                number: row.number,
                amount: money(row.amount, &row.currency)?,
                state: match (state, row.provider == ProviderKind::Manual.word()) {
                    (AttemptState::InFlight, true) => "Waits for your confirmation".to_owned(),
                    _ => state.label().to_owned(),
                },
                failed: state == AttemptState::Failed,
                started: words::minute(zone, Instant(row.started_at)),
                finished: row.finished_at.map(|at| words::minute(zone, Instant(at))).unwrap_or_default(),
                note,
            })
        })
        .collect()
}

async fn paused<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model) -> Result<String> {
    let Some(at) = invoice.paused_at else { return Ok(String::new()) };
    let reason = crate::invoices::pause_reason(conn, invoice).await?;
    let by = invoice.paused_by.as_deref().unwrap_or("somebody");
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Ok(format!("by {by} on {}{reason}", words::minute(zone, Instant(at))))
}

fn about(invoice: &invoices::Model) -> Condition {
    Condition::all()
        .add(audit::Column::CompanyId.eq(invoice.company_id))
        .add(audit::Column::SubjectKind.eq("invoice"))
        .add(audit::Column::Subject.eq(invoice.number.as_str()))
}

async fn history<C: ConnectionTrait>(conn: &C, zone: &Zone, invoice: &invoices::Model) -> Result<Vec<HistoryEntry>> {
    let rows = audit::Entity::find()
        .filter(about(invoice))
        .order_by_desc(audit::Column::At)
        .order_by_desc(audit::Column::Id)
        .limit(HISTORY_MAX)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (icon, what) = match row.action.as_str() {
                "invoice_generated" => ("invoice", "generated it".to_owned()),
                "invoice_paused" => ("pause", "paused it".to_owned()),
                "invoice_resumed" => ("play", "resumed it".to_owned()),
                "invoice_frozen" => ("lock", "froze its lines".to_owned()),
                "charge_started" => ("card", "started the charge".to_owned()),
                "charge_failed" => ("alert", "recorded that the charge failed".to_owned()),
                "charge_succeeded" => ("check", "recorded that the charge succeeded".to_owned()),
                "invoice_charged" => ("card", "charged it and released the payouts".to_owned()),
                other => ("edit", other.replace('_', " ")),
            };
            let detail = reason_in(&row.detail);
            let author = if row.author == crate::month_end::SYSTEM { "Tributary".to_owned() } else { row.author };
            HistoryEntry { icon: icon.to_owned(), what, author, when: words::minute(zone, Instant(row.at)), detail }
        })
        .collect())
}

/// What somebody gave as a reason, or what went wrong.
fn reason_in(detail: &str) -> String {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    ["reason", "error"].iter().find_map(|name| detail.get(name)?.as_str()).unwrap_or_default().to_owned()
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
