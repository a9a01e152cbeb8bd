//! One reward: receipt, way, history, and what may be done with it.

use crate::audit::author;
use crate::receipt_words::Reader;
use crate::timeline::{InvoiceOnWay, PayoutOnWay, Way, path};
use domain::money::mul_div_half_even;
use domain::review::{self, InvoiceMonths, RewardPosition, Verb};
use domain::states::{RewardAction, RewardSource, RewardState};
use domain::{Instant, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use views::receipt::PathStep;
use views::rewards::{HistoryEntry, RelatedReward, RewardDetail};

use super::state_of;
use crate::invoices::stage;
use crate::{lines, receipts};
use data::act::{Authors, people};
use data::rewards::ReviewContext;
use data::store::entities::{companies, invoices, partnerships, payouts, reward_records, rewards};
use data::store::error::stored;
use data::store::names;
use data::{Db, Error, Result};
use domain::dates;

pub async fn find<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<rewards::Model> {
    rewards::Entity::find()
        .filter(rewards::Column::CompanyId.eq(company_id))
        .filter(rewards::Column::Key.eq(key))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("reward"))
}

pub async fn detail(db: &Db, company: &companies::Model, key: &str, now: Instant) -> Result<RewardDetail> {
    let conn = &db.snapshot().await?;
    let zone = company.zone()?;
    let row = find(conn, company.id, key).await?;
    let state = state_of(&row)?;
    let source: RewardSource = stored(&row.source)?;
    let invoice = invoice_of(conn, &row).await?.filter(|_| state.payable());
    let steps = path_of(conn, company, &row).await?;
    let context = ReviewContext::of(conn, company.clone(), now).await?;
    let months = context.months(&row.currency);
    let position = RewardPosition { state, month: Month(row.invoice_month), ready_at: row.ready_at.map(Instant) };
    let original = match row.reverses {
        Some(id) => rewards::Entity::find_by_id(id).one(conn).await?,
        None => None,
    };
    let follows = match &original {
        Some(original) => review::must_follow(source, &original.position()?, months),
        None => false,
    };
    let held_by = original.as_ref().map(|original| (original.key.as_str(), Month(original.invoice_month)));
    let moved = review::move_to_current_invoice(&position, held_by, months).map(|to| to.month);
    let removed = review::remove_from_invoice(&position, months).map(|to| to.month).ok().filter(|_| invoice.is_some());
    let verbs = Verb::ALL
        .into_iter()
        .filter(|verb| (!follows || *verb == Verb::Approve) && matches!(review::decide(*verb, "…", &position, months, now), Ok(Some(_))))
        .collect();
    let records = reward_records::Entity::find()
        .filter(reward_records::Column::RewardId.eq(row.id))
        .order_by_asc(reward_records::Column::Seq)
        .all(conn)
        .await?;
    let related = related(conn, company, &row, original.as_ref()).await?;
    let acted = records.iter().map(|record| &record.author).chain([&row.author]);
    let authors = Authors::load(conn, people(acted)).await?;
    let receipt = receipts::of_reward(conn, &zone, &row, authors.name(&row.author), Reader::Company).await?;
    let customer_key = match row.customer_id {
        Some(id) => data::store::names::customers(conn, [id]).await?.remove(&id).map(|choice| choice.value),
        None => None,
    };
    let frozen = months.is_frozen(&position);
    let refunded = data::rewards::refunded_of(conn, &row).await?;
    let adjustable = row.reverses.is_none()
        && !matches!(state, RewardState::Declined | RewardState::Paid)
        && refunded.is_none_or(|(refunded, sale)| refunded < sale);
    Ok(RewardDetail {
        lead: lead(company, &zone, state, &row, invoice.as_ref(), now)?,
        seen: records.last().map_or(0, |record| record.seq),
        receipt,
        path: steps,
        undo: newest_undoable(&records, &position, months, source, original.as_ref())?,
        history: history(&zone, &row, source, &records, &authors)?,
        related,
        verbs,
        move_to: moved.map(|month| month.long()).unwrap_or_default(),
        remove_to: removed.map(|month| month.long()).unwrap_or_default(),
        follows,
        frozen,
        adjust_note: refunded.map(|(refunded, sale)| adjust_note(&row, refunded, sale)).transpose()?.unwrap_or_default(),
        adjust_month: if adjustable { months.accumulating.max(position.month).long() } else { String::new() },
        customer_href: customer_key.map(|key| domain::addresses::customer(&key)).unwrap_or_default(),
        transaction_key: names::transactions(conn, row.transaction_id).await?.into_values().next().unwrap_or_default(),
        line: lines::rewards(conn, company, vec![row]).await?.pop().ok_or(Error::NotFound("reward"))?,
    })
}

/// A reward's way from recorded to paid.
pub async fn path_of<C: ConnectionTrait>(conn: &C, company: &companies::Model, row: &rewards::Model) -> Result<Vec<PathStep>> {
    let zone = company.zone()?;
    let state = state_of(row)?;
    let invoice = invoice_of(conn, row).await?.filter(|_| state.payable());
    let payout = payout_of(conn, row, invoice.as_ref()).await?;
    let on_the_way = match &payout {
        Some(payout) => Some(PayoutOnWay {
            state: stored(&payout.state)?,
            sent_at: payout.sent_at.map(Instant),
            paid_at: payout.paid_at.map(Instant),
            error: payout.error.as_deref(),
        }),
        None => None,
    };
    let settlement_days =
        partnerships::Entity::find_by_id(row.partnership_id).one(conn).await?.map_or(0, |partner| partner.settlement_days);
    let on_way = match &invoice {
        Some(invoice) => Some(InvoiceOnWay {
            number: &invoice.number,
            state: stored(&invoice.state)?,
            issued_at: Instant(invoice.issued_at),
            charge_due_at: Instant(invoice.charge_due_at),
            paused: invoice.paused_at.is_some(),
            frozen_at: invoice.frozen_at.map(Instant),
            retry_at: invoice.retry_at.map(Instant),
            charged_at: invoice.charged_at.map(Instant),
        }),
        None => None,
    };
    let way = Way {
        created_at: Instant(row.created_at),
        state,
        state_reason: row.state_reason.as_deref(),
        ready_at: row.ready_at.map(Instant),
        month: match row.ready_at {
            Some(at) if state == RewardState::Scheduled => company.month_due(&zone, Instant(at)),
            _ => Month(row.invoice_month),
        },
        invoice: on_way,
        payout: on_the_way,
        settlement_days,
    };
    Ok(path(&way, &zone))
}

async fn invoice_of<C: ConnectionTrait>(conn: &C, row: &rewards::Model) -> Result<Option<invoices::Model>> {
    Ok(invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(row.company_id))
        .filter(invoices::Column::Month.eq(row.invoice_month))
        .filter(invoices::Column::Currency.eq(row.currency.as_str()))
        .one(conn)
        .await?)
}

async fn payout_of<C: ConnectionTrait>(
    conn: &C,
    row: &rewards::Model,
    invoice: Option<&invoices::Model>,
) -> Result<Option<payouts::Model>> {
    let Some(invoice) = invoice else { return Ok(None) };
    Ok(payouts::Entity::find()
        .filter(payouts::Column::PartnershipId.eq(row.partnership_id))
        .filter(payouts::Column::InvoiceId.eq(invoice.id))
        .one(conn)
        .await?)
}

/// Where it stands, in a sentence.
fn lead(
    company: &companies::Model,
    zone: &domain::zone::Zone,
    state: RewardState,
    row: &rewards::Model,
    invoice: Option<&invoices::Model>,
    now: Instant,
) -> Result<String> {
    let month = Month(row.invoice_month);
    Ok(match (state, invoice) {
        (RewardState::Hold, _) => "On no invoice until you release it".to_owned(),
        (RewardState::Declined, _) => "On no invoice: it was declined".to_owned(),
        (RewardState::Paid, _) => "On no invoice: it was paid elsewhere".to_owned(),
        (RewardState::Scheduled, _) => match row.ready_at {
            Some(at) => dates::due(zone, Instant(at), company.month_due(zone, Instant(at))),
            None => String::new(),
        },
        (_, Some(invoice)) => format!("On invoice {}: {}", invoice.number, stage::note(zone, invoice, now)?),
        (_, None) => format!("On the {} invoice, which {}", month.long(), stage::future_charge(zone, month)),
    })
}

/// What becomes of a difference of a reward whose sale was refunded in part.
fn adjust_note(row: &rewards::Model, refunded: i64, sale: i64) -> Result<String> {
    let example = lines::money(row.amount, &row.currency)?;
    let kept = lines::money(row.amount - mul_div_half_even(row.amount, refunded, sale), &row.currency)?;
    Ok(format!("Part of its sale was refunded, and the same part of a difference is deducted at once: {example} would come to {kept}."))
}

/// The newest decision about this one reward, where it may be undone: not about the others of its batch.
fn newest_undoable(
    records: &[reward_records::Model],
    position: &RewardPosition,
    months: &InvoiceMonths,
    source: RewardSource,
    original: Option<&rewards::Model>,
) -> Result<String> {
    let Some(record) = records.last().filter(|record| record.undoes.is_none()) else { return Ok(String::new()) };
    let at = |state: &str, month: i32| -> Result<RewardPosition> {
        Ok(RewardPosition { state: stored(state)?, month: Month(month), ready_at: position.ready_at })
    };
    let (before, after) = (at(&record.from_state, record.from_month)?, at(&record.to_state, record.to_month)?);
    let Ok(back) = review::undo(&before, &after, position, months) else { return Ok(String::new()) };
    let may = match original {
        Some(original) => review::may_stand(source, back.state, &original.position()?, months),
        None => true,
    };
    Ok(if may { record.id.to_string() } else { String::new() })
}

fn history(
    zone: &domain::zone::Zone,
    row: &rewards::Model,
    source: RewardSource,
    records: &[reward_records::Model],
    authors: &Authors,
) -> Result<Vec<HistoryEntry>> {
    let mut entries = Vec::with_capacity(records.len() + 1);
    for record in records.iter().rev() {
        let (icon, what) = action_words(stored(&record.action)?, record.undoes.is_some());
        let mut detail = record.reason.clone().unwrap_or_default();
        if record.from_month != record.to_month {
            let to = format!("from {} to {}", Month(record.from_month).long(), Month(record.to_month).long());
            detail = if detail.is_empty() { to } else { format!("{detail} · {to}") };
        }
        entries.push(HistoryEntry {
            icon: icon.to_owned(),
            what: what.to_owned(),
            author: author(authors, &record.author).to_owned(),
            when: dates::minute(zone, Instant(record.at)),
            detail,
        });
    }
    entries.push(HistoryEntry {
        icon: "plus".to_owned(),
        what: "recorded it".to_owned(),
        author: author(authors, &row.author).to_owned(),
        when: dates::minute(zone, Instant(row.created_at)),
        detail: source.label().to_owned(),
    });
    Ok(entries)
}

const fn action_words(action: RewardAction, undoes: bool) -> (&'static str, &'static str) {
    match action {
        _ if undoes => ("undo", "undid the last decision"),
        RewardAction::Approve => ("check", "approved it"),
        RewardAction::Decline => ("decline", "declined it"),
        RewardAction::Hold => ("hold", "put it on hold"),
        RewardAction::Release => ("play", "released it"),
        RewardAction::Withdraw => ("undo", "withdrew it"),
        RewardAction::HoldDaysOver => ("play", "made it due"),
        RewardAction::MarkPaidElsewhere => ("check-all", "marked it as paid elsewhere"),
        RewardAction::MoveToCurrentInvoice => ("invoice", "moved it onto the invoice in review"),
        RewardAction::RemoveFromInvoice => ("arrow-right", "took it off its invoice"),
        RewardAction::Undo | RewardAction::Adjust => ("edit", "changed it"),
    }
}

async fn related<C: ConnectionTrait>(
    conn: &C,
    company: &companies::Model,
    row: &rewards::Model,
    original: Option<&rewards::Model>,
) -> Result<Vec<RelatedReward>> {
    let zone = company.zone()?;
    let mut related = Vec::new();
    let one = |other: &rewards::Model, adjusts: &'static str, reverses: &'static str, by: &rewards::Model| -> Result<RelatedReward> {
        let adjustment = stored::<RewardSource>(&by.source)? == RewardSource::Adjustment;
        Ok(RelatedReward {
            key: other.key.clone(),
            relation: if adjustment { adjusts } else { reverses }.to_owned(),
            description: other.description.clone(),
            amount: lines::money(other.amount, &other.currency)?,
            when: dates::day(&zone, Instant(other.created_at)),
        })
    };
    if let Some(original) = original {
        related.push(one(original, "Adjusts", "Reverses", row)?);
    }
    let later = rewards::Entity::find()
        .filter(rewards::Column::Reverses.eq(row.id))
        .filter(rewards::Column::CompanyId.eq(company.id))
        .order_by_asc(rewards::Column::CreatedAt)
        .order_by_asc(rewards::Column::Id)
        .all(conn)
        .await?;
    for other in &later {
        related.push(one(other, "Adjusted by", "Reversed by", other)?);
    }
    Ok(related)
}
